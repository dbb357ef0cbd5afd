/** How annotations look, and where they lie on a surface. */

/** The way an annotation looks. Widths are screen pixels. */
export interface Look {
  color: string;
  fill: number;
  width: number;
  dash?: readonly number[];
  /** A line painted under the outline, so that it is seen on any picture. */
  halo?: { color: string; width: number };
  /** What is written above it. */
  name?: string;
  /** The number of a hatch that tells categories apart without their colors. */
  pattern?: number;
  /** Pairs of keypoints that are joined, from the category's template. */
  edges?: readonly (readonly [number, number])[];
}

/** Where image points lie on a surface: surface = image × scale + offset, in its own pixels. */
export interface Place {
  scale: number;
  left: number;
  top: number;
  /** Surface pixels to a CSS pixel. */
  ratio: number;
  /** How far the view is turned, so that writing stays level; radians. */
  angle?: number;
}

/** A line under dashes of a color: light under dark ones, dark under light ones. */
export function underlay(color: string, width: number): { color: string; width: number } {
  const [r, g, b] = channels(color);
  const isLight = 0.299 * r + 0.587 * g + 0.114 * b > 140;
  return { color: isLight ? '#000000a0' : '#ffffffd0', width };
}

export function channels(color: string): [number, number, number] {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return [r, g, b];
}
