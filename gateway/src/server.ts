/** The gateway process of one organisation: `node server.js --mspId=CityHospitalMSP --consortiumFile=consortium.yaml`. */
import { buildGateway, type Gateway } from './app.ts';
import { settingsFromCommandLine } from './cli/command-line.ts';
import { settingsPage } from './cli/config-reference.ts';
import { type GatewayConfig, gatewayConfig } from './config/gateway-config.ts';
import { prepareAndListen } from './prepare-and-listen.ts';
import { STOP_SIGNALS } from './stop-signals.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(
    `usage: node server.js --mspId=MSP --consortiumFile=FILE [--<setting>=<value> ...]\n\n${settingsPage()}`,
  );
  process.exit(0);
}
let stopping = false;
try {
  const config = gatewayConfig(settingsFromCommandLine(process.argv.slice(2)));
  const building = buildGateway(config);
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    // Requests in progress get their time; after it the process ends whatever they do, and its embedded PostgreSQL with it.
    setTimeout(() => process.exit(1), config.settings.get('http.shutdownGraceMs')).unref();
    // Told so early, it still has to end the database server that it is starting.
    const built = await building.catch(() => undefined);
    await built?.close();
    process.exit(0);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  const gateway = await building;
  if (!stopping) await serve(gateway, config);
} catch (error) {
  if (!stopping) fail(error);
}

async function serve(gateway: Gateway, config: GatewayConfig): Promise<void> {
  const address = await prepareAndListen(gateway, config);
  const listening = { level: 'info', msg: 'gateway listening', mspId: config.mspId, address };
  process.stdout.write(`${JSON.stringify(listening)}\n`);
  gateway.start().catch(async (error: unknown) => {
    if (stopping) return;
    await gateway.close();
    fail(error);
  });
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : 'gateway could not start'}\n`);
  process.exit(1);
}
