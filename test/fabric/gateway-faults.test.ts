import path from 'node:path';
import { describeFabric } from './describe-fabric.ts';
import { heightOf, lostOrDoubled, peerView } from './entry-audit.ts';
import { leadingOrderer } from './leading-orderer.ts';
import { RestWriters } from './rest-writers.ts';
import { RunningConsortium } from './running-consortium.ts';

const SUITE_TIMEOUT_MS = 300_000;
/** How often each fault is made. */
const ROUNDS = 2;

describeFabric('faults of the whole consortium under load through its gateways', () => {
  let consortium: RunningConsortium;
  beforeAll(async () => {
    consortium = await RunningConsortium.start();
  }, SUITE_TIMEOUT_MS);
  afterAll(() => consortium?.close(), SUITE_TIMEOUT_MS);

  const started: RestWriters[] = [];
  afterEach(() => Promise.all(started.splice(0).map((writers) => writers.stop())), SUITE_TIMEOUT_MS);
  const write = async (logFile: string) => {
    const { folder, password, topology } = consortium;
    const writers = await RestWriters.start(topology, password, path.join(folder, logFile));
    started.push(writers);
    return writers;
  };

  /** The blocks of every peer, all up to the height that the highest has now. */
  const everyPeer = async () => {
    const mspIds = consortium.topology.organizations.map(({ mspId }) => mspId);
    const heights = await Promise.all(mspIds.map((mspId) => heightOf(consortium, mspId)));
    return Promise.all(mspIds.map((mspId) => peerView(consortium, mspId, Math.max(...heights))));
  };

  const expectOnceEverywhere = async (writers: RestWriters) => {
    await writers.stop();
    expect(writers.failures).toEqual([]);
    const [log, views] = [writers.log(), await everyPeer()];
    tell(`${log.length} acknowledged writes against ${views.length} peers of height ${views[0]?.height}`);
    expect(new Set(views.map(({ lastBlockHash }) => lastBlockHash)).size).toBe(1);
    for (const view of views) expect(lostOrDoubled(log, view)).toEqual([]);
    return { log, entries: views[0]?.entries ?? [] };
  };

  it(
    'lose and double no acknowledged write, whichever process is killed',
    async () => {
      const writers = await write('writes.jsonl');
      await writers.recovered();
      const { orderers, organizations } = consortium.topology;
      const times = new Map<string, Readonly<{ own: number[]; others: number[] }>>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const leading = await leadingOrderer(consortium.topology);
        const following = orderers.nodes.find(({ name }) => `${name}.orderer` !== leading);
        const struck = organizations[(round + 1) % organizations.length]?.name;
        const faults: readonly (readonly [string, string])[] = [
          ['a gateway', `gateway.${struck}`],
          ['a chaincode process', `chaincode-ehr.${struck}`],
          ['a peer', `peer0.${struck}`],
          ['an orderer that follows', `${following?.name}.orderer`],
          ['the orderer that leads', leading],
        ];
        for (const [what, name] of faults) {
          writers.takeAnswers();
          consortium.kill(name);
          const recovered = await writers.recovered();
          await consortium.untilUp(name);
          const { own, others } = times.get(what) ?? { own: [], others: [] };
          for (const [writer, ms] of recovered) (name.endsWith(`.${writer}`) ? own : others).push(ms);
          times.set(what, { own, others });
          tell(`kill -9 of ${name}: answers meanwhile, apart from 201: ${writers.takeAnswers() || 'none'}`);
        }
      }
      await writers.recovered();
      for (const [what, { own, others }] of times) {
        const ofOwn = own.length === 0 ? '' : `, its own organisation's ${spread(own)}`;
        tell(`kill -9 of ${what}: an organisation's next write is acknowledged after ${spread(others)}${ofOwn}`);
      }
      const { log, entries } = await expectOnceEverywhere(writers);
      // The comparison would notice a write that is nowhere, one under another transaction, and one that is there twice.
      const [first, ...rest] = log;
      const [entry] = entries.filter(({ marker }) => marker === first?.marker);
      if (first === undefined || entry === undefined) throw new Error('nothing was written');
      expect(lostOrDoubled([{ ...first, marker: 'never' }, ...rest], { entries })).toEqual(['never: 0 times']);
      expect(lostOrDoubled([{ ...first, txId: 'another' }, ...rest], { entries })).toHaveLength(1);
      const again = { ...entry, nonce: 'another', txId: 'another' };
      expect(lostOrDoubled([], { entries: [...entries, again] })).toEqual([`marker ${entry.marker}: 2 times`]);
    },
    SUITE_TIMEOUT_MS,
  );

  it(
    'do not stop the others: with one orderer and one peer down, writes go on',
    async () => {
      const writers = await write('degraded.jsonl');
      const names = consortium.topology.organizations.map(({ name }) => name);
      const down = [`peer0.${names.at(-1)}`, 'orderer4.orderer'];
      const releases = await Promise.all(down.map((name) => consortium.holdDown(name)));
      try {
        await writers.recovered(names.slice(0, -1));
        const again = await writers.recovered(names.slice(0, -1));
        tell(
          `without ${down.join(' and ')}: an organisation's next write is acknowledged after ${spread([...again.values()])}`,
        );
      } finally {
        for (const release of releases) release();
      }
      await Promise.all(down.map((name) => consortium.untilUp(name)));
      // The one whose peer was away writes again, and its peer has everything.
      await writers.recovered();
      await expectOnceEverywhere(writers);
    },
    SUITE_TIMEOUT_MS,
  );
});

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function spread(unsorted: readonly number[]): string {
  const sorted = unsorted.map(Math.round).sort((a, b) => a - b);
  return `p50 ${sorted[(sorted.length - 1) >> 1]} ms, max ${sorted.at(-1)} ms (${sorted.length} times)`;
}
