import path from 'node:path';
import { requireFabricBinaries } from '../fabric/fabric-binaries.ts';
import { Operator } from '../operations/operator.ts';
import type { CommandContext } from './command.ts';
import { PROJECT_DIRECTORY } from './project-directory.ts';
import { CHANGE_OPTIONS, CHANGE_OPTIONS_HELP, networkPlace } from './topology-option.ts';

/** Options of every command that works on a running native network. */
export const OPERATOR_OPTIONS = CHANGE_OPTIONS;
export const OPERATOR_OPTIONS_HELP = CHANGE_OPTIONS_HELP;

/** Options of commands that write or read proposals. */
export const GOVERNANCE_OPTIONS = { ...OPERATOR_OPTIONS, governance: { type: 'string' } } as const;
export const GOVERNANCE_OPTIONS_HELP = `  --governance DIR  folder of proposals (default: governance in the folder of --data)
${OPERATOR_OPTIONS_HELP}`;

type Values = Parameters<typeof networkPlace>[0] & Readonly<{ governance?: string | undefined }>;

/** @throws TopologyError, FabricError MQ_FABRIC_MISSING or MQ_FABRIC_VERSION */
export async function operatorOf(values: Values, { stderr, signal }: CommandContext): Promise<Operator> {
  const { FABRIC_BIN: fabricBin, PATH: searchPath } = process.env;
  const place = await networkPlace(values);
  const binaries = await requireFabricBinaries({ fabricBin, searchPath, projectDirectory: PROJECT_DIRECTORY });
  return new Operator({ ...place, binaries, report: (line) => stderr.write(`${line}\n`), signal });
}

export const governanceDirectory = (operator: Operator, values: Values) =>
  path.resolve(values.governance ?? path.join(operator.dataDirectory, 'governance'));
