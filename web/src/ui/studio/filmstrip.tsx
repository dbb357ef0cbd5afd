/** The strip of the project's items: pictures, states, counts; as many as there are, drawn as they are seen. */
import { Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';

import { t } from '../../language/language';
import type { Item, ItemState, Project } from '../../wire';
import { Thumbnail } from '../item-picture';
import { tellProblem } from '../notify';
import { stateColor } from '../state-bar';
import { count, number, STATE_WORDS, STATES } from '../words';
import type { Desk } from './desk';
import classes from './filmstrip.module.css';
import { closedTo, stripOf } from './strip';
import { useSignal } from './use-signal';

const WIDE = 104;

interface Props {
  desk: Desk;
  project: Project;
  member: string;
  onOpen: (item: Item) => void;
}

export function Filmstrip({ desk, project, member, onOpen }: Props) {
  const strip = stripOf(project.id);
  useSignal(strip.changed);
  const current = desk.envelope.item.id;
  const scroller = useRef<HTMLDivElement>(null);
  const [here, setHere] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const frames = useVirtualizer({
    horizontal: true,
    count: strip.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => WIDE,
    overscan: 4,
  });

  useEffect(() => {
    let gone = false;
    strip.refresh();
    strip.find(current).then((index) => !gone && setHere(index), tellProblem);
    return () => {
      gone = true;
    };
  }, [strip, current]);
  useEffect(() => {
    if (here !== null) frames.scrollToIndex(here, { align: 'center' });
  }, [here, frames]);

  const focus = (index: number) => {
    const next = Math.max(0, Math.min(strip.total - 1, index));
    setPointed(next);
    frames.scrollToIndex(next, { align: 'auto' });
    // The frame is drawn before it can have the focus.
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true }));
  };
  const keys: Record<string, (at: number) => number> = {
    ArrowRight: (at) => at + 1,
    ArrowLeft: (at) => at - 1,
    Home: () => 0,
    End: () => strip.total - 1,
  };
  return (
    <section className={classes.strip} aria-label={t('Items of the project')} data-testid="filmstrip">
      <Counts project={project} at={here} total={strip.total} />
      <div
        ref={scroller}
        className={classes.scroll}
        role="listbox"
        aria-label={t('Items')}
        aria-orientation="horizontal"
        onWheel={(event) => {
          if (event.deltaX === 0) event.currentTarget.scrollLeft += event.deltaY;
        }}
        onKeyDown={(event) => {
          const at = pointed ?? here ?? 0;
          const move = keys[event.key];
          if (move) {
            event.preventDefault();
            event.stopPropagation();
            focus(move(at));
          }
        }}
      >
        <div style={{ width: frames.getTotalSize(), position: 'relative', height: '100%' }}>
          {frames.getVirtualItems().map(({ index, start }) => (
            <Frame
              key={index}
              index={index}
              left={start}
              item={strip.at(index)}
              isHere={strip.at(index)?.id === current}
              isStop={index === (pointed ?? here ?? 0)}
              closed={(item) => closedTo(item, project, member)}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function Counts({ project, at, total }: { project: Project; at: number | null; total: number }) {
  const present = STATES.filter((state) => project.counts[state]);
  return (
    <div className={classes.counts}>
      <Text size="xs" fw={600} data-testid="filmstrip-place">
        {at === null ? '…' : t('{{done}} of {{total}}', { done: at + 1, total })}
      </Text>
      {present.map((state) => (
        <span key={state} className={classes.count} title={STATE_WORDS[state]}>
          <i style={{ background: stateColor(state) }} aria-hidden />
          <span>{STATE_WORDS[state]}</span>
          <b>{number(project.counts[state] ?? 0)}</b>
        </span>
      ))}
    </div>
  );
}

interface FrameProps {
  index: number;
  left: number;
  item: Item | null;
  isHere: boolean;
  isStop: boolean;
  closed: (item: Item) => string | null;
  onOpen: (item: Item) => void;
}

function Frame({ index, left, item, isHere, isStop, closed, onOpen }: FrameProps) {
  if (!item) return <div className={classes.frame} style={{ transform: `translateX(${left}px)` }} aria-hidden />;
  const why = isHere ? t('is open') : closed(item);
  const state: ItemState = item.state;
  const words = [`${item.name}: ${STATE_WORDS[state]}, ${count(item.annotations, 'annotation')}`, why].filter(Boolean).join('; ');
  return (
    <button
      type="button"
      role="option"
      aria-selected={isHere}
      aria-disabled={why !== null}
      aria-label={words}
      title={words}
      tabIndex={isStop ? 0 : -1}
      className={classes.frame}
      style={{ transform: `translateX(${left}px)` }}
      data-index={index}
      data-here={isHere}
      data-closed={why !== null && !isHere}
      data-testid="frame"
      onClick={() => why === null && onOpen(item)}
    >
      <span className={classes.picture}>
        <Thumbnail id={item.id} name="" />
      </span>
      <span className={classes.caption}>
        <i style={{ background: stateColor(state) }} />
        <span className={classes.name}>
          <bdi>{item.name}</bdi>
        </span>
        {item.annotations > 0 && <b>{item.annotations}</b>}
      </span>
    </button>
  );
}
