import { parseArgs } from 'node:util';
import { MedQuorumError } from './medquorum-error.ts';

/** What a chaincode process is told when it starts: flags first, then the environment. */
export type ServerSettings = Readonly<{
  /** `host:port`; port 0 takes a free one, which the process prints. */
  address: string;
  /** Package id, as the peer knows it. */
  chaincodeId: string;
  /** PEM files; all or none, `clientCa` may be absent: then any peer may connect. */
  tls: Readonly<{ certificateFile: string; keyFile: string; clientCaFile: string | undefined }> | undefined;
  /** JSON file with this organisation's description of the consortium, for its veto; read whenever it is compared with. */
  consortiumFile: string | undefined;
}>;

const FLAGS = {
  address: 'CHAINCODE_SERVER_ADDRESS',
  'chaincode-id': 'CHAINCODE_ID',
  'tls-cert': 'CHAINCODE_TLS_CERT',
  'tls-key': 'CHAINCODE_TLS_KEY',
  'tls-client-ca': 'CHAINCODE_TLS_CLIENT_CA',
  consortium: 'CHAINCODE_CONSORTIUM',
} as const;

/** Text of `--help`. */
export const SERVER_HELP = `usage: node server.js --address HOST:PORT --chaincode-id ID [--consortium FILE] [--tls-cert FILE --tls-key FILE [--tls-client-ca FILE]]

The chaincode process of one organisation, called by its peer.

  --address        where to listen (${FLAGS.address}); port 0 takes a free one, which is printed
  --chaincode-id   package id, as the peer knows it (${FLAGS['chaincode-id']})
  --consortium     the organisation's description of the consortium, JSON: what differs from it is vetoed (${FLAGS.consortium})
  --tls-cert, --tls-key, --tls-client-ca
                   PEM files of this process, and of the root of the peers that may call it
                   (${FLAGS['tls-cert']}, ${FLAGS['tls-key']}, ${FLAGS['tls-client-ca']})
`;

/** @throws MedQuorumError `MQ_INPUT_INVALID` naming the flag */
export function serverSettings(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServerSettings {
  const options = Object.fromEntries(Object.keys(FLAGS).map((flag) => [flag, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...argv], options });
  const setting = (flag: keyof typeof FLAGS): string | undefined => {
    const value = values[flag] ?? environment[FLAGS[flag]];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const required = (flag: keyof typeof FLAGS): string => {
    const value = setting(flag);
    if (value !== undefined) return value;
    throw new MedQuorumError('MQ_INPUT_INVALID', `--${flag} (or ${FLAGS[flag]}): is missing`);
  };
  const isTls = (['tls-cert', 'tls-key', 'tls-client-ca'] as const).some((flag) => setting(flag) !== undefined);
  return {
    address: required('address'),
    chaincodeId: required('chaincode-id'),
    tls: isTls
      ? { certificateFile: required('tls-cert'), keyFile: required('tls-key'), clientCaFile: setting('tls-client-ca') }
      : undefined,
    consortiumFile: setting('consortium'),
  };
}
