import { pino } from 'pino';
import { gatewayConfig } from '../config/gateway-config.ts';
import { GatewayError } from '../gateway-error.ts';
import { FabricLedger } from '../ledger/fabric-ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { BlockFollower } from '../readmodel/follow-blocks.ts';
import { Projector } from '../readmodel/projector.ts';
import { readModelDigest } from '../readmodel/read-model-digest.ts';
import { verifyTransaction } from '../readmodel/verify-transaction.ts';
import { type Command, EXIT_OK, EXIT_USAGE } from './command.ts';
import { settingsFromCommandLine } from './command-line.ts';
import { openGatewayDatabase, withDatabaseOf } from './database-of.ts';
import { splitOwnOptions } from './own-options.ts';

const HELP = `usage: medquorum gateway rebuild --mspId MSP --consortiumFile FILE --material.dir DIR [--until BLOCK] [--<setting>=<value>]

Throws the read model of one gateway away and projects it again from block 0, every transaction verified anew. The
settings are those of the gateway (also from MQ_... and DATABASE_URL). A gateway that runs meanwhile goes on by itself.
`;
/** Wait for the block that is to be the last one projected. */
const REBUILD_WAIT_MS = 600_000;
const CONNECTIONS = 4;

/**
 * Throws the read model away and projects it again from block 0, verifying everything anew. The digests before and after are equal unless blocks came in between.
 */
export const rebuild: Command = {
  name: 'gateway rebuild',
  summary: 'Project the read model again from block 0',
  help: HELP,
  async run(argv, { stdout, stderr }) {
    const { values, settings } = splitOwnOptions(argv, { until: 'string' });
    const { until } = values as Record<string, string | undefined>;
    if (until !== undefined && !/^\d{1,12}$/.test(until)) {
      stderr.write(HELP);
      return EXIT_USAGE;
    }
    const config = gatewayConfig(settingsFromCommandLine(settings));
    return withDatabaseOf(config, async (databaseUrl) => {
      const db = await openGatewayDatabase(databaseUrl, CONNECTIONS);
      const ledger = new FabricLedger(config.ledger);
      try {
        const projector = new Projector(db, ledger.channel, ledger.chaincode, verifyTransaction);
        const { nextBlock } = await projector.position();
        const target = until === undefined ? nextBlock - 1 : Number(until);
        if (target < 0)
          throw new GatewayError('MQ_CONFIG_INVALID', 'nothing is projected yet: start the gateway, or name --until');
        const before = await readModelDigest(db);
        await requireFirstBlock(ledger);
        await projector.reset();
        const follower = new BlockFollower(ledger, projector, pino({ level: 'silent' }), ({ flawed }) => {
          for (const { txId, flaw } of flawed) stderr.write(`not trusted: ${txId} (${flaw})\n`);
        });
        await follower.start();
        await follower.waitFor(target, REBUILD_WAIT_MS);
        await follower.close();
        const { digest, rows } = await readModelDigest(db);
        stdout.write(
          `${rows} rows from ${follower.status.nextBlock} blocks, digest ${digest}${digest === before.digest ? ', as before' : `, before ${before.digest}`}\n`,
        );
        return EXIT_OK;
      } finally {
        ledger.close();
        await db.destroy();
      }
    });
  },
};

/** What is thrown away must be there to be read again: a peer that began with a snapshot has no block 0. */
async function requireFirstBlock(ledger: Pick<Ledger, 'blocks'>): Promise<void> {
  const stream = await ledger.blocks(0);
  try {
    for await (const _block of stream) return;
    throw new Error('the stream ended');
  } catch (cause) {
    const advice = 'name one that has it by ledger.peerEndpoint and ledger.tlsRootCert; nothing was changed';
    throw new GatewayError('MQ_LEDGER_UNAVAILABLE', `the peer does not give block 0: ${advice}`, { cause });
  } finally {
    stream.close();
  }
}
