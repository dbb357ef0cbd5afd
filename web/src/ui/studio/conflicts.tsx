/** Choosing between two versions of an annotation that were made in two places at once. */
import { Badge, Button, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';

import { type Aside, canKeepBoth, choose, type Choice, inQuestion, versionShown } from '../../editor/conflicts';
import { boundsOfShape } from '../../geometry/shapes';
import { fieldValue } from '../../model/fields';
import type { OpenConflict, Version } from '../../sync/transport';
import type { Annotation } from '../../wire';
import type { Desk } from './desk';
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
      title={`Changed in two places at once${count > 1 ? ` · ${count} to choose` : ''}`}
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
      <Text size="sm">{story(standing, aside, mine)} Nothing is lost until you choose; the other version also stays in the item’s history.</Text>
      <SimpleGrid cols={2} spacing="sm">
        <Side
          desk={desk}
          title={titleOf(mine, 'standing')}
          note="stands in the picture now"
          shown={standing ?? null}
          other={other}
          fields={fields}
          when={whenOf(desk, standing)}
          action={standing ? 'Keep this one' : 'Leave it deleted'}
          testid="choose-standing"
          onPick={() => pick('standing')}
        />
        <Side
          desk={desk}
          title={titleOf(mine, 'aside')}
          note="was put aside"
          shown={other}
          other={standing ?? null}
          fields={fields}
          when={`${nameOf(desk, aside)}, ${time(aside.at)}`}
          action={other ? 'Take this one' : 'Delete it'}
          testid="choose-aside"
          onPick={() => pick('aside')}
        />
      </SimpleGrid>
      {canKeepBoth(standing, aside) && (
        <Group justify="center">
          <Button variant="default" size="xs" onClick={() => pick('both')} data-testid="choose-both">
            Keep both, as two annotations
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
    <Stack gap={6}>
      <Group gap={6} wrap="nowrap">
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Badge size="xs" variant="light" color="gray" radius="sm">
          {note}
        </Badge>
      </Group>
      <VersionPicture desk={desk} shown={shown} other={other} label={`${title}: ${shown ? 'a picture of this version' : 'deleted'}`} />
      <Text size="xs" c="dimmed">
        {when}
      </Text>
      <ul style={{ margin: 0, paddingLeft: 18, fontSize: 13, minHeight: 40 }}>
        {(shown ? wordsOf(desk, shown, fields) : ['Deleted']).map((words) => (
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
  if (!mine) return side === 'standing' ? 'The later one' : 'The earlier one';
  return mine === side ? 'Made here' : 'Made elsewhere';
}

/** What happened, in one sentence. */
function story(standing: Annotation | undefined, aside: Aside, mine: Mine): string {
  const here = 'in this tab';
  const there = 'in another tab or by somebody else';
  if (!aside.annotation) {
    if (!mine) return 'It was deleted in one place, and changed in another. It was kept.';
    const [deleted, changed] = mine === 'aside' ? [here, there] : [there, here];
    return `It was deleted ${deleted}, and changed ${changed}. It was kept.`;
  }
  if (!standing) return 'It is deleted now, and was changed in another place before.';
  if (!mine) return 'It was changed in two places at the same time.';
  return `It was changed ${here}, and at the same time ${there}.`;
}

/** What a version says in the fields in question. */
function wordsOf(desk: Desk, annotation: Annotation, fields: readonly string[]): string[] {
  const category = desk.editor.categoryOf(annotation.category);
  const asked = fields.length > 0 ? fields : ['category', 'shape'];
  return asked.map((field) => {
    if (field === 'category') return `Category: ${category?.name ?? 'one that was removed'}`;
    if (field === 'shape') return `Shape: ${shapeWords(annotation)}`;
    const spec = category?.attributes?.find((entry) => `attribute:${entry.id}` === field);
    const name = spec?.name ?? field.replace('attribute:', '');
    return `${name}: ${valueWords(fieldValue(annotation, field), spec?.options)}`;
  });
}

function shapeWords({ shape }: Annotation): string {
  if (!shape) return 'none';
  const kind = shape.kind.replace('_', ' ');
  const { left, top, right, bottom } = boundsOfShape(shape);
  return `${kind}, ${round(right - left)} × ${round(bottom - top)} px at ${round(left)}, ${round(top)}`;
}

function valueWords(value: unknown, options: readonly { id: string; name: string }[] = []): string {
  if (value === null || value === undefined) return 'no value';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const name = (id: unknown) => options.find((option) => option.id === id)?.name ?? String(id);
  if (Array.isArray(value)) return value.length > 0 ? value.map(name).join(', ') : 'none';
  return typeof value === 'object' ? JSON.stringify(value) : name(value);
}

function whenOf(desk: Desk, standing: Annotation | undefined): string {
  const { changed_by, changed_at, author, created_at } = standing?.evidence ?? {};
  const at = changed_at ?? created_at;
  const by = changed_by ?? author;
  return [by && who(desk, by), at && time(Date.parse(at))].filter(Boolean).join(', ') || 'just now';
}

const nameOf = (desk: Desk, version: Version): string => who(desk, version.by);

function who(desk: Desk, member: string): string {
  if (member === desk.member) return 'You';
  const { submission } = desk.envelope;
  if (submission?.author === member) return submission.author_name;
  return desk.safety.names.get(member) ?? 'Somebody else';
}

const time = (at: number): string => new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const round = (value: number): number => Math.round(value * 10) / 10;
