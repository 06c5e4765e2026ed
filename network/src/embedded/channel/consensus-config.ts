import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { nOutOf, signedBy } from '../../policy/policy-text.ts';
import type { BatchSettings } from '../../topology/topology.ts';
import { bftQuorum, type Consenter } from '../orderer/consenters.ts';

/** What a channel's configuration says of its consensus. */
export type ConsensusConfig = Readonly<{
  /** Values of the orderer group. */
  values: Readonly<Record<string, Uint8Array>>;
  /** Who must have signed a block; undefined: any orderer. */
  blockValidation: common.Policy | undefined;
}>;

/** One orderer alone. */
export function soloConsensus(): ConsensusConfig {
  return { values: { ConsensusType: consensusType('solo') }, blockValidation: undefined };
}

/** BFT orderers by number, and a quorum of exactly these under each block. */
export function bftConsensus(consenters: readonly Consenter[], batch: BatchSettings): ConsensusConfig {
  const mapping = new common.Orderers();
  mapping.setConsenterMappingList(consenters.map(consenterMessage));
  return {
    values: { ConsensusType: consensusType('BFT', smartBftOptions(batch)), Orderers: mapping.serializeBinary() },
    blockValidation: quorumPolicy(consenters),
  };
}

function consensusType(type: string, metadata: Uint8Array = new Uint8Array()): Uint8Array {
  const message = new orderer.ConsensusType();
  message.setType(type);
  message.setMetadata(metadata);
  return message.serializeBinary();
}

/** Of SmartBFT's options those that have a meaning in one process; count and bytes of a batch are the channel's. */
function smartBftOptions(batch: BatchSettings): Uint8Array {
  const options = new orderer.smartbft.Options();
  options.setRequestBatchMaxInterval(`${batch.timeoutMs}ms`);
  options.setRequestMaxBytes(batch.absoluteMaxBytes);
  return options.serializeBinary();
}

function consenterMessage({ host, port, identity, tlsCertificatePem }: Consenter, index: number): common.Consenter {
  const message = new common.Consenter();
  message.setId(index + 1);
  message.setHost(host);
  message.setPort(port);
  message.setMspId(identity.mspId);
  message.setIdentity(Buffer.from(identity.certificatePem));
  message.setClientTlsCert(Buffer.from(tlsCertificatePem));
  message.setServerTlsCert(Buffer.from(tlsCertificatePem));
  return message;
}

function quorumPolicy(consenters: readonly Consenter[]): common.Policy {
  const envelope = new common.SignaturePolicyEnvelope();
  envelope.setRule(
    nOutOf(
      bftQuorum(consenters.length),
      consenters.map((_, index) => signedBy(index)),
    ),
  );
  envelope.setIdentitiesList(
    consenters.map(({ identity }) => {
      const principal = new msp.MSPPrincipal();
      principal.setPrincipalClassification(msp.MSPPrincipal.Classification.IDENTITY);
      principal.setPrincipal(identity.serialized);
      return principal;
    }),
  );
  const policy = new common.Policy();
  policy.setType(common.Policy.PolicyType.SIGNATURE);
  policy.setValue(envelope.serializeBinary());
  return policy;
}
