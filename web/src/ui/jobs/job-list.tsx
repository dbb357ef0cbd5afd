/** Jobs, newest first, each with its progress, its end, and what may be done about it. */
import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconClockPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';

import { t } from '../../language/language';
import { jobs as jobsQuery } from '../../queries';
import type { Job } from '../../wire';
import { Answer, Empty } from '../state';
import { ago, duration, moment } from '../words';
import { isOver, JobBadge, JobBar, JobError, kindWords, useJobActions } from './follow';

const POLL_MS = 1500;
const IDLE_MS = 15_000;

interface Props {
  project?: string;
  nameOf?: (project: string) => string | undefined;
}

export function JobList({ project, nameOf }: Props) {
  const jobs = useQuery({
    ...jobsQuery(project),
    refetchInterval: ({ state: { data } }) =>
      data?.some((job) => !isOver(job.state)) ? POLL_MS : IDLE_MS,
  });
  return (
    <Answer of={jobs}>
      {(data) =>
        data.length === 0 ? (
          <Empty icon={<IconClockPlay />} title={t('No jobs yet')}>
            {t('Imports and other long work of the server appear here with their progress.')}
          </Empty>
        ) : (
          <Stack gap="sm">
            {data.map((job) => (
              <Entry key={job.id} job={job} place={job.project && nameOf?.(job.project)} />
            ))}
          </Stack>
        )
      }
    </Answer>
  );
}

function Entry({ job, place }: { job: Job; place?: string | null | undefined }) {
  const { cancel, retry } = useJobActions();
  return (
    <Paper p="md" component="article" aria-label={kindWords(job.kind)}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Text fw={600}>{kindWords(job.kind)}</Text>
          <JobBadge state={job.state} />
          {place && (
            <Text size="sm" c="dimmed" className="lw-clip" maw={420}>
              {place}
            </Text>
          )}
        </Group>
        <Group gap="sm" wrap="nowrap">
          <Text size="sm" c="dimmed" title={moment(job.created_at)}>
            {when(job)}
          </Text>
          {!isOver(job.state) && (
            <Button size="xs" variant="default" onClick={() => cancel.mutate(job.id)}>
              {t('Cancel')}
            </Button>
          )}
          {(job.state === 'failed' || job.state === 'cancelled') && (
            <Button size="xs" variant="default" onClick={() => retry.mutate(job.id)}>
              {t('Try again')}
            </Button>
          )}
        </Group>
      </Group>
      {job.state !== 'done' && (
        <Stack gap="sm" mt="sm">
          {!isOver(job.state) && <JobBar job={job} />}
          <JobError job={job} />
        </Stack>
      )}
    </Paper>
  );
}

function when(job: Job): string {
  const parts = [ago(job.created_at)];
  if (job.started_at && job.finished_at) {
    parts.push(t('took {{time}}', { time: duration((Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000) }));
  }
  if (job.attempts > 1) parts.push(t('attempt {{number}}', { number: job.attempts }));
  return parts.join(' · ');
}
