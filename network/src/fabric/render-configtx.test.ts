import { parse } from 'yaml';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { CHANNEL_PROFILE, renderConfigtx } from './render-configtx.ts';

const MEGABYTE = 1024 * 1024;

describe('renderConfigtx', () => {
  it.each([4 * MEGABYTE, 20 * MEGABYTE])(
    'lets BFT orderers take what a block of %d bytes may hold, and no more',
    (bytes) => {
      const draft = topologyDraft();
      const topology = topologyFrom({
        ...draft,
        channel: { ...draft.channel, batch: { absoluteMaxBytes: bytes } },
        orderers: {
          consensus: 'bft',
          nodes: [1, 2, 3, 4].map((n) => ({ name: `orderer${n}`, port: 0, adminPort: 0, operationsPort: 0 })),
        },
      });
      const { Orderer } = parse(renderConfigtx(topology, new FabricMaterial(topology, '/keys'))).Profiles[
        CHANNEL_PROFILE
      ];
      // Orderers refuse to join a channel where a request may be larger than a batch, and never order one that is.
      expect(Orderer.SmartBFT.RequestMaxBytes).toBe(bytes);
      expect(Orderer.BatchSize.AbsoluteMaxBytes).toBe(bytes);
    },
  );
});
