import { splitOwnOptions } from './own-options.ts';

describe('splitOwnOptions', () => {
  const named = { out: 'string', 'dry-run': 'boolean' } as const;

  it.each([
    [['--out', 'a', '--mspId=M', '--dry-run'], { out: 'a', 'dry-run': true }, ['--mspId=M']],
    [['--mspId', 'M', '--out=a b'], { out: 'a b' }, ['--mspId', 'M']],
    [['--strict=true', '--out', 'first', '--out', 'last'], { out: 'last' }, ['--strict=true']],
    [['--config', 'file', '--out'], { out: '' }, ['--config', 'file']],
    [['--dry-run', '--dataDir', 'x'], { 'dry-run': true }, ['--dataDir', 'x']],
  ])('keeps settings apart in %j', (argv, values, settings) => {
    expect(splitOwnOptions(argv, named)).toEqual({ values, settings });
  });
});
