/** A small search of categories beside the pointer: for the next shape, or for what is selected. */
import { Text } from '@mantine/core';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import { chooseCategory, type Studio } from '../../editor/actions';
import { findCategories } from '../../editor/category-finder';
import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './flow.module.css';
import { recentOf } from './recent';

const MOST = 60;
const SIZE = { width: 300, height: 330 };

/** Where the pointer was last, on the page. */
export function usePointerPlace(): { readonly current: { x: number; y: number } | null } {
  const place = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const move = ({ clientX, clientY }: PointerEvent) => {
      place.current = { x: clientX, y: clientY };
    };
    window.addEventListener('pointermove', move, { passive: true });
    return () => window.removeEventListener('pointermove', move);
  }, []);
  return place;
}

interface Props {
  desk: Desk;
  studio: Studio;
  pointer: { readonly current: { x: number; y: number } | null };
}

export function CategorySearch({ desk, studio, pointer }: Props) {
  const { editor, flow, envelope } = desk;
  const [words, setWords] = useState('');
  const [at, setAt] = useState(0);
  const holder = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<React.CSSProperties>({ opacity: 0 });
  const [recent] = useState(() => recentOf(envelope.task.project));
  const found = findCategories(editor.ontology.categories ?? [], words, recent);
  const shown = found.slice(0, MOST);
  const current = Math.min(at, shown.length - 1);

  useLayoutEffect(() => {
    const room = holder.current!.parentElement!.getBoundingClientRect();
    setPlace(placeIn(room, pointer.current));
  }, [pointer]);
  useEffect(() => {
    holder.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current, words]);

  const close = () => {
    flow.set({ choosing: false });
    document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus({ preventScroll: true });
  };
  const choose = (id: string | undefined) => {
    if (!id) return;
    chooseCategory(studio, id);
    close();
  };
  const keys: Record<string, () => void> = {
    Escape: close,
    Enter: () => choose(shown[current]?.id),
    ArrowDown: () => setAt(Math.min(current + 1, shown.length - 1)),
    ArrowUp: () => setAt(Math.max(current - 1, 0)),
    Tab: () => setAt((current + 1) % Math.max(1, shown.length)),
  };
  return (
    <div
      ref={holder}
      className={classes.finder}
      style={place}
      role="dialog"
      aria-label={t('Find a category')}
      data-testid="category-search"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && flow.set({ choosing: false })}
    >
      <input
        autoFocus
        className={classes.finderField}
        placeholder={editor.selection.ids.size > 0 && !studio.toolDraws() ? t('Category of the selection…') : t('Category of the next shape…')}
        aria-label={t('Words of a category')}
        role="combobox"
        aria-expanded
        aria-controls="category-finder"
        aria-activedescendant={shown[current] ? `finder-${shown[current].id}` : undefined}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const act = event.nativeEvent.isComposing ? undefined : keys[event.key];
          if (!act) return;
          event.preventDefault();
          event.stopPropagation();
          act();
        }}
      />
      <div id="category-finder" className={classes.finderList} role="listbox" aria-label={t('Categories')}>
        {shown.map((category, index) => (
          <div
            key={category.id}
            id={`finder-${category.id}`}
            role="option"
            aria-selected={index === current}
            className={classes.finderRow}
            title={category.description}
            onPointerMove={() => setAt(index)}
            onPointerDown={(event) => {
              event.preventDefault();
              choose(category.id);
            }}
          >
            <i className={classes.dot} style={{ background: colorOf(category) }} />
            <span className={classes.finderName}>{category.name}</span>
            {words === '' && recent.includes(category.id) && <small>{t('used last')}</small>}
          </div>
        ))}
        {shown.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            {t('No category has these words.')}
          </Text>
        )}
        {found.length > MOST && (
          <Text size="xs" c="dimmed" p="xs">
            {t('{{count}} more: type on to find them.', { count: found.length - MOST })}
          </Text>
        )}
      </div>
    </div>
  );
}

/** Beside the pointer, within the surface; in its middle where the pointer is elsewhere. */
function placeIn(room: DOMRect, pointer: { x: number; y: number } | null): React.CSSProperties {
  const isOver = pointer && pointer.x > room.left && pointer.x < room.right && pointer.y > room.top && pointer.y < room.bottom;
  const x = isOver ? pointer.x - room.left + 8 : (room.width - SIZE.width) / 2;
  const y = isOver ? pointer.y - room.top + 8 : (room.height - SIZE.height) / 3;
  const within = (value: number, most: number) => Math.max(8, Math.min(most - 8, value));
  return { left: within(x, room.width - SIZE.width), top: within(y, room.height - SIZE.height) };
}
