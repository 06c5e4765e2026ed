#!/usr/bin/env node
// npm run demo [-- --engine embedded|fabric] [--data DIR]: the story of the README over REST, against what `npm start` runs
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { PROJECT_DIR, prepare } from './runtime.mjs';

const HELP = `npm run demo [-- OPTIONS]: tells the story against the running consortium; ends with 0 if all was as told

  --engine NAME     which data folder: .medquorum/<engine>; default embedded
  --topology FILE   default network/consortium.yaml
  --data DIR        data folder given to npm start
`;

await prepare(import.meta);
const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    topology: { type: 'string', default: path.join(PROJECT_DIR, 'network', 'consortium.yaml') },
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const directory = path.resolve(values.data ?? path.join(PROJECT_DIR, '.medquorum', values.engine));
if (!existsSync(path.join(directory, 'development-password'))) {
  process.stderr.write(
    `medquorum: no consortium was ever started in ${directory}: run npm start first, in another terminal\n`,
  );
  process.exit(1);
}
const { loadTopology } = await import('@medquorum/network/topology/load-topology');
const { tellStory } = await import('./consortium/story.mjs');
try {
  await tellStory({
    topology: await loadTopology(values.topology),
    directory,
    print: (line) => process.stdout.write(`${line}\n`),
  });
} catch (error) {
  const isDown = error.cause?.code === 'ECONNREFUSED';
  process.stderr.write(
    `\nmedquorum: ${isDown ? 'the gateways do not answer: run npm start first, in another terminal' : error.message}\n`,
  );
  process.exit(1);
}
