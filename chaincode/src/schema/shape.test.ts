import fc from 'fast-check';
import { MedQuorumError } from '../medquorum-error.ts';
import { SEED } from '../testing/seed.ts';
import { boolean, integer, listOf, nullable, object, oneOf, type Shape, setOf, text } from './shape.ts';

const outcome = (shape: Shape<unknown>, value: unknown) => {
  try {
    return shape(value, 'args');
  } catch (error) {
    if (!(error instanceof MedQuorumError)) throw error;
    return error.message;
  }
};
const person = object({ age: integer(0, 150) }, { tags: setOf(oneOf(['a', 'b']), 0, 2) });

describe('shapes', () => {
  it('return what fits, and nothing else', () => {
    expect(outcome(person, { age: 3, tags: ['a'] })).toEqual({ age: 3, tags: ['a'] });
    expect(outcome(person, { age: 3 })).toEqual({ age: 3 });
    expect(outcome(nullable(boolean), null)).toBe(null);
  });

  it.each<[unknown, string]>([
    [{ age: 3, name: 'x' }, 'args: has an unknown member'],
    [{}, 'args.age: is missing'],
    [{ age: 151 }, 'args.age: must be an integer from 0 to 150'],
    [{ age: 1.5 }, 'args.age: must be an integer from 0 to 150'],
    [{ age: '3' }, 'args.age: must be an integer from 0 to 150'],
    [{ age: 3, tags: ['a', 'a'] }, 'args.tags: must not repeat an item'],
    [{ age: 3, tags: ['a', 'c'] }, 'args.tags[1]: must be one of a, b'],
    [{ age: 3, tags: ['a', 'b', 'a'] }, 'args.tags: must be a list of 0 to 2 items'],
    [{ age: 3, tags: null }, 'args.tags: must be a list of 0 to 2 items'],
    [[], 'args: must be an object'],
    [null, 'args: must be an object'],
  ])('refuse %j, saying where and why', (value, message) => {
    expect(outcome(person, value)).toBe(`MQ_INPUT_INVALID: ${message}`);
  });

  it('take no member for one that every object inherits', () => {
    const inherited = JSON.parse('{"age": 3, "__proto__": {"tags": []}, "constructor": 1}');
    expect(outcome(person, inherited)).toBe('MQ_INPUT_INVALID: args: has an unknown member');
    expect(outcome(object({ constructor: boolean }), {})).toBe('MQ_INPUT_INVALID: args.constructor: is missing');
  });

  it('never throw anything but their own refusal, whatever they are given', () => {
    const shape = object({ list: listOf(text(/^x$/, 'x'), 0, 3), person });
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (list, inner) => {
        outcome(shape, list);
        outcome(shape, { list, person: inner });
      }),
      { seed: SEED },
    );
  });
});
