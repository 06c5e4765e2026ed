import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Topology, TopologyOrganization } from '@medquorum/network/topology/topology';
import { AcknowledgedLog, type LoggedWrite } from './acknowledged-log.ts';
import { type Answer, RestUser } from './rest-user.ts';

/** Rest between two writes of an organisation, which has one in flight at a time: a steady load, not a benchmark. */
const PAUSE_MS = 250;
const RETRY_MS = 100;
/** Past this a write counts as failed: nothing here should be away so long. */
const GIVE_UP_MS = 60_000;
/** Codes of answers that are not failures of the request: the same request is sent again, under the same key. */
const PASSING: ReadonlySet<number> = new Set([202, 409, 429, 500, 502, 503, 504]);

export type RestWrite = LoggedWrite &
  Readonly<{
    key: string;
    /** What the client chose, on the ledger for all to see: a record's date, or a practitioner's id. */
    marker: string;
    /** What the gateway answered: the record's id, or the practitioner's. */
    id: string;
    txId: string;
  }>;

/** Something that an organisation can write again and again: each time another marker. */
type Writing = Readonly<{ path: string; user: string; body(marker: string): unknown; marker(date: Date): string }>;
type Member = Readonly<{ organization: TopologyOrganization; users: ReadonlyMap<string, RestUser>; writing: Writing }>;

const RECORD_CLASSES: Readonly<Record<string, string>> = {
  hospital: 'clinical',
  insurer: 'claim',
  research: 'research',
};
const PRACTITIONER_ROLES: Readonly<Record<string, string>> = {
  hospital: 'clinician',
  insurer: 'claims-officer',
  research: 'researcher',
};

/** Systems of all organisations that write through their gateways, as careful clients do: what was not acknowledged is sent again under its key. */
export class RestWriters {
  readonly #members: readonly Member[];
  readonly #log: AcknowledgedLog<RestWrite>;
  readonly #answers = new Map<string, number>();
  readonly #failures: string[] = [];
  #stopping = false;
  #running: Promise<unknown> = Promise.resolve();
  /** Dates that records are given count up from here, so that each write can be told on the ledger. */
  #dateMs = Date.now();

  /** Enrols whom the writers need, and lets them begin: hospitals, insurers and research write records, a regulator practitioners. */
  static async start(topology: Topology, password: string, logFile: string): Promise<RestWriters> {
    const users = topology.organizations.map((organization) => usersOf(organization, password));
    const [admin] = users.map((each) => each.get('admin'));
    const patient = await created(admin, '/patients', { wallet: 'custodial' }, 'pseudonym');
    const members = await Promise.all(
      topology.organizations.map(async (organization, i): Promise<Member> => {
        const own = users[i] ?? new Map();
        return { organization, users: own, writing: await writingOf(organization, own, patient) };
      }),
    );
    const writers = new RestWriters(members, logFile);
    writers.#running = Promise.all(members.map((member) => writers.#writeOn(member)));
    return writers;
  }

  private constructor(members: readonly Member[], logFile: string) {
    this.#members = members;
    this.#log = new AcknowledgedLog(logFile);
  }

  log(): readonly RestWrite[] {
    return this.#log.entries();
  }

  /** Writes that were refused or given up, with the last answer. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Answers other than success since the last call, by status and code. */
  takeAnswers(): string {
    const text = [...this.#answers].map(([answer, times]) => `${times} x ${answer}`).join(', ');
    this.#answers.clear();
    return text;
  }

  /** Time from now until each of these organisations has had a new write acknowledged. @throws Error with what failed */
  recovered(
    writers = this.#members.map(({ organization }) => organization.name),
  ): Promise<ReadonlyMap<string, number>> {
    return this.#log.recovered(writers, GIVE_UP_MS).catch((cause: Error) => {
      throw new Error([cause.message, ...this.#failures].join('; '), { cause });
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Ends at the first failure: it is one too many already. */
  async #writeOn(member: Member): Promise<void> {
    while (!this.#stopping) {
      this.#dateMs += 1;
      const marker = member.writing.marker(new Date(this.#dateMs));
      try {
        await this.#write(member, marker);
      } catch (error) {
        this.#failures.push(`${member.organization.name} ${marker}: ${(error as Error).message}`);
        return;
      }
      await delay(PAUSE_MS);
    }
  }

  async #write({ organization, users, writing }: Member, marker: string): Promise<void> {
    const { path, user, body } = writing;
    const key = randomUUID();
    const begunMs = performance.now();
    for (;;) {
      const answer = await users.get(user)?.post(path, body(marker), key);
      if (answer?.status === 201) {
        const { txId, recordId, practitionerId } = answer.body as Record<string, string>;
        const id = recordId ?? practitionerId ?? '';
        const times = { begunMs, doneMs: performance.now() };
        this.#log.append({ writer: organization.name, key, marker, id, txId: txId ?? '', ...times });
        return;
      }
      const said = answer === undefined ? 'no answer' : `${answer.status} ${answer.body.code}`;
      this.#answers.set(said, (this.#answers.get(said) ?? 0) + 1);
      const mayPass = answer === undefined || PASSING.has(answer.status);
      if (!mayPass || performance.now() - begunMs > GIVE_UP_MS) throw new Error(said);
      await delay(RETRY_MS);
    }
  }
}

function usersOf({ host, gatewayPort }: TopologyOrganization, password: string): Map<string, RestUser> {
  const url = `http://${host}:${gatewayPort}`;
  return new Map(['admin', 'system'].map((name) => [name, new RestUser(url, name, password)]));
}

async function writingOf(
  { application }: TopologyOrganization,
  users: ReadonlyMap<string, RestUser>,
  patient: string,
): Promise<Writing> {
  const kind = (application as Readonly<{ kind: string }>).kind;
  const role = PRACTITIONER_ROLES[kind];
  if (role === undefined) {
    const body = (practitionerId: string) => ({ practitionerId, roles: [{ role: 'auditor' }] });
    return { path: '/practitioners', user: 'admin', body, marker: () => randomUUID() };
  }
  const onBehalfOf = await created(users.get('admin'), '/practitioners', { roles: [{ role }] }, 'practitionerId');
  const content = { resourceType: 'Observation', status: 'final', code: { text: 'blood pressure' } };
  const body = (date: string) => ({ patient, class: RECORD_CLASSES[kind], header: { date }, content, onBehalfOf });
  return { path: '/records', user: 'system', body, marker: (at) => at.toISOString() };
}

async function created(user: RestUser | undefined, path: string, body: unknown, id: string): Promise<string> {
  const answer: Answer | undefined = await user?.post(path, body, randomUUID());
  const made = (answer?.body as Record<string, string> | undefined)?.[id];
  if (answer?.status !== 201 || made === undefined) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return made;
}
