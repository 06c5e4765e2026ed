import { encodePoint, mul, RISTRETTO_BASE, randomScalarL } from '../arithmetic/ristretto255.ts';
import type { BenchCase, BenchSet } from '../bench/bench-set.ts';
import { ristrettoBare } from '../bench/ristretto-bare.ts';
import { systemRandom } from '../random/random-source.ts';
import { type Aes256Gcm, nobleAesGcm } from '../symmetric/aes-gcm.ts';
import { decapsulateOwner, encapsulate } from './capsule.ts';
import { DEFAULT_SEGMENT_BYTES, encryptContent } from './content-segments.ts';
import { rekey, verifyFragment } from './fragment.ts';
import type { Grant } from './grant.ts';
import { decapsulate, reencapsulate, verifyResult } from './reencrypt.ts';

const SIZES = [
  { t: 2, n: 3 },
  { t: 5, n: 9 },
];

const keyPair = () => {
  const secret = randomScalarL(systemRandom);
  return { secret, publicKey: encodePoint(mul(secret, RISTRETTO_BASE)) };
};

function reencryptions({ t, n }: { t: number; n: number }): BenchCase[] {
  const [owner, clinic] = [keyPair(), keyPair()];
  const parties = { delegator: owner.publicKey, delegatee: clinic.publicKey };
  const grant: Grant = { channel: 'bench', grantId: 'bench', label: 'bench', epoch: 1, t, n };
  const names = Array.from({ length: n }, (_, i) => `authority-${i}`);
  const { capsule } = encapsulate(owner.publicKey);
  const fragments = rekey(owner.secret, parties, grant, names);
  const results = fragments.map((fragment, i) => ({
    authority: names[i] as string,
    result: reencapsulate(capsule, fragment, grant),
  }));
  const [fragment] = fragments as [Uint8Array];
  const [result] = results as [(typeof results)[0]];
  const size = `${t} of ${n}`;
  return [
    {
      operation: 'encapsulate',
      size,
      run: () => encapsulate(owner.publicKey),
      bare: ristrettoBare({ base: 2, secret: 1 }),
    },
    {
      operation: 'open as owner',
      size,
      run: () => decapsulateOwner(owner.secret, capsule),
      bare: ristrettoBare({ base: 1, public: 1, secret: 1 }),
    },
    {
      operation: 'make fragments',
      size,
      run: () => rekey(owner.secret, parties, grant, names),
      bare: ristrettoBare({ base: 2 + n, secret: 2 + n }),
    },
    {
      operation: 'verify fragment',
      size,
      run: () => verifyFragment(fragment, parties, 'authority-0', grant),
      bare: ristrettoBare({ base: 1, secret: 1, public: 1 }),
    },
    {
      operation: 're-encrypt',
      size,
      run: () => reencapsulate(capsule, fragment, grant),
      bare: ristrettoBare({ base: 1, public: 1, secret: 5 }),
    },
    {
      operation: 'verify result',
      size,
      run: () => verifyResult(capsule, result, parties, grant),
      bare: ristrettoBare({ base: 2, public: 8 }),
    },
    {
      operation: 'verify and open',
      size,
      run: () => decapsulate(clinic.secret, parties, capsule, grant, results),
      bare: ristrettoBare({ base: 2 * t + 1, public: 9 * t, secret: 3 }),
    },
  ];
}

function contents(length: number, name: string, aes: Aes256Gcm): BenchCase {
  const dataKey = systemRandom.bytes(32);
  const scope = { channel: 'bench', label: 'bench', recordId: 'bench', version: 1 };
  const plaintext = new Uint8Array(length);
  const segments = Array.from({ length: Math.ceil(length / DEFAULT_SEGMENT_BYTES) }, (_, i) =>
    plaintext.subarray(i * DEFAULT_SEGMENT_BYTES, (i + 1) * DEFAULT_SEGMENT_BYTES),
  );
  const nonce = new Uint8Array(12);
  return {
    operation: `encrypt content, ${name}`,
    size: `${length >> 10} KiB`,
    run: async () => {
      for await (const _ of encryptContent(dataKey, scope, [plaintext], { aes }));
    },
    bare: () => segments.map((segment) => aes.seal(dataKey, nonce, new Uint8Array(), segment)),
  };
}

export const THRESHOLD_PRE_BENCHES: BenchSet = {
  scheme: 'threshold-pre',
  arithmetic: 'none',
  cases: () => [
    ...SIZES.flatMap(reencryptions),
    contents(1 << 16, 'noble', nobleAesGcm),
    contents(1 << 22, 'noble', nobleAesGcm),
  ],
};
