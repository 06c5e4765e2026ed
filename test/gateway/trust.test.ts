import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import { KEYS } from '@medquorum/chaincode/ledger/state';
import { CHAINCODE_NAME } from '@medquorum/chaincode/ledger/transaction';
import { rebuild } from '@medquorum/gateway/cli/rebuild';
import { gatewayConfig } from '@medquorum/gateway/config/gateway-config';
import { loadConfig } from '@medquorum/gateway/config/load-config';
import { openDatabase } from '@medquorum/gateway/database/open-database';
import { checkBlock } from '@medquorum/gateway/readmodel/block-chain';
import { type BlockTransaction, parseBlock } from '@medquorum/gateway/readmodel/parse-block';
import { StateRows } from '@medquorum/gateway/readmodel/state-rows';
import { verifyTransaction } from '@medquorum/gateway/readmodel/verify-transaction';
import { PeerIdentities } from '@medquorum/gateway/release/peer-identity';
import { ReleaseClient } from '@medquorum/gateway/release/release-client';
import {
  CITY,
  MERIDIAN,
  REGULATOR,
  START_TIMEOUT_MS,
  TestConsortium,
  UNITY,
  until,
  VALLEY,
} from '@medquorum/gateway/testing/test-consortium';

const place = { facility: 'valley-hospital-main', zone: 'clinical' };
const CONTENT = { resourceType: 'Observation', status: 'final', code: { text: 'glucose' } };

