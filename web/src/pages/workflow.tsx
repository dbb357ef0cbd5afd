/** How items of a project move: who answers, who judges, and the graph between them. */
import { Alert, Button, Checkbox, Grid, Group, NumberInput, Paper, Stack, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';

import { address, api } from '../api';
import { t } from '../language/language';
import { faultsOf, type Graph, usualGraph } from '../model/graph';
import * as query from '../queries';
import { client } from '../queries';
import { tell } from '../ui/notify';
import { Page } from '../ui/page';
import { useProject } from '../ui/project';
import { Answer, Failure } from '../ui/state';
import { GraphView } from '../ui/workflow/graph-view';
import { NodeForm } from '../ui/workflow/node-form';
import { OverlapForm } from '../ui/workflow/overlap-form';
import { ReviewForm } from '../ui/workflow/review-form';
import { faultWords } from '../ui/workflow/words';
import type { Workflow, WorkflowView } from '../wire';

const key = (project: string) => ['project', project, 'workflow'];

export default function WorkflowPage() {
  const { project } = useProject();
  const found = useQuery({ queryKey: key(project.id), queryFn: () => api.get<WorkflowView>(`/projects/${project.id}/workflow`) });
  return <Answer of={found}>{(view) => <Form key={JSON.stringify(view.workflow)} view={view} />}</Answer>;
}

function Form({ view }: { view: WorkflowView }) {
  const { project } = useProject();
  const [workflow, setWorkflow] = useState(view.workflow);
  const [chosen, setChosen] = useState<string | null>(null);
  const ontology = useQuery(query.ontology(project.id));
  const categories = useMemo(() => new Map((ontology.data?.ontology.categories ?? []).map(({ id, name }) => [id, name])), [ontology.data]);
  const isChanged = JSON.stringify(workflow) !== JSON.stringify(view.workflow);
  const graph = workflow.graph ?? usualGraph(workflow.review, workflow.overlap, workflow.review_plan);
  const faults = workflow.graph ? faultsOf(workflow.graph) : [];
  const node = graph.nodes.find(({ id }) => id === chosen);
  const set = (part: Partial<Workflow>) => setWorkflow({ ...workflow, ...part });
  const draw = (next: Graph, pick: string | null = chosen) => {
    set({ graph: next });
    setChosen(pick);
  };
  const skills = [...new Set(graph.nodes.flatMap((one) => (one.kind === 'stage' && one.skill ? [one.skill] : [])))];
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.put<WorkflowView>(`/projects/${project.id}/workflow`, workflow),
    onSuccess: (saved) => {
      client.setQueryData(key(project.id), saved);
      void client.invalidateQueries({ queryKey: ['project', project.id] });
      tell(t('Saved'));
    },
  });
  return (
    <Page title={t('Workflow')} order={2}>
      <Stack data-testid="workflow">
        {save.error && <Failure error={save.error} />}
        <Grid gap="md">
          <Grid.Col span={{ base: 12, lg: 7 }}>
            <Paper p="lg" h="100%">
              <Title order={3} mb="sm">
                {t('Several answers')}
              </Title>
              <OverlapForm overlap={workflow.overlap} onChange={(overlap) => set({ overlap })} />
            </Paper>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 5 }}>
            <Paper p="lg" h="100%">
              <Title order={3} mb="sm">
                {t('Judging and holding')}
              </Title>
              <Stack gap="sm">
                <Checkbox label={t('A second person reviews what is submitted')} disabled={workflow.graph !== null} checked={workflow.review} onChange={(event) => set({ review: event.currentTarget.checked })} />
                {workflow.review && <ReviewForm project={project.id} plan={workflow.review_plan} disabled={workflow.graph !== null} onChange={(review_plan) => set({ review_plan })} />}
                <Checkbox label={t('People may review their own work')} checked={workflow.self_review} onChange={(event) => set({ self_review: event.currentTarget.checked })} />
                <NumberInput w={320} label={t('A lease lasts, in minutes')} description={t('An item goes back to the queue when its holder is silent for this long')} min={1} max={1440} value={workflow.lease_seconds / 60} onChange={(value) => typeof value === 'number' && set({ lease_seconds: Math.round(value * 60) })} />
              </Stack>
            </Paper>
          </Grid.Col>
        </Grid>
        <Paper p="lg">
          <Group justify="space-between" mb="sm">
            <div>
              <Title order={3}>{t('The way of an item')}</Title>
              <Text size="sm" c="dimmed">
                {workflow.graph ? t('Drawn by you. Choose a node to change it; drag it where you like.') : t('As the settings above mean it. Draw your own to add routers and stages.')}
              </Text>
            </div>
            <Group gap="xs">
              {workflow.graph ? (
                <Button variant="default" onClick={() => set({ graph: null })}>
                  {t('Back to the usual way')}
                </Button>
              ) : (
                <Button variant="default" onClick={() => draw(graph, graph.start)} data-testid="draw">
                  {t('Draw your own')}
                </Button>
              )}
              <Button component="a" variant="subtle" href={address(`/projects/${project.id}/workflow.yaml`)} download="workflow.yaml" leftSection={<IconDownload size={16} />}>
                {t('As a file')}
              </Button>
            </Group>
          </Group>
          {faults.length > 0 && (
            <Alert color="red" mb="sm" title={t('Items could stick')}>
              {faults.map((fault) => (
                <Text size="sm" key={JSON.stringify(fault)}>
                  {faultWords(fault)}
                </Text>
              ))}
            </Alert>
          )}
          <Grid gap="md">
            <Grid.Col span={{ base: 12, lg: node && workflow.graph ? 8 : 12 }}>
              <GraphView
                graph={graph}
                categories={categories}
                chosen={workflow.graph ? chosen : null}
                onChoose={setChosen}
                onPlace={workflow.graph ? (id, place) => draw({ ...graph, places: { ...graph.places, [id]: place } }) : undefined}
              />
            </Grid.Col>
            {node && workflow.graph && (
              <Grid.Col span={{ base: 12, lg: 4 }}>
                <NodeForm graph={graph} node={node} categories={categories} skills={skills} onChange={draw} />
              </Grid.Col>
            )}
          </Grid>
        </Paper>
        <Group>
          <Button disabled={!isChanged || faults.length > 0} loading={save.isPending} onClick={() => save.mutate()} data-testid="save">
            {t('Save')}
          </Button>
          {isChanged && (
            <Text size="sm" c="dimmed">
              {t('It counts from the next answer on; nothing that was handed in changes.')}
            </Text>
          )}
        </Group>
      </Stack>
    </Page>
  );
}
