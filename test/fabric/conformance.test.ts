import { conformance } from '../conformance/run-main.ts';
import { describeFabric } from './describe-fabric.ts';

const SUITE_TIMEOUT_MS = 600_000;

describeFabric('conformance of native Fabric', () => {
  it(
    'gives the recorded answers in every step',
    async () => {
      expect(await conformance('--engine', 'fabric')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^\d+ same, 0 different\n$/),
      });
    },
    SUITE_TIMEOUT_MS,
  );
});