describe('trust', () => {
  let consortium: TestConsortium;
  let patient: string;
  let recordId: string;
  let decisionId: string;
  const all = [REGULATOR, CITY, VALLEY, UNITY, MERIDIAN];

  beforeAll(async () => {
    consortium = await TestConsortium.start();
    await Promise.all(all.map((mspId) => consortium.gateway(mspId)));
    await Promise.all([CITY, VALLEY].map((mspId) => consortium.practitioner(mspId, 'clinician')));
    patient = (await consortium.as(CITY, 'clinician', 'POST', '/patients', { wallet: 'custodial' })).json().pseudonym;
    await Promise.all(
      [CITY, VALLEY].map((mspId) =>
        consortium.as(mspId, 'clinician', 'POST', `/patients/${patient}/care-relations`, { relation: 'treatment' }),
      ),
    );
    recordId = (await consortium.as(CITY, 'clinician', 'POST', '/records', { patient, content: CONTENT })).json()
      .recordId;
    await until('the record is active', async () =>
      (await consortium.as(VALLEY, 'clinician', 'GET', `/records/${recordId}`)).json().standing === 'active'
        ? true
        : undefined,
    );
    await consortium.as(CITY, 'clinician', 'POST', `/patients/${patient}/consents`, {
      consent: consortium.consent(patient, VALLEY),
    });
    const read = await consortium.as(VALLEY, 'clinician', 'POST', `/records/${recordId}/read`, {
      purpose: 'TREAT',
      place,
    });
    decisionId = read.json().decisionId;
  }, START_TIMEOUT_MS);
  afterAll(() => consortium.close(), START_TIMEOUT_MS);

  const client = async (mspId: string) => {
    const config = gatewayConfig(loadConfig({ flags: await consortium.settings(mspId) }));
    const release = { ...config.release, urls: consortium.releaseUrls };
    const peers = new PeerIdentities(config.release.tlsRoots);
    return new ReleaseClient({
      config: release,
      mspId,
      channel: config.ledger.channel,
      privateKey: new Uint8Array(32).fill(1),
      peers,
    });
  };

  it('releases a key to the organisation that the decision was made for, and to no other', async () => {
    const asked = { custodian: CITY, decisionId, patient, recordId, version: 1, blockNumber: undefined };
    const foreign = await client(UNITY);
    await expect(foreign.release(asked)).rejects.toMatchObject({ code: 'MQ_RELEASE_REFUSED' });
    await foreign.close();
    const own = await client(VALLEY);
    // The right organisation gets an answer; without its private key it is no use.
    await expect(own.release(asked)).rejects.toThrow('does not open');
    await expect(own.release({ ...asked, version: 2 })).rejects.toThrow('did not release');
    await expect(own.release({ ...asked, decisionId: `${'0'.repeat(64)}-0` })).rejects.toThrow('did not release');
    await own.close();
  });

  it('speaks only to members: no certificate, no connection', async () => {
    await expect(fetch(`${consortium.releaseUrls[CITY]}/release/content/x`)).rejects.toThrow();
  });

  it('explains a decision before it is asked for', async () => {
    const body = { patient, records: [recordId], purpose: 'HMARKT', place };
    const explained = await consortium.as(VALLEY, 'clinician', 'POST', '/decisions/explain', body);
    expect(explained.statusCode).toBe(200);
    const [{ explanation }] = explained.json().explanations;
    expect(explanation.decision.effect).toBe('deny');
    expect(explanation.rules.length).toBeGreaterThan(10);
  });

  it('finds tampered content, says so on the ledger, and does not serve it', async () => {
    const intact = await consortium.as(VALLEY, 'admin', 'POST', `/records/${recordId}/audit`);
    expect(intact.json()).toMatchObject({ verdict: 'intact' });
    const dir = path.join(consortium.directory, 'gateways', 'city-hospital', 'content');
    const [file] = readdirSync(dir, { recursive: true })
      .map(String)
      .filter((name) => name.includes('baf'));
    writeFileSync(path.join(dir, file ?? ''), 'tampered');
    const altered = await consortium.as(VALLEY, 'admin', 'POST', `/records/${recordId}/audit`);
    expect(altered.json()).toMatchObject({ verdict: 'altered', recordId, version: 1 });
    expect(altered.statusCode).toBe(201);
    const verdicts = await until('the verdicts', async () => {
      const { verdicts: found } = (await consortium.as(CITY, 'admin', 'GET', `/records/${recordId}/verdicts`)).json();
      return found.length === 2 ? found : undefined;
    });
    expect(verdicts).toEqual([
      expect.objectContaining({ mspId: VALLEY, verdict: 'altered' }),
      expect.objectContaining({ mspId: VALLEY, verdict: 'intact' }),
    ]);
    const read = await consortium.as(CITY, 'clinician', 'POST', `/records/${recordId}/read`, {
      purpose: 'TREAT',
      place: { facility: 'city-hospital-main', zone: 'clinical' },
    });
    expect(read.json()).toMatchObject({ code: 'MQ_CONTENT_CORRUPT' });
    expect(read.statusCode).toBe(502);
  });

  it('rebuilds the read model from block 0 with an equal result', async () => {
    const said: string[] = [];
    const out = { write: (text: string) => said.push(text) };
    const settings = await consortium.settings(MERIDIAN);
    await consortium.closeGateway(MERIDIAN);
    const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    expect(await rebuild.run(flags, { stdout: out, stderr: out })).toBe(0);
    expect(said.join('')).toMatch(/^\d+ rows from \d+ blocks, digest [0-9a-f]{64}, as before\n$/);
  });

  describe('blocks', () => {
    let blocks: common.Block[];
    let transactions: BlockTransaction[];
    beforeAll(async () => {
      const segregated = { patient, class: 'segregated', header: { confidentiality: 'R', labels: ['PSY'] } };
      await consortium.as(CITY, 'clinician', 'POST', '/records', { ...segregated, content: CONTENT });
      const ledger = await consortium.ledger(CITY);
      blocks = [];
      const stream = await ledger.blocks(0);
      const height = await ledger.height();
      for await (const block of stream) if (blocks.push(block) === height) break;
      stream.close();
      ledger.close();
      transactions = blocks.flatMap((block) => [...parseBlock(block, CHAINCODE_NAME)]);
    });

    it('form a chain whose every change is seen', () => {
      let previous: string | undefined;
      for (const [number, block] of blocks.entries()) previous = checkBlock(block, number, previous);
      const [, second, third] = blocks;
      if (second === undefined || third === undefined) throw new Error('too few blocks');
      expect(() => checkBlock(third, 2, 'ff'.repeat(32))).toThrow('does not follow');
      expect(() => checkBlock(third, 3, undefined)).toThrow('instead of 3');
      const changed = common.Block.deserializeBinary(second.serializeBinary());
      const [envelope] = changed.getData()?.getDataList_asU8() ?? [];
      const bytes = Uint8Array.from(envelope ?? []);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      changed.getData()?.setDataList([bytes]);
      expect(() => checkBlock(changed, 1, undefined)).toThrow('not what its header says');
    });

    /** Projects everything before the transaction, then lets it be judged as `change` made it. */
    async function judge(
      functionName: string,
      change: (transaction: BlockTransaction) => BlockTransaction,
      which: (transaction: BlockTransaction) => boolean = () => true,
    ): Promise<string | null> {
      const at = transactions.findIndex((it) => it.invocation?.functionName === functionName && which(it));
      const wanted = transactions[at];
      if (wanted === undefined) throw new Error(`no ${functionName} on the ledger`);
      const db = await openDatabase(await consortium.postgres.urlFor('judge'), 2);
      try {
        const rows = new StateRows(db);
        for (const { key, value } of transactions.slice(0, at).flatMap(({ writes }) => writes)) {
          const row = {
            key,
            kind: '',
            patient: null,
            recordId: null,
            version: null,
            mspId: null,
            status: null,
            timeMs: 0,
            txId: '',
            blockNumber: 0,
            txIndex: 0,
            flaw: null,
          };
          rows.write(key, value === null ? null : { ...row, doc: Buffer.from(value).toString() });
        }
        return await verifyTransaction(change(wanted), rows);
      } finally {
        await db.destroy();
      }
    }
    const withWrites = (edit: (text: string) => string) => (transaction: BlockTransaction) => ({
      ...transaction,
      writes: transaction.writes.map(({ key, value }) => ({
        key,
        value: value === null ? null : Buffer.from(edit(Buffer.from(value).toString())),
      })),
    });
    const withArgs = (edit: (text: string) => string) => (transaction: BlockTransaction) => ({
      ...transaction,
      invocation: transaction.invocation && { ...transaction.invocation, args: transaction.invocation.args.map(edit) },
    });

    it('come out the same when every transaction is done again', async () => {
      for (const name of [
        'registry:configure',
        'patient:register',
        'record:propose',
        'record:attest',
        'record:activate',
        'consent:grant',
        'access:decide',
        'audit:report',
      ]) {
        expect([name, await judge(name, (transaction) => transaction)]).toEqual([name, null]);
      }
    });

    it('show what was forged beside a private part that nobody sees', async () => {
      const hidden = ({ collections }: BlockTransaction) => collections.length > 0;
      expect(await judge('record:propose', (transaction) => transaction, hidden)).toBeNull();
      const active = withWrites((text) => text.replace('"activeVersion":null', '"activeVersion":1'));
      expect(await judge('record:propose', active, hidden)).toBe('writes-differ');
      const more = (transaction: BlockTransaction) => ({
        ...transaction,
        writes: [...transaction.writes, { key: KEYS.record(recordId), value: Buffer.from('{}') }],
      });
      expect(await judge('record:propose', more, hidden)).toBe('writes-differ');
      expect(await judge('record:propose', (it) => ({ ...it, policies: [] }), hidden)).toBe('writes-differ');
    });

    it('show a forged decision, status, author and policy, whoever endorsed them', async () => {
      expect(
        await judge(
          'access:decide',
          withWrites((text) => text.replace(/"effect":"(permit|deny)"/, '"effect":"permit","forged":1')),
        ),
      ).toBe('writes-differ');
      expect(
        await judge(
          'record:propose',
          withWrites((text) => text.replace('"status":"proposed"', '"status":"active"')),
        ),
      ).toBe('writes-differ');
      expect(await judge('record:propose', (transaction) => ({ ...transaction, policies: [] }))).toBe('writes-differ');
      // The custodian does not attest its own record: any attester's entry is foreign to it.
      expect(await judge('record:attest', (transaction) => ({ ...transaction, submitterMspId: CITY }))).toBe(
        'MQ_SUBMITTER_NOT_ALLOWED',
      );
      expect(
        await judge(
          'consent:grant',
          withArgs((text) => text.replace('"TREAT"', '"HPAYMT"')),
        ),
      ).toBe('MQ_SIGNATURE_INVALID');
      expect(
        await judge(
          'audit:report',
          withArgs((text) => text.replace(/"verdict":"\w+"/, '"verdict":"missing"')),
        ),
      ).not.toBeNull();
    });
  });
});
