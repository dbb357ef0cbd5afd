/** Whatever two tabs do, and whatever the network loses: both end with what the server has. */
import { expect, test } from 'vitest';

import { choose } from '../src/editor/conflicts';
import { Editor } from '../src/editor/editor';
import { differing, fieldValue, same } from '../src/model/fields';
import { fold } from '../src/model/fold';
import { type Operation, targetOf } from '../src/model/operations';
import { DraftSync } from '../src/sync/draft-sync';
import { memoryJournal } from '../src/sync/journal';
import type { Appended, OpenConflict, Transport, Version } from '../src/sync/transport';
import type { Annotation } from '../src/wire';
import { annotation, BOX, ONTOLOGY } from './support';

const NAMES = ['a', 'b', 'c'];
const START = NAMES.map((id) => annotation(id));

/** The rules of the server (core/conflicts.py), written the plain way. */
class Server implements Transport {
  log: Operation[] = [];
  conflicts: OpenConflict[] = [];
  /** What happens to the next request. */
  fate: 'arrives' | 'lost' | 'answer lost' = 'arrives';

  async append(_task: string, since: number, operations: readonly Operation[]): Promise<Appended> {
    const { fate } = this;
    if (fate === 'lost') throw new TypeError('network');
    for (const operation of operations) if (!this.log.some(({ id }) => id === operation.id)) this.add(operation);
    if (fate === 'answer lost') throw new TypeError('network');
    const sent = new Set(operations.map(({ id }) => id));
    const entries = this.log.map((operation, i) => ({ ...operation, seq: i + 1 }));
    return {
      revision: this.log.length,
      operations: entries.filter(({ id, seq }) => seq > since && !sent.has(id)),
      placed: entries.filter(({ id }) => sent.has(id)).map(({ id, seq, clashes = [] }) => ({ id, seq, clashes })),
      conflicts: this.conflicts,
      task: { state: 'waiting', holder: null, ontology: 1 },
    };
  }

  private add(operation: Operation): void {
    const chain = new Set<string>();
    for (let at = operation.after; at; at = this.log.find(({ id }) => id === at)?.after) chain.add(at);
    const unknown = this.log.filter(
      (entry, i) => targetOf(entry) === targetOf(operation) && i + 1 > (operation.seen ?? Infinity) && !chain.has(entry.id),
    );
    const clashing = contradicted(operation, unknown);
    const stored = { ...operation, clashes: clashing.map(([entry]) => entry.id) } as Operation;
    this.log.push(stored);
    this.conflicts = advanced(this.conflicts, stored, clashing, chain);
  }

  submit = () => Promise.reject(new Error('nobody submits here'));
  hold = () => Promise.resolve();
}

type Clash = [Operation, string[]];

function contradicted(operation: Operation, unknown: Operation[]): Clash[] {
  let standing: (Operation & { kind: 'put' })[] = [];
  let deleted: Operation | null = null;
  for (const entry of unknown) {
    if (entry.kind === 'put') [standing, deleted] = [[...standing, entry], null];
    else if (!entry.clashes?.length) [standing, deleted] = [[], entry];
  }
  if (operation.kind === 'delete') return standing.slice(-1).map((entry) => [entry, []]);
  if (operation.kind !== 'put') return [];
  if (deleted) return [[deleted, []]];
  const newest = new Map<string, Operation & { kind: 'put' }>();
  for (const entry of standing) {
    for (const field of entry.fields ?? differing(entry.annotation, operation.annotation)) newest.set(field, entry);
  }
  const found = new Map<string, Clash>();
  for (const field of operation.fields ?? newest.keys()) {
    const entry = newest.get(field);
    if (!entry || same(fieldValue(entry.annotation, field), fieldValue(operation.annotation, field))) continue;
    found.set(entry.id, [entry, [...(found.get(entry.id)?.[1] ?? []), field]]);
  }
  return [...found.values()];
}

function advanced(before: OpenConflict[], operation: Operation, clashing: Clash[], chain: Set<string>): OpenConflict[] {
  const id = targetOf(operation);
  const gone = new Set([...(operation.settles ?? []), ...(clashing.length > 0 ? chain : [])]);
  const version = (entry: Operation, fields: string[]): Version => ({
    operation: entry.id,
    at: 0,
    by: 'ana',
    fields,
    annotation: entry.kind === 'put' ? entry.annotation : null,
  });
  let aside = (before.find(({ annotation: name }) => name === id)?.aside ?? []).filter((kept) => !gone.has(kept.operation));
  if (operation.kind !== 'delete') aside = [...aside, ...clashing.map(([entry, fields]) => version(entry, fields))];
  else aside = clashing.length > 0 ? [...aside, version(operation, [])] : aside.filter((kept) => kept.annotation);
  const unique = new Map(aside.map((kept) => [kept.operation, kept]));
  const others = before.filter(({ annotation: name }) => name !== id);
  return unique.size > 0 ? [...others, { annotation: id, aside: [...unique.values()] }] : others;
}

