import { serverSettings } from './server-settings.ts';

const flags = ['--address', '127.0.0.1:0', '--chaincode-id', 'ehr_1:abc'];

describe('settings of a chaincode process', () => {
  it('come from flags before the environment', () => {
    const environment = {
      CHAINCODE_SERVER_ADDRESS: '0.0.0.0:1',
      CHAINCODE_ID: 'other',
      CHAINCODE_CONSORTIUM: 'c.json',
    };
    expect(serverSettings(flags, environment)).toEqual({
      address: '127.0.0.1:0',
      chaincodeId: 'ehr_1:abc',
      tls: undefined,
      consortiumFile: 'c.json',
    });
    expect(serverSettings([], environment)).toMatchObject({ address: '0.0.0.0:1', chaincodeId: 'other' });
  });

  it('name what is missing', () => {
    expect(() => serverSettings([], {})).toThrow('--address (or CHAINCODE_SERVER_ADDRESS): is missing');
    expect(() => serverSettings(flags.slice(0, 2), {})).toThrow('--chaincode-id');
    expect(() => serverSettings([...flags, '--tls-cert', 'c.pem'], {})).toThrow('--tls-key');
    expect(() => serverSettings([...flags, '--tls-client-ca', 'ca.pem'], {})).toThrow('--tls-cert');
  });
});
