/** The sitting at the grid: head, filters, the page of crops, and what the hand does. */
import { ActionIcon, Button, Group, Kbd, Modal, Progress, Stack, Table, Text, Tooltip } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconArrowBackUp, IconChecks, IconCloudCheck, IconCloudOff, IconCloudUpload, IconKeyboard, IconPencil, IconTrash, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'react-router';

import { counted, t } from '../../language/language';
import { shapesOf } from '../../model/ontology';
import type { Category, Project } from '../../wire';
import { projectPath } from '../places';
import { Failure, Loading } from '../state';
import { CategoryChips } from './chips';
import { ClosingBar } from './closing';
import { AllDone, NothingWaits } from './ends';
import { Filters, SIDES } from './filters';
import { Fix } from './fix';
import { useGridQuery } from './grid-query';
import { GridView } from './grid-view';
import { ARROWS, categoryOf, deedOf, KEYS } from './keys';
import { keyOf } from './session';
import { Troubles } from './troubles';
import { type Grid, useGrid } from './use-grid';
import type { Cell } from './wire';
import classes from './verify.module.css';

interface Props {
  project: Project;
  member: string;
  categories: Category[];
}

const KEPT_SIDE = 'labelwright.crop-size';

export function VerifyView({ project, member, categories }: Props) {
  useDocumentTitle(`${t('Verify')} · ${project.name} · Labelwright`);
  const { query, set } = useGridQuery(project.role);
  const grid = useGrid(project.id, member, query);
  const { session } = grid;
  const [side, setSide] = useSide();
  const [outlines, setOutlines] = useState(true);
  const [helping, setHelping] = useState(false);
  const [fixing, setFixing] = useState<Cell | null>(null);
  const columns = useRef(1);
  const work = useWork(grid);
  const byId = useMemo(() => new Map(categories.map((category) => [category.id, category])), [categories]);
  const keepColumns = useCallback((count: number) => (columns.current = count), []);
  const fix = useCallback(
    (cell: Cell) => {
      if (session.lostTo(cell)) return;
      work.pause();
      setFixing(cell);
    },
    [session, work],
  );
  const recategorize = (cell: Cell, id: string) => {
    const kind = session.standing(cell).shape?.kind ?? 'tag';
    if (shapesOf(byId.get(id) ?? { id, name: id }).includes(kind)) session.recategorize(cell, id);
  };
  const deeds = {
    mark: () => session.toggle(session.focus),
    fix: () => session.focused && fix(session.focused),
    delete: () => session.focused && session.remove(session.focused),
    restore: () => session.focused && session.restore(session.focused),
    accept: () => session.isReady && session.accept(work.take()),
    undo: () => session.undo(),
    outlines: () => setOutlines((before) => !before),
    help: () => setHelping((before) => !before),
    larger: () => setSide(side + 2 * SIDES.step),
    smaller: () => setSide(side - 2 * SIDES.step),
  };
  useKeys(fixing === null && !helping, (event) => {
    const step = ARROWS[event.key];
    if (step) return session.move(step[0], step[1], columns.current);
    const deed = deedOf(event.key);
    if (deed) {
      // A key held down must not accept page after page.
      if (!event.repeat || deed === 'larger' || deed === 'smaller') deeds[deed]();
      return undefined;
    }
    const category = categoryOf(event.key, categories);
    if (!category || !session.focused) return false;
    return recategorize(session.focused, category.id);
  });
  const isEmpty = session.isOver && session.cells.length === 0;
  return (
    <main className={classes.page} data-testid="verify" data-ready={session.isReady || undefined}>
      <Head project={project} grid={grid} onHelp={() => setHelping(true)} />
      <div className={classes.notes}>
        <Filters project={project} query={query} set={set} session={session} categories={categories} side={side} onSide={setSide} />
        {query.source === 'review' && <ClosingBar project={project.id} grid={grid} />}
        <Troubles grid={grid} />
      </div>
      <div className={classes.stage}>
        {session.failure !== null && session.page.length === 0 ? (
          <Failure error={session.failure} onRetry={() => void session.fill()} />
        ) : isEmpty ? (
          <NothingWaits project={project} query={query} set={set} held={session.held} judged={session.judgedBefore} onAgain={grid.again} />
        ) : session.isOver ? (
          <AllDone project={project} grid={grid} source={query.source} />
        ) : session.loading && session.page.length === 0 ? (
          <Loading rows={5} height={96} />
        ) : (
          <GridView session={session} side={side} outlines={outlines} categories={byId} onColumns={keepColumns} onFix={fix} />
        )}
      </div>
      {!session.isOver && <Foot grid={grid} deeds={deeds} categories={categories} onCategory={recategorize} />}
      <Help opened={helping} onClose={() => setHelping(false)} />
      {fixing && (
        <Fix
          key={keyOf(fixing)}
          project={project.id}
          source={query.source}
          cell={fixing}
          annotation={session.standing(fixing)}
          categories={categories}
          onClose={() => {
            setFixing(null);
            work.pause();
          }}
          onSave={(shape, category) => {
            setFixing(null);
            if (shape) session.reshape(fixing, shape, category, grid.takeSeconds());
            else session.recategorize(fixing, category, grid.takeSeconds());
          }}
          onDelete={() => {
            setFixing(null);
            session.remove(fixing, grid.takeSeconds());
          }}
        />
      )}
    </main>
  );
}

