import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ProcessSpec } from '@medquorum/network/supervisor/supervised-process';

const SUBNETS = 256;
const PREFIX_BITS = 24;
/** The test's own end of the bridge. */
const HOST_PART = 254;

type Place = Readonly<{ namespace: string; link: string; address: string }>;

/** Machines that are none: a network namespace each, on one bridge, with addresses of a private subnet. Linux, as root, with iproute2. */
export class NetworkNamespaces {
  readonly #bridge: string;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #removeOnExit = () => this.close();

  /** Why there can be none here; undefined where there can. */
  static obstacle(): string | undefined {
    if (process.platform !== 'linux') return 'it is no Linux';
    if (process.getuid?.() !== 0) return 'this user is not root';
    try {
      ip('-Version');
      ip('netns', 'list');
      return undefined;
    } catch {
      return 'iproute2 (the program ip) is missing';
    }
  }

  static create(names: readonly string[]): NetworkNamespaces {
    const made = new NetworkNamespaces(names);
    try {
      made.#make();
      return made;
    } catch (error) {
      made.close();
      throw error;
    }
  }

  private constructor(names: readonly string[]) {
    // Interface names have 15 characters at most; two test runs on one machine must not meet.
    const id = randomBytes(3).toString('hex');
    const subnet = `10.213.${Number.parseInt(id.slice(0, 2), 16) % SUBNETS}`;
    this.#bridge = `mq${id}`;
    this.#places = new Map(
      names.map((name, i) => [
        name,
        { namespace: `mq${id}-${name}`, link: `mq${id}l${i}`, address: `${subnet}.${i + 1}` },
      ]),
    );
  }

  address(name: string): string {
    return this.#of(name).address;
  }

  /** The same process on that machine. */
  on(name: string, spec: ProcessSpec): ProcessSpec {
    return { ...spec, command: 'ip', args: ['netns', 'exec', this.#of(name).namespace, spec.command, ...spec.args] };
  }

  /** Pulls the cable of a machine. */
  cut(name: string): void {
    ip('link', 'set', this.#of(name).link, 'down');
  }

  heal(name: string): void {
    ip('link', 'set', this.#of(name).link, 'up');
  }

  /** Takes everything away, as far as it was made. */
  close(): void {
    process.removeListener('exit', this.#removeOnExit);
    for (const { namespace, link } of this.#places.values()) {
      attempt('link', 'del', link);
      attempt('netns', 'del', namespace);
    }
    attempt('link', 'del', this.#bridge);
  }

  #make(): void {
    process.once('exit', this.#removeOnExit);
    const [first] = this.#places.values();
    const own = first?.address.replace(/\d+$/, String(HOST_PART));
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    ip('addr', 'add', `${own}/${PREFIX_BITS}`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
    for (const { namespace, link, address } of this.#places.values()) {
      const inside = (...args: readonly string[]) => ip('-n', namespace, ...args);
      ip('netns', 'add', namespace);
      ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
      ip('link', 'set', link, 'master', this.#bridge, 'up');
      inside('addr', 'add', `${address}/${PREFIX_BITS}`, 'dev', 'eth0');
      inside('link', 'set', 'eth0', 'up');
      inside('link', 'set', 'lo', 'up');
    }
  }

  #of(name: string): Place {
    const place = this.#places.get(name);
    if (place === undefined) throw new RangeError(`no namespace ${name}`);
    return place;
  }
}

function ip(...args: readonly string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function attempt(...args: readonly string[]): void {
  try {
    ip(...args);
  } catch {
    // It is not there: made never, or gone with what it hung on.
  }
}
