/** The categories that can be drawn, with their keys; the current one is marked. */
import { Text, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';

import { chooseCategory } from '../../editor/actions';
import { colorOf, drawable } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function CategoryBar({ desk }: { desk: Desk }) {
  const { editor, hand } = desk;
  useSignal(editor.categoryChanged, editor.view.changed);
  const all = editor.ontology.categories ?? [];
  const shown = drawable(editor.ontology);
  const toolDraws = () => hand.current.draws !== undefined;
  if (shown.length === 0) {
    return (
      <Text size="sm" c="dimmed" className={classes.section}>
        Nothing can be drawn in this project: its ontology has only tags.
      </Text>
    );
  }
  return (
    <div className={classes.section} data-tour="categories">
      <div className={classes.categories} role="radiogroup" aria-label="Category of the next annotation">
        {shown.map((category) => {
          const number = all.indexOf(category) + 1;
          const key = category.shortcut?.toUpperCase() ?? (number <= 9 ? String(number) : null);
          const active = editor.category?.id === category.id;
          const hidden = editor.view.hiddenCategories.has(category.id);
          return (
            <Tooltip key={category.id} label={category.description} disabled={!category.description} multiline maw={280}>
              <span className={classes.category} data-active={active} data-hidden={hidden}>
                <button
                  type="button"
                  role="radio"
                  aria-checked={active}
                  className={classes.pick}
                  data-testid={`category-${category.id}`}
                  onClick={() => chooseCategory({ editor, toolDraws }, category.id)}
                >
                  <i className={classes.dot} style={{ background: colorOf(category) }} />
                  <span>{category.name}</span>
                  {key && <kbd className={classes.key}>{key}</kbd>}
                </button>
                <button
                  type="button"
                  className={classes.eye}
                  aria-pressed={hidden}
                  aria-label={`${hidden ? 'Show' : 'Hide'} every ${category.name}`}
                  title={`${hidden ? 'Show' : 'Hide'} every ${category.name}`}
                  onClick={() => editor.view.toggle('hiddenCategories', category.id)}
                >
                  {hidden ? <IconEyeOff size={14} /> : <IconEye size={14} />}
                </button>
              </span>
            </Tooltip>
          );
        })}
      </div>
    </div>
  );
}
