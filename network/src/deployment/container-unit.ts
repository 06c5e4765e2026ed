/** A file that a container finds at an absolute path below `MOUNT_ROOT`. */
export type UnitFile = Readonly<{
  path: string;
  content: string;
  /** Private keys and passwords: never in a manifest that is not a secret. */
  secret: boolean;
}>;

export type UnitPort = Readonly<{
  /** Of at most 15 characters, as Kubernetes has them. */
  name: string;
  port: number;
  /** Who may connect: everybody, the proxy in front of which TLS ends, what watches the network, or other containers of this deployment. */
  audience: 'world' | 'proxy' | 'monitoring' | 'own';
}>;

export type UnitHealth =
  | Readonly<{
      kind: 'http';
      port: number;
      livePath: string;
      /** A route of the same port, or the port on which the unit serves: one that calls itself alive may not serve yet. */
      ready: Readonly<{ path: string }> | Readonly<{ port: number }>;
    }>
  | Readonly<{ kind: 'command'; command: readonly string[] }>;

export type UnitResources = Readonly<{
  cpu: Readonly<{ request: string; limit: string }>;
  memory: Readonly<{ request: string; limit: string }>;
}>;

/** One container of an organisation's deployment, in words that compose and Kubernetes share. */
export type ContainerUnit = Readonly<{
  name: string;
  role: 'peer' | 'orderer' | 'chaincode' | 'gateway' | 'database';
  image: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  files: readonly UnitFile[];
  /** Folder whose content outlives the container. */
  data?: Readonly<{ path: string; size: string }>;
  ports: readonly UnitPort[];
  health: UnitHealth;
  /** Health as compose asks it, from inside the container. */
  healthCommand: readonly string[];
  resources: UnitResources;
  /** Uid that the image's process runs as. */
  uid: number;
  /** Name under which the proxy serves this unit to clients. */
  publicHost?: string;
  /** Units that must answer first. */
  after: readonly string[];
  /** Ports of others that it connects to, besides the units that it comes after. Without it: anywhere. */
  reaches?: readonly number[];
  /** Containers that share this one's network: they reach each other over loopback, and nobody else reaches them. */
  companions: readonly ContainerUnit[];
}>;

export const MOUNT_ROOT = '/etc/medquorum';
