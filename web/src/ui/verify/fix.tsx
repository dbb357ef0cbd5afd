/** A cell opened large: its outline is dragged right, its category changed, or it is deleted. */
import { Button, Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconTrash } from '@tabler/icons-react';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';

import { imagePoint, type ImagePoint } from '../../geometry/point';
import { dragHandle, handlesOf, moved } from '../../geometry/shapes';
import { t } from '../../language/language';
import { shapesOf } from '../../model/ontology';
import type { Annotation, Category, Shape } from '../../wire';
import { studioPath } from '../places';
import { CategoryChips } from './chips';
import { largeCrop, surroundings } from './crop';
import { ARROWS, categoryOf } from './keys';
import { Outline, outlineOf } from './outline';
import type { Cell, Source, Window } from './wire';
import classes from './verify.module.css';

interface Props {
  project: string;
  source: Source;
  cell: Cell;
  annotation: Annotation;
  categories: Category[];
  onClose: () => void;
  onSave: (shape: Shape | null, category: string) => void;
  onDelete: () => void;
}

const MOST_HANDLES = 400;

export function Fix({ project, source, cell, annotation, categories, onClose, onSave, onDelete }: Props) {
  const [shape, setShape] = useState(annotation.shape ?? null);
  const [category, setCategory] = useState(annotation.category);
  const chosen = categories.find(({ id }) => id === category);
  const isChanged = shape !== (annotation.shape ?? null) || category !== annotation.category;
  const save = () => (isChanged ? onSave(shape, category) : onClose());
  const canDrag = shape !== null && handlesOf(shape).length > 0;
  const fitting = categories.filter((one) => shapesOf(one).includes(shape?.kind ?? 'tag'));
  useFixKeys({ save, onDelete, nudge: (dx, dy) => canDrag && setShape((now) => now && moved(now, dx, dy)), categories, fitting, setCategory });
  const stage = source === 'review' ? 'review' : 'annotate';
  return (
    <Modal opened onClose={onClose} size="min(1100px, 94vw)" title={t('Correct in place: {{name}}', { name: cell.name })} data-testid="fix">
      <Stack gap="sm">
        <Surface cell={cell} start={annotation.shape ?? null} shape={shape} onShape={setShape} category={chosen} />
        <CategoryChips all={categories} categories={fitting} current={category} onPick={setCategory} />
        {!canDrag && (
          <Text size="sm" c="dimmed">
            {t('This kind of shape is redrawn in the studio; its category can be changed here.')}
          </Text>
        )}
        <Group justify="space-between">
          <Group gap="xs">
            <Button variant="default" color="red" leftSection={<IconTrash size={16} />} onClick={onDelete} data-testid="fix-delete">
              {source === 'review' ? t('Delete') : t('Mark as wrong')}
            </Button>
            <Button
              component={Link}
              to={studioPath(project, stage, cell.task, annotation.id)}
              target="_blank"
              variant="subtle"
              rightSection={<IconExternalLink size={15} />}
            >
              {t('Open in the studio')}
            </Button>
          </Group>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('Cancel')}
            </Button>
            <Button onClick={save} data-autofocus data-testid="fix-save" rightSection={<Kbd size="xs">Enter</Kbd>}>
              {t('Save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}

interface Keys {
  save: () => void;
  onDelete: () => void;
  nudge: (dx: number, dy: number) => void;
  categories: Category[];
  fitting: Category[];
  setCategory: (id: string) => void;
}

function useFixKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { save, onDelete, nudge, categories, fitting, setCategory } = latest.current;
      const step = ARROWS[event.key];
      const onButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
      if (event.key === 'Enter' && !onButton) save();
      else if (event.key === 'Delete' || event.key === 'Backspace') onDelete();
      else if (step) nudge(step[0] * (event.shiftKey ? 10 : 1), step[1] * (event.shiftKey ? 10 : 1));
      else {
        const found = categoryOf(event.key, categories);
        if (!found || !fitting.includes(found)) return;
        setCategory(found.id);
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

interface SurfaceProps {
  cell: Cell;
  start: Shape | null;
  shape: Shape | null;
  category: Category | undefined;
  onShape: (shape: Shape) => void;
}

type Hold = { handle: string } | { from: ImagePoint; shape: Shape };

function Surface({ cell, start, shape, category, onShape }: SurfaceProps) {
  const view = useMemo(() => surroundings(start, cell.width, cell.height), [start, cell]);
  // Handles at the border of the picture stay within reach.
  const edge = 0.03 * (view.bottom - view.top);
  const svg = useRef<SVGSVGElement>(null);
  const hold = useRef<Hold | null>(null);
  const pixel = usePixel(svg, view);
  const handles = shape ? handlesOf(shape, 1 / pixel).filter(({ insert }) => !insert) : [];
  const shown = handles.length <= MOST_HANDLES ? handles : [];

  const at = (event: PointerEvent): ImagePoint => {
    const matrix = svg.current?.getScreenCTM()?.inverse();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    return imagePoint(point.x, point.y);
  };
  const grab = (event: PointerEvent, held: Hold) => {
    if (event.button !== 0) return;
    event.stopPropagation();
    event.preventDefault();
    svg.current?.setPointerCapture(event.pointerId);
    hold.current = held;
  };
  const drag = (event: PointerEvent) => {
    const held = hold.current;
    if (!held || !shape) return;
    const to = at(event);
    if ('handle' in held) {
      const next = dragHandle(shape, held.handle, to, { shift: event.shiftKey });
      if (next) onShape(next);
    } else onShape(moved(held.shape, to.x - held.from.x, to.y - held.from.y));
  };
  return (
    <svg
      ref={svg}
      className={classes.fix}
      viewBox={`${view.left - edge} ${view.top - edge} ${view.right - view.left + 2 * edge} ${view.bottom - view.top + 2 * edge}`}
      onPointerMove={drag}
      onPointerUp={() => (hold.current = null)}
      onPointerCancel={() => (hold.current = null)}
      data-testid="fix-surface"
      role="img"
      aria-label={t('The object and its surroundings')}
    >
      <image
        href={largeCrop(cell.item, view)}
        x={view.left}
        y={view.top}
        width={view.right - view.left}
        height={view.bottom - view.top}
        preserveAspectRatio="none"
        style={{ imageRendering: pixel < 0.5 ? 'pixelated' : 'auto' }}
      />
      {shape && (
        <g>
          <Outline shape={shape} category={category} />
          <path
            d={outlineOf(shape, category)}
            className={classes.body}
            fillRule="evenodd"
            onPointerDown={(event) => handles.length > 0 && grab(event, { from: at(event), shape })}
          />
          {shown.map(({ name, at: spot, cursor }) => (
            <circle
              key={name}
              cx={spot.x}
              cy={spot.y}
              r={6.5 * pixel}
              className={classes.handle}
              style={{ cursor }}
              data-handle={name}
              onPointerDown={(event) => grab(event, { handle: name })}
            />
          ))}
        </g>
      )}
    </svg>
  );
}

/** How many image pixels one screen pixel is. */
function usePixel(svg: { current: SVGSVGElement | null }, view: Window): number {
  const [pixel, setPixel] = useState(1);
  useEffect(() => {
    const measure = () => {
      const scale = svg.current?.getScreenCTM()?.a;
      if (scale) setPixel(1 / scale);
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (svg.current) observer.observe(svg.current);
    return () => observer.disconnect();
  }, [svg, view]);
  return pixel;
}
