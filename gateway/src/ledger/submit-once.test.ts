import { type Clock, submitOnce, WATCH_MS } from './submit-once.ts';

const WITHIN_MS = 30_000;
const UNAVAILABLE = Object.assign(new Error('14 UNAVAILABLE'), { code: 14 });
const refusal = Object.assign(new Error('received unsuccessful response from orderer: status=FORBIDDEN, info=no'), {
  code: 10,
});
const processed = Object.assign(new Error('insufficient number of orderers could successfully process transaction'), {
  code: 14,
  details: [
    {
      message:
        'received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=failed to submit request: request already processed',
    },
    { message: 'connection refused' },
  ],
});

/** An ordering service and a peer in a time of their own. */
class World implements Clock {
  ms = 0;
  submissions = 0;
  /** What the n-th submission is answered; the last holds for those after it. */
  answers: readonly (Error | undefined)[] = [undefined];
  /** When the peer has the transaction in a block, and with which codes at each time of asking. */
  committedAtMs = Number.POSITIVE_INFINITY;
  codes: readonly number[] = [0];
  /** Between these times nobody reaches the peer. */
  down: readonly [number, number] = [-1, -1];
  onSubmit: () => void = () => {};

  readonly txId = 'tx';
  nowMs = () => this.ms;
  pause = async (ms: number) => {
    this.ms += ms;
  };
  submit = async () => {
    const answer = this.answers[Math.min(this.submissions, this.answers.length - 1)];
    this.submissions += 1;
    this.onSubmit();
    if (answer !== undefined) throw answer;
  };
  status = async (withinMs: number) => {
    const [from, to] = this.down;
    if (this.ms >= from && this.ms < to) throw UNAVAILABLE;
    const answeredMs = Math.max(this.ms, this.committedAtMs);
    const isCut = from > this.ms && from < answeredMs;
    if (isCut || answeredMs > this.ms + withinMs) {
      this.ms = isCut ? from : this.ms + withinMs;
      throw UNAVAILABLE;
    }
    this.ms = answeredMs;
    const [code = 0, ...later] = this.codes;
    if (later.length > 0) this.codes = later;
    return { code, blockNumber: 7 };
  };
}

const run = (world: World) => submitOnce(world, WITHIN_MS, world);

describe('submitOnce', () => {
  it('waits for what was accepted, however long an election takes, and sends it once', async () => {
    const world = new World();
    world.committedAtMs = 9000;
    expect(await run(world)).toBe(7);
    expect(world).toMatchObject({ submissions: 1, ms: 9000 });
  });

  it('finds out from the ledger where the answer to the submission was lost', async () => {
    const world = new World();
    world.answers = [UNAVAILABLE];
    world.committedAtMs = 300;
    expect(await run(world)).toBe(7);
    expect(world).toMatchObject({ submissions: 1, ms: 300 });
  });

  it('sends again what did not arrive, once the ledger had time to show it', async () => {
    const world = new World();
    world.answers = [UNAVAILABLE, undefined];
    world.onSubmit = () => {
      if (world.submissions === 2) world.committedAtMs = world.ms + 200;
    };
    expect(await run(world)).toBe(7);
    expect(world).toMatchObject({ submissions: 2, ms: WATCH_MS + 200 });
  });

  it('takes an orderer that has processed it already for an acceptance', async () => {
    const world = new World();
    world.answers = [processed];
    world.committedAtMs = 9000;
    expect(await run(world)).toBe(7);
    expect(world.submissions).toBe(1);
  });

  it('asks again when the peer is restarted while it waits', async () => {
    const world = new World();
    world.down = [100, 4000];
    world.committedAtMs = 200;
    expect(await run(world)).toBe(7);
    expect(world.submissions).toBe(1);
    expect(world.ms).toBeGreaterThanOrEqual(4000);
    expect(world.ms).toBeLessThan(4500);
  });

  it('believes a refusal of the first submission, and no later one', async () => {
    const first = new World();
    first.answers = [refusal];
    await expect(run(first)).rejects.toMatchObject({ kind: 'refused' });
    expect(first.ms).toBe(0);
    const later = new World();
    later.answers = [UNAVAILABLE, refusal];
    later.committedAtMs = 3 * WATCH_MS;
    expect(await run(later)).toBe(7);
  });

  it('asks for the first of two when one was ordered twice', async () => {
    const world = new World();
    world.committedAtMs = 100;
    world.codes = [9, 0]; // DUPLICATE_TXID, then the first of the two
    expect(await run(world)).toBe(7);
  });

  it.each([
    [11, 'conflict'],
    [4, 'refused'],
  ])('says of validation code %i: %s', async (code, kind) => {
    const world = new World();
    world.committedAtMs = 100;
    world.codes = [code];
    await expect(run(world)).rejects.toMatchObject({ kind });
  });

  it.each([
    ['accepted', [undefined]],
    ['unanswered', [UNAVAILABLE]],
  ])('gives up what was %s at its bound, and not before', async (_what, answers) => {
    const world = new World();
    world.answers = answers;
    await expect(run(world)).rejects.toMatchObject({ kind: 'unknown' });
    expect(world.ms).toBe(WITHIN_MS);
    const late = new World();
    late.answers = answers;
    late.committedAtMs = WITHIN_MS;
    expect(await run(late)).toBe(7);
  });
});
