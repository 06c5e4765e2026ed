import { checkSuccession } from '@medquorum/chaincode/consortium/check-succession';
import { configurationChanges } from '@medquorum/chaincode/consortium/configuration-changes';
import { configurationFromTopology } from '@medquorum/chaincode/consortium/consortium-configuration';
import { stateDigest } from '@medquorum/chaincode/ledger/state';
import { MedQuorumError } from '@medquorum/chaincode/medquorum-error';
import { gatewayConfig } from '../config/gateway-config.ts';
import { agreeing, askOrganizations, requirement, suffices } from '../consortium/agreement.ts';
import { answered, ledgerConfiguration } from '../consortium/ledger-configuration.ts';
import { GatewayError } from '../gateway-error.ts';
import { FabricLedger } from '../ledger/fabric-ledger.ts';
import { changeLines } from './change-lines.ts';
import { type Command, EXIT_OK } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { organizationSigner } from './organization-signer.ts';
import { splitOwnOptions } from './own-options.ts';

const HELP = `usage: medquorum consortium configure --mspId MSP --consortiumFile FILE --material.dir DIR --dataDir DIR [--dry-run] [--<setting>=<value>]

Brings the configuration on the ledger (members, record classes with their attestations and endorsements, skew, lease, release
threshold) to what the description says. By the regulator, with the settings of its gateway (also from MQ_...), which may run
meanwhile, as may everybody's clients.

First each organisation's chaincode process is asked: it agrees where its own description (the file of its --consortium) says
the same, and vetoes otherwise. Where those who agree suffice (the regulator and a majority of the others), the change is
submitted, endorsed by all of them: the regulator's signature and theirs stay in the block. Otherwise nothing is written.

  --dry-run  show differences and votes, and submit nothing

Exit status 0: done, or nothing to change, or (dry run) those who agree suffice; 1: they do not (MQ_CONFIGURATION_NOT_AGREED).
`;

export const consortiumConfigure: Command = {
  name: 'consortium configure',
  summary: 'Change what the consortium has agreed: record classes, members, times',
  help: HELP,
  async run(argv, { stdout, stderr }) {
    const { values, settings } = splitOwnOptions(argv, { 'dry-run': 'boolean' });
    const config = gatewayConfig(settingsFromCommandLine(settings));
    const described = configurationFromTopology(config.consortium);
    const ledger = new FabricLedger(config.ledger);
    try {
      const current = await ledgerConfiguration(ledger);
      const changes = configurationChanges(current.configuration, described);
      stdout.write(changeLines(changes));
      if (changes.length === 0) {
        stderr.write('nothing to change\n');
        return EXIT_OK;
      }
      if (!current.configuration.members.some((it) => it.mspId === config.mspId && it.kind === 'regulator')) {
        throw new MedQuorumError(
          'MQ_AUTHOR_NOT_ALLOWED',
          'the regulator configures; give your process the description',
        );
      }
      checkSuccession(current.configuration, described);
      const { signer, author } = await organizationSigner(config, ledger);
      const args = { configuration: described };
      const entry = signer.sign(author, 'registry', 'configure', args, stateDigest(current));
      const request = { contract: 'registry', functionName: 'configure', args: [JSON.stringify([entry])] };
      const mspIds = current.configuration.members.map(({ mspId }) => mspId);
      stderr.write(`asking ${mspIds.length} organisations; needed: ${requirement(current.configuration)}\n`);
      const votes = await askOrganizations(ledger, request, mspIds);
      stdout.write(votes.map(({ mspId, said }) => `${mspId}: ${said}\n`).join(''));
      const organizations = agreeing(votes);
      if (!suffices(current.configuration, votes)) {
        throw new GatewayError(
          'MQ_CONFIGURATION_NOT_AGREED',
          `${organizations.length} agree, needed: ${requirement(current.configuration)}; give the others' chaincode processes the new description`,
        );
      }
      if (values['dry-run']) {
        stderr.write('those who agree suffice; nothing was submitted\n');
        return EXIT_OK;
      }
      stderr.write('submitting, and waiting for the block\n');
      const { txId, blockNumber } = await answered(ledger.plan({ ...request, organizations }).run(Promise.resolve()));
      stdout.write(`configured in block ${blockNumber} by ${txId}, endorsed by ${organizations.join(', ')}\n`);
      return EXIT_OK;
    } finally {
      ledger.close();
    }
  },
};
