import { mkdir } from 'node:fs/promises';
import { writeConnection } from '../connection/connection-file.ts';
import { ENGINES } from '../consortium/engine.ts';
import type { HostedApplication } from '../consortium/hosted-application.ts';
import { resetNetwork } from '../consortium/reset-network.ts';
import { banner } from './banner.ts';
import { choice } from './choice-option.ts';
import { type Command, EXIT_OK, parseOptions, UsageError } from './command.ts';
import { startEmbedded, startFabric } from './network-engines.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP, networkPlace } from './topology-option.ts';
import { LOG_FORMATS } from './transaction-log.ts';
import { untilAborted } from './until-aborted.ts';

const CUT_MODES = ['eager', 'timeout', 'manual'] as const;

/** @param hosted the application that comes with this command, if any */
export const networkUp = (hosted: HostedApplication | undefined): Command => ({
  name: 'network up',
  summary: 'Run the network of a topology until Ctrl-C',
  help: `usage: medquorum network up [--engine ${ENGINES.join('|')}] [options]

Hosts every chaincode that the topology names. The chaincode processes run elsewhere (chaincode as a service); they may
start before or after the network. On fabric, where the topology describes a consortium of the application that comes with
this command, its chaincode processes and gateways run as well, supervised like the nodes. Keys are made where they are
missing. Started again, it finds its ledger, and ends first what a killed run left behind.

  --engine NAME     embedded: one process, for development and tests (default); fabric: Hyperledger Fabric's own programs
${NETWORK_OPTIONS_HELP}  --connection-out FILE
                    write where and as whom to connect (JSON)
  --reset           begin with an empty ledger; the keys stay (see network reset)
  --log FORMAT      embedded only: one line per transaction on stderr: ${LOG_FORMATS.join(', ')} (default text)
  --cut MODE        embedded only: when blocks are cut: eager (a lone transaction does not wait; default), timeout (as
                    Fabric does), manual (through the administration service)
  --no-applications fabric only: the network alone, whatever the topology describes
  --chaincode-tls   fabric only: mutual TLS between peers and chaincode processes; always so for the application's own
`,
  endsInOrder: true,
  async run(argv, { stdout, stderr, signal }) {
    const { engine, reset, log, cut, ...values } = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      engine: { type: 'string', default: 'embedded' },
      'connection-out': { type: 'string' },
      reset: { type: 'boolean', default: false },
      log: { type: 'string' },
      cut: { type: 'string' },
      'no-applications': { type: 'boolean' },
      'chaincode-tls': { type: 'boolean' },
    });
    const engineName = choice('engine', ENGINES, engine);
    if (engineName !== 'embedded' && (log !== undefined || cut !== undefined)) {
      throw new UsageError('--log and --cut are for the embedded engine');
    }
    if (engineName !== 'fabric' && (values['chaincode-tls'] || values['no-applications'])) {
      throw new UsageError('--chaincode-tls and --no-applications are for fabric');
    }
    const place = await networkPlace(values);
    const startedMs = performance.now();
    const report = (line: string) => stderr.write(`${line}\n`);
    const { topology, dataDirectory } = place;
    const isHosted = engineName === 'fabric' && !values['no-applications'] && hosted?.describes(topology) === true;
    const application = isHosted ? hosted : undefined;
    if (reset)
      await resetNetwork({ directory: dataDirectory, application: hosted, keysToo: false, dryRun: false, report });
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const { connection, close } =
      engineName === 'embedded'
        ? await startEmbedded(
            { ...place, report },
            {
              log: choice('log', LOG_FORMATS, log ?? 'text'),
              cutting: choice('cut', CUT_MODES, cut ?? 'eager'),
              stderr,
            },
          )
        : await startFabric(
            { ...place, report },
            { chaincodeTls: isHosted || values['chaincode-tls'] === true, application, signal },
          );
    try {
      if (values['connection-out'] !== undefined) await writeConnection(values['connection-out'], connection);
      stdout.write(banner(topology, connection, performance.now() - startedMs));
      if (application !== undefined) stdout.write(`\n${application.overview(topology, dataDirectory)}\n`);
      await untilAborted(signal);
      report('stopping');
    } finally {
      await close();
    }
    return EXIT_OK;
  },
});
