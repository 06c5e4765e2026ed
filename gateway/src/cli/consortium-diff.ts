import { configurationChanges } from '@medquorum/chaincode/consortium/configuration-changes';
import { configurationFromTopology } from '@medquorum/chaincode/consortium/consortium-configuration';
import { gatewayConfig } from '../config/gateway-config.ts';
import { ledgerConfiguration } from '../consortium/ledger-configuration.ts';
import { FabricLedger } from '../ledger/fabric-ledger.ts';
import { changeLines } from './change-lines.ts';
import { type Command, EXIT_FAILED, EXIT_OK } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';

export const consortiumDiff: Command = {
  name: 'consortium diff',
  summary: 'Compare the description of the consortium with what is agreed on the ledger',
  help: `usage: medquorum consortium diff --mspId MSP --consortiumFile FILE --material.dir DIR [--<setting>=<value>]

Shows in what the description (members, record classes, skew, lease, release threshold) differs from the configuration on the
ledger, one line a difference: what is on the ledger -> what the description says. The settings are those of the gateway (also
from MQ_...). Nothing is written. Exit status 0: no difference; 1: some, or the ledger does not answer.
`,
  async run(argv, { stdout, stderr }) {
    const config = gatewayConfig(settingsFromCommandLine(argv));
    const described = configurationFromTopology(config.consortium);
    const ledger = new FabricLedger(config.ledger);
    try {
      const { configuration } = await ledgerConfiguration(ledger);
      const changes = configurationChanges(configuration, described);
      stdout.write(changeLines(changes));
      if (changes.length === 0) stderr.write('the description is what stands on the ledger\n');
      return changes.length === 0 ? EXIT_OK : EXIT_FAILED;
    } finally {
      ledger.close();
    }
  },
};
