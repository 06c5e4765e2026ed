import { X509Certificate } from 'node:crypto';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import { BoundedCache } from '../../msp/bounded-cache.ts';
import { bytesKey } from '../../msp/bytes-key.ts';
import type { ErrorDetail } from '../../protocol/rpc-error.ts';
import type { ProposalOutline } from '../../protocol/unpacked-proposal.ts';
import { VALIDATION_CODES, validationCodeName } from '../../protocol/validation-code.ts';
import type { CommittedBlock } from '../ledger/ledger.ts';

/** Endorsed transactions that are remembered until they are committed. */
export const MAX_OPEN_TRANSACTIONS = 10_000;
const MAX_NAME_LENGTH = 80;

/** The part of a pino logger that is used. */
export type NetworkLog = Readonly<{
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}>;

type OpenTransaction = Readonly<{
  chaincode: string;
  function: string;
  creator: string;
  endorsers: readonly string[];
  keys: readonly string[];
  beganMs: number;
}>;

/** Writes one log line for each transaction: at its commit, or where its endorsement failed. */
export class TransactionJournal {
  readonly #open = new Map<string, OpenTransaction>();
  readonly #log: NetworkLog;

  constructor(log: NetworkLog) {
    this.#log = log;
  }

  /** Remembers an endorsed transaction. `beganMs`: from `performance.now()` at the start of the call. */
  endorsed(outline: ProposalOutline, endorsers: readonly string[], keys: readonly string[], beganMs: number): void {
    const { txId, ...described } = describe(outline);
    this.#open.set(txId, { ...described, endorsers, keys, beganMs });
    if (this.#open.size <= MAX_OPEN_TRANSACTIONS) return;
    const oldest = this.#open.keys().next();
    if (!oldest.done) this.#open.delete(oldest.value);
  }

  /** A call that came to no endorsement, with what each organisation said, the chaincode's own error included. */
  failed(outline: ProposalOutline, errors: readonly ErrorDetail[], message: string, beganMs: number): void {
    const reasons = errors.length > 0 ? errors.map((error) => `${error.mspId}: ${error.message}`) : [message];
    const durationMs = Math.round(performance.now() - beganMs);
    this.#log.warn({ ...describe(outline), errors: reasons, durationMs }, 'transaction not endorsed');
  }

  committed(block: CommittedBlock): void {
    for (const { txId, code } of block.outcomes) {
      const transaction = this.#open.get(txId);
      this.#open.delete(txId);
      const { beganMs, ...described } = transaction ?? {};
      const durationMs = beganMs === undefined ? undefined : Math.round(performance.now() - beganMs);
      const fields = { txId, blockNumber: block.number, code: validationCodeName(code), ...described, durationMs };
      if (code === VALIDATION_CODES.VALID) this.#log.info(fields, 'transaction committed');
      else this.#log.warn(fields, 'transaction not valid');
    }
  }
}

type Description = Readonly<{ txId: string; chaincode: string; function: string; creator: string }>;

function describe({ header, payload, specifiedChaincode }: ProposalOutline): Description {
  const txId = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTxId();
  const creator = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).getCreator_asU8();
  const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8());
  const [functionName] = invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
  const name = Buffer.from(functionName ?? '')
    .toString('utf8')
    .slice(0, MAX_NAME_LENGTH);
  return { txId, chaincode: specifiedChaincode ?? '', function: name, creator: describeCreator(creator) };
}

const MAX_CACHED_CREATORS = 1_000;
const creatorNames = new BoundedCache<string>(MAX_CACHED_CREATORS);

function describeCreator(serialized: Uint8Array): string {
  const key = bytesKey(serialized);
  const known = creatorNames.get(key);
  if (known !== undefined) return known;
  const name = nameCreator(serialized);
  creatorNames.set(key, name);
  return name;
}

function nameCreator(serialized: Uint8Array): string {
  try {
    const identity = msp.SerializedIdentity.deserializeBinary(serialized);
    const { subject } = new X509Certificate(identity.getIdBytes_asU8());
    const name = /^CN=(.*)$/m.exec(subject)?.[1] ?? 'unnamed';
    return `${name}@${identity.getMspid()}`;
  } catch {
    return 'unreadable';
  }
}
