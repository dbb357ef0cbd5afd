/** A frame with a center, half sizes and an angle: what rotated boxes and ellipses are dragged by. */
import type { Grip, Handle } from '../geometry';
import { type ImagePoint, stepped, turnedAbout } from '../point';

export interface Frame {
  x: number;
  y: number;
  /** Half of the width and of the height. */
  across: number;
  down: number;
  /** Radians, clockwise on the screen. */
  angle: number;
}

const STEP = Math.PI / 12;
const STALK = 24; // screen pixels from the upper side to the handle that turns
const SIDES: Record<string, [number, number]> = {
  nw: [-1, -1],
  n: [0, -1],
  ne: [1, -1],
  e: [1, 0],
  se: [1, 1],
  s: [0, 1],
  sw: [-1, 1],
  w: [-1, 0],
};
const CURSORS = ['ns-resize', 'nesw-resize', 'ew-resize', 'nwse-resize'];

/** A place of the frame, told in half sizes from its center. */
export function placeIn(frame: Frame, u: number, v: number): ImagePoint {
  return turnedAbout({ x: frame.x + u * frame.across, y: frame.y + v * frame.down }, frame.angle, frame);
}

export function frameHandles(frame: Frame, zoom: number): Handle[] {
  const handles: Handle[] = Object.entries(SIDES).map(([name, [u, v]]) => ({
    name,
    at: placeIn(frame, u, v),
    cursor: cursorOf(Math.atan2(u, -v) + frame.angle),
  }));
  const stalk = placeIn(frame, 0, -1 - STALK / zoom / frame.down);
  return [...handles, { name: 'turn', at: stalk, cursor: 'grab', round: true }];
}

/** The frame with a handle dragged: the opposite side stays, or the whole turns about its center. */
export function dragFrame(frame: Frame, handle: string, to: ImagePoint, { shift }: Grip): Frame | null {
  if (handle === 'turn') {
    const angle = Math.atan2(to.x - frame.x, frame.y - to.y);
    return { ...frame, angle: shift ? stepped(angle, STEP) : angle };
  }
  const [u, v] = SIDES[handle] ?? [0, 0];
  const fixed = placeIn(frame, -u, -v);
  const flat = turnedAbout(to, -frame.angle, fixed);
  const wide = u === 0 ? 2 * frame.across : Math.abs(flat.x - fixed.x);
  const high = v === 0 ? 2 * frame.down : Math.abs(flat.y - fixed.y);
  if (wide <= 0 || high <= 0) return null;
  const center = {
    x: u === 0 ? fixed.x : (flat.x + fixed.x) / 2,
    y: v === 0 ? fixed.y : (flat.y + fixed.y) / 2,
  };
  // Where only one side moves, `fixed` is the middle of the opposite one.
  const { x, y } = turnedAbout(center, frame.angle, fixed);
  return { x, y, across: wide / 2, down: high / 2, angle: frame.angle };
}

/** The frame turned about a point. */
export function turnFrame(frame: Frame, angle: number, about: ImagePoint): Frame {
  const { x, y } = turnedAbout(frame, angle, about);
  return { ...frame, x, y, angle: frame.angle + angle };
}

/** A point in half sizes from the frame's center. */
export function withinFrame(frame: Frame, p: ImagePoint): { u: number; v: number } {
  const flat = turnedAbout(p, -frame.angle, frame);
  return { u: (flat.x - frame.x) / frame.across, v: (flat.y - frame.y) / frame.down };
}

function cursorOf(angle: number): string {
  return CURSORS[((Math.round(angle / (Math.PI / 4)) % 4) + 4) % 4]!;
}
