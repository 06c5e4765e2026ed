import { TestAuthority } from '../../msp/testing/test-authority.ts';
import type { EmbeddedNetwork } from '../embedded-network.ts';
import type { NetworkOptions, NetworkOrderer, NetworkOrganization } from '../network-options.ts';
import { startNetwork } from '../start-network.ts';

/** Two organisations and an orderer with keys of their own, without TLS and without a chaincode process. */
export class BareNetwork {
  readonly authority: TestAuthority;
  readonly options: NetworkOptions;

  private constructor(authority: TestAuthority, options: NetworkOptions) {
    this.authority = authority;
    this.options = options;
  }

  static async prepare(): Promise<BareNetwork> {
    const [first, second, orderer] = await Promise.all(
      ['Org1MSP', 'Org2MSP', 'OrdererMSP'].map((mspId) => TestAuthority.create(mspId)),
    );
    if (first === undefined || second === undefined || orderer === undefined) throw new Error('no authorities');
    return new BareNetwork(first, {
      organizations: [await organizationOf(first), await organizationOf(second)],
      orderer: await ordererOf(orderer),
      chaincodes: [
        { name: 'cc', version: '1', endorsementPolicy: "OR('Org1MSP.peer')", processes: { Org1MSP: '127.0.0.1:1' } },
      ],
      chaincodeWaitMs: 0,
    });
  }

  start(overrides: Partial<NetworkOptions> = {}): Promise<EmbeddedNetwork> {
    return startNetwork({ ...this.options, ...overrides });
  }
}

async function organizationOf(authority: TestAuthority): Promise<NetworkOrganization> {
  const { certificatePem, privateKeyPem } = await authority.issue({ ou: 'peer', name: 'peer0' });
  return { msp: authority.mspConfig(), peer: { certificatePem, privateKeyPem } };
}

async function ordererOf(authority: TestAuthority): Promise<NetworkOrderer> {
  const { certificatePem, privateKeyPem } = await authority.issue({ ou: 'orderer', name: 'orderer1' });
  return { msp: authority.mspConfig(), identity: { certificatePem, privateKeyPem } };
}
