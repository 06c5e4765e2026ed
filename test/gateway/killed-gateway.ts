import { GatewayProcess } from '@medquorum/gateway/testing/gateway-process';
import { CITY, REGULATOR, type TestConsortium, until } from '@medquorum/gateway/testing/test-consortium';

const PASSWORD = 'correct horse battery staple';

type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;

/** When the gateway is killed, and what has to be done to the network before and after. */
export type Kill = Readonly<{
  when: string;
  injure?: () => Promise<void>;
  isUnderway?: () => Promise<boolean>;
  heal?: () => Promise<void>;
}>;

/**
 * A patient is registered through a gateway that is killed once the operation has its transaction id, and registered again, twice, through its
 * successor: one is on the ledger.
 * @returns what the first client was told
 */
export async function expectExactlyOnce(
  consortium: TestConsortium,
  { when, injure, isUnderway, heal }: Kill,
): Promise<Answer | 'connection lost'> {
  const settings = await consortium.settings(CITY, { 'attest.automatic': false, 'auth.tokenSeconds': 600 });
  const key = `killed-${when.replaceAll(' ', '-')}`;
  const patient = { wallet: 'custodial', mrn: `MRN-${key}` };
  const before = await seenByRegulator(consortium);
  const processes: GatewayProcess[] = [];
  const startGateway = async () => {
    const gateway = await GatewayProcess.start(settings);
    processes.push(gateway);
    await ready(gateway);
    return { gateway, token: await tokenOf(gateway) };
  };
  try {
    const first = await startGateway();
    await injure?.();
    const told = post(first.gateway, first.token, key, patient).catch(() => 'connection lost' as const);
    await until('the operation to be under way', async () =>
      ((await isUnderway?.()) ?? true) && (await isStored(consortium, key)) ? true : undefined,
    );
    await first.gateway.kill();
    await heal?.();

    const second = await startGateway();
    const [a, b] = await Promise.all([1, 2].map(() => post(second.gateway, second.token, key, patient)));
    expect([a?.status, b?.status]).toEqual([201, 201]);
    expect(a?.body).toMatchObject({ pseudonym: b?.body.pseudonym });
    // Another organisation, which saw only blocks, counts them: one more than before, and it is this one.
    await until('the regulator to see it', async () =>
      (await seenByRegulator(consortium)).size > before.size ? true : undefined,
    );
    const after = await seenByRegulator(consortium);
    expect([...after].filter((pseudonym) => !before.has(pseudonym))).toEqual([a?.body.pseudonym]);
    expect(await second.gateway.stop()).toBe(0);
    return await told;
  } finally {
    await Promise.all(processes.map((gateway) => gateway.kill()));
  }
}

async function post(gateway: GatewayProcess, token: string, key: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key };
  const url = new URL('/patients', gateway.address);
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function tokenOf(gateway: GatewayProcess): Promise<string> {
  const body = JSON.stringify({ grant_type: 'password', username: 'admin', password: PASSWORD });
  const response = await fetch(new URL('/oauth/token', gateway.address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function ready(gateway: GatewayProcess): Promise<void> {
  await until('the gateway to be ready', async () =>
    (await fetch(new URL('/health/ready', gateway.address))).status === 200 ? true : undefined,
  );
}

/** Looks into the gateway's own database: its process is about to be killed. */
async function isStored(consortium: TestConsortium, key: string): Promise<boolean> {
  const rows = await consortium.query(
    CITY,
    'select tx_id from operation where idempotency_key = $1 and tx_id is not null',
    [key],
  );
  return rows.length > 0;
}

/** Patients on the ledger as another organisation's gateway projected them from blocks. */
export async function seenByRegulator(consortium: TestConsortium): Promise<Set<unknown>> {
  const rows = await consortium.query(REGULATOR, "select patient from ledger_state where kind = 'patient'", []);
  return new Set(rows.map(({ patient }) => patient));
}
