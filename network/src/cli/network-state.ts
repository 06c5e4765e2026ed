import path from 'node:path';
import { RunFile } from '../supervisor/run-file.ts';

/** Name of the connection file that a running network keeps in its data folder. */
export const CONNECTION_FILE = 'connection.json';

/** The list of running processes of a network's data folder. */
export const runFileOf = (dataDirectory: string) => new RunFile(path.join(dataDirectory, 'run.json'));
