import { readFile, writeFile } from 'node:fs/promises';
import { type ChaincodeConnection, packageChaincode } from '../fabric/chaincode-package.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';

/** As Fabric's lifecycle takes names and versions in a package's label. */
const NAME = /^[a-zA-Z0-9]+([-_][a-zA-Z0-9]+)*$/;
const VERSION = /^[A-Za-z0-9_.+-]+$/;
const ADDRESS = /^[^\s:]+:([0-9]{1,5})$/;
const MAX_PORT = 65_535;
const DIAL_TIMEOUT = '10s';

export const chaincodePackage: Command = {
  name: 'chaincode package',
  summary: 'Make a chaincode package (as a service) for any Fabric peer',
  help: `usage: medquorum chaincode package --name NAME --version VERSION --address HOST:PORT --out FILE [--tls-ca FILE [--tls-cert FILE --tls-key FILE]]

Writes a package that 'peer lifecycle chaincode install' takes on Fabric 2.5 and 3.x, and prints its package id: the chaincode process is
started with it (--chaincode-id). The package says where the peer finds the process; each organisation makes its own. The same input gives the
same bytes.

  --name NAME       of the chaincode; label of the package is NAME_VERSION
  --version VERSION
  --address HOST:PORT
                    where the chaincode process listens, as the peer reaches it
  --out FILE        the package (.tar.gz); with --tls-key it holds a private key and never leaves the organisation
  --tls-ca FILE     PEM root of the chaincode process's TLS certificate; without it there is no TLS (loopback only)
  --tls-cert FILE --tls-key FILE
                    PEM certificate and key that the peer shows to the chaincode process (mutual TLS)
`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      name: { type: 'string' },
      version: { type: 'string' },
      address: { type: 'string' },
      out: { type: 'string' },
      'tls-ca': { type: 'string' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
    });
    const name = matching(values.name, 'name', NAME);
    const version = matching(values.version, 'version', VERSION);
    const address = matching(values.address, 'address', ADDRESS);
    if (Number(ADDRESS.exec(address)?.[1]) > MAX_PORT) throw new UsageError(`--address: ports end at ${MAX_PORT}`);
    const out = required(values.out, 'out');
    const tls = await tlsOf(values['tls-ca'], values['tls-cert'], values['tls-key']);
    const connection = { address, dial_timeout: DIAL_TIMEOUT, ...tls };
    const { packageId, bytes } = await packageChaincode(`${name}_${version}`, connection);
    await writeFile(out, bytes, { mode: 0o600 }).catch((cause: Error) => {
      throw new UsageError(`--out: ${out} cannot be written: ${cause.message}`, { cause });
    });
    if (!tls.tls_required) stderr.write(`without TLS: only for a chaincode process on the peer's own machine\n`);
    stderr.write(`${out} written (${bytes.length} bytes)\n`);
    stdout.write(`${packageId}\n`);
    return EXIT_OK;
  },
};

function matching(value: string | undefined, option: string, pattern: RegExp): string {
  const text = required(value, option);
  if (!pattern.test(text)) throw new UsageError(`--${option} is ${JSON.stringify(text)}; allowed: ${pattern.source}`);
  return text;
}

type ConnectionTls = Omit<ChaincodeConnection, 'address' | 'dial_timeout'>;

async function tlsOf(
  root: string | undefined,
  certificate: string | undefined,
  key: string | undefined,
): Promise<ConnectionTls> {
  if ((certificate === undefined) !== (key === undefined)) throw new UsageError('--tls-cert and --tls-key go together');
  if (root === undefined) {
    if (certificate !== undefined) throw new UsageError('--tls-cert needs --tls-ca');
    return { tls_required: false };
  }
  const server = { tls_required: true, root_cert: await pem('tls-ca', root) };
  if (certificate === undefined || key === undefined) return server;
  return {
    ...server,
    client_auth_required: true,
    client_cert: await pem('tls-cert', certificate),
    client_key: await pem('tls-key', key),
  };
}

async function pem(option: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause) => {
    throw new UsageError(`--${option}: ${file} cannot be read`, { cause });
  });
}
