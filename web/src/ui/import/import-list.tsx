/** The imports of a project, each with its report and the way to undo it. */
import { Badge, Button, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { spoken, t } from '../../language/language';
import { client, imports as importsQuery } from '../../queries';
import type { Import } from '../../wire';
import { tell } from '../notify';
import { Answer } from '../state';
import { ago } from '../words';
import { ImportOutcome, SETTLED } from './outcome';

const POLL_MS = 2000;

export function ImportList({ project }: { project: string }) {
  const imports = useQuery({
    ...importsQuery(project),
    refetchInterval: ({ state: { data } }) =>
      data?.some(({ state }) => !SETTLED.has(state)) ? POLL_MS : false,
  });
  return (
    <Answer of={imports}>
      {(data) =>
        data.some(isNoPreview) && (
          <Stack gap="xs">
            <Title order={3}>{t('Imports so far')}</Title>
            {data.filter(isNoPreview).map((made) => (
              <Entry key={made.id} made={made} />
            ))}
          </Stack>
        )
      }
    </Answer>
  );
}

/** A preview changed nothing, and was looked at where it was asked for. */
const isNoPreview = ({ args, state }: Import) => !args?.dry_run || state === 'failed';

const AS_WORDS: Record<string, string> = spoken<string>({
  annotations: 'annotations',
  predictions: 'predictions',
  references: 'references',
});

const IMPORT_WORDS: Record<string, string> = spoken<string>({
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  undoing: 'Being undone',
  undone: 'Undone',
});

function title({ kind, args }: Import): string {
  if (kind === 'items') return t('Items');
  const as = AS_WORDS[typeof args?.as === 'string' ? args.as : 'annotations'] ?? '';
  return args?.dry_run ? t('Labels as {{as}} (preview)', { as }) : t('Labels as {{as}}', { as });
}

function Entry({ made }: { made: Import }) {
  const [opened, { toggle }] = useDisclosure();
  const undo = useMutation({
    mutationFn: () => api.post(`/imports/${made.id}/undo`),
    onSuccess: () => {
      tell(t('The import is being undone'));
      void client.invalidateQueries({ queryKey: ['project', made.project] });
      void client.invalidateQueries({ queryKey: ['import', made.id] });
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: t('Undo this import?'),
      children: (
        <Text size="sm">
          {made.kind === 'items'
            ? t('The items it brought in go away. Those that somebody has worked on stay, and are named.')
            : t('The annotations are put back as they were before it.')}
        </Text>
      ),
      labels: { confirm: t('Undo the import'), cancel: t('Keep it') },
      confirmProps: { color: 'red' },
      onConfirm: () => undo.mutate(),
    });
  return (
    <Paper p="sm" px="md">
      <Group justify="space-between">
        <Group gap="sm">
          <Text fw={560}>{title(made)}</Text>
          <Badge variant="light" tt="none" color={made.state === 'failed' ? 'red' : made.state === 'done' ? 'pine' : 'gray'}>
            {IMPORT_WORDS[made.state] ?? made.state}
          </Badge>
          <Text size="sm" c="dimmed">
            {ago(made.created_at)}
          </Text>
        </Group>
        <Group gap="xs">
          {made.can_undo && (
            <Button size="xs" variant="subtle" color="red" loading={undo.isPending} onClick={ask}>
              {t('Undo')}
            </Button>
          )}
          <Button size="xs" variant="default" aria-expanded={opened} onClick={toggle}>
            {opened ? t('Hide the report') : t('Report')}
          </Button>
        </Group>
      </Group>
      <Collapse expanded={opened}>
        <div style={{ paddingTop: 12 }}>{opened && <ImportOutcome id={made.id} />}</div>
      </Collapse>
    </Paper>
  );
}
