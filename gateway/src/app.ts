import { mkdirSync } from 'node:fs';
import { type FastifyInstance, fastify } from 'fastify';
import { sql } from 'kysely';
import { type Logger, pino } from 'pino';
import { accessLogRoutes } from './access/access-log-routes.ts';
import { decisionRoutes } from './access/decision-routes.ts';
import { Decisions } from './access/decisions.ts';
import { Explanations } from './access/explanations.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { RecordAudit } from './audit/record-audit.ts';
import { catchUpAfterRestore } from './backup/catch-up.ts';
import { refuseUnfinishedRestore } from './backup/unfinished-restore.ts';
import type { GatewayConfig } from './config/gateway-config.ts';
import { consentRoutes } from './consent/consent-routes.ts';
import { FileContentStore } from './content/content-store.ts';
import { type GatewayDatabases, openGatewayDatabases } from './database/gateway-databases.ts';
import { FhirDirectory } from './fhir/fhir-directory.ts';
import { FhirReads } from './fhir/fhir-reads.ts';
import { fhirRoutes } from './fhir/fhir-routes.ts';
import { FhirWrites } from './fhir/fhir-writes.ts';
import { buildHttp } from './http/build-http.ts';
import { healthRoutes } from './http/health-routes.ts';
import { Metrics, metricsRoute } from './http/metrics.ts';
import { Accounts } from './identity/accounts.ts';
import { createBootstrapAccounts, createFirstAdministrator } from './identity/bootstrap-accounts.ts';
import { EntrySigner } from './identity/entry-signer.ts';
import { HeldKeys } from './identity/held-keys.ts';
import { KeyVault } from './identity/key-vault.ts';
import { organizationKeys } from './identity/organization-keys.ts';
import { TokenIssuer } from './identity/token-issuer.ts';
import { tokenRoutes } from './identity/token-routes.ts';
import { TokenVerifier } from './identity/token-verifier.ts';
import { FabricLedger } from './ledger/fabric-ledger.ts';
import { GroupCommit } from './ledger/group-commit.ts';
import type { Ledger } from './ledger/ledger.ts';
import { orderNow } from './ledger/order-now.ts';
import { operationRoutes } from './operation/operation-routes.ts';
import { Operations } from './operation/operations.ts';
import { OperationRecovery } from './operation/recovery.ts';
import { Writer } from './operation/writer.ts';
import { Authors } from './organization/authors.ts';
import { found } from './organization/founding.ts';
import { organizationRoutes } from './organization/organization-routes.ts';
import { practitionerRoutes } from './organization/practitioner-routes.ts';
import { Practitioners } from './organization/practitioners.ts';
import { careRelationRoutes } from './patient/care-relation-routes.ts';
import { patientRoutes } from './patient/patient-routes.ts';
import { Patients } from './patient/patients.ts';
import { BlockFollower } from './readmodel/follow-blocks.ts';
import { Projector } from './readmodel/projector.ts';
import { ReadModel } from './readmodel/read-model.ts';
import { verifyTransaction } from './readmodel/verify-transaction.ts';
import { Attestations } from './record/attestations.ts';
import { AutoAttester } from './record/auto-attester.ts';
import { ContentKeys } from './record/content-keys.ts';
import { Ciphertexts } from './record/fetch-ciphertext.ts';
import { RecordReader } from './record/read-records.ts';
import { readRoutes } from './record/read-routes.ts';
import { RecordDrafts } from './record/record-drafts.ts';
import { recordRoutes } from './record/record-routes.ts';
import { versionRoutes } from './record/version-routes.ts';
import { ReleaseCheck } from './release/check-release.ts';
import { CustodianRelease } from './release/custodian-release.ts';
import { PeerIdentities } from './release/peer-identity.ts';
import { ReleaseClient } from './release/release-client.ts';
import { buildReleaseServer } from './release/release-server.ts';

/** One organisation's gateway, built and not yet listening. */
export type Gateway = Readonly<{
  /** The REST interface; a test injects into it without a port. */
  app: FastifyInstance;
  /** Where other organisations' gateways are answered. */
  releaseApp: FastifyInstance;
  /** Where metrics are answered, if not by the REST interface. */
  metricsApp: FastifyInstance | undefined;
  /** Follows the ledger; a restored gateway resolves once it has read what was committed since its backup. Before anything listens. */
  prepare(): Promise<void>;
  /** Prepares where that has not been done; puts the organisation on the ledger, finishes what a crash left open. Resolves once founded. */
  start(): Promise<void>;
  close(): Promise<void>;
}>;

export type GatewayParts = Readonly<{ log?: Logger; nowMs?: () => number; ledger?: Ledger }>;

