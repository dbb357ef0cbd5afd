/** The editor of an ontology: the list on the left, the chosen category on the right. */
import { Alert, Button, Grid, Group, Paper, Text } from '@mantine/core';
import { IconTags } from '@tabler/icons-react';
import { useEffect, useReducer, useState } from 'react';

import { t } from '../../language/language';
import type { OntologyView } from '../../wire';
import { Empty } from '../state';
import { CategoryForm } from './category-form';
import { CategoryList } from './category-list';
import { begin, faults as faultsOf, isChanged, relationFaults, step } from './edit';
import { Quick } from './quick';
import { RelationsForm } from './relations-form';
import { ruleFault } from './rule-edit';
import { Rules } from './rules';
import { SaveDialog } from './save-dialog';

interface Props {
  project: string;
  view: OntologyView;
  mayChange: boolean;
}

export function Editor({ project, view, mayChange }: Props) {
  const [edited, take] = useReducer(step, view.ontology, begin);
  const [chosen, choose] = useState<string | null>(edited.categories[0]?.id ?? null);
  const [isSaving, setSaving] = useState(false);
  const changed = isChanged(edited, view.ontology);
  const faults = faultsOf(edited.categories);
  const related = relationFaults(edited.relations);
  const isFaulty = faults.size > 0 || related.length > 0 || edited.rules.some((rule) => ruleFault(rule, edited) !== null);
  const category = edited.categories.find(({ id }) => id === chosen) ?? edited.categories[0];

  useEffect(() => {
    if (!changed) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [changed]);

  return (
    <>
      {edited.categories.length === 0 && (
        <Empty icon={<IconTags />} title={t('No categories yet')}>
          {mayChange ? t('Name the first ones below, one a line.') : t('A manager has still to add them.')}
        </Empty>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Paper p="xs">
            <CategoryList
              categories={edited.categories}
              counts={view.counts}
              faults={faults}
              chosen={category?.id ?? null}
              onChoose={choose}
              onMove={mayChange ? (id, to) => take({ kind: 'move', id, to }) : undefined}
            />
            {mayChange && (
              <Quick
                onAdd={(names) => names.forEach((name) => take({ kind: 'add', name }))}
              />
            )}
          </Paper>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          {category && (
            <Paper p="lg">
              <CategoryForm
                key={category.id}
                category={category}
                categories={edited.categories}
                count={view.counts[category.id] ?? 0}
                faults={faults.get(category.id) ?? []}
                mayChange={mayChange}
                take={take}
              />
            </Paper>
          )}
        </Grid.Col>
      </Grid>
      <RelationsForm
        relations={edited.relations}
        faults={related}
        mayChange={mayChange}
        onChange={(relations) => take({ kind: 'relate', relations })}
      />
      <Rules
        project={project}
        rules={edited.rules}
        saved={view.ontology.rules ?? []}
        around={edited}
        mayChange={mayChange}
        onChange={(rules) => take({ kind: 'rule', rules })}
      />
      {changed && (
        <Alert
          color="pine"
          p="sm"
          mt="md"
          pos="sticky"
          bottom={16}
          style={{ zIndex: 3 }}
          styles={{ root: { background: 'var(--lw-surface)', border: '1px solid var(--lw-accent)' } }}
        >
          <Group justify="space-between">
            <Text size="sm">
              {isFaulty ? t('Something above needs mending before you save.') : t('You have changes that are not saved.')}
            </Text>
            <Group gap="sm">
              <Button variant="default" onClick={() => take({ kind: 'reset', to: begin(view.ontology) })}>
                {t('Drop the changes')}
              </Button>
              <Button disabled={isFaulty} onClick={() => setSaving(true)}>
                {t('Review and save')}
              </Button>
            </Group>
          </Group>
        </Alert>
      )}
      {isSaving && (
        <SaveDialog
          project={project}
          view={view}
          sending={{ kind: 'edited', edited }}
          onClose={() => setSaving(false)}
        />
      )}
    </>
  );
}
