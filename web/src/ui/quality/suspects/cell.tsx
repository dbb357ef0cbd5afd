/** One suspect of the grid: its crop, what stands there, and dashed what somebody else says. */
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react';
import { memo } from 'react';

import { t } from '../../../language/language';
import { reasonWords } from '../../../language/reasons';
import { colorOf } from '../../../model/ontology';
import type { Category } from '../../../wire';
import { cropAddress } from '../../verify/crop';
import { Outline } from '../../verify/outline';
import verify from '../../verify/verify.module.css';
import classes from './suspects.module.css';
import type { Suspect, SuspectVerdict } from './wire';
import { KIND_WORDS } from './words';

export type Categories = ReadonlyMap<string, Category>;

interface Props {
  suspect: Suspect;
  verdict: SuspectVerdict | null;
  index: number;
  isFocused: boolean;
  categories: Categories;
  onPick: (index: number) => void;
}

const SIGNS = { wrong: IconX, fine: IconCheck, corrected: IconPencil };

export const SuspectCell = memo(function SuspectCell({ suspect, verdict, index, isFocused, categories, onPick }: Props) {
  const name = titleOf(suspect, categories);
  const Sign = verdict && SIGNS[verdict];
  return (
    <button
      type="button"
      className={`${verify.cell} ${classes.cell}`}
      data-testid="suspect"
      data-state={verdict ?? 'open'}
      data-kind={suspect.kind}
      data-id={suspect.id}
      data-index={index}
      data-focused={isFocused || undefined}
      data-outdated={suspect.outdated || undefined}
      tabIndex={isFocused ? 0 : -1}
      aria-current={isFocused || undefined}
      aria-label={[KIND_WORDS[suspect.kind], name, suspect.name, verdict && verdictWords(verdict)].filter(Boolean).join(', ')}
      title={[suspect.name, ...suspect.reasons.map(reasonWords)].join('\n')}
      onClick={() => onPick(index)}
    >
      <span className={`${verify.picture} ${classes.picture}`}>
        <Picture suspect={suspect} categories={categories} pixels={192 * Math.min(2, window.devicePixelRatio)} />
        <span className={classes.kind}>{suspect.outdated ? t('Changed since') : KIND_WORDS[suspect.kind]}</span>
      </span>
      <span className={verify.caption}>
        <span className={verify.name}>
          <span className={verify.dot} style={{ background: colorOf(categoryOf(suspect, categories)) }} aria-hidden />
          <span className="lw-clip">{name}</span>
          <span className={verify.score}>{suspect.score.toFixed(2)}</span>
        </span>
        <span className={verify.reason}>{suspect.reasons[0] ? reasonWords(suspect.reasons[0]) : ' '}</span>
      </span>
      {Sign && (
        <span className={`${verify.sign} ${classes.sign}`} aria-hidden>
          <Sign size={18} stroke={2.6} />
        </span>
      )}
    </button>
  );
});

/** The crop with what stands there, and dashed what is missing or how it should lie. */
export function Picture({ suspect, categories, pixels }: { suspect: Suspect; categories: Categories; pixels: number }) {
  const { left, top, right, bottom } = suspect.window;
  const [wide, high] = [right - left, bottom - top];
  const here = categories.get(suspect.annotation?.category ?? '');
  const there = categories.get(suspect.should_be ?? suspect.category ?? '');
  const claimed = suspect.kind === 'missing' || suspect.kind === 'loose_shape' ? suspect.shape : null;
  return (
    <>
      <img
        src={cropAddress(suspect.item, suspect.window, pixels)}
        alt=""
        draggable={false}
        decoding="async"
        loading="lazy"
        className={wide * 1.5 < pixels / 2 ? verify.pixels : undefined}
      />
      <svg viewBox={`${left} ${top} ${wide} ${high}`} className={verify.over} aria-hidden>
        {suspect.annotation?.shape && <Outline shape={suspect.annotation.shape} category={here} />}
        {claimed && (
          <g className={classes.claim}>
            <Outline shape={claimed} category={there} />
          </g>
        )}
      </svg>
    </>
  );
}

export function categoryOf(suspect: Suspect, categories: Categories): Category | undefined {
  return categories.get(suspect.category ?? '');
}

/** “Cell”, or “Cell → Dirt?” where another category is likelier. */
export function titleOf(suspect: Suspect, categories: Categories): string {
  const name = (id: string | null) => (id === null ? '–' : (categories.get(id)?.name ?? id));
  return suspect.should_be ? `${name(suspect.category)} → ${name(suspect.should_be)}?` : name(suspect.category);
}

export function verdictWords(verdict: SuspectVerdict): string {
  return { wrong: t('judged wrong'), fine: t('judged fine'), corrected: t('corrected') }[verdict];
}
