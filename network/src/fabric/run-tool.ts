import { execFile } from 'node:child_process';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { FabricError } from './fabric-error.ts';

const TOOL_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;
const SHOWN_LINES = 4;
const SHOWN_CHARACTERS = 1_000;

export type ToolRun = Readonly<{ env?: Readonly<Record<string, string>>; cwd?: string }>;

/**
 * Runs one of Fabric's programs to its end.
 * @returns what it printed on both streams (Fabric's programs log on stderr and answer on either)
 * @throws FabricError with the words of the program that matter: `MQ_FABRIC_UNREACHABLE` where no node answered it, else `MQ_FABRIC_TOOL_FAILED`
 */
export function runTool(program: string, args: readonly string[], { env = {}, cwd }: ToolRun = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      args,
      { env: { ...process.env, ...env }, cwd, timeout: TOOL_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        if (error === null) return resolve(`${stdout}${stderr}`);
        const command = `${path.basename(program)} ${args.slice(0, 4).join(' ')}`;
        const reason = reasonIn(`${stdout}\n${stderr}`) || error.message;
        reject(failure(command, reason, error));
      },
    );
  });
}

/** No connection, as against a node that answers and refuses. */
const NO_CONNECTION =
  /connection refused|no such host|error while dialing|failed to create new connection|context deadline exceeded/i;

function failure(command: string, reason: string, cause: Error): FabricError {
  if (!NO_CONNECTION.test(reason)) return new FabricError('MQ_FABRIC_TOOL_FAILED', `${command}: ${reason}`, { cause });
  const advice =
    'see that the node runs and is reached from here (`medquorum network status`, `medquorum doctor --engine fabric`)';
  return new FabricError('MQ_FABRIC_UNREACHABLE', `${command}: ${reason}\n${advice}`, { cause });
}

/** Fabric's programs log, panic and print usage around the one sentence that matters: the first line marked as an error, with what belongs to it. */
function reasonIn(output: string): string {
  const lines = stripVTControlCharacters(output)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => /^Error:|\b(ERRO|PANI|FATA)\b/.test(line));
  const usage = lines.findIndex((line) => /^Usage:/.test(line));
  return lines
    .slice(Math.max(at, 0), usage > at ? usage : undefined)
    .slice(0, SHOWN_LINES)
    .join('\n')
    .slice(0, SHOWN_CHARACTERS);
}
