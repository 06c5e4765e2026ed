import { ADMIN_USER, type MspLayout, materialLayout, type TlsLayout } from '../pki/material-layout.ts';
import type { Topology } from '../topology/topology.ts';

/** Where the keys of one node or user stand, as Fabric's programs take them. */
export type NodeMaterial = Readonly<{ msp: MspLayout; tls: TlsLayout }>;

/** The key material of a consortium as paths: what the rendered configuration files and commands of Fabric name. */
export class FabricMaterial {
  readonly #topology: Topology;
  readonly #layout: ReturnType<typeof materialLayout>;

  constructor(topology: Topology, directory: string) {
    this.#topology = topology;
    this.#layout = materialLayout(directory);
  }

  /** Public MSP of an organisation, the orderers' included: no private key inside. */
  mspDirectory(mspId: string): string {
    return this.#of(mspId).publicMsp.root;
  }

  peer(mspId: string, peerName: string): NodeMaterial {
    return this.#of(mspId).holder('peers', peerName);
  }

  orderer(ordererName: string): NodeMaterial {
    return this.#of(this.#topology.orderers.mspId).holder('orderers', ordererName);
  }

  admin(mspId: string): NodeMaterial {
    return this.user(mspId, ADMIN_USER);
  }

  user(mspId: string, name: string): NodeMaterial {
    return this.#of(mspId).holder('users', name);
  }

  /** TLS of the organisation's process of a chaincode. */
  chaincode(mspId: string, chaincode: string): TlsLayout {
    return this.#of(mspId).chaincode(chaincode).tls;
  }

  /** What the organisation's peers show to that process. */
  chaincodeClient(mspId: string, chaincode: string): TlsLayout {
    return this.#of(mspId).chaincode(chaincode).client;
  }

  /** Root of the organisation's identities. */
  identityRoot(mspId: string): string {
    return this.#of(mspId).publicMsp.rootCertificate;
  }

  tlsRoot(mspId: string): string {
    return this.#of(mspId).publicMsp.tlsRootCertificate;
  }

  /** The TLS roots of all organisations: whose nodes and clients may connect. */
  tlsRoots(): readonly string[] {
    return [...this.#topology.organizations, this.#topology.orderers].map(({ mspId }) => this.tlsRoot(mspId));
  }

  #of(mspId: string) {
    const owner = [...this.#topology.organizations, this.#topology.orderers].find(
      (candidate) => candidate.mspId === mspId,
    );
    if (owner === undefined) throw new RangeError(`${mspId} is not of this topology`);
    return this.#layout.organization(owner.name);
  }
}
