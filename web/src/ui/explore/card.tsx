/** One item of the gallery, or a row of the table: its picture, lightly drawn annotations, and a few facts. */
import { Badge, Checkbox } from '@mantine/core';
import { memo, type MouseEvent } from 'react';

import { address } from '../../api';
import { t } from '../../language/language';
import type { Category } from '../../wire';
import { StateBadge } from '../state-bar';
import { ago, number } from '../words';
import classes from './explore.module.css';
import type { ExploreItem, ItemOutlines } from './wire';

/** SVG's words for what `object-fit: cover` does to the picture below. */
const COVER = ['xMidYMid', 'slice'].join(' ');

interface Props {
  item: ExploreItem;
  index: number;
  chosen: boolean;
  focused: boolean;
  look: 'grid' | 'table';
  outlines: ItemOutlines['outlines'] | undefined;
  categories: ReadonlyMap<string, Category>;
  onOpen: (index: number) => void;
  onChoose: (index: number, range: boolean) => void;
}

export const Card = memo(function Card(props: Props) {
  const { item, index, chosen, focused, look, onOpen, onChoose } = props;
  const click = (event: MouseEvent) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) onChoose(index, event.shiftKey);
    else onOpen(index);
  };
  return (
    <div
      className={look === 'grid' ? classes.card : classes.row}
      data-testid="item"
      data-chosen={chosen || undefined}
      role="gridcell"
      aria-selected={chosen}
    >
      <button
        type="button"
        className={classes.open}
        data-index={index}
        tabIndex={focused ? 0 : -1}
        aria-label={item.name}
        title={item.name}
        onClick={click}
      />
      <span className={classes.choose}>
        <Checkbox
          size="xs"
          tabIndex={-1}
          checked={chosen}
          aria-label={t('Select {{name}}', { name: item.name })}
          onChange={(event) => onChoose(index, (event.nativeEvent as globalThis.MouseEvent).shiftKey)}
        />
      </span>
      <Picture {...props} />
      {look === 'grid' ? <Caption item={item} /> : <Columns item={item} />}
    </div>
  );
});

function Picture({ item, outlines, categories }: Props) {
  return (
    <span className={classes.picture}>
      <img src={address(`/items/${item.id}/thumbnail`)} alt="" loading="lazy" decoding="async" draggable={false} />
      {outlines && outlines.length > 0 && (
        <svg viewBox={`0 0 ${item.width} ${item.height}`} preserveAspectRatio={COVER} aria-hidden>
          {byCategory(outlines).map(([category, path]) => {
            const color = categories.get(category)?.color ?? '#E69F00';
            return <path key={category} d={path} stroke={color} fill={color} />;
          })}
        </svg>
      )}
      {item.near_duplicate_of && (
        <Badge size="xs" variant="filled" color="dark" tt="none" className={classes.alike} title={t('Looks almost like another item')}>
          {t('Near duplicate')}
        </Badge>
      )}
    </span>
  );
}

/** One path for each category, so that a crowded picture is not a thousand elements. */
function byCategory(outlines: ItemOutlines['outlines']): [string, string][] {
  const paths = new Map<string, string>();
  for (const { category, path } of outlines) paths.set(category, (paths.get(category) ?? '') + path);
  return [...paths];
}

function Caption({ item }: { item: ExploreItem }) {
  return (
    <span className={classes.caption}>
      <span className="lw-clip">{item.name}</span>
      <span className={classes.facts}>
        <StateBadge state={item.state} />
        <span className={`${classes.tags} lw-clip`}>{item.tags.join(', ')}</span>
        <span title={t('Annotations')}>{number(item.annotations)}</span>
      </span>
    </span>
  );
}

function Columns({ item }: { item: ExploreItem }) {
  return (
    <>
      <span className="lw-clip">{item.name}</span>
      <span>
        <StateBadge state={item.state} />
      </span>
      <span className={classes.right}>{number(item.annotations)}</span>
      <span className={classes.right}>
        {item.width} × {item.height}
      </span>
      <span className="lw-clip">{item.split ?? ''}</span>
      <span className="lw-clip">{item.tags.join(', ')}</span>
      <span className="lw-clip">{item.key ?? ''}</span>
      <span className={classes.dim}>{ago(item.updated_at)}</span>
    </>
  );
}
