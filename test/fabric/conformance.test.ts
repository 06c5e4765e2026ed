import { conformance } from '../conformance/run-main.ts';
import { describeFabric } from './describe-fabric.ts';

const SUITE_TIMEOUT_MS = 600_000;

/**
 * The scenarios written by hand. Those drawn at random (91-, 97-, 98-, 99-) take as long again on native Fabric: CI runs them by command,
 * and the embedded engine's suite has them all.
 */
const BY_HAND = '10-,20-,30-,40-,50-,60-,70-,80-,90-,95-,96-';
const STEPS = 769;

describeFabric('conformance of native Fabric', () => {
  it(
    'gives the recorded answers in every step',
    async () => {
      const run = await conformance('--engine', 'fabric', '--only', BY_HAND);
      expect(run).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+ same, 0 different\n$/) });
      expect(Number(run.stdout.split(' ')[0])).toBeGreaterThanOrEqual(STEPS);
    },
    SUITE_TIMEOUT_MS,
  );
});
