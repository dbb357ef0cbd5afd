/** One's own answer over what is right: two layers on the picture, and what differs, one after the other. */
import { Alert, Badge, Button, Group, Kbd, SegmentedControl, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { IconBulb } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';

import { address } from '../../api';
import { boundsOfShape } from '../../geometry/shapes';
import { spoken, t } from '../../language/language';
import { ontology as ontologyQuery } from '../../queries';
import type { Annotation, Category } from '../../wire';
import { outline } from '../item-picture';
import { Answer } from '../state';
import { percentOf } from './words';
import { type Difference, differences, type Row } from './differences';
import classes from './learn.module.css';
import { comparison } from './queries';
import type { Comparison } from './wire';

const GIVEN = '#0072B2';
const RIGHT = '#D55E00';
const AROUND = 1.2; // of the size of what is shown large, on every side

const KIND_WORDS: Record<Difference, string> = spoken({
  missing: 'Missed',
  extra: 'Should not be there',
  category: 'Wrong category',
  attributes: 'Wrong attribute',
  right: 'Right',
});
const KIND_COLORS: Record<Difference, string> = { missing: 'red', extra: 'red', category: 'orange', attributes: 'yellow', right: 'pine' };

type Layers = 'both' | 'given' | 'right';

interface Props {
  project: string;
  task: string;
  /** What the button says that leads on. */
  onward: string;
  onNext: () => void;
}

export function Compare({ project, task, onward, onNext }: Props) {
  const found = useQuery(comparison(task));
  const ontology = useQuery(ontologyQuery(project));
  const categories = useMemo(() => new Map((ontology.data?.ontology.categories ?? []).map((one) => [one.id, one])), [ontology.data]);
  return <Answer of={found}>{(data) => <Compared of={data} categories={categories} onward={onward} onNext={onNext} />}</Answer>;
}

interface ComparedProps {
  of: Comparison;
  categories: Map<string, Category>;
  onward: string;
  onNext: () => void;
}

function Compared({ of, categories, onward, onNext }: ComparedProps) {
  const rows = useMemo(() => (of.detail ? differences(of.reference, of.given, of.detail) : []), [of]);
  const [at, setAt] = useState(-1);
  const [layers, setLayers] = useState<Layers>('both');
  const [isLarge, setLarge] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'ArrowDown' || event.key === 'j') setAt((now) => Math.min(rows.length - 1, now + 1));
      else if (event.key === 'ArrowUp' || event.key === 'k') setAt((now) => Math.max(0, now - 1));
      else if (event.key === 'Enter' && !event.repeat) onNext();
      else if (event.key === 'f') setLarge((now) => !now);
      else if ('123'.includes(event.key)) setLayers((['both', 'given', 'right'] as const)[Number(event.key) - 1]!);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', press, { capture: true });
    return () => window.removeEventListener('keydown', press, { capture: true });
  }, [rows.length, onNext]);
  const chosen = rows[at] ?? null;
  const nameOf = (id: string | undefined) => (id && categories.get(id)?.name) || id || '';
  return (
    <div className={classes.compare} data-testid="compare">
      <div className={classes.picture}>
        <Picture of={of} rows={rows} chosen={chosen} layers={layers} isLarge={isLarge && chosen !== null} />
      </div>
      <div className={classes.side}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={3} data-testid="compare-score">
            {of.answer.score === null ? t('Not answered') : t('{{percent}} right', { percent: percentOf(of.answer.score) })}
          </Title>
          {of.answer.passed !== null && <Badge color={of.answer.passed ? 'pine' : 'orange'}>{of.answer.passed ? t('Good') : t('Not yet')}</Badge>}
        </Group>
        <SegmentedControl
          size="xs"
          fullWidth
          value={layers}
          onChange={(value) => setLayers(value as Layers)}
          aria-label={t('What is drawn')}
          data={[
            { value: 'both', label: t('Both') },
            { value: 'given', label: t('Yours') },
            { value: 'right', label: t('What is right') },
          ]}
        />
        <Group gap="md">
          <Text size="xs">
            <span className={classes.key} data-layer="given" /> {t('Yours')}
          </Text>
          <Text size="xs">
            <span className={classes.key} data-layer="right" /> {t('What is right')}
          </Text>
        </Group>
        {of.explanation && (
          <Alert icon={<IconBulb />} p="sm" data-testid="explanation">
            <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>
              {of.explanation}
            </Text>
          </Alert>
        )}
        <Stack gap={2} role="list" className={classes.rows!}>
          {rows.map((row, place) => (
            <UnstyledButton
              key={place}
              className={classes.row}
              role="listitem"
              data-on={place === at}
              data-kind={row.kind}
              data-testid="difference"
              onClick={() => setAt(place)}
              ref={place === at ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}
            >
              <Badge size="sm" variant="light" color={KIND_COLORS[row.kind]} style={{ flex: 'none' }}>
                {KIND_WORDS[row.kind]}
              </Badge>
              <Text size="sm" style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
                {told(row, nameOf, categories)}
              </Text>
            </UnstyledButton>
          ))}
          {rows.length === 0 && (
            <Text size="sm" c="dimmed">
              {of.detail ? t('There is nothing to mark here, and nothing was marked.') : t('You put this item aside. What is right is drawn.')}
            </Text>
          )}
        </Stack>
        <Text size="xs" c="dimmed">
          <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> {t('through what differs')} · <Kbd size="xs">F</Kbd> {t('large')}
        </Text>
        <Button onClick={onNext} rightSection={<Kbd size="xs">↵</Kbd>} data-testid="compare-next" data-autofocus>
          {onward}
        </Button>
      </div>
    </div>
  );
}

