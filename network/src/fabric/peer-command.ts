import type { TopologyOrganization, TopologyPeer } from '../topology/topology.ts';
import type { FabricBinaries } from './fabric-binaries.ts';
import type { FabricMaterial } from './fabric-material.ts';
import { runTool } from './run-tool.ts';

export type PeerTarget = Readonly<{
  /** As whose administrator. */
  organization: TopologyOrganization;
  peer: TopologyPeer;
  configDirectory: string;
  /** The peer's organisation where that is another one: its public TLS root is then what is trusted. */
  of?: TopologyOrganization;
}>;

/** The `peer` program as the administrator of one organisation, against one of its peers. */
export class PeerCommand {
  readonly #binaries: FabricBinaries;
  readonly #env: Readonly<Record<string, string>>;

  constructor(binaries: FabricBinaries, material: FabricMaterial, target: PeerTarget) {
    const { organization, peer, configDirectory, of = organization } = target;
    const { mspId } = organization;
    this.#binaries = binaries;
    this.#env = {
      FABRIC_CFG_PATH: configDirectory,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_LOCALMSPID: mspId,
      CORE_PEER_MSPCONFIGPATH: material.admin(mspId).msp.root,
      CORE_PEER_ADDRESS: `${peer.host ?? of.host}:${peer.port}`,
      CORE_PEER_TLS_ENABLED: 'true',
      CORE_PEER_TLS_ROOTCERT_FILE: material.tlsRoot(of.mspId),
    };
  }

  run(...args: readonly string[]): Promise<string> {
    return runTool(this.#binaries.peer, args, { env: this.#env });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const printed = await this.run(...args, '--output', 'json');
    return JSON.parse(printed.slice(printed.indexOf('{'))) as T;
  }
}
