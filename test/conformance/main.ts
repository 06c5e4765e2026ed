import { runConformance } from './run-conformance.ts';

process.exit(await runConformance(process.argv.slice(2)));
