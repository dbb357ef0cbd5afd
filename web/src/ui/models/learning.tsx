/** What a project's own head learned: the switch, the curve over its versions, and learning at once. */
import { Alert, Badge, Button, Group, NumberInput, Paper, SimpleGrid, Stack, Switch, Table, Text, Title } from '@mantine/core';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import type { components } from '../../model/api';
import { client, ontology as ontologyQuery } from '../../queries';
import { FollowJob, isOver, useJob } from '../jobs/follow';
import { Answer, Failure, Loading } from '../state';
import { ago, number } from '../words';
import { predictedBy } from './wire';

type View = components['schemas']['LearningView'];
type Plan = components['schemas']['HeadPlan'];
type Version = components['schemas']['HeadView'];

const Curve = lazy(() => import('./learning-curve'));

const learning = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'learning'],
    queryFn: ({ signal }) => api.get<View>(`/projects/${project}/learning`, undefined, signal),
  });

export function Learning({ project }: { project: string }) {
  const found = useQuery(learning(project));
  return (
    <Paper p="md" withBorder data-testid="learning">
      <Stack>
        <Title order={3} fz="lg">
          {t('Learns from your work')}
        </Title>
        <Text size="sm" c="dimmed" maw={720}>
          {t('A small model of this project learns from what people hand in, on this server, in the background. It proposes on the items that come next. A fifth of the items is never learned from: there each version is measured, and it takes over only if it is better.')}
        </Text>
        <Answer of={found} loading={<Loading rows={3} />}>
          {(view) => <Shown key={JSON.stringify(view.plan)} view={view} project={project} />}
        </Answer>
      </Stack>
    </Paper>
  );
}

function Shown({ view, project }: { view: View; project: string }) {
  const [plan, setPlan] = useState<Plan>(view.plan);
  const again = () => {
    void client.invalidateQueries({ queryKey: learning(project).queryKey });
    void client.invalidateQueries({ queryKey: predictedBy(project).queryKey });
  };
  const save = useMutation({ mutationFn: (wanted: Plan) => api.put<View>(`/projects/${project}/learning`, wanted), onSuccess: again });
  const train = useMutation({ mutationFn: () => api.post<{ job: string }>(`/projects/${project}/learning/train`), onSuccess: again });
  const job = train.data?.job ?? view.job;
  const { data: followed } = useJob(job);
  const state = followed?.state;
  const isOn = state !== undefined && !isOver(state);
  useEffect(() => {
    if (state && isOver(state)) again();
  }, [state]);
  const changed = JSON.stringify(plan) !== JSON.stringify(view.plan);
  const turn = (enabled: boolean) => {
    setPlan({ ...plan, enabled });
    save.mutate({ ...plan, enabled });
  };
  return (
    <Stack>
      <Group align="flex-end">
        <Switch label={t('Learn while people work')} checked={plan.enabled} onChange={(event) => turn(event.currentTarget.checked)} data-testid="learn-on" mb={8} />
        <NumberInput label={t('After so many submissions')} min={1} max={10_000} w={170} value={plan.every ?? 10} onChange={(value) => setPlan({ ...plan, every: Number(value) || 1 })} />
        <NumberInput label={t('Items ahead with proposals')} min={1} max={1000} w={170} value={plan.ahead ?? 40} onChange={(value) => setPlan({ ...plan, ahead: Number(value) || 1 })} />
        {changed && (
          <Button loading={save.isPending} onClick={() => save.mutate(plan)}>
            {t('Save')}
          </Button>
        )}
        <Button variant="default" disabled={isOn || view.labeled === 0} loading={train.isPending} onClick={() => train.mutate()} data-testid="train">
          {t('Learn now')}
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        {view.labeled === 0
          ? t('Nothing is annotated yet: there is nothing to learn from.')
          : t('{{labeled}} items are annotated; {{since}} came in since it learned.', { labeled: number(view.labeled), since: number(view.since) })}
      </Text>
      {(save.isError || train.isError) && <Failure error={save.error ?? train.error} />}
      {job && (isOn || state === 'failed') && <FollowJob id={job} />}
      {view.versions.length > 0 && <Versions view={view} project={project} />}
    </Stack>
  );
}

function Versions({ view, project }: { view: View; project: string }) {
  const { data } = useQuery(ontologyQuery(project));
  const names = new Map((data?.ontology.categories ?? []).map(({ id, name }) => [id, name]));
  const newest = view.versions.findLast(({ promoted }) => promoted) ?? view.versions.at(-1)!;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} data-testid="versions">
      <Stack gap={4}>
        <Text size="sm" fw={600}>
          {t('How right it is, by the number of items that it learned from')}
        </Text>
        {view.versions.some(({ score }) => score !== null) ? (
          <Suspense fallback={<Loading rows={1} height={220} />}>
            <Curve versions={view.versions} />
          </Suspense>
        ) : (
          <Alert>{t('None of the annotated items is one that is held out yet: how right it is cannot be said.')}</Alert>
        )}
        <Text size="xs" c="dimmed">
          {t('F1 on items held out, with 95 %: of what it proposes and what people marked, the share that is the same (IoU 0.5, same category).')}
        </Text>
      </Stack>
      <Stack gap="sm">
        <Table withRowBorders={false} verticalSpacing={3}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('Version')}</Table.Th>
              <Table.Th ta="right">{t('Items')}</Table.Th>
              <Table.Th ta="right">F1</Table.Th>
              <Table.Th>{t('What became of it')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...view.versions].reverse().slice(0, 8).map((version) => (
              <Row key={version.version} version={version} isNewest={version === newest} />
            ))}
          </Table.Tbody>
        </Table>
        <Text size="sm">
          {Object.entries(newest.categories)
            .map(([id, score]) => `${names.get(id) ?? id} ${score === null ? '–' : score.toFixed(2)}`)
            .join(' · ')}
        </Text>
      </Stack>
    </SimpleGrid>
  );
}

function Row({ version, isNewest }: { version: Version; isNewest: boolean }) {
  return (
    <Table.Tr data-testid="version">
      <Table.Td>
        {version.version}{' '}
        <Text span size="xs" c="dimmed">
          {ago(version.created_at)}
        </Text>
      </Table.Td>
      <Table.Td ta="right">{number(version.items)}</Table.Td>
      <Table.Td ta="right">{version.score?.toFixed(2) ?? '–'}</Table.Td>
      <Table.Td>
        {isNewest && version.promoted ? (
          <Badge color="pine" variant="light" tt="none">
            {t('proposes now')}
          </Badge>
        ) : (
          <Text size="sm" c="dimmed">
            {version.promoted ? t('was replaced') : t('no better: not used')}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