function tab(server: Server, made: Operation[]) {
  const editor = new Editor({ width: 100, height: 80, annotations: START, ontology: ONTOLOGY, member: 'ana' });
  const sync = new DraftSync({
    task: 't',
    project: 'p',
    member: 'ana',
    revision: 0,
    annotations: START,
    journal: memoryJournal(),
    transport: server,
    onElsewhere: (states) => editor.takeOver(states),
    wait: () => () => undefined, // nothing is sent but when the test says so
  });
  editor.onOperations = (operations) => {
    made.push(...operations);
    sync.push(operations);
  };
  return { editor, sync };
}

const said = (annotations: readonly Annotation[]) =>
  annotations.map(({ id, category, shape, attributes }) => JSON.stringify([id, category, shape, Object.entries(attributes ?? {}).sort()])).sort();

function chances(seed: number) {
  let state = seed * 2654435761 + 1;
  return (below: number) => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647;
    return state % below;
  };
}

/** Sixty things at random, done in tabs picked at random. */
async function play(seed: number, server: Server, tabs: readonly ReturnType<typeof tab>[]): Promise<void> {
  const chance = chances(seed + 1);
  for (let turn = 0; turn < 60; turn++) {
    const { editor, sync } = tabs[chance(tabs.length)]!;
    const all = editor.store.all();
    const id = all[chance(all.length || 1)]?.id ?? 'a';
    const there = editor.store.get(id);
    const edit = (changed: Partial<Annotation>) => there && editor.perform('Edit', [{ kind: 'put', annotation: { ...there, ...changed } }]);
    switch (chance(11)) {
      case 0:
      case 1:
        edit({ shape: { ...BOX, right: 60 + chance(5) } });
        break;
      case 2:
        edit({ category: ['cell', 'dirt'][chance(2)]! });
        break;
      case 3:
        edit({ attributes: { ...there?.attributes, size: chance(4) } });
        break;
      case 4:
        if (there && chance(2)) editor.perform('Delete', [{ kind: 'delete', id }]);
        break;
      case 5:
        if (chance(2)) editor.undo();
        else editor.redo();
        break;
      case 6: {
        const conflict = sync.conflicts[0];
        const choice = (['standing', 'aside', 'both'] as const)[chance(3)]!;
        if (conflict) choose(editor, conflict.annotation, conflict.aside[0]!, choice);
        break;
      }
      default:
        server.fate = (['arrives', 'arrives', 'lost', 'answer lost'] as const)[chance(4)]!;
        await sync.flush();
        if (chance(2)) sync.look();
        await new Promise((done) => setTimeout(done));
    }
  }
  server.fate = 'arrives';
  for (let round = 0; round < 2; round++) {
    for (const { sync } of tabs) {
      await sync.flush();
      sync.look();
      await sync.flush();
      await new Promise((done) => setTimeout(done));
    }
  }
}

const ROUNDS = Array.from({ length: 60 }, (_, seed) => seed);

test.each(ROUNDS)('two tabs agree with the server in the end, round %i', async (seed) => {
  const server = new Server();
  const made: Operation[] = [];
  const tabs = [tab(server, made), tab(server, made)];
  await play(seed, server, tabs);

  const [one, two] = tabs;
  expect(server.log.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
  expect(said(one!.editor.store.all())).toEqual(said(fold(START, server.log)));
  expect(said(two!.editor.store.all())).toEqual(said(fold(START, server.log)));
  expect(one!.sync.conflicts).toEqual(server.conflicts);
  expect(two!.sync.conflicts).toEqual(server.conflicts);
  expect([one!.sync.state, two!.sync.state]).toEqual(['saved', 'saved']);
});

test.each(ROUNDS.slice(0, 15))('one tab alone is never asked about itself, round %i', async (seed) => {
  const server = new Server();
  const alone = tab(server, []);
  await play(seed, server, [alone]);

  expect(server.log.some((operation) => operation.clashes?.length)).toBe(false);
  expect(alone.sync.conflicts).toEqual([]);
  expect(said(alone.editor.store.all())).toEqual(said(fold(START, server.log)));
});
