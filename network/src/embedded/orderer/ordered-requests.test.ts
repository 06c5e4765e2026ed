import { WireWriter } from '../wire/wire-writer.ts';
import { BROADCAST_SUCCESS } from './broadcast-check.ts';
import { bftQuorum } from './consenters.ts';
import { OrderedRequests, REMEMBERED_REQUESTS, WAITS_ALREADY } from './ordered-requests.ts';

const MAX_BYTES = 200;

/** An envelope of one creator. */
function envelope(nonce: string, data = 'data'): Buffer {
  const signatureHeader = new WireWriter().string(1, 'creator').string(2, nonce).finish();
  const header = new WireWriter().bytes(2, signatureHeader).finish();
  const payload = new WireWriter().bytes(1, header).string(2, data).finish();
  return new WireWriter().bytes(1, payload).finish();
}

describe('requests that BFT orderers know', () => {
  it('are taken once, whatever else changes in them', () => {
    const requests = new OrderedRequests(MAX_BYTES);
    expect(requests.admit(envelope('a'))).toBe(BROADCAST_SUCCESS);
    expect(requests.admit(envelope('b'))).toBe(BROADCAST_SUCCESS);
    expect(requests.admit(envelope('a', 'other'))).toBe(WAITS_ALREADY);
    requests.order([envelope('a')]);
    const processed = { status: 503, info: 'failed to submit request: request already processed' };
    expect(requests.admit(envelope('a', 'other'))).toEqual(processed);
    expect(requests.admit(envelope('b'))).toBe(WAITS_ALREADY);
    requests.clear();
    expect(requests.admit(envelope('a'))).toBe(BROADCAST_SUCCESS);
  });

  it('are the last thousand', () => {
    const requests = new OrderedRequests(MAX_BYTES);
    const order = (from: number, count: number) =>
      requests.order(Array.from({ length: count }, (_, index) => envelope(`${from + index}`)));
    order(0, REMEMBERED_REQUESTS);
    expect(requests.admit(envelope('0')).status).toBe(503);
    order(REMEMBERED_REQUESTS, 1);
    expect(requests.admit(envelope('0'))).toBe(BROADCAST_SUCCESS);
    expect(requests.admit(envelope('1')).status).toBe(503);
  });

  it('are no larger than a block may be', () => {
    const padding = 'x'.repeat(MAX_BYTES - envelope('a', 'x'.repeat(150)).length + 150);
    expect(envelope('a', padding)).toHaveLength(MAX_BYTES);
    const requests = new OrderedRequests(MAX_BYTES);
    expect(requests.admit(envelope('a', `${padding}x`)).info).toBe(
      'failed to submit request: submitted request (201) is bigger than request max bytes (200)',
    );
    expect(requests.admit(envelope('a', padding))).toBe(BROADCAST_SUCCESS);
  });
});

describe('a quorum', () => {
  it.each([
    [1, 1],
    [3, 2],
    [4, 3],
    [5, 4],
    [6, 4],
    [7, 5],
    [10, 7],
  ])('of %d BFT orderers is %d', (count, quorum) => expect(bftQuorum(count)).toBe(quorum));
});
