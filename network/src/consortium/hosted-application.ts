import type { Topology } from '../topology/topology.ts';
import type { OrganizationProcesses } from './run-consortium.ts';

/** What the processes of an application are told of the network they belong to. */
export type ApplicationContext = Readonly<{
  topology: Topology;
  /** The network's data folder. */
  directory: string;
  materialDirectory: string;
  /** Do peers reach chaincode processes by mutual TLS? */
  chaincodeTls: boolean;
  /** One line a step, for people. */
  report(line: string): void;
}>;

/**
 * An application that a network can host: its chaincode and what organisations run beside their peers. Whoever composes the commands brings it, so
 * that this package knows none.
 */
export type HostedApplication = Readonly<{
  /** Is this a consortium of the application? Others are hosted without it. */
  describes(topology: Topology): boolean;
  /** Called while the data folder is held, before anything is started. */
  processes(context: ApplicationContext): Promise<OrganizationProcesses>;
  /** What to tell people once everything runs: where, and as whom. */
  overview(topology: Topology, directory: string): string;
  /** Deletes what it keeps in a data folder that follows from the ledger; with `dryRun` it only says what. Returns the places. */
  reset(directory: string, options: Readonly<{ dryRun: boolean }>): Promise<readonly string[]>;
}>;
