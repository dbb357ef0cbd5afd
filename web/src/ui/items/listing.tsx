/** Items as a grid or a table; only the rows in sight are drawn, more are asked for near the end. */
import { Badge, Box, Group, Text, Tooltip } from '@mantine/core';
import { useElementSize, useMergedRef } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Link } from 'react-router';

import { t } from '../../language/language';
import type { Item } from '../../wire';
import { Thumbnail } from '../item-picture';
import { StateBadge } from '../state-bar';
import { ago, number } from '../words';
import classes from './listing.module.css';
import type { Look } from './filters';

interface Props {
  items: Item[];
  look: Look;
  hasMore: boolean;
  onMore: () => void;
}

const CARD_WIDTH = 190;
const CARD_HEIGHT = 218;
const ROW_HEIGHT = 50;
const GAP = 12;

export function Listing({ items, look, hasMore, onMore }: Props) {
  const { ref: measured, width } = useElementSize();
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY);
  }, [width, look]);
  const columns = look === 'table' ? 1 : Math.max(1, Math.floor((width + GAP) / (CARD_WIDTH + GAP)));
  const rows = Math.ceil(items.length / columns);
  const size = look === 'table' ? ROW_HEIGHT : CARD_HEIGHT + GAP;
  const virtual = useWindowVirtualizer({
    count: rows,
    estimateSize: () => size,
    overscan: 4,
    scrollMargin: top,
  });
  useEffect(() => virtual.measure(), [size, virtual]);
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && last >= rows - 6) onMore();
  }, [hasMore, last, rows, onMore]);
  return (
    <Box>
      {look === 'table' && <TableHead />}
      <Box ref={useMergedRef(measured, list)} role="list" aria-label={t('Items')} style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {width > 0 &&
          shown.map((row) => (
            <Box
              key={row.key}
              className={look === 'grid' ? classes.cards : undefined}
              style={{
                position: 'absolute',
                insetInline: 0,
                height: look === 'table' ? ROW_HEIGHT : CARD_HEIGHT,
                transform: `translateY(${row.start - top}px)`,
                gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
                gap: GAP,
              }}
            >
              {items
                .slice(row.index * columns, (row.index + 1) * columns)
                .map((item) => (look === 'table' ? <Row key={item.id} item={item} /> : <Card key={item.id} item={item} />))}
            </Box>
          ))}
      </Box>
    </Box>
  );
}

function Card({ item }: { item: Item }) {
  return (
    <Link to={`/items/${item.id}`} role="listitem" className={classes.card}>
      <Box className={classes.picture}>
        <Thumbnail id={item.id} name={item.name} />
        {item.near_duplicate_of && <NearDuplicate />}
      </Box>
      <Box px={10} py={8}>
        <Text size="sm" className="lw-clip" title={item.name}>
          {item.name}
        </Text>
        <Group justify="space-between" gap={4} mt={4} wrap="nowrap">
          <StateBadge state={item.state} />
          <Text size="xs" c="dimmed" title={t('Annotations')}>
            {number(item.annotations)}
          </Text>
        </Group>
      </Box>
    </Link>
  );
}

function NearDuplicate() {
  return (
    <Tooltip label={t('Looks almost like another item')}>
      <Badge size="xs" variant="filled" color="dark" pos="absolute" top={8} left={8} tt="none">
        {t('Near duplicate')}
      </Badge>
    </Tooltip>
  );
}

function TableHead() {
  return (
    <Box className={`${classes.row} ${classes.head}`} aria-hidden>
      <span />
      <span>{t('Name')}</span>
      <span>{t('State')}</span>
      <span className={classes.right}>{t('Annotations')}</span>
      <span className={classes.right}>{t('Size')}</span>
      <span>{t('Client id')}</span>
      <span>{t('Changed')}</span>
    </Box>
  );
}

function Row({ item }: { item: Item }) {
  return (
    <Link to={`/items/${item.id}`} role="listitem" className={classes.row}>
      <Box w={56} h={40} style={{ borderRadius: 4, overflow: 'hidden', background: 'var(--lw-sunken)' }}>
        <Thumbnail id={item.id} name="" />
      </Box>
      <span className="lw-clip" title={item.name}>
        {item.name}
        {item.near_duplicate_of && (
          <Badge size="xs" variant="default" ml={8} tt="none">
            {t('Near duplicate')}
          </Badge>
        )}
      </span>
      <span>
        <StateBadge state={item.state} />
      </span>
      <span className={classes.right}>{number(item.annotations)}</span>
      <span className={classes.right}>
        {item.width} × {item.height}
      </span>
      <span className="lw-clip" title={item.key ?? ''}>
        {item.key ?? ''}
      </span>
      <Text span size="sm" c="dimmed">
        {ago(item.updated_at)}
      </Text>
    </Link>
  );
}
