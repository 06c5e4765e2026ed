import fc from 'fast-check';
import { consortiumConfiguration, type RecordClass } from '../consortium/consortium-configuration.ts';
import { classPolicy } from '../endorsement/class-policy.ts';
import { encodeSignaturePolicy } from '../endorsement/signature-policy.ts';
import { KEYS } from '../ledger/state.ts';
import { codeOf } from '../testing/code-of.ts';
import {
  CITY,
  CLINICIAN,
  CONFIGURATION,
  FoundedConsortium,
  header,
  MERIDIAN,
  PATIENT,
  REGULATOR,
  UNITY,
  VALLEY,
} from '../testing/founded-consortium.ts';
import { entryOf, type IntentFields, type Party, uuidOf } from '../testing/party.ts';
import { SEED } from '../testing/seed.ts';
import type { Call } from '../testing/test-ledger.ts';

const CLINICAL: RecordClass = { name: 'clinical', attestations: 2, endorsements: 2 };
const configurationWith = (change: Partial<RecordClass>) => ({
  ...CONFIGURATION,
  recordClasses: [{ ...CLINICAL, ...change }, ...CONFIGURATION.recordClasses.slice(1)],
});
/** The key policy of a clinical head of City under a class, as Fabric stores it. */
const policyOf = (change: Partial<RecordClass>) =>
  Buffer.from(
    encodeSignaturePolicy(
      classPolicy(consortiumConfiguration(configurationWith(change), 'c'), { ...CLINICAL, ...change }, CITY.id),
    ),
  );

