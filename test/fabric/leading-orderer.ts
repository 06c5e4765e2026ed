import { until } from '@medquorum/network/operations/until';
import type { Topology } from '@medquorum/network/topology/topology';

/** Process name of the BFT orderer that leads, by its own metrics. @throws OperationError MQ_OPERATION_TIMEOUT */
export function leadingOrderer({ orderers }: Topology): Promise<string> {
  return until('an orderer leads', async () => {
    for (const { name, host, operationsPort } of orderers.nodes) {
      const response = await fetch(`http://${host}:${operationsPort}/metrics`).catch(() => undefined);
      const isLeader = /^consensus_BFT_is_leader\{[^}]*\} 1$/m.test((await response?.text()) ?? '');
      if (isLeader) return `${name}.${orderers.name}`;
    }
    return undefined;
  });
}
