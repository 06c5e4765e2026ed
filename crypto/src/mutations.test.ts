import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutation } from './testing/mutation.ts';

const lists = globSync('*/testing/mutations.ts', { cwd: import.meta.dirname });
const mutations = (
  await Promise.all(
    lists.map(async (list) => ((await import(`./${list}`)) as { MUTATIONS: readonly Mutation[] }).MUTATIONS),
  )
).flat();
const source = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');

it('the lists of verification checks fit the code, so that they can be taken out in turn', () => {
  const stale = mutations.filter(
    ({ file, find, replace }) => source(file).split(find).length !== 2 || find === replace,
  );
  expect(stale.map(({ check }) => check)).toEqual([]);
  expect(mutations.length).toBeGreaterThan(50);
});

it('each check is listed once, with a test file that exists', () => {
  const names = mutations.map(({ check, file }) => `${file} ${check}`);
  expect(new Set(names).size).toBe(names.length);
  for (const { killedBy } of mutations) expect(source(killedBy[0]).length).toBeGreaterThan(0);
});
