import { parse } from 'yaml';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { CHANNEL_PROFILE, renderConfigtx } from './render-configtx.ts';

const MEGABYTE = 1024 * 1024;
const nodes = [1, 2, 3, 4].map((n) => ({ name: `orderer${n}`, port: 7500 + n }));

function orderer(orderers: Readonly<Record<string, unknown>>, channel: Readonly<Record<string, unknown>> = {}) {
  const draft = topologyDraft();
  const document = { ...draft, channel: { ...draft.channel, ...channel }, orderers: { nodes, ...orderers } };
  const topology = topologyFrom(document);
  const rendered = parse(renderConfigtx(topology, new FabricMaterial(topology, '/keys')));
  return rendered.Profiles[CHANNEL_PROFILE].Orderer;
}

describe('renderConfigtx', () => {
  it('replaces a leader that is silent for as long as the topology says', () => {
    const { SmartBFT } = orderer({ leaderTimeoutMs: 4000 });
    expect(SmartBFT).toMatchObject({ LeaderHeartbeatTimeout: '4000ms' });
    expect(orderer({}).SmartBFT).toMatchObject({ LeaderHeartbeatTimeout: '3000ms' });
    expect(orderer({ consensus: 'raft' }).SmartBFT).toBeUndefined();
  });

  it.each([
    [1999, false],
    [2000, true],
    [600_000, true],
    [600_001, false],
  ])('with %i ms is within bounds: %s', (leaderTimeoutMs, isValid) => {
    const render = () => orderer({ leaderTimeoutMs });
    if (isValid) expect(render).not.toThrow();
    else expect(render).toThrow(/leaderTimeoutMs/);
  });

  it.each([4 * MEGABYTE, 20 * MEGABYTE])(
    'lets BFT orderers take what a block of %d bytes may hold, and no more',
    (bytes) => {
      const { SmartBFT, BatchSize } = orderer({ consensus: 'bft' }, { batch: { absoluteMaxBytes: bytes } });
      // Orderers refuse to join a channel where a request may be larger than a batch, and never order one that is.
      expect(SmartBFT.RequestMaxBytes).toBe(bytes);
      expect(BatchSize.AbsoluteMaxBytes).toBe(bytes);
    },
  );
});
