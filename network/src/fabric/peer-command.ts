import type { FabricBinaries } from './fabric-binaries.ts';
import { runTool } from './run-tool.ts';

export type PeerCommandOptions = Readonly<{
  configDirectory: string;
  /** In whose name: an MSP id and the MSP folder with the key. */
  mspId: string;
  mspDirectory: string;
  /** The peer that is asked and the TLS root it is trusted by; undefined where only orderers are. */
  peer?: Readonly<{ address: string; tlsRoot: string }> | undefined;
}>;

/** The `peer` program in somebody's name. */
export class PeerCommand {
  readonly #binaries: FabricBinaries;
  readonly #env: Readonly<Record<string, string>>;

  constructor(binaries: FabricBinaries, { configDirectory, mspId, mspDirectory, peer }: PeerCommandOptions) {
    this.#binaries = binaries;
    this.#env = {
      FABRIC_CFG_PATH: configDirectory,
      FABRIC_LOGGING_SPEC: 'error',
      CORE_PEER_LOCALMSPID: mspId,
      CORE_PEER_MSPCONFIGPATH: mspDirectory,
      CORE_PEER_TLS_ENABLED: 'true',
      ...(peer === undefined ? {} : { CORE_PEER_ADDRESS: peer.address, CORE_PEER_TLS_ROOTCERT_FILE: peer.tlsRoot }),
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
