import { renewCertificates } from '../pki/renew-certificate.ts';
import { type Command, EXIT_OK, parseOptions, required } from './command.ts';
import { daysOf } from './days-option.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP, networkPlace } from './topology-option.ts';

export const pkiRenew: Command = {
  name: 'pki renew',
  summary: 'Give a node or user new certificates',
  help: `usage: medquorum pki renew --org NAME --name HOLDER [--new-key] [--days N] [options]

Writes a new identity and a new TLS certificate. The old ones stay valid until they expire or are revoked.

  --org NAME        organisation (short name or MSP id), or the ordering service
  --name HOLDER     peer, orderer or user, such as peer0 or admin
  --new-key         replace the private keys as well
  --days N          life of the certificates (default 365)
${NETWORK_OPTIONS_HELP}`,
  async run(argv, { stdout }) {
    const values = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      org: { type: 'string' },
      name: { type: 'string' },
      'new-key': { type: 'boolean' },
      days: { type: 'string' },
    });
    const [organization, holder] = [required(values.org, 'org'), required(values.name, 'name')];
    const { topology, materialDirectory } = await networkPlace(values);
    const written = await renewCertificates(topology, materialDirectory, organization, holder, {
      key: values['new-key'] ? 'new-key' : 'keep-key',
      ...daysOf(values.days),
    });
    for (const file of written) stdout.write(`${file}\n`);
    return EXIT_OK;
  },
};