describe('a record class that changes', () => {
  let consortium: FoundedConsortium;
  beforeEach(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterEach(() => consortium.close());

  const configure = (configuration: object) => {
    const headDigest = consortium.head(KEYS.configuration());
    return consortium.submit(REGULATOR, 'registry:configure', { configuration }, { headDigest });
  };
  /** The policy that a call puts on the head of a record, without committing it. */
  const policyBy = async (recordId: string, party: Party, call: Call, args: object, fields: IntentFields = {}) => {
    const entry = entryOf(party, call, { recordId, ...args }, fields);
    const { keyPolicies } = await consortium.ledger.writes(call, [entry], { mspId: party.mspId ?? '' });
    return [...keyPolicies];
  };

  it('asks at activation for the attestations that it needs then, more or fewer than when the version was proposed', async () => {
    const raised = await consortium.propose('raised');
    await consortium.attest(raised, [CITY, VALLEY]);
    await configure(configurationWith({ attestations: 3 }));
    expect(await codeOf(consortium.activate(raised, [CITY, VALLEY]))).toBe('MQ_ATTESTATIONS_MISSING [0]');
    await consortium.attest(raised, [UNITY]);
    expect(await codeOf(consortium.activate(raised, [CITY, VALLEY, UNITY]))).toBe('no failure');
    const lowered = await consortium.propose('lowered');
    await consortium.attest(lowered, [MERIDIAN]);
    await configure(configurationWith({ attestations: 1 }));
    expect(await codeOf(consortium.activate(lowered, [MERIDIAN]))).toBe('no failure');
  });

  it('leaves active what is active', async () => {
    const recordId = await consortium.activeRecord('active before');
    await configure(configurationWith({ attestations: 5 }));
    expect(await consortium.ledger.read('record:get', recordId)).toMatchObject({ activeVersion: 1 });
  });

  it('puts its policy on a head at every write of it, by whichever method', async () => {
    const recordId = await consortium.activeRecord('record');
    const proposed = await consortium.propose('proposed');
    await consortium.attest(proposed, [VALLEY, UNITY, MERIDIAN]);
    await configure(configurationWith({ endorsements: 4 }));
    const key = KEYS.record(recordId);
    const headDigest = consortium.recordHead(recordId);
    const expected = [[key, policyOf({ endorsements: 4 })]];
    const amendment = { version: 2, header: header() };
    expect(await policyBy(recordId, CLINICIAN, 'record:amend', amendment, { headDigest })).toEqual(expected);
    const mark = { version: 1, reason: 'wrong-content' };
    expect(await policyBy(recordId, CLINICIAN, 'record:markEnteredInError', mark, { headDigest })).toEqual(expected);
    expect(await policyBy(recordId, CITY, 'record:renewPolicy', {})).toEqual(expected);
    const activation = { version: 1, attestedBy: [VALLEY.id, UNITY.id, MERIDIAN.id] };
    const fields = { headDigest: consortium.recordHead(proposed) };
    expect(await policyBy(proposed, CITY, 'record:activate', activation, fields)).toEqual([
      [KEYS.record(proposed), policyOf({ endorsements: 4 })],
    ]);
  });

  it('renews the policy of a head and nothing else of it, for its custodian and the regulator', async () => {
    const recordId = await consortium.activeRecord('record');
    const head = consortium.recordHead(recordId);
    const renew = (party: Party, id = recordId) =>
      codeOf(consortium.submit(party, 'record:renewPolicy', { recordId: id }));
    expect(await renew(VALLEY)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await renew(CLINICIAN)).toBe('MQ_AUTHOR_NOT_ALLOWED [0]');
    expect(await renew(CITY, uuidOf('nothing'))).toBe('MQ_RECORD_NOT_FOUND [0]');
    expect(await renew(CITY)).toBe('no failure');
    expect(await renew(REGULATOR)).toBe('no failure');
    expect(consortium.recordHead(recordId)).toBe(head);
  });

  it('stays, and stays in the collection or in clear as it began', async () => {
    const [clinical, claim, segregated] = CONFIGURATION.recordClasses;
    const refused = (recordClasses: readonly unknown[]) => codeOf(configure({ ...CONFIGURATION, recordClasses }));
    expect(await refused([clinical, segregated])).toBe('MQ_CONFIGURATION_INVALID [0]');
    expect(await refused([{ ...clinical, collection: 'another' }, claim, segregated])).toBe(
      'MQ_CONFIGURATION_INVALID [0]',
    );
    expect(await refused([clinical, claim, { ...segregated, collection: 'another' }])).toBe(
      'MQ_CONFIGURATION_INVALID [0]',
    );
    const { collection: _none, ...open } = segregated ?? {};
    expect(await refused([clinical, claim, open])).toBe('MQ_CONFIGURATION_INVALID [0]');
    expect(await refused([clinical, claim, segregated, { ...CLINICAL, name: 'dental' }])).toBe('no failure');
  });

  it('takes no new records once it is closed; those it has go on', async () => {
    const recordId = await consortium.propose('before');
    await consortium.attest(recordId, [VALLEY, UNITY]);
    expect(await codeOf(configure(configurationWith({ closed: false as never })))).toBe('MQ_INPUT_INVALID [0]');
    await configure(configurationWith({ closed: true }));
    expect(await codeOf(consortium.propose('after'))).toBe('MQ_RECORD_CLASS_CLOSED [0]');
    await consortium.activate(recordId, [VALLEY, UNITY]);
    const headDigest = consortium.recordHead(recordId);
    const args = { recordId, version: 2, header: header() };
    expect(await codeOf(consortium.submit(CLINICIAN, 'record:amend', args, { headDigest }))).toBe('no failure');
  });
});

/** What happens to one record and its class, in any order. */
const authority = fc.constantFrom(CITY, VALLEY, UNITY, MERIDIAN, REGULATOR);
const agreed = fc.record({
  attestations: fc.integer({ min: 1, max: 4 }),
  endorsements: fc.integer({ min: 1, max: 5 }),
});
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('attest' as const), by: authority }) },
  { weight: 3, arbitrary: fc.constant({ what: 'activate' as const }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('configure' as const), agreed }) },
  { weight: 1, arbitrary: fc.constant({ what: 'amend' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'renew' as const }) },
);

