import { common } from '@hyperledger/fabric-protos';
import { parseBlock } from '@medquorum/gateway/readmodel/parse-block';
import { connectionFile } from '@medquorum/network/connection/connection-file';
import { connectGateway } from '../network/gateway-client.ts';
import type { RestWrite } from './rest-writers.ts';
import type { RunningConsortium } from './running-consortium.ts';

/** An entry of a valid transaction, as a peer's blocks hold it. */
export type WrittenEntry = Readonly<{ nonce: string; marker: string; id: string; txId: string }>;

/** What the peer of one organisation has. */
export type PeerView = Readonly<{ height: number; lastBlockHash: string; entries: readonly WrittenEntry[] }>;

type Arguments = Readonly<{ recordId?: string; practitionerId?: string; header?: Readonly<{ date?: string }> }>;
type StoredEntry = Readonly<{ intent: Readonly<{ nonce: string; args: Arguments }> }>;

/** Blocks that the organisation's own peer has by now. */
export async function heightOf(consortium: RunningConsortium, mspId: string): Promise<number> {
  return onPeer(consortium, mspId, async ({ gateway }) => {
    const { name } = consortium.topology.channel;
    const answer = await gateway.getNetwork(name).getContract('qscc').evaluateTransaction('GetChainInfo', name);
    return common.BlockchainInfo.deserializeBinary(answer).getHeight();
  });
}

/** Reads a peer's chain up to a height, waiting for what it does not have yet. */
export async function peerView(consortium: RunningConsortium, mspId: string, height: number): Promise<PeerView> {
  return onPeer(consortium, mspId, async ({ gateway }) => {
    const [chaincode] = consortium.topology.chaincodes;
    const blocks = await gateway.getNetwork(consortium.topology.channel.name).getBlockEvents({ startBlock: 0n });
    const entries: WrittenEntry[] = [];
    try {
      for await (const block of blocks) {
        const header = block.getHeader();
        for (const { txId, invocation, validationCode } of parseBlock(block, chaincode?.name ?? '')) {
          if (validationCode !== 0 || invocation?.chaincode !== chaincode?.name) continue;
          entries.push(...entriesOf(invocation?.args[0]).map((entry) => ({ ...entry, txId })));
        }
        if ((header?.getNumber() ?? 0) < height - 1) continue;
        const lastBlockHash = Buffer.from(header?.serializeBinary() ?? []).toString('hex');
        return { height, lastBlockHash, entries };
      }
    } finally {
      blocks.close();
    }
    throw new Error(`the peer of ${mspId} ended its blocks`);
  });
}

/** Acknowledged writes that a peer has not exactly once under what was answered, and any write that it has twice. */
export function lostOrDoubled(log: readonly RestWrite[], { entries }: Pick<PeerView, 'entries'>): readonly string[] {
  const byMarker = Map.groupBy(entries, ({ marker }) => marker);
  const acknowledged = log.flatMap(({ marker, id, txId }) => {
    const found = byMarker.get(marker) ?? [];
    const [first] = found;
    return found.length === 1 && first?.id === id && first.txId === txId ? [] : [`${marker}: ${found.length} times`];
  });
  const twice = (by: keyof WrittenEntry) =>
    [...Map.groupBy(entries, (entry) => entry[by])].flatMap(([value, found]) =>
      value !== '' && found.length > 1 ? [`${by} ${value}: ${found.length} times`] : [],
    );
  return [...acknowledged, ...twice('marker'), ...twice('nonce')];
}

function entriesOf(argument: string | undefined): readonly Omit<WrittenEntry, 'txId'>[] {
  const items: readonly Partial<StoredEntry>[] = argument?.startsWith('[') ? JSON.parse(argument) : [];
  // Nonces that are pruned come in a list too, which holds no entries.
  return items.flatMap(({ intent }) =>
    intent === undefined ? [] : [{ nonce: intent.nonce, ...markedBy(intent.args) }],
  );
}

/** New records are told by their date; everything else that names a practitioner only once, by that. */
function markedBy({ recordId, practitionerId, header }: Arguments): Readonly<{ marker: string; id: string }> {
  if (recordId !== undefined && header !== undefined) return { marker: header.date ?? '', id: recordId };
  return { marker: practitionerId ?? '', id: practitionerId ?? '' };
}

async function onPeer<T>(
  { topology, keys }: RunningConsortium,
  mspId: string,
  ask: (client: Awaited<ReturnType<typeof connectGateway>>) => Promise<T>,
): Promise<T> {
  const { organizations } = connectionFile(topology, keys, { engine: 'fabric', endpoints: new Map() });
  const connection = organizations.find((organization) => organization.mspId === mspId);
  if (connection === undefined) throw new Error(`no organisation ${mspId}`);
  const client = await connectGateway(connection);
  try {
    return await ask(client);
  } finally {
    client.close();
  }
}
