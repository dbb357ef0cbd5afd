/** All annotations of the item, as a virtual list: ten thousand cost no more than twenty. */
import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconEye, IconEyeOff, IconLock, IconLockOpen } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import { reveal } from '../../editor/changes';
import { colorOf, faults } from '../../model/ontology';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const ROW = 30;

export function AnnotationList({ desk }: { desk: Desk }) {
  const { editor } = desk;
  useSignal(editor.store.changed, editor.selection.changed, editor.view.changed);
  const scroller = useRef<HTMLDivElement>(null);
  const annotations = editor.store.all();
  const rows = useVirtualizer({
    count: annotations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
  });

  const only = editor.selection.only;
  const at = only ? annotations.findIndex((annotation) => annotation.id === only) : -1;
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);

  if (annotations.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md" data-testid="no-annotations">
        Nothing is marked yet. Choose a category, press <b>B</b> and drag over the first thing you see.
      </Text>
    );
  }
  return (
    <div ref={scroller} className={classes.scroll} role="listbox" aria-label="Annotations" aria-multiselectable>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => (
          <Row key={row.key} desk={desk} annotation={annotations[row.index]!} number={row.index + 1} top={row.start} />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  desk: Desk;
  annotation: Annotation;
  number: number;
  top: number;
}

function Row({ desk, annotation, number, top }: RowProps) {
  const { editor } = desk;
  const category = editor.categoryOf(annotation.category);
  const selected = editor.selection.has(annotation.id);
  const hidden = editor.view.hidden.has(annotation.id);
  const locked = editor.view.locked.has(annotation.id);
  const wrong = faults(annotation, category);
  const verdict = annotation.evidence?.verdict;
  return (
    <div
      className={classes.row}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
      role="option"
      aria-selected={selected}
      data-selected={selected}
      data-faint={!editor.view.shows(annotation)}
      data-testid="annotation-row"
      onClick={(event) => {
        editor.selection.select([annotation.id], event.shiftKey || event.ctrlKey ? 'toggle' : 'only');
        reveal(editor, annotation);
      }}
    >
      <i className={classes.dot} style={{ background: colorOf(category) }} />
      <span className={classes.name}>
        {category?.name ?? 'Unknown category'} <Text span c="dimmed" size="xs">{number} · {annotation.shape?.kind ?? 'tag'}</Text>
      </span>
      {verdict && (
        <Text span size="xs" c={verdict === 'returned' ? 'var(--lw-returned)' : 'var(--lw-done)'}>
          {verdict === 'returned' ? 'correct this' : verdict}
        </Text>
      )}
      {wrong.length > 0 && (
        <Tooltip label={wrong.join('; ')}>
          <IconAlertTriangle size={15} color="var(--lw-returned)" aria-label={wrong.join('; ')} />
        </Tooltip>
      )}
      {annotation.shape && (
        <>
          <Toggle label={hidden ? 'Show' : 'Hide'} onClick={() => editor.view.toggle('hidden', annotation.id)}>
            {hidden ? <IconEyeOff size={15} /> : <IconEye size={15} />}
          </Toggle>
          <Toggle label={locked ? 'Unlock' : 'Lock'} onClick={() => editor.view.toggle('locked', annotation.id)}>
            {locked ? <IconLock size={15} /> : <IconLockOpen size={15} />}
          </Toggle>
        </>
      )}
    </div>
  );
}

function Toggle({ label, onClick, children }: { label: string; onClick: () => void; children: React.ReactNode }) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="sm"
      aria-label={label}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      {children}
    </ActionIcon>
  );
}
