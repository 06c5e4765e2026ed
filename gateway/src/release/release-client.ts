import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import type { ReleaseConfig } from '../config/gateway-config.ts';
import { GATEWAY_ERROR_CODES, GatewayError } from '../gateway-error.ts';
import type { ContentKeyRelease, ReleaseRequest } from './content-key-release.ts';
import type { PeerIdentities } from './peer-identity.ts';
import { unwrapKey, type WrappedKey } from './wrap-key.ts';

/** Ciphertext and small answers of other gateways. */
export const MAX_CONTENT_BYTES = 268_435_456;

type Options = Readonly<{
  config: ReleaseConfig;
  mspId: string;
  channel: string;
  /** X25519 private key of the organisation. */
  privateKey: Uint8Array;
  peers: PeerIdentities;
}>;

/** Asks other organisations' gateways, each over TLS that only its own root can vouch for. */
export class ReleaseClient implements ContentKeyRelease {
  readonly #options: Options;
  readonly #agents = new Map<string, Agent>();

  constructor(options: Options) {
    this.#options = options;
  }

  async release(asked: ReleaseRequest): Promise<Uint8Array> {
    const { channel, mspId, privateKey } = this.#options;
    const { custodian, blockNumber = null, decisionId, patient, recordId, version } = asked;
    const body = JSON.stringify({ decisionId, patient, recordId, version, blockNumber });
    const answer = await this.#call(custodian, 'POST', '/release/keys', body);
    const wrapped = JSON.parse(answer.toString('utf8')) as WrappedKey;
    return unwrapKey(wrapped, privateKey, { channel, custodian, requester: mspId, decisionId, recordId, version });
  }

  /** @throws GatewayError `MQ_CONTENT_NOT_FOUND`, `MQ_RELEASE_UNAVAILABLE` */
  content(custodian: string, cid: string): Promise<Buffer> {
    return this.#call(custodian, 'GET', `/release/content/${cid}`, undefined);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()));
  }

  async #call(mspId: string, method: 'GET' | 'POST', path: string, body: string | undefined): Promise<Buffer> {
    const { timeoutMs, urls } = this.#options.config;
    const url = urls[mspId];
    if (url === undefined) throw new GatewayError('MQ_RELEASE_UNAVAILABLE', `no address of the gateway of ${mspId}`);
    let status: number;
    let answer: Buffer;
    try {
      const response = await request(new URL(path, url), {
        method,
        dispatcher: this.#agent(mspId),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
      });
      status = response.statusCode;
      answer = Buffer.from(await response.body.arrayBuffer());
    } catch (cause) {
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('MQ_RELEASE_UNAVAILABLE', `the gateway of ${mspId} does not answer`, { cause });
    }
    if (status === 200) return answer;
    throw refusal(mspId, answer);
  }

  #agent(mspId: string): Agent {
    const { config, peers } = this.#options;
    const found =
      this.#agents.get(mspId) ??
      new Agent({
        connect: {
          ca: peers.rootOf(mspId),
          cert: readFileSync(config.tlsCert, 'utf8'),
          key: readFileSync(config.tlsKey, 'utf8'),
          minVersion: 'TLSv1.3',
          timeout: config.timeoutMs,
        },
        maxResponseSize: MAX_CONTENT_BYTES,
      });
    this.#agents.set(mspId, found);
    return found;
  }
}

/** Another gateway's code is passed on where it is one that a caller can be told; its text is not. */
function refusal(mspId: string, answer: Buffer): GatewayError {
  const told: readonly string[] = ['MQ_RELEASE_REFUSED', 'MQ_CONTENT_NOT_FOUND', 'MQ_KEY_NOT_HELD'];
  const [, named] = /"code":"(MQ_[A-Z_]+)"/.exec(answer.toString('utf8', 0, 4096)) ?? [];
  const code = GATEWAY_ERROR_CODES.find((candidate) => candidate === named && told.includes(candidate));
  return new GatewayError(code ?? 'MQ_RELEASE_UNAVAILABLE', `the gateway of ${mspId} did not release it`);
}
