/** Workload: who has how much to do, sharing waiting work out, and taking it away from who is away. */
import { Button, Checkbox, Group, NativeSelect, NumberInput, Paper, Progress, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { api } from '../../api';
import { t } from '../../language/language';
import type { components } from '../../model/api';
import { client } from '../../queries';
import { tell } from '../notify';
import { useProject } from '../project';
import { Answer, Loading } from '../state';
import { ago, day, duration, number } from '../words';
import { How } from './how';
import { spokenMethod } from './method-words';

type View = components['schemas']['WorkloadView'];
type Person = components['schemas']['PersonLoad'];
type Stage = components['schemas']['StageLoad'];

const workload = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'workload'],
    queryFn: ({ signal }) => api.get<View>(`/projects/${project}/workload`, undefined, signal),
  });

export default function Workload() {
  const { project } = useProject();
  const found = useQuery(workload(project.id));
  return (
    <Answer of={found} loading={<Loading rows={6} />}>
      {(view) => (
        <Stack gap="md" data-testid="workload">
          <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
            {view.stages
              .filter(({ waiting, came, closed, stage }) => waiting + came + closed > 0 || stage !== 'adjudicate')
              .map((stage) => (
                <StagePanel key={stage.stage} stage={stage} />
              ))}
            <EmptyBy view={view} />
          </SimpleGrid>
          <People key={view.people.map(({ member }) => member).join()} view={view} project={project.id} />
        </Stack>
      )}
    </Answer>
  );
}

function stageWord(stage: string): string {
  if (stage === 'annotate') return t('Annotating');
  return stage === 'review' ? t('Review') : t('Adjudicating');
}

function StagePanel({ stage }: { stage: Stage }) {
  return (
    <Paper p="md">
      <Text size="sm" c="dimmed">
        {stageWord(stage.stage)}
      </Text>
      <Text fz={26} fw={660}>
        {t('{{number}} waiting', { number: number(stage.waiting) })}
      </Text>
      <Text size="sm">{t('{{free}} for whoever comes, {{held}} in hand', { free: number(stage.free), held: number(stage.held) })}</Text>
      <Text size="sm" c="dimmed">
        {t('In seven days {{came}} came and {{closed}} were done', { came: number(stage.came), closed: number(stage.closed) })}
        {stage.oldest && `. ${t('The oldest began to wait {{ago}}.', { ago: ago(stage.oldest) })}`}
      </Text>
    </Paper>
  );
}

function EmptyBy({ view }: { view: View }) {
  const { empty_by: found } = view;
  const said = found?.middle ? day(found.middle) : t('not within five years');
  return (
    <Paper p="md" data-testid="empty-by">
      <Group gap={4}>
        <Text size="sm" c="dimmed">
          {t('What waits for review is done by')}
        </Text>
        <How method={spokenMethod('emptied')} />
      </Group>
      {found ? (
        <>
          <Text fz={26} fw={660}>
            {said}
          </Text>
          <Text size="sm">
            {t('{{earliest}} to {{latest}}', {
              earliest: found.earliest ? day(found.earliest) : '…',
              latest: found.latest ? day(found.latest) : '…',
            })}
          </Text>
          <Text size="sm" c={found.grows ? 'var(--lw-returned)' : 'dimmed'}>
            {t('{{reviewed}} a day are reviewed, {{came}} come', { reviewed: found.per_day.toFixed(1), came: found.came_per_day.toFixed(1) })}
            {found.grows && `. ${t('The queue grows.')}`}
          </Text>
        </>
      ) : (
        <Text size="sm" mt={6}>
          {view.stages.find(({ stage }) => stage === 'review')?.waiting ? t('A forecast needs three days before today, with reviews on one of them.') : t('Nothing waits for review.')}
        </Text>
      )}
    </Paper>
  );
}

