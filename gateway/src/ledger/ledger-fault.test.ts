import { toLedgerFault, toValidationFault } from './ledger-fault.ts';

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
      'a refused identity',
      gatewayError(10, 'failed to endorse transaction', 'access denied: channel [medquorum] creator org [X]'),
      { kind: 'refused' },
    ],
  ])('reads %s', (_what, error, expected) => {
    expect(toLedgerFault(error, 'endorse')).toMatchObject(expected);
  });

  it('takes no failure after submission for proof that nothing was ordered', () => {
    const text = 'MQ_RECORD_NOT_FOUND: whatever a peer says';
    expect(toLedgerFault(gatewayError(14, text), 'submit')).toMatchObject({ kind: 'unknown' });
    expect(toLedgerFault(gatewayError(4, text), 'commit')).toMatchObject({ kind: 'unknown' });
    const forbidden = gatewayError(
      10,
      'received unsuccessful response from orderer: status=FORBIDDEN, info=permission denied',
    );
    expect(toLedgerFault(forbidden, 'submit')).toMatchObject({ kind: 'refused' });
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
});
