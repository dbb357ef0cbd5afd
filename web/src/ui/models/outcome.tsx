/** What a pre-labeling job did, and what it left out and why. */
import { Alert, Stack, Text } from '@mantine/core';

import { t } from '../../language/language';
import { number } from '../words';
import type { PredictReport } from './wire';

const SHOWN = 8;

export function Outcome({ report }: { report: PredictReport }) {
  const left = { ...report.unfit };
  return (
    <Alert color={report.failures > 0 ? 'yellow' : 'pine'} title={t('{{annotations}} proposals on {{items}} items', { annotations: number(report.annotations), items: number(report.items) })} data-testid="outcome">
      <Stack gap={4}>
        {Object.keys(report.categories).length > 0 && <Text size="sm">{listed(report.categories)}</Text>}
        {report.below_threshold > 0 && <Text size="sm">{t('Below the threshold: {{number}}', { number: number(report.below_threshold) })}</Text>}
        {Object.keys(report.unmapped).length > 0 && <Text size="sm">{t('Without a category here: {{list}}', { list: listed(report.unmapped) })}</Text>}
        {Object.keys(left).length > 0 && <Text size="sm">{t('Left out: {{list}}', { list: listed(left) })}</Text>}
        {report.failed.slice(0, SHOWN).map(({ item, name, problem }) => (
          <Text key={item} size="sm" className="lw-break">
            {name}: {problem}
          </Text>
        ))}
        {report.failures > SHOWN && <Text size="sm">{t('and {{number}} more', { number: number(report.failures - SHOWN) })}</Text>}
      </Stack>
    </Alert>
  );
}

function listed(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts);
  const shown = all.slice(0, SHOWN).map(([name, count]) => `${name} (${number(count)})`);
  return shown.join(', ') + (all.length > SHOWN ? ', …' : '');
}