/** One record of City, with what the ledger is expected to know of it. */
class RecordUnderChange {
  agreed = { attestations: 2, endorsements: 2 };
  /** Of the head's key, as Fabric has it. */
  policy: Buffer | undefined;
  attesters = new Set<string>();
  isProposed = false;
  readonly #consortium: FoundedConsortium;
  readonly #recordId: string;
  #version = 0;

  constructor(consortium: FoundedConsortium, name: string) {
    this.#consortium = consortium;
    this.#recordId = uuidOf(name);
  }

  async configure(agreed: Readonly<{ attestations: number; endorsements: number }>): Promise<void> {
    const headDigest = this.#consortium.head(KEYS.configuration());
    const args = { configuration: configurationWith(agreed) };
    await this.#consortium.submit(REGULATOR, 'registry:configure', args, { headDigest });
    this.agreed = agreed;
  }

  async propose(): Promise<void> {
    const first = { patient: PATIENT.id, class: 'clinical', header: header() };
    if (this.#version === 0) await this.#write(CLINICIAN, 'record:propose', first, 'no head');
    else await this.#write(CLINICIAN, 'record:amend', { version: this.#version + 1, header: header() });
    this.#version += 1;
    this.attesters = new Set();
    this.isProposed = true;
  }

  async attest(by: Party): Promise<void> {
    if (this.attesters.has(by.id)) return;
    await this.#consortium.attest(this.#recordId, [by], this.#version);
    this.attesters.add(by.id);
  }

  async activate(): Promise<void> {
    await this.#write(CITY, 'record:activate', { version: this.#version, attestedBy: [...this.attesters] });
    this.isProposed = false;
  }

  async renew(): Promise<void> {
    await this.#write(CITY, 'record:renewPolicy', {}, 'no head');
  }

  async #write(party: Party, call: Call, args: object, head: 'head' | 'no head' = 'head'): Promise<void> {
    const { ledger } = this.#consortium;
    const fields = head === 'head' ? { headDigest: this.#consortium.recordHead(this.#recordId) } : {};
    const entry = entryOf(party, call, { recordId: this.#recordId, ...args }, fields);
    const options = { mspId: party.mspId ?? '' };
    const { keyPolicies } = await ledger.writes(call, [entry], options);
    await ledger.submit(call, [entry], options);
    this.policy = keyPolicies.get(KEYS.record(this.#recordId)) ?? this.policy;
  }
}

describe('no change of a class', () => {
  let consortium: FoundedConsortium;
  beforeAll(async () => {
    consortium = await FoundedConsortium.found();
  });
  afterAll(() => consortium.close());

  it('lets fewer authorities than are agreed then activate a version, or a head be written without the policy agreed then', async () => {
    let records = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 24 }), async (steps) => {
        const record = new RecordUnderChange(consortium, `record ${records++}`);
        await record.configure({ attestations: 2, endorsements: 2 });
        await record.propose();
        for (const one of steps) {
          const before = record.policy;
          const isWritten = one.what === 'amend' || one.what === 'renew' || one.what === 'activate';
          if (one.what === 'attest') await record.attest(one.by);
          else if (one.what === 'configure') await record.configure(one.agreed);
          else if (one.what === 'amend') await record.propose();
          else if (one.what === 'renew') await record.renew();
          else if (record.isProposed && record.attesters.size >= record.agreed.attestations) await record.activate();
          else {
            const refusal = /MQ_(ATTESTATIONS_MISSING|RECORD_STATUS|INPUT_INVALID)/;
            await expect(record.activate()).rejects.toThrow(refusal);
            expect(record.policy).toBe(before);
            continue;
          }
          // Fabric holds the next write of the head to what was agreed when it was last written.
          expect(record.policy).toEqual(isWritten ? policyOf(record.agreed) : before);
        }
      }),
      { seed: SEED, numRuns: 40 },
    );
  }, 120_000);
});
