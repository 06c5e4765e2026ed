import { toRow, toUnit } from './operation-rows.ts';

describe('a stored operation', () => {
  it('is taken for submitted before, whether or not the row names a transaction: that note may be lost in a crash', () => {
    const request = { principalId: 'p', idempotencyKey: 'k', requestDigest: 'd' };
    const unit = { contract: 'record', functionName: 'propose', policy: 'chaincode', entries: [], touches: [] };
    const row = toRow('id', request, unit, 0);
    expect(row.txId).toBeNull();
    expect(toUnit(row)).toMatchObject({ resubmitted: true });
  });
});
