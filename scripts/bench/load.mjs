// Closed-loop load of bounded length, and what it says.

/**
 * Keeps `concurrency` calls under way for `seconds`; the calls of the first fifth warm up and are not counted.
 * @param {() => Promise<unknown>} call
 */
export async function load(call, concurrency, seconds) {
  const begun = performance.now();
  const countedFrom = begun + seconds * 200;
  const until = begun + seconds * 1000;
  const latenciesMs = [];
  let calls = 0;
  let lastEnd = countedFrom;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (;;) {
        const at = performance.now();
        if (at >= until) return;
        await call();
        calls += 1;
        const end = performance.now();
        if (at >= countedFrom) {
          latenciesMs.push(end - at);
          lastEnd = Math.max(lastEnd, end);
        }
      }
    }),
  );
  latenciesMs.sort((a, b) => a - b);
  const quantile = (q) =>
    latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * q))] ?? Number.NaN;
  return {
    calls,
    perSecond: (latenciesMs.length * 1000) / (lastEnd - countedFrom),
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
  };
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
