/** When the target will be reached and what it will still take, as a range, and how that was foretold. */
import { Anchor, Group, NumberInput, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import { useProject } from '../project';
import { Answer } from '../state';
import { count, day, duration } from '../words';
import { exploring } from './behind';
import { money } from './figures';
import { How } from './how';
import { spokenMethod } from './method-words';
import { forecast as forecastQuery } from './queries';
import type { ForecastView, Foretold } from './wire';

const OPEN = ['waiting', 'annotating', 'adjudicate', 'review', 'returned'];
const Chart = lazy(() => import('./forecast-chart'));

export function Forecast({ currency, priced }: { currency: string; priced: boolean }) {
  const { project } = useProject();
  const [target, setTarget] = useState(100);
  const [asked] = useDebouncedValue(target, 400);
  const found = useQuery({ ...forecastQuery(project.id, asked / 100), placeholderData: keepPreviousData });
  return (
    <Paper p="lg" data-testid="forecast">
      <Group justify="space-between" align="flex-start" mb="sm">
        <Group gap={4}>
          <Title order={3}>{t('Forecast')}</Title>
          <How method={spokenMethod('forecast')} />
        </Group>
        <NumberInput size="xs" w={180} label={t('Items to be done')} suffix=" %" min={1} max={100} value={target} onChange={(value) => typeof value === 'number' && value > 0 && setTarget(value)} />
      </Group>
      <Answer of={found}>{(view) => <Told view={view} currency={currency} priced={priced} />}</Answer>
    </Paper>
  );
}

function Told({ view, currency, priced }: { view: ForecastView; currency: string; priced: boolean }) {
  const { project } = useProject();
  const { forecast: told } = view;
  return (
    <Stack gap="md">
      {told ? (
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
          <Part word={t('Done')} value={told.middle ? day(told.middle) : t('not within five years')} note={dates(told)} />
          <Part
            word={t('Still to come')}
            value={told.cost ? money(told.cost.middle, currency) : duration(told.seconds.middle)}
            note={
              told.cost
                ? t('{{low}} to {{high}}', { low: money(told.cost.low, currency), high: money(told.cost.high, currency) })
                : t('{{low}} to {{high}}', { low: duration(told.seconds.low), high: duration(told.seconds.high) })
            }
          />
          <Part word={t('Items left')} value={count(view.left, 'item')} note={t('{{value}} a day on average, days off included', { value: Number(told.per_day.toFixed(1)) })} />
        </SimpleGrid>
      ) : (
        <Text size="sm" c="dimmed">
          {view.left === 0 ? t('The target is reached.') : t('A forecast needs three days before today, with items finished on one of them.')}
          {view.left > 0 && ` ${t('{{count}} items are left.', { count: view.left })}`}
        </Text>
      )}
      {view.days.length > 1 && (
        <Suspense fallback={<Skeleton height={240} />}>
          <Chart view={view} />
        </Suspense>
      )}
      <Group gap="md">
        <Anchor component={Link} size="sm" to={exploring(project.id, { states: ['done'] })}>
          {t('Open the items that are done')}
        </Anchor>
        {view.left > 0 && (
          <Anchor component={Link} size="sm" to={exploring(project.id, { states: OPEN })}>
            {t('Open the items that are left')}
          </Anchor>
        )}
      </Group>
      {told && priced && (
        <Text size="xs" c="dimmed">
          {t('The range holds in {{level}} % of the futures that were played.', { level: Math.round(told.level * 100) })}
        </Text>
      )}
    </Stack>
  );
}

function dates(told: Foretold): string {
  if (!told.earliest) return '';
  return t('{{low}} to {{high}}', { low: day(told.earliest), high: told.latest ? day(told.latest) : t('years ahead') });
}

function Part({ word, value, note }: { word: string; value: string; note: string }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {word}
      </Text>
      <Text fz={20} fw={640}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </div>
  );
}
