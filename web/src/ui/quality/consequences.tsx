/** What follows from alarms: a notice for whom it concerns, what is in force, and the project's choice. */
import { Alert, Button, Checkbox, Group, NativeSelect, Paper, Stack, Text } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';

import { api } from '../../api';
import { t } from '../../language/language';
import { useMe } from '../guard';
import { useProject } from '../project';
import { ago, atLeast } from '../words';

type Alarm = 'errors' | 'slower' | 'faster';

interface Plan {
  alarms: Alarm[];
  extra_gold: number;
  pause: boolean;
  reopen: boolean;
}

interface Consequence {
  id: string;
  member: string;
  name: string;
  kind: 'more_gold' | 'pause' | 'reopen';
  reason: string;
  since: string | null;
  share: number | null;
  items: number | null;
  created_at: string;
  lifted_at: string | null;
}

const keyOf = (project: string) => ['project', project, 'consequences'];

function useConsequences(project: string) {
  return useQuery({
    queryKey: [...keyOf(project), 'list'],
    queryFn: () => api.get<{ consequences: Consequence[] }>(`/projects/${project}/consequences`),
    select: ({ consequences }) => consequences.filter(({ lifted_at }) => lifted_at === null),
  });
}

/** What is in force for oneself, in words, wherever the project is looked at. */
export function ConsequenceNotice() {
  const { project } = useProject();
  const me = useMe();
  const mine = useConsequences(project.id).data?.filter(({ member }) => member === me.id) ?? [];
  const told = mine.filter(({ kind }) => kind !== 'reopen');
  if (told.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconBell />} title={t('A note on your work in this project')} mb="md" data-testid="consequence-notice">
      <Stack gap={4}>
        {told.map((one) => (
          <Text key={one.id} size="sm">
            {kindWords(one)} {t('Why: {{reason}}.', { reason: one.reason })}
          </Text>
        ))}
        <Text size="sm">
          {t('You see the evidence under Quality → People. A manager of the project can lift this; speak with one if you think it is mistaken.')}
        </Text>
      </Stack>
    </Alert>
  );
}

function kindWords({ kind, share, items }: Consequence): string {
  switch (kind) {
    case 'pause':
      return t('No new tasks for now; what is held can be handed in.');
    case 'more_gold':
      return t('More gold items among the tasks ({{share}} % more).', { share: Math.round(100 * (share ?? 0)) });
    case 'reopen':
      return t('Recent done work went back to review (items: {{items}}).', { items: items ?? 0 });
  }
}

/** For managers: what follows from alarms, and what is in force. */
export function ConsequencePanel() {
  const { project } = useProject();
  const client = useQueryClient();
  const open = useConsequences(project.id);
  const lift = useMutation({
    mutationFn: (id: string) => api.post(`/projects/${project.id}/consequences/${id}/lift`),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(project.id) }),
  });
  if (!atLeast(project.role, 'manager')) return null;
  return (
    <Paper p="md" data-testid="consequences">
      <Stack gap="sm">
        <Text fw={600}>{t('What follows from alarms')}</Text>
        <Text size="sm" c="dimmed" maw={760}>
          {t('Nothing follows unless you choose it here. Whatever follows is told to the person with the reason, stands in the audit log, and can be lifted.')}
        </Text>
        <PlanForm />
        {open.data?.map((one) => (
          <Group key={one.id} justify="space-between" gap="md" data-testid="consequence">
            <Text size="sm" style={{ flex: '1 1 320px' }}>
              <Text span fw={600} size="sm">
                {one.name}
              </Text>{' '}
              · {ago(one.created_at)} · {kindWords(one)} {t('Why: {{reason}}.', { reason: one.reason })}
            </Text>
            <Button size="xs" variant="default" loading={lift.isPending} onClick={() => lift.mutate(one.id)}>
              {t('Lift')}
            </Button>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

function PlanForm() {
  const { project } = useProject();
  const client = useQueryClient();
  const path = `/projects/${project.id}/consequences/plan`;
  const plan = useQuery({ queryKey: [...keyOf(project.id), 'plan'], queryFn: () => api.get<Plan>(path) });
  const save = useMutation({
    mutationFn: (changed: Plan) => api.put<Plan>(path, changed),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(project.id) }),
  });
  if (!plan.data) return null;
  const now = save.isPending && save.variables ? save.variables : plan.data;
  const change = (part: Partial<Plan>) => save.mutate({ ...now, ...part });
  const toggle = (alarm: Alarm, on: boolean) =>
    change({ alarms: on ? [...now.alarms, alarm] : now.alarms.filter((other) => other !== alarm) });
  const alarms: [Alarm, string][] = [
    ['errors', t('more is wrong than usual')],
    ['faster', t('much faster than usual')],
    ['slower', t('much slower than usual')],
  ];
  return (
    <Group align="flex-start" gap="xl">
      <Stack gap={6}>
        <Text size="sm">{t('When')}</Text>
        {alarms.map(([alarm, words]) => (
          <Checkbox
            key={alarm}
            size="sm"
            label={words}
            checked={now.alarms.includes(alarm)}
            onChange={({ currentTarget }) => toggle(alarm, currentTarget.checked)}
          />
        ))}
      </Stack>
      <Stack gap={6}>
        <Text size="sm">{t('then')}</Text>
        <NativeSelect
          size="xs"
          aria-label={t('More gold items')}
          value={String(now.extra_gold)}
          data={[
            { value: '0', label: t('no more gold items') },
            ...[0.05, 0.1, 0.2].map((share) => ({ value: String(share), label: t('{{share}} % more gold items', { share: share * 100 }) })),
          ]}
          onChange={({ currentTarget }) => change({ extra_gold: Number(currentTarget.value) })}
        />
        <Checkbox size="sm" label={t('no new tasks until a manager lifts it')} checked={now.pause} onChange={({ currentTarget }) => change({ pause: currentTarget.checked })} />
        <Checkbox
          size="sm"
          label={t('done work since the change, not yet released, goes back to review')}
          checked={now.reopen}
          onChange={({ currentTarget }) => change({ reopen: currentTarget.checked })}
        />
      </Stack>
    </Group>
  );
}
