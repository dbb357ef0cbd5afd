/** The graph of a workflow: the same nodes and the same faults as on the server. */

export type Work = 'annotate' | 'review' | 'adjudicate';

export type Condition =
  | { kind: 'share'; share: number }
  | { kind: 'category'; categories: string[]; at_least?: number }
  | { kind: 'count'; at_least: number }
  | { kind: 'agreement'; below: number }
  | { kind: 'confidence'; below: number }
  | { kind: 'unsure' }
  | { kind: 'skill'; skill: string }
  | { kind: 'risk'; above: number };

export interface Case {
  when: Condition[];
  to: string;
}

export interface Stage {
  kind: 'stage';
  id: string;
  work: Work;
  to: string;
  skill?: string | null;
  returned?: string | null;
}

export interface Router {
  kind: 'router';
  id: string;
  cases: Case[];
  otherwise: string;
}

export type Node = Stage | Router;

export interface Graph {
  start: string;
  nodes: Node[];
  places?: Record<string, [number, number]>;
}

export const DONE = 'done';
export const NAME = /^[a-z0-9_-]{1,40}$/;

/** One way from node to node; `labels` count the cases of a router from 1, 0 is the last way out. */
export interface Way {
  from: string;
  to: string;
  labels: number[];
  isReturn: boolean;
}

export const exitsOf = (node: Node): string[] =>
  node.kind === 'stage' ? [node.to] : [...node.cases.map(({ to }) => to), node.otherwise];

/** Every way of a graph; returned work goes back from reviews. */
export function waysOf({ nodes, start }: Graph): Way[] {
  return nodes.flatMap((node): Way[] => {
    if (node.kind === 'stage') {
      const ahead: Way = { from: node.id, to: node.to, labels: [], isReturn: false };
      return node.work === 'review' ? [ahead, { from: node.id, to: node.returned ?? start, labels: [], isReturn: true }] : [ahead];
    }
    const labels = new Map<string, number[]>();
    exitsOf(node).forEach((to, place) => {
      labels.set(to, [...(labels.get(to) ?? []), place < node.cases.length ? place + 1 : 0]);
    });
    return [...labels].map(([to, numbers]) => ({ from: node.id, to, labels: numbers, isReturn: false }));
  });
}

export type Fault =
  | { kind: 'twice' | 'name' | 'gone' | 'loop' | 'unreached'; node: string; to?: string }
  | { kind: 'start' | 'back'; node: string };

/** What would make an item stick or get lost; empty: nothing. */
export function faultsOf(graph: Graph): Fault[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const faults: Fault[] = [];
  for (const { id } of graph.nodes) {
    if (!NAME.test(id) || id === DONE) faults.push({ kind: 'name', node: id });
    if (graph.nodes.filter((other) => other.id === id).length > 1) faults.push({ kind: 'twice', node: id });
  }
  const start = nodes.get(graph.start);
  if (start?.kind !== 'stage' || start.work !== 'annotate') faults.push({ kind: 'start', node: graph.start });
  for (const node of graph.nodes) {
    for (const to of exitsOf(node)) if (to !== DONE && !nodes.has(to)) faults.push({ kind: 'gone', node: node.id, to });
    if (node.kind !== 'stage' || !node.returned) continue;
    const back = nodes.get(node.returned);
    if (back?.kind !== 'stage' || back.work !== 'annotate') faults.push({ kind: 'back', node: node.id });
  }
  return faults.length > 0 ? faults : faultsOfWays(graph, nodes);
}

function faultsOfWays(graph: Graph, nodes: ReadonlyMap<string, Node>): Fault[] {
  const reached = new Set<string>();
  const ahead = new Set<string>();
  const loops = new Set<string>();
  const walk = (name: string): void => {
    if (name === DONE || reached.has(name)) return;
    if (ahead.has(name)) {
      loops.add(name);
      return;
    }
    ahead.add(name);
    exitsOf(nodes.get(name)!).forEach(walk);
    ahead.delete(name);
    reached.add(name);
  };
  const begin = [graph.start];
  for (let name = begin.pop(); name !== undefined; name = begin.pop()) {
    walk(name);
    for (const node of graph.nodes) {
      const back = node.kind === 'stage' && reached.has(node.id) ? node.returned : null;
      if (back && !reached.has(back) && !loops.has(back)) begin.push(back);
    }
  }
  return [
    ...[...loops].map((node): Fault => ({ kind: 'loop', node })),
    ...graph.nodes.filter(({ id }) => !reached.has(id)).map(({ id }): Fault => ({ kind: 'unreached', node: id })),
  ];
}

/** A graph with a node under another name, wherever it stands. */
export function renamed(graph: Graph, from: string, to: string): Graph {
  const name = (id: string) => (id === from ? to : id);
  const nodes = graph.nodes.map((node): Node => {
    if (node.kind === 'router') {
      return { ...node, id: name(node.id), cases: node.cases.map((one) => ({ ...one, to: name(one.to) })), otherwise: name(node.otherwise) };
    }
    return { ...node, id: name(node.id), to: name(node.to), ...(node.returned ? { returned: name(node.returned) } : {}) };
  });
  const { [from]: place, ...places } = graph.places ?? {};
  return { start: name(graph.start), nodes, places: place ? { ...places, [to]: place } : places };
}

