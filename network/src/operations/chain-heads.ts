import { common } from '@hyperledger/fabric-protos';
import type { Operator, PeerOf } from './operator.ts';

/** How far a peer is. */
export type ChainHead = Readonly<{
  mspId: string;
  peer: string;
  /** Number of blocks. */
  height: number;
  /** Base64 of the last block's header hash: equal hashes at equal heights mean equal chains. */
  blockHash: string;
}>;

/** Head of the channel on one peer, asked as an administrator of an organisation whose key is here. */
export async function chainHead(operator: Operator, target: PeerOf): Promise<ChainHead> {
  const { organization, peer } = target;
  const asked = operator.hasKeys(organization.mspId) ? organization : operator.anyOwnOrganization();
  const command = operator.peerCommand(asked, target);
  // `peer channel getinfo` asks outside any channel, which a peer allows its own organisation only; this any reader of the channel may.
  const query = JSON.stringify({ Args: ['GetChainInfo', operator.channel] });
  const printed = await command.run('chaincode', 'query', '-C', operator.channel, '-n', 'qscc', '-c', query, '--hex');
  const [hex = ''] = /^[0-9a-f]+$/m.exec(printed) ?? [];
  const info = common.BlockchainInfo.deserializeBinary(Buffer.from(hex, 'hex'));
  return {
    mspId: organization.mspId,
    peer: peer.name,
    height: info.getHeight(),
    blockHash: Buffer.from(info.getCurrentblockhash_asU8()).toString('base64'),
  };
}

/** Heads of all peers of the topology; a peer that does not answer is named in `silent`. */
export async function chainHeads(
  operator: Operator,
): Promise<Readonly<{ heads: readonly ChainHead[]; silent: readonly string[] }>> {
  const targets = operator.topology.organizations.flatMap((organization) =>
    organization.peers.map((peer): PeerOf => ({ organization, peer })),
  );
  const answers = await Promise.allSettled(targets.map((target) => chainHead(operator, target)));
  return {
    heads: answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
    silent: answers.flatMap((answer, i) => {
      const target = targets[i];
      return answer.status === 'fulfilled' || target === undefined
        ? []
        : [`${target.peer.name} of ${target.organization.name}`];
    }),
  };
}
