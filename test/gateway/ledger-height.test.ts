import type { FabricLedger } from '@medquorum/gateway/ledger/fabric-ledger';
import { CITY, START_TIMEOUT_MS, TestConsortium } from '@medquorum/gateway/testing/test-consortium';

describe('the height of the channel', () => {
  let consortium: TestConsortium;
  let ledger: FabricLedger;
  beforeAll(async () => {
    consortium = await TestConsortium.start();
    ledger = await consortium.ledger(CITY);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    ledger.close();
    await consortium.close();
  }, START_TIMEOUT_MS);

  it('is told by the peer and grows with every block: what is absent below it has not been written', async () => {
    const before = await ledger.height();
    await consortium.gateway(CITY);
    const after = await ledger.height();
    expect(after).toBeGreaterThan(before);
    let seen = 0;
    const blocks = await ledger.blocks(0);
    for await (const block of blocks) {
      seen = (block.getHeader()?.getNumber() ?? 0) + 1;
      if (seen === after) break;
    }
    blocks.close();
    expect(seen).toBe(await ledger.height());
  });
});
