import { expect, test } from 'vitest';

import { EMPTY_TEMPLATE, movedPoint, pairsByName, PERSON, renamedPoint, templateFaults, toggledEdge, withoutPoint, withPoint } from './template';

test('keypoints are added where one clicks, inside the drawing, each with a name of its own', () => {
  const two = withPoint(withPoint(EMPTY_TEMPLATE, 0.2, 0.3), 1.5, -1);

  expect(two.keypoints).toEqual([{ name: 'point 1', x: 0.2, y: 0.3 }, { name: 'point 2', x: 1, y: 0 }]);
  expect(movedPoint(two, 0, 0.5, 0.5).keypoints[0]).toEqual({ name: 'point 1', x: 0.5, y: 0.5 });
  expect(withPoint(withoutPoint(two, 0), 0, 0).keypoints.map(({ name }) => name)).toEqual(['point 2', 'point 3']);
});

test('a keypoint that goes takes its edges along and the others keep theirs', () => {
  const template = { ...EMPTY_TEMPLATE, keypoints: PERSON.keypoints.slice(0, 3), edges: [[0, 1], [1, 2], [0, 2]] as [number, number][] };

  expect(withoutPoint(template, 1).edges).toEqual([[0, 1]]);
});

test('an edge is made by two clicks and parted by two more, in any order', () => {
  const joined = toggledEdge(PERSON, 0, 16);

  expect(joined.edges).toHaveLength(PERSON.edges!.length + 1);
  expect(toggledEdge(joined, 16, 0).edges).toEqual(PERSON.edges);
  expect(toggledEdge(PERSON, 3, 3)).toEqual(PERSON);
});

test('left and right are paired by their names', () => {
  expect(pairsByName(PERSON)).toEqual(PERSON.swaps);
  const template = withPoint(withPoint(EMPTY_TEMPLATE, 0, 0), 1, 0);
  expect(renamedPoint(renamedPoint(template, 0, 'Right wing'), 1, 'left wing').swaps).toEqual([[1, 0]]);
});

test('what is wrong with a template is said', () => {
  expect(templateFaults(null)).toHaveLength(1);
  expect(templateFaults(PERSON)).toEqual([]);
  expect(templateFaults(renamedPoint(PERSON, 0, ' '))).toEqual(['Every keypoint needs a name.']);
  expect(templateFaults(renamedPoint(PERSON, 0, 'left eye'))).toEqual(['The keypoint “left eye” stands twice.']);
});
