import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ArgsOf, ContractName, FunctionName } from '@medquorum/chaincode/ledger/functions';
import { consortiumConfigure } from '@medquorum/gateway/cli/consortium-configure';
import { consortiumDiff } from '@medquorum/gateway/cli/consortium-diff';
import { consortiumRenewPolicies } from '@medquorum/gateway/cli/consortium-renew-policies';
import { organizationSigner } from '@medquorum/gateway/cli/organization-signer';
import { gatewayConfig } from '@medquorum/gateway/config/gateway-config';
import { loadConfig } from '@medquorum/gateway/config/load-config';
import { openDatabase } from '@medquorum/gateway/database/open-database';
import { FabricLedger } from '@medquorum/gateway/ledger/fabric-ledger';
import { readModelDigest } from '@medquorum/gateway/readmodel/read-model-digest';
import {
  CITY,
  MERIDIAN,
  REGULATOR,
  TestConsortium,
  UNITY,
  until,
  VALLEY,
} from '@medquorum/gateway/testing/test-consortium';
import { stringify } from 'yaml';

const ALL = [REGULATOR, CITY, VALLEY, UNITY, MERIDIAN];
const CONTENT = { resourceType: 'Observation', status: 'final', code: { text: 'glucose' } };
const ENDORSEMENT_POLICY_FAILURE = 'validation code 10';

