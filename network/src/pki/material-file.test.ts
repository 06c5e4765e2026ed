import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeKeyAndCertificate, writePublic } from './material-file.ts';

describe('a file of key material that cannot be put in its place', () => {
  let folder: string;
  const at = (...names: string[]) => path.join(folder, ...names);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'material-file-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(['cacerts', 'tlscacerts', 'crls', 'signcerts', 'keystore'])(
    'leaves nothing in %s, of which every file is read',
    async (leaf) => {
      await mkdir(at('msp', leaf, 'taken.pem'), { recursive: true }); // a folder is not replaced by a file
      await expect(writePublic(at('msp', leaf, 'taken.pem'), 'text')).rejects.toThrow();
      expect(await readdir(at('msp', leaf))).toEqual(['taken.pem']);
    },
  );

  it('leaves the old key where its certificate cannot be written', async () => {
    const files = { key: at('tls.key'), certificate: at('tls.pem') };
    await writeKeyAndCertificate(files, { key: 'old key', certificate: 'old certificate' });
    await mkdir(`${files.certificate}.${process.pid}.partial`); // stands in for a disk that is full
    await expect(writeKeyAndCertificate(files, { key: 'new key', certificate: 'new' })).rejects.toThrow('EISDIR');
    expect(await readFile(files.key, 'utf8')).toBe('old key');
    expect(await readFile(files.certificate, 'utf8')).toBe('old certificate');
    // The new key lies nowhere else.
    const left = await readdir(folder, { withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['tls.key', 'tls.pem']);
  });
});
