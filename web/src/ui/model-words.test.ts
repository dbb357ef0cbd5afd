import { expect, test } from 'vitest';

import { layerWord } from './model-words';

test.each([
  ['model:learned-b9fa54467009@12', 'Learned here, version 12'],
  ['model:nanodet@1', 'nanodet@1'],
  ['demo-perturbed-reference@1', 'demo-perturbed-reference@1'],
])('%s is read as %s', (author, words) => {
  expect(layerWord(author)).toBe(words);
});
