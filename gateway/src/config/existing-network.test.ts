import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readPeerEndpoint } from './connection-profile.ts';
import { gatewayConfig } from './gateway-config.ts';
import { loadConfig } from './load-config.ts';
import { readWalletIdentity } from './wallet-identity.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const profile = () => ({
  name: 'test-network-org1',
  version: '1.0.0',
  client: { organization: 'Org1' },
  organizations: {
    Org2: { mspid: 'Org2MSP', peers: ['peer0.org2.example.com'] },
    Org1: { mspid: 'Org1MSP', peers: ['peer0.org1.example.com'], certificateAuthorities: ['ca.org1.example.com'] },
  },
  peers: {
    'peer0.org1.example.com': {
      url: 'grpcs://localhost:7051',
      tlsCACerts: { pem: PEM } as { pem?: string | string[]; path?: string },
      grpcOptions: { 'ssl-target-name-override': 'peer0.org1.example.com', hostnameOverride: 'peer0.org1.example.com' },
    },
  },
  certificateAuthorities: { 'ca.org1.example.com': { url: 'https://localhost:7054' } },
});
const identity = () => ({
  credentials: { certificate: PEM, privateKey: '-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n' },
  mspId: 'Org1MSP',
  type: 'X.509',
  version: 1,
});

describe('a network that exists already', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'mq-existing-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const written = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const varied = (vary: (content: ReturnType<typeof profile>) => unknown) => {
    const content = profile();
    vary(content);
    return written('connection.json', JSON.stringify(content));
  };

  it.each([
    ['JSON', JSON.stringify],
    ['YAML', stringify],
  ])('is found by a connection profile in %s', (_format, write) => {
    expect(readPeerEndpoint(written('connection', write(profile())), 'Org1MSP')).toEqual({
      endpoint: 'localhost:7051',
      hostname: 'peer0.org1.example.com',
      tlsRoot: { pem: PEM },
    });
  });

  it('takes TLS roots from files beside the profile, and lists of PEM', () => {
    const byPath = varied(({ peers }) => {
      peers['peer0.org1.example.com'].tlsCACerts = { path: 'tlsca.pem' };
    });
    expect(readPeerEndpoint(byPath, 'Org1MSP').tlsRoot).toBe(join(dir, 'tlsca.pem'));
    const listed = varied(({ peers }) => {
      peers['peer0.org1.example.com'].tlsCACerts = { pem: [PEM] };
    });
    expect(readPeerEndpoint(listed, 'Org1MSP').tlsRoot).toEqual({ pem: PEM });
  });

  it.each<[string, string, (content: ReturnType<typeof profile>) => unknown]>([
    ['no organisation with mspid', 'Org3MSP', () => {}],
    ['no peer of Org2MSP', 'Org2MSP', () => {}],
    [
      'grpcs://host:port',
      'Org1MSP',
      ({ peers }) => Object.assign(peers['peer0.org1.example.com'], { url: 'grpc://x:1' }),
    ],
    ['tlsCACerts', 'Org1MSP', ({ peers }) => Object.assign(peers['peer0.org1.example.com'], { tlsCACerts: {} })],
    ['/organizations', 'Org1MSP', (content) => Object.assign(content, { organizations: 5 })],
  ])('is refused with %s', (said, mspId, vary) => {
    expect(() => readPeerEndpoint(varied(vary), mspId)).toThrow(said);
  });

  it('takes the client from a wallet', () => {
    written('appUser.id', JSON.stringify(identity()));
    const { certificate, privateKey } = identity().credentials;
    expect(readWalletIdentity(dir, 'appUser', 'Org1MSP')).toEqual({
      certificate: { pem: certificate },
      privateKey: { pem: privateKey },
    });
  });

  it.each<[string, string]>([
    ['a user of Org2MSP', JSON.stringify({ ...identity(), mspId: 'Org2MSP' })],
    ['/type', JSON.stringify({ ...identity(), type: 'HSM-X.509' })],
    ['/version', JSON.stringify({ ...identity(), version: 2 })],
    ['no readable JSON', JSON.stringify(identity()).slice(0, -3)],
  ])('refuses a wallet with %s, and shows no key', (said, text) => {
    written('appUser.id', text);
    let message = '';
    try {
      readWalletIdentity(dir, 'appUser', 'Org1MSP');
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('MQ_CONFIG_INVALID');
    expect(message).toContain(said);
    expect(message).not.toContain('secret');
  });

  it('refuses a user that is a path', () => {
    expect(() => readWalletIdentity(dir, '../appUser', 'Org1MSP')).toThrow('ledger.walletUser');
  });

  it('configures the gateway, unless a setting says otherwise', () => {
    written('appUser.id', JSON.stringify(identity()));
    const consortiumFile = written(
      'consortium.json',
      JSON.stringify({
        channel: { name: 'mychannel' },
        organizations: [
          {
            mspId: 'Org1MSP',
            name: 'org1',
            peers: [{ name: 'peer0', port: 1 }],
            gatewayPort: 8081,
            application: { kind: 'hospital', facilities: [] },
          },
        ],
        application: {
          clockSkewSeconds: 300,
          leaseSeconds: 900,
          releaseThreshold: 1,
          recordClasses: [{ name: 'clinical', attestations: 1, endorsements: 1 }],
        },
      }),
    );
    const flags = {
      mspId: 'Org1MSP',
      consortiumFile,
      'ledger.connectionProfile': varied(() => {}),
      'ledger.walletDir': dir,
      'ledger.walletUser': 'appUser',
    };
    expect(gatewayConfig(loadConfig({ flags })).ledger).toMatchObject({
      channel: 'mychannel',
      peerEndpoint: 'localhost:7051',
      peerHostname: 'peer0.org1.example.com',
      tlsRootCert: { pem: PEM },
      clientCert: { pem: PEM },
    });
    const moved = { ...flags, 'ledger.peerEndpoint': 'peer:7051', 'ledger.clientCert': 'other.pem' };
    expect(gatewayConfig(loadConfig({ flags: moved })).ledger).toMatchObject({
      peerEndpoint: 'peer:7051',
      clientCert: 'other.pem',
      clientKey: { pem: expect.stringContaining('secret') },
    });
    const { 'ledger.walletUser': _none, ...nobody } = flags;
    expect(() => gatewayConfig(loadConfig({ flags: nobody }))).toThrow('ledger.walletUser');
  });
});
