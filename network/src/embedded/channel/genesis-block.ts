import { randomBytes } from 'node:crypto';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import type { MspConfig, Pem } from '../../msp/msp-config.ts';
import {
  APPLICATION_POLICY_RULES,
  type ApplicationPolicyName,
  ORGANIZATION_POLICY_ROLES,
} from '../../policy/channel-policies.ts';
import type { ImplicitMetaRule } from '../../policy/implicit-meta-policy.ts';
import { nOutOf, signedBy } from '../../policy/policy-text.ts';
import { rolePrincipal } from '../../policy/principal.ts';
import { channelHeaderAt } from '../../protocol/channel-header-at.ts';
import { computeTransactionId } from '../../protocol/transaction-id.ts';
import type { BatchSettings } from '../../topology/topology.ts';
import type { Consenter } from '../orderer/consenters.ts';
import { bftConsensus, soloConsensus } from './consensus-config.ts';

/** What the first block of a channel says. */
export type GenesisOptions = Readonly<{
  channelId: string;
  organizations: readonly MspConfig[];
  ordererOrganization: MspConfig;
  /** BFT orderers by number; undefined: one orderer alone. */
  consenters: readonly Consenter[] | undefined;
  batch: BatchSettings;
  nowMs: number;
}>;

const NONCE_BYTES = 24;
const CHANNEL_CAPABILITY = 'V3_0';
const ORDERER_CAPABILITY = 'V2_0';
const APPLICATION_CAPABILITY = 'V2_5';
const MAX_UINT32 = 2 ** 32 - 1;

