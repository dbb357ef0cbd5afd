/** Kinds of shapes as people say them. */
import { spoken } from './language';

export const SHAPE_WORDS: Record<string, string> = spoken<string>({
  box: 'Box',
  rotated_box: 'Turned box',
  polygon: 'Polygon',
  polyline: 'Line',
  points: 'Points',
  ellipse: 'Ellipse',
  mask: 'Mask',
  skeleton: 'Skeleton',
  cuboid: 'Cuboid',
  tag: 'Tag',
});

/** A kind in the middle of a sentence: “turned box”. */
export const shapeWord = (kind: string): string => (SHAPE_WORDS[kind] ?? kind).toLowerCase();
