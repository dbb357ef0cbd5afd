/** A small picture of one version of an annotation, on the part of the item that both versions touch. */
import { useEffect, useRef } from 'react';

import { type Bounds, union } from '../../geometry/bounds';
import { boundsOfShape } from '../../geometry/shapes';
import { colorOf } from '../../model/ontology';
import { paintShape, type Place, underlay } from '../../render/painters';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';

const WIDE = 260;
const HIGH = 170;
const AIR = 0.25; // of the part's size, around it

interface Props {
  desk: Desk;
  /** The version that is shown, and the other one, of which only the outline is. */
  shown: Annotation | null;
  other: Annotation | null;
  label: string;
}

export function VersionPicture({ desk, shown, other, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let gone = false;
    const ratio = window.devicePixelRatio || 1;
    void desk.picture.then(
      (picture) => {
        const context = canvas.current?.getContext('2d');
        if (gone || !context) return;
        const place = placeOf(desk, [shown, other], ratio);
        context.clearRect(0, 0, WIDE * ratio, HIGH * ratio);
        picture.paintSmall(context, place);
        paint(context, desk, other, place, true);
        paint(context, desk, shown, place, false);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [desk, shown, other]);
  const ratio = window.devicePixelRatio || 1;
  return (
    <canvas
      ref={canvas}
      width={WIDE * ratio}
      height={HIGH * ratio}
      style={{ width: '100%', aspectRatio: `${WIDE} / ${HIGH}`, borderRadius: 6, display: 'block', background: '#0b1012' }}
      role="img"
      aria-label={label}
    />
  );
}

function paint(context: CanvasRenderingContext2D, desk: Desk, annotation: Annotation | null, place: Place, faint: boolean): void {
  if (!annotation?.shape) return;
  const color = colorOf(desk.editor.categoryOf(annotation.category));
  const look = faint
    ? { color: '#ffffff', fill: 0, width: 1, dash: [4, 4], halo: underlay('#ffffff', 2) }
    : { color, fill: 0.25, width: 2, halo: underlay(color, 4) };
  paintShape(context, annotation.shape, look, place);
}

/** Where the part of the item lies that holds every shape, with air around; the whole item if none has one. */
function placeOf(desk: Desk, annotations: readonly (Annotation | null)[], ratio: number): Place {
  const { width, height } = desk.envelope.item;
  const bounds = annotations.flatMap((annotation) => (annotation?.shape ? [boundsOfShape(annotation.shape)] : []));
  const part: Bounds = bounds.length > 0 ? bounds.reduce(union) : { left: 0, top: 0, right: width, bottom: height };
  const air = bounds.length > 0 ? Math.max(8, AIR * Math.max(part.right - part.left, part.bottom - part.top)) : 0;
  const scale = Math.min(WIDE / (part.right - part.left + 2 * air), HIGH / (part.bottom - part.top + 2 * air)) * ratio;
  return {
    scale,
    left: (WIDE * ratio) / 2 - ((part.left + part.right) / 2) * scale,
    top: (HIGH * ratio) / 2 - ((part.top + part.bottom) / 2) * scale,
    ratio,
  };
}
