import type { Logger } from 'pino';
import type { Database } from '../database/open-database.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { orderNow } from '../ledger/order-now.ts';
import type { BlockFollower } from '../readmodel/follow-blocks.ts';

type Options = Readonly<{
  db: Database;
  ledger: Pick<Ledger, 'plan'>;
  follower: Pick<BlockFollower, 'status' | 'waitFor'>;
  mspId: string;
  log: Logger;
  /** Ends the waiting when the gateway stops. */
  signal: AbortSignal;
}>;

const RETRY_MS = 1000;
const PROJECTED_WAIT_MS = 5000;

/**
 * A restored gateway reads everything that was committed before this moment, withdrawals above all, before it answers anybody. The own peer may
 * itself be behind, and nobody here knows how far: so a transaction is ordered that changes nothing, and where that stands, all before it does.
 *
 * @throws GatewayError `MQ_STATE_NOT_TRUSTED` where the peer's chain does not follow the restored read model, `MQ_LEDGER_UNAVAILABLE` when stopped
 */
export async function catchUpAfterRestore(options: Options): Promise<void> {
  const { db, ledger, follower, mspId, log, signal } = options;
  const restored = await db.selectFrom('restoration').selectAll().executeTakeFirst();
  if (restored === undefined) return;
  log.info({ takenAt: restored.takenAt }, 'restored: reading what was committed since the backup');
  let target: number | undefined;
  for (;;) {
    if (signal.aborted) throw new GatewayError('MQ_LEDGER_UNAVAILABLE', 'stopped before what was committed was read');
    const { connected, nextBlock, stopped } = follower.status;
    if (stopped !== undefined) throw new GatewayError('MQ_STATE_NOT_TRUSTED', stopped);
    try {
      target ??= await orderNow(ledger, mspId);
      await follower.waitFor(target, PROJECTED_WAIT_MS);
      break;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      log.info(
        { reason, connected, nextBlock, target },
        'waiting for the ledger: the peer must have this block and all that follow',
      );
      if (target === undefined) await pause(signal);
    }
  }
  await db.deleteFrom('restoration').execute();
  log.info({ nextBlock: follower.status.nextBlock }, 'what was committed since the backup is read');
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, RETRY_MS);
    signal.addEventListener('abort', end);
  });
}
