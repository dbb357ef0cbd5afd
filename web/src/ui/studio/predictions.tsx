/** What models propose: accept one, accept all above a score, or wave one away. */
import { ActionIcon, Button, Group, Slider, Stack, Switch, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';

import { acceptPredicted, reveal } from '../../editor/changes';
import { colorOf } from '../../model/ontology';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

export function Predictions({ desk }: { desk: Desk }) {
  const { editor } = desk;
  useSignal(editor.store.changed, editor.view.changed);
  const [least, setLeast] = useState(0);
  const all = desk.predicted();
  const shown = all.filter(({ annotation }) => (annotation.evidence?.score ?? 1) >= least);
  if (desk.envelope.predictions.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        No model has proposed anything for this item.
      </Text>
    );
  }
  const focus = (id: string | null) => {
    desk.focused = id;
    editor.view.changed.emit();
  };
  return (
    <Stack gap={0} style={{ minHeight: 0, flex: 1 }}>
      <Stack gap="xs" className={classes.section}>
        <Group justify="space-between">
          <Switch
            size="xs"
            label="Show on the picture"
            checked={editor.view.predictions}
            onChange={(event) => editor.view.set({ predictions: event.currentTarget.checked })}
          />
          <Text size="xs" c="dimmed">
            {shown.length} of {all.length}
          </Text>
        </Group>
        <Slider
          size="sm"
          min={0}
          max={1}
          step={0.01}
          value={least}
          onChange={setLeast}
          label={(value) => `score from ${value.toFixed(2)}`}
          aria-label="Least score"
        />
        <Button
          size="compact-sm"
          variant="light"
          disabled={editor.readOnly || shown.length === 0}
          data-testid="accept-all"
          onClick={() => {
            for (const model of new Set(shown.map((entry) => entry.model))) {
              const own = shown.filter((entry) => entry.model === model);
              acceptPredicted(editor, own.map((entry) => entry.annotation), model);
            }
          }}
        >
          Accept {shown.length === 1 ? 'this one' : `all ${shown.length}`}
        </Button>
      </Stack>
      <div className={classes.scroll}>
        {shown.map(({ annotation, model }) => (
          <div
            key={annotation.id}
            className={classes.row}
            style={{ position: 'relative', height: 30 }}
            data-selected={desk.focused === annotation.id}
            data-testid="prediction-row"
            onMouseEnter={() => focus(annotation.id)}
            onClick={() => reveal(editor, annotation)}
          >
            <i className={classes.dot} style={{ background: colorOf(editor.categoryOf(annotation.category)) }} />
            <span className={classes.name}>{editor.categoryOf(annotation.category)?.name ?? 'Unknown'}</span>
            <Text span size="xs" c="dimmed">
              {annotation.evidence?.score?.toFixed(2) ?? ''}
            </Text>
            <ActionIcon
              size="sm"
              variant="subtle"
              aria-label="Accept"
              disabled={editor.readOnly}
              onClick={() => acceptPredicted(editor, [annotation], model)}
            >
              <IconCheck size={15} />
            </ActionIcon>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="red"
              aria-label="Reject"
              disabled={editor.readOnly}
              onClick={() => {
                desk.rejected.add(annotation.id);
                editor.view.changed.emit();
              }}
            >
              <IconX size={15} />
            </ActionIcon>
          </div>
        ))}
      </div>
    </Stack>
  );
}
