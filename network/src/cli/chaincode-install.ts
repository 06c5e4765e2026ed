import { installPackage, packageIdOf } from '../operations/chaincode/install-package.ts';
import { refuseUnlessApproved } from '../operations/chaincode/refuse-unless-approved.ts';
import { actingOrganizations, chaincodeOf, givenPackage } from './chaincode-option.ts';
import { type Command, EXIT_OK, parseOptions } from './command.ts';
import { OPERATOR_OPTIONS, OPERATOR_OPTIONS_HELP, operatorOf } from './operator-option.ts';

export const chaincodeInstall: Command = {
  name: 'chaincode install',
  summary: 'Give peers that have it not the package of a chaincode that is committed',
  help: `usage: medquorum chaincode install [--chaincode NAME] [--org NAME]... [options]

For a peer that was restored or added: from then on it endorses, with the organisation's process that runs under the printed
package id. Nothing is approved or committed; for that see chaincode upgrade. A package that is not the one that the organisation
has approved, as after pki renew --name CHAINCODE/client, is refused: its peer would not use it.

  --chaincode NAME  of the topology (default: its only one)
  --org NAME        act for this organisation only; may be repeated (default: all whose administrator's key is here)
  --package FILE    install this package for the one --org (see network render: its processes are reached by their peers alone)
  --no-chaincode-tls
                    peers reach the chaincode processes without TLS (loopback only)
${OPERATOR_OPTIONS_HELP}`,
  async run(argv, context) {
    const values = parseOptions(argv, {
      ...OPERATOR_OPTIONS,
      chaincode: { type: 'string' },
      org: { type: 'string', multiple: true },
      'no-chaincode-tls': { type: 'boolean', default: false },
      package: { type: 'string' },
    });
    const operator = await operatorOf(values, context);
    const chaincode = chaincodeOf(operator, values.chaincode);
    const chaincodeTls = values['no-chaincode-tls'] ? 'none' : 'mutual';
    const organizations = actingOrganizations(operator, values.org);
    const given = await givenPackage(operator, organizations, values.package);
    for (const organization of organizations) {
      const of = { organization, chaincode, chaincodeTls, given } as const;
      await refuseUnlessApproved(operator, of);
      const packageId = await (values['dry-run'] ? packageIdOf(operator, of) : installPackage(operator, of));
      context.stdout.write(`${organization.name} ${packageId ?? 'runs no process of it'}\n`);
    }
    if (values['dry-run']) operator.report('nothing was installed (--dry-run)');
    return EXIT_OK;
  },
};
