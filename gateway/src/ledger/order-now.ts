import { randomBytes } from 'node:crypto';
import type { Ledger } from './ledger.ts';

/**
 * Orders a transaction that writes nothing: it prunes a nonce that nobody has used. Whoever has its block has all that was ordered before.
 *
 * @returns its block
 * @throws LedgerFault
 */
export async function orderNow(ledger: Pick<Ledger, 'plan'>, mspId: string): Promise<number> {
  const unused = { kind: 'organization', id: mspId, nonce: randomBytes(24).toString('base64url') };
  const request = { contract: 'registry', functionName: 'pruneNonces', args: [JSON.stringify([unused])] };
  return (await ledger.plan(request).run(Promise.resolve())).blockNumber;
}