function told({ kind, reference, given, iou, attributes }: Row, nameOf: (id: string | undefined) => string, categories: Map<string, Category>): string {
  const near = iou === null ? '' : ` · IoU ${iou.toFixed(2)}`;
  if (kind === 'category') {
    return t('you said {{given}}, right is {{reference}}', { given: nameOf(given?.category), reference: nameOf(reference?.category) }) + near;
  }
  if (kind === 'attributes') {
    const specs = new Map((categories.get(reference?.category ?? '')?.attributes ?? []).map((spec) => [spec.id, spec.name]));
    const values = attributes.map((id) =>
      t('{{name}}: you said {{given}}, right is {{reference}}', {
        name: specs.get(id) ?? id,
        given: valueOf(given, id),
        reference: valueOf(reference, id),
      }),
    );
    return `${nameOf(reference?.category)} · ${values.join('; ')}${near}`;
  }
  return nameOf((reference ?? given)?.category) + near;
}

function valueOf(annotation: Annotation | null, attribute: string): string {
  const value = annotation?.attributes?.[attribute];
  return value === undefined ? '–' : Array.isArray(value) ? value.join(', ') : String(value);
}

interface PictureProps {
  of: Comparison;
  rows: Row[];
  chosen: Row | null;
  layers: Layers;
  isLarge: boolean;
}

function Picture({ of, rows, chosen, layers, isLarge }: PictureProps) {
  const frame = isLarge ? frameOf(chosen, of) : { x: 0, y: 0, width: of.width, height: of.height };
  const isChosen = (annotation: Annotation) => chosen !== null && (annotation === chosen.reference || annotation === chosen.given);
  const drawn = (annotation: Annotation, layer: 'given' | 'right') => {
    const path = annotation.shape && outline(annotation.shape);
    if (!path || (layers !== 'both' && layers !== layer)) return null;
    const color = layer === 'given' ? GIVEN : RIGHT;
    const on = isChosen(annotation);
    return (
      <path
        key={`${layer} ${annotation.id}`}
        d={path}
        fill={color}
        fillOpacity={on ? 0.25 : 0.06}
        fillRule="evenodd"
        stroke={color}
        strokeWidth={on ? 4 : 2.2}
        strokeDasharray={layer === 'right' ? '8 5' : undefined}
        opacity={chosen && !on ? 0.35 : 1}
        vectorEffect="non-scaling-stroke"
        data-layer={layer}
      />
    );
  };
  return (
    <svg viewBox={`${frame.x} ${frame.y} ${frame.width} ${frame.height}`} role="img" aria-label={t('Your answer over what is right, {{count}} differences', { count: rows.filter(({ kind }) => kind !== 'right').length })}>
      <image href={address(`/items/${of.answer.item}/preview`)} x={0} y={0} width={of.width} height={of.height} preserveAspectRatio="none" />
      {of.given.annotations.map((annotation) => drawn(annotation, 'given'))}
      {of.reference.annotations.map((annotation) => drawn(annotation, 'right'))}
    </svg>
  );
}

function frameOf(row: Row | null, { width, height }: Comparison) {
  const shape = row?.reference?.shape ?? row?.given?.shape;
  if (!shape) return { x: 0, y: 0, width, height };
  const { left, top, right, bottom } = boundsOfShape(shape);
  const more = Math.max(right - left, bottom - top, 16) * AROUND;
  return { x: left - more, y: top - more, width: right - left + 2 * more, height: bottom - top + 2 * more };
}
