import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { LineCounter, parseDocument } from 'yaml';
import { checkTopology } from './check-topology.ts';
import { COLLECTIONS_FILE_SCHEMA } from './collection-schema.ts';
import { schemaProblems } from './schema-problems.ts';
import type {
  Topology,
  TopologyChaincode,
  TopologyCollection,
  TopologyOrderer,
  TopologyOrganization,
} from './topology.ts';
import { TopologyError, type TopologyProblem } from './topology-error.ts';
import { TOPOLOGY_SCHEMA } from './topology-schema.ts';

const LOOPBACK = '127.0.0.1';
/** Largest topology or collections file that is read. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const ajv = new Ajv({ allErrors: true, useDefaults: true, verbose: true });
const validateTopology = ajv.compile(TOPOLOGY_SCHEMA);
const validateCollections = ajv.compile(COLLECTIONS_FILE_SCHEMA);

/**
 * Reads a topology (YAML, or JSON, which is YAML), fills in defaults and checks it.
 * A chaincode's `collectionsFile` is read relative to the topology file and becomes its `collections`.
 *
 * @throws TopologyError MQ_TOPOLOGY_UNREADABLE or MQ_TOPOLOGY_INVALID with every problem found
 */
export async function loadTopology(file: string): Promise<Topology> {
  const document = await readStructured(file);
  const problems: TopologyProblem[] = [];
  if (hasChaincodes(document)) await inlineCollections(file, document.chaincodes, problems);
  return finish(file, document, problems);
}

/** The same for a topology that is already in memory (collections inline); `file` names it in errors. */
export function topologyFrom(document: unknown, file = 'topology'): Topology {
  return finish(file, structuredClone(document), []);
}

function finish(file: string, document: unknown, problems: TopologyProblem[]): Topology {
  problems.push(...violations(file, document, validateTopology));
  if (problems.length === 0) {
    const topology = withDerivedDefaults(document as Topology);
    problems.push(...checkTopology(file, topology));
    if (problems.length === 0) return topology;
  }
  throw new TopologyError('MQ_TOPOLOGY_INVALID', problems);
}

function withDerivedDefaults(topology: Topology): Topology {
  const hosts = new Map(Object.entries(topology.hosts));
  const [first, ...rest] = topology.orderers.nodes;
  const hostOf = ({ name, host }: Pick<TopologyOrganization, 'name' | 'host'>) => hosts.get(name) ?? host;
  const operators = new Map(topology.organizations.map((organization) => [organization.name, hostOf(organization)]));
  const placed = (node: Omit<TopologyOrderer, 'host'> & { host?: string }) => ({
    ...node,
    host: node.host ?? operators.get(node.operator ?? '') ?? LOOPBACK,
  });
  return {
    ...topology,
    organizations: topology.organizations.map((organization) => ({
      ...organization,
      host: hostOf(organization),
      displayName: organization.displayName ?? organization.name,
    })),
    orderers: { ...topology.orderers, nodes: [placed(first), ...rest.map(placed)] },
    chaincodes: topology.chaincodes.map((chaincode) => ({ ...chaincode, collections: chaincode.collections ?? [] })),
  };
}

type WithCollectionsFile = { collectionsFile?: unknown; collections?: unknown };

async function inlineCollections(
  file: string,
  chaincodes: readonly WithCollectionsFile[],
  problems: TopologyProblem[],
): Promise<void> {
  for (const [index, chaincode] of chaincodes.entries()) {
    if (typeof chaincode !== 'object' || chaincode === null || typeof chaincode.collectionsFile !== 'string') continue;
    if (chaincode.collections !== undefined) {
      problems.push({
        file,
        path: `chaincodes[${index}]`,
        found: 'both collections and collectionsFile',
        allowed: 'one of the two',
      });
      continue;
    }
    chaincode.collections = await loadCollections(
      path.resolve(path.dirname(file), chaincode.collectionsFile),
      problems,
    );
    delete chaincode.collectionsFile;
  }
}

async function loadCollections(file: string, problems: TopologyProblem[]): Promise<TopologyCollection[]> {
  const document = await readStructured(file);
  problems.push(...violations(file, document, validateCollections));
  return document as TopologyCollection[];
}

function hasChaincodes(document: unknown): document is { chaincodes: (TopologyChaincode & WithCollectionsFile)[] } {
  return (
    typeof document === 'object' && document !== null && 'chaincodes' in document && Array.isArray(document.chaincodes)
  );
}

function violations(file: string, document: unknown, validate: ValidateFunction): TopologyProblem[] {
  return validate(document) ? [] : schemaProblems(file, validate.errors ?? []);
}

async function readStructured(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const problem = { file, path: '', found: cause.code ?? 'an unreadable file', allowed: 'a readable file' };
    throw new TopologyError('MQ_TOPOLOGY_UNREADABLE', [problem], { cause });
  });
  if (text.length > MAX_FILE_BYTES) {
    const problem = { file, path: '', found: `${text.length} bytes`, allowed: `at most ${MAX_FILE_BYTES} bytes` };
    throw new TopologyError('MQ_TOPOLOGY_UNREADABLE', [problem]);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lineCounter.linePos(error.pos[0]);
    const problem = { file, path: `line ${line}`, found: error.code, allowed: 'well-formed YAML or JSON' };
    throw new TopologyError('MQ_TOPOLOGY_UNREADABLE', [problem], { cause: error });
  }
  return document.toJS();
}