function People({ view, project }: { view: View; project: string }) {
  const [stage, setStage] = useState('review');
  const [chosen, setChosen] = useState<string[]>([]);
  const [most, setMost] = useState<number | ''>('');
  const again = () => client.invalidateQueries({ queryKey: workload(project).queryKey });
  const give = useMutation({
    mutationFn: () =>
      api.post<components['schemas']['Assigned']>(`/projects/${project}/workload/assign`, { stage, members: chosen, ...(most !== '' && { most }) }),
    onSuccess: ({ given, left }) => {
      const sum = Object.values(given).reduce((all, one) => all + one, 0);
      tell(left ? t('{{given}} tasks given; none of these people may do {{left}} more', { given: sum, left }) : t('{{given}} tasks given', { given: sum }));
      setChosen([]);
    },
    onSettled: again,
  });
  const take = useMutation({
    mutationFn: (member: string) => api.post<components['schemas']['TakenAway']>(`/projects/${project}/workload/take-away`, { member, held: true }),
    onSuccess: ({ taken, released }) => tell(t('{{number}} tasks are for whoever comes again', { number: Math.max(taken, released) })),
    onSettled: again,
  });
  const ask = (person: Person) =>
    modals.openConfirmModal({
      title: t('Take the tasks of {{name}} away?', { name: person.name }),
      children: <Text size="sm">{t('What waits for them, and what they hold, goes to whoever comes. Their drafts stay.')}</Text>,
      labels: { confirm: t('Take away'), cancel: t('Cancel') },
      onConfirm: () => take.mutate(person.member),
    });
  const may = (person: Person) => person.stages.includes(stage);
  const free = view.stages.find((one) => one.stage === stage)?.free ?? 0;
  const fullest = Math.max(1, ...view.people.map(open));
  return (
    <Paper p="lg">
      <Group justify="space-between" align="flex-end" mb="sm">
        <Title order={3}>{t('People')}</Title>
        <Group gap="sm" align="flex-end">
          <NativeSelect
            size="xs"
            aria-label={t('Stage')}
            value={stage}
            data={view.stages.map((one) => ({ value: one.stage, label: stageWord(one.stage) }))}
            onChange={({ currentTarget }) => {
              setStage(currentTarget.value);
              setChosen([]);
            }}
          />
          <NumberInput size="xs" w={130} aria-label={t('At most')} placeholder={t('All {{number}}', { number: free })} min={1} max={5000} value={most} onChange={(value) => setMost(typeof value === 'number' ? value : '')} />
          <Button size="xs" disabled={chosen.length === 0 || free === 0} loading={give.isPending} onClick={() => give.mutate()}>
            {t('Share out evenly')}
          </Button>
        </Group>
      </Group>
      <Table.ScrollContainer minWidth={820}>
        <Table verticalSpacing="xs" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={36} />
              <Table.Th>{t('Name')}</Table.Th>
              <Table.Th>{t('Open')}</Table.Th>
              <Table.Th ta="right">{t('In hand')}</Table.Th>
              <Table.Th ta="right">{t('Annotated this week')}</Table.Th>
              <Table.Th ta="right">{t('Reviewed this week')}</Table.Th>
              <Table.Th ta="right">{t('Time this week')}</Table.Th>
              <Table.Th>{t('Waiting since')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {view.people.map((person) => (
              <Table.Tr key={person.member}>
                <Table.Td>
                  <Checkbox
                    size="xs"
                    aria-label={t('Choose {{name}}', { name: person.name })}
                    disabled={!may(person)}
                    checked={chosen.includes(person.member)}
                    onChange={({ currentTarget }) =>
                      setChosen(currentTarget.checked ? [...chosen, person.member] : chosen.filter((one) => one !== person.member))
                    }
                  />
                </Table.Td>
                <Table.Td>{person.name}</Table.Td>
                <Table.Td miw={160}>
                  <Group gap="xs" wrap="nowrap">
                    <Text size="sm" w={36} ta="right">
                      {number(open(person))}
                    </Text>
                    <Progress flex={1} size="sm" value={(open(person) / fullest) * 100} aria-label={t('{{number}} open', { number: open(person) })} />
                  </Group>
                </Table.Td>
                <Table.Td ta="right">{number(person.held)}</Table.Td>
                <Table.Td ta="right">{number(person.annotated)}</Table.Td>
                <Table.Td ta="right">{number(person.reviewed)}</Table.Td>
                <Table.Td ta="right">{person.seconds ? duration(person.seconds) : '–'}</Table.Td>
                <Table.Td>{person.oldest ? ago(person.oldest) : '–'}</Table.Td>
                <Table.Td ta="right">
                  {open(person) + person.held > 0 && (
                    <Button size="compact-xs" variant="subtle" color="gray" onClick={() => ask(person)}>
                      {t('Take away')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed" mt="xs">
        {t('Nobody is given their own work, an item they answered, or a stage whose skill they lack.')}
      </Text>
    </Paper>
  );
}

const open = (person: Person): number => Object.values(person.assigned).reduce((all, one) => all + one, 0);
