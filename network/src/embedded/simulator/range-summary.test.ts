import { ledger } from '@hyperledger/fabric-protos';
import { sha256 } from '../ledger/block-hash.ts';
import type { KeyRead } from '../ledger/read-write-set.ts';
import { RANGE_DEGREE, RangeSummary } from './range-summary.ts';

const { kvrwset } = ledger.rwset;
const rows = (count: number): KeyRead[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, version: { block: 1, tx: i } }));

function summarise(count: number, degree?: number): ReturnType<RangeSummary['finish']> {
  const summary = new RangeSummary(degree);
  for (const row of rows(count)) summary.add(row);
  return summary.finish();
}

/** A leaf as the official message encodes it. */
function leaf(group: readonly KeyRead[]): Buffer {
  const message = new kvrwset.QueryReads();
  for (const { key, version } of group) {
    const read = new kvrwset.KVRead();
    read.setKey(key);
    const at = new kvrwset.Version();
    at.setBlockNum(version?.block ?? 0);
    at.setTxNum(version?.tx ?? 0);
    read.setVersion(at);
    message.addKvReads(read);
  }
  return sha256(message.serializeBinary());
}

const node = (hashes: readonly Buffer[]): Buffer => sha256(Buffer.concat(hashes));

describe('RangeSummary', () => {
  it('keeps up to the degree as rows', () => {
    expect(summarise(0)).toEqual({ rows: undefined, merkle: undefined });
    expect(summarise(RANGE_DEGREE)).toEqual({ rows: rows(RANGE_DEGREE), merkle: undefined });
  });

  it('summarises one row more than the degree as one leaf', () => {
    const all = rows(RANGE_DEGREE + 1);
    expect(summarise(RANGE_DEGREE + 1).merkle).toEqual({ maxDegree: RANGE_DEGREE, maxLevel: 1, hashes: [leaf(all)] });
  });

  it('ends with a shorter leaf', () => {
    const all = rows(60);
    expect(summarise(60).merkle?.hashes).toEqual([leaf(all.slice(0, 51)), leaf(all.slice(51))]);
  });

  it('builds levels, a lone hash moving up as it is', () => {
    const all = rows(10);
    const [a, b, c, d] = [all.slice(0, 3), all.slice(3, 6), all.slice(6, 9), all.slice(9)].map(leaf);
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four leaves');
    expect(summarise(10, 2).merkle).toEqual({ maxDegree: 2, maxLevel: 2, hashes: [node([a, b, c]), d] });
  });
});
