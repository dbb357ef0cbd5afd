/** One row of the list: what it is, its number and attributes in short, and its marks. */
import { Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconArrowsSplit2, IconCheck, IconChevronDown, IconChevronRight, IconEye, IconEyeOff, IconFlag, IconHelp, IconLock, IconLockOpen, IconSparkles, IconTag } from '@tabler/icons-react';

import { type Entry, inShort, kindOf } from '../../editor/listing';
import { t } from '../../language/language';
import { colorOf } from '../../model/ontology';
import { VERDICT_WORDS } from '../words';
import type { Desk } from './desk';
import classes from './list.module.css';
import { KIND_ICONS, KIND_WORDS } from './kind-icons';

export const ROW = 30;

type AnnotationEntry = Extract<Entry, { kind: 'annotation' }>;
type GroupEntry = Extract<Entry, { kind: 'group' }>;

interface RowProps {
  desk: Desk;
  entry: AnnotationEntry;
  top: number;
  isStop: boolean;
  position: { at: number; of: number };
  onPick: (event: React.MouseEvent) => void;
  onZoom: () => void;
}

export function Row({ desk, entry: { annotation, number, grouped }, top, isStop, position, onPick, onZoom }: RowProps) {
  const { editor, flow } = desk;
  const { id } = annotation;
  const category = editor.categoryOf(annotation.category);
  const hidden = editor.view.hidden.has(id);
  const locked = editor.view.locked.has(id);
  const wrong = [...flow.listing.problemsOf(annotation), ...flow.problems.of(id).map(({ sentence }) => sentence)].join('; ');
  const said = inShort(annotation, category);
  const kind = kindOf(annotation);
  const Icon = KIND_ICONS[kind] ?? IconTag;
  const name = category?.name ?? t('Removed category');
  return (
    <div
      className={classes.row}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
      role="option"
      id={`row-${id}`}
      aria-selected={editor.selection.has(id)}
      aria-setsize={position.of}
      aria-posinset={position.at}
      aria-label={[`${name} ${number}`, KIND_WORDS[kind], said, wrong, VERDICT_WORDS[annotation.evidence?.verdict ?? '']].filter(Boolean).join(', ')}
      data-selected={editor.selection.has(id)}
      data-stop={isStop}
      data-grouped={grouped}
      data-faint={!editor.view.shows(annotation)}
      data-testid="annotation-row"
      onClick={onPick}
      onDoubleClick={onZoom}
    >
      <i className={classes.dot} style={{ background: colorOf(category) }} />
      <Icon size={15} className={classes.kind} aria-hidden />
      <span className={classes.words} title={said ? `${name}: ${said}` : name}>
        <span className={classes.name}>{name}</span>
        <span className={classes.number}>{number}</span>
        {said && <span className={classes.said}>{said}</span>}
      </span>
      <Marks desk={desk} entry={{ annotation }} wrong={wrong} />
      {annotation.shape && (
        <>
          <Toggle label={hidden ? t('Show') : t('Hide')} isOn={hidden} onClick={() => editor.view.toggle('hidden', id)}>
            {hidden ? <IconEyeOff size={15} /> : <IconEye size={15} />}
          </Toggle>
          <Toggle label={locked ? t('Unlock') : t('Lock')} isOn={locked} onClick={() => editor.view.toggle('locked', id)}>
            {locked ? <IconLock size={15} /> : <IconLockOpen size={15} />}
          </Toggle>
        </>
      )}
    </div>
  );
}

function Marks({ desk, entry: { annotation }, wrong }: { desk: Desk; entry: Pick<AnnotationEntry, 'annotation'>; wrong: string }) {
  const { evidence } = annotation;
  return (
    <>
      {evidence?.model && (
        <IconSparkles size={13} className={classes.kind} aria-label={t('From {{model}}', { model: evidence.model })}>
          <title>{t('From {{model}}', { model: evidence.model })}</title>
        </IconSparkles>
      )}
      {annotation.unsure && (
        <IconHelp size={15} color="var(--lw-review)" aria-label={t('Cannot tell')} data-testid="unsure-mark">
          <title>{t('Cannot tell: {{reason}}', { reason: annotation.unsure })}</title>
        </IconHelp>
      )}
      {evidence?.verdict === 'returned' && (
        <Text span size="xs" c="var(--lw-returned)" className={classes.verdict}>
          <IconFlag size={13} aria-hidden /> {t('correct')}
        </Text>
      )}
      {evidence?.verdict && evidence.verdict !== 'returned' && (
        <IconCheck size={15} color="var(--lw-done)" aria-label={VERDICT_WORDS[evidence.verdict]}>
          <title>{VERDICT_WORDS[evidence.verdict]}</title>
        </IconCheck>
      )}
      {desk.safety.isInConflict(annotation.id) && (
        <Tooltip label={t('Changed in two places at once: choose a version')}>
          <IconArrowsSplit2 size={15} color="var(--lw-returned)" aria-label={t('Changed in two places at once')} data-testid="conflict-mark" />
        </Tooltip>
      )}
      {wrong && (
        <Tooltip label={wrong}>
          <IconAlertTriangle size={15} color="var(--lw-returned)" aria-label={wrong} style={{ flex: 'none' }} />
        </Tooltip>
      )}
    </>
  );
}

export function GroupHead({ desk, entry, top, isStop }: { desk: Desk; entry: GroupEntry; top: number; isStop: boolean }) {
  const { editor, flow } = desk;
  const { members, open, number, id } = entry;
  const ids = members.map((member) => member.id);
  const all = ids.every((member) => editor.selection.has(member));
  return (
    <div
      className={classes.row}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
      role="option"
      id={`row-${id}`}
      aria-selected={all}
      aria-expanded={open}
      aria-label={t('Group {{number}}, {{count}} annotations', { number, count: members.length })}
      data-selected={all}
      data-stop={isStop}
      data-testid="group-row"
      onClick={(event) => editor.selection.select(ids, event.ctrlKey || event.metaKey || event.shiftKey ? 'add' : 'only')}
    >
      <Toggle label={open ? t('Close the group') : t('Open the group')} isOn onClick={() => flow.listing.toggleGroup(id)}>
        {open ? <IconChevronDown size={15} /> : <IconChevronRight size={15} />}
      </Toggle>
      <span className={classes.words}>
        <span className={classes.name}>{t('Group {{number}}', { number })}</span>
        <span className={classes.number}>{members.length}</span>
      </span>
    </div>
  );
}

interface ToggleProps {
  label: string;
  isOn: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

/** A plain button: a list of ten thousand scrolls past hundreds of them a second. */
function Toggle({ label, isOn, onClick, children }: ToggleProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={classes.toggle}
      aria-label={label}
      title={label}
      data-on={isOn}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      {children}
    </button>
  );
}
