import { describe, expect, test } from 'vitest';

import { faultsOf, freeName, type Graph, placesOf, renamed, usualGraph, waysOf, withBehind, without } from '../src/model/graph';

const GRAPH: Graph = {
  start: 'annotate',
  nodes: [
    { kind: 'stage', id: 'annotate', work: 'annotate', to: 'disputed' },
    { kind: 'router', id: 'disputed', cases: [{ when: [{ kind: 'agreement', below: 0.5 }], to: 'adjudicate' }], otherwise: 'review' },
    { kind: 'stage', id: 'adjudicate', work: 'adjudicate', to: 'review' },
    { kind: 'stage', id: 'review', work: 'review', to: 'done' },
  ],
};
const kinds = (graph: Graph) => faultsOf(graph).map(({ kind }) => kind);

describe('a workflow’s graph', () => {
  test('without faults has none, and every fault is told', () => {
    expect(faultsOf(GRAPH)).toEqual([]);
    expect(kinds({ ...GRAPH, start: 'review' })).toEqual(['start']);
    expect(kinds({ ...GRAPH, nodes: GRAPH.nodes.slice(0, 3) })).toEqual(['gone', 'gone']);
    expect(kinds({ ...GRAPH, nodes: [...GRAPH.nodes, { kind: 'stage', id: 'lost', work: 'review', to: 'done' }] })).toEqual(['unreached']);
    const round = GRAPH.nodes.with(3, { kind: 'stage', id: 'review', work: 'review', to: 'annotate' });
    expect(kinds({ ...GRAPH, nodes: round })).toEqual(['loop']);
    expect(kinds({ ...GRAPH, nodes: GRAPH.nodes.with(3, { kind: 'stage', id: 'review', work: 'review', to: 'done', returned: 'disputed' }) })).toEqual(['back']);
  });

  test('keeps its ways when a node is renamed', () => {
    const after = renamed(GRAPH, 'review', 'last-look');

    expect(faultsOf(after)).toEqual([]);
    expect(waysOf(after).filter(({ to }) => to === 'last-look')).toHaveLength(2);
  });

  test('closes behind a node that is taken out, and opens for one that is put in', () => {
    const router = without(GRAPH, 'disputed');
    expect(router.nodes.find(({ id }) => id === 'annotate')).toMatchObject({ to: 'review' });
    expect(kinds(router)).toEqual(['unreached']);
    expect(without(GRAPH, 'annotate')).toBe(GRAPH);

    const more = withBehind(GRAPH, 'review', (to) => ({ kind: 'stage', id: freeName(GRAPH, 'review'), work: 'review', to }));
    expect(faultsOf(more)).toEqual([]);
    expect(more.nodes.map(({ id }) => id)).toContain('review-2');
  });

  test('is laid out from left to right with the end last', () => {
    const places = placesOf(GRAPH);

    expect(places.get('annotate')!.column).toBe(0);
    expect(places.get('review')!.column).toBeGreaterThan(places.get('adjudicate')!.column);
    expect([places.get('review')!.row, places.get('adjudicate')!.row]).toEqual([0, 1]);
    expect(places.get('done')!.column).toBe(Math.max(...[...places.values()].map(({ column }) => column)));
  });

  test('is what plain settings mean, and only several people’s answers are decided between', () => {
    const several = { answers: 3, share: 1, target: 0.9, most: 5, adjudicate_below: 0.5 };

    expect(faultsOf(usualGraph(true, several))).toEqual([]);
    expect(faultsOf(usualGraph(false, several))).toEqual([]);
    expect(usualGraph(true, { ...several, share: 0 }).nodes.map(({ id }) => id)).toEqual(['annotate', 'review']);
    expect(usualGraph(true, { ...several, target: null }).nodes).toEqual([
      GRAPH.nodes[0],
      { ...GRAPH.nodes[1], cases: [{ when: [{ kind: 'agreement', below: 0.5 }], to: 'adjudicate' }, { when: [{ kind: 'unsure' }], to: 'adjudicate' }] },
      ...GRAPH.nodes.slice(2),
    ]);
  });
});