/**
 * Opens the databases and composes the gateway on them.
 *
 * @throws what kept it from being built; its databases are closed then
 */
export async function buildGateway(config: GatewayConfig, parts: GatewayParts = {}): Promise<Gateway> {
  const databases = await openGatewayDatabases(config);
  try {
    return await composeGateway(config, parts, databases);
  } catch (error) {
    await databases.close().catch(() => {}); // what failed first is what to tell
    throw error;
  }
}

/** Every part is made here and handed what it needs, nothing is looked up. */
async function composeGateway(
  config: GatewayConfig,
  parts: GatewayParts,
  databases: GatewayDatabases,
): Promise<Gateway> {
  const { settings, mspId, consortium } = config;
  const { db, relaxed } = databases;
  const { nowMs = Date.now } = parts;
  const log = parts.log ?? pino({ level: settings.get('log.level'), base: { mspId } });
  mkdirSync(config.keysDir, { recursive: true, mode: 0o700 });
  refuseUnfinishedRestore(config.keysDir);

  const vault = await KeyVault.open(config.keysDir, settings.get('keys.passphrase'));
  const keys = organizationKeys(config.keysDir, mspId, vault, settings.get('keys.development'));
  const held = new HeldKeys(db, vault);
  const accounts = new Accounts(db);
  const passwordFile = settings.get('auth.administratorPasswordFile');
  if (passwordFile !== undefined) await createFirstAdministrator(accounts, passwordFile);
  await createBootstrapAccounts(accounts, config.bootstrapAccounts);
  const issuer = await TokenIssuer.open(config.keysDir, config.publicUrl, settings.get('auth.tokenSeconds'));
  const verifier = new TokenVerifier(issuer, config.oidcIssuers, settings.get('auth.clockSkewSeconds'));

  const ledger = parts.ledger ?? new FabricLedger(config.ledger);
  const { channel, chaincode } = ledger;
  const projector = new Projector(relaxed, channel, chaincode, verifyTransaction);
  const follower = new BlockFollower(ledger, projector, log, (projected) => attester?.onProjected(projected));
  const readModel = new ReadModel(db, follower, settings.get('readModel.waitMs'));

  const groupCommit: GroupCommit = new GroupCommit({
    ledger,
    journal: { planned: (txId, ids) => operations.planned(txId, ids) },
    maxEntries: settings.get('groupCommit.maxEntries'),
    maxBytes: settings.get('groupCommit.maxBytes'),
    lingerMs: settings.get('groupCommit.lingerMs'),
    maxInFlight: settings.get('groupCommit.maxInFlight'),
    maxQueued: settings.get('groupCommit.maxQueued'),
    maxConflictRetries: settings.get('ledger.maxConflictRetries'),
    observe: (committed) => {
      metrics.committed(committed);
      log.info(committed, 'transaction committed');
    },
    observeFailure: (failed) => log.warn(failed, 'transaction did not commit'),
  });
  const operations: Operations = new Operations({
    db,
    relaxed,
    groupCommit,
    nowMs,
    findCommit: (txId) => ledger.findCommit(txId),
    findNonce: async ({ intent: { author, nonce } }) => {
      // Absent means something only where all that the peer has is projected: right after a start it may not be.
      await readModel.caughtUp((await ledger.height()) - 1);
      const used = await readModel.find('nonce', author, nonce);
      return used?.state;
    },
    caughtUpNow: async () => readModel.caughtUp(await orderNow(ledger, mspId)),
    withNonce: (entry, nonce) => signer.withNonce(entry, nonce),
  });
  const metrics = new Metrics({ mspId, queued: () => groupCommit.queued, nextBlock: () => follower.status.nextBlock });
  const writer = new Writer(operations, readModel);
  const signer: EntrySigner = new EntrySigner({
    channel,
    chaincode,
    nowMs,
    lifetimeMs: settings.get('ledger.intentSeconds') * 1000,
  });
  const authors = new Authors(mspId, keys, held, readModel);

  const store = new FileContentStore(config.contentDir);
  const contentKeys = new ContentKeys(db, vault);
  const peers = new PeerIdentities(config.release.tlsRoots);
  const check = new ReleaseCheck({ readModel, mspId, nowMs });
  const remote = new ReleaseClient({
    config: config.release,
    mspId,
    channel,
    privateKey: keys.encryption.privateKey,
    peers,
  });
  const release = new CustodianRelease({ mspId, check, keys: contentKeys, others: remote });
  const ciphertexts = new Ciphertexts({ store, remote, mspId });

  const common = { writer, signer, authors, readModel };
  const decisions = new Decisions({
    ...common,
    channel,
    chaincode,
    nowMs,
    observe: (outcomes) => metrics.decided(outcomes),
  });
  const explanations = new Explanations({ decisions, readModel, mspId, nowMs });
  const drafts = new RecordDrafts({ signer, store, keys: contentKeys, readModel });
  const reader = new RecordReader({ decisions, readModel, release, ciphertexts, nowMs });
  const attestations = new Attestations({ ...common, ciphertexts });
  const patients = new Patients({ ...common, db, held, channel, chaincode });
  const practitioners = new Practitioners({ ...common, held, accounts, channel, chaincode });
  const audit = new RecordAudit({ ...common, ciphertexts });
  const directory = new FhirDirectory(db);
  const idSecret = vault.derive('fhir-ids');
  const fhirWrites = new FhirWrites({ patients, drafts, writer, authors, directory, readModel, idSecret });
  const fhirReads = new FhirReads({ directory, readModel, reader });
  const attester = settings.get('attest.automatic')
    ? new AutoAttester({ attestations, readModel, db, mspId, log, nowMs })
    : undefined;

  const stopping = new AbortController();
  const recovery = new OperationRecovery(operations, log);
  let isFounded = false;
  const checks = [
    { name: 'database', isReady: async () => (await sql`select 1`.execute(db)).rows.length === 1 },
    { name: 'ledger', isReady: () => ledger.isReachable() },
    { name: 'readModel', isReady: async () => follower.status.connected && follower.status.stopped === undefined },
    { name: 'founded', isReady: async () => isFounded },
  ];

  const app = await buildHttp({
    log,
    verifier,
    publicUrl: config.publicUrl,
    trustedProxies: settings.get('http.trustedProxies'),
    maxBodyBytes: settings.get('http.maxBodyBytes'),
    maxRequestsPerMinute: settings.get('http.maxRequestsPerMinute'),
    requestTimeoutMs: settings.get('http.requestTimeoutMs'),
    observe: (answered) => metrics.answered(answered),
  });
  const displayNames = new Map(
    consortium.organizations.map((organization) => [organization.mspId, organization.displayName ?? organization.name]),
  );
  await app.register(healthRoutes, { checks });
  const metricsApp = config.metrics === undefined ? undefined : fastify();
  await (metricsApp ?? app).register(metricsRoute, { metrics });
  await app.register(tokenRoutes, { accounts, issuer, maxLoginsPerMinute: settings.get('http.maxLoginsPerMinute') });
  await app.register(operationRoutes, { operations });
  await app.register(organizationRoutes, { readModel, displayNames });
  await app.register(practitionerRoutes, { practitioners });
  await app.register(patientRoutes, { patients });
  await app.register(careRelationRoutes, { ...common, nowMs });
  await app.register(recordRoutes, { writer, drafts, authors, readModel });
  await app.register(versionRoutes, { attestations, authors, drafts, signer, writer });
  await app.register(readRoutes, { reader, readModel });
  await app.register(fhirRoutes, { prefix: '/fhir', writes: fhirWrites, reads: fhirReads, baseUrl: config.publicUrl });
  await app.register(consentRoutes, common);
  await app.register(decisionRoutes, { decisions, explanations, readModel });
  await app.register(accessLogRoutes, { readModel });
  await app.register(auditRoutes, { audit, readModel });
  const releaseApp = buildReleaseServer({
    config: config.release,
    mspId,
    channel,
    check,
    keys: contentKeys,
    store,
    readModel,
    peers,
    log,
  });

  let prepared: Promise<void> | undefined;
  const prepare = () => {
    prepared ??= follower
      .start()
      .then(() => catchUpAfterRestore({ db, ledger, follower, mspId, log, signal: stopping.signal }));
    return prepared;
  };

  let closed: Promise<void> | undefined;
  const closeParts = async () => {
    // In the reverse of the order in which parts rely on each other; a part that fails to close does not keep the rest.
    stopping.abort();
    const steps = [
      () => Promise.all([app.close(), releaseApp.close(), metricsApp?.close()]),
      () => recovery.close(),
      async () => attester?.close(),
      () => groupCommit.drained(),
      () => operations.drained(),
      () => follower.close(),
      () => remote.close(),
      async () => ledger.close(),
      () => databases.close(),
    ];
    for (const step of steps) {
      await step().catch((error: unknown) => log.error({ err: error }, 'a part did not close'));
    }
  };

  return {
    app,
    releaseApp,
    metricsApp,
    prepare,
    async start() {
      await prepare();
      await found({ consortium, authors, signer, operations, ledger, log, signal: stopping.signal });
      isFounded = true;
      recovery.start();
      attester?.start();
      log.info({ channelId: channel }, 'gateway founded');
    },
    close() {
      closed ??= closeParts(); // once, also where a signal meets a start that fails
      return closed;
    },
  };
}
