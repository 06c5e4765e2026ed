import { renewCertificates } from '../pki/renew-certificate.ts';
import { renewRevocationList } from '../pki/revoke-certificate.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';
import { daysOf } from './days-option.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

export const pkiRenew: Command = {
  name: 'pki renew',
  summary: 'Give a node, user or chaincode process new certificates',
  help: `usage: medquorum pki renew --org NAME --name HOLDER [--new-key] [--days N] [options]
       medquorum pki renew --org NAME --revocation-list [options]

Writes a new identity and a new TLS certificate; of a chaincode process, which has no identity, a new TLS certificate. The old ones stay
valid until they expire or are revoked. What an organisation's peers show to its process of CHAINCODE is called CHAINCODE/client: with it the
chaincode package changes, and chaincode upgrade approves the new one.

  --org NAME        organisation (short name or MSP id), or the ordering service
  --name HOLDER     peer, orderer or user, such as peer0 or admin; or a chaincode, for the organisation's process of it
  --new-key         replace the private keys as well
  --days N          life of the certificates (default 365)
  --revocation-list write the organisation's revocation list anew, for another 365 days
${CHANGE_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      ...CHANGE_OPTIONS,
      org: { type: 'string' },
      name: { type: 'string' },
      'new-key': { type: 'boolean' },
      days: { type: 'string' },
      'revocation-list': { type: 'boolean' },
    });
    const organization = required(values.org, 'org');
    const isList = values['revocation-list'] === true;
    if (isList && (values.name ?? values.days ?? values['new-key']) !== undefined)
      throw new UsageError('--revocation-list goes with --org alone');
    const holder = isList ? undefined : required(values.name, 'name');
    const dryRun = values['dry-run'];
    const options = { key: values['new-key'] ? 'new-key' : 'keep-key', dryRun, ...daysOf(values.days) } as const;
    const { topology, materialDirectory } = await networkPlace(values);
    const written =
      holder === undefined
        ? [await renewRevocationList(topology, materialDirectory, organization, { dryRun })]
        : await renewCertificates(topology, materialDirectory, organization, holder, options);
    for (const file of written) stdout.write(`${file}\n`);
    if (dryRun) stderr.write('would be written; nothing was done (--dry-run)\n');
    return EXIT_OK;
  },
};
