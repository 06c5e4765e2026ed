import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export type ConformanceRun = Readonly<{ status: number; stdout: string; stderr: string }>;

/** Runs the suite as its command does, on the sources. */
export function conformance(...args: string[]): Promise<ConformanceRun> {
  const options = ['--disable-warning=ExperimentalWarning', '--conditions=medquorum-source', MAIN, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, options, { maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}
