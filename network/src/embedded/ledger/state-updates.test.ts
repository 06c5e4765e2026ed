import type { NamespaceReadWriteSet } from './read-write-set.ts';
import { type LatestState, StateUpdates } from './state-updates.ts';

const policy = [{ name: 'VALIDATION_PARAMETER', value: Buffer.from('p') }];
const emptySet: Omit<NamespaceReadWriteSet, 'namespace'> = {
  reads: [],
  ranges: [],
  writes: [],
  metadataWrites: [],
  collections: [],
};
const stored: LatestState = {
  get: (_namespace, key) =>
    key === 'old' ? { value: Buffer.from('v'), metadata: policy, version: { block: 1, tx: 0 } } : undefined,
  privateHash: () => undefined,
};
const write = (key: string, value: string): NamespaceReadWriteSet['writes'][number] => ({
  key,
  isDelete: value === '',
  value: Buffer.from(value),
});

describe('StateUpdates', () => {
  const updates = (): StateUpdates => new StateUpdates(stored);
  const at = { block: 5, tx: 2 };

  it('keeps the policy with a new value, and drops it with a delete', () => {
    const changed = updates();
    changed.apply([{ ...emptySet, namespace: 'ns', writes: [write('old', 'new')] }], at);
    expect(changed.get('ns', 'old')).toEqual({ value: Buffer.from('new'), metadata: policy, version: at });
    changed.apply([{ ...emptySet, namespace: 'ns', writes: [write('old', '')] }], { block: 5, tx: 3 });
    expect(changed.get('ns', 'old')).toEqual({ value: undefined, metadata: [], version: { block: 5, tx: 3 } });
  });

  it('moves the version with a policy alone, and drops a policy of an absent key', () => {
    const changed = updates();
    changed.apply(
      [
        {
          ...emptySet,
          namespace: 'ns',
          metadataWrites: [
            { key: 'old', entries: [] },
            { key: 'absent', entries: policy },
          ],
        },
      ],
      at,
    );
    expect(changed.get('ns', 'old')).toEqual({ value: Buffer.from('v'), metadata: [], version: at });
    expect(changed.get('ns', 'absent')).toBeUndefined();
  });

  it('drops the policy of a key deleted in the same transaction', () => {
    const changed = updates();
    changed.apply(
      [{ ...emptySet, namespace: 'ns', writes: [write('old', '')], metadataWrites: [{ key: 'old', entries: policy }] }],
      at,
    );
    expect(changed.get('ns', 'old')?.metadata).toEqual([]);
  });

  it('writes the bytes of the commit hash sorted, naming each namespace once', () => {
    const changed = updates();
    changed.apply([{ ...emptySet, namespace: 'b', writes: [write('k', 'v')] }], at);
    changed.apply([{ ...emptySet, namespace: 'a', writes: [write('z', '1'), write('y', '')] }], { block: 5, tx: 300 });
    // Each entry: namespace 1, key 3, isDelete 4, value 5, version 6 (length and bytes of block and transaction).
    const expected = [
      `0a0f${'0a0161'}${'1a0179'}${'2001'}${'320501050'}2012c`,
      `0a0d${'1a017a'}${'2a0131'}${'320501050'}2012c`,
      `0a0f${'0a0162'}${'1a016b'}${'2a0176'}${'320401050102'}`,
    ];
    expect(changed.deterministicBytes().toString('hex')).toBe(expected.join(''));
  });
});
