import { deviatingFrom } from './compare-answers.ts';

const say = (...answers: (string | undefined)[]) =>
  answers.map((answer, i) => ({ mspId: `M${i}`, ...(answer === undefined ? { failure: 'down' } : { answer }) }));

describe('deviatingFrom', () => {
  it.each([
    [say('a', 'a', 'a'), []],
    [say('a', 'b', 'a'), ['M1']],
    [say('b', 'a', 'a'), ['M0']],
    [say('a', 'b'), ['M0', 'M1']],
    [say('a', undefined, 'a'), []],
    [say(undefined), []],
  ])('of %j names %j', (answers, deviating) => expect(deviatingFrom(answers)).toEqual(deviating));
});
