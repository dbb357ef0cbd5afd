/** The categories as buttons, with the number keys that choose them. */
import { Kbd } from '@mantine/core';

import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Category } from '../../wire';
import classes from './verify.module.css';

interface Props {
  categories: Category[];
  /** All categories of the ontology: their order gives the numbers. */
  all: Category[];
  /** In one line that scrolls. */
  line?: boolean;
  current: string | null;
  disabled?: boolean;
  onPick: (id: string) => void;
}

export function CategoryChips({ categories, all, line = false, current, disabled = false, onPick }: Props) {
  return (
    <div role="group" aria-label={t('Category')} className={line ? `${classes.chips} ${classes.inLine}` : classes.chips}>
      {categories.map((category) => (
        <button
          key={category.id}
          type="button"
          className={classes.chip}
          disabled={disabled}
          aria-pressed={category.id === current}
          title={category.name}
          onClick={() => onPick(category.id)}
        >
          <span className={classes.dot} style={{ background: colorOf(category) }} aria-hidden />
          <span className="lw-clip">{category.name}</span>
          <NumberKey number={all.indexOf(category) + 1} />
        </button>
      ))}
    </div>
  );
}

function NumberKey({ number }: { number: number }) {
  return number >= 1 && number <= 9 ? <Kbd size="xs">{number}</Kbd> : null;
}
