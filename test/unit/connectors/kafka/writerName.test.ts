// Which name beside the mark says that another server has taken the job over.
import { expect, it } from 'vitest';
import { isReplaced, noteOf } from '../../../../server/connectors/kafka/writerName';

const own = { opening: 7, instance: 'b' };

it.each([
  ['its own', noteOf(own), false],
  ['the one before', noteOf({ opening: 6, instance: 'a' }), false],
  ['an older one, read late after a broker came back', noteOf({ opening: 3, instance: 'x' }), false],
  ['none yet', '', false],
  ['one that came later', noteOf({ opening: 8, instance: 'c' }), true],
  ['a copy opened as often', noteOf({ opening: 7, instance: 'c' }), true],
])('%s', (_, note, replaced) => {
  expect(isReplaced(own, note)).toBe(replaced);
});
