/** One import from its start to its report. */
import { Group, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

import { t } from '../../language/language';
import { client, importOf } from '../../queries';
import type { Import } from '../../wire';
import { FollowJob, isOver, useJob } from '../jobs/follow';
import { Report } from '../report';
import { Answer } from '../state';
import type { LabelReport } from './label-report';
import { LabelSummary } from './label-summary';

const POLL_MS = 800;
export const SETTLED = new Set(['done', 'failed', 'undone', 'cancelled']);

/** The import, asked for until it has settled. */
export function useImport(id: string) {
  return useQuery({
    ...importOf(id),
    refetchInterval: ({ state: { data } }) => (data && SETTLED.has(data.state) ? false : POLL_MS),
  });
}

function Told({ made, report }: { made: Import; report: Record<string, unknown> }) {
  if (made.kind === 'labels' && 'items_matched' in report) {
    const { undone, ...told } = report;
    return (
      <Stack>
        {Boolean(undone) && <Report report={{ undone }} />}
        <LabelSummary report={told as unknown as LabelReport} />
      </Stack>
    );
  }
  return <Report report={report} />;
}

export function ImportOutcome({ id }: { id: string }) {
  const made = useImport(id);
  return <Answer of={made}>{(data) => <Outcome made={data} />}</Answer>;
}

function Outcome({ made }: { made: Import }) {
  const { data: job } = useJob(made.job);
  const isRunning = Boolean(job && !isOver(job.state));
  useEffect(() => {
    if (!isRunning) void client.invalidateQueries({ queryKey: ['project', made.project] });
  }, [isRunning, made.project, made.state]);
  return (
    <Stack>
      {made.job && (!job || job.state !== 'done') && <FollowJob id={made.job} />}
      {made.report ? (
        <Told made={made} report={made.report} />
      ) : (
        job?.state === 'done' && (
          <Group gap="xs">
            <Loader size="xs" />
            <Text size="sm">{t('Reading the report…')}</Text>
          </Group>
        )
      )}
    </Stack>
  );
}
