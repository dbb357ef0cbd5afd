/** Adds categories by name: Enter adds one, a pasted list adds many. */
import { Button, Group, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { t } from '../../language/language';

const BETWEEN = /[\n,;]+/;

export function Quick({ onAdd }: { onAdd: (names: string[]) => void }) {
  const [text, setText] = useState('');
  const add = (from: string) => {
    const names = from.split(BETWEEN).map((name) => name.trim()).filter(Boolean);
    if (names.length) onAdd(names);
    setText('');
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add(text);
      }}
    >
      <Group gap="xs" p="xs" wrap="nowrap">
        <TextInput
          flex={1}
          aria-label={t('Name of a new category')}
          placeholder={t('New category (or paste a list)')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onPaste={(event) => {
            const pasted = event.clipboardData.getData('text');
            if (!pasted.includes('\n')) return;
            event.preventDefault();
            add(text + pasted);
          }}
        />
        <Button type="submit" variant="default" leftSection={<IconPlus size={15} />} disabled={!text.trim()}>
          {t('Add')}
        </Button>
      </Group>
    </form>
  );
}
