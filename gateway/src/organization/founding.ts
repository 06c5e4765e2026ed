import { configurationFromTopology } from '@medquorum/chaincode/consortium/consortium-configuration';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { canonicalJson } from '@medquorum/crypto/encoding/canonical-json';
import type { Logger } from 'pino';
import { type Consortium, organizationOf } from '../config/consortium-file.ts';
import { GatewayError } from '../gateway-error.ts';
import type { EntrySigner } from '../identity/entry-signer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { LedgerFault } from '../ledger/ledger-fault.ts';
import type { Operations } from '../operation/operations.ts';
import type { Authors } from './authors.ts';

type Options = Readonly<{
  consortium: Consortium;
  authors: Authors;
  signer: EntrySigner;
  operations: Operations;
  ledger: Pick<Ledger, 'evaluate'>;
  log: Logger;
  /** Ends the waiting when the gateway stops. */
  signal: AbortSignal;
}>;

const RETRY_MS = 1000;
/** Others' gateways start at their own pace: the regulator waits for the first answer of the ledger, not for them. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'MQ_LEDGER_UNAVAILABLE',
  'MQ_LEDGER_CONFLICT',
  'MQ_LEDGER_REFUSED',
  'MQ_OPERATION_PENDING',
  'MQ_TIMESTAMP_SKEW',
  // Another organisation's peer has not the block yet in which this one was registered.
  'MQ_AUTHOR_UNKNOWN',
]);

/**
 * Puts the organisation on the ledger when it is absent; the regulator's gateway also the consortium's configuration.
 * Waits for a ledger that is not up yet, until the gateway stops.
 */
export async function found(options: Options): Promise<void> {
  const { authors, consortium, log } = options;
  const own = organizationOf(consortium, authors.mspId);
  await untilDone(options, 'organization', async () => {
    if (await exists(options, 'registry', 'getOrganization', authors.mspId)) return;
    const { encryption, signing } = authors.keys;
    const args = {
      kind: own.application.kind,
      signingKey: signing.publicKey,
      encryptionKey: { kem: 'X25519' as const, publicKey: Buffer.from(encryption.publicKey).toString('base64url') },
      facilities: own.application.facilities.map(({ id, zones }) => ({
        id,
        zones: zones as ('clinical' | 'administrative' | 'research')[],
      })),
    };
    await write(options, 'registerOrganizations', [`organization:${authors.mspId}`], () =>
      options.signer.sign(authors.organization(), 'registry', 'registerOrganizations', args),
    );
    log.info({ mspId: authors.mspId }, 'organisation registered');
  });
  if (own.application.kind !== 'regulator') return;
  await untilDone(options, 'configuration', async () => {
    if (await exists(options, 'registry', 'getConfiguration')) return;
    const configuration = configurationFromTopology(consortium);
    await write(options, 'configure', ['configuration'], () =>
      options.signer.sign(authors.organization(), 'registry', 'configure', { configuration }),
    );
    log.info({ digestOf: canonicalJson(configuration).length }, 'consortium configured');
  });
}

async function write(
  { operations }: Options,
  functionName: 'registerOrganizations' | 'configure',
  touches: readonly string[],
  makeEntry: () => ReturnType<EntrySigner['sign']>,
): Promise<void> {
  const request = { principalId: 'gateway', idempotencyKey: undefined, requestDigest: '' };
  await operations.run(request, async () => ({
    contract: 'registry',
    functionName,
    policy: 'chaincode',
    entries: [makeEntry()],
    touches,
  }));
}

async function exists(
  { ledger }: Options,
  contract: string,
  functionName: string,
  ...args: string[]
): Promise<boolean> {
  try {
    await ledger.evaluate({ contract, functionName, args });
    return true;
  } catch (error) {
    const absent =
      error instanceof LedgerFault &&
      (error.code === 'MQ_ORGANIZATION_NOT_FOUND' || error.code === 'MQ_NOT_CONFIGURED');
    if (absent) return false;
    throw error;
  }
}

async function untilDone({ log, signal }: Options, what: string, attempt: () => Promise<void>): Promise<void> {
  for (;;) {
    if (signal.aborted)
      throw new GatewayError('MQ_LEDGER_UNAVAILABLE', 'stopped before the organisation was on the ledger');
    try {
      return await attempt();
    } catch (error) {
      const already = error instanceof MedQuorumError && error.code === 'MQ_ORGANIZATION_EXISTS';
      if (already) return;
      const passing =
        (error instanceof GatewayError && TRANSIENT.has(error.code)) ||
        (error instanceof MedQuorumError && TRANSIENT.has(error.code)) ||
        (error instanceof LedgerFault && error.kind !== 'chaincode');
      if (!passing) throw error;
      log.info({ what, reason: error.message }, 'waiting for the ledger');
      await pause(RETRY_MS, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
