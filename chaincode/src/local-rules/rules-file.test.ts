import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CONFIGURATION, KINDS } from '../testing/founded-consortium.ts';
import { rulesInFile } from './rules-file.ts';

const { members: _members, ...application } = CONFIGURATION;
const description = (change: object = {}) =>
  JSON.stringify({
    application: { ...application, ...change },
    organizations: [...KINDS].map(([mspId, kind]) => ({ mspId, application: { kind } })),
  });

describe('the rules in a file', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'mq-rules-'));
    file = path.join(directory, 'consortium.json');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('are those that stand in it when they are asked for', () => {
    writeFileSync(file, description());
    const rules = rulesInFile(file);
    expect(rules().configuration.leaseSeconds).toBe(900);
    writeFileSync(file, description({ leaseSeconds: 60 }));
    expect(rules().configuration.leaseSeconds).toBe(60);
    writeFileSync(file, description().slice(0, 100));
    expect(rules).toThrow(SyntaxError);
  });

  it('are missed at once where there is no file, or none that says enough', () => {
    expect(() => rulesInFile(file)).toThrow('ENOENT');
    writeFileSync(file, description({ leaseSeconds: 0 }));
    expect(() => rulesInFile(file)).toThrow('MQ_INPUT_INVALID: application.leaseSeconds');
  });
});
