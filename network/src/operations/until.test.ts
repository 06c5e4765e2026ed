import { until } from './until.ts';

describe('until', () => {
  it('asks until there is an answer', async () => {
    const answers = [undefined, new Error('not yet'), 7];
    const ask = async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    expect(await until('it is there', ask)).toBe(7);
  });

  it('names what it waited for in vain, and the last failure', async () => {
    const ask = () => Promise.reject(new Error('out of reach'));
    await expect(until('it is there', ask, 0)).rejects.toThrow(
      'MQ_OPERATION_TIMEOUT: waited 0 s in vain until it is there; last failure: out of reach',
    );
  });

  it('waits no longer at the signal', async () => {
    const stopping = new AbortController();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      stopping.abort();
      return undefined;
    };
    await expect(until('it is there', ask, 600_000, stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked).toBe(1);
  });
});
