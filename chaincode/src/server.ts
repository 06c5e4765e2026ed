/** The chaincode process of one organisation: `node server.js --address 127.0.0.1:7052 --chaincode-id ehr_1:abc…`. */
import { SERVER_HELP, serverSettings } from './server-settings.ts';
import { startServer } from './start-server.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(SERVER_HELP);
  process.exit(0);
}
try {
  const settings = serverSettings(process.argv.slice(2), process.env);
  const { port, close } = await startServer(settings);
  process.stdout.write(`${JSON.stringify({ level: 'info', msg: 'chaincode listening', port })}\n`);
  const stop = () => {
    close();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'chaincode could not start'}\n`);
  process.exit(1);
}
