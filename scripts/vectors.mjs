import { prepare } from './runtime.mjs';

await prepare(import.meta);

const { readFile } = await import('node:fs/promises');
const path = await import('node:path');
const { runVectorFile } = await import('@medquorum/crypto/vectors/run');

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: npm run -s vectors -- FILE...');
  process.exit(2);
}

const total = { passed: 0, failed: 0 };
for (const file of files) {
  const name = path.basename(file);
  let text;
  try {
    text = await readFile(path.resolve(process.env.INIT_CWD ?? '.', file), 'utf8');
  } catch (error) {
    console.log(`FAIL ${name}: cannot be read: ${error.code}`);
    total.failed++;
    continue;
  }
  const { passed, failed } = await runVectorFile(name, text, (line) => console.log(line));
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
