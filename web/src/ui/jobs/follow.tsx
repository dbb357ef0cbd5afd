/** A job under way: how far it is, the way to stop it, and in words what broke it. */
import { Alert, Badge, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';

import { api } from '../../api';
import { spoken, t } from '../../language/language';
import { client, job as jobQuery } from '../../queries';
import type { Job, JobState } from '../../wire';
import { number, plain } from '../words';

const POLL_MS = 800;

export const JOB_WORDS: Record<JobState, string> = spoken({
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
});

const KIND_WORDS: Record<string, string> = spoken<string>({
  import_items: 'Import of items',
  import_labels: 'Import of labels',
  undo_import: 'Undo of an import',
  find_suspects: 'Search for suspects',
  watch_people: 'Search for alarms',
  add_model: 'Fetching a model',
  predict: 'Pre-labeling',
  deliver_webhooks: 'Webhooks',
  train_head: 'Learning from the project',
});

export function kindWords(kind: string): string {
  return KIND_WORDS[kind] ?? plain(kind);
}

export function isOver(state: JobState): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** The job, asked for until it is over. */
export function useJob(id: string | null | undefined) {
  return useQuery({
    ...jobQuery(id ?? ''),
    enabled: Boolean(id),
    refetchInterval: ({ state: { data } }) => (data && isOver(data.state) ? false : POLL_MS),
  });
}

export function useJobActions() {
  const again = () => {
    void client.invalidateQueries({ queryKey: ['jobs'] });
    void client.invalidateQueries({ queryKey: ['job'] });
  };
  const cancel = useMutation({ mutationFn: (id: string) => api.post(`/jobs/${id}/cancel`), onSuccess: again });
  const retry = useMutation({ mutationFn: (id: string) => api.post(`/jobs/${id}/retry`), onSuccess: again });
  return { cancel, retry };
}

const COLORS: Record<JobState, string> = {
  queued: 'gray',
  running: 'blue',
  done: 'pine',
  failed: 'red',
  cancelled: 'gray',
};

export function JobBadge({ state }: { state: JobState }) {
  return (
    <Badge variant="light" color={COLORS[state]} tt="none">
      {JOB_WORDS[state] ?? state}
    </Badge>
  );
}

export function JobBar({ job }: { job: Job }) {
  const { done, total, note } = job.progress;
  const share = job.state === 'done' ? 100 : total ? (done / total) * 100 : 0;
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{note || JOB_WORDS[job.state]}</Text>
        <Text size="sm" c="dimmed">
          {total ? t('{{done}} of {{total}}', { done, total }) : done ? number(done) : ''}
        </Text>
      </Group>
      <Progress
        value={total || job.state !== 'running' ? share : 100}
        animated={job.state === 'running'}
        color={job.state === 'failed' ? 'red' : 'pine'}
        aria-label={t('Progress of the job')}
      />
    </Stack>
  );
}

export function JobError({ job }: { job: Job }) {
  if (!job.error) return null;
  return (
    <Alert color="red" title={job.error.detail ?? job.error.title ?? t('The job failed.')}>
      {job.error.remedy}
    </Alert>
  );
}

/** One job from its start to its end, with its actions. */
export function FollowJob({ id }: { id: string }) {
  const { data: job } = useJob(id);
  const { cancel, retry } = useJobActions();
  if (!job) return null;
  return (
    <Stack gap="sm">
      <JobBar job={job} />
      <JobError job={job} />
      <Group>
        {!isOver(job.state) && (
          <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(job.id)}>
            {t('Cancel')}
          </Button>
        )}
        {(job.state === 'failed' || job.state === 'cancelled') && (
          <Button size="xs" loading={retry.isPending} onClick={() => retry.mutate(job.id)}>
            {t('Try again')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
