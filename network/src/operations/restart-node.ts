import type { RunFile } from '../supervisor/run-file.ts';
import { OperationError } from './operation-error.ts';
import { until } from './until.ts';

/**
 * Ends one process of a supervised network; its supervisor, in another process, starts it again. Resolves when the new one is ready.
 * @throws OperationError MQ_OPERATION_REFUSED where no supervisor runs, or none of that name
 */
export async function restartNode(runFile: RunFile, name: string): Promise<void> {
  const oldPid = running(runFile, name);
  process.kill(oldPid, 'SIGTERM');
  await until(`${name} has been started again`, async () => {
    const now = runFile.read()?.processes.find((candidate) => candidate.name === name);
    return now?.state === 'ready' && now.pid !== oldPid ? true : undefined;
  });
}

function running(runFile: RunFile, name: string): number {
  const content = runFile.read();
  if (content === undefined || !content.supervisorAlive)
    throw new OperationError('MQ_OPERATION_REFUSED', 'no network runs there; start it instead');
  const found = content.processes.find((candidate) => candidate.name === name);
  if (found?.pid === null)
    throw new OperationError('MQ_OPERATION_REFUSED', `${name} has ended and is started again already; see its log`);
  if (found !== undefined) return found.pid;
  const names = content.processes.map((process) => process.name).join(', ');
  throw new OperationError('MQ_OPERATION_REFUSED', `no process ${name} runs; there are ${names}`);
}
