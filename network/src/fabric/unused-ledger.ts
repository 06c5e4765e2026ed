import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Deletes the databases of a peer that has joined no channel, before it is started. Fabric does not open again a LevelDB whose creation was cut
 * short, as when its first start was interrupted; without a channel there is nothing in them. Packages of chaincode that are installed stay.
 */
export function discardUnusedPeerLedger(dataDirectory: string): void {
  if (hasEntries(path.join(dataDirectory, 'ledgersData', 'chains', 'chains'))) return;
  for (const unused of ['ledgersData', 'transientstore', 'transientStoreFileLock'])
    rmSync(path.join(dataDirectory, unused), { recursive: true, force: true });
}

/** The same for an orderer: its index of blocks. A join that has begun is noted in plain files beside it and goes on. */
export function discardUnusedOrdererLedger(dataDirectory: string): void {
  if (hasEntries(path.join(dataDirectory, 'ledger', 'chains'))) return;
  rmSync(path.join(dataDirectory, 'ledger', 'index'), { recursive: true, force: true });
}

/** Anything but a folder that is not there counts as in use: it is not for this code to delete. */
function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
