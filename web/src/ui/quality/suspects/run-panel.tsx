/** The search: what it uses, how far it is, and what the last one found. */
import { Alert, Button, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { IconZoomScan } from '@tabler/icons-react';

import { t } from '../../../language/language';
import { ago, number } from '../../words';
import { isGoing } from './queries';
import classes from './suspects.module.css';
import type { Overview } from './wire';

interface Props {
  overview: Overview;
  isStarting: boolean;
  onStart: () => void;
}

export function RunPanel({ overview, isStarting, onStart }: Props) {
  const { run, going, material } = overview;
  const busy = isGoing(overview);
  return (
    <Paper p="md" data-testid="suspect-run">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="md">
          <Stack gap={2} style={{ flex: '1 1 280px' }}>
            <Text fw={600}>{run ? t('Last search {{when}} by {{name}}', { when: ago(run.finished_at ?? run.created_at), name: run.by }) : t('No search yet')}</Text>
            {run?.report && (
              <Text size="sm" c="dimmed">
                {t('{{items}} items with {{annotations}} annotations were gone through; {{kept}} of {{found}} suspects are listed.', {
                  items: number(run.report.items),
                  annotations: number(run.report.annotations),
                  kept: number(run.report.kept),
                  found: number(run.report.found),
                })}{' '}
                {run.report.judged_before > 0 &&
                  t('{{judged}} were judged before and left out.', { judged: number(run.report.judged_before) })}
              </Text>
            )}
          </Stack>
          <Button
            leftSection={<IconZoomScan size={16} />}
            onClick={onStart}
            loading={isStarting}
            disabled={busy || material.items === 0}
            variant={run ? 'default' : 'filled'}
          >
            {run ? t('Search again') : t('Search for suspects')}
          </Button>
        </Group>
        {busy && going && (
          <Stack gap={4} role="status" data-testid="suspect-progress">
            <Progress value={going.total ? (100 * going.done) / going.total : 3} animated aria-label={t('Searching')} />
            <Text size="xs" c="dimmed">
              {going.total
                ? t('{{done}} of {{total}} items looked at', { done: number(going.done), total: number(going.total) })
                : t('The search is about to begin.')}
            </Text>
          </Stack>
        )}
        {going?.state === 'failed' && (
          <Alert color="red" title={t('The last search failed')} p="xs">
            <Text size="sm">{going.error}</Text>
          </Alert>
        )}
        {run ? (
          <details>
            <Text component="summary" size="sm" style={{ cursor: 'pointer' }}>
              {t('What a search goes by')}
            </Text>
            <Uses material={material} />
          </details>
        ) : (
          <Uses material={material} />
        )}
      </Stack>
    </Paper>
  );
}

/** What a search would go by, in numbers, so that nobody wonders why it finds little. */
function Uses({ material }: { material: Overview['material'] }) {
  const models = Object.entries(material.models);
  return (
    <Stack gap={4}>
      <div className={classes.facts}>
        <Fact value={material.items}>{t('items that are done')}</Fact>
        <Fact value={material.merged}>{t('of them answered by several people')}</Fact>
        <Fact value={material.duplicates}>{t('of them near-duplicates of others')}</Fact>
        {models.length === 0 && <Fact value={0}>{t('of them with predictions of a model')}</Fact>}
        {models.map(([model, items]) => (
          <Fact key={model} value={items}>
            {t('of them with predictions of {{model}}', { model })}
          </Fact>
        ))}
      </div>
      <Text size="xs" c="dimmed">
        {t('Besides, each annotation is compared with others of its category: size, form, overlaps, and what the model said of it. Predictions of a model that did not learn from the same items say most; import them as predictions.')}
      </Text>
    </Stack>
  );
}

function Fact({ value, children }: { value: number; children: string }) {
  return (
    <Text size="sm" c={value ? undefined : 'dimmed'}>
      <Text span fw={600} size="sm">
        {number(value)}
      </Text>{' '}
      {children}
    </Text>
  );
}
