/** The categories that can be drawn, with their keys; where there are many, a search and those used last. */
import { CloseButton, Text, TextInput } from '@mantine/core';
import { IconEye, IconEyeOff, IconSearch } from '@tabler/icons-react';
import { memo, useState } from 'react';

import { categoryActions, chooseCategory, keyTaken } from '../../editor/actions';
import { findCategories } from '../../editor/category-finder';
import { keymap } from '../../editor/keymap';
import { t } from '../../language/language';
import { colorOf, drawable } from '../../model/ontology';
import type { Category } from '../../wire';
import { count } from '../words';
import { ConfusionNote } from './confusion-note';
import type { Desk } from './desk';
import { keyHint } from './own-keys';
import { recentChanged, recentOf } from './recent';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const MANY = 14; // more than these are searched

export function CategoryBar({ desk }: { desk: Desk }) {
  const { editor, hand, envelope } = desk;
  useSignal(editor.categoryChanged, editor.view.changed, keymap.changed, recentChanged);
  const [words, setWords] = useState('');
  const all = drawable(editor.ontology);
  if (all.length === 0) {
    return (
      <Text size="sm" c="dimmed" className={classes.section}>
        {t('Nothing can be drawn in this project: its ontology has only tags.')}
      </Text>
    );
  }
  const isLong = all.length > MANY;
  const shown = isLong ? findCategories(all, words, recentOf(envelope.task.project)) : all;
  const keys = new Map(categoryActions(editor).map((action) => [action.id, keymap.of(action).find((key) => !keyTaken(key))]));
  const choose = (id: string) => chooseCategory({ editor, toolDraws: () => hand.current.draws !== undefined }, id);
  return (
    <div className={classes.section} data-tour="categories">
      {isLong && (
        <TextInput
          size="xs"
          mb={6}
          leftSection={<IconSearch size={14} />}
          rightSection={words && <CloseButton size="xs" aria-label={t('Clear the search')} onClick={() => setWords('')} />}
          placeholder={count(all.length, 'category', 'categories') + keyHint('tool.category')}
          aria-label={t('Search the categories')}
          data-testid="category-field"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !shown[0] || event.nativeEvent.isComposing) return;
            choose(shown[0].id);
            setWords('');
            document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus();
          }}
        />
      )}
      <div className={classes.categories} data-long={isLong} role="radiogroup" aria-label={t('Category of the next annotation')}>
        {shown.map((category) => (
          <Chip
            key={category.id}
            category={category}
            hint={keys.get(`category.${category.id}`)}
            isActive={editor.category?.id === category.id}
            isHidden={editor.view.hiddenCategories.has(category.id)}
            desk={desk}
          />
        ))}
        {shown.length === 0 && (
          <Text size="xs" c="dimmed">
            {t('No category has these words.')}
          </Text>
        )}
      </div>
      <ConfusionNote desk={desk} />
    </div>
  );
}

interface ChipProps {
  category: Category;
  hint: string | undefined;
  isActive: boolean;
  isHidden: boolean;
  desk: Desk;
}

const Chip = memo(function Chip({ category, hint, isActive, isHidden, desk: { editor, hand } }: ChipProps) {
  const hide = isHidden ? t('Show every {{name}}', { name: category.name }) : t('Hide every {{name}}', { name: category.name });
  return (
    <span className={classes.category} data-active={isActive} data-hidden={isHidden}>
      <button
        type="button"
        role="radio"
        aria-checked={isActive}
        className={classes.pick}
        title={category.description ? `${category.name}: ${category.description}` : category.name}
        data-testid={`category-${category.id}`}
        onClick={() => chooseCategory({ editor, toolDraws: () => hand.current.draws !== undefined }, category.id)}
      >
        <i className={classes.dot} style={{ background: colorOf(category) }} />
        <span>{category.name}</span>
        {hint && <kbd className={classes.key}>{hint}</kbd>}
      </button>
      <button
        type="button"
        className={classes.eye}
        aria-pressed={isHidden}
        aria-label={hide}
        title={hide}
        onClick={() => editor.view.toggle('hiddenCategories', category.id)}
      >
        {isHidden ? <IconEyeOff size={14} /> : <IconEye size={14} />}
      </button>
    </span>
  );
});
