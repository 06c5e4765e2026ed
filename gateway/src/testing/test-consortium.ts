import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '@medquorum/network/consortium/engine';
import { type EmbeddedUnderTest, startEmbeddedUnderTest } from '@medquorum/network/testing/embedded-under-test';
import {
  type NetworkUnderTest,
  type NetworkUnderTestOptions,
  startNetworkUnderTest,
} from '@medquorum/network/testing/network-under-test';
import { testEngine } from '@medquorum/network/testing/test-engine';
import { loadTopology } from '@medquorum/network/topology/load-topology';
import type { Topology } from '@medquorum/network/topology/topology';
import type { LightMyRequestResponse } from 'fastify';
import pg from 'pg';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { buildGateway, type Gateway, type GatewayParts } from '../app.ts';
import { gatewayConfig } from '../config/gateway-config.ts';
import { loadConfig } from '../config/load-config.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { removePostgresData } from '../database/postgres-place.ts';
import { FabricLedger } from '../ledger/fabric-ledger.ts';
import { ChaincodeProcess } from './chaincode-process.ts';

const CONSORTIUM_FILE = fileURLToPath(new URL('../../../network/consortium.yaml', import.meta.url));
const PASSWORD = 'correct horse battery staple';
export const CITY = 'CityHospitalMSP';
export const VALLEY = 'ValleyHospitalMSP';
export const UNITY = 'UnityInsuranceMSP';
export const MERIDIAN = 'MeridianResearchMSP';
export const REGULATOR = 'HealthRegulatorMSP';

const ALL = [CITY, VALLEY, UNITY, MERIDIAN, REGULATOR];

/** What starting a consortium may take: four orderers and five peers of native Fabric on a busy machine. */
export const START_TIMEOUT_MS = 180_000;

type Settings = Readonly<Record<string, string | number | boolean>>;

/** The real thing, small: chaincode servers, a network, one PostgreSQL, and gateways as a test wants them. */
export class TestConsortium<Network extends NetworkUnderTest = NetworkUnderTest> {
  readonly directory: string;
  readonly topology: Topology;
  readonly network: Network;
  readonly postgres: EmbeddedPostgres;
  /** By MSP id of the organisation, or of the first of those that share a process. */
  readonly #chaincodes: Map<string, ChaincodeProcess>;
  readonly #gateways = new Map<string, Gateway>();
  /** Also those that another one of their organisation has followed: one that is left running keeps the test run from ending. */
  readonly #built: Gateway[] = [];
  /** MSP id -> where the gateway's release port listens. */
  readonly releaseUrls: Record<string, string> = {};
  readonly #tokens = new Map<string, string>();

  private constructor(
    directory: string,
    network: Network,
    postgres: EmbeddedPostgres,
    chaincodes: Map<string, ChaincodeProcess>,
  ) {
    this.directory = directory;
    this.topology = network.topology;
    this.network = network;
    this.postgres = postgres;
    this.#chaincodes = chaincodes;
  }

  /** On the engine that the run is for; a test that calls this means any network. */
  static start(engine: EngineName = testEngine()): Promise<TestConsortium> {
    return TestConsortium.#startOn((options) => startNetworkUnderTest(engine, options));
  }

  /** On the embedded network, whatever the run is for: for tests that need what only it can do. */
  static startEmbedded(): Promise<TestConsortium<EmbeddedUnderTest>> {
    return TestConsortium.#startOn(startEmbeddedUnderTest);
  }

