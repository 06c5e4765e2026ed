import { parse } from 'yaml';
import { topologyFrom } from '../topology/load-topology.ts';
import { topologyDraft } from '../topology/testing/topology-draft.ts';
import { FabricMaterial } from './fabric-material.ts';
import { CHANNEL_PROFILE, renderConfigtx } from './render-configtx.ts';

const nodes = [1, 2, 3, 4].map((n) => ({ name: `orderer${n}`, port: 7500 + n }));

function smartBft(orderers: Readonly<Record<string, unknown>>) {
  const topology = topologyFrom({ ...topologyDraft(), orderers: { nodes, ...orderers } });
  const rendered = parse(renderConfigtx(topology, new FabricMaterial(topology, '/keys')));
  return rendered.Profiles[CHANNEL_PROFILE].Orderer.SmartBFT;
}

describe('renderConfigtx', () => {
  it('replaces a leader that is silent for as long as the topology says', () => {
    expect(smartBft({ leaderTimeoutMs: 4000 })).toMatchObject({ LeaderHeartbeatTimeout: '4000ms' });
    expect(smartBft({})).toMatchObject({ LeaderHeartbeatTimeout: '3000ms' });
    expect(smartBft({ consensus: 'raft' })).toBeUndefined();
  });

  it.each([
    [1999, false],
    [2000, true],
    [600_000, true],
    [600_001, false],
  ])('with %i ms is within bounds: %s', (leaderTimeoutMs, isValid) => {
    const render = () => smartBft({ leaderTimeoutMs });
    if (isValid) expect(render).not.toThrow();
    else expect(render).toThrow(/leaderTimeoutMs/);
  });
});
