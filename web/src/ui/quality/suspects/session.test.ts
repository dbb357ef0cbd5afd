import { describe, expect, it } from 'vitest';

import { BEGUN, judged, lastJudged, moved, nextOpen, settled, verdictOf } from './session';
import type { Suspect } from './wire';

const suspect = (id: string, verdict: Suspect['verdict'] = null) => ({ id, verdict }) as Suspect;
const list = [suspect('a'), suspect('b', 'fine'), suspect('c'), suspect('d')];

describe('a sitting at suspects', () => {
  it('goes on to the next open one after a verdict', () => {
    const after = judged(BEGUN, list, 'a', 'wrong');
    expect(verdictOf(after, list[0]!)).toBe('wrong');
    expect(after.focus).toBe(2);
    expect(after.said['a']?.saving).toBe(true);
  });

  it('comes round to the first open one at the end, and stays where nothing is open', () => {
    const end = judged({ ...BEGUN, focus: 3 }, list, 'd', 'fine');
    expect(end.focus).toBe(0);
    const all = judged(judged(end, list, 'a', 'fine'), list, 'c', 'wrong');
    expect(nextOpen(all, list, 2)).toBe(2);
  });

  it('takes the last verdict back and returns to it', () => {
    const two = judged(judged(BEGUN, list, 'a', 'wrong'), list, 'c', 'fine');
    expect(lastJudged(two)).toBe('c');
    const back = judged(two, list, 'c', null);
    expect([verdictOf(back, list[2]!), back.focus, lastJudged(back)]).toEqual([null, 2, 'a']);
  });

  it('forgets a verdict that the server refused', () => {
    const refused = settled(judged(BEGUN, list, 'a', 'wrong'), 'a', undefined);
    expect(verdictOf(refused, list[0]!)).toBeNull();
    expect(refused.order).toEqual([]);
  });

  it('keeps the task that an item was opened again by', () => {
    const kept = settled(judged(BEGUN, list, 'a', 'wrong'), 'a', { verdict: 'wrong', task: 't1', pinned: true });
    expect(kept.said['a']).toEqual({ verdict: 'wrong', task: 't1', pinned: true, saving: false });
  });

  it('moves by rows and columns within the grid', () => {
    const at = (focus: number, step: [number, number]) => moved({ ...BEGUN, focus }, 4, 3, step).focus;
    expect([at(0, [1, 0]), at(0, [0, 1]), at(1, [0, 1]), at(0, [-1, 0]), at(3, [0, -1])]).toEqual([1, 3, 1, 0, 0]);
  });

  it('stands at the start of an empty list', () => {
    expect(nextOpen(BEGUN, [], 0)).toBe(0);
  });
});
