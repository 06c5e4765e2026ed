import { prepare } from './runtime.mjs';

await prepare(import.meta);

const { mkdir, writeFile } = await import('node:fs/promises');
const path = await import('node:path');
const { parseArgs } = await import('node:util');
const { runBenches } = await import('@medquorum/crypto/bench/run');

const USAGE = `usage: npm run bench:crypto -- [--filter TEXT] [--back-end mcl|noble] [--budget-ms N] [--csv FILE]
  --filter     only cases whose "scheme operation" contains the text
  --back-end   only one implementation of BLS12-381 (default: both)
  --budget-ms  time for each case (default 600)
  --csv        where the table goes as CSV (default .medquorum/bench-crypto.csv)`;

const AIM = 1.3;
const COLUMNS = [
  'scheme',
  'operation',
  'size',
  'backEnd',
  'rounds',
  'ms',
  'bareMs',
  'ratio',
  'decodingMs',
  'encodingMs',
  'ratioWithDecoding',
];
const WIDTHS = [16, 31, 21, 7, 6, 10, 10, 6, 10, 10, 17];

let values;
try {
  const text = { type: 'string' };
  ({ values } = parseArgs({
    options: { filter: text, 'back-end': text, 'budget-ms': text, csv: text, help: { type: 'boolean' } },
  }));
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exit(2);
}
const budgetMs = values['budget-ms'] === undefined ? undefined : Number(values['budget-ms']);
const backEnd = values['back-end'];
if (values.help || (budgetMs !== undefined && !(budgetMs > 0)) || !['mcl', 'noble', undefined].includes(backEnd)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const shown = (value) =>
  value === undefined ? '' : typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(3) : String(value);
const line = (cells) => cells.map((cell, i) => (i < 4 ? cell.padEnd(WIDTHS[i]) : cell.padStart(WIDTHS[i]))).join(' ');

console.log(
  'ms: median of the operation; bareMs: median of its pairings, multiplications and hashes alone, in turns with it; ratio: median over the rounds of one to the other.',
);
console.log(
  'decodingMs, encodingMs: its decodings (square root and subgroup check) and encodings of points, outside the bare cost;\nratioWithDecoding: likewise to bare cost and decodings together, so what is above 1 is the code of this library.\n',
);
console.log(line(COLUMNS));
const results = [];
await runBenches(
  (result) => {
    results.push(result);
    console.log(line(COLUMNS.map((column) => shown(result[column]))));
  },
  {
    ...(values.filter === undefined ? {} : { filter: values.filter }),
    ...(budgetMs === undefined ? {} : { budgetMs }),
    ...(backEnd === undefined ? {} : { backEnds: [backEnd] }),
  },
);

const csv = path.resolve(process.env.INIT_CWD ?? '.', values.csv ?? '.medquorum/bench-crypto.csv');
await mkdir(path.dirname(csv), { recursive: true });
await writeFile(
  csv,
  `${[COLUMNS, ...results.map((result) => COLUMNS.map((column) => shown(result[column])))].map((row) => row.join()).join('\n')}\n`,
);
const over = results.filter(({ ratio }) => ratio > AIM).length;
console.log(`\n${results.length} cases, ${over} above ${AIM} times the bare cost; CSV: ${csv}`);
