import { ledger, peer } from '@hyperledger/fabric-protos';
import { chaincodeMessage, decodeChaincodeMessage, encodeChaincodeMessage, MESSAGE_TYPE } from './chaincode-message.ts';
import * as wire from './chaincode-requests.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
/** google-protobuf sets fields by method; this names them shortly. */
function filled<M>(message: M, set: (message: M) => void): M {
  set(message);
  return message;
}

/** Every request as the official messages encode it, every answer as they decode it. */
describe('shim protocol messages', () => {
  it('has the official numbers of the message types', () => {
    const { UNDEFINED: _, ...official } = peer.ChaincodeMessage.Type;
    expect(MESSAGE_TYPE).toEqual(official);
  });

  it('reads and writes the envelope of each message', () => {
    const message = {
      ...chaincodeMessage(MESSAGE_TYPE.TRANSACTION, 'tx', 'ch', bytes('payload')),
      proposal: filled(new peer.SignedProposal(), (m) => m.setSignature(bytes('s'))).serializeBinary(),
      event: filled(new peer.ChaincodeEvent(), (m) => m.setEventName('e')).serializeBinary(),
    };
    const official = peer.ChaincodeMessage.deserializeBinary(encodeChaincodeMessage(message));
    expect([official.getType(), official.getTxid(), official.getChannelId()]).toEqual([
      MESSAGE_TYPE.TRANSACTION,
      'tx',
      'ch',
    ]);
    expect(official.getProposal()?.getSignature_asU8()).toEqual(new Uint8Array(bytes('s')));
    expect(official.getChaincodeEvent()?.getEventName()).toBe('e');
    const decoded = decodeChaincodeMessage(official.serializeBinary());
    expect(encodeChaincodeMessage(decoded)).toEqual(encodeChaincodeMessage(message));
  });

  it('reads key requests: get, delete, purge, get metadata', () => {
    for (const Message of [peer.GetState, peer.DelState, peer.PurgePrivateState, peer.GetStateMetadata]) {
      const message = new Message();
      message.setKey('k');
      message.setCollection('c');
      expect(wire.decodeKeyRequest(message.serializeBinary())).toEqual({ key: 'k', collection: 'c' });
    }
  });

  it('reads writes of values, metadata and batches', () => {
    const put = filled(new peer.PutState(), (m) => {
      m.setKey('k');
      m.setValue(bytes('v'));
      m.setCollection('c');
    });
    expect(wire.decodePutState(put.serializeBinary())).toEqual({ key: 'k', value: bytes('v'), collection: 'c' });
    const metadata = filled(new peer.StateMetadata(), (m) => {
      m.setMetakey('VALIDATION_PARAMETER');
      m.setValue(bytes('p'));
    });
    const entry = { name: 'VALIDATION_PARAMETER', value: bytes('p') };
    const putMetadata = filled(new peer.PutStateMetadata(), (m) => {
      m.setKey('k');
      m.setCollection('c');
      m.setMetadata(metadata);
    });
    expect(wire.decodePutMetadata(putMetadata.serializeBinary())).toEqual({ key: 'k', collection: 'c', entry });
    const record = filled(new peer.WriteRecord(), (m) => {
      m.setKey('k');
      m.setValue(bytes('v'));
      m.setCollection('c');
      m.setMetadata(metadata);
      m.setType(peer.WriteRecord.Type.PUT_STATE_METADATA);
    });
    const batch = filled(new peer.WriteBatchState(), (m) => m.setRecList([record]));
    expect(wire.decodeWriteBatch(batch.serializeBinary())).toEqual([
      { type: MESSAGE_TYPE.PUT_STATE_METADATA, key: 'k', value: bytes('v'), collection: 'c', metadata: entry },
    ]);
  });

  it('reads ranges with and without a page, history, rich queries and several keys', () => {
    const range = (pageSize: number | undefined, bookmark = ''): Uint8Array =>
      filled(new peer.GetStateByRange(), (m) => {
        m.setStartkey('a');
        m.setEndkey('b');
        m.setCollection('c');
        if (pageSize === undefined) return;
        const page = filled(new peer.QueryMetadata(), (p) => {
          p.setPagesize(pageSize);
          p.setBookmark(bookmark);
        });
        m.setMetadata(page.serializeBinary());
      }).serializeBinary();
    const decoded = { start: 'a', end: 'b', collection: 'c' };
    expect(wire.decodeRangeRequest(range(undefined))).toEqual({ ...decoded, page: undefined });
    expect(wire.decodeRangeRequest(range(0))).toEqual({ ...decoded, page: undefined });
    expect(wire.decodeRangeRequest(range(0, 'x')).page).toEqual({ size: 0, bookmark: 'x' });
    expect(wire.decodeRangeRequest(range(-1, 'x')).page).toEqual({ size: -1, bookmark: 'x' });

    const rich = filled(new peer.GetQueryResult(), (m) => {
      m.setQuery('{}');
      m.setCollection('c');
    });
    expect(wire.decodeRichQuery(rich.serializeBinary())).toEqual({ collection: 'c' });
    const texts = [
      filled(new peer.QueryStateNext(), (m) => m.setId('x')),
      filled(new peer.QueryStateClose(), (m) => m.setId('x')),
      filled(new peer.GetHistoryForKey(), (m) => m.setKey('x')),
    ];
    for (const message of texts) expect(wire.decodeFirstText(message.serializeBinary())).toBe('x');
    const several = filled(new peer.GetStateMultiple(), (m) => {
      m.setKeysList(['a', '', 'b']);
      m.setCollection('c');
    });
    expect(wire.decodeGetMultiple(several.serializeBinary())).toEqual({ keys: ['a', '', 'b'], collection: 'c' });
  });

  it('reads registrations, calls and responses', () => {
    const call = (name: string): Uint8Array =>
      filled(new peer.ChaincodeSpec(), (m) => {
        m.setChaincodeId(filled(new peer.ChaincodeID(), (id) => id.setName(name)));
        m.setInput(filled(new peer.ChaincodeInput(), (input) => input.setArgsList([bytes('f'), bytes('')])));
      }).serializeBinary();
    const args = [bytes('f'), bytes('')];
    expect(wire.decodeInvocation(call('cc'))).toEqual({ chaincode: 'cc', channelId: '', args });
    expect(wire.decodeInvocation(call('cc:2/other'))).toEqual({ chaincode: 'cc', channelId: 'other', args });
    expect(wire.decodeRegistration(filled(new peer.ChaincodeID(), (id) => id.setName('id')).serializeBinary())).toBe(
      'id',
    );
    const response = filled(new peer.Response(), (m) => {
      m.setStatus(-1);
      m.setMessage('m');
      m.setPayload(bytes('p'));
    });
    const expected = { status: -1, message: 'm', payload: bytes('p') };
    expect(wire.decodeResponse(response.serializeBinary())).toEqual(expected);
  });

  it('writes input, rows, history, metadata, several values and events', () => {
    const input = peer.ChaincodeInput.deserializeBinary(wire.encodeInput([bytes('f'), bytes('')]));
    expect(input.getArgsList_asU8().map((arg) => arg.length)).toEqual([1, 0]);

    const page = { count: 1, bookmark: 'next' };
    const rows = wire.encodeRows('cc', { id: 'q', rows: [{ key: 'k', value: bytes('v') }], hasMore: true, page });
    const answer = peer.QueryResponse.deserializeBinary(rows);
    const row = ledger.queryresult.KV.deserializeBinary(answer.getResultsList()[0]?.getResultbytes_asU8() ?? bytes(''));
    expect([row.getNamespace(), row.getKey(), row.getValue_asU8().length]).toEqual(['cc', 'k', 1]);
    const metadata = peer.QueryResponseMetadata.deserializeBinary(answer.getMetadata_asU8());
    expect([metadata.getFetchedRecordsCount(), metadata.getBookmark()]).toEqual([1, 'next']);
    expect([answer.getHasMore(), answer.getId()]).toEqual([true, 'q']);
    expect(peer.QueryResponse.deserializeBinary(wire.encodeClosed('q')).getId()).toBe('q');

    const entry = { txId: 'tx', value: bytes('v'), isDelete: true, timestamp: { seconds: 1_700_000_000, nanos: 5 } };
    const history = peer.QueryResponse.deserializeBinary(
      wire.encodeHistory({ id: 'q', rows: [entry], hasMore: false, page: undefined }),
    );
    const change = ledger.queryresult.KeyModification.deserializeBinary(
      history.getResultsList()[0]?.getResultbytes_asU8() ?? bytes(''),
    );
    const time = change.getTimestamp();
    expect([change.getTxId(), change.getIsDelete(), time?.getSeconds(), time?.getNanos()]).toEqual([
      'tx',
      true,
      1_700_000_000,
      5,
    ]);

    const result = peer.StateMetadataResult.deserializeBinary(
      wire.encodeMetadataResult([{ name: 'n', value: bytes('v') }]),
    );
    expect(result.getEntriesList().map((item) => [item.getMetakey(), item.getValue_asU8().length])).toEqual([['n', 1]]);
    const multiple = peer.GetStateMultipleResult.deserializeBinary(wire.encodeMultiple([bytes(''), bytes('v')]));
    expect(multiple.getValuesList_asU8().map((value) => value.length)).toEqual([0, 1]);

    const sent = filled(new peer.ChaincodeEvent(), (m) => {
      m.setEventName('seen');
      m.setPayload(bytes('p'));
    });
    const event = peer.ChaincodeEvent.deserializeBinary(wire.completeEvent(sent.serializeBinary(), 'cc', 'tx'));
    expect(event.toObject()).toMatchObject({ chaincodeId: 'cc', txId: 'tx', eventName: 'seen' });
  });
});
