/** One task in the studio: bar, tools, surface, panel, and what the keys do. */
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { ProblemError } from '../../api';
import { actionFor, categoryActions, keyOf, type Studio } from '../../editor/actions';
import { acceptPredicted, reveal } from '../../editor/changes';
import { shapesOf } from '../../model/ontology';
import type { Renderer } from '../../render/renderer';
import type { Closing } from '../../sync/transport';
import { TOOLS } from '../../tools/worker';
import type { Project } from '../../wire';
import { tellProblem } from '../notify';
import { Tour } from '../tour';
import { ActionPalette, palette } from './action-palette';
import type { Desk } from './desk';
import { HelpDialog, ReturnDialog, SkipDialog } from './dialogs';
import { isInDialog, isTyping, keepsForItself } from './focus';
import { Foot } from './foot';
import { useReadVersion } from './guideline';
import type { Pinning } from './issues';
import { Panel } from './panel';
import { skipTask } from './server';
import classes from './studio.module.css';
import { Surface } from './surface';
import { ToolRail } from './tool-rail';
import { TopBar } from './top-bar';
import type { DeskWork } from './use-desk';
import { useSignal } from './use-signal';

interface Props {
  work: DeskWork;
  desk: Desk;
  project: Project;
  member: string;
}

const SETTLING = 400; // milliseconds in which a new item cannot be handed in

type Dialog = 'skip' | 'return' | 'help' | null;

export function StudioView({ work, desk, project, member }: Props) {
  const { editor, hand, sync, envelope } = desk;
  const [dialog, setDialog] = useState<Dialog>(null);
  const [busy, setBusy] = useState(false);
  const [pinned, setPinned] = useState<Pinning['at']>(null);
  const renderer = useRef<Renderer | null>(null);
  const spaceHeld = useRef(false);
  const guideline = useReadVersion(project.id, member, envelope.brief_version);
  useSignal(editor.selection.changed, hand.changed);

  // One closing at a time, and none by a key still pressed for the item before.
  const isClosing = useRef(false);
  const opened = useRef(performance.now());
  const mayClose = useCallback(() => !isClosing.current && performance.now() - opened.current > SETTLING, []);

  const close = useCallback(
    async (closing: Omit<Closing, 'guideline_version'>) => {
      if (isClosing.current) return;
      isClosing.current = true;
      setBusy(true);
      try {
        await sync.submit({ guideline_version: envelope.brief_version, ...closing });
        await work.advance();
      } catch (error) {
        tellRefusal(error, desk);
      } finally {
        isClosing.current = false;
        setBusy(false);
      }
    },
    [sync, envelope, work, desk],
  );

  const studio = useMemo(
    (): Studio => ({
      editor,
      isReview: desk.isReview,
      canSubmit: desk.held,
      useTool: (name) => hand.use(name),
      can: (name) => hand.can(name),
      toolName: () => hand.current.name,
      again: () => hand.again(),
      knows: (kind) => (editor.ontology.categories ?? []).some((entry) => shapesOf(entry).includes(kind)),
      feed: (kind) => hand.feed({ kind }),
      isDrawing: () => hand.isBusy,
      toolDraws: () => hand.current.draws !== undefined,
      submit: () => mayClose() && void close({}),
      accept: () => mayClose() && confirmAccept(desk, () => void close({ verdict: 'accepted' })),
      sendBack: () => setDialog('return'),
      skip: () => setDialog('skip'),
      openPalette: () => palette.open(),
      openHelp: () => setDialog('help'),
      hasPredictions: () => desk.predicted().length > 0,
      acceptPrediction: (all) => acceptNext(desk, all),
    }),
    [editor, hand, desk, close, mayClose],
  );
  const categories = useMemo(() => categoryActions(editor), [editor]);
  useKeys(studio, categories, desk, spaceHeld, dialog !== null);
  useDebugHook(desk);

  const refresh = useCallback(() => {
    if (!renderer.current) return;
    const predictions = desk.predicted();
    renderer.current.accompany({
      predictions: predictions.map(({ annotation }) => annotation),
      focused: desk.focused ?? predictions[0]?.annotation.id ?? null,
      issues: desk.issues,
    });
  }, [desk]);
  useEffect(() => {
    const stops = [editor.store.changed, editor.view.changed, desk.issuesChanged].map((s) => s.subscribe(refresh));
    refresh();
    return () => stops.forEach((stop) => stop());
  }, [editor, desk, refresh]);

  const takeRenderer = useCallback(
    (made: Renderer | null) => {
      renderer.current = made;
      refresh();
    },
    [refresh],
  );

  const skip = async (reason: string, comment: string) => {
    setDialog(null);
    if (isClosing.current) return;
    isClosing.current = true;
    setBusy(true);
    try {
      await sync.flush();
      await skipTask(envelope.task.id, reason, comment);
      await work.advance();
    } catch (error) {
      tellProblem(error);
    } finally {
      isClosing.current = false;
      setBusy(false);
    }
  };

  return (
    <div className={classes.studio} data-testid="studio" data-task={envelope.task.id} data-tool={hand.current.name}>
      <TopBar desk={desk} studio={studio} projectName={project.name} busy={busy} />
      <ToolRail desk={desk} studio={studio} />
      <Surface
        desk={desk}
        spaceHeld={spaceHeld}
        onRenderer={takeRenderer}
        onPin={pinned === 'choosing' ? (x, y) => setPinned({ x, y }) : null}
      />
      <Panel desk={desk} pinning={{ at: pinned, set: setPinned }} guideline={guideline} />
      <Foot desk={desk} />
      <SkipDialog opened={dialog === 'skip'} onClose={() => setDialog(null)} onSkip={(r, c) => void skip(r, c)} />
      <ReturnDialog
        opened={dialog === 'return'}
        issues={desk.issues.filter((issue) => issue.state === 'open').length}
        marked={editor.store.all().filter((a) => a.evidence?.verdict === 'returned').length}
        onClose={() => setDialog(null)}
        onReturn={(comment) => {
          setDialog(null);
          void close({ verdict: 'returned', comment });
        }}
      />
      <HelpDialog opened={dialog === 'help'} onClose={() => setDialog(null)} categories={categories} />
      <ActionPalette studio={studio} categories={categories} />
      {work.leftovers > 0 && <Leftovers count={work.leftovers} />}
      <Tour member={member} />
    </div>
  );
}

