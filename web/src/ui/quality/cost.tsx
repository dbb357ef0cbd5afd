/** What the work cost, what an accepted annotation costs, and when the rest will be done. */
import { Alert, Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCoin } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { t } from '../../language/language';
import { useProject } from '../project';
import { Answer, Empty, Loading } from '../state';
import { count, duration, percent } from '../words';
import { LedgerTables } from './cost-tables';
import { money } from './figures';
import { Forecast } from './forecast';
import { How } from './how';
import { type METHODS, spokenMethod } from './method-words';
import { cost as costQuery } from './queries';
import { RatesForm } from './rates-form';
import type { CostView } from './wire';

export default function Cost() {
  const { project } = useProject();
  const found = useQuery(costQuery(project.id));
  const [changing, setChanging] = useState(false);
  return (
    <Answer of={found} loading={<Loading rows={6} />}>
      {(view) => (
        <>
          {view.seconds + view.machine_seconds > 0 ? (
            <Spent view={view} onRates={() => setChanging(true)} />
          ) : (
            <Empty
              icon={<IconCoin />}
              title={t('No work to count yet')}
              action={
                <Button variant="default" onClick={() => setChanging(true)}>
                  {t('Set rates')}
                </Button>
              }
            >
              {t('As soon as somebody annotates, the time at work shows here, and with rates what it cost.')}
            </Empty>
          )}
          {changing && <RatesForm rates={view.rates} onClose={() => setChanging(false)} />}
        </>
      )}
    </Answer>
  );
}

function Spent({ view, onRates }: { view: CostView; onRates: () => void }) {
  const { currency = '' } = view.rates;
  return (
    <Stack gap="md" data-testid="cost">
      {!view.priced && (
        <Alert color="blue" title={t('Times, for no rates are set')}>
          <Group justify="space-between" gap="sm">
            <Text size="sm">{t('Set what an hour costs, by role or by person, and every table speaks of money.')}</Text>
            <Button size="xs" onClick={onRates} data-testid="set-rates">
              {t('Set rates')}
            </Button>
          </Group>
        </Alert>
      )}
      {view.unpriced.length > 0 && (
        <Alert color="orange" title={t('Somebody worked without a rate')}>
          {t('The work of {{names}} counts as free. Give them or their role a rate.', { names: view.unpriced.join(', ') })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="md">
        <Tile word={t('Spent')} value={view.priced ? money(view.total, currency) : duration(view.seconds)} note={view.priced ? t('{{time}} of people', { time: duration(view.seconds) }) : t('at work, pauses left out')} method="cost" />
        <Tile
          word={t('For an accepted annotation')}
          value={view.accepted === 0 ? t('undefined') : view.priced ? money(view.each, currency) : duration(view.seconds_each ?? 0)}
          note={view.accepted === 0 ? t('No item is done yet.') : count(view.accepted, 'accepted annotation')}
          method="each"
        />
        <Tile word={t('Rework')} value={view.rework_share === null ? t('undefined') : percent(view.rework_share, 1)} note={view.rework_share === null ? t('Nothing was spent.') : t('of all that was spent')} method="rework" />
        <Paper p="lg">
          <Text size="sm" c="dimmed" mb={4}>
            {t('Rates')}
          </Text>
          <Button variant="default" size="xs" onClick={onRates}>
            {view.priced ? t('Change rates') : t('Set rates')}
          </Button>
        </Paper>
      </SimpleGrid>
      <Forecast currency={currency} priced={view.priced} />
      <LedgerTables view={view} />
    </Stack>
  );
}

interface TileProps {
  word: string;
  value: string;
  note: string;
  method: keyof typeof METHODS;
}

function Tile({ word, value, note, method }: TileProps) {
  return (
    <Paper p="lg">
      <Group gap={4} wrap="nowrap">
        <Text size="sm" c="dimmed">
          {word}
        </Text>
        <How method={spokenMethod(method)} />
      </Group>
      <Text fz={24} fw={660} lh={1.25}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Paper>
  );
}
