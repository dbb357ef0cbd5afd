/** What was drawn, near by with some surroundings, or in the whole picture. */
import { address } from '../../api';
import { t } from '../../language/language';
import { boundsOfShape } from '../../geometry/shapes';
import { outline } from '../item-picture';
import type { Draw } from './wire';

const SURROUNDINGS = 0.6;
const LEAST = 48; // image points; a point on its own has no size

export function DrawPicture({ draw, isWhole, isBusy }: { draw: Draw; isWhole: boolean; isBusy: boolean }) {
  const colors = new Map(draw.ontology.categories?.map(({ id, color }) => [id, color]));
  const [left, top, width, height] = view(draw, isWhole);
  return (
    <svg
      viewBox={`${left} ${top} ${width} ${height}`}
      role="img"
      aria-label={t('{{count}} annotations', { count: draw.document.annotations.length })}
      data-testid="draw-picture"
      data-busy={isBusy}
      style={{ display: 'block', width: '100%', height: '62vh', background: 'var(--lw-sunken)', borderRadius: 4 }}
    >
      <image
        href={address(`/items/${draw.item}/preview`)}
        width={draw.width}
        height={draw.height}
        preserveAspectRatio="none"
      />
      {draw.document.annotations.map((mark) => {
        if (!mark.shape) return null;
        const color = colors.get(mark.category) ?? '#E69F00';
        return (
          <path
            key={mark.id}
            d={outline(mark.shape)}
            fill={color}
            fillOpacity={0.08}
            fillRule="evenodd"
            stroke={color}
            strokeWidth={2.5}
            vectorEffect="non-scaling-stroke"
          />
        );
      })}
    </svg>
  );
}

function view(draw: Draw, isWhole: boolean): [number, number, number, number] {
  const shape = draw.annotation === null ? null : draw.document.annotations[0]?.shape;
  if (isWhole || !shape) return [0, 0, draw.width, draw.height];
  const { left, top, right, bottom } = boundsOfShape(shape);
  const room = Math.max(right - left, bottom - top, LEAST) * SURROUNDINGS;
  const wide = Math.min(draw.width, right - left + 2 * room);
  const high = Math.min(draw.height, bottom - top + 2 * room);
  // What lies at the border is shown beside the middle rather than with nothing around it.
  return [within((left + right - wide) / 2, draw.width - wide), within((top + bottom - high) / 2, draw.height - high), wide, high];
}

const within = (at: number, most: number): number => Math.max(0, Math.min(most, at));
