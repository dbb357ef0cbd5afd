/** What the hand must know about its work, above the picture: each with what can be done about it. */
import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

import { spoken, t } from '../../language/language';
import { pointsOf, type Unfinished } from '../../sync/strokes';
import { count } from '../words';
import { ConflictDialog } from './conflicts';
import type { Desk } from './desk';
import { KIND_WORDS } from './kind-icons';
import { isInDialog, isTyping, keepsForItself } from './focus';
import type { DeskWork } from './use-desk';
import { useSignal } from './use-signal';

export function Notices({ desk, work }: { desk: Desk; work: DeskWork }) {
  const { safety, sync } = desk;
  useSignal(safety.changed, sync.changed, sync.standingChanged);
  const [choosing, setChoosing] = useState(false);
  const [busy, setBusy] = useState(false);
  const conflicts = safety.conflicts.length;
  const once = (act: () => Promise<void>) => () => {
    setBusy(true);
    void act().finally(() => setBusy(false));
  };
  return (
    <>
      <div style={{ gridArea: 'surface', position: 'relative', pointerEvents: 'none', zIndex: 5 }}>
        <Stack gap={6} style={PLACE} data-testid="notices">
        {safety.stroke && <KeptStroke desk={desk} stroke={safety.stroke.stroke} />}
        {conflicts > 0 && (
          <Notice
            color="var(--lw-returned)"
            testid="conflict-notice"
            text={t('{{count}} annotations were changed in two places at once. Both versions are kept.', { count: conflicts })}
          >
            <Button size="compact-xs" onClick={() => setChoosing(true)} data-testid="conflict-open">
              {t('Choose')}
            </Button>
          </Notice>
        )}
        {safety.left.map((left) => (
          <Notice
            key={`${left.task}/${left.member}`}
            color="var(--lw-review)"
            testid="left-notice"
            text={
              left.member === desk.member
                ? t('You left changes of {{annotations}} on this item that were not handed in.', { annotations: count(left.annotations, 'annotation') })
                : t('{{name}} left changes of {{annotations}} on this item that were not handed in.', {
                    name: left.member_name,
                    annotations: count(left.annotations, 'annotation'),
                  })
            }
          >
            <Button size="compact-xs" loading={busy} onClick={once(() => safety.bringIn(left))} data-testid="left-bring">
              {t('Bring them in')}
            </Button>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => safety.waveAway(left)}>
              {t('Not now')}
            </Button>
          </Notice>
        ))}
        {safety.news && (
          <Notice color="var(--lw-review)" testid="ontology-notice" text={newsWords(safety.news.words)}>
            <Button size="compact-xs" loading={busy} onClick={once(work.reload)} data-testid="ontology-load">
              {t('Load them now')}
            </Button>
          </Notice>
        )}
        <Standing desk={desk} work={work} />
        </Stack>
      </div>
      <ConflictDialog desk={desk} opened={choosing} onClose={() => setChoosing(false)} />
    </>
  );
}

const PLACE = { position: 'absolute', left: 12, bottom: 12, width: 'min(430px, calc(100% - 24px))', pointerEvents: 'auto' } as const;

const FATES: Record<string, string> = spoken<string>({
  submitted: 'This task was handed in elsewhere.',
  skipped: 'This task was put aside elsewhere.',
  closed: 'A manager opened this item anew, so this task is closed.',
});

/** What became of the task while it was open here. */
function Standing({ desk, work }: { desk: Desk; work: DeskWork }) {
  const { standing, state } = desk.sync;
  if (!desk.held) return null;
  const fate = standing && standing.state !== 'waiting' ? (FATES[standing.state] ?? t('This task is closed.')) : null;
  const passed = !fate && (standing?.holder || state === 'lease-lost');
  if (!fate && !passed) return null;
  const what = fate ?? t('{{name}} holds this task now.', { name: standing?.holder ?? t('Somebody else') });
  const then = t('What you change here is kept as a draft of yours, and offered to whoever works on the item next.');
  return (
    <Notice color="var(--lw-returned)" testid="standing-notice" text={`${what} ${then}`}>
      <Button size="compact-xs" onClick={() => void work.advance()} data-testid="standing-next">
        {t('Next item')}
      </Button>
    </Notice>
  );
}

function KeptStroke({ desk, stroke }: { desk: Desk; stroke: Unfinished }) {
  const { safety } = desk;
  useEffect(() => {
    // Before the studio's own keys, which mean other things by Enter and Escape.
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      if (isTyping(event.target) || isInDialog(event.target) || keepsForItself(event.target, event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (event.key === 'Enter') safety.takeUpStroke();
      else safety.dropStroke();
    };
    window.addEventListener('keydown', press, true);
    return () => window.removeEventListener('keydown', press, true);
  }, [safety]);
  const points = pointsOf(stroke);
  const kind = KIND_WORDS[stroke.tool.replaceAll('-', '_')] ?? stroke.tool;
  const what = points > 1 ? t('{{kind}} of {{points}} points', { kind, points }) : kind;
  return (
    <Notice color="var(--lw-annotating)" testid="stroke-notice" text={t('Half drawn and kept: {{what}}. Enter goes on, Escape drops it.', { what })}>
      <Button size="compact-xs" onClick={() => safety.takeUpStroke()} data-testid="stroke-go-on">
        {t('Go on')}
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => safety.dropStroke()} data-testid="stroke-drop">
        {t('Drop it')}
      </Button>
    </Notice>
  );
}

function newsWords(words: readonly string[]): string {
  if (words.length === 0) return t('The categories changed.');
  const shown = words.slice(0, 4).join('; ');
  const more = words.length - 4;
  return more > 0
    ? t('The categories changed: {{changes}}; and {{more}} more.', { changes: shown, more })
    : t('The categories changed: {{changes}}.', { changes: shown });
}

interface NoticeProps {
  color: string;
  text: string;
  testid: string;
  children: React.ReactNode;
}

function Notice({ color, text, testid, children }: NoticeProps) {
  return (
    <Paper withBorder shadow="md" px="sm" py={8} role="status" data-testid={testid} style={{ borderLeft: `4px solid ${color}` }}>
      <Text size="sm">{text}</Text>
      <Group gap={6} mt={6}>
        {children}
      </Group>
    </Paper>
  );
}
