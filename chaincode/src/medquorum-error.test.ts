import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES, MedQuorumError, readErrorMessage } from './medquorum-error.ts';

const sources = import.meta.dirname;
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const textOf = (wanted: (file: string) => boolean) =>
  files
    .filter(wanted)
    .map((file) => readFileSync(path.join(sources, file), 'utf8'))
    .join('\n');

describe('error codes', () => {
  it('are each answered by some code, expected by some test, and explained in the reference', () => {
    const code = textOf((file) => !file.endsWith('.test.ts') && !/medquorum-error|testing/.test(file));
    const tests = textOf((file) => file.endsWith('.test.ts') && !file.includes('medquorum-error'));
    const reference = readFileSync(path.join(sources, '../../docs/ledger.md'), 'utf8');
    const explained = new Set(reference.match(/MQ_[A-Z_]+/g));
    // These come as they are from the intent check of crypto.
    const isOfIntent = (it: string) => /^MQ_INTENT_(CHANNEL|CHAINCODE|CONTRACT|FUNCTION)$/.test(it);
    expect(ERROR_CODES.filter((it) => !isOfIntent(it) && !code.includes(`'${it}'`))).toEqual([]);
    expect(ERROR_CODES.filter((it) => !tests.includes(it))).toEqual([]);
    expect(ERROR_CODES.filter((it) => !explained.has(it))).toEqual([]);
  });

  it('are read back, with index and reason, from whatever text Fabric puts around them', () => {
    const { message } = new MedQuorumError('MQ_RECORD_EXISTS', 'the record is there').at(7);
    expect(message).toBe('MQ_RECORD_EXISTS: [7] the record is there');
    const answer = { code: 'MQ_RECORD_EXISTS', index: 7, reason: 'the record is there' };
    expect(readErrorMessage(message)).toEqual(answer);
    expect(readErrorMessage(`chaincode response 500, ${message}`)).toEqual(answer);
    expect(readErrorMessage('MQ_VETOED: not here')).toEqual({
      code: 'MQ_VETOED',
      index: undefined,
      reason: 'not here',
    });
    expect(readErrorMessage('MQ_UNHEARD_OF: x')).toBeUndefined();
    expect(readErrorMessage('connection refused')).toBeUndefined();
  });
});
