/** Commits blocks without end and prints each height once it is acknowledged: a test kills this process at any moment. */
import { openLedger } from '../ledger/open-ledger.ts';
import { commitBlock, testCollections, writing } from './ledger-writer.ts';

const [directory = ''] = process.argv.slice(2);
const ledger = await openLedger({ directory, collections: testCollections });
for (;;) {
  const number = ledger.height;
  await commitBlock(ledger, [writing(`tx-${number}`, { [`key-${number}`]: `value-${number}`, last: `${number}` })]);
  process.stdout.write(`${ledger.height}\n`);
}
