/** What models and others propose: one by one, or all above a score, taken over or waved away. */
import { Button, Group, Slider, Switch, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import type { Proposal } from '../../editor/proposals';
import { t } from '../../language/language';
import { layerWord } from '../model-words';
import { colorOf } from '../../model/ontology';
import type { Project } from '../../wire';
import type { Desk } from './desk';
import { Layers } from './layers';
import { KIND_ICONS } from './kind-icons';
import list from './list.module.css';
import { keyHint } from './own-keys';
import classes from './studio.module.css';
import { useSignal } from './use-signal';

const ROW = 30;

export function Predictions({ desk, project }: { desk: Desk; project: Project }) {
  const { editor, flow } = desk;
  const { proposals } = flow;
  useSignal(editor.store.changed, editor.view.changed, proposals.changed);
  const shown = proposals.shown();
  const scored = proposals.open().some(({ annotation }) => annotation.evidence?.score != null);
  return (
    <div className={classes.tabs} data-testid="proposals">
      <div className={classes.section}>
        <Layers desk={desk} project={project} />
        {proposals.layers.length > 0 && (
          <>
            <Group justify="space-between" mt={8} mb={2} wrap="nowrap">
              <Switch
                size="xs"
                label={t('On the picture')}
                checked={editor.view.predictions}
                onChange={(event) => editor.view.set({ predictions: event.currentTarget.checked })}
              />
              <Text size="xs" c="dimmed" data-testid="proposal-count">
                {t('{{done}} of {{total}}', { done: shown.length, total: proposals.open().length })}
              </Text>
            </Group>
            {scored && (
              <Slider
                size="sm"
                mt={6}
                min={0}
                max={1}
                step={0.01}
                value={proposals.least}
                onChange={(least) => proposals.setLeast(least)}
                label={(value) => t('score from {{score}}', { score: value.toFixed(2) })}
                thumbLabel={t('Least score')}
              />
            )}
            <Group gap={6} mt={8} wrap="nowrap">
              <Button
                size="compact-sm"
                variant="light"
                flex={1}
                disabled={editor.readOnly || shown.length === 0}
                data-testid="accept-all"
                onClick={() => proposals.accept(shown)}
              >
                {shown.length === 1 ? t('Accept this one') : t('Accept all {{number}}', { number: shown.length })}
              </Button>
              {proposals.rejectedCount > 0 && (
                <Button size="compact-sm" variant="subtle" color="gray" onClick={() => proposals.restore()} data-testid="restore">
                  {t('Bring back {{number}}', { number: proposals.rejectedCount })}
                </Button>
              )}
            </Group>
          </>
        )}
      </div>
      <Rows desk={desk} shown={shown} />
    </div>
  );
}

function Rows({ desk, shown }: { desk: Desk; shown: readonly Proposal[] }) {
  const { flow } = desk;
  const { proposals } = flow;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  const focused = proposals.focused?.annotation.id;
  const at = shown.findIndex(({ annotation }) => annotation.id === focused);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);
  if (proposals.layers.length > 0 && shown.length === 0) {
    return (
      <Text size="sm" c="dimmed" p="md">
        {proposals.open().length > 0
          ? t('Nothing more is proposed above this score.')
          : t('Nothing more is proposed: what the layers show stands here already, or was waved away.')}
      </Text>
    );
  }
  const keys: Record<string, () => void> = {
    ArrowDown: () => flow.walkProposals(1),
    ArrowUp: () => flow.walkProposals(-1),
    Home: () => proposals.focus(shown[0]?.annotation.id ?? null),
    End: () => proposals.focus(shown.at(-1)?.annotation.id ?? null),
  };
  return (
    <div
      ref={scroller}
      className={list.scroll}
      role="listbox"
      aria-label={t('Proposals: Enter accepts, Shift+Delete waves away')}
      aria-activedescendant={focused ? `proposal-${focused}` : undefined}
      tabIndex={shown.length > 0 ? 0 : -1}
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (!act || event.shiftKey) return;
        event.preventDefault();
        act();
      }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <ProposalRow key={shown[index]!.annotation.id} desk={desk} proposal={shown[index]!} top={start} isFocused={index === at} />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  desk: Desk;
  proposal: Proposal;
  top: number;
  isFocused: boolean;
}

function ProposalRow({ desk, proposal, top, isFocused }: RowProps) {
  const { editor, flow } = desk;
  const { proposals } = flow;
  const { annotation, layer } = proposal;
  const category = editor.categoryOf(annotation.category);
  const Icon = KIND_ICONS[annotation.shape?.kind ?? 'tag']!;
  const many = proposals.layers.filter(({ shown }) => shown).length > 1;
  const name = category?.name ?? t('Unknown category');
  return (
    <div
      className={list.row}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
      role="option"
      id={`proposal-${annotation.id}`}
      aria-selected={isFocused}
      aria-label={`${name}, ${annotation.evidence?.score?.toFixed(2) ?? t('no score')}, ${layer.name}`}
      data-selected={isFocused}
      data-stop={isFocused}
      data-testid="prediction-row"
      onClick={() => {
        proposals.focus(annotation.id);
        flow.show(annotation);
      }}
    >
      <i className={list.dot} style={{ background: colorOf(category) }} />
      <Icon size={15} className={list.kind} aria-hidden />
      <span className={list.words} title={`${name}, ${layer.name}`}>
        <span className={list.name}>{name}</span>
        {many && <span className={list.said}>{layerWord(layer.name)}</span>}
      </span>
      <span className={list.number}>{annotation.evidence?.score?.toFixed(2) ?? ''}</span>
      <Settle label={t('Accept') + keyHint('edit.prediction')} disabled={editor.readOnly} onClick={() => proposals.accept([proposal])}>
        <IconCheck size={15} />
      </Settle>
      <Settle label={t('Wave away') + keyHint('edit.reject')} disabled={editor.readOnly} onClick={() => proposals.reject([proposal])}>
        <IconX size={15} />
      </Settle>
    </div>
  );
}

interface SettleProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Settle({ label, disabled, onClick, children }: SettleProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={list.toggle}
      data-on
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      {children}
    </button>
  );
}
