import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EmbeddedNetwork } from '@medquorum/network/embedded/embedded-network';
import { networkOptionsFrom } from '@medquorum/network/embedded/from-topology';
import { startNetwork } from '@medquorum/network/embedded/start-network';
import { generateMaterial } from '@medquorum/network/pki/generate-material';
import { loadMaterial } from '@medquorum/network/pki/load-material';
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
import { ChaincodeProcess } from './chaincode-process.ts';

const CONSORTIUM_FILE = fileURLToPath(new URL('../../../network/consortium.yaml', import.meta.url));
const PASSWORD = 'correct horse battery staple';
export const CITY = 'CityHospitalMSP';
export const VALLEY = 'ValleyHospitalMSP';
export const UNITY = 'UnityInsuranceMSP';
export const MERIDIAN = 'MeridianResearchMSP';
export const REGULATOR = 'HealthRegulatorMSP';

/** All organisations but the first hospital share a chaincode process in tests. */
const OTHERS = 'others';

type Settings = Readonly<Record<string, string | number | boolean>>;

/** The real thing, small: chaincode servers, embedded network, one PostgreSQL, and gateways as a test wants them. */
export class TestConsortium {
  readonly directory: string;
  readonly topology: Topology;
  readonly network: EmbeddedNetwork;
  readonly postgres: EmbeddedPostgres;
  readonly chaincodes: Map<string, ChaincodeProcess>;
  readonly #gateways = new Map<string, Gateway>();
  /** MSP id -> where the gateway's release port listens. */
  readonly releaseUrls: Record<string, string> = {};
  readonly #tokens = new Map<string, string>();

  private constructor(parts: Pick<TestConsortium, 'directory' | 'topology' | 'network' | 'postgres' | 'chaincodes'>) {
    this.directory = parts.directory;
    this.topology = parts.topology;
    this.network = parts.network;
    this.postgres = parts.postgres;
    this.chaincodes = parts.chaincodes;
  }

  static async start(): Promise<TestConsortium> {
    const directory = mkdtempSync(path.join(tmpdir(), 'mq-gateway-'));
    const loaded = await loadTopology(CONSORTIUM_FILE);
    const mspIds = loaded.organizations.map(({ mspId }) => mspId);
    // One process of its own for the organisation that tests take it from, one for all others.
    const [own, shared] = await Promise.all([ChaincodeProcess.start(), ChaincodeProcess.start()]);
    const chaincodes = new Map([
      [CITY, own],
      [OTHERS, shared],
    ]);
    const addresses = Object.fromEntries(
      mspIds.map((mspId) => [mspId, `127.0.0.1:${(mspId === CITY ? own : shared).port}`]),
    );
    const topology = {
      ...loaded,
      organizations: loaded.organizations.map((organization) => ({
        ...organization,
        gatewayPort: 0,
        peers: organization.peers.map((peer) => ({ ...peer, port: 0 })),
      })),
      chaincodes: loaded.chaincodes.map((chaincode) => ({ ...chaincode, addresses })),
    } as unknown as Topology;
    const materialDirectory = path.join(directory, 'keys');
    await generateMaterial(topology, materialDirectory);
    writeFileSync(path.join(directory, 'consortium.yaml'), stringify(topology));
    const { adminPort: _none, ...options } = networkOptionsFrom(
      topology,
      await loadMaterial(topology, materialDirectory),
    );
    const [network, postgres] = await Promise.all([
      startNetwork(options),
      startEmbeddedPostgres({ dir: path.join(directory, 'postgres') }),
    ]);
    return new TestConsortium({ directory, topology, network, postgres, chaincodes });
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
      'material.dir': path.join(this.directory, 'keys'),
      dataDir: path.join(this.directory, 'gateways', name),
      'http.port': 0,
      'http.publicUrl': `http://${name}.test`,
      'http.maxLoginsPerMinute': 1000,
      'database.url': await this.postgres.urlFor(`gateway_${name.replaceAll('-', '_')}`),
      'ledger.peerEndpoint': this.endpointOf(mspId),
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

  endpointOf(mspId: string): string {
    return this.network.organizations.find((organization) => organization.mspId === mspId)?.address ?? '';
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
    await this.chaincodes.get(CITY)?.kill();
  }

  /** And comes back where it was. */
  async restartChaincode(): Promise<void> {
    this.chaincodes.set(CITY, await ChaincodeProcess.start(this.chaincodes.get(CITY)?.port));
  }

  async close(): Promise<void> {
    for (const mspId of [...this.#gateways.keys()]) await this.closeGateway(mspId);
    await this.network.close();
    await Promise.all([...this.chaincodes.values()].map((chaincode) => chaincode.kill()));
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
