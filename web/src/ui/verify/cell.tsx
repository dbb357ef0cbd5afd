/** One cell: a crop with the annotation's outline over it, and what was said of it. */
import { IconCheck, IconLock, IconPencil, IconTrash, IconX } from '@tabler/icons-react';
import { memo, type MouseEvent, useEffect, useState } from 'react';

import { t } from '../../language/language';
import { reasonWords } from '../../language/reasons';
import { colorOf } from '../../model/ontology';
import type { Category } from '../../wire';
import { cropAddress } from './crop';
import { Outline } from './outline';
import type { Said } from './session';
import type { Cell } from './wire';
import classes from './verify.module.css';

interface Props {
  cell: Cell;
  said: Said;
  lostTo: string | null;
  index: number;
  isFocused: boolean;
  side: number;
  outlines: boolean;
  category: Category | undefined;
  before: Category | undefined;
  onPick: (index: number, range: boolean) => void;
  onFix: (index: number) => void;
  onSeen: (cell: Cell, seen: boolean) => void;
}

export const CellView = memo(function CellView(props: Props) {
  const { cell, said, lostTo, index, isFocused, side, outlines, category, before, onPick, onFix } = props;
  const state = stateOf(said, lostTo);
  const annotation = said.fixed ?? cell.annotation;
  const name = category?.name ?? annotation.category;
  const reasons = cell.reasons.map(reasonWords).join('; ');
  const score = cell.annotation.evidence?.score;
  return (
    <button
      type="button"
      className={classes.cell}
      data-testid="cell"
      data-state={state}
      data-index={index}
      data-annotation={cell.annotation.id}
      data-focused={isFocused || undefined}
      tabIndex={isFocused ? 0 : -1}
      aria-pressed={Boolean(said.wrong)}
      aria-disabled={lostTo !== null}
      aria-label={[name, cell.name, stateWords(state, lostTo), reasons].filter(Boolean).join(', ')}
      title={[cell.name, lostTo, reasons].filter(Boolean).join('\n')}
      style={{ width: side }}
      onClick={(event: MouseEvent) => onPick(index, event.shiftKey)}
      onDoubleClick={() => onFix(index)}
    >
      <Picture {...props} annotation={annotation} outlines={outlines && !said.deleted} />
      <span className={classes.caption}>
        <span className={classes.name}>
          <span className={classes.dot} style={{ background: colorOf(category) }} aria-hidden />
          <span className="lw-clip">{before && before.id !== category?.id ? `${before.name} → ${name}` : name}</span>
          {score != null && <span className={classes.score}>{Math.round(score * 100)} %</span>}
        </span>
        <span className={classes.reason}>{lostTo ?? (cell.reasons[0] ? reasonWords(cell.reasons[0]) : ' ')}</span>
      </span>
      <Sign state={state} />
    </button>
  );
});

type State = 'open' | 'wrong' | 'deleted' | 'fixed' | 'lost' | 'unseen';

function stateOf(said: Said, lostTo: string | null): State {
  if (lostTo !== null) return 'lost';
  if (said.deleted) return 'deleted';
  if (said.wrong) return 'wrong';
  if (said.unseen) return 'unseen';
  return said.fixed ? 'fixed' : 'open';
}

function stateWords(state: State, lostTo: string | null): string {
  switch (state) {
    case 'open':
      return '';
    case 'wrong':
      return t('marked as wrong');
    case 'deleted':
      return t('deleted');
    case 'fixed':
      return t('corrected');
    case 'unseen':
      return t('cannot be shown');
    case 'lost':
      return lostTo ?? '';
  }
}

function Sign({ state }: { state: State }) {
  if (state === 'open' || state === 'unseen') return null;
  const icons = { wrong: IconX, deleted: IconTrash, fixed: IconPencil, lost: IconLock };
  const Icon = icons[state] ?? IconCheck;
  return (
    <span className={classes.sign} aria-hidden>
      <Icon size={18} stroke={2.6} />
    </span>
  );
}

type PictureProps = Props & { annotation: Cell['annotation'] };

function Picture({ cell, side, outlines, annotation, category, onSeen }: PictureProps) {
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading');
  const [tries, setTries] = useState(0);
  const { left, top, right, bottom } = cell.window;
  const [wide, high] = [right - left, bottom - top];
  const source = cropAddress(cell.item, cell.window, side * Math.min(2, window.devicePixelRatio));
  useEffect(() => setState('loading'), [source]);
  useEffect(() => {
    if (state !== 'failed' || tries >= 2) return;
    const timer = setTimeout(() => setTries(tries + 1), 2500 * (tries + 1));
    return () => clearTimeout(timer);
  }, [state, tries]);
  return (
    <span className={classes.picture} style={{ height: side }} data-shown={state}>
      <img
        key={tries}
        src={source}
        alt=""
        draggable={false}
        decoding="async"
        hidden={state === 'failed'}
        className={wide * 1.5 < side ? classes.pixels : undefined}
        onLoad={() => {
          setState('shown');
          onSeen(cell, true);
        }}
        onError={() => {
          setState('failed');
          onSeen(cell, false);
        }}
      />
      {state === 'failed' && <span className={classes.failed}>{t('This crop cannot be shown; it is left out.')}</span>}
      {state === 'shown' && outlines && annotation.shape && (
        <svg viewBox={`${left} ${top} ${wide} ${high}`} className={classes.over} aria-hidden>
          <Outline shape={annotation.shape} category={category} />
        </svg>
      )}
    </span>
  );
}
