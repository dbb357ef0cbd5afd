/** The suspect at hand: a larger crop, every reason in words, and what can be done. */
import { Alert, Badge, Button, Group, Kbd, Paper, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';

import { t } from '../../../language/language';
import { reasonWords } from '../../../language/reasons';
import { studioPath } from '../../places';
import { useProject } from '../../project';
import { STATE_WORDS } from '../../words';
import { How } from '../how';
import { type Categories, Picture, titleOf, verdictWords } from './cell';
import { SUSPECT_KEYS, type SuspectDeed } from './keys';
import type { Said } from './session';
import classes from './suspects.module.css';
import type { Suspect, SuspectVerdict } from './wire';
import { KIND_WORDS, scoreMethod, SOURCE_WORDS } from './words';

interface Props {
  suspect: Suspect;
  said: Said | undefined;
  verdict: SuspectVerdict | null;
  categories: Categories;
  maySend: boolean;
  onDeed: (deed: SuspectDeed) => void;
}

export function Side({ suspect, said, verdict, categories, maySend, onDeed }: Props) {
  const { project } = useProject();
  const deeds = SUSPECT_KEYS.filter(({ deed }) => deed !== 'undo' && deed !== 'open');
  const isDone = suspect.item_state === 'done' && !said?.task;
  const studio = said?.task ? studioPath(project.id, 'annotate', said.task, suspect.annotation?.id) : null;
  return (
    <Paper p="sm" className={classes.side!} data-testid="suspect-side">
      <Stack gap="xs">
        <div className={classes.large}>
          <Picture suspect={suspect} categories={categories} pixels={512} />
        </div>
        <Group gap={6}>
          <Badge variant="light" tt="none">
            {KIND_WORDS[suspect.kind]}
          </Badge>
          <Text fw={600} size="sm" className="lw-break">
            {titleOf(suspect, categories)}
          </Text>
          <Group gap={2} ml="auto">
            <Text size="xs" c="dimmed">
              {t('score {{score}}', { score: suspect.score.toFixed(2) })}
            </Text>
            <How method={scoreMethod()} />
          </Group>
        </Group>
        <ul className={classes.reasons}>
          {suspect.reasons.map((reason) => (
            <li key={reason}>{reasonWords(reason)}</li>
          ))}
        </ul>
        <Text size="xs" c="dimmed">
          {suspect.sources.map((source) => SOURCE_WORDS[source]).join(' · ')}
        </Text>
        <Text size="xs" c="dimmed" className="lw-break">
          {suspect.name} · {STATE_WORDS[said?.task ? 'returned' : suspect.item_state]}
        </Text>
        {suspect.outdated && (
          <Alert color="yellow" p="xs">
            <Text size="sm">{t('The item has changed since this was found. Look at it as it is now, or search again.')}</Text>
          </Alert>
        )}
        {verdict && (
          <Text size="sm" fw={600} data-testid="suspect-verdict">
            {verdictWords(verdict)}
            {suspect.judged_by && !said ? ` · ${suspect.judged_by}` : ''}
          </Text>
        )}
        {said?.pinned && (
          <Alert color="blue" p="xs" data-testid="sent-back">
            <Text size="sm">
              {said.task
                ? t('The item is open again, with a note pinned at the place.')
                : t('A note is pinned at the place; the item is being worked on.')}
            </Text>
          </Alert>
        )}
        <Stack gap={6}>
          {deeds
            .filter(({ deed }) => deed !== 'send' || (!suspect.outdated && (maySend || !isDone)))
            .map(({ deed, sign, word }) => (
              <Button
                key={deed}
                size="xs"
                variant={verdict === deed ? 'filled' : 'default'}
                justify="space-between"
                rightSection={<Kbd size="xs">{sign}</Kbd>}
                disabled={deed === 'send' && Boolean(said?.pinned)}
                onClick={() => onDeed(deed)}
              >
                {t(word)}
              </Button>
            ))}
          {!maySend && isDone && (
            <Text size="xs" c="dimmed">
              {t('Only managers open done items again. Judge it wrong; a manager finds it among those judged.')}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          <Button size="xs" variant="subtle" component={Link} to={`/items/${suspect.item}`}>
            {t('Open the item')}
          </Button>
          {studio && (
            <Button size="xs" variant="subtle" component={Link} to={studio}>
              {t('Correct it in the studio')}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
