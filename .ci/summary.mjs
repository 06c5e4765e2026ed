// The closing line of a CI run. A failed check or a runner that died counts as a failure even where no test did.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [failedSteps, ...resultsFiles] = process.argv.slice(2);
let passed = 0;
let failedTests = 0;
for (const file of resultsFiles) {
  try {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    passed += results.numPassedTests;
    failedTests += Math.max(results.numFailedTests, results.numFailedTestSuites, results.numPassedTests === 0 ? 1 : 0);
  } catch {
    process.stdout.write(`the test runner left no results in ${file}\n`);
    failedTests += 1;
  }
}
const failed = Math.max(failedTests, Number(failedSteps));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
