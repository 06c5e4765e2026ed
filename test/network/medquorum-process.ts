import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./medquorum-main.ts', import.meta.url));

/** Arguments for Node that run a command of `medquorum` on the sources. */
export const medquorumArguments = (...command: string[]): string[] => [
  '--disable-warning=ExperimentalWarning',
  '--conditions=medquorum-source',
  MAIN,
  ...command,
];
