import { readSubmitFailure, toLedgerFault, toValidationFault } from './ledger-fault.ts';

/** Texts and codes as Fabric 3.1 gives them. */
const gatewayError = (code: number, message: string, ...details: string[]) =>
  Object.assign(new Error(message), {
    code,
    details: details.map((text) => ({ message: text, address: '', mspId: '' })),
  });

describe('toLedgerFault', () => {
  it.each([
    [
      'a refusal of the chaincode',
      gatewayError(
        10,
        'failed to endorse transaction',
        'chaincode response 500, MQ_RECORD_NOT_FOUND: [3] no such record',
      ),
      { kind: 'chaincode', code: 'MQ_RECORD_NOT_FOUND', index: 3 },
    ],
    [
      'a chaincode process that is gone',
      gatewayError(
        10,
        'failed to endorse transaction, see attached details for more info',
        'could not launch chaincode ehr: connection refused',
      ),
      { kind: 'unavailable' },
    ],
    ['a peer that is gone', gatewayError(14, 'no connection established'), { kind: 'unavailable' }],
    [
      'endorsers that disagree',
      gatewayError(10, 'failed', 'ProposalResponsePayloads do not match'),
      { kind: 'conflict' },
    ],
    [
      'the limit of concurrent calls',
      gatewayError(2, 'too many requests for /gateway.Gateway, exceeding concurrency limit (500)'),
      { kind: 'unavailable' },
    ],
    [
      'a peer that has no private data yet',
      gatewayError(
        10,
        'failed to endorse transaction',
        'chaincode response 500, GET_STATE failed: transaction ID: 1f: private data matching public hash version is not available. Public hash version = {BlockNum: 9, TxNum: 0}, Private data version = <nil>',
      ),
      { kind: 'unavailable' },
    ],
    [
      'a refused identity',
      gatewayError(10, 'failed to endorse transaction', 'access denied: channel [medquorum] creator org [X]'),
      { kind: 'refused' },
    ],
  ])('reads %s', (_what, error, expected) => {
    expect(toLedgerFault(error, 'endorse')).toMatchObject(expected);
  });

  it('takes no failure of a submission for proof that nothing was ordered, but a refusal by an orderer', () => {
    const text = 'MQ_RECORD_NOT_FOUND: whatever a peer says';
    expect(readSubmitFailure(gatewayError(14, text))).toMatchObject({ kind: 'unknown' });
    expect(readSubmitFailure(gatewayError(4, 'submit timeout expired'))).toMatchObject({ kind: 'unknown' });
    const forbidden = 'received unsuccessful response from orderer: status=FORBIDDEN, info=permission denied';
    expect(readSubmitFailure(gatewayError(10, forbidden))).toMatchObject({ kind: 'refused' });
    // One orderer of several: the others may have taken it.
    expect(readSubmitFailure(gatewayError(14, 'insufficient number', forbidden))).toMatchObject({ kind: 'unknown' });
  });

  it.each(['request already processed', 'request already exists'])('reads "%s" of a BFT orderer as ordered', (info) => {
    const detail = `received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=failed to submit request: ${info}`;
    expect(readSubmitFailure(gatewayError(14, 'insufficient number', 'connection refused', detail))).toBe('ordered');
  });

  it.each([
    [11, 'conflict'],
    [12, 'conflict'],
    [10, 'conflict'],
    [9, 'unknown'], // DUPLICATE_TXID: the first of the two counts
    [8, 'refused'],
    [4, 'refused'],
  ])('reads validation code %i as %s', (code, kind) => {
    expect(toValidationFault(code, 'tx')).toMatchObject({ kind });
  });

  it('finds no fault with a valid transaction', () => {
    expect(toValidationFault(0, 'tx')).toBeUndefined();
  });
});
