/** Choosing between two versions of an annotation that were made in two places at once. */
import { Badge, Button, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';

import { type Aside, canKeepBoth, choose, type Choice, inQuestion, versionShown } from '../../editor/conflicts';
import { boundsOfShape } from '../../geometry/shapes';
import { locales, t } from '../../language/language';
import { fieldValue } from '../../model/fields';
import type { OpenConflict, Version } from '../../sync/transport';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';
import { KIND_WORDS } from './kind-icons';
import { useSignal } from './use-signal';
import { VersionPicture } from './version-picture';

interface Props {
  desk: Desk;
  opened: boolean;
  onClose: () => void;
}

export function ConflictDialog({ desk, opened, onClose }: Props) {
  useSignal(desk.safety.changed, desk.editor.store.changed);
  const conflict = desk.safety.conflicts[0];
  const count = desk.safety.conflicts.reduce((sum, entry) => sum + entry.aside.length, 0);
  if (!conflict) return null;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={640}
      title={t('Changed in two places at once') + (count > 1 ? ` · ${t('{{count}} to choose', { count })}` : '')}
    >
      <Choosing key={conflict.aside[0]!.operation} desk={desk} conflict={conflict} last={count === 1 ? onClose : () => undefined} />
    </Modal>
  );
}

function Choosing({ desk, conflict, last }: { desk: Desk; conflict: OpenConflict; last: () => void }) {
  const { editor } = desk;
  const aside = conflict.aside[0]!;
  const standing = editor.store.get(conflict.annotation);
  const other = versionShown(standing, aside);
  const mine = madeHere(desk, conflict.annotation, aside);
  const pick = (choice: Choice) => {
    choose(editor, conflict.annotation, aside, choice);
    last();
  };
  const fields = inQuestion(standing, aside);
  return (
    <Stack gap="sm" data-testid="conflict" data-annotation={conflict.annotation}>
      <Text size="sm">{story(standing, aside, mine)} {t('Nothing is lost until you choose; the other version also stays in the item’s history.')}</Text>
      <SimpleGrid cols={2} spacing="sm">
        <Side
          desk={desk}
          title={titleOf(mine, 'standing')}
          note={t('stands now')}
          shown={standing ?? null}
          other={other}
          fields={fields}
          when={whenOf(desk, standing)}
          action={standing ? t('Keep this one') : t('Leave it deleted')}
          testid="choose-standing"
          onPick={() => pick('standing')}
        />
        <Side
          desk={desk}
          title={titleOf(mine, 'aside')}
          note={t('put aside')}
          shown={other}
          other={standing ?? null}
          fields={fields}
          when={`${nameOf(desk, aside)}, ${time(aside.at)}`}
          action={other ? t('Take this one') : t('Delete it')}
          testid="choose-aside"
          onPick={() => pick('aside')}
        />
      </SimpleGrid>
      {canKeepBoth(standing, aside) && (
        <Group justify="center">
          <Button variant="default" size="xs" onClick={() => pick('both')} data-testid="choose-both">
            {t('Keep both, as two annotations')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface SideProps {
  desk: Desk;
  title: string;
  note: string;
  shown: Annotation | null;
  other: Annotation | null;
  fields: readonly string[];
  when: string;
  action: string;
  testid: string;
  onPick: () => void;
}

function Side({ desk, title, note, shown, other, fields, when, action, testid, onPick }: SideProps) {
  return (
    <Stack gap={6} h="100%">
      <Group gap={8} wrap="nowrap">
        <Text fw={600} size="sm" style={{ whiteSpace: 'nowrap' }}>
          {title}
        </Text>
        <Badge size="xs" variant="light" color="gray" radius="sm">
          {note}
        </Badge>
      </Group>
      <VersionPicture desk={desk} shown={shown} other={other} label={shown ? t('{{title}}: a picture of this version', { title }) : t('{{title}}: deleted', { title })} />
      <Text size="xs" c="dimmed">
        {when}
      </Text>
      <ul style={{ margin: 0, paddingLeft: 18, fontSize: 13, flex: 1 }}>
        {(shown ? wordsOf(desk, shown, fields) : [t('Deleted')]).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <Button size="xs" onClick={onPick} data-testid={testid} variant="light">
        {action}
      </Button>
    </Stack>
  );
}

/** Which of the versions was made in this tab; null: neither, as after a reload. */
type Mine = 'standing' | 'aside' | null;

function madeHere(desk: Desk, annotation: string, aside: Aside): Mine {
  if (desk.sync.isOwn(aside.operation)) return 'aside';
  return desk.sync.isTouched(annotation) ? 'standing' : null;
}

function titleOf(mine: Mine, side: 'standing' | 'aside'): string {
  if (!mine) return side === 'standing' ? t('This one') : t('The other one');
  return mine === side ? t('Made here') : t('Made elsewhere');
}

/** What happened, in one sentence. */
function story(standing: Annotation | undefined, aside: Aside, mine: Mine): string {
  const here = t('in this tab');
  const there = t('in another tab or by somebody else');
  if (!aside.annotation) {
    if (!mine) return t('It was deleted in one place, and changed in another. It was kept.');
    const [deleted, changed] = mine === 'aside' ? [here, there] : [there, here];
    return t('It was deleted {{deleted}}, and changed {{changed}}. It was kept.', { deleted: deleted!, changed: changed! });
  }
  if (!standing) return t('It is deleted now, and was changed in another place before.');
  if (!mine) return t('It was changed in two places at the same time.');
  return t('It was changed {{here}}, and at the same time {{there}}.', { here, there });
}

/** What a version says in the fields in question. */
function wordsOf(desk: Desk, annotation: Annotation, fields: readonly string[]): string[] {
  const category = desk.editor.categoryOf(annotation.category);
  const asked = fields.length > 0 ? fields : ['category', 'shape'];
  return asked.map((field) => {
    if (field === 'category') return t('Category: {{name}}', { name: category?.name ?? t('one that was removed') });
    if (field === 'shape') return t('Shape: {{shape}}', { shape: shapeWords(annotation) });
    const spec = category?.attributes?.find((entry) => `attribute:${entry.id}` === field);
    const name = spec?.name ?? field.replace('attribute:', '');
    return `${name}: ${valueWords(fieldValue(annotation, field), spec?.options)}`;
  });
}

function shapeWords({ shape }: Annotation): string {
  if (!shape) return t('none');
  const kind = KIND_WORDS[shape.kind] ?? shape.kind;
  const { left, top, right, bottom } = boundsOfShape(shape);
  return t('{{kind}}, {{width}} × {{height}} px at {{left}}, {{top}}', {
    kind,
    width: round(right - left),
    height: round(bottom - top),
    left: round(left),
    top: round(top),
  });
}

function valueWords(value: unknown, options: readonly { id: string; name: string }[] = []): string {
  if (value === null || value === undefined) return t('no value');
  if (typeof value === 'boolean') return value ? t('yes') : t('no');
  const name = (id: unknown) => options.find((option) => option.id === id)?.name ?? String(id);
  if (Array.isArray(value)) return value.length > 0 ? value.map(name).join(', ') : t('none');
  return typeof value === 'object' ? JSON.stringify(value) : name(value);
}

function whenOf(desk: Desk, standing: Annotation | undefined): string {
  const { changed_by, changed_at, author, created_at } = standing?.evidence ?? {};
  const at = changed_at ?? created_at;
  const by = changed_by ?? author;
  return [by && who(desk, by), at && time(Date.parse(at))].filter(Boolean).join(', ') || t('just now');
}

const nameOf = (desk: Desk, version: Version): string => who(desk, version.by);

function who(desk: Desk, member: string): string {
  if (member === desk.member) return t('You');
  const { submission } = desk.envelope;
  if (submission?.author === member) return submission.author_name;
  return desk.safety.names.get(member) ?? t('Somebody else');
}

const time = (at: number): string => new Date(at).toLocaleString(locales().dates, { dateStyle: 'medium', timeStyle: 'medium' });
const round = (value: number): number => Math.round(value * 10) / 10;
