import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { common } from '@hyperledger/fabric-protos';
import { DEFAULT_NODE_OUS, type MspConfig, type NodeOus } from '../../msp/msp-config.ts';
import { MspManager } from '../../msp/msp-manager.ts';
import { SigningIdentity } from '../../msp/signing-identity.ts';
import { OperationError } from '../operation-error.ts';
import type { Operator } from '../operator.ts';
import type { ChannelConfig, ConfigGroup } from './channel-config.ts';
import type { ProposalFolder, Vote } from './proposal-folder.ts';

const NONCE_BYTES = 24;

/** A vote, and why it does not count where it does not. */
export type CheckedVote = Readonly<{ mspId: string; signedBy: string; signedAt: string; invalid?: string }>;

/** The administrator of an organisation (the ordering service included) as somebody who signs. @throws OperationError MQ_OPERATION_NO_KEYS */
export function administrator(operator: Operator, mspId: string): SigningIdentity {
  if (!operator.hasKeys(mspId)) {
    throw new OperationError(
      'MQ_OPERATION_NO_KEYS',
      `the administrator's key of ${mspId} is not in ${operator.materialDirectory}: each organisation signs on its own machine`,
    );
  }
  const { certificate, key } = operator.material.admin(mspId).msp;
  return new SigningIdentity(mspId, readFileSync(certificate), readFileSync(key));
}

/** Signs the update of a proposal as Fabric wants it: over a signature header and the update (configtx.proto, ConfigSignature). */
export function signProposal(signer: SigningIdentity, { update }: ProposalFolder): Vote {
  const header = new common.SignatureHeader();
  header.setCreator(signer.serialized);
  header.setNonce(randomBytes(NONCE_BYTES));
  const headerBytes = header.serializeBinary();
  return {
    mspId: signer.mspId,
    signedAt: new Date().toISOString(),
    signatureHeader: Buffer.from(headerBytes).toString('base64'),
    signature: Buffer.from(signer.sign(Buffer.concat([headerBytes, update]))).toString('base64'),
  };
}

/** Checks votes against the members of the channel: a good one is by an administrator, not revoked, of the organisation it is filed under. */
export function checkVotes(config: ChannelConfig, { update }: ProposalFolder, votes: readonly Vote[]): CheckedVote[] {
  const members = new MspManager(memberMsps(config));
  return votes.map(({ mspId, signedAt, signatureHeader, signature }) => {
    const headerBytes = Buffer.from(signatureHeader, 'base64');
    const identity = members.find(common.SignatureHeader.deserializeBinary(headerBytes).getCreator_asU8());
    const vote = { mspId, signedAt, signedBy: identity?.certificate.subject.replaceAll('\n', ', ') ?? 'unknown' };
    if (identity === undefined) return { ...vote, invalid: 'signed by nobody who is a member of the channel' };
    if (identity.mspId !== mspId) return { ...vote, invalid: `signed by somebody of ${identity.mspId}` };
    if (identity.invalidReason !== undefined) return { ...vote, invalid: identity.invalidReason };
    if (!identity.hasRole('admin')) return { ...vote, invalid: 'not signed by an administrator' };
    const signed = Buffer.concat([headerBytes, update]);
    if (!identity.verify(signed, Buffer.from(signature, 'base64')))
      return { ...vote, invalid: 'the signature is wrong' };
    return vote;
  });
}

/** MSP ids whose vote counts. */
export const signersOf = (votes: readonly CheckedVote[]): ReadonlySet<string> =>
  new Set(votes.filter(({ invalid }) => invalid === undefined).map(({ mspId }) => mspId));

function memberMsps({ channel_group }: ChannelConfig): MspConfig[] {
  const groups = ['Application', 'Orderer'].flatMap((name) => Object.values(channel_group.groups[name]?.groups ?? {}));
  return groups.map(mspOf);
}

type NodeOu = Readonly<{ organizational_unit_identifier?: string }> | null | undefined;
type FabricMsp = Readonly<{
  name: string;
  root_certs: readonly string[] | null;
  intermediate_certs: readonly string[] | null;
  admins: readonly string[] | null;
  tls_root_certs: readonly string[] | null;
  revocation_list: readonly string[] | null;
  fabric_node_ous: Readonly<Record<string, NodeOu | boolean>> | null;
}>;

function mspOf({ values }: ConfigGroup): MspConfig {
  const value = values.MSP?.value;
  if (value === undefined) throw new OperationError('MQ_GOVERNANCE_UNREADABLE', 'an organisation without an MSP');
  const { config } = value as Readonly<{ config: FabricMsp }>;
  const pems = (list: readonly string[] | null) => (list ?? []).map((pem) => Buffer.from(pem, 'base64'));
  const nodeOUs = nodeOUsOf(config.fabric_node_ous);
  return {
    mspId: config.name,
    rootCerts: pems(config.root_certs),
    intermediateCerts: pems(config.intermediate_certs),
    admins: pems(config.admins),
    tlsRootCerts: pems(config.tls_root_certs),
    revocationList: pems(config.revocation_list),
    ...(nodeOUs === undefined ? {} : { nodeOUs }),
  };
}

function nodeOUsOf(found: FabricMsp['fabric_node_ous']): NodeOus | undefined {
  if (found?.enable !== true) return undefined;
  const unit = (name: string, usual: string) => {
    const ou = found[name];
    return (typeof ou === 'object' ? ou?.organizational_unit_identifier : undefined) ?? usual;
  };
  return {
    clientOu: unit('client_ou_identifier', DEFAULT_NODE_OUS.clientOu),
    peerOu: unit('peer_ou_identifier', DEFAULT_NODE_OUS.peerOu),
    adminOu: unit('admin_ou_identifier', DEFAULT_NODE_OUS.adminOu),
    ordererOu: unit('orderer_ou_identifier', DEFAULT_NODE_OUS.ordererOu),
  };
}
