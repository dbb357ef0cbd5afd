/** The pictures of the tools, in the groups in which they stand. A tool that cannot be used is not shown. */
import {
  IconBrush,
  IconBucketDroplet,
  IconCircleDot,
  IconCircleMinus,
  IconCirclePlus,
  IconClick,
  IconCube,
  IconEraser,
  IconFocus2,
  IconFocusCentered,
  IconHandStop,
  IconHexagons,
  IconLasso,
  IconLink,
  IconOval,
  IconPointer,
  IconPolygon,
  IconRulerMeasure,
  IconScissors,
  IconSlice,
  IconSquare,
  IconSquareRotated,
  IconStretching,
  IconTimeline,
  IconWand,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

type Entry = readonly [name: string, icon: ComponentType<{ size: number }>];

export const TOOL_GROUPS: readonly (readonly Entry[])[] = [
  [
    ['select', IconPointer],
    ['pan', IconHandStop],
    ['measure', IconRulerMeasure],
  ],
  [
    ['box', IconSquare],
    ['extreme', IconFocus2],
    ['rotated_box', IconSquareRotated],
    ['ellipse', IconOval],
    ['cuboid', IconCube],
    ['polygon', IconPolygon],
    ['polyline', IconTimeline],
    ['points', IconCircleDot],
    ['skeleton', IconStretching],
  ],
  [
    ['brush', IconBrush],
    ['eraser', IconEraser],
    ['lasso', IconLasso],
    ['fill', IconBucketDroplet],
  ],
  [
    ['wand', IconWand],
    ['scissors', IconScissors],
    ['superpixels', IconHexagons],
    ['grabcut', IconFocusCentered],
    ['segment', IconClick],
  ],
  [
    ['hole', IconCircleMinus],
    ['part', IconCirclePlus],
    ['cut', IconSlice],
    ['relate', IconLink],
  ],
];
