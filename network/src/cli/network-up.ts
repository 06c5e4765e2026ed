import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { connectionFile } from '../connection/connection-file.ts';
import { ENGINES } from '../consortium/engine.ts';
import { generateMaterial } from '../pki/generate-material.ts';
import { banner } from './banner.ts';
import { choice } from './choice-option.ts';
import { type Command, EXIT_OK, parseOptions, UsageError } from './command.ts';
import { startEmbedded, startFabric } from './network-engines.ts';
import { CONNECTION_FILE } from './network-state.ts';
import { NETWORK_OPTIONS, NETWORK_OPTIONS_HELP, networkPlace } from './topology-option.ts';
import { LOG_FORMATS } from './transaction-log.ts';

const CUT_MODES = ['eager', 'timeout', 'manual'] as const;

export const networkUp: Command = {
  name: 'network up',
  summary: 'Run the network of a topology until Ctrl-C',
  help: `usage: medquorum network up [--engine ${ENGINES.join('|')}] [options]

Hosts every chaincode that the topology names. The chaincode processes run elsewhere (chaincode as a service); they may
start before or after the network. Keys are made where they are missing. Started again, it finds its ledger.

  --engine NAME     embedded: one process, for development and tests (default); fabric: Hyperledger Fabric's own programs
${NETWORK_OPTIONS_HELP}  --connection-out FILE
                    write where and as whom to connect (JSON)
  --reset           begin with an empty ledger; the keys stay
  --log FORMAT      embedded only: one line per transaction on stderr: ${LOG_FORMATS.join(', ')} (default text)
  --cut MODE        embedded only: when blocks are cut: eager (a lone transaction does not wait; default), timeout (as
                    Fabric does), manual (through the administration service)
  --chaincode-tls   fabric only: mutual TLS between peers and chaincode processes
`,
  async run(argv, { stdout, stderr, signal }) {
    const { engine, reset, log, cut, ...values } = parseOptions(argv, {
      ...NETWORK_OPTIONS,
      engine: { type: 'string', default: 'embedded' },
      'connection-out': { type: 'string' },
      reset: { type: 'boolean', default: false },
      log: { type: 'string' },
      cut: { type: 'string' },
      'chaincode-tls': { type: 'boolean' },
    });
    const engineName = choice('engine', ENGINES, engine);
    if (engineName !== 'embedded' && (log !== undefined || cut !== undefined)) {
      throw new UsageError('--log and --cut are for the embedded engine');
    }
    if (engineName !== 'fabric' && values['chaincode-tls']) throw new UsageError('--chaincode-tls is for fabric');
    const place = await networkPlace(values);
    const startedMs = performance.now();
    const report = (line: string) => stderr.write(`${line}\n`);
    await mkdir(place.dataDirectory, { recursive: true, mode: 0o700 });
    const { created } = await generateMaterial(place.topology, place.materialDirectory);
    if (created.length > 0) report(`made ${created.length} development certificates in ${place.materialDirectory}`);
    const options = { ...place, report, reset };
    const run =
      engineName === 'embedded'
        ? await startEmbedded(options, {
            log: choice('log', LOG_FORMATS, log ?? 'text'),
            cutting: choice('cut', CUT_MODES, cut ?? 'eager'),
            stderr,
          })
        : await startFabric(options, values['chaincode-tls'] ? 'mutual' : 'none');
    try {
      const connection = connectionFile(place.topology, place.materialDirectory, run.running);
      const text = `${JSON.stringify(connection, undefined, 2)}\n`;
      const own = path.join(place.dataDirectory, CONNECTION_FILE);
      for (const file of [own, values['connection-out']]) if (file !== undefined) await writeFile(file, text);
      stdout.write(banner(place.topology, connection, performance.now() - startedMs));
      await aborted(signal);
      report('stopping');
      await rm(own, { force: true });
    } finally {
      await run.close();
    }
    return EXIT_OK;
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
