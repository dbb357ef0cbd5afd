/** The categories as buttons, with the number keys that choose them. */
import { Kbd } from '@mantine/core';

import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import type { Category } from '../../wire';
import classes from './verify.module.css';

interface Props {
  categories: Category[];
  current: string | null;
  disabled?: boolean;
  onPick: (id: string) => void;
}

export function CategoryChips({ categories, current, disabled = false, onPick }: Props) {
  return (
    <div role="group" aria-label={t('Category')} style={{ display: 'flex', flexWrap: 'wrap', gap: 6 }}>
      {categories.map((category, index) => (
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
          {index < 9 && <Kbd size="xs">{index + 1}</Kbd>}
        </button>
      ))}
    </div>
  );
}