function Leftovers({ count }: { count: number }) {
  return (
    <Text size="xs" c="var(--lw-returned)" style={{ position: 'fixed', left: 60, bottom: 32 }}>
      {count} {count === 1 ? 'change' : 'changes'} of an earlier session could not be delivered; they stay in this browser.
    </Text>
  );
}

/** An acceptance that would wave through what was marked as wrong is asked about first. */
function confirmAccept(desk: Desk, accept: () => void): void {
  const marked = desk.editor.store.all().filter((a) => a.evidence?.verdict === 'returned').length;
  if (marked === 0) accept();
  else {
    modals.openConfirmModal({
      title: 'Accept all the same?',
      children: `${marked} ${marked === 1 ? 'annotation is' : 'annotations are'} marked to be corrected.`,
      labels: { confirm: 'Accept', cancel: 'Stay here' },
      onConfirm: accept,
    });
  }
}

function acceptNext(desk: Desk, all: boolean): void {
  const predicted = desk.predicted();
  const focused = predicted.find(({ annotation }) => annotation.id === desk.focused) ?? predicted[0];
  if (!focused) return;
  if (!all) {
    acceptPredicted(desk.editor, [focused.annotation], focused.model);
    desk.focused = desk.predicted()[0]?.annotation.id ?? null;
    return;
  }
  for (const model of new Set(predicted.map((entry) => entry.model))) {
    const own = predicted.filter((entry) => entry.model === model);
    acceptPredicted(desk.editor, own.map((entry) => entry.annotation), model);
  }
}

/** A refusal in words; annotations that break the ontology are shown. */
function tellRefusal(error: unknown, desk: Desk): void {
  tellProblem(error);
  if (!(error instanceof ProblemError) || error.code !== 'invalid.annotations') return;
  const ids = error.errors.map((fault) => String(fault.annotation ?? ''));
  const first = desk.editor.store.get(ids[0] ?? '');
  if (first) {
    desk.editor.selection.select([first.id]);
    reveal(desk.editor, first);
  }
}

function useKeys(
  studio: Studio,
  categories: ReturnType<typeof categoryActions>,
  desk: Desk,
  spaceHeld: { current: boolean },
  dialogOpen: boolean,
): void {
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      desk.editor.meter.alive();
      if (dialogOpen || isInDialog(event.target)) return;
      if (isTyping(event.target)) {
        // Escape leads from a field back to the picture; what was typed is kept.
        if (event.key === 'Escape') document.querySelector<HTMLElement>('[data-testid="surface"]')?.focus();
        return;
      }
      if (keepsForItself(event.target, event)) return;
      if (event.key === ' ') {
        spaceHeld.current = true;
        event.preventDefault();
        return;
      }
      const action = actionFor(keyOf(event), studio, categories);
      if (!action) return;
      event.preventDefault();
      if (!event.repeat || action.repeats) action.run(studio);
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === ' ') spaceHeld.current = false;
    };
    const hide = () => desk.sync.leave();
    const back = () => desk.sync.retry();
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('pagehide', hide);
    window.addEventListener('online', back);
    window.addEventListener('focus', back);
    return () => {
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('pagehide', hide);
      window.removeEventListener('online', back);
      window.removeEventListener('focus', back);
    };
  }, [studio, categories, desk, spaceHeld, dialogOpen]);
}

declare global {
  interface Window {
    /** For end-to-end tests and the curious: what the studio holds right now. */
    labelwright?: { desk: Desk; tools: string[] };
  }
}

function useDebugHook(desk: Desk): void {
  useEffect(() => {
    window.labelwright = { desk, tools: Object.keys(TOOLS) };
    return () => {
      delete window.labelwright;
    };
  }, [desk]);
}
