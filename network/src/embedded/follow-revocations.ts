import { mkdirSync, watch } from 'node:fs';
import path from 'node:path';
import type { MspConfig } from '../msp/msp-config.ts';
import type { OrganizationMaterial } from '../pki/load-material.ts';
import { loadMspFolder } from '../pki/msp-folder.ts';

/** A changed list is read once its writer has been quiet for so long. */
const QUIET_MS = 50;

/** Whoever takes changed MSPs while it runs. */
export type MspReceiver = Readonly<{ updateMsp(config: MspConfig): void }>;

/**
 * Watches the revocation lists of the organisations and hands changed MSPs on. One that cannot be read is reported
 * and the MSP in force stays.
 */
export function followRevocations(
  material: ReadonlyMap<string, OrganizationMaterial>,
  receiver: MspReceiver,
  report: (line: string) => void,
): Readonly<{ close(): void }> {
  const watches = [...material.values()]
    .filter(({ holders }) => holders.orderers.size === 0)
    .map(({ mspId, layout }) => {
      const reload = async () => {
        try {
          receiver.updateMsp(await loadMspFolder(mspId, layout.publicMsp.root));
          report(`${mspId}: revocation list taken over`);
        } catch (error) {
          report(`${mspId}: the revocation list cannot be used: ${error instanceof Error ? error.message : error}`);
        }
      };
      return watchFolder(path.dirname(layout.publicMsp.revocationList), reload);
    });
  return {
    close() {
      for (const { close } of watches) close();
    },
  };
}

function watchFolder(folder: string, changed: () => Promise<void>): Readonly<{ close(): void }> {
  let quiet: NodeJS.Timeout | undefined;
  mkdirSync(folder, { recursive: true }); // a folder that is not there cannot be watched
  const watcher = watch(folder, { persistent: false }, () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => void changed(), QUIET_MS);
  });
  return {
    close() {
      clearTimeout(quiet);
      watcher.close();
    },
  };
}
