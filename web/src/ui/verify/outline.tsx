/** The outline of an annotation over its crop, as SVG in image points. */
import { colorOf } from '../../model/ontology';
import type { Category, Shape } from '../../wire';
import { outline } from '../item-picture';
import classes from './verify.module.css';

interface Props {
  shape: Shape;
  category: Category | undefined;
}

export function Outline({ shape, category }: Props) {
  const path = outlineOf(shape, category);
  const color = colorOf(category);
  // A mask has as many edges as rows: it is told by its area.
  if (shape.kind === 'mask') return <path d={path} fill={color} className={classes.area} />;
  return (
    <>
      <path d={path} className={classes.halo} fillRule="evenodd" />
      <path d={path} stroke={color} className={classes.line} fillRule="evenodd" />
    </>
  );
}

/** The path of a shape; of a skeleton its edges, too. */
export function outlineOf(shape: Shape, category: Category | undefined): string {
  if (shape.kind !== 'skeleton') return outline(shape);
  const present = (place: number) => shape.keypoints[place]?.[2] !== 0;
  const edges = (category?.skeleton?.edges ?? []).filter(([from, to]) => present(from) && present(to));
  const lines = edges.map(([from, to]) => {
    const [a, b] = [shape.keypoints[from], shape.keypoints[to]];
    return a && b ? `M${a[0]} ${a[1]}L${b[0]} ${b[1]}` : '';
  });
  return lines.join('') + outline(shape);
}
