import fc from 'fast-check';
import { MedQuorumError } from '../medquorum-error.ts';
import { codeOf } from '../testing/code-of.ts';
import { CITY, FoundedConsortium, PATIENT, patientArgs, VALLEY } from '../testing/founded-consortium.ts';
import { entryOf, makeParty, NOW_MS, type Party, uuidOf } from '../testing/party.ts';
import { SEED } from '../testing/seed.ts';
import type { Call, InvokeOptions } from '../testing/test-ledger.ts';
import { MAX_ENTRIES, MAX_ENTRIES_BYTES, MAX_INTENT_LIFETIME_MS } from './entry.ts';
import { WRITING_FUNCTIONS } from './functions.ts';
import { KEYS } from './state.ts';

const CALL: Call = 'patient:register';
const at = (offsetMs: number) => new Date(NOW_MS + offsetMs).toISOString();
const newcomer = (name: string) => patientArgs(makeParty('patient', uuidOf(name), null));
const registration = (name: string, fields: object = {}, party: Party = CITY) =>
  entryOf(party, CALL, newcomer(name), fields);

describe('a list of signed entries', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const submit = (entries: readonly unknown[], options?: InvokeOptions) =>
    codeOf(consortium.ledger.submit(CALL, entries, options));
  const invoke = (argument: string) => codeOf(consortium.ledger.simulate(CALL, [argument]));

  it('is carried out as a whole or not at all, and answers in the order of its items', async () => {
    const bad = { ...registration('b'), signature: registration('c').signature };
    expect(await submit([registration('a'), bad])).toBe('MQ_SIGNATURE_INVALID [1]');
    expect(consortium.ledger.state(KEYS.patient(uuidOf('a')))).toBeUndefined();
    const results = await consortium.ledger.submit(CALL, [registration('a'), registration('b')]);
    expect(results).toEqual([uuidOf('a'), uuidOf('b')].map((pseudonym) => ({ pseudonym, keyGeneration: 1 })));
  });

  it('is a JSON list of entries within its limits', async () => {
    for (const argument of ['', 'null', '{}', '[]', '["', '"x"'])
      expect(await invoke(argument)).toBe('MQ_INPUT_INVALID');
    expect(await invoke('[null]')).toBe('MQ_INPUT_INVALID [0]');
    expect(await invoke(JSON.stringify(Array.from({ length: MAX_ENTRIES + 1 }, () => ({}))))).toBe(
      'MQ_INPUT_TOO_LARGE',
    );
    expect(await invoke(`["${'x'.repeat(MAX_ENTRIES_BYTES)}"]`)).toBe('MQ_INPUT_TOO_LARGE');
  });

  it(`may be ${MAX_ENTRIES} entries long`, async () => {
    const entries = Array.from({ length: MAX_ENTRIES }, (_, i) => registration(`newcomer ${i}`));
    expect(await submit(entries)).toBe('no failure');
  });

  it('holds each intent to its channel, chaincode, contract, function and time', async () => {
    expect(await submit([registration('a', { channel: 'other' })])).toBe('MQ_INTENT_CHANNEL [0]');
    expect(await submit([registration('a', { chaincode: 'other' })])).toBe('MQ_INTENT_CHAINCODE [0]');
    expect(await submit([registration('a', { contract: 'registry' })])).toBe('MQ_INTENT_CONTRACT [0]');
    expect(await submit([registration('a', { function: 'rotateKeys' })])).toBe('MQ_INTENT_FUNCTION [0]');
    expect(await submit([registration('a', { notAfter: at(-1) })])).toBe('MQ_INTENT_EXPIRED [0]');
    expect(await submit([registration('a', { notAfter: at(MAX_INTENT_LIFETIME_MS + 1) })])).toBe(
      'MQ_INTENT_LIFETIME [0]',
    );
    expect(await submit([registration('a', { notAfter: at(MAX_INTENT_LIFETIME_MS) })])).toBe('no failure');
    expect(await submit([registration('b', { notAfter: at(0) })])).toBe('no failure');
  });

  it('refuses an intent that is not in form, and a signature over another', async () => {
    const { intent, signature } = registration('a');
    const altered = (change: object) => submit([{ intent: { ...intent, ...change }, signature }]);
    expect(await altered({ nonce: 'with blank' })).toBe('MQ_INTENT_INVALID [0]');
    expect(await altered({ nonce: 'x'.repeat(15) })).toBe('MQ_INTENT_INVALID [0]');
    expect(await altered({ extra: 1 })).toBe('MQ_INTENT_INVALID [0]');
    expect(await altered({ v: 2 })).toBe('MQ_INTENT_INVALID [0]');
    expect(await altered({ nonce: 'another-nonce-of-length' })).toBe('MQ_SIGNATURE_INVALID [0]');
    expect(await altered({ args: newcomer('b') })).toBe('MQ_SIGNATURE_INVALID [0]');
    expect(await submit([{ intent, signature, more: 1 }])).toBe('MQ_INPUT_INVALID [0]');
    expect(await submit([{ intent, signature: signature.slice(1) }])).toBe('MQ_INPUT_INVALID [0]');
  });

  it('takes an author who is registered, with the current key, through his own organisation', async () => {
    const stranger = makeParty('organization', 'StrangerMSP', 'StrangerMSP');
    expect(await submit([registration('a', {}, stranger)], { mspId: stranger.id })).toBe('MQ_AUTHOR_UNKNOWN [0]');
    const later = { ...CITY, keyGeneration: 2 };
    expect(await submit([registration('a', {}, later)])).toBe('MQ_AUTHOR_KEY_GENERATION [0]');
    expect(await submit([registration('a')], { mspId: VALLEY.id })).toBe('MQ_SUBMITTER_NOT_ALLOWED [0]');
    const impostor = { ...VALLEY, id: CITY.id };
    expect(await submit([registration('a', {}, impostor)])).toBe('MQ_SIGNATURE_INVALID [0]');
    expect(await submit([registration('a', {}, PATIENT)], { mspId: VALLEY.id })).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
  });

  it('commits a nonce once, and says which transaction used it', async () => {
    const entry = registration('a', { nonce: 'only-once-and-never-again' });
    const { stub } = await consortium.ledger.simulate(CALL, [JSON.stringify([registration('b'), entry])]);
    const txId = stub.getTxID();
    await stub.commit();
    await expect(consortium.ledger.submit(CALL, [entry])).rejects.toThrow(
      `MQ_INTENT_REPLAYED: [0] the nonce was used by ${txId} [1]`,
    );
    // A nonce is its author's: somebody else may have the same.
    expect(
      await submit([registration('c', { nonce: 'only-once-and-never-again' }, VALLEY)], { mspId: VALLEY.id }),
    ).toBe('no failure');
  });

  it('lets only one of two transactions with the same nonce through, whichever is first', async () => {
    const entry = registration('a');
    const one = await consortium.ledger.simulate(CALL, [JSON.stringify([entry])]);
    const two = await consortium.ledger.simulate(CALL, [JSON.stringify([entry])]);
    await one.stub.commit();
    await expect(two.stub.commit()).rejects.toThrow('MVCC_READ_CONFLICT');
  });

  it('refuses an item that touches what an earlier one writes, and takes it in the next transaction', async () => {
    const entries = ['a', 'a'].map((name) => registration(name));
    expect(await submit(entries)).toBe('MQ_BATCH_CONFLICT [1]');
    expect(await submit(entries.slice(0, 1))).toBe('no failure');
    expect(await submit(entries.slice(1))).toBe('MQ_PATIENT_EXISTS [0]');
    const same = registration('b');
    expect(await submit([same, same])).toBe('MQ_BATCH_CONFLICT [1]');
  });

  it('holds the transaction’s time to the endorser’s clock, on both sides, to the millisecond', async () => {
    const skewMs = 300_000;
    const timed = (name: string, nowMs: number) => submit([registration(name)], { nowMs });
    expect(await timed('a', NOW_MS + skewMs + 1)).toBe('MQ_TIMESTAMP_SKEW');
    expect(await timed('a', NOW_MS - skewMs - 1)).toBe('MQ_TIMESTAMP_SKEW');
    expect(await timed('a', NOW_MS + skewMs)).toBe('no failure');
    expect(await timed('b', NOW_MS - skewMs)).toBe('no failure');
  });

  it('writes the same bytes on every endorser, whatever its clock and organisation', async () => {
    const entries = [registration('a'), registration('b')];
    const on = (nowMs: number) => consortium.ledger.writes(CALL, entries, { nowMs, txId: 'f'.repeat(64) });
    const [one, two] = [await on(NOW_MS), await on(NOW_MS + 299_000)];
    expect(one.writes.length).toBeGreaterThan(0);
    expect(one.writes).toEqual(two.writes);
    expect(one.reads).toEqual(two.reads);
    expect(one.keyPolicies).toEqual(two.keyPolicies);
  });

  it('answers whatever it is given with a code of its own, and nothing of what stood there', async () => {
    const calls = Object.entries(WRITING_FUNCTIONS).flatMap(([contract, functions]) =>
      Object.keys(functions).map((fn): Call => `${contract}:${fn}`),
    );
    const secret = 'f41d-secret';
    const anyJson = fc.jsonValue({ maxDepth: 4 }).map((value) => ({ [secret]: value, more: value }));
    const anyArgs = fc.oneof(anyJson, fc.jsonValue(), fc.constant([secret]));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...calls), anyArgs, fc.boolean(), async (call, args, isSigned) => {
        const entry = isSigned ? entryOf(CITY, call, JSON.parse(canonicalIntegers(args))) : args;
        const error = await consortium.ledger.submit(call, [entry]).then(
          () => undefined,
          (cause: unknown) => cause as Error,
        );
        expect(error).toBeInstanceOf(MedQuorumError);
        expect(error?.message).toMatch(/^MQ_[A-Z_]+: \[0\] /);
        expect(error?.message).not.toContain(secret);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it('sets no event, so that nothing leaves by one', async () => {
    expect((await consortium.ledger.writes(CALL, [registration('a')])).event).toBeUndefined();
  });

  it('lets an organisation veto, which changes nothing but whether it takes part', async () => {
    const veto = () => {
      throw new MedQuorumError('MQ_VETOED', 'not here');
    };
    expect(await submit([registration('a')], { veto })).toBe('MQ_VETOED [0]');
    expect(await submit([registration('a')])).toBe('no failure');
  });
});

/** Intents have integers alone. */
function canonicalIntegers(value: unknown): string {
  return JSON.stringify(value, (_, member) => (typeof member === 'number' ? Math.trunc(member) % 1e9 : member));
}