  static async #startOn<Network extends NetworkUnderTest>(
    startNetwork: (options: NetworkUnderTestOptions) => Promise<Network>,
  ): Promise<TestConsortium<Network>> {
    const directory = mkdtempSync(path.join(tmpdir(), 'mq-gateway-'));
    const chaincodes = new Map<string, ChaincodeProcess>();
    const killChaincodes = () => Promise.all([...chaincodes.values()].map((chaincode) => chaincode.kill()));
    const [network, postgres] = await Promise.all([
      startNetwork({
        topology: await loadTopology(CONSORTIUM_FILE),
        directory,
        // A process of its own for the organisation that tests take it from.
        sharing: [[CITY], ALL.filter((mspId) => mspId !== CITY)],
        async startChaincode({ mspIds: [first = ''], port, chaincodeId }) {
          const started = await ChaincodeProcess.start(port, chaincodeId);
          chaincodes.set(first, started);
          return started.port;
        },
      }),
      startEmbeddedPostgres({ dir: path.join(directory, 'postgres') }),
    ]).catch(async (error: unknown) => {
      await killChaincodes();
      throw error;
    });
    writeFileSync(path.join(directory, 'consortium.yaml'), stringify(network.topology));
    return new TestConsortium(directory, network, postgres, chaincodes);
  }

  /** A gateway with an administrator and a hospital system to log in with; its release port listens. */
  async gateway(mspId: string, settings: Settings = {}, parts: GatewayParts = {}): Promise<Gateway> {
    const gateway = await this.build(mspId, settings, parts);
    await gateway.start();
    return gateway;
  }

  /** What a gateway of this organisation is given. */
  async settings(mspId: string, settings: Settings = {}): Promise<Settings> {
    const { name } = this.topology.organizations.find((organization) => organization.mspId === mspId) ?? { name: '' };
    const accounts = [
      { username: 'admin', password: PASSWORD, role: 'administrator' },
      { username: 'his', password: PASSWORD, role: 'system' },
      { username: 'auditor', password: PASSWORD, role: 'auditor' },
    ];
    return {
      mspId,
      consortiumFile: path.join(this.directory, 'consortium.yaml'),
      'material.dir': this.network.materialDirectory,
      dataDir: path.join(this.directory, 'gateways', name),
      'http.port': 0,
      'http.publicUrl': `http://${name}.test`,
      'http.maxLoginsPerMinute': 1000,
      'database.url': await this.postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`),
      'ledger.peerEndpoint': this.network.endpointOf(mspId),
      'auth.bootstrapAccounts': JSON.stringify(accounts),
      ...settings,
    };
  }

  async build(mspId: string, settings: Settings = {}, parts: GatewayParts = {}): Promise<Gateway> {
    const flags = await this.settings(mspId, settings);
    const config = gatewayConfig(loadConfig({ flags }));
    // Each gateway learns where the others are when it asks: they all start on ports of their own.
    const gateway = await buildGateway(
      { ...config, release: { ...config.release, urls: this.releaseUrls } },
      { log: pino({ level: process.env.MQ_LOG ?? 'silent', base: { mspId } }), ...parts },
    );
    this.releaseUrls[mspId] = (await gateway.releaseApp.listen({ host: '127.0.0.1', port: 0 })).replace(
      '[::1]',
      '127.0.0.1',
    );
    this.#gateways.set(mspId, gateway);
    this.#built.push(gateway);
    this.#forgetTokens(mspId);
    return gateway;
  }

  /** Straight into a gateway's database, for what no route shows. */
  async query(mspId: string, text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    const { name } = this.topology.organizations.find((organization) => organization.mspId === mspId) ?? { name: '' };
    const client = new pg.Client({
      connectionString: await this.postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`),
    });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  /** The ledger as this organisation's peer has it, for what no route shows. Whoever asks closes it. */
  async ledger(mspId: string): Promise<FabricLedger> {
    return new FabricLedger(gatewayConfig(loadConfig({ flags: await this.settings(mspId) })).ledger);
  }

  async closeGateway(mspId: string): Promise<void> {
    await this.#gateways.get(mspId)?.close();
    this.#gateways.delete(mspId);
  }

  app(mspId: string): Gateway['app'] {
    const gateway = this.#gateways.get(mspId);
    if (gateway === undefined) throw new Error(`no gateway of ${mspId}`);
    return gateway.app;
  }

  /** A consent to treatment by everybody at one organisation. */
  consent(patient: string, mspId: string): unknown {
    const coding = (system: string, code: string) => ({
      system: `http://terminology.hl7.org/CodeSystem/${system}`,
      code,
    });
    const concept = (system: string, code: string) => ({ coding: [coding(system, code)] });
    return {
      resourceType: 'Consent',
      status: 'active',
      scope: concept('consentscope', 'patient-privacy'),
      category: [concept('consentcategorycodes', 'npp')],
      patient: { reference: `Patient/${patient}` },
      policyRule: concept('v3-ActCode', 'OPTIN'),
      provision: {
        type: 'permit',
        actor: [{ role: concept('v3-ParticipationType', 'PRCP'), reference: { reference: `Organization/${mspId}` } }],
        purpose: [coding('v3-ActReason', 'TREAT')],
      },
    };
  }

  /** A request as this account of this organisation's gateway. */
  async as(
    mspId: string,
    username: string,
    method: 'GET' | 'POST',
    url: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    return this.app(mspId).inject({
      method,
      url,
      headers: { authorization: `Bearer ${await this.token(mspId, username)}`, ...headers },
      ...(payload === undefined ? {} : { payload: payload as Record<string, unknown> }),
    });
  }

  async token(mspId: string, username: string): Promise<string> {
    const known = this.#tokens.get(`${mspId}/${username}`);
    if (known !== undefined) return known;
    const isSystem = username === 'his';
    const payload = isSystem
      ? { grant_type: 'client_credentials', client_id: username, client_secret: PASSWORD }
      : { grant_type: 'password', username, password: PASSWORD };
    const response = await this.#gateways.get(mspId)?.app.inject({ method: 'POST', url: '/oauth/token', payload });
    const token = response?.json<{ access_token: string }>().access_token ?? '';
    this.#tokens.set(`${mspId}/${username}`, token);
    return token;
  }

  /** A practitioner with an account of the same name as the role, unless another is given. */
  async practitioner(mspId: string, role: string, username = role): Promise<string> {
    const account = { username, password: PASSWORD, role };
    const response = await this.as(mspId, 'admin', 'POST', '/practitioners', { roles: [{ role }], account });
    if (response.statusCode !== 201) throw new Error(response.body);
    return response.json<{ practitionerId: string }>().practitionerId;
  }

  /** The first hospital's chaincode process crashes. */
  async killChaincode(): Promise<void> {
    await this.#chaincodes.get(CITY)?.kill();
  }

  /** And comes back where it was. */
  async restartChaincode(): Promise<void> {
    const killed = this.#chaincodes.get(CITY);
    if (killed !== undefined) this.#chaincodes.set(CITY, await killed.restart());
  }

  async close(): Promise<void> {
    for (const gateway of this.#built) await gateway.close();
    await this.network.close();
    await Promise.all([...this.#chaincodes.values()].map((chaincode) => chaincode.kill()));
    await this.postgres.close();
    removePostgresData(path.join(this.directory, 'postgres'));
    rmSync(this.directory, { recursive: true, force: true });
  }

  #forgetTokens(mspId: string): void {
    for (const key of this.#tokens.keys()) if (key.startsWith(`${mspId}/`)) this.#tokens.delete(key);
  }
}

/** Waits for a condition on what others do; looks again shortly after each no. */
export async function until<T>(what: string, look: () => Promise<T | undefined>, timeoutMs = 20_000): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
