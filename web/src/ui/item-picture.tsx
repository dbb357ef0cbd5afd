/** An item's picture with annotations drawn over it. */
import { Box, Center } from '@mantine/core';
import { useState } from 'react';

import { address } from '../api';
import { t } from '../language/language';
import type { Annotation, Category, Item, Shape } from '../wire';
import { presentOf } from '../geometry/kinds/skeleton';
import { linesOf } from '../geometry/shapes';

export function Thumbnail({ id, name }: { id: string; name: string }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) {
    return (
      <Box w="100%" h="100%" c="dimmed" fz="xs" style={{ display: 'grid', placeItems: 'center' }}>
        {t('No preview')}
      </Box>
    );
  }
  return (
    <img
      src={address(`/items/${id}/thumbnail`)}
      alt={name}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
      style={{ width: '100%', height: '100%', objectFit: 'cover', display: 'block' }}
    />
  );
}

interface PictureProps {
  item: Pick<Item, 'id' | 'name' | 'width' | 'height'>;
  annotations: Annotation[];
  categories: Map<string, Category>;
  /** The annotation that is pointed at, drawn stronger. */
  marked?: string | null;
  onMark?: (id: string | null) => void;
}

export function ItemPicture({ item, annotations, categories, marked = null, onMark }: PictureProps) {
  const [isBroken, setBroken] = useState(false);
  return (
    <Box
      style={{
        position: 'relative',
        aspectRatio: `${item.width} / ${item.height}`,
        maxHeight: '68vh',
        maxWidth: `calc(68vh * ${item.width / item.height})`,
        margin: '0 auto',
        background: 'var(--lw-sunken)',
      }}
    >
      {isBroken && (
        <Center pos="absolute" inset={0} c="dimmed">
          {t('The picture cannot be shown. Its file may be gone from where it was imported.')}
        </Center>
      )}
      <img
        src={address(`/items/${item.id}/preview`)}
        alt={item.name}
        hidden={isBroken}
        onError={() => setBroken(true)}
        style={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
      />
      <svg
        viewBox={`0 0 ${item.width} ${item.height}`}
        preserveAspectRatio="none"
        style={{ position: 'absolute', inset: 0, width: '100%', height: '100%' }}
        role="img"
        aria-label={t('{{count}} annotations', { count: annotations.length })}
      >
        {annotations.map((annotation) => {
          const path = annotation.shape && outline(annotation.shape);
          const color = categories.get(annotation.category)?.color ?? '#E69F00';
          if (!path) return null;
          return (
            <path
              key={annotation.id}
              d={path}
              fill={color}
              fillOpacity={marked === annotation.id ? 0.42 : 0.14}
              fillRule="evenodd"
              stroke={color}
              strokeWidth={marked === annotation.id ? 3.5 : 1.8}
              vectorEffect="non-scaling-stroke"
              onPointerEnter={() => onMark?.(annotation.id)}
              onPointerLeave={() => onMark?.(null)}
            />
          );
        })}
      </svg>
    </Box>
  );
}

/** The path of a shape in image points. */
export function outline(shape: Shape): string {
  switch (shape.kind) {
    case 'mask':
      return maskPath(shape);
    case 'points':
      return shape.points.map(([x, y]) => dot(x, y)).join('');
    case 'skeleton':
      return presentOf(shape).map(([x, y]) => dot(x, y)).join('');
    default:
      return linesOf(shape)
        .map(({ points, closed }) => `M${points.map(([x, y]) => `${x} ${y}`).join('L')}${closed ? 'Z' : ''}`)
        .join('');
  }
}

/** A line of no length: its round cap is the point. */
const dot = (x: number, y: number) => `M${x} ${y}h0.01m-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z`;

/** Each run of set pixels as rectangles, one for each row that it crosses. */
function maskPath({ left, top, width, runs }: Extract<Shape, { kind: 'mask' }>): string {
  const parts: string[] = [];
  let at = 0;
  runs.forEach((run, index) => {
    const end = at + run;
    if (index % 2 === 1) {
      for (let from = at; from < end; ) {
        const to = Math.min(end, (Math.floor(from / width) + 1) * width);
        parts.push(`M${left + (from % width)} ${top + Math.floor(from / width)}h${to - from}v1h${from - to}z`);
        from = to;
      }
    }
    at = end;
  });
  return parts.join('');
}
