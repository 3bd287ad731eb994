/** The rows of the structure tables on this package: inputs in shared variables, a borrowed result. Rows are `name_size_dtype`. */
import * as theano from "../../dist/index.js";
import { fill, has, measure } from "./shared.mjs";

const { tensor: T } = theano;
const { slice } = T;
const KINDS = { float32: Float32Array, float64: Float64Array };
/** A sum over up to 1001 elements, each with a weight of its place. */
export const checksum = (list) => {
  let sum = 0;
  for (let j = 0; j < 1001; j++) sum += Number(list[Math.floor((j * list.length) / 1001)]) * (1 + (j % 7));
  return sum;
};

const all = slice(null, null);
const every = (step) => slice(null, null, step);

for (const [label, n] of [
  ["1e6", 1e6],
  ["1e7", 1e7],
]) {
  for (const dtype of ["float32", "float64"]) {
    const id = (name) => `${name}_${label}_${dtype === "float32" ? "f32" : "f64"}`;
    const shared = (data, shape) => theano.shared(theano.array({ data, shape }), { borrow: true });
    const data = (shape, seed) =>
      shared(
        fill(
          shape.reduce((a, b) => a * b, 1),
          KINDS[dtype],
          seed,
        ),
        shape,
      );
    const places = (count, limit) =>
      shared(
        BigInt64Array.from(fill(count, Float64Array, 9), (v) => BigInt(Math.floor(((v + 1) / 2) * limit))),
        [count],
      );

    /** `check` is given the elements of the result and those of the first operand. */
    const row = async (name, operands, make, check = checksum) => {
      if (!has(id(name))) return;
      const values = operands();
      const f = theano.function([], theano.Out(make(...values), { borrow: true }));
      await measure(
        id(name),
        () => void f(),
        () => check(f().data, values[0]),
      );
      f.free();
      for (const v of values) v.free?.();
    };
    const vector = () => [data([n], 1)];
    const matrix = () => [data([n / 1000, 1000], 1)];
    const cube = () => [data([n / 1e4, 100, 100], 1)];

    await row("slice_step", vector, (x) => x.at(every(2)));
    await row("slice_rows", matrix, (x) => x.at(every(2), slice(100, 900)));
    await row("reverse", vector, (x) => x.at(every(-1)));
    await row("reverse_columns", matrix, (x) => x.at(all, every(-1)));
    const mask = () => {
      const bits = Uint8Array.from(fill(n, Float32Array, 5), (v) => Number(v > 0));
      return theano.shared(theano.array({ data: bits, shape: [n], dtype: "bool" }), { borrow: true });
    };
    await row(
      "mask",
      () => [...vector(), mask()],
      (x, m) => x.at(m),
    );
    await row(
      "gather_rows",
      () => [data([n / 100, 100], 1), places(n / 100, n / 100)],
      (x, i) => x.at(i),
    );
    await row(
      "gather_elements",
      () => [...vector(), places(n, n)],
      (x, i) => x.at(i),
    );
    await row(
      "scatter_add_rows",
      () => [data([n / 100, 100], 1), places(n / 100, n / 100), data([n / 100, 100], 2)],
      (x, i, y) => T.incSubtensor(x.at(i), y),
    );
    await row(
      "scatter_add",
      () => [...vector(), places(n, n), data([n], 2)],
      (x, i, y) => T.incSubtensor(x.at(i), y),
    );
    await row(
      "set_slice",
      () => [...vector(), data([n / 2], 2)],
      (x, y) => T.setSubtensor(x.at(every(2)), y),
    );
    await row(
      "inc_rows",
      () => [...matrix(), data([n / 2000, 800], 2)],
      (x, y) => T.incSubtensor(x.at(every(2), slice(100, 900)), y),
    );
    await row("sort", vector, (x) => T.sort(x));
    await row("sort_rows", matrix, (x) => T.sort(x, { axis: 1 }));
    await row("sort_columns", matrix, (x) => T.sort(x, { axis: 0 }));
    await row("argsort", vector, (x) => T.argsort(x));
    await row("topk", vector, (x) => T.topk(x, 100));
    await row("cumsum", vector, (x) => T.cumsum(x));
    await row("cumsum_0", matrix, (x) => T.cumsum(x, { axis: 0 }));
    await row("cumsum_1", matrix, (x) => T.cumsum(x, { axis: 1 }));
    const two = () => [data([n / 1000, 1000], 1), data([n / 1000, 1000], 2)];
    await row("concat_0", two, (x, y) => T.concatenate([x, y], 0));
    await row("concat_1", two, (x, y) => T.concatenate([x, y], 1));
    await row("transpose", matrix, (x) => x.transpose());
    await row("transpose_3d", cube, (x) => x.transpose(2, 0, 1));
    await row("swap_3d", cube, (x) => x.transpose(1, 0, 2));
  }
}
