/** What is shown where there is no page: nothing waits, or all is verified. */
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconChecks, IconFilterOff, IconMoodEmpty } from '@tabler/icons-react';
import { Link } from 'react-router';

import { counted, t } from '../../language/language';
import type { Project } from '../../wire';
import { projectPath, studioPath } from '../places';
import { Empty } from '../state';
import { atLeast } from '../words';
import type { GridQuery } from './grid-query';
import type { Grid } from './use-grid';
import type { Source } from './wire';

interface NothingProps {
  project: Project;
  query: GridQuery;
  set: (changes: Partial<GridQuery>) => void;
  held: number;
  judged: number;
  onAgain: () => void;
}

export function NothingWaits({ project, query, set, held, judged, onAgain }: NothingProps) {
  const isFiltered = query.category ?? query.kind ?? query.model ?? query.minimum_score;
  const isReview = query.source === 'review';
  const title = isFiltered ? t('Nothing fits these filters') : isReview ? t('No annotation waits for a verdict') : t('No prediction waits to be checked');
  return (
    <div data-testid="nothing-waits">
      <Empty
        icon={isFiltered ? <IconFilterOff /> : <IconMoodEmpty />}
        title={title}
        action={
          <Group justify="center">
            {isFiltered ? (
              <Button variant="default" onClick={() => set({ category: null, kind: null, model: null, minimum_score: null })}>
                {t('Show everything')}
              </Button>
            ) : (
              <Button variant="default" onClick={onAgain}>
                {t('Look again')}
              </Button>
            )}
            {atLeast(project.role, 'reviewer') && (
              <Button variant="default" onClick={() => set({ source: isReview ? 'predictions' : 'review', category: null, model: null, kind: null, minimum_score: null })}>
                {isReview ? t('Check predictions instead') : t('Review instead')}
              </Button>
            )}
            <Button component={Link} to={projectPath(project.id)}>
              {t('Back to the project')}
            </Button>
          </Group>
        }
      >
        <Stack gap={4}>
          {judged > 0 && <span>{t('You judged {{annotations}} already.', { annotations: counted(judged, 'annotation') })}</span>}
          {held > 0 && <span>{t('{{annotations}} more are with somebody else right now.', { annotations: counted(held, 'annotation') })}</span>}
          {judged + held === 0 &&
            (isReview
              ? t('What others hand in appears here; your own work is reviewed by somebody else.')
              : t('Predictions of items that still wait for annotation appear here.'))}
        </Stack>
      </Empty>
    </div>
  );
}

export function AllDone({ project, grid, source }: { project: Project; grid: Grid; source: Source }) {
  const { session } = grid;
  const each = session.verified > 0 ? session.seconds / session.verified : 0;
  return (
    <div data-testid="all-done">
      <Empty
        icon={<IconChecks />}
        title={t('Every crop is verified')}
        action={
          <Group justify="center">
            <Button variant="default" onClick={grid.again}>
              {t('Look again')}
            </Button>
            {session.canUndo && (
              <Button variant="default" onClick={() => session.undo()}>
                {t('Take the last page back')}
              </Button>
            )}
            {source === 'predictions' ? (
              <Button component={Link} to={studioPath(project.id, 'annotate')}>
                {t('Complete the items in the studio')}
              </Button>
            ) : (
              <Button component={Link} to={projectPath(project.id)}>
                {t('Back to the project')}
              </Button>
            )}
          </Group>
        }
      >
        <Stack gap={4}>
          <Text component="span">
            {t('{{annotations}} verified, {{seconds}} s each.', {
              annotations: counted(session.verified, 'annotation'),
              seconds: each.toFixed(1),
            })}
          </Text>
          {source === 'predictions' ? (
            <span>{t('What you accepted stands in your drafts; look for what the model missed, then submit.')}</span>
          ) : (
            session.standings.size > 0 && <span>{t('The items are not handed in yet: see above.')}</span>
          )}
        </Stack>
      </Empty>
    </div>
  );
}
