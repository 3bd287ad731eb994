/** What all libraries share: data, sizes, timing. A worker prints one line of JSON per case. */

/** Uniform numbers in [-1, 1), the same everywhere: xorshift32. */
export function fill(n, Kind = Float32Array, seed = 1) {
  const a = new Kind(n);
  let s = seed >>> 0 || 1;
  for (let i = 0; i < n; i++) {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    a[i] = (s / 4294967296) * 2 - 1;
  }
  return a;
}

export const labels = (n) => Int32Array.from({ length: n }, (_, i) => (i * 7919) % 10);

export function oneHot(n, Kind = Float32Array) {
  const a = new Kind(n * 10);
  labels(n).forEach((label, i) => (a[i * 10 + label] = 1));
  return a;
}

/**
 * One number of a result, for comparison with other libraries: two of its elements, so that more than one thread's part is looked at.
 */
export const probe = (list) =>
  list.length === 1 ? Number(list[0]) : list[Math.floor(list.length / 3)] + 2 * list[Math.floor((2 * list.length) / 3)];

const [wanted, budget] = [new Set((process.argv[2] ?? "").split(",")), Number(process.argv[3] ?? 700)];

/** Whether this process is asked for a case. */
export const has = (name) => wanted.has(name);

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/**
 * Warms up (at least 3 calls and a third of a second, one call where it is slow) and repeats for the budget. `run` does the work once and
 * leaves nothing pending; `value` gives a number of the result for comparison with other libraries.
 */
export async function measure(name, run, value, inner = 1) {
  try {
    const begin = performance.now();
    await run();
    const first = performance.now() - begin;
    for (let i = 1; performance.now() - begin < 330 || i < 3; i++) {
      if (performance.now() - begin > 3000) break;
      for (let k = 0; k < inner; k++) await run();
    }
    const times = [];
    const start = performance.now();
    while (performance.now() - start < budget || times.length < 3) {
      const t = performance.now();
      // Libraries whose work is synchronous are not made to wait for a promise.
      for (let k = 0; k < inner; k++) {
        const r = run();
        if (r instanceof Promise) await r;
      }
      times.push((performance.now() - t) / inner);
    }
    console.log(
      JSON.stringify({ name, ms: median(times), first, value: value === undefined ? null : Number(await value()) }),
    );
  } catch (error) {
    console.log(JSON.stringify({ name, error: String(error?.message ?? error).split("\n")[0] }));
  }
}
