import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { discardUnusedOrdererLedger, discardUnusedPeerLedger } from './unused-ledger.ts';

describe('the ledger of a node before it starts', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'unused-ledger-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  const put = (...files: readonly string[]) => {
    for (const file of files) {
      mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
      writeFileSync(path.join(data, file), 'anything');
    }
  };
  const has = (file: string) => existsSync(path.join(data, file));

  it('is discarded where a peer has joined no channel, but for installed packages', () => {
    put('ledgersData/fileLock/MANIFEST-000000', 'transientstore/LOG', 'lifecycle/chaincodes/probe.tar.gz');
    mkdirSync(path.join(data, 'ledgersData/chains/chains'), { recursive: true });
    discardUnusedPeerLedger(data);
    expect(['ledgersData', 'transientstore', 'lifecycle/chaincodes/probe.tar.gz'].map(has)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('stays where a peer has joined a channel', () => {
    const files = ['ledgersData/chains/chains/one/blockfile_000000', 'ledgersData/fileLock/LOG', 'transientstore/LOG'];
    put(...files);
    discardUnusedPeerLedger(data);
    expect(files.filter(has)).toEqual(files);
  });

  it('is discarded where an orderer has joined no channel, but for a join under way', () => {
    put('ledger/index/MANIFEST-000000', 'ledger/pendingops/join/one.join');
    discardUnusedOrdererLedger(data);
    expect(['ledger/index', 'ledger/pendingops/join/one.join'].map(has)).toEqual([false, true]);
  });

  it('stays where an orderer has joined a channel', () => {
    const files = ['ledger/chains/one/blockfile_000000', 'ledger/index/LOG'];
    put(...files);
    discardUnusedOrdererLedger(data);
    expect(files.filter(has)).toEqual(files);
  });

  it('stays where its folder cannot be read', () => {
    put('ledger/chains', 'ledger/index/LOG');
    discardUnusedOrdererLedger(data);
    expect(has('ledger/index/LOG')).toBe(true);
  });

  it('need not be there', () => {
    discardUnusedPeerLedger(path.join(data, 'none'));
    discardUnusedOrdererLedger(path.join(data, 'none'));
    expect(has('none')).toBe(false);
  });
});
