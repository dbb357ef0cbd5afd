import { describe, expect, test } from 'vitest';

import { Disputes } from '../src/editor/disputes';
import { Editor } from '../src/editor/editor';
import { annotation, BOX, ONTOLOGY } from './support';

const MOVED = { ...BOX, right: 60 };

/** Two answers: they draw one cell differently, and one of them sees a second thing that was left out. */
function judged() {
  const merged = annotation('m1');
  const editor = new Editor({ width: 100, height: 80, annotations: [merged], ontology: ONTOLOGY, member: 'eva' });
  const disputes = new Disputes(editor, {
    answers: [
      { id: 'one', document: { annotations: [annotation('a1', BOX), annotation('a2', MOVED)] } },
      { id: 'two', document: { annotations: [annotation('b1', MOVED, 'dirt')] } },
    ],
    detail: {
      annotations: [
        { id: 'm1', posterior: 0.9, votes: [{ answer: 'one', annotation: 'a1' }, { answer: 'two', annotation: 'b1' }], disputes: ['category'] },
        { id: null, posterior: 0.3, votes: [{ answer: 'one', annotation: 'a2' }], disputes: ['existence'] },
        { id: 'm9', posterior: 1, votes: [], disputes: [] },
      ],
    },
  });
  return { editor, disputes };
}

describe('disputes', () => {
  test('the least sure comes first, and what nobody disputes is not there', () => {
    const { disputes } = judged();

    expect(disputes.all.map(({ merged }) => merged)).toEqual([null, 'm1']);
    expect(disputes.all[0]!.sides.map((side) => side?.id ?? null)).toEqual(['a2', null]);
  });

  test('taking an answer puts it in the place of the merged annotation, and undo brings that back', () => {
    const { editor, disputes } = judged();

    disputes.decide(disputes.all[1]!, 1);

    expect(editor.store.get('m1')).toMatchObject({ category: 'dirt', shape: MOVED });
    expect(disputes.open).toHaveLength(1);
    editor.undo();
    expect(editor.store.get('m1')).toMatchObject({ category: 'cell', shape: BOX });
  });

  test('an answer that has nothing there takes the merged annotation away; another brings it back', () => {
    const { editor, disputes } = judged();
    const [leftOut] = disputes.all;

    disputes.decide(leftOut!, 0);
    expect(editor.store.size).toBe(2);
    disputes.decide(leftOut!, 1);
    expect(editor.store.size).toBe(1);
    disputes.decide(leftOut!, 0);

    expect(editor.store.size).toBe(2);
    expect(disputes.decisionOf(leftOut!)).toBe(0);
  });

  test('keeping what was merged changes nothing and is a decision', () => {
    const { editor, disputes } = judged();

    disputes.decide(disputes.all[0]!, 'merged');

    expect(editor.store.all().map(({ id }) => id)).toEqual(['m1']);
    expect(disputes.open.map(({ merged }) => merged)).toEqual(['m1']);
  });
});
