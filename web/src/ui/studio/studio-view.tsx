/** One task in the studio: bar, tools, surface, panel, and what the keys do. */
import { Text } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';

import { categoryActions, type Studio } from '../../editor/actions';
import { t } from '../../language/language';
import { shapesOf } from '../../model/ontology';
import { TOOLS } from '../../tools/worker';
import type { Project } from '../../wire';
import { Tour } from '../tour';
import { useAccompaniment } from './accompany';
import { ActionPalette, palette } from './action-palette';
import { useAids } from './aids';
import { Aside } from './aside';
import { AttributeMode } from './attribute-mode';
import { CategorySearch, usePointerPlace } from './category-search';
import type { Desk } from './desk';
import { HelpDialog, ReturnDialog, SkipDialog } from './dialogs';
import { Filmstrip } from './filmstrip';
import { Foot } from './foot';
import { useReadVersion } from './guideline';
import type { Pinning } from './issues';
import { Minimap } from './minimap';
import { useOwnKeys } from './own-keys';
import { Notices } from './notices';
import { Panel } from './panel';
import { Pins } from './pins';
import { usePointing } from './point-at';
import { useRecent } from './recent';
import classes from './studio.module.css';
import { Surface } from './surface';
import { ToolRail } from './tool-rail';
import { TopBar } from './top-bar';
import { markedIn, useClosing } from './use-closing';
import type { DeskWork } from './use-desk';
import { useItems } from './use-items';
import { useKeys } from './use-keys';
import { useSignal } from './use-signal';

interface Props {
  work: DeskWork;
  desk: Desk;
  project: Project;
  member: string;
  /** The attempt at a test or course that the task belongs to. */
  attempt: string | null;
}

type Dialog = 'skip' | 'return' | 'help' | null;

export function StudioView({ work, desk, project, member, attempt }: Props) {
  const { editor, hand, flow, envelope } = desk;
  const [dialog, setDialog] = useState<Dialog>(null);
  const [pinned, setPinned] = useState<Pinning['at']>(null);
  const spaceHeld = useRef(false);
  const guideline = useReadVersion(project.id, member, envelope.brief_version);
  const closing = useClosing(work, desk);
  const items = useItems(desk, project, member);
  const takeRenderer = useAccompaniment(desk);
  useSignal(editor.selection.changed, hand.turned, flow.changed, flow.askingChanged);
  useOwnKeys(member);
  useAids(flow);
  useRecent(desk);
  usePointing(desk);
  const pointer = usePointerPlace();

  const studio = useMemo(
    (): Studio => ({
      editor,
      flow,
      isReview: desk.isReview,
      canSubmit: desk.held,
      useTool: (name) => hand.use(name),
      can: (name) => hand.can(name),
      toolName: () => hand.current.name,
      tune: (setting, direction) => hand.prompting.step(setting, direction),
      again: () => hand.again(),
      knows: (kind) => (editor.ontology.categories ?? []).some((entry) => shapesOf(entry).includes(kind)),
      feed: (kind) => hand.feed({ kind }),
      isDrawing: () => hand.isBusy,
      toolDraws: () => hand.current.draws !== undefined,
      submit: closing.submit,
      accept: closing.accept,
      sendBack: () => setDialog('return'),
      skip: () => setDialog('skip'),
      goToItem: items.step,
      openPalette: () => palette.open(),
      openHelp: () => setDialog('help'),
      acceptPrediction: (all) => acceptNext(desk, all),
    }),
    [editor, flow, hand, desk, closing, items],
  );
  const categories = useMemo(() => categoryActions(editor), [editor]);
  useKeys(studio, categories, desk, spaceHeld, dialog !== null || flow.choosing);
  useDebugHook(desk);
  const close = () => setDialog(null);

  return (
    <div className={classes.studio} data-testid="studio" data-task={envelope.task.id} data-tool={hand.current.name}>
      <TopBar desk={desk} studio={studio} projectName={project.name} attempt={attempt} busy={closing.busy} />
      <ToolRail desk={desk} studio={studio} />
      <Surface
        desk={desk}
        spaceHeld={spaceHeld}
        onRenderer={takeRenderer}
        onPin={pinned === 'choosing' ? (x, y) => setPinned({ x, y }) : null}
      />
      <div className={classes.over} data-asking={flow.asking !== null}>
        <Pins desk={desk} isPlacing={pinned === 'choosing'} />
        <Aside desk={desk} />
        {flow.aids.minimap && <Minimap desk={desk} />}
        {flow.asking && <AttributeMode desk={desk} />}
        {flow.choosing && <CategorySearch desk={desk} studio={studio} pointer={pointer} />}
      </div>
      {flow.aids.filmstrip && <Filmstrip desk={desk} project={project} member={member} onOpen={items.open} />}
      <Panel desk={desk} studio={studio} project={project} pinning={{ at: pinned, set: setPinned }} guideline={guideline} />
      <Notices desk={desk} work={work} />
      <Foot desk={desk} />
      <SkipDialog
        opened={dialog === 'skip'}
        onClose={close}
        onSkip={(reason, comment) => {
          close();
          closing.skip(reason, comment);
        }}
      />
      <ReturnDialog
        opened={dialog === 'return'}
        issues={desk.issues.filter((issue) => issue.state === 'open').length}
        marked={markedIn(desk)}
        onClose={close}
        onReturn={(comment) => {
          close();
          closing.sendBack(comment);
        }}
      />
      <HelpDialog opened={dialog === 'help'} onClose={close} categories={categories} />
      <ActionPalette desk={desk} studio={studio} categories={categories} />
      {work.leftovers > 0 && <Leftovers count={work.leftovers} />}
      <Tour member={member} />
    </div>
  );
}

function Leftovers({ count }: { count: number }) {
  return (
    <Text size="xs" c="var(--lw-returned)" style={{ position: 'fixed', left: 60, bottom: 32 }}>
      {t('{{count}} changes of an earlier session could not be delivered; they stay in this browser.', { count })}
    </Text>
  );
}

function acceptNext({ flow: { proposals } }: Desk, all: boolean): void {
  const { focused } = proposals;
  if (all) proposals.accept(proposals.shown());
  else if (focused) proposals.accept([focused]);
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
