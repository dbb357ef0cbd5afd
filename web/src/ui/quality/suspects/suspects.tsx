/** Suspects: what is probably wrong, missing or extra among done items, judged by keys; and what that brought. */
import { Group, NativeSelect, SegmentedControl, Stack } from '@mantine/core';
import { IconZoomQuestion } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { t } from '../../../language/language';
import { ontology as ontologyQuery } from '../../../queries';
import { useProject } from '../../project';
import { Answer, Empty, Loading } from '../../state';
import { SuspectGrid } from './grid';
import { type Filter, isGoing, overviewOf, startRun } from './queries';
import { RunPanel } from './run-panel';
import classes from './suspects.module.css';
import type { Overview } from './wire';
import { KIND_WORDS, KINDS } from './words';
import { YieldPanel } from './yield-panel';

const ALL: Filter = { kind: null, category: null, minimum_score: 0, show: 'open' };

export default function Suspects() {
  const { project } = useProject();
  const overview = useQuery(overviewOf(project.id));
  return (
    <Answer of={overview} loading={<Loading rows={5} />}>
      {(found) => <Found overview={found} />}
    </Answer>
  );
}

function Found({ overview }: { overview: Overview }) {
  const { project } = useProject();
  const client = useQueryClient();
  const [filter, setFilter] = useState(ALL);
  const start = useMutation({
    mutationFn: () => startRun(project.id),
    onSettled: () => client.invalidateQueries({ queryKey: overviewOf(project.id).queryKey }),
  });
  const { data: ontology } = useQuery(ontologyQuery(project.id));
  const categories = useMemo(
    () => new Map((ontology?.ontology.categories ?? []).map((category) => [category.id, category])),
    [ontology],
  );
  return (
    <Stack gap="md" data-testid="suspects-page">
      <div className={classes.panels}>
        <RunPanel overview={overview} isStarting={start.isPending} onStart={() => start.mutate()} />
        <YieldPanel overview={overview} />
      </div>
      {overview.run ? (
        <>
          <Choice overview={overview} filter={filter} nameOf={(id) => categories.get(id)?.name ?? id} onChange={setFilter} />
          <SuspectGrid
            key={`${overview.run.id} ${JSON.stringify(filter)}`}
            run={overview.run.id}
            filter={filter}
            categories={categories}
          />
        </>
      ) : (
        !isGoing(overview) && (
          <Empty icon={<IconZoomQuestion />} title={t('Nothing was searched for yet')}>
            {overview.material.items
              ? t('A search goes through all done items and lists what models, several people, near-duplicates or plain figures speak against. You then judge the list from its top, one key each.')
              : t('Suspects are searched for among done items, and there are none yet.')}
          </Empty>
        )
      )}
    </Stack>
  );
}

interface ChoiceProps {
  overview: Overview;
  filter: Filter;
  nameOf: (category: string) => string;
  onChange: (filter: Filter) => void;
}

function Choice({ overview, filter, nameOf, onChange }: ChoiceProps) {
  const kinds = KINDS.map((kind) => ({ value: kind, label: `${KIND_WORDS[kind]} (${overview.kinds[kind] ?? 0})` }));
  const categories = Object.entries(overview.categories)
    .map(([id, open]) => ({ value: id, label: `${nameOf(id)} (${open})` }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Group gap="sm" align="flex-end">
      <SegmentedControl
        size="xs"
        aria-label={t('Which suspects')}
        value={filter.show}
        onChange={(show) => onChange({ ...filter, show: show as Filter['show'] })}
        data={[
          { value: 'open', label: t('Open ({{open}})', { open: overview.open }) },
          { value: 'judged', label: t('Judged') },
          { value: 'all', label: t('All') },
        ]}
      />
      <NativeSelect
        size="xs"
        aria-label={t('Kind')}
        value={filter.kind ?? ''}
        data={[{ value: '', label: t('All kinds') }, ...kinds]}
        onChange={({ currentTarget }) => onChange({ ...filter, kind: currentTarget.value || null })}
      />
      <NativeSelect
        size="xs"
        aria-label={t('Category')}
        value={filter.category ?? ''}
        data={[{ value: '', label: t('All categories') }, ...categories]}
        onChange={({ currentTarget }) => onChange({ ...filter, category: currentTarget.value || null })}
      />
      <NativeSelect
        size="xs"
        aria-label={t('Least score')}
        value={String(filter.minimum_score)}
        data={[
          { value: '0', label: t('Any score') },
          ...[0.5, 0.7, 0.9].map((score) => ({ value: String(score), label: t('Score from {{score}}', { score: score.toFixed(1) }) })),
        ]}
        onChange={({ currentTarget }) => onChange({ ...filter, minimum_score: Number(currentTarget.value) })}
      />
    </Group>
  );
}
