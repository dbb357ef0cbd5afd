/** The annotations of the item as a virtual list: ten thousand cost no more than twenty. */
import { Button, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';

import type { Studio } from '../../editor/actions';
import { areaOfAll } from '../../editor/flow';
import { between, type Entry, narrows } from '../../editor/listing';
import { t } from '../../language/language';
import type { Desk } from './desk';
import { GroupHead, Row, ROW } from './list-row';
import { ListTools } from './list-tools';
import classes from './list.module.css';
import { keyHint } from './own-keys';
import { useSignal } from './use-signal';

const MARGIN = 120; // screen pixels around what Enter shows

const idOf = (entry: Entry): string => (entry.kind === 'group' ? entry.id : entry.annotation.id);

export function AnnotationList({ desk, studio }: { desk: Desk; studio: Studio }) {
  const { editor, flow } = desk;
  useSignal(editor.store.changed, editor.selection.changed, editor.view.changed, flow.listing.changed, flow.problems.changed, desk.safety.changed);
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <>
      <ListTools desk={desk} studio={studio} onDown={() => scroller.current?.focus()} />
      {flow.listing.entries().length === 0 ? <Nothing desk={desk} /> : <Rows desk={desk} scroller={scroller} />}
    </>
  );
}

/** The rows apart from what stands above them: scrolling draws nothing else again. */
function Rows({ desk, scroller }: { desk: Desk; scroller: React.RefObject<HTMLDivElement | null> }) {
  const { editor, flow } = desk;
  const { listing } = flow;
  // Where the keys stand in the list, and where a range began.
  const [stop, setStop] = useState<string | null>(null);
  const anchor = useRef<string | null>(null);
  const entries = listing.entries();
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });

  const only = editor.selection.only;
  const at = only ? entries.findIndex((entry) => idOf(entry) === only) : -1;
  useEffect(() => {
    if (at < 0) return;
    rows.scrollToIndex(at, { align: 'auto' });
    setStop(only);
    anchor.current = only;
  }, [at, only, rows]);

  const pick = (id: string, { shiftKey, ctrlKey, metaKey }: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>) => {
    if (shiftKey) editor.selection.select(between(listing.ordered(), anchor.current, id), ctrlKey || metaKey ? 'add' : 'only');
    else {
      editor.selection.select([id], ctrlKey || metaKey ? 'toggle' : 'only');
      anchor.current = id;
      const annotation = editor.store.get(id);
      if (annotation && !ctrlKey && !metaKey) flow.show(annotation);
    }
    setStop(id);
  };
  const zoom = () => {
    const area = areaOfAll(editor.selected());
    if (area) editor.viewport.show(area, MARGIN);
  };
  const here = entries.findIndex((entry) => idOf(entry) === stop);
  const go = (to: number, event: React.KeyboardEvent) => {
    const next = entries[Math.max(0, Math.min(entries.length - 1, to))];
    if (!next) return;
    rows.scrollToIndex(entries.indexOf(next), { align: 'auto' });
    if (next.kind === 'annotation') pick(next.annotation.id, { shiftKey: event.shiftKey, ctrlKey: false, metaKey: false });
    else setStop(next.id);
  };
  const keyed = (event: React.KeyboardEvent) => {
    const entry = entries[here];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / ROW) - 1);
    const ways: Record<string, number> = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: entries.length - 1, PageDown: here + page, PageUp: here - page };
    const way = ways[event.key];
    if (event.altKey || (event.ctrlKey && event.key !== ' ')) return;
    if (way !== undefined) go(way, event);
    else if (event.key === 'Enter') zoom();
    else if (event.key === ' ' && entry?.kind === 'annotation') pick(entry.annotation.id, { shiftKey: false, ctrlKey: true, metaKey: false });
    else if (entry?.kind === 'group' && event.key === (entry.open ? 'ArrowLeft' : 'ArrowRight')) listing.toggleGroup(entry.id);
    else if (event.key === 'Escape') document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus();
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      className={classes.scroll}
      role="listbox"
      aria-label={t('Annotations')}
      aria-multiselectable
      aria-activedescendant={stop ? `row-${stop}` : undefined}
      tabIndex={0}
      data-testid="annotation-list"
      onKeyDown={keyed}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const entry = entries[index]!;
          const id = idOf(entry);
          return entry.kind === 'group' ? (
            <GroupHead key={`group ${id}`} desk={desk} entry={entry} top={start} isStop={stop === id} />
          ) : (
            <Row
              key={id}
              desk={desk}
              entry={entry}
              top={start}
              isStop={stop === id}
              position={{ at: index + 1, of: entries.length }}
              onPick={(event) => pick(id, event)}
              onZoom={zoom}
            />
          );
        })}
      </div>
    </div>
  );
}

function Nothing({ desk: { editor, flow } }: { desk: Desk }) {
  if (narrows(flow.listing.query) && editor.store.size > 0) {
    return (
      <Text size="sm" c="dimmed" p="md" data-testid="none-found" component="div">
        {t('None of the {{count}} annotations is like that.', { count: editor.store.size })}{' '}
        <Button size="compact-xs" variant="light" onClick={() => flow.listing.clear()}>
          {t('Show all')}
        </Button>
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed" p="md" data-testid="no-annotations">
      {t('Nothing is marked yet. Choose a category, choose a tool{{key}}, and draw over the first thing you see.', {
        key: keyHint('tool.box'),
      })}
    </Text>
  );
}
