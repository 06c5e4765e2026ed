import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@medquorum/network/supervisor/free-ports';
import { parse, stringify } from 'yaml';

const DEFAULT_TOPOLOGY = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../network/consortium.yaml');

type Ports = Record<string, unknown>;
/** The description of a consortium as it stands in its file. */
export type ConsortiumDocument = Ports & { organizations: { application: Ports }[] };

/** The default consortium on ports of its own, written into `directory`: tests never meet a consortium that runs, nor each other. */
export async function moveTopology(directory: string): Promise<string> {
  const topology = parse(readFileSync(DEFAULT_TOPOLOGY, 'utf8')) as ConsortiumDocument;
  await moveToFreePorts(topology);
  const file = path.join(directory, 'consortium.yaml');
  writeFileSync(file, stringify(topology));
  return file;
}

/** Gives every port that a consortium names a free one instead. */
export async function moveToFreePorts(topology: ConsortiumDocument): Promise<void> {
  // The gateways' ports for each other follow from their REST ports unless they are named.
  for (const { application } of topology.organizations) application.releasePort = 0;
  const holders: [Ports, string][] = [];
  collect(topology, holders);
  const ports = await freePorts(holders.length);
  holders.forEach(([holder, key], index) => {
    const port = ports[index] ?? 0;
    const old = holder[key];
    holder[key] = typeof old === 'string' ? old.replace(/:\d+$/, `:${port}`) : port;
  });
}

/** Every number under a name that ends in `port`, and every `host:port` of a chaincode process. */
function collect(value: unknown, holders: [Ports, string][]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const isPort = /port$/i.test(key) && typeof member === 'number';
    const isAddress = typeof member === 'string' && /^[\d.]+:\d+$/.test(member);
    if (isPort || isAddress) holders.push([value as Ports, key]);
    else collect(member, holders);
  }
}
