// Scripts drawn from a fixed seed: the same on every network, and in combinations that nobody would think of.
const STATE = ['put', 'put', 'get', 'del', 'scan', 'scanAll', 'few', 'cput', 'cput', 'cget', 'cdel', 'cscan', 'page'];
const CONTEXT = ['event', 'incr', 'invoke', 'ret'];
const POLICY = ['put', 'put', 'setep', 'getep', 'get', 'del', 'scanAll', 'invoke'];
const PRIVATE = ['pput', 'pput', 'pget', 'phash', 'pdel', 'ppurge', 'pscan', 'put', 'get', 'psetep', 'pgetep'];
const MAX_OPERATIONS = 4;

const set = (id, seed, count, kinds) => ({
  id,
  title: `${count} drawn scripts (seed ${seed})`,
  needs: ['chaincode2'],
  async run(t) {
    const random = generator(seed);
    const draw = (list) => list[Math.floor(random() * list.length)];
    const operations = operationsOf(t, id, random, draw);
    for (let i = 0; i < count; i++) {
      const ops = Array.from({ length: 1 + Math.floor(random() * MAX_OPERATIONS) }, () => operations[draw(kinds)]());
      const orgs = draw([undefined, undefined, [0, 1], [0, 1, 2], [1, 2], [0], [2]]);
      const via = draw([undefined, undefined, 1, 2]);
      t.lastInfo = undefined;
      await t.submit(`${i}: ${names(ops)}`, ops, { ...(orgs && { orgs }), ...(via !== undefined && { via }) });
      if (t.lastInfo) t.record(`${i}: in the block`, inBlock(await t.txInBlock(t.lastInfo)));
    }
    const collections = ['collOpen', 'collMember', 'collAll'];
    const all = ['scan', t.k(''), t.k('~')];
    const ops = [all, ...collections.map((name) => ['try', ['pscan', name, t.k(''), t.k('~')]])];
    for (const via of [0, 1, 2]) await t.eval(`at last, organisation ${via + 1}`, ops, { via });
  },
});

export default [
  set('random-state', 11, 40, [...STATE, ...CONTEXT]),
  set('random-policy', 33, 40, POLICY),
  set('random-private', 22, 40, PRIVATE),
  set('random-all', 44, 60, [...STATE, ...CONTEXT, ...POLICY, ...PRIVATE, 'fail', 'invokeSelf']),
];

const names = (ops) => ops.map((op) => (op[0] === 'try' ? op[1][0] : op[0])).join(' ');

function operationsOf(t, id, random, draw) {
  const key = () => t.k(draw(['a', 'b', 'c', 'd', 'e', 'b/1', 'b/2', 'ü', '名']));
  const value = () => draw(['1', '2', '', 'x', 'long '.repeat(5), '{"a":1}']);
  const collection = () =>
    draw([
      'collOpen',
      'collMember',
      'collEP',
      'collStrict',
      'collAll',
      '_implicit_org_Org1MSP',
      '_implicit_org_Org2MSP',
      'nosuch',
    ]);
  const policy = () =>
    draw([
      null,
      { orgs: ['Org1MSP'] },
      { orgs: ['Org2MSP', 'Org3MSP'] },
      { k: 2, orgs: ['Org1MSP', 'Org2MSP', 'Org3MSP'] },
      { k: 1, orgs: ['Org1MSP', 'Org2MSP'] },
    ]);
  const attributes = () => draw([['x'], ['x', 'y'], ['x', 'z'], ['y'], ['y', 'y', 'y']]);
  const type = () => `${t.nonce}${id}${draw(['t', 'u'])}`;
  const few = () => 1 + Math.floor(random() * 3);
  return {
    put: () => ['put', key(), value()],
    get: () => ['get', key()],
    del: () => ['del', key()],
    scan: () => ['scan', key(), key()],
    scanAll: () => ['scan', t.k(''), t.k('~')],
    few: () => ['scanfew', t.k(''), t.k('~'), few()],
    cput: () => ['cput', type(), attributes(), value()],
    cget: () => ['cget', type(), attributes()],
    cdel: () => ['cdel', type(), attributes()],
    cscan: () => ['cscan', type(), draw([[], ['x'], ['y']])],
    page: () => ['try', ['page', t.k(''), t.k('~'), few(), '']],
    event: () => ['event', draw(['e', 'f']), value()],
    incr: () => ['incr', t.k('n'), 1],
    invoke: () => {
      const inner = draw([
        ['put', key(), value()],
        ['get', key()],
        ['del', key()],
        ['fail', 'no'],
        ['event', 'inner', 'x'],
      ]);
      return ['invoke', t.cc2, ['run', JSON.stringify([inner])], draw(['', t.channel])];
    },
    invokeSelf: () => ['try', ['invoke', t.cc, ['run', JSON.stringify([['get', key()]])], '']],
    ret: () => ['return', draw([200, 201, 399, 400, 404, 500]), 'm', 'p'],
    fail: () => ['fail', 'because'],
    setep: () => ['setep', key(), policy()],
    getep: () => ['getep', key()],
    pput: () => ['try', ['pput', collection(), key(), value()]],
    pget: () => ['try', ['pget', collection(), key()]],
    phash: () => ['try', ['phash', collection(), key()]],
    pdel: () => ['try', ['pdel', collection(), key()]],
    ppurge: () => ['try', ['ppurge', collection(), key()]],
    pscan: () => ['try', ['pscan', collection(), t.k(''), t.k('~')]],
    psetep: () => ['try', ['psetep', collection(), key(), policy()]],
    pgetep: () => ['try', ['pgetep', collection(), key()]],
  };
}

/** Shape of the transaction: versions as there or not, without the namespace of the chaincode definitions. */
function inBlock({ code, rwset, event, response }) {
  const plain = JSON.parse(JSON.stringify(rwset.ns), (name, inner) => (name === 'version' && inner ? 'set' : inner));
  return {
    code,
    sets: plain.filter(({ namespace }) => namespace !== '_lifecycle'),
    event: event && { name: event.name, chaincode: event.chaincode },
    response: { status: response.status, message: response.message },
  };
}

/** mulberry32 by T. Ettinger (public domain): small, and equal everywhere. */
function generator(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
