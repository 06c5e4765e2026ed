import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const sources = globSync('**/*.ts', { cwd: import.meta.dirname })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => !file.endsWith('.test.ts') && !file.includes('testing/'));
const importsOf = (file: string) =>
  [...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    ([, name = '']) => name,
  );

/** The one file that imports from Node. Nothing in the library imports it: callers on Node inject what it offers. */
const NODE_ONLY_FILE = 'node-crypto.ts';
const PACKAGES = /^(?:@noble\/(?:curves|hashes|ciphers)\/|mcl-wasm$)/;

it('the sources are found', () => {
  expect(sources).toContain('ma-abs/sign.ts');
});

it('nothing but the vector runners reaches the test generator', () => {
  const users = sources.filter((file) => importsOf(file).some((name) => name.endsWith('/test-rng.ts')));
  expect(users.filter((file) => !file.endsWith('-vectors.ts'))).toEqual([]);
  const runners = sources.filter((file) => importsOf(file).some((name) => name.endsWith('-vectors.ts')));
  expect(runners).toEqual(['vectors/vector-sets.ts']);
  const reachesSets = sources.filter((file) => importsOf(file).some((name) => name.endsWith('/vector-sets.ts')));
  expect(reachesSets).toEqual(['vectors/run.ts']);
});

it('one file imports what only Node has, and no other file imports that one', () => {
  const users = sources.filter((file) => importsOf(file).some((name) => name.startsWith('node:')));
  expect(users).toEqual([NODE_ONLY_FILE]);
  expect(sources.filter((file) => importsOf(file).some((name) => name.endsWith(NODE_ONLY_FILE)))).toEqual([]);
});

it('only the listed packages are imported, and nothing of the other workspaces', () => {
  const foreign = sources.flatMap((file) =>
    importsOf(file)
      .filter(
        (name) => !name.startsWith('.') && !name.startsWith('#') && !name.startsWith('node:') && !PACKAGES.test(name),
      )
      .map((name) => `${file}: ${name}`),
  );
  expect(foreign).toEqual([]);
});

it('no globals of Node are used', () => {
  const users = sources.filter((file) =>
    /\b(?:Buffer|process|require|__dirname)\b[.([]/.test(readFileSync(path.join(import.meta.dirname, file), 'utf8')),
  );
  expect(users).toEqual([]);
});
