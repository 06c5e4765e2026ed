import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const workspace = path.resolve(import.meta.dirname, '..');
const readme = readFileSync(path.join(workspace, 'README.md'), 'utf8');

it('the program in the README runs and prints what it says', () => {
  const [, program = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const args = [
    '--conditions=medquorum-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
  ];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...args, '--eval', program], {
    cwd: workspace,
    encoding: 'utf8',
  });
  expect([status, stderr, stdout]).toEqual([0, '', 'true\ntrue false\n']);
});

it('every file that the README names is there', () => {
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !target.startsWith('https:'));
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !existsSync(path.join(workspace, link)))).toEqual([]);
  const named = [...readme.matchAll(/`([a-z-]+\/[a-z-]+(?:\.test)?\.ts)`/g)].map(([, file = '']) => file);
  expect(named.length).toBeGreaterThan(5);
  const isThere = (file: string) =>
    existsSync(path.join(workspace, 'src', file)) || existsSync(path.join(workspace, '..', file));
  expect(named.filter((file) => !isThere(file))).toEqual([]);
});
