import fc from 'fast-check';
import { MedQuorumError } from '../medquorum-error.ts';
import { SEED } from '../testing/seed.ts';
import { MAX_RECORD_VERSIONS } from './record-args.ts';
import { sizeBucket } from './record-header.ts';
import { activated, enteredInError, firstVersion, nextVersion } from './record-lifecycle.ts';

type Life = ReturnType<typeof firstVersion>;
const steps = fc.array(fc.tuple(fc.constantFrom('amend', 'activate', 'error'), fc.integer({ min: 1, max: 8 })), {
  maxLength: 30,
});

function step(life: Life, [what, version]: [string, number]): Life {
  try {
    if (what === 'amend') return nextVersion(life, life.latestVersion + 1, 'digest');
    return what === 'activate' ? activated(life, version) : enteredInError(life, version);
  } catch (error) {
    if (error instanceof MedQuorumError) return life;
    throw error;
  }
}

describe('the life of a record', () => {
  it('keeps one active and one proposed version at most, and never forgets a version or its digest', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let life = firstVersion('digest');
        for (const one of all) {
          const before = life;
          life = step(life, one);
          const withStatus = (status: string) => life.versions.filter((it) => it.status === status).length;
          expect(withStatus('active')).toBe(life.activeVersion === null ? 0 : 1);
          expect(withStatus('proposed')).toBeLessThanOrEqual(1);
          expect(life.versions).toHaveLength(life.latestVersion);
          expect(life.versions.length).toBeGreaterThanOrEqual(before.versions.length);
          if (life.activeVersion !== null) expect(life.versions[life.activeVersion - 1]?.status).toBe('active');
          for (const [i, { status }] of before.versions.entries()) {
            if (status === 'entered-in-error') expect(life.versions[i]?.status).toBe('entered-in-error');
          }
        }
      }),
      { seed: SEED },
    );
  });

  it(`has at most ${MAX_RECORD_VERSIONS} versions`, () => {
    let life = firstVersion('digest');
    while (life.latestVersion < MAX_RECORD_VERSIONS) life = nextVersion(life, life.latestVersion + 1, 'digest');
    expect(() => nextVersion(life, life.latestVersion + 1, 'digest')).toThrow('MQ_LIMIT_REACHED');
  });
});

describe('size buckets', () => {
  it.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
    [2 ** 40, 40],
    [2 ** 40 + 1, 41],
  ])('put %d bytes into bucket %d', (bytes, bucket) => {
    expect(sizeBucket(bytes)).toBe(bucket);
  });
});
