import { common } from '@hyperledger/fabric-protos';
import { readEnvelope } from '@medquorum/network/protocol/signed-envelope';
import type { OperatedNetwork } from './operated-network.ts';
import { ProbeClient } from './probe-client.ts';
import type { Acknowledged } from './steady-writers.ts';

const VALID = 0;

/** Transaction ids that a peer's blocks hold as valid, with how often. */
export async function validTransactions(network: OperatedNetwork, mspId: string, height: number) {
  const client = await ProbeClient.connect(network, mspId);
  const valid = new Map<string, number>();
  const blocks = await client.network.getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of blocks) {
      const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
      for (const [index, bytes] of (block.getData()?.getDataList_asU8() ?? []).entries()) {
        const txId = readEnvelope(bytes).channelHeader.getTxId();
        if (codes?.[index] === VALID && txId !== '') valid.set(txId, (valid.get(txId) ?? 0) + 1);
      }
      if ((block.getHeader()?.getNumber() ?? 0) >= height - 1) break;
    }
  } finally {
    blocks.close();
    client.close();
  }
  return valid;
}

/** Acknowledged writes that a peer has not exactly once. */
export function lostOrDoubled(log: readonly Acknowledged[], valid: ReadonlyMap<string, number>): readonly string[] {
  return log.flatMap(({ key, txId, attempts }) => {
    const times = attempts.reduce((sum, attempt) => sum + (valid.get(attempt) ?? 0), 0);
    return times === 1 && valid.get(txId) === 1 ? [] : [`${key}: ${times} times`];
  });
}