/** The work on the page in sight, which goes on after a correction was made beside it. */
function useWork(grid: Grid): { pause: () => void; take: () => number } {
  const kept = useRef(0);
  const { takeSeconds } = grid;
  return useMemo(
    () => ({
      pause: () => (kept.current += takeSeconds()),
      take: () => {
        const seconds = kept.current + takeSeconds();
        kept.current = 0;
        return seconds;
      },
    }),
    [takeSeconds],
  );
}

function useSide(): [number, (side: number) => void] {
  const [side, setSide] = useState(() => bounded(Number(localStorage.getItem(KEPT_SIDE)) || SIDES.usual));
  const keep = (wanted: number) => {
    const next = bounded(wanted);
    setSide(next);
    try {
      localStorage.setItem(KEPT_SIDE, String(next));
    } catch {
      // It is only a wish.
    }
  };
  return [side, keep];
}

const bounded = (side: number) => Math.max(SIDES.least, Math.min(SIDES.most, side));

/** Calls back for keys that nobody else has use for; false says that the grid has none either. */
function useKeys(isOn: boolean, press: (event: KeyboardEvent) => unknown): void {
  const latest = useRef(press);
  latest.current = press;
  useEffect(() => {
    if (!isOn) return;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, [role="listbox"], [role="slider"], [role="dialog"], [contenteditable]')) return;
      // A button that has the focus is pressed by these; a cell is one, and knows what they mean.
      const isPlain = target.closest('button, a') && !target.closest('[data-testid="cell"]');
      if (isPlain && (event.key === 'Enter' || event.key === ' ')) return;
      if (latest.current(event) !== false) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [isOn]);
}

function Head({ project, grid, onHelp }: { project: Project; grid: Grid; onHelp: () => void }) {
  const { session } = grid;
  const each = session.verified > 0 && session.seconds > 0 ? session.seconds / session.verified : null;
  const whole = Math.max(session.total, session.verified);
  return (
    <header className={classes.bar}>
      <Tooltip label={t('Leave the grid; verdicts stay in your drafts')}>
        <ActionIcon component={Link} to={projectPath(project.id)} variant="subtle" color="gray" aria-label={t('Leave the grid')} data-testid="leave">
          <IconX size={18} />
        </ActionIcon>
      </Tooltip>
      <Text size="sm" fw={640} component="h1" className="lw-clip" style={{ flexShrink: 2 }}>
        {t('Verify')}
      </Text>
      <Text size="sm" c="dimmed" className="lw-clip" style={{ flexShrink: 4 }} title={project.name}>
        {project.name}
      </Text>
      <span style={{ flex: 1 }} />
      <Text size="sm" style={{ whiteSpace: 'nowrap' }} data-testid="progress" aria-live="polite">
        {t('{{verified}} of {{total}} verified', { verified: session.verified, total: whole })}
      </Text>
      <Progress value={whole ? (100 * session.verified) / whole : 0} w={120} size="sm" aria-label={t('Verified')} />
      <Text size="sm" c="dimmed" w={92} ta="right" style={{ whiteSpace: 'nowrap' }} title={t('Working time, pauses left out')} data-testid="pace">
        {each === null ? ' ' : t('{{seconds}} s each', { seconds: each.toFixed(each < 10 ? 1 : 0) })}
      </Text>
      <SaveSign grid={grid} />
      <Tooltip label={t('Keys (?)')}>
        <ActionIcon variant="subtle" color="gray" onClick={onHelp} aria-label={t('Keys')}>
          <IconKeyboard size={18} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
}

function SaveSign({ grid: { outbox } }: { grid: Grid }) {
  const words = {
    saved: t('Everything is saved'),
    saving: t('Saving'),
    waiting: t('Not connected: {{verdicts}} kept in this browser', { verdicts: counted(outbox.operations, 'verdict') }),
  };
  const Icon = { saved: IconCloudCheck, saving: IconCloudUpload, waiting: IconCloudOff }[outbox.state];
  return (
    <Tooltip label={words[outbox.state]}>
      <span role="status" aria-label={words[outbox.state]} data-testid="save-state" data-state={outbox.state} style={{ display: 'grid' }}>
        <Icon size={18} color={outbox.state === 'waiting' ? 'var(--lw-review)' : 'var(--mantine-color-dimmed)'} />
      </span>
    </Tooltip>
  );
}

interface FootProps {
  grid: Grid;
  deeds: Record<'accept' | 'undo' | 'fix' | 'delete', () => unknown>;
  categories: Category[];
  onCategory: (cell: Cell, id: string) => void;
}

function Foot({ grid: { session }, deeds, categories, onCategory }: FootProps) {
  const { accepted, wrong, left } = session.counts;
  const cell = session.focused;
  const kind = cell ? (session.standing(cell).shape?.kind ?? 'tag') : null;
  const fitting = kind ? categories.filter((one) => shapesOf(one).includes(kind)) : [];
  return (
    <footer className={classes.foot}>
      <Button leftSection={<IconChecks size={17} />} rightSection={<Kbd size="xs">A</Kbd>} disabled={!session.isReady} onClick={deeds.accept} style={{ flex: 'none' }} data-testid="accept-page">
        {t('Accept the page')}
      </Button>
      <Text size="sm" style={{ whiteSpace: 'nowrap' }} data-testid="counts">
        {t('{{accepted}} right, {{wrong}} wrong', { accepted, wrong })}
        {left > 0 && `, ${t('{{left}} left out', { left })}`}
      </Text>
      <Group gap={2} wrap="nowrap">
        <Tooltip label={t('Take the last page back (Z)')}>
          <ActionIcon variant="subtle" color="gray" disabled={!session.canUndo} onClick={deeds.undo} aria-label={t('Take the last page back')} data-testid="undo-page">
            <IconArrowBackUp size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('Correct in place (Enter)')}>
          <ActionIcon variant="subtle" color="gray" disabled={!cell} onClick={deeds.fix} aria-label={t('Correct in place')}>
            <IconPencil size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('Delete, or bring back (X)')}>
          <ActionIcon variant="subtle" color="gray" disabled={!cell} onClick={deeds.delete} aria-label={t('Delete, or bring back')}>
            <IconTrash size={18} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {cell && (
        <CategoryChips line all={categories} categories={fitting} current={session.standing(cell).category} onPick={(id) => onCategory(cell, id)} />
      )}
      <span className={classes.hint}>{t('Space marks what is wrong, Enter corrects it, ? shows all keys.')}</span>
    </footer>
  );
}

function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const others: [string, string][] = [
    ['← → ↑ ↓', t('Go from crop to crop')],
    [t('Shift + click'), t('Mark everything from the last mark up to here')],
    [t('Double click'), t('Correct in place')],
    ['1 … 9', t('Change the category; so do the keys of the ontology that the grid has no use for')],
  ];
  return (
    <Modal opened={opened} onClose={onClose} title={t('Keys of the grid')} size="lg">
      <Table verticalSpacing={5}>
        <Table.Tbody>
          {[...KEYS.map(({ sign, word }): [string, string] => [sign, t(word)]), ...others].map(([sign, word]) => (
            <Table.Tr key={sign}>
              <Table.Td w={130}>
                <Kbd style={{ whiteSpace: 'nowrap' }}>{sign}</Kbd>
              </Table.Td>
              <Table.Td>{word}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Stack mt="sm">
        <Text size="sm" c="dimmed">
          {t('Accepting a page saves verdicts in your drafts. Items are handed in only when you say so.')}
        </Text>
      </Stack>
    </Modal>
  );
}
