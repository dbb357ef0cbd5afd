/** Every action with its keys, from the table that the keyboard reads; each key can be changed. */
import { ActionIcon, Button, FileButton, Group, Kbd, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconArrowBackUp, IconPlus, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import { ACTIONS, type Action, keyOf } from '../../editor/actions';
import { keymap, type Keyed, keySign, type Outcome } from '../../editor/keymap';
import { t } from '../../language/language';
import { tell, tellProblem } from '../notify';
import classes from './keys.module.css';
import { useSignal } from './use-signal';

interface Recording {
  action: Action;
  /** The key that is replaced; null adds one. */
  instead: string | null;
}

export function KeyTable({ actions }: { actions: readonly Action[] }) {
  useSignal(keymap.changed);
  const [words, setWords] = useState('');
  const [recording, setRecording] = useState<Recording | null>(null);
  const asked = words.toLowerCase().trim();
  const shown = actions.filter((action) => `${t(action.title)} ${t(action.group)} ${keymap.of(action).join(' ')}`.toLowerCase().includes(asked));
  const groups = [...new Set(shown.map((action) => action.group))];
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <TextInput
          size="xs"
          w={240}
          leftSection={<IconSearch size={14} />}
          placeholder={t('Find an action or a key')}
          aria-label={t('Find an action or a key')}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Own />
      </Group>
      {shown.length === 0 && <Text c="dimmed">{t('No action has these words.')}</Text>}
      <div className={classes.groups}>
        {groups.map((group) => (
          <Stack key={group} gap={2} className={classes.group}>
            <Title order={3} mb={4}>
              {t(group)}
            </Title>
            {shown
              .filter((action) => action.group === group)
              .map((action) => (
                <KeyRow
                  key={action.id}
                  action={action}
                  actions={actions}
                  recording={recording?.action.id === action.id ? recording : null}
                  onRecord={setRecording}
                />
              ))}
          </Stack>
        ))}
      </div>
    </Stack>
  );
}

/** Taking one's own keys along, bringing them, and going back to the table's. */
function Own() {
  const bring = (file: File | null) => {
    file
      ?.text()
      .then((text) => {
        keymap.read(text, ACTIONS);
        tell(t('These are your keys now.'));
      })
      .catch(tellProblem);
  };
  const takeAlong = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([keymap.text()], { type: 'application/json' }));
    link.download = 'labelwright-keys.json';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <Group gap={6}>
      <Text size="xs" c="dimmed" data-testid="own-count">
        {keymap.size === 0 ? t('The keys as they come') : t('{{size}} changed', { size: keymap.size })}
      </Text>
      <FileButton onChange={bring} accept="application/json,.json">
        {(props) => (
          <Button {...props} size="compact-xs" variant="default">
            {t('Import')}
          </Button>
        )}
      </FileButton>
      <Button size="compact-xs" variant="default" onClick={takeAlong}>
        {t('Export')}
      </Button>
      <Button size="compact-xs" variant="default" disabled={keymap.size === 0} onClick={() => keymap.resetAll()} data-testid="keys-reset">
        {t('All as they come')}
      </Button>
    </Group>
  );
}

interface RowProps {
  action: Action;
  actions: readonly Action[];
  recording: Recording | null;
  onRecord: (recording: Recording | null) => void;
}

function KeyRow({ action, actions, recording, onRecord }: RowProps) {
  const keys = keymap.of(action);
  const settle = (act: (move: boolean) => Outcome) => {
    onRecord(null);
    const outcome = act(false);
    if (outcome.kind === 'refused') tellProblem(new Error(outcome.why));
    else if (outcome.kind === 'taken') askToMove(outcome.by, action, () => act(true));
  };
  const record = (key: string, instead: string | null) =>
    settle((move) => keymap.give(action, key, actions, { ...(instead !== null && { instead }), move }));
  return (
    <div className={classes.row} data-testid={`keys-${action.id}`} data-own={keymap.isOwn(action.id)}>
      <span className={classes.title}>{t(action.title)}</span>
      <span className={classes.keys}>
        {keys.map((key) =>
          recording?.instead === key ? (
            <Recorder key={key} onKey={(next) => record(next, key)} onStop={() => onRecord(null)} />
          ) : (
            <span key={key} className={classes.key}>
              <button
                type="button"
                className={classes.change}
                disabled={key === 'Escape'}
                aria-label={t('{{title}}: {{key}}. Press to change', { title: t(action.title), key })}
                onClick={() => onRecord({ action, instead: key })}
              >
                <Kbd size="xs">{keySign(key)}</Kbd>
              </button>
              {key !== 'Escape' && (
                <button type="button" className={classes.take} aria-label={t('Take {{key}} from {{title}}', { key, title: t(action.title) })} onClick={() => keymap.take(action, key)}>
                  <IconX size={11} />
                </button>
              )}
            </span>
          ),
        )}
        {recording?.instead === null && <Recorder onKey={(next) => record(next, null)} onStop={() => onRecord(null)} />}
        {!recording && (
          <Tooltip label={t('Add a key')}>
            <ActionIcon size={20} variant="subtle" color="gray" className={classes.add} aria-label={t('Add a key to {{title}}', { title: t(action.title) })} onClick={() => onRecord({ action, instead: null })}>
              <IconPlus size={13} />
            </ActionIcon>
          </Tooltip>
        )}
        {keymap.isOwn(action.id) && (
          <Tooltip label={t('As it comes')}>
            <ActionIcon size={20} variant="subtle" color="gray" aria-label={t('{{title}} as it comes', { title: t(action.title) })} onClick={() => settle((move) => keymap.reset(action, actions, { move }))}>
              <IconArrowBackUp size={13} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
    </div>
  );
}

/** Waits for the key; Escape and a click elsewhere stop it. */
function Recorder({ onKey, onStop }: { onKey: (key: string) => void; onStop: () => void }) {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') onStop();
      else if (!/^(Control|Meta|Alt|Shift|AltGraph|CapsLock|Dead|Process|Unidentified)$/.test(event.key)) onKey(keyOf(event));
    };
    // Before anybody else: what is pressed now is meant for the table.
    window.addEventListener('keydown', down, true);
    window.addEventListener('pointerdown', onStop);
    return () => {
      window.removeEventListener('keydown', down, true);
      window.removeEventListener('pointerdown', onStop);
    };
  }, [onKey, onStop]);
  return (
    <span className={classes.recorder} role="status" data-testid="recorder">
      {t('Press the keys')}
    </span>
  );
}

function askToMove(by: readonly Keyed[], action: Keyed, move: () => void): void {
  const names = by.map(({ title }) => `“${t(title)}”`).join(', ');
  modals.openConfirmModal({
    title: t('This key is taken'),
    children: t('It means {{names}} now. Shall it mean “{{title}}” instead?', { names, title: t(action.title) }),
    labels: { confirm: t('Move it'), cancel: t('Leave it') },
    onConfirm: move,
  });
}
