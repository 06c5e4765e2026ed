import { revokeCertificate } from '../pki/revoke-certificate.ts';
import { type Command, EXIT_OK, parseOptions, required, UsageError } from './command.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

export const pkiRevoke: Command = {
  name: 'pki revoke',
  summary: 'Revoke an identity certificate',
  help: `usage: medquorum pki revoke --org NAME (--name HOLDER | --serial HEX) [options]

Puts the certificate on the organisation's revocation list, in its public bundle and in every MSP folder of it. Nodes on Fabric go
by the channel's configuration, which takes the list by a proposal (organization update); an embedded network takes it at once.

  --org NAME        organisation (short name or MSP id), or the ordering service
  --name HOLDER     revoke the certificate that this peer, orderer or user has now
  --serial HEX      revoke the certificate with this serial number (see pki list)
${CHANGE_OPTIONS_HELP}`,
  async run(argv, { stdout, stderr }) {
    const values = parseOptions(argv, {
      ...CHANGE_OPTIONS,
      org: { type: 'string' },
      name: { type: 'string' },
      serial: { type: 'string' },
    });
    const organization = required(values.org, 'org');
    const dryRun = values['dry-run'];
    if ((values.name === undefined) === (values.serial === undefined)) throw new UsageError('give --name or --serial');
    const { topology, materialDirectory } = await networkPlace(values);
    const target =
      values.serial === undefined ? { holder: required(values.name, 'name') } : { serialNumber: values.serial };
    const revoked = await revokeCertificate(topology, materialDirectory, organization, target, { dryRun });
    for (const serialNumber of revoked) stdout.write(`${serialNumber}\n`);
    stderr.write(
      dryRun
        ? 'would be revoked; nothing was done (--dry-run)\n'
        : `a network on Fabric takes it from the channel's configuration: medquorum organization update --org ${organization}, then governance sign and apply\n`,
    );
    return EXIT_OK;
  },
};
