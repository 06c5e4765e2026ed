import { MedQuorumError } from '../medquorum-error.ts';
import { FoundedConsortium, PATIENT } from '../testing/founded-consortium.ts';
import { CHAINCODE, uuidOf } from '../testing/party.ts';
import { ledgerKey, parseLedgerKey } from './ledger-key.ts';
import { decodeState, encodeState, KEYS, keyOf, type State } from './state.ts';

describe('stored state', () => {
  let consortium: FoundedConsortium;
  beforeAll(async () => {
    consortium = await FoundedConsortium.found();
    await consortium.activeRecord('record');
  });
  afterAll(() => consortium.close());

  const code = (key: string, value: string) => {
    try {
      return decodeState(key, Buffer.from(value))?.kind;
    } catch (error) {
      return error instanceof MedQuorumError ? error.code : 'a fault';
    }
  };

  it('is read back into what was written, byte for byte, and knows its key', async () => {
    const view = consortium.ledger.channel.ledger.view();
    let states = 0;
    for await (const { key, value } of view.range(CHAINCODE, '', '')) {
      const state = decodeState(key, value) as State;
      expect(keyOf(state)).toBe(key);
      expect(encodeState(state).equals(value)).toBe(true);
      states += 1;
    }
    view.close();
    expect(states).toBeGreaterThan(40);
  });

  it('stands under the composite keys that the stub makes', async () => {
    const stub = consortium.ledger.channel.newStub();
    const attributes = [PATIENT.id, uuidOf('x')];
    expect(ledgerKey('consent', attributes)).toBe(stub.createCompositeKey('consent', attributes));
    expect(parseLedgerKey(KEYS.consent(PATIENT.id, uuidOf('x')))).toEqual({ type: 'consent', attributes });
    await stub.discard();
  });

  it('is passed over where another wrote it, and refused where it is not what its key says', () => {
    const key = KEYS.patient(PATIENT.id);
    expect(code('plain-key', '{}')).toBeUndefined();
    expect(code(ledgerKey('of-tomorrow', ['x']), '{}')).toBeUndefined();
    expect(code(key, 'not json')).toBe('MQ_STATE_INVALID');
    expect(code(key, '{"v":2,"kind":"patient"}')).toBe('MQ_STATE_INVALID');
    expect(code(key, '{"v":1,"kind":"consent"}')).toBe('MQ_STATE_INVALID');
    expect(code(key, `{"v":1,"kind":"patient","pseudonym":"${uuidOf('another')}"}`)).toBe('MQ_STATE_INVALID');
  });
});
