/** An import of labels in numbers, with what did not come in and why. */
import { Alert, Group, SimpleGrid, Stack, Text } from '@mantine/core';

import { t } from '../../language/language';
import { Report, Stat } from '../report';
import { number } from '../words';
import { FaultList } from './fault-list';
import { details, type LabelReport } from './label-report';
import { SamplePictures } from './sample-pictures';

export function LabelSummary({ report }: { report: LabelReport }) {
  const { merge } = report;
  const stats: [string, number][] = [
    [report.dry_run ? t('Annotations would come in') : t('Annotations came in'), report.annotations],
    [t('Annotations in the file'), report.annotations_in_file],
    [t('Items matched'), report.items_matched],
    [t('Items in the file'), report.items_in_file],
  ];
  const rest: [string, number | undefined][] = [
    [t('Without an item of that name'), report.items_unmatched],
    [t('Could be several items'), report.items_ambiguous],
    [t('Already there'), report.already_there],
    [t('Said twice in the file'), report.duplicates_in_file],
    [t('Not read'), report.not_read],
    [t('Items left for people'), report.left_for_people],
  ];
  return (
    <Stack>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm">
        {[...stats, ...rest.filter((entry): entry is [string, number] => Boolean(entry[1]))].map(([word, value], place) => (
          <Stat key={place} word={word} value={number(value)} />
        ))}
      </SimpleGrid>
      {merge && (
        <Alert color="blue" p="xs" variant="light" title={t('Merged at an IoU of {{iou}}', { iou: merge.iou })}>
          <Group gap="lg">
            {[
              t('{{count}} matched', { count: merge.matched }),
              t('{{count}} of them the same', { count: merge.the_same }),
              t('{{count}} kept as they were', { count: merge.ours_kept }),
              t('{{count}} taken from the file', { count: merge.theirs_taken }),
              t('{{count}} added', { count: merge.added }),
            ].map((line) => (
              <Text key={line} size="sm">
                {line}
              </Text>
            ))}
          </Group>
        </Alert>
      )}
      <SamplePictures report={report} />
      <FaultList faults={report.faults} total={report.not_read ?? report.faults.length} name={report.format} />
      <Report report={details(report)} />
    </Stack>
  );
}
