import path from 'node:path';
import { type GivenPackage, readPackage } from '../operations/chaincode/install-package.ts';
import type { Operator } from '../operations/operator.ts';
import type { TopologyChaincode, TopologyOrganization } from '../topology/topology.ts';
import { UsageError } from './command.ts';

const DEFAULT_PROCESS_WAIT_S = 60;
const MAX_PROCESS_WAIT_S = 3_600;

export const UPGRADE_OPTIONS = {
  chaincode: { type: 'string' },
  org: { type: 'string', multiple: true },
  'no-chaincode-tls': { type: 'boolean', default: false },
  wait: { type: 'string', default: String(DEFAULT_PROCESS_WAIT_S) },
} as const;

export const UPGRADE_OPTIONS_HELP = `  --chaincode NAME  of the topology (default: its only one)
  --org NAME        act for this organisation only; may be repeated (default: all whose administrator's key is here)
  --no-chaincode-tls
                    peers reach the chaincode processes without TLS (loopback only)
  --wait SECONDS    how long to wait for the chaincode process (default ${DEFAULT_PROCESS_WAIT_S})
`;

export function chaincodeOf(operator: Operator, name: string | undefined): TopologyChaincode {
  const { chaincodes } = operator.topology;
  const found = name === undefined && chaincodes.length === 1 ? chaincodes[0] : chaincodes.find((c) => c.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`--chaincode must be one of ${chaincodes.map((chaincode) => chaincode.name).join(', ')}`);
}

/** @throws UsageError where no organisation can act from here */
export function actingOrganizations(
  operator: Operator,
  names: readonly string[] | undefined,
): readonly TopologyOrganization[] {
  const own = names === undefined ? operator.ownOrganizations() : names.map((name) => operator.organization(name));
  if (own.length === 0) throw new UsageError(`${operator.materialDirectory} holds no administrator's key`);
  return own;
}

/** The package in a file, for the one organisation that is to install it. @throws UsageError, FabricError */
export async function givenPackage(
  operator: Operator,
  [first, ...others]: readonly TopologyOrganization[],
  file: string | undefined,
): Promise<GivenPackage | undefined> {
  if (file === undefined) return undefined;
  if (first === undefined || others.length > 0)
    throw new UsageError('--package is of one organisation: name it with --org');
  return readPackage(operator, first, path.resolve(file));
}

/** @throws UsageError */
export function waitMsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= MAX_PROCESS_WAIT_S))
    throw new UsageError(`--wait is ${JSON.stringify(text)}; allowed: 0 to ${MAX_PROCESS_WAIT_S}`);
  return seconds * 1_000;
}