/** The envelope of the genesis block: a CONFIG transaction that nobody signed, with an id of 64 digits. */
export function genesisEnvelope(options: GenesisOptions): Uint8Array {
  const config = new common.Config();
  config.setChannelGroup(channelGroup(options));
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(config);
  const nonce = randomBytes(NONCE_BYTES);
  const channelHeader = channelHeaderAt(options.nowMs);
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setVersion(1);
  channelHeader.setChannelId(options.channelId);
  channelHeader.setTxId(computeTransactionId(nonce, new Uint8Array()));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configEnvelope.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

function channelGroup({ organizations, ordererOrganization, consenters, batch }: GenesisOptions): common.ConfigGroup {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const dataHashing = new common.BlockDataHashingStructure();
  dataHashing.setWidth(MAX_UINT32); // one hash over all envelopes
  return group({
    groups: {
      Application: applicationGroup(organizations),
      Orderer: ordererGroup(ordererOrganization, consenters, batch),
    },
    values: {
      HashingAlgorithm: hashing.serializeBinary(),
      BlockDataHashingStructure: dataHashing.serializeBinary(),
      Capabilities: capabilities(CHANNEL_CAPABILITY),
    },
    policies: {
      Readers: implicitMeta('ANY', 'Readers'),
      Writers: implicitMeta('ANY', 'Writers'),
      Admins: implicitMeta('MAJORITY', 'Admins'),
    },
  });
}

function applicationGroup(organizations: readonly MspConfig[]): common.ConfigGroup {
  const names = Object.keys(APPLICATION_POLICY_RULES) as ApplicationPolicyName[];
  return group({
    groups: Object.fromEntries(
      organizations.map((organization) => [organization.mspId, organizationGroup(organization, names)]),
    ),
    values: { Capabilities: capabilities(APPLICATION_CAPABILITY) },
    policies: Object.fromEntries(names.map((name) => [name, implicitMeta(APPLICATION_POLICY_RULES[name], name)])),
  });
}

function ordererGroup(
  organization: MspConfig,
  consenters: readonly Consenter[] | undefined,
  batch: BatchSettings,
): common.ConfigGroup {
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(batch.maxMessageCount);
  size.setAbsoluteMaxBytes(batch.absoluteMaxBytes);
  size.setPreferredMaxBytes(batch.preferredMaxBytes);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(`${batch.timeoutMs}ms`);
  const consensus = consenters === undefined ? soloConsensus() : bftConsensus(consenters, batch);
  return group({
    groups: { [organization.mspId]: organizationGroup(organization, ['Readers', 'Writers', 'Admins']) },
    values: {
      BatchSize: size.serializeBinary(),
      BatchTimeout: timeout.serializeBinary(),
      ChannelRestrictions: new Uint8Array(),
      ...consensus.values,
      Capabilities: capabilities(ORDERER_CAPABILITY),
    },
    policies: {
      Readers: implicitMeta('ANY', 'Readers'),
      Writers: implicitMeta('ANY', 'Writers'),
      Admins: implicitMeta('MAJORITY', 'Admins'),
      BlockValidation: consensus.blockValidation ?? implicitMeta('ANY', 'Writers'),
    },
  });
}

function organizationGroup(config: MspConfig, names: readonly ApplicationPolicyName[]): common.ConfigGroup {
  const mspConfig = new msp.MSPConfig();
  mspConfig.setType(0);
  mspConfig.setConfig(fabricMspConfig(config).serializeBinary());
  return group({
    groups: {},
    values: { MSP: mspConfig.serializeBinary() },
    policies: Object.fromEntries(names.map((name) => [name, organizationPolicy(config.mspId, name)])),
  });
}

function fabricMspConfig(config: MspConfig): msp.FabricMSPConfig {
  const bytes = (pems: readonly Pem[]): Uint8Array[] => pems.map((pem) => Buffer.from(pem));
  const message = new msp.FabricMSPConfig();
  message.setName(config.mspId);
  message.setRootCertsList(bytes(config.rootCerts));
  message.setIntermediateCertsList(bytes(config.intermediateCerts));
  message.setAdminsList(bytes(config.admins));
  message.setTlsRootCertsList(bytes(config.tlsRootCerts));
  message.setRevocationListList(bytes(config.revocationList));
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  message.setCryptoConfig(crypto);
  if (config.nodeOUs !== undefined) {
    const identifier = (unit: string): msp.FabricOUIdentifier => {
      const ou = new msp.FabricOUIdentifier();
      ou.setOrganizationalUnitIdentifier(unit);
      return ou;
    };
    const nodeOus = new msp.FabricNodeOUs();
    nodeOus.setEnable(true);
    nodeOus.setClientOuIdentifier(identifier(config.nodeOUs.clientOu));
    nodeOus.setPeerOuIdentifier(identifier(config.nodeOUs.peerOu));
    nodeOus.setAdminOuIdentifier(identifier(config.nodeOUs.adminOu));
    nodeOus.setOrdererOuIdentifier(identifier(config.nodeOUs.ordererOu));
    message.setFabricNodeOus(nodeOus);
  }
  return message;
}

type GroupParts = Readonly<{
  groups: Readonly<Record<string, common.ConfigGroup>>;
  values: Readonly<Record<string, Uint8Array>>;
  policies: Readonly<Record<string, common.Policy>>;
}>;

const MODIFICATION_POLICY = 'Admins';

function group({ groups, values, policies }: GroupParts): common.ConfigGroup {
  const message = new common.ConfigGroup();
  message.setModPolicy(MODIFICATION_POLICY);
  for (const [name, child] of Object.entries(groups)) message.getGroupsMap().set(name, child);
  for (const [name, bytes] of Object.entries(values)) {
    const value = new common.ConfigValue();
    value.setValue(bytes);
    value.setModPolicy(MODIFICATION_POLICY);
    message.getValuesMap().set(name, value);
  }
  for (const [name, policy] of Object.entries(policies)) {
    const configPolicy = new common.ConfigPolicy();
    configPolicy.setPolicy(policy);
    configPolicy.setModPolicy(MODIFICATION_POLICY);
    message.getPoliciesMap().set(name, configPolicy);
  }
  return message;
}

function implicitMeta(rule: ImplicitMetaRule, subPolicy: string): common.Policy {
  const meta = new common.ImplicitMetaPolicy();
  meta.setRule(common.ImplicitMetaPolicy.Rule[rule]);
  meta.setSubPolicy(subPolicy);
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.IMPLICIT_META);
  policy.setValue(meta.serializeBinary());
  return policy;
}

function organizationPolicy(mspId: string, name: ApplicationPolicyName): common.Policy {
  const roles = ORGANIZATION_POLICY_ROLES[name];
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setIdentitiesList(roles.map((role) => rolePrincipal(mspId, role)));
  envelope.setRule(
    nOutOf(
      1,
      roles.map((_, index) => signedBy(index)),
    ),
  );
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope.serializeBinary());
  return policy;
}

function capabilities(name: string): Uint8Array {
  const message = new common.Capabilities();
  message.getCapabilitiesMap().set(name, new common.Capability());
  return message.serializeBinary();
}
