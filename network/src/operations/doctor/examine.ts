import type { EngineName } from '../../consortium/engine.ts';
import type { BinaryPlaces } from '../../fabric/fabric-binaries.ts';
import { FabricMaterial } from '../../fabric/fabric-material.ts';
import type { Topology } from '../../topology/topology.ts';
import { checkBinaries } from './check-binaries.ts';
import { checkCertificates } from './check-certificates.ts';
import { checkDisk } from './check-disk.ts';
import { checkAnswers, checkClocks, checkOwnClock, checkPortsFree } from './check-places.ts';
import type { Finding } from './finding.ts';
import { isLocal, placesOf } from './topology-places.ts';

export type Examination = Readonly<{
  topology: Topology;
  materialDirectory: string;
  dataDirectory: string;
  engine: EngineName;
  binaryPlaces: BinaryPlaces;
  /** Does the network (or this machine's part of it) run now? */
  isRunning: boolean;
  /** Short names of the organisations that this machine is to run; all where undefined. */
  own?: ReadonlySet<string> | undefined;
  nowMs: number;
}>;

/** Looks at everything a network needs. It changes nothing and never throws for what it finds. */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const { topology, materialDirectory, dataDirectory, engine, binaryPlaces, isRunning, own, nowMs } = examination;
  const material = new FabricMaterial(topology, materialDirectory);
  const all = placesOf(topology, engine);
  const ownPlaces = placesOf(topology, engine, own);
  const elsewhere = all.filter(({ what, host }) => !isLocal(host) && !ownPlaces.some((place) => place.what === what));
  const certificates = await checkCertificates(topology, materialDirectory, nowMs);
  const reached = isRunning ? all : elsewhere;
  return [
    ...(await checkBinaries(binaryPlaces, engine === 'fabric')),
    ...(isRunning ? [] : await checkPortsFree(ownPlaces)),
    await checkDisk(dataDirectory),
    checkOwnClock(certificates.newestSignatureMs, nowMs),
    ...(await checkClocks(reached)),
    ...certificates.findings,
    ...(await checkAnswers(reached, (mspId) => material.tlsRoot(mspId))),
  ];
}
