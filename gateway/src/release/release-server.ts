import { readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import { Type } from 'typebox';
import type { ReleaseConfig } from '../config/gateway-config.ts';
import type { ContentStore } from '../content/content-store.ts';
import { GatewayError } from '../gateway-error.ts';
import { setErrorHandlers } from '../http/error-handler.ts';
import { EntryId, Uuid, Version } from '../http/schemas.ts';
import type { ReadModel } from '../readmodel/read-model.ts';
import type { ContentKeys } from '../record/content-keys.ts';
import type { ReleaseCheck } from './check-release.ts';
import type { PeerIdentities } from './peer-identity.ts';
import { wrapKey } from './wrap-key.ts';

type Options = Readonly<{
  config: ReleaseConfig;
  mspId: string;
  channel: string;
  check: ReleaseCheck;
  keys: ContentKeys;
  store: ContentStore;
  readModel: ReadModel;
  peers: PeerIdentities;
  log: FastifyBaseLogger;
}>;

const MAX_BODY_BYTES = 16_384;
const KeyRequest = Type.Object(
  {
    decisionId: EntryId,
    patient: Uuid,
    recordId: Uuid,
    version: Version,
    blockNumber: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  },
  { additionalProperties: false },
);

/** What other organisations' gateways may ask this one: wrapped content keys, and ciphertext. Mutual TLS, a port of its own. */
export function buildReleaseServer(options: Options): FastifyInstance {
  const { config, mspId, channel, check, keys, store, readModel, peers, log } = options;
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false } },
    https: {
      cert: readFileSync(config.tlsCert),
      key: readFileSync(config.tlsKey),
      ca: [...peers.allRoots],
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  setErrorHandlers(app as unknown as FastifyInstance);
  const callerOf = (request: Pick<FastifyRequest, 'raw'>) => peers.mspIdOf(request.raw.socket as TLSSocket);

  app.post('/release/keys', { schema: { body: KeyRequest } }, async (request) => {
    const requester = callerOf(request);
    const { blockNumber, ...asked } = request.body;
    const { cid } = await check.check(requester, { ...asked, custodian: mspId, blockNumber: blockNumber ?? undefined });
    const organization = await readModel.trusted('organization', requester);
    if (organization?.encryptionKey.kem !== 'X25519') {
      throw new GatewayError('MQ_RELEASE_REFUSED', 'the requester has no X25519 key on the ledger');
    }
    const { decisionId, recordId, version } = asked;
    const key = await keys.find(recordId, version, cid);
    const publicKey = Buffer.from(organization.encryptionKey.publicKey, 'base64url');
    const wrapped = await wrapKey(key, publicKey, {
      channel,
      custodian: mspId,
      requester,
      decisionId,
      recordId,
      version,
    });
    key.fill(0);
    request.log.info({ requester, decisionId, recordId, version }, 'content key released');
    return wrapped;
  });

  // Ciphertext says nothing to who has no key: any member may fetch it, to attest, audit or keep a replica.
  app.get(
    '/release/content/:cid',
    { schema: { params: Type.Object({ cid: Type.String({ maxLength: 128 }) }) } },
    async (request, reply) => {
      callerOf(request);
      const bytes = await store.get(request.params.cid);
      if (bytes === undefined) throw new GatewayError('MQ_CONTENT_NOT_FOUND', 'no such content here');
      return reply.type('application/octet-stream').send(Buffer.from(bytes));
    },
  );
  return app as unknown as FastifyInstance;
}
