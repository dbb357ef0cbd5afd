/** The items as a grid or a table of any length: only the rows in sight are there. */
import { Skeleton } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { t } from '../../language/language';
import type { Category } from '../../wire';
import { Card } from './card';
import classes from './explore.module.css';
import { type Chosen, isChosen } from './selection';
import { type Look, useItemsInSight, useOutlines } from './use-explore';
import type { ExploreItem, ItemFilter, Order } from './wire';

const GAP = 10;
const ROW = 48;
const CAPTION = 52;

interface Props {
  project: string;
  filter: ItemFilter;
  order: Order;
  look: Look;
  side: number;
  drawn: boolean;
  total: number;
  chosen: Chosen;
  categories: ReadonlyMap<string, Category>;
  onToggle: (id: string) => void;
  onAdd: (ids: string[]) => void;
  onAll: () => void;
  onNone: () => void;
  onOpen: (item: ExploreItem, index: number) => void;
}

export function Gallery(props: Props) {
  const { project, filter, order, look, side, drawn, total, chosen, categories, onToggle, onAdd } = props;
  const { ref: measured, width } = useElementSize<HTMLDivElement>();
  const scroll = useRef<HTMLDivElement>(null);
  const columns = look === 'table' ? 1 : Math.max(1, Math.floor((width + GAP) / (side + GAP)));
  const height = look === 'table' ? ROW : Math.round(side * 0.75) + CAPTION + GAP;
  const virtual = useVirtualizer({
    count: Math.ceil(total / columns),
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 3,
  });
  useEffect(() => virtual.measure(), [height, virtual]);
  const rows = virtual.getVirtualItems();
  const first = (rows[0]?.index ?? 0) * columns;
  const last = Math.min(total, ((rows.at(-1)?.index ?? 0) + 1) * columns) - 1;
  const { at, between, parts } = useItemsInSight(project, filter, order, first, Math.max(first, last));
  const outlines = useOutlines(project, parts, drawn);
  const [focus, setFocus] = useState(0);
  const anchor = useRef(0);
  const choose = useCallback(
    (index: number, range: boolean) => {
      setFocus(index);
      const item = at(index);
      if (range) {
        void between(anchor.current, index).then((found) => onAdd(found.map(({ id }) => id)));
      } else if (item) {
        onToggle(item.id);
        anchor.current = index;
      }
    },
    [at, between, onAdd, onToggle],
  );
  const open = (index: number) => {
    setFocus(index);
    anchor.current = index;
    const item = at(index);
    if (item) props.onOpen(item, index);
  };
  // Cards are drawn again only for what they show: the hands are the same from one drawing to the next.
  const hands = useRef({ open, choose });
  hands.current = { open, choose };
  const onOpen = useCallback((index: number) => hands.current.open(index), []);
  const onChoose = useCallback((index: number, range: boolean) => hands.current.choose(index, range), []);
  const go = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setFocus(next);
    virtual.scrollToIndex(Math.floor(next / columns));
    requestAnimationFrame(() =>
      requestAnimationFrame(() => scroll.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true })),
    );
  };
  const key = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? height) / height)) * columns;
    const steps: Record<string, number> = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: page, PageUp: -page,
      Home: -total, End: total,
    };
    const step = steps[event.key];
    if (step !== undefined) go(focus + step);
    else if (event.key === ' ' || event.key === 'x') choose(focus, event.shiftKey);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) props.onAll();
    else if (event.key === 'Escape') props.onNone();
    else return;
    event.preventDefault();
  };
  const places = useMemo(() => Array.from({ length: columns }, (_, n) => n), [columns]);
  const inSight = Math.max(first, Math.min(focus, last));
  const ref = useMergedRef(scroll, measured);
  return (
    <>
      {look === 'table' && <TableHead />}
      <div
      ref={ref}
      className={classes.scroll}
      role="grid"
      aria-label={t('Items')}
      aria-rowcount={virtual.options.count}
      aria-multiselectable
      data-testid="gallery"
      onKeyDown={key}
      onFocus={({ target }) => {
        const { index } = (target as HTMLElement).dataset;
        if (index !== undefined) setFocus(Number(index));
      }}
    >
      <div style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {width > 0 &&
          rows.map((row) => (
            <div
              key={row.key}
              role="row"
              aria-rowindex={row.index + 1}
              className={classes.line}
              style={{
                height: look === 'table' ? ROW : height - GAP,
                gap: GAP,
                transform: `translateY(${row.start}px)`,
                gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
              }}
            >
              {places.map((place) => {
                const index = row.index * columns + place;
                if (index >= total) return null;
                const item = at(index);
                if (!item) return <Skeleton key={place} height="100%" radius="sm" />;
                return (
                  <Card
                    key={place}
                    item={item}
                    index={index}
                    look={look}
                    chosen={isChosen(chosen, item.id)}
                    focused={index === inSight}
                    outlines={drawn ? outlines.get(item.id) : undefined}
                    categories={categories}
                    onOpen={onOpen}
                    onChoose={onChoose}
                  />
                );
              })}
            </div>
          ))}
      </div>
      </div>
    </>
  );
}

function TableHead() {
  return (
    <div className={`${classes.row} ${classes.head}`} aria-hidden>
      <span />
      <span />
      <span>{t('Name')}</span>
      <span>{t('State')}</span>
      <span className={classes.right}>{t('Annotations')}</span>
      <span className={classes.right}>{t('Size')}</span>
      <span>{t('Split')}</span>
      <span>{t('Tags')}</span>
      <span>{t('Client id')}</span>
      <span>{t('Changed')}</span>
    </div>
  );
}
