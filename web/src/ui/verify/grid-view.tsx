/** The page in sight: as many cells as fit, so that nothing is accepted that was not seen. */
import { useElementSize } from '@mantine/hooks';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';

import type { Category } from '../../wire';
import { CellView } from './cell';
import { cropAddress, GAP, layout } from './crop';
import type { GridSession } from './session';
import { keyOf } from './session';
import type { Cell } from './wire';
import classes from './verify.module.css';

interface Props {
  session: GridSession;
  side: number;
  outlines: boolean;
  categories: ReadonlyMap<string, Category>;
  onColumns: (columns: number) => void;
  onFix: (cell: Cell) => void;
}

export function GridView({ session, side: wished, outlines, categories, onColumns, onFix }: Props) {
  const { ref, width, height } = useElementSize();
  const { columns, rows, side } = layout(width, height, wished);
  const grid = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (width === 0) return;
    session.resize(columns * rows);
    onColumns(columns);
  }, [session, columns, rows, width, onColumns]);
  useFocus(grid, session);
  useAhead(session, side);
  const pick = useCallback(
    (index: number, range: boolean) => (range ? session.toggleTo(index) : session.toggle(index)),
    [session],
  );
  const fix = useCallback(
    (index: number) => {
      const cell = session.page[index];
      if (cell) onFix(cell);
    },
    [session, onFix],
  );
  const seen = useCallback((cell: Cell, isSeen: boolean) => session.seen(cell, isSeen), [session]);
  return (
    <div ref={ref} style={{ height: '100%', minHeight: 0 }}>
      <div
        ref={grid}
        className={classes.grid}
        style={{ gridTemplateColumns: `repeat(${columns}, ${side}px)`, gap: GAP }}
        data-testid="grid"
        data-start={session.start}
      >
        {session.page.map((cell, index) => {
          const said = session.of(cell);
          return (
            <CellView
              key={keyOf(cell)}
              cell={cell}
              said={said}
              lostTo={session.lostTo(cell)}
              index={index}
              isFocused={index === session.focus}
              side={side}
              outlines={outlines}
              category={categories.get((said.fixed ?? cell.annotation).category)}
              before={categories.get(cell.annotation.category)}
              onPick={pick}
              onFix={fix}
              onSeen={seen}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The keyboard's focus follows the cell at hand, unless it is somewhere else on the page. */
function useFocus(grid: { current: HTMLDivElement | null }, session: GridSession): void {
  const { focus, start } = session;
  useEffect(() => {
    const now = document.activeElement;
    if (now && now !== document.body && !grid.current?.contains(now)) return;
    grid.current?.querySelector<HTMLElement>(`[data-index="${focus}"]`)?.focus({ preventScroll: false });
  }, [grid, focus, start, session.cells.length]);
}

/** The crops of the next page are fetched while this one is looked at. */
function useAhead(session: GridSession, side: number): void {
  const ahead = session.ahead;
  const first = ahead[0] ? keyOf(ahead[0]) : '';
  const ready = useRef<HTMLImageElement[]>([]);
  useEffect(() => {
    const timer = setTimeout(() => {
      ready.current = ahead.map(({ item, window: part }) => {
        const image = new Image();
        image.src = cropAddress(item, part, side * Math.min(2, window.devicePixelRatio));
        return image;
      });
    }, 250);
    return () => clearTimeout(timer);
    // The list itself is made anew each time; its first cell and length tell it apart.
  }, [first, ahead.length, side]);
}
