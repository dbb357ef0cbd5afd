/** How the tool in use is set: brush size, panoptic painting, snapping, the kind of relation. */
import { Group, Select, Slider, Switch, Text } from '@mantine/core';

import { LARGEST_BRUSH, SMALLEST_BRUSH } from '../../editor/options';
import { t } from '../../language/language';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const BRUSHES = ['brush', 'eraser'];
const PAINTERS = [...BRUSHES, 'lasso', 'fill'];
const SNAPPERS = ['polygon', 'polyline', 'hole', 'part', 'cut'];

export function ToolOptions({ desk }: { desk: Desk }) {
  const { editor, hand } = desk;
  useSignal(hand.turned, editor.options.changed);
  const { name } = hand.current;
  const { options } = editor;
  if (!PAINTERS.includes(name) && !SNAPPERS.includes(name) && name !== 'relate') return null;
  return (
    <div className={classes.options} data-testid="tool-options" onPointerDown={(event) => event.stopPropagation()}>
      <Group gap="md" wrap="nowrap">
        {BRUSHES.includes(name) && (
          <Group gap={8} wrap="nowrap">
            <Text size="xs">{t('Size')}</Text>
            <Slider
              w={130}
              size="sm"
              min={0}
              max={100}
              value={toSlider(options.brush)}
              label={`${Math.round(options.brush)} px`}
              aria-label={t('Size of the brush')}
              onChange={(value) => options.set({ brush: fromSlider(value) })}
            />
          </Group>
        )}
        {PAINTERS.includes(name) && (
          <Switch
            size="xs"
            label={t('One annotation a pixel')}
            checked={options.panoptic}
            onChange={(event) => options.set({ panoptic: event.currentTarget.checked })}
          />
        )}
        {SNAPPERS.includes(name) && (
          <Switch
            size="xs"
            label={t('Snap to neighbours')}
            checked={options.snap}
            onChange={(event) => options.set({ snap: event.currentTarget.checked })}
          />
        )}
        {name === 'relate' && <RelationKind desk={desk} />}
      </Group>
    </div>
  );
}

function RelationKind({ desk: { editor } }: { desk: Desk }) {
  const specs = editor.ontology.relations ?? [];
  return (
    <Select
      size="xs"
      aria-label={t('Kind of relation')}
      allowDeselect={false}
      data={specs.map(({ id, name }) => ({ value: id, label: name }))}
      value={editor.relationKind ?? specs[0]?.id ?? null}
      onChange={(value) => {
        editor.relationKind = value;
        editor.options.changed.emit();
      }}
    />
  );
}

// The slider is even in ratios: from one pixel to two is as far as from 100 to 200.
const SPAN = Math.log(LARGEST_BRUSH / SMALLEST_BRUSH);
const toSlider = (brush: number) => (Math.log(brush / SMALLEST_BRUSH) / SPAN) * 100;
const fromSlider = (value: number) => SMALLEST_BRUSH * Math.exp((value / 100) * SPAN);
