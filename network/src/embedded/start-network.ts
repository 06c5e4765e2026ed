import { pino } from 'pino';
import { MspManager } from '../msp/msp-manager.ts';
import { SigningIdentity } from '../msp/signing-identity.ts';
import { serveAdmin } from './admin/serve-admin.ts';
import { chaincodeDirectory } from './chaincode/chaincode-directory.ts';
import { chaincodeDefinition } from './chaincode-definitions.ts';
import { Channel } from './channel/channel.ts';
import { ShiftableClock } from './channel/clock.ts';
import { EmbeddedNetwork, type OrganizationEndpoint } from './embedded-network.ts';
import { createEndorser } from './endorser/create-endorser.ts';
import type { ChaincodeDirectory, Endorser } from './endorser/endorser.ts';
import { OrganizationPeer } from './gateway/organization-peer.ts';
import { OrganizationServer } from './gateway/organization-server.ts';
import { type NetworkLog, TransactionJournal } from './gateway/transaction-journal.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { NetworkError } from './network-error.ts';
import {
  DEFAULT_BATCH,
  DEFAULT_CHAINCODE_WAIT_MS,
  DEFAULT_CHANNEL_ID,
  DEFAULT_HOST,
  type KeyMaterial,
  type NetworkOptions,
} from './network-options.ts';

/**
 * Starts a whole network in this process: the endorsing peer and gateway of every organisation on a port of its own, one
 * orderer, one ledger. It resolves when the gateways answer and the chaincode processes are connected.
 * Rejects with MQ_NETWORK_PRODUCTION for material that is not for development, MQ_NETWORK_OPTIONS, MQ_NETWORK_PORT,
 * MQ_POLICY_SYNTAX, MQ_MSP_CONFIG or a ledger's code.
 */
export async function startNetwork(options: NetworkOptions): Promise<EmbeddedNetwork> {
  checkOptions(options);
  const { channelId = DEFAULT_CHANNEL_ID, organizations, orderer, log = defaultLog() } = options;
  const mspIds = organizations.map(({ msp }) => msp.mspId);
  const definitions = chaincodeDirectory(
    options.chaincodes.map((chaincode) => chaincodeDefinition(chaincode, mspIds)),
    mspIds,
  );
  const msps = new MspManager([...organizations.map(({ msp }) => msp), orderer.msp]);
  const clock = new ShiftableClock();
  const closers: (() => Promise<void>)[] = [];
  const reportFault = (fault: unknown): void => log.warn({ err: fault }, 'internal fault');
  try {
    const ledger = await openLedger({ directory: options.directory, collections: definitions });
    closers.unshift(() => ledger.close());
    const channel = await Channel.open({
      channelId,
      ledger,
      definitions,
      msps,
      organizations: organizations.map(({ msp }) => msp),
      ordererOrganization: orderer.msp,
      ordererIdentity: identityOf(orderer.msp.mspId, orderer.identity),
      consenters: orderer.consenters?.map(({ host, port, tlsCertificatePem, ...keys }) => ({
        host,
        port,
        tlsCertificatePem,
        identity: identityOf(orderer.msp.mspId, keys),
      })),
      batch: { ...DEFAULT_BATCH, ...options.batch },
      cutMode: options.cutting ?? 'eager',
      clock,
      onFault: reportFault,
    });
    closers.unshift(() => channel.orderer.close());
    checkPolicies(definitions, channel);
    const endorser = createEndorser({ channelId, ledger, definitions, log });
    closers.unshift(() => endorser.close());
    const journal = new TransactionJournal(log);
    ledger.onCommit((block) => journal.committed(block));
    const peers = organizations.map(({ msp: { mspId }, peer }) => {
      const identity = identityOf(mspId, peer);
      return new OrganizationPeer({ mspId, identity, channel, endorser, definitions, clock });
    });
    const servers: { endpoint: OrganizationEndpoint; server: OrganizationServer }[] = [];
    for (const [index, { host = DEFAULT_HOST, port = 0, tls }] of organizations.entries()) {
      const own = peers[index];
      if (own === undefined) continue;
      const context = { channel, definitions, own, peers, journal, reportFault };
      const server = await listen({ context, host, port, tls, nowMs: () => clock.nowMs() });
      own.address = `${host}:${server.port}`;
      servers.push({ endpoint: { mspId: own.mspId, host, port: server.port, address: own.address }, server });
      closers.unshift(() => server.close());
    }
    await waitForChaincodes(endorser, options.chaincodeWaitMs ?? DEFAULT_CHAINCODE_WAIT_MS, log);
    const network = new EmbeddedNetwork({ channel, clock, peers, servers, closers });
    if (options.adminPort !== undefined) {
      const admin = await serveAdmin(network, options.adminPort).catch((cause: unknown) => {
        const where = `port ${options.adminPort}`;
        throw new NetworkError('MQ_NETWORK_PORT', `the administration service cannot listen on ${where}`, { cause });
      });
      network.adminUrl = admin.url;
      closers.unshift(() => admin.close());
    }
    return network;
  } catch (error) {
    for (const step of closers) await step().catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
}

const identityOf = (mspId: string, { certificatePem, privateKeyPem }: KeyMaterial) =>
  new SigningIdentity(mspId, certificatePem, privateKeyPem);

function checkOptions({ organizations, orderer }: NetworkOptions): void {
  if (organizations.length === 0) throw new NetworkError('MQ_NETWORK_OPTIONS', 'there is no organisation');
  const mspIds = [...organizations.map(({ msp }) => msp.mspId), orderer.msp.mspId];
  const repeated = mspIds.find((mspId, index) => mspIds.indexOf(mspId) !== index);
  if (repeated !== undefined) throw new NetworkError('MQ_NETWORK_OPTIONS', `${repeated} is there twice`);
  for (const { environment, msp } of [...organizations, orderer]) {
    if (environment === 'production') {
      throw new NetworkError(
        'MQ_NETWORK_PRODUCTION',
        `the keys of ${msp.mspId} are marked production; the embedded network holds all keys in one process and is for development only`,
      );
    }
  }
}

/** A policy that cannot be used is found out now, not by the first transaction. */
function checkPolicies(definitions: ChaincodeDirectory, { rules }: Channel): void {
  for (const definition of definitions.list()) {
    rules.chaincodePolicy(definition);
    for (const { name } of definition.collections) rules.collectionPolicy(definition.name, name);
  }
}

async function listen(options: Parameters<typeof OrganizationServer.start>[0]): Promise<OrganizationServer> {
  try {
    return await OrganizationServer.start(options);
  } catch (cause) {
    const where = `${options.host}:${options.port}`;
    throw new NetworkError('MQ_NETWORK_PORT', `${options.context.own.mspId} cannot listen on ${where}`, { cause });
  }
}

async function waitForChaincodes(endorser: Endorser, waitMs: number, log: NetworkLog): Promise<void> {
  try {
    await endorser.ready(AbortSignal.timeout(waitMs));
  } catch {
    log.warn({ waitMs }, 'some chaincode processes are not connected yet');
  }
}

function defaultLog(): NetworkLog {
  return pino({ level: 'silent' });
}
