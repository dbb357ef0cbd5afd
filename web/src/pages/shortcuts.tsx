/** Every key there is. Those of the studio are read from its table of actions. */
import { Group, Kbd, Paper, Text, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

import { ACTIONS } from '../editor/actions';
import { Page } from '../ui/page';
import classes from '../ui/shortcuts.module.css';

interface Shortcut {
  title: string;
  keys: readonly string[];
}

const EVERYWHERE: [string, Shortcut[]] = [
  'Everywhere',
  [
    { title: 'Go to a project, a page, a setting', keys: ['Ctrl+K'] },
    { title: 'Move a category of the ontology', keys: ['Alt+ArrowUp', 'Alt+ArrowDown'] },
  ],
];

const SIGNS: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
};

function sections(): [string, Shortcut[]][] {
  const groups = new Map<string, Shortcut[]>();
  for (const action of ACTIONS) {
    if (action.keys.length === 0) continue;
    groups.set(action.group, [...(groups.get(action.group) ?? []), action]);
  }
  const categories: Shortcut = { title: 'Choose a category by its key', keys: ['1', '…', '9'] };
  groups.set('Categories', [categories, ...(groups.get('Categories') ?? [])]);
  return [EVERYWHERE, ...groups];
}

export default function Shortcuts() {
  const [wanted, setWanted] = useState('');
  const fits = ({ title, keys }: Shortcut) =>
    `${title} ${keys.join(' ')}`.toLowerCase().includes(wanted.trim().toLowerCase());
  return (
    <Page
      title="Keyboard shortcuts"
      about="On a Mac, Ctrl is the command key."
      actions={
        <TextInput
          aria-label="Find a shortcut"
          placeholder="Find a shortcut"
          leftSection={<IconSearch size={15} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      }
    >
      <div className={classes.sections}>
        {sections()
          .map(([group, entries]) => [group, entries.filter(fits)] as const)
          .filter(([, entries]) => entries.length > 0)
          .map(([group, entries]) => (
            <Paper key={group} p="md" className={classes.section} component="section">
              <Title order={2} fz="md" mb="xs">
                {group}
              </Title>
              {entries.map(({ title, keys }) => (
                <Group key={title} justify="space-between" wrap="nowrap" py={4}>
                  <Text size="sm">{title}</Text>
                  <Group gap={14} wrap="nowrap">
                    {keys.map((key) => (
                      <Chord key={key} keys={key} />
                    ))}
                  </Group>
                </Group>
              ))}
            </Paper>
          ))}
      </div>
    </Page>
  );
}

/** `Ctrl++` is Ctrl with the plus key. */
function parts(keys: string): string[] {
  if (keys.length < 2) return [keys];
  const split = keys.split('+').filter(Boolean);
  return keys.endsWith('+') ? [...split, '+'] : split;
}

function Chord({ keys }: { keys: string }) {
  return (
    <Group gap={3} wrap="nowrap">
      {parts(keys).map((key) => (
        <Kbd key={key} size="sm">
          {SIGNS[key] ?? key}
        </Kbd>
      ))}
    </Group>
  );
}
