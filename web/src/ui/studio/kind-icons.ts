/** A small picture for each kind of annotation. */
import {
  IconBrush,
  IconCircleDot,
  IconCube,
  IconOval,
  IconPolygon,
  IconSquare,
  IconSquareRotated,
  IconStretching,
  IconTag,
  IconTimeline,
} from '@tabler/icons-react';
import type { ComponentType, SVGProps } from 'react';

type Icon = ComponentType<SVGProps<SVGSVGElement> & { size?: number }>;

export const KIND_ICONS: Readonly<Record<string, Icon>> = {
  box: IconSquare as Icon,
  rotated_box: IconSquareRotated as Icon,
  polygon: IconPolygon as Icon,
  polyline: IconTimeline as Icon,
  points: IconCircleDot as Icon,
  ellipse: IconOval as Icon,
  mask: IconBrush as Icon,
  skeleton: IconStretching as Icon,
  cuboid: IconCube as Icon,
  tag: IconTag as Icon,
};

export { SHAPE_WORDS as KIND_WORDS } from '../../language/shape-words';
