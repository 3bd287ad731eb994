import { add, load, mul, op, sub } from "../functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "../functionBuilder.ts";
import type { ModuleBuilder } from "../moduleBuilder.ts";
import {
  loadOp,
  multiplyAdd,
  number,
  scalarOp,
  smaller,
  splatLoadOp,
  storeOp,
  tileScratch,
  vectorOp,
  ZERO_VECTOR,
} from "./shape.ts";
import type { GemmShape } from "./shape.ts";

/** Writes `C = alpha * sum + beta * C` for one scalar, not reading C where beta is 0. */
export function storeScaled(
  f: FunctionBuilder,
  shape: GemmShape,
  c: Operand,
  sum: Operand,
  alpha: Local,
  beta: Local,
): void {
  f.push(c);
  f.op(scalarOp(shape, "mul"), sum, alpha);
  f.choose(
    shape.type,
    op(scalarOp(shape, "eq"), beta, number(shape, 0)),
    () => f.push(number(shape, 0)),
    () => f.op(scalarOp(shape, "mul"), load(loadOp(shape), c), beta),
  );
  f.op(scalarOp(shape, "add")).store(storeOp(shape));
}

/**
 * `scatter(tile, rows, columns, c, rowStride, columnStride, alpha, beta)`: adds a tile of sums
 * to a part of C with any strides (bytes).
 */
function scatterFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const f = module.function(`scatter_${shape.type}`, [...Array<"i32">(6).fill("i32"), shape.type, shape.type]);
  const { tile, rows, columns, c, rowStride, columnStride, alpha, beta } = f.parameters(
    "tile",
    "rows",
    "columns",
    "c",
    "rowStride",
    "columnStride",
    "alpha",
    "beta",
  );
  const { i, j, to, from } = f.named("i32", "i", "j", "to", "from");
  f.for(i, 0, rows, 1, () => {
    f.set(to, add(c, mul(i, rowStride)));
    f.set(from, add(tile, mul(i, shape.columns * shape.bytes)));
    f.for(j, 0, columns, 1, () => {
      storeScaled(f, shape, to, load(loadOp(shape), from), alpha, beta);
      f.set(to, add(to, columnStride));
      f.set(from, add(from, shape.bytes));
    });
  });
  return f;
}

/**
 * `panel(rows, columns, depth, a, b, bStep, c, rowStride, columnStride, alpha, beta)`: the
 * product of a packed block of A with one panel of B, at most as wide as a tile. `bStep` is the
 * distance in bytes between the panel's rows, so that B may be read in place.
 */
export function panelFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const scatter = scatterFunction(module, shape);
  const f = module.function(`panel_${shape.type}`, [...Array<"i32">(9).fill("i32"), shape.type, shape.type]);
  const { rows, columns, depth, a, b, bStep, c, rowStride, columnStride, alpha, beta } = f.parameters(
    "rows",
    "columns",
    "depth",
    "a",
    "b",
    "bStep",
    "c",
    "rowStride",
    "columnStride",
    "alpha",
    "beta",
  );
  const { row, whole } = f.named("i32", "row", "whole");
  const sums = f.locals("v128", shape.rows * shape.vectors);
  f.set(whole, op("i32.eq", columns, shape.columns));
  f.set(whole, op("i32.and", whole, op("i32.eq", columnStride, shape.bytes)));
  f.for(row, 0, rows, shape.rows, () => {
    multiplyTile(f, shape, { depth, a, b, bStep, sums });
    f.push(whole).op("i32.le_s", add(row, shape.rows), rows).op("i32.and");
    f.if(
      null,
      () => storeTile(f, shape, { c, rowStride, alpha, beta, sums }),
      () => {
        sums.forEach((sum, i) => f.store("v128.store", i * 16, tileScratch(shape), sum));
        f.push(tileScratch(shape));
        f.push(smaller(sub(rows, row), shape.rows));
        f.call(scatter, columns, c, rowStride, columnStride, alpha, beta);
      },
    );
    f.set(c, add(c, mul(rowStride, shape.rows)));
  });
  return f;
}

/** The innermost loop: `a` advances past the tile's rows, `b` is left as it is. */
function multiplyTile(
  f: FunctionBuilder,
  shape: GemmShape,
  tile: { depth: Local; a: Local; b: Local; bStep: Local; sums: readonly Local[] },
): void {
  const { end, at } = f.named("i32", "end", "at");
  const columns = f.locals("v128", shape.vectors);
  const value = f.local("v128");
  for (const sum of tile.sums) f.set(sum, ZERO_VECTOR);
  // No counter, which would be one register more; rows of B may all be one.
  f.set(at, tile.b).set(end, add(tile.a, mul(tile.depth, shape.rows * shape.bytes)));
  f.loop((next) => {
    columns.forEach((column, v) => f.set(column, load("v128.load", at, v * 16)));
    for (let r = 0; r < shape.rows; r++) {
      f.set(value, load(splatLoadOp(shape), tile.a, r * shape.bytes));
      columns.forEach((column, v) => {
        const sum = tile.sums[r * shape.vectors + v] as Local;
        multiplyAdd(f, shape, value, column, sum);
        f.set(sum);
      });
    }
    f.set(tile.a, add(tile.a, shape.rows * shape.bytes));
    f.set(at, add(at, tile.bStep));
    f.brIf(next, op("i32.ne", tile.a, end));
  });
  f.release(end, at, value, ...columns);
}

function storeTile(
  f: FunctionBuilder,
  shape: GemmShape,
  tile: { c: Local; rowStride: Local; alpha: Local; beta: Local; sums: readonly Local[] },
): void {
  const at = f.local("i32");
  const scale = f.local("v128");
  const multiply = vectorOp(shape, "mul");
  const rowsOfTile = (write: (sum: Local, offset: number) => void): void => {
    f.set(at, tile.c);
    for (let r = 0; r < shape.rows; r++) {
      for (let v = 0; v < shape.vectors; v++) {
        write(tile.sums[r * shape.vectors + v] as Local, v * 16);
      }
      if (r < shape.rows - 1) f.set(at, add(at, tile.rowStride));
    }
  };
  f.set(scale, op(vectorOp(shape, "splat"), tile.alpha));
  for (const sum of tile.sums) f.set(sum, op(multiply, sum, scale));
  f.if(
    op(scalarOp(shape, "eq"), tile.beta, number(shape, 0)),
    () => rowsOfTile((sum, offset) => f.store("v128.store", offset, at, sum)),
    () => {
      f.set(scale, op(vectorOp(shape, "splat"), tile.beta));
      rowsOfTile((sum, offset) => {
        const old = op(multiply, load("v128.load", at, offset), scale);
        f.store("v128.store", offset, at, op(vectorOp(shape, "add"), old, sum));
      });
    },
  );
  f.release(at, scale);
}
