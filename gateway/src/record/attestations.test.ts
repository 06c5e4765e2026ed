import { KEYS, type StateKind, type StateOf } from '@medquorum/chaincode/ledger/state';
import { codeOf } from '@medquorum/chaincode/testing/code-of';
import {
  CITY,
  CONFIGURATION,
  FoundedConsortium,
  MERIDIAN,
  ORGANIZATIONS,
  REGULATOR,
  UNITY,
  VALLEY,
} from '@medquorum/chaincode/testing/founded-consortium';
import { CHAINCODE, CHANNEL, NOW_MS, sha } from '@medquorum/chaincode/testing/party';
import type { Call } from '@medquorum/chaincode/testing/test-ledger';
import { EntrySigner } from '../identity/entry-signer.ts';
import { SigningKey } from '../identity/signing-key.ts';
import type { Writer } from '../operation/writer.ts';
import type { ReadModel, Seen } from '../readmodel/read-model.ts';
import { Attestations } from './attestations.ts';

const WRITE = { principalId: 'attester', idempotencyKey: undefined, requestDigest: 'activate' };
const HOUR_MS = 3_600_000;

/** City's gateway without its database: it reads the ledger's own state, and writes to it at once. */
function attestationsAt({ ledger }: FoundedConsortium): Attestations {
  const seen = (key: string) => {
    const state = ledger.state(key);
    return state && { state, txId: '', blockNumber: 0, timeMs: NOW_MS, flaw: null };
  };
  const keyOf = (kind: StateKind, attributes: readonly unknown[]) =>
    (KEYS[kind] as (...attributes: readonly unknown[]) => string)(...attributes);
  const readModel = {
    find: async (kind: StateKind, ...attributes: unknown[]) => seen(keyOf(kind, attributes)),
    settled: async (kind: StateKind, ...attributes: unknown[]) => seen(keyOf(kind, attributes))?.state,
    trusted: async (kind: StateKind, ...attributes: unknown[]) => seen(keyOf(kind, attributes))?.state,
    list: async (_kind: 'attestation', { recordId = '' }) =>
      ORGANIZATIONS.flatMap(({ id }) => seen(KEYS.attestation(recordId, 1, id)) ?? []) as Seen<
        StateOf<'attestation'>
      >[],
  } as unknown as Pick<ReadModel, 'find' | 'list' | 'settled' | 'trusted'>;
  const write: Writer['write'] = async (_request, contract, functionName, plan) => {
    const { entries } = await plan();
    const call: Call = `${contract}:${functionName}`;
    const results = await ledger.submit(call, entries);
    return { operationId: '', txId: sha(call), blockNumber: 0, index: 0, results, entries };
  };
  const author = { kind: 'organization' as const, id: CITY.id, keyGeneration: 1 };
  return new Attestations({
    readModel,
    writer: { write },
    signer: new EntrySigner({ channel: CHANNEL, chaincode: CHAINCODE, lifetimeMs: HOUR_MS, nowMs: () => NOW_MS }),
    authors: { organization: () => ({ author, key: new SigningKey(CITY.seed) }) },
    ciphertexts: { fetch: () => Promise.reject(new Error('activation fetches no content')) },
  });
}

describe('the activation of a version', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const leave = () => {
    const members = CONFIGURATION.members.filter(({ mspId }) => mspId !== MERIDIAN.id);
    const headDigest = consortium.head(KEYS.configuration());
    const configuration = { ...CONFIGURATION, members };
    return consortium.submit(REGULATOR, 'registry:configure', { configuration }, { headDigest });
  };
  const suspend = () => {
    const party = { kind: 'organization', id: MERIDIAN.id };
    return consortium.submit(REGULATOR, 'registry:suspend', { party, reason: 'inquiry' });
  };

  it.each([
    ['is no member any more', leave],
    ['is suspended', suspend],
  ])('neither counts nor names an authority that %s, and goes on with another', async (_what, change) => {
    const attestations = attestationsAt(consortium);
    const recordId = await consortium.propose('record');
    await consortium.attest(recordId, [VALLEY, MERIDIAN]);
    expect(await attestations.attestedBy(recordId, 1)).toEqual([MERIDIAN.id, VALLEY.id]);
    await change();
    expect(await attestations.attestedBy(recordId, 1)).toEqual([VALLEY.id]);
    expect(await codeOf(attestations.activate(WRITE, recordId, 1))).toMatch('MQ_ATTESTATIONS_MISSING');
    await consortium.attest(recordId, [UNITY]);
    await attestations.activate(WRITE, recordId, 1);
    expect(await consortium.ledger.read('record:get', recordId)).toMatchObject({ activeVersion: 1 });
  });
});