describe('a record class that changes under running gateways', () => {
  let consortium: TestConsortium;
  let patient: string;
  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await Promise.all(ALL.map((mspId) => consortium.gateway(mspId)));
    await consortium.practitioner(CITY, 'clinician');
    patient = (await consortium.as(CITY, 'clinician', 'POST', '/patients', { wallet: 'custodial' })).json().pseudonym;
  }, 120_000);
  afterAll(() => consortium.close(), 60_000);

  /** A description that says otherwise of class `clinical`. */
  const described = (name: string, change: object) => {
    const { application, ...rest } = consortium.topology;
    const recordClasses = (application.recordClasses as { name: string }[]).map((it) =>
      it.name === 'clinical' ? { ...it, ...change } : it,
    );
    const file = path.join(consortium.directory, `${name}.yaml`);
    writeFileSync(file, stringify({ ...rest, application: { ...application, recordClasses } }));
    return file;
  };
  /** Runs a command as the operator of an organisation does, with the settings of its gateway. */
  const run = async (
    command: typeof consortiumDiff,
    mspId: string,
    consortiumFile: string,
    ...more: readonly string[]
  ) => {
    const settings = await consortium.settings(mspId, { consortiumFile });
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    let output = '';
    const stream = { write: (text: string) => (output += text) };
    const status = await command.run([...flags, ...more], { stdout: stream, stderr: stream });
    return { status, output };
  };
  const propose = () => consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content: CONTENT });
  const attesters = async (recordId: string) => {
    const { versions } = (await consortium.as(CITY, 'clinician', 'GET', `/records/${recordId}/history`)).json();
    return versions[0].attestations.map(({ mspId }: { mspId: string }) => mspId) as string[];
  };
  const active = (recordId: string) =>
    until('the record is active', async () => {
      const { standing } = (await consortium.as(CITY, 'clinician', 'GET', `/records/${recordId}`)).json();
      return standing === 'active' ? true : undefined;
    });
  /** Straight to the ledger, signed by an organisation. */
  const submit = async <C extends ContractName, F extends FunctionName<C>>(
    mspId: string,
    [contract, functionName]: readonly [C, F],
    args: ArgsOf<C, F>,
    organizations?: readonly string[],
  ) => {
    const config = gatewayConfig(loadConfig({ flags: await consortium.settings(mspId) }));
    const ledger = new FabricLedger(config.ledger);
    try {
      const { signer, author } = await organizationSigner(config, ledger);
      const entries = JSON.stringify([signer.sign(author, contract, functionName, args)]);
      const request = { contract, functionName, args: [entries], ...(organizations && { organizations }) };
      return await ledger.plan(request).run(Promise.resolve());
    } finally {
      ledger.close();
    }
  };
  /** A write of a record's head that these organisations endorse. */
  const writeHead = (recordId: string, organizations: readonly string[]) =>
    submit(CITY, ['record', 'renewPolicy'], { recordId }, organizations);
  /** The digest of every gateway's read model, once all are equal. */
  const digest = () =>
    until('equal read models', async () => {
      const found = await Promise.all(
        ALL.map(async (mspId) => {
          const db = await openDatabase(String((await consortium.settings(mspId))['database.url']), 1);
          try {
            return (await readModelDigest(db)).digest;
          } finally {
            await db.destroy();
          }
        }),
      );
      return new Set(found).size === 1 ? found[0] : undefined;
    });

  it('is compared, tried and applied by a command while clients write, and followed by every gateway', async () => {
    const before = (await propose()).json().recordId as string;
    await active(before);
    const file = described('next', { attestations: 3, endorsements: 4 });
    expect((await run(consortiumDiff, CITY, file)).status).toBe(1);
    const dry = await run(consortiumConfigure, REGULATOR, file, '--dry-run');
    expect(dry).toMatchObject({ status: 0, output: expect.stringContaining('nothing was submitted') });
    for (const mspId of ALL) expect(dry.output).toContain(`${mspId}: agrees\n`);
    await expect(run(consortiumConfigure, CITY, file)).rejects.toThrow('MQ_AUTHOR_NOT_ALLOWED');

    let isWriting = true;
    const written: number[] = [];
    const writer = async () => {
      while (isWriting) written.push((await propose()).statusCode);
    };
    const writers = [writer(), writer()];
    const applied = await run(consortiumConfigure, REGULATOR, file);
    const until10 = written.length + 10;
    await until('ten writes more', async () => (written.length >= until10 ? true : undefined));
    isWriting = false;
    await Promise.all(writers);
    expect(applied.output).toContain('recordClasses.clinical.attestations: 2 -> 3\n');
    expect(applied).toMatchObject({
      status: 0,
      output: expect.stringMatching(/configured in block \d+ by [0-9a-f]{64}/),
    });
    expect(new Set(written)).toEqual(new Set([201]));
    expect(await run(consortiumDiff, CITY, file)).toMatchObject({ status: 0 });
    expect((await run(consortiumConfigure, REGULATOR, file)).output).toContain('nothing to change');

    const { recordId } = (await propose()).json();
    await active(recordId);
    expect((await attesters(recordId)).length).toBeGreaterThanOrEqual(3);
    // A head that was written since has the new policy; one that was not keeps the old until it is renewed.
    await expect(writeHead(recordId, [CITY, VALLEY, UNITY])).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
    await writeHead(recordId, [CITY, VALLEY, UNITY, MERIDIAN]);
    await writeHead(before, [CITY, VALLEY, UNITY]);
    await expect(writeHead(before, [CITY, VALLEY, UNITY])).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
  }, 120_000);

  it('has its records attested after all by authorities that were suspended when they were proposed', async () => {
    const parties = [VALLEY, UNITY, MERIDIAN].map((id) => ({ kind: 'organization' as const, id }));
    for (const party of parties) await submit(REGULATOR, ['registry', 'suspend'], { party, reason: 'inquiry' });
    const { recordId } = (await propose()).json();
    await until('the regulator has attested', async () =>
      (await attesters(recordId)).includes(REGULATOR) ? true : undefined,
    );
    await digest(); // the others have seen the record by now, and its attestation
    expect(await attesters(recordId)).toEqual([REGULATOR]);
    for (const party of parties) await submit(REGULATOR, ['registry', 'reinstate'], { party });
    await active(recordId);
    expect((await attesters(recordId)).length).toBeGreaterThanOrEqual(3);
  }, 120_000);

  it('has its heads renewed by their custodian', async () => {
    const { recordId } = (await propose()).json();
    await active(recordId);
    const file = described('lower', { attestations: 2, endorsements: 2 });
    expect((await run(consortiumConfigure, REGULATOR, file)).status).toBe(0);
    await expect(writeHead(recordId, [CITY, VALLEY, UNITY])).rejects.toThrow(ENDORSEMENT_POLICY_FAILURE);
    const renew = (...more: string[]) => run(consortiumRenewPolicies, CITY, file, '--class=clinical', ...more);
    const count = await renew('--dry-run');
    expect(count.output).toMatch(/^\d+ heads of class clinical would be renewed/);
    const renewed = await renew();
    expect(renewed).toMatchObject({ status: 0, output: expect.stringMatching(/heads of class clinical renewed \(2/) });
    expect(Number.parseInt(renewed.output.split('\n').at(-2) ?? '', 10)).toBe(Number.parseInt(count.output, 10));
    await writeHead(recordId, [CITY, VALLEY, UNITY]);
  }, 120_000);

  it('takes no new records once it is closed, and goes on with those it has', async () => {
    const { recordId } = (await propose()).json();
    await active(recordId);
    const file = described('closed', { closed: true });
    expect((await run(consortiumConfigure, REGULATOR, file)).output).toContain(
      'recordClasses.clinical.closed: (none) -> true\n',
    );
    // The gateway learns of it by its block; until then the chaincode refuses with the same code.
    const refused = await propose();
    expect(refused.json()).toMatchObject({ code: 'MQ_RECORD_CLASS_CLOSED' });
    expect(refused.statusCode).toBe(409);
    const amended = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/versions`, {
      content: { ...CONTENT, status: 'amended' },
    });
    expect(amended.statusCode).toBe(201);
  }, 60_000);

  it('leaves read models that are equal, without a flaw', async () => {
    await digest();
    for (const mspId of ALL) {
      expect(await consortium.query(mspId, 'select key, flaw from ledger_state where flaw is not null', [])).toEqual(
        [],
      );
    }
  }, 60_000);
});
