/** A picture with what a model found drawn over it. */
import { outline } from '../item-picture';
import classes from './models.module.css';
import type { Found } from './wire';

/** Okabe and Ito's colors, told apart by everybody. */
const PALETTE = ['#E69F00', '#56B4E9', '#009E73', '#F0E442', '#0072B2', '#D55E00', '#CC79A7'];

interface Props {
  source: string;
  alt: string;
  width: number;
  height: number;
  found: readonly Found[];
  colorOf?: (label: string) => string;
}

/** A color that stays with a label, whoever else is shown. */
function ownColor(label: string): string {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + letter.codePointAt(0)!) % 9973;
  return PALETTE[sum % PALETTE.length]!;
}

export function FoundPicture({ source, alt, width, height, found, colorOf = ownColor }: Props) {
  return (
    <span className={classes.picture} style={{ aspectRatio: `${width} / ${height}` }}>
      <img src={source} alt={alt} loading="lazy" decoding="async" />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden>
        {found.map(({ label, shape }, index) =>
          shape ? (
            <path key={index} d={outline(shape)} stroke={colorOf(label)} fill={colorOf(label)} fillOpacity={0.14} strokeWidth={2} vectorEffect="non-scaling-stroke" />
          ) : null,
        )}
      </svg>
    </span>
  );
}