/** A graph without a node: what led there leads to where it led. */
export function without(graph: Graph, id: string): Graph {
  const gone = graph.nodes.find((node) => node.id === id);
  if (!gone || id === graph.start) return graph;
  const onward = gone.kind === 'stage' ? gone.to : gone.otherwise;
  const kept = renamed({ ...graph, nodes: graph.nodes.filter((node) => node !== gone) }, id, onward);
  const nodes = kept.nodes.map((node) => {
    if (node.kind !== 'stage' || !node.returned || graph.nodes.some((other) => other.id === node.returned && other !== gone)) return node;
    return { ...node, returned: null };
  });
  const { [id]: _, ...places } = graph.places ?? {};
  return { ...kept, nodes, places };
}

/** A graph in which a new node stands right behind another. */
export function withBehind(graph: Graph, after: string, made: (to: string) => Node): Graph {
  const at = graph.nodes.findIndex((node) => node.id === after);
  const before = graph.nodes[at];
  if (!before) return graph;
  const node = made(before.kind === 'stage' ? before.to : before.otherwise);
  const changed: Node = before.kind === 'stage' ? { ...before, to: node.id } : { ...before, otherwise: node.id };
  return { ...graph, nodes: [...graph.nodes.slice(0, at), changed, node, ...graph.nodes.slice(at + 1)] };
}

/** The way that plain settings mean; the same as on the server. */
export function usualGraph(review: boolean, { answers, share, target, most, adjudicate_below }: Several, plan: ReviewPlan = ALL): Graph {
  const isSampled = review && plan.share < 1;
  const last = isSampled ? 'sampled' : review ? 'review' : DONE;
  const drawn: Case[] = [{ when: [{ kind: 'share', share: plan.share }], to: 'review' }];
  if (plan.above !== null) drawn.push({ when: [{ kind: 'risk', above: plan.above }], to: 'review' });
  const end: Node[] = review ? [{ kind: 'stage', id: 'review', work: 'review', to: DONE }] : [];
  if (isSampled) end.unshift({ kind: 'router', id: 'sampled', cases: drawn, otherwise: DONE });
  const several = share > 0 && (answers > 1 || (target !== null && most > 1));
  if (!several) return { start: 'annotate', nodes: [{ kind: 'stage', id: 'annotate', work: 'annotate', to: last }, ...end] };
  const cases: Case[] = [
    { when: [{ kind: 'agreement', below: adjudicate_below }], to: 'adjudicate' },
    { when: [{ kind: 'unsure' }], to: 'adjudicate' },
  ];
  if (target !== null) cases.push({ when: [{ kind: 'confidence', below: target }], to: 'adjudicate' });
  return {
    start: 'annotate',
    nodes: [
      { kind: 'stage', id: 'annotate', work: 'annotate', to: 'disputed' },
      { kind: 'router', id: 'disputed', cases, otherwise: last },
      { kind: 'stage', id: 'adjudicate', work: 'adjudicate', to: last },
      ...end,
    ],
  };
}

/** Which work is reviewed: a share drawn at random, and what is at least so likely to hold an error. */
export interface ReviewPlan {
  share: number;
  above: number | null;
}

const ALL: ReviewPlan = { share: 1, above: null };

interface Several {
  answers: number;
  share: number;
  target: number | null;
  most: number;
  adjudicate_below: number;
}

/** A name that no node has yet. */
export function freeName(graph: Graph, wanted: string): string {
  const taken = new Set([...graph.nodes.map(({ id }) => id), DONE]);
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

/** Where nodes stand: as they were put, else in columns by the longest way to them, the plain way on top. */
export function placesOf(graph: Graph): Map<string, { column: number; row: number }> {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const column = new Map<string, number>();
  const settle = (name: string, at: number, depth: number): void => {
    if (depth > nodes.size || (column.get(name) ?? -1) >= at) return;
    column.set(name, at);
    const node = nodes.get(name);
    if (node) exitsOf(node).forEach((to) => settle(to, at + 1, depth + 1));
  };
  settle(graph.start, 0, 0);
  for (const { id } of graph.nodes) if (!column.has(id)) settle(id, 0, 0);
  column.set(DONE, Math.max(1, ...column.values()));
  const plain = new Set<string>();
  for (let name = graph.start; !plain.has(name); ) {
    plain.add(name);
    const node = nodes.get(name);
    if (node) name = node.kind === 'stage' ? node.to : node.otherwise;
  }
  const used = new Map<number, number>();
  const places = new Map<string, { column: number; row: number }>();
  for (const id of [...graph.nodes.map((node) => node.id), DONE]) {
    const at = column.get(id) ?? 0;
    const row = plain.has(id) ? 0 : (used.get(at) ?? 1);
    if (!plain.has(id)) used.set(at, row + 1);
    places.set(id, { column: at, row });
  }
  for (const [id, [x, y]] of Object.entries(graph.places ?? {})) if (places.has(id)) places.set(id, { column: x, row: y });
  return places;
}
