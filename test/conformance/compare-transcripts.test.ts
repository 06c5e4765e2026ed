import { compareTranscripts, overlay, parseTranscript, stepsBeyond } from './compare-transcripts.ts';

const step = (name: string, outcome: unknown, scenario = 'state') => ({ scenario, step: name, outcome });

describe('compareTranscripts', () => {
  it('takes equal outcomes as equal, whatever the order of fields', () => {
    const golden = [step('put', { result: 'ok', commit: 'VALID' })];
    const actual = parseTranscript('{"scenario":"state","step":"put","outcome":{"commit":"VALID","result":"ok"}}\n');
    expect(compareTranscripts(golden, actual)).toEqual({ same: 1, differences: [], extra: 0 });
  });

  it('finds what differs and what is missing', () => {
    const golden = [step('put', { commit: 'VALID' }), step('get', { result: 'a' })];
    const { same, differences } = compareTranscripts(golden, [step('put', { commit: 'MVCC_READ_CONFLICT' })]);
    expect(same).toBe(0);
    expect(differences).toEqual([
      { key: 'state / put', golden: '{"commit":"VALID"}', actual: '{"commit":"MVCC_READ_CONFLICT"}' },
      { key: 'state / get', golden: '{"result":"a"}', actual: '(no such step)' },
    ]);
  });

  it('does not judge steps that only the actual transcript has', () => {
    expect(compareTranscripts([], [step('more', {})])).toEqual({ same: 0, differences: [], extra: 1 });
  });

  it('can leave messages out, at any depth', () => {
    const golden = [step('get', { error: 'EndorseError', message: 'a', details: [{ msp: 'A', msg: 'x' }] })];
    const actual = [step('get', { error: 'EndorseError', message: 'b', details: [{ msp: 'A', msg: 'y' }] })];
    expect(compareTranscripts(golden, actual).same).toBe(0);
    expect(compareTranscripts(golden, actual, { ignoreMessages: true }).same).toBe(1);
  });

  it('can judge some scenarios only', () => {
    const golden = [step('put', 1, 'state'), step('put', 1, 'events')];
    const comparison = compareTranscripts(golden, [step('put', 1, 'state')], { scenarios: new Set(['state']) });
    expect(comparison).toMatchObject({ same: 1, differences: [] });
  });
});

describe('a golden laid over another', () => {
  const raft = [step('put', { commit: 'VALID' }), step('again', { commit: 'DUPLICATE_TXID' })];
  const bft = [step('put', { commit: 'VALID' }), step('again', { error: 'refused' }), step('more', 1)];

  it('holds only what is answered otherwise, or asked beyond', () => {
    expect(stepsBeyond(raft, bft)).toEqual([step('again', { error: 'refused' }), step('more', 1)]);
  });

  it('replaces the same step and keeps the rest', () => {
    expect(overlay(raft, stepsBeyond(raft, bft))).toEqual(bft);
    expect(compareTranscripts(overlay(raft, stepsBeyond(raft, bft)), raft).differences).toHaveLength(2);
  });
});
