/** The gateway process of one organisation: `node server.js --mspId=CityHospitalMSP --consortiumFile=consortium.yaml`. */
import { buildGateway } from './app.ts';
import { settingsFromCommandLine } from './cli/command-line.ts';
import { settingsPage } from './cli/config-reference.ts';
import { gatewayConfig } from './config/gateway-config.ts';
import { prepareAndListen } from './prepare-and-listen.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(
    `usage: node server.js --mspId=MSP --consortiumFile=FILE [--<setting>=<value> ...]\n\n${settingsPage()}`,
  );
  process.exit(0);
}
let stopping = false;
try {
  const config = gatewayConfig(settingsFromCommandLine(process.argv.slice(2)));
  const gateway = await buildGateway(config);
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    // Requests in progress get their time; after it the process ends whatever they do.
    setTimeout(() => process.exit(1), config.settings.get('http.shutdownGraceMs')).unref();
    await gateway.close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const address = await prepareAndListen(gateway, config);
  process.stdout.write(
    `${JSON.stringify({ level: 'info', msg: 'gateway listening', mspId: config.mspId, address })}\n`,
  );
  gateway.start().catch(async (error: unknown) => {
    if (stopping) return;
    process.stderr.write(`${error instanceof Error ? error.message : 'gateway could not start'}\n`);
    await gateway.close();
    process.exit(1);
  });
} catch (error) {
  if (!stopping) {
    process.stderr.write(`${error instanceof Error ? error.message : 'gateway could not start'}\n`);
    process.exit(1);
  }
}
