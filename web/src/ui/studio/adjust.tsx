/** How the picture and the annotations are shown: a popover of sliders and switches. */
import { ActionIcon, Button, Divider, Group, NumberInput, Popover, SegmentedControl, Slider, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconAdjustments } from '@tabler/icons-react';
import { useState } from 'react';

import { type Channel, type Depth, isPlain, PLAIN, RANGES, windowAndLevel, windowOf } from '../../editor/adjustments';
import type { View } from '../../editor/view';
import { t } from '../../language/language';
import type { Desk } from './desk';
import { useSignal } from './use-signal';

const FILL = 0.16;
const FINE = 256; // steps of the sliders of a deep picture

export function Adjust({ desk }: { desk: Desk }) {
  const { view } = desk.editor;
  useSignal(view.changed, view.pictureChanged);
  const [opened, setOpened] = useState(false);
  const { depth } = desk.envelope.item;
  const isChanged = !isPlain(view.adjustments);
  return (
    <Popover position="right-start" offset={26} shadow="md" width={276} opened={opened} onChange={setOpened}>
      <Popover.Target>
        <Tooltip label={t('How the picture is shown')} position="right" disabled={opened}>
          <ActionIcon
            size={36}
            variant={isChanged ? 'light' : 'subtle'}
            color={isChanged ? 'pine' : 'gray'}
            aria-label={t('Picture adjustments')}
            data-testid="adjust"
            onClick={() => setOpened(!opened)}
          >
            <IconAdjustments size={20} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown mah="90vh" style={{ overflowY: 'auto' }}>
        <Stack gap="sm">
          {depth && <Window view={view} depth={depth} />}
          <Tones view={view} />
          {!depth && <Channels view={view} />}
          <Group gap="lg">
            <Switch size="xs" label={t('Invert')} checked={view.adjustments.invert} onChange={(e) => view.adjust({ invert: e.currentTarget.checked })} />
            <Switch size="xs" label={t('Equalize')} checked={view.adjustments.equalize} onChange={(e) => view.adjust({ equalize: e.currentTarget.checked })} />
          </Group>
          <Button size="compact-xs" variant="default" disabled={!isChanged} data-testid="adjust-reset" onClick={() => view.adjust(PLAIN)}>
            {t('Picture as it is')}
          </Button>
          <Divider />
          <Annotations view={view} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Tones({ view }: { view: View }) {
  return (['brightness', 'contrast', 'gamma'] as const).map((name) => (
    <div key={name}>
      <Group justify="space-between">
        <Text size="xs" tt="capitalize">
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {view.adjustments[name].toFixed(2)}
        </Text>
      </Group>
      <Slider
        size="sm"
        {...RANGES[name]}
        value={view.adjustments[name]}
        label={null}
        thumbLabel={name}
        onChange={(value) => view.adjust({ [name]: value })}
      />
    </div>
  ));
}

function Channels({ view }: { view: View }) {
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label={t('Channel')}
      value={view.adjustments.channel}
      onChange={(channel) => view.adjust({ channel: channel as Channel })}
      data={[
        { value: 'all', label: t('All') },
        { value: 'red', label: t('Red') },
        { value: 'green', label: t('Green') },
        { value: 'blue', label: t('Blue') },
      ]}
    />
  );
}

/** Window and level, in the values of the file. */
function Window({ view, depth }: { view: View; depth: Depth }) {
  const { window, level } = windowAndLevel(view.adjustments, depth);
  const range = Math.max(depth.maximum - depth.minimum, depth.step);
  const isWhole = Number.isInteger(depth.step) && Number.isInteger(depth.zero);
  const step = isWhole ? Math.max(1, Math.round(range / FINE / 4)) : range / FINE / 4;
  const decimals = isWhole ? 0 : Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(range))));
  const set = (wide: number, middle: number) => view.adjust({ window: windowOf(wide, middle, depth), equalize: false });
  const rows = [
    { name: t('Window'), value: window, min: step, max: range, set: (value: number) => set(value, level) },
    { name: t('Level'), value: level, min: depth.minimum, max: depth.maximum, set: (value: number) => set(window, value) },
  ];
  return (
    <>
      {rows.map((row) => (
        <div key={row.name}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="xs">{row.name}</Text>
            <NumberInput
              size="xs"
              w={110}
              hideControls
              aria-label={row.name}
              decimalScale={decimals}
              value={Number(row.value.toFixed(decimals))}
              onChange={(value) => typeof value === 'number' && Number.isFinite(value) && row.set(value)}
            />
          </Group>
          <Slider
            size="sm"
            min={row.min}
            max={row.max}
            step={step}
            value={Math.min(row.max, Math.max(row.min, row.value))}
            label={null}
            thumbLabel={t('{{name}} slider', { name: row.name })}
            onChange={row.set}
          />
        </div>
      ))}
      <Text size="xs" c="dimmed" data-testid="depth">
        {t('{{bits}} bits; values from {{least}} to {{most}}', {
          bits: depth.bits,
          least: shown(depth.minimum, decimals),
          most: shown(depth.maximum, decimals),
        })}
      </Text>
    </>
  );
}

function Annotations({ view }: { view: View }) {
  return (
    <>
      <div>
        <Text size="xs">{t('Fill of annotations')}</Text>
        <Slider size="sm" min={0} max={0.6} step={0.02} value={view.fill} label={null} thumbLabel={t('Fill of annotations')} onChange={(fill) => view.set({ fill })} />
      </div>
      <Switch size="xs" label={t('Names')} checked={view.names} onChange={(e) => view.set({ names: e.currentTarget.checked })} />
      <Switch size="xs" label={t('Hatches beside colors')} checked={view.patterns} onChange={(e) => view.set({ patterns: e.currentTarget.checked })} />
      <Switch size="xs" label={t('Predictions')} checked={view.predictions} onChange={(e) => view.set({ predictions: e.currentTarget.checked })} />
      {view.fill !== FILL && (
        <Button size="compact-xs" variant="default" onClick={() => view.set({ fill: FILL })}>
          {t('Fill as usual')}
        </Button>
      )}
    </>
  );
}

const shown = (value: number, decimals: number) => value.toLocaleString('en', { maximumFractionDigits: decimals });
