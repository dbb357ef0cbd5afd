/** The command palette of the studio: every action that is possible now, categories and annotations. */
import { Group, Kbd } from '@mantine/core';
import { createSpotlight, Spotlight, type SpotlightActionGroupData, useSpotlight } from '@mantine/spotlight';
import { useState } from 'react';

import { ACTIONS, type Action, type Studio } from '../../editor/actions';
import { findCategories } from '../../editor/category-finder';
import { keymap, keySign } from '../../editor/keymap';
import { inShort, kindOf } from '../../editor/listing';
import { t } from '../../language/language';
import type { Desk } from './desk';
import { recentOf } from './recent';

export const [paletteStore, palette] = createSpotlight();

const MOST = 12; // of categories and annotations; more words find fewer

interface Props {
  desk: Desk;
  studio: Studio;
  categories: readonly Action[];
}

export function ActionPalette({ desk, studio, categories }: Props) {
  const [words, setWords] = useState('');
  // Drawn again as it opens: what is possible depends on the moment.
  const { opened } = useSpotlight(paletteStore);
  const groups = opened ? [...possible(studio), ...categoriesLike(desk, studio, categories, words), ...annotationsLike(desk, words)] : [];
  return (
    <Spotlight
      store={paletteStore}
      shortcut={null}
      maxHeight={420}
      scrollable
      query={words}
      onQueryChange={setWords}
      nothingFound={t('Nothing that can be done now has these words')}
      searchProps={{ placeholder: t('What would you like to do? A category, or the number of an annotation?'), 'aria-label': t('Find an action') }}
      actions={groups}
    />
  );
}

function possible(studio: Studio): SpotlightActionGroupData[] {
  const groups = new Map<string, Action[]>();
  for (const action of ACTIONS) {
    if (action.id === 'task.palette' || action.enabled?.(studio) === false) continue;
    groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  }
  return [...groups].map(([group, actions]) => ({ group: t(group), actions: actions.map((action) => entryOf(action, studio)) }));
}

const entryOf = (action: Action, studio: Studio) => ({
  id: action.id,
  label: t(action.title),
  rightSection: <Keys of={keymap.of(action)} />,
  onClick: () => action.run(studio),
});

function categoriesLike(desk: Desk, studio: Studio, actions: readonly Action[], words: string): SpotlightActionGroupData[] {
  const asked = words.trim();
  const all = desk.editor.ontology.categories ?? [];
  const found = findCategories(all, asked, recentOf(desk.envelope.task.project)).slice(0, MOST);
  const own = found.flatMap(({ id }) => actions.find((action) => action.id === `category.${id}`) ?? []);
  // The palette's own search looks at labels; what was found by other words is given them as keywords.
  return [{ group: t('Categories'), actions: own.map((action) => ({ ...entryOf(action, studio), keywords: [asked] })) }];
}

function annotationsLike({ editor, flow }: Desk, words: string): SpotlightActionGroupData[] {
  const asked = words.trim().toLowerCase().replace(/^(go to )?(annotation )?#?/, '');
  if (asked === '') return [];
  const number = /^\d+$/.test(asked) ? Number(asked) : null;
  const found = [];
  for (const annotation of number ? [editor.store.all()[number - 1]] : editor.store.all()) {
    if (!annotation) continue;
    const category = editor.categoryOf(annotation.category);
    const said = inShort(annotation, category);
    const label = t('Go to {{name}} {{number}}', { name: category?.name ?? t('annotation'), number: String(flow.listing.numberOf(annotation.id)) });
    if (!number && !`${label} ${said}`.toLowerCase().includes(asked)) continue;
    found.push({
      id: `annotation.${annotation.id}`,
      label,
      description: [kindOf(annotation), said].filter(Boolean).join(', '),
      keywords: [words.trim()],
      onClick: () => {
        editor.selection.select([annotation.id]);
        flow.show(annotation);
      },
    });
    if (found.length === MOST) break;
  }
  return found.length > 0 ? [{ group: t('Annotations'), actions: found }] : [];
}

function Keys({ of }: { of: readonly string[] }) {
  return (
    <Group gap={4} wrap="nowrap">
      {of.slice(0, 2).map((key) => (
        <Kbd key={key} size="xs">
          {keySign(key)}
        </Kbd>
      ))}
    </Group>
  );
}
