import { MAX_ITEMS, Together } from './together.ts';

describe('Together', () => {
  it('does what arrives at once, and what arrives meanwhile, in one go each', async () => {
    const batches: number[][] = [];
    const open = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const together = new Together<number, number>(async (items) => {
      batches.push([...items]);
      started.resolve();
      if (batches.length === 1) await open.promise;
      return items.map((item) => item * 10);
    });
    const first = [1, 2, 3].map((item) => together.do(item));
    await started.promise;
    const second = [4, 5].map((item) => together.do(item));
    open.resolve();
    expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40, 50]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(await together.do(6)).toBe(60);
  });

  it('keeps one item’s failure from the others', async () => {
    const together = new Together<number, number>(async (items) => {
      if (items.includes(2)) throw new Error('2 is bad');
      return items;
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => together.do(item)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('takes so many items at most, and the rest next', async () => {
    const sizes: number[] = [];
    const together = new Together<number, number>(async (items) => {
      sizes.push(items.length);
      return items;
    });
    await Promise.all(Array.from({ length: MAX_ITEMS + 1 }, (_, item) => together.do(item)));
    expect(sizes).toEqual([MAX_ITEMS, 1]);
  });
});
