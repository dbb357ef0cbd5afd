/** The template of a skeleton, drawn: click to add keypoints, drag to move, click two to join them. */
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useRef, useState } from 'react';

import { t } from '../../language/language';
import type { SkeletonTemplate } from '../../wire';
import { EMPTY_TEMPLATE, movedPoint, PERSON, renamedPoint, toggledEdge, withoutPoint, withPoint } from './template';

interface Props {
  template: SkeletonTemplate | null | undefined;
  color: string;
  mayChange: boolean;
  onChange: (template: SkeletonTemplate) => void;
}

const SIDE = 300;
const MARGIN = 20;
const TREMBLE = 0.012; // of the drawing

const toPixels = (value: number) => MARGIN + value * (SIDE - 2 * MARGIN);

export function SkeletonForm({ template, color, mayChange, onChange }: Props) {
  const shown = template ?? EMPTY_TEMPLATE;
  const [chosen, choose] = useState<number | null>(null);
  return (
    <Stack gap={6} data-testid="skeleton-form">
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          {t('Skeleton')}
        </Text>
        {mayChange && shown.keypoints.length === 0 && (
          <Button size="compact-xs" variant="light" onClick={() => onChange(PERSON)}>
            {t('A person, as in COCO')}
          </Button>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {t('Click to add a keypoint, drag to move it. Click one and then another to join or part them.')}
      </Text>
      <Group align="flex-start" gap="md">
        <Drawing template={shown} color={color} mayChange={mayChange} chosen={chosen} choose={choose} onChange={onChange} />
        <Stack gap={4} flex="1 1 180px" mah={SIDE} style={{ overflow: 'auto' }}>
          {shown.keypoints.map((point, index) => (
            <Group key={index} gap={4} wrap="nowrap">
              <Text size="xs" w={20} ta="right" c={chosen === index ? undefined : 'dimmed'}>
                {index + 1}
              </Text>
              <TextInput
                size="xs"
                flex={1}
                aria-label={t('Name of keypoint {{number}}', { number: index + 1 })}
                value={point.name}
                onFocus={() => choose(index)}
                onChange={(event) => onChange(renamedPoint(shown, index, event.currentTarget.value))}
              />
              <ActionIcon
                size="sm"
                variant="subtle"
                color="red"
                aria-label={t('Delete {{name}}', { name: point.name })}
                onClick={() => {
                  choose(null);
                  onChange(withoutPoint(shown, index));
                }}
              >
                <IconX size={14} />
              </ActionIcon>
            </Group>
          ))}
        </Stack>
      </Group>
      {(shown.swaps ?? []).length > 0 && (
        <Text size="xs" c="dimmed">
          {t('Left and right: {{pairs}}', {
            pairs: shown.swaps!.map(([a, b]) => `${shown.keypoints[a]?.name} ↔ ${shown.keypoints[b]?.name}`).join(', '),
          })}
        </Text>
      )}
    </Stack>
  );
}

interface DrawingProps extends Omit<Props, 'template'> {
  template: SkeletonTemplate;
  chosen: number | null;
  choose: (index: number | null) => void;
}

function Drawing({ template, color, mayChange, chosen, choose, onChange }: DrawingProps) {
  const surface = useRef<SVGSVGElement>(null);
  const held = useRef<{ index: number; x: number; y: number; moved: boolean } | null>(null);
  const place = (event: React.PointerEvent) => {
    const box = surface.current!.getBoundingClientRect();
    const at = (value: number, size: number) => (value / size) * (SIDE / (SIDE - 2 * MARGIN)) - MARGIN / (SIDE - 2 * MARGIN);
    return { x: at(event.clientX - box.left, box.width), y: at(event.clientY - box.top, box.height) };
  };
  const release = (index: number) => {
    const wasMoved = held.current?.moved;
    held.current = null;
    if (wasMoved) return;
    if (chosen !== null && chosen !== index) {
      onChange(toggledEdge(template, chosen, index));
      choose(null);
    } else choose(chosen === index ? null : index);
  };
  return (
    <svg
      ref={surface}
      width={SIDE}
      height={SIDE}
      viewBox={`0 0 ${SIDE} ${SIDE}`}
      role="img"
      aria-label={t('Template of {{count}} keypoints', { count: template.keypoints.length })}
      style={{ border: '1px solid var(--lw-line)', borderRadius: 8, background: 'var(--lw-sunken)', touchAction: 'none', cursor: mayChange ? 'crosshair' : 'default' }}
      onPointerDown={(event) => {
        if (!mayChange || event.target !== surface.current) return;
        const { x, y } = place(event);
        onChange(withPoint(template, x, y));
        choose(null);
      }}
      onPointerMove={(event) => {
        if (!held.current) return;
        const { x, y } = place(event);
        const { index, x: from, y: top } = held.current;
        if (Math.hypot(x - from, y - top) > TREMBLE) held.current.moved = true;
        if (held.current.moved) onChange(movedPoint(template, index, x, y));
      }}
    >
      {(template.edges ?? []).map(([a, b]) => {
        const [from, to] = [template.keypoints[a], template.keypoints[b]];
        if (!from || !to) return null;
        return <line key={`${a} ${b}`} x1={toPixels(from.x)} y1={toPixels(from.y)} x2={toPixels(to.x)} y2={toPixels(to.y)} stroke={color} strokeWidth={2.5} pointerEvents="none" />;
      })}
      {template.keypoints.map((point, index) => (
        <g key={index}>
          <circle
            cx={toPixels(point.x)}
            cy={toPixels(point.y)}
            r={chosen === index ? 8 : 6}
            fill={chosen === index ? '#fff' : color}
            stroke={chosen === index ? color : '#101618'}
            strokeWidth={chosen === index ? 3 : 1.2}
            style={{ cursor: mayChange ? 'pointer' : 'default' }}
            onPointerDown={(event) => {
              if (!mayChange) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              held.current = { index, ...place(event), moved: false };
            }}
            onPointerUp={() => mayChange && release(index)}
          >
            <title>{point.name}</title>
          </circle>
          <text x={toPixels(point.x) + 9} y={toPixels(point.y) - 7} fontSize={10} fill="currentColor" pointerEvents="none">
            {index + 1}
          </text>
        </g>
      ))}
    </svg>
  );
}
