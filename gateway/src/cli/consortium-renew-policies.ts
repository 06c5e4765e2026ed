import { classOf } from '@medquorum/chaincode/record/class-of';
import { gatewayConfig } from '../config/gateway-config.ts';
import { ledgerConfiguration } from '../consortium/ledger-configuration.ts';
import { recordsInCustody, renewPolicies } from '../consortium/renew-policies.ts';
import { FabricLedger } from '../ledger/fabric-ledger.ts';
import { GroupCommit } from '../ledger/group-commit.ts';
import { type Command, EXIT_FAILED, EXIT_OK, EXIT_USAGE } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { openGatewayDatabase, withDatabaseOf } from './database-of.ts';
import { organizationSigner } from './organization-signer.ts';
import { splitOwnOptions } from './own-options.ts';

const HELP = `usage: medquorum consortium renew-policies --class NAME [--custodian MSP] --mspId MSP --consortiumFile FILE --material.dir DIR --dataDir DIR [--dry-run] [--<setting>=<value>]

A record's head is under the endorsement policy that its class had when the head was last written. This writes the heads of one
class that the organisation has custody of once more, as they are, so that they come under the policy of now: after a policy was
raised, for records that are not written again soon. Each custodian runs it, with the settings of its gateway (also from MQ_...
and DATABASE_URL), and the regulator for a custodian that is gone; gateways and clients go on meanwhile. It may be run again.

  --class NAME     the record class
  --custodian MSP  whose heads, where it is not the own organisation: for the regulator alone, the ledger refuses others
  --dry-run        count the heads, and write nothing

Exit status 0: all are renewed; 1: some are not, with their codes.
`;
const CONNECTIONS = 2;

export const consortiumRenewPolicies: Command = {
  name: 'consortium renew-policies',
  summary: 'Bring the heads of a record class under the policy that it has now',
  help: HELP,
  async run(argv, { stdout, stderr }) {
    const { values, settings: own } = splitOwnOptions(argv, {
      class: 'string',
      custodian: 'string',
      'dry-run': 'boolean',
    });
    const name = values.class;
    if (typeof name !== 'string' || name === '') {
      stderr.write(`--class is missing\n${HELP}`);
      return EXIT_USAGE;
    }
    if (values.custodian === '') {
      stderr.write(`--custodian names no organisation\n${HELP}`);
      return EXIT_USAGE;
    }
    const config = gatewayConfig(settingsFromCommandLine(own));
    return withDatabaseOf(config, async (databaseUrl) => {
      const db = await openGatewayDatabase(databaseUrl, CONNECTIONS);
      const ledger = new FabricLedger(config.ledger);
      try {
        const { configuration } = await ledgerConfiguration(ledger);
        const { endorsements } = classOf(configuration, name);
        const pages = recordsInCustody(db, String(values.custodian ?? config.mspId), name);
        if (values['dry-run']) {
          let heads = 0;
          for await (const page of pages) heads += page.length;
          stdout.write(`${heads} heads of class ${name} would be renewed (${endorsements} endorsements)\n`);
          return EXIT_OK;
        }
        const { signer, author } = await organizationSigner(config, ledger);
        const { settings } = config;
        const groupCommit = new GroupCommit({
          ledger,
          journal: { planned: async () => {} }, // nothing to keep: what is not known to be done is done again
          maxEntries: settings.get('groupCommit.maxEntries'),
          maxBytes: settings.get('groupCommit.maxBytes'),
          lingerMs: settings.get('groupCommit.lingerMs'),
          maxInFlight: settings.get('groupCommit.maxInFlight'),
          maxQueued: settings.get('groupCommit.maxQueued'),
          maxConflictRetries: settings.get('ledger.maxConflictRetries'),
        });
        const sign = (recordId: string) => signer.sign(author, 'record', 'renewPolicy', { recordId });
        const { renewed, failed } = await renewPolicies(groupCommit, pages, sign, (done) =>
          stderr.write(`${done} heads renewed\n`),
        );
        const notes = [...failed].map(([code, count]) => `, ${count} not: ${code}`).join('');
        stdout.write(`${renewed} heads of class ${name} renewed (${endorsements} endorsements)${notes}\n`);
        return failed.size === 0 ? EXIT_OK : EXIT_FAILED;
      } finally {
        ledger.close();
        await db.destroy();
      }
    });
  },
};
