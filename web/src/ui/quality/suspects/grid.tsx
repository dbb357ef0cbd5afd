/** The list as a grid of crops with the one at hand beside it; keys judge, arrows move. */
import { Button, Center, Stack, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';

import { t } from '../../../language/language';
import { tellProblem } from '../../notify';
import { useProject } from '../../project';
import { Failure, Loading } from '../../state';
import { ARROWS } from '../../verify/keys';
import { atLeast } from '../../words';
import { type Categories, SuspectCell } from './cell';
import { deedOfKey, type SuspectDeed } from './keys';
import { type Filter, overviewOf, sendVerdict, suspectsOf } from './queries';
import { BEGUN, judged, lastJudged, moved, settled, type Sitting, verdictOf } from './session';
import { Side } from './side';
import classes from './suspects.module.css';
import type { Suspect, SuspectVerdict } from './wire';

interface Props {
  run: string;
  filter: Filter;
  categories: Categories;
}

export function SuspectGrid({ run, filter, categories }: Props) {
  const { project } = useProject();
  const pages = useInfiniteQuery(suspectsOf(project.id, run, filter));
  const list = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const { sitting, setSitting, give } = useSitting(list);
  const { ref, width } = useElementSize();
  const grid = useRef<HTMLDivElement>(null);
  const go = useNavigate();
  const at = Math.min(sitting.focus, list.length - 1);
  const suspect = list[at];
  useFocusAt(grid, at);
  const pick = useCallback((focus: number) => setSitting((before) => ({ ...before, focus })), [setSitting]);
  if (pages.error) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  if (!pages.data) return <Loading rows={6} />;
  if (!suspect) return <Nothing filter={filter} />;

  const act = (deed: SuspectDeed) => {
    const last = lastJudged(sitting);
    if (deed === 'open') void go(`/items/${suspect.item}`);
    else if (deed === 'undo') last && give(last, null, false);
    else if (deed === 'send') give(suspect.id, 'wrong', true);
    else give(suspect.id, deed, false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    const deed = deedOfKey(event.key);
    if (!step && !deed) return;
    event.preventDefault();
    if (deed) return act(deed);
    const columns = Math.max(1, Math.floor((width + 10) / 180));
    if (step) setSitting((before) => moved(before, list.length, columns, step));
  };
  return (
    <div className={classes.board} onKeyDown={press}>
      <Stack gap="sm" style={{ minWidth: 0 }}>
        <div ref={ref}>
          <div ref={grid} className={classes.grid} data-testid="suspects" role="group" aria-label={t('Suspects')}>
            {list.map((one, index) => (
              <SuspectCell
                key={one.id}
                suspect={one}
                verdict={verdictOf(sitting, one)}
                index={index}
                isFocused={index === at}
                categories={categories}
                onPick={pick}
              />
            ))}
          </div>
        </div>
        {pages.hasNextPage && (
          <Center>
            <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('Show more')}
            </Button>
          </Center>
        )}
      </Stack>
      <Side
        suspect={suspect}
        said={sitting.said[suspect.id]}
        verdict={verdictOf(sitting, suspect)}
        categories={categories}
        maySend={atLeast(project.role, 'manager')}
        onDeed={act}
      />
    </div>
  );
}

/** The sitting, and giving a verdict: shown at once, taken back where the server refuses it. */
function useSitting(list: readonly Suspect[]) {
  const { project } = useProject();
  const client = useQueryClient();
  const [sitting, setSitting] = useState<Sitting>(BEGUN);
  const line = useRef<Promise<unknown>>(Promise.resolve());
  const give = (id: string, verdict: SuspectVerdict | null, send: boolean) => {
    const before = sitting.said[id];
    setSitting((now) => judged(now, list, id, verdict));
    // One after another, so that two of one item are not sent back at the same time.
    line.current = line.current.then(async () => {
      try {
        const answer = await sendVerdict(project.id, id, { verdict, ...(send ? { send_back: true } : {}) });
        const kept = { task: answer.task ?? before?.task ?? null, pinned: answer.pinned || (before?.pinned ?? false) };
        setSitting((now) => settled(now, id, { verdict: answer.suspect.verdict, ...kept }));
      } catch (error) {
        tellProblem(error);
        setSitting((now) => settled(now, id, before));
      }
      await client.invalidateQueries({ queryKey: overviewOf(project.id).queryKey });
    });
  };
  return { sitting, setSitting, give };
}

/** The keyboard's focus follows the one at hand, unless it is somewhere else on the page. */
function useFocusAt(grid: { current: HTMLDivElement | null }, at: number): void {
  useEffect(() => {
    const now = document.activeElement;
    const isElsewhere = now && now !== document.body && !grid.current?.contains(now) && !now.closest('[data-testid=suspect-side]');
    if (!isElsewhere) grid.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus({ preventScroll: false });
  }, [grid, at]);
}

function Nothing({ filter }: { filter: Filter }) {
  const isNarrow = filter.kind !== null || filter.category !== null || filter.minimum_score > 0;
  return (
    <Center py="xl" data-testid="suspects-none">
      <Text c="dimmed">
        {isNarrow || filter.show !== 'open'
          ? t('No suspect fits this choice.')
          : t('Nothing is suspect, or all of it is judged. Search again once more work is done or a model has said more.')}
      </Text>
    </Center>
  );
}
