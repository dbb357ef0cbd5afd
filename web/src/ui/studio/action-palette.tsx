/** The command palette of the studio: every action that is possible now, found by its words. */
import { Group, Kbd } from '@mantine/core';
import { createSpotlight, Spotlight, useSpotlight } from '@mantine/spotlight';

import { ACTIONS, type Action, type Studio } from '../../editor/actions';

export const [paletteStore, palette] = createSpotlight();

export function ActionPalette({ studio, categories }: { studio: Studio; categories: readonly Action[] }) {
  // Drawn again as it opens: what is possible depends on the moment.
  useSpotlight(paletteStore);
  const groups = new Map<string, Action[]>();
  for (const action of [...ACTIONS, ...categories]) {
    if (action.id === 'task.palette' || action.enabled?.(studio) === false) continue;
    groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  }
  return (
    <Spotlight
      store={paletteStore}
      shortcut={null}
      maxHeight={420}
      scrollable
      nothingFound="Nothing that can be done now has these words"
      searchProps={{ placeholder: 'What would you like to do?' }}
      actions={[...groups].map(([group, actions]) => ({
        group,
        actions: actions.map((action) => ({
          id: action.id,
          label: action.title,
          rightSection: (
            <Group gap={4}>
              {action.keys.map((key) => (
                <Kbd key={key} size="xs">
                  {key}
                </Kbd>
              ))}
            </Group>
          ),
          onClick: () => action.run(studio),
        })),
      }))}
    />
  );
}
