import { codeOf } from '../testing/code-of.ts';
import { CITY, CLINICIAN, FoundedConsortium, header, UNITY, VALLEY } from '../testing/founded-consortium.ts';
import { type Party, sha } from '../testing/party.ts';

describe('audit', () => {
  let consortium: FoundedConsortium;
  let recordId: string;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
    recordId = await consortium.propose('record');
  });
  afterEach(() => consortium.close());

  const report = (party: Party, change: object = {}) =>
    codeOf(
      consortium.submit(party, 'audit:report', { recordId, version: 1, check: 'digest', verdict: 'intact', ...change }),
    );

  it('keeps every verdict of every organisation', async () => {
    expect(await report(CITY, { observedSha256: header().content.sha256 })).toBe('no failure');
    expect(await report(VALLEY, { verdict: 'altered', observedSha256: sha('something else') })).toBe('no failure');
    expect(await report(VALLEY, { check: 'retrieval', verdict: 'missing' })).toBe('no failure');
    const verdicts = await consortium.ledger.read('audit:getVerdicts', recordId, '1');
    expect(verdicts.map(({ verdict }: { verdict: string }) => verdict).sort()).toEqual([
      'altered',
      'intact',
      'missing',
    ]);
  });

  it('takes no verdict that contradicts what was observed, nor one of a version that is not there', async () => {
    expect(await report(CITY, { verdict: 'altered', observedSha256: header().content.sha256 })).toBe(
      'MQ_INPUT_INVALID [0]',
    );
    expect(await report(CITY, { observedSha256: sha('something else') })).toBe('MQ_INPUT_INVALID [0]');
    expect(await report(UNITY, { verdict: 'missing', observedSha256: sha('x') })).toBe('MQ_INPUT_INVALID [0]');
    expect(await report(CITY, { version: 2 })).toBe('MQ_RECORD_VERSION [0]');
    expect(await report(CLINICIAN)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
  });
});
