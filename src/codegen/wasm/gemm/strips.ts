// Products that are not worth packing: bound by reading one matrix once.
import { add, load, mul, op, sub } from "../functionBuilder.ts";
import type { Callee, FunctionBuilder, Local, Operand } from "../functionBuilder.ts";
import type { ModuleBuilder } from "../moduleBuilder.ts";
import {
  loadOp,
  multiplyAdd,
  number,
  packedB,
  scalarOp,
  smaller,
  splatLoadOp,
  storeOp,
  STRIP,
  vectorOp,
  ZERO_VECTOR,
} from "./shape.ts";
import type { GemmShape } from "./shape.ts";
import { productFunction } from "./product.ts";
import { storeScaled } from "./tile.ts";

/**
 * `dot(k, a, b, bStride, c, columnStride, alpha, beta)`: inner products of one row of A with
 * `columns` columns of B, all of adjacent elements; `bStride` (bytes) leads to the next column.
 * Several sums per product run side by side to hide the latency of the addition.
 */
function dotFunction(module: ModuleBuilder, shape: GemmShape, columns: number): FunctionBuilder {
  const unroll = 8 / columns;
  const f = module.function(`dot${columns}_${shape.type}`, [...Array<"i32">(6).fill("i32"), shape.type, shape.type]);
  const p = f.parameters("k", "a", "b", "bStride", "c", "columnStride", "alpha", "beta");
  const bColumns = pointers(f, p.b, p.bStride, columns);
  const sums = f.locals("v128", columns * unroll);
  const value = f.local("v128");
  for (const sum of sums) f.set(sum, ZERO_VECTOR);
  /** Repeats `body` while `count` elements are left, and passes over them. */
  const whileLeft = (count: number, body: () => void): void => {
    f.if(op("i32.ge_s", p.k, count), () => {
      f.loop((next) => {
        body();
        for (const pointer of [p.a, ...bColumns]) f.set(pointer, add(pointer, count * shape.bytes));
        f.tee(p.k, sub(p.k, count)).i32(count).op("i32.ge_s").brIf(next);
      });
    });
  };
  const vectors = (count: number) => (): void => {
    for (let u = 0; u < count; u++) {
      f.set(value, load("v128.load", p.a, u * 16));
      bColumns.forEach((column, j) => {
        const sum = sums[u * columns + j] as Local;
        multiplyAdd(f, shape, value, load("v128.load", column, u * 16), sum);
        f.set(sum);
      });
    }
  };
  whileLeft(shape.lanes * unroll, vectors(unroll));
  whileLeft(shape.lanes, vectors(1));
  const totals = bColumns.map((_, j) => {
    const sum = sums[j] as Local;
    for (let u = 1; u < unroll; u++) {
      f.set(sum, op(vectorOp(shape, "add"), sum, sums[u * columns + j] as Local));
    }
    const total = f.local(shape.type);
    horizontalSum(f, shape, sum);
    f.set(total);
    return total;
  });
  whileLeft(1, () => {
    totals.forEach((total, j) => {
      const right = load(loadOp(shape), bColumns[j] as Local);
      const product = op(scalarOp(shape, "mul"), load(loadOp(shape), p.a), right);
      f.set(total, op(scalarOp(shape, "add"), total, product));
    });
  });
  for (const total of totals) {
    storeScaled(f, shape, p.c, total, p.alpha, p.beta);
    f.set(p.c, add(p.c, p.columnStride));
  }
  return f;
}

function pointers(f: FunctionBuilder, first: Local, stride: Local, count: number): Local[] {
  const rows = [first];
  for (let i = 1; i < count; i++) {
    const row = f.local("i32");
    f.set(row, add(rows[i - 1] as Local, stride));
    rows.push(row);
  }
  return rows;
}

function horizontalSum(f: FunctionBuilder, shape: GemmShape, vector: Local): void {
  if (shape.type === "f64") {
    f.lane("f64x2.extract_lane", 0, vector).lane("f64x2.extract_lane", 1, vector).op("f64.add");
    return;
  }
  for (const pair of [0, 1]) {
    f.lane("f32x4.extract_lane", pair, vector).lane("f32x4.extract_lane", pair + 2, vector);
    f.op("f32.add");
  }
  f.op("f32.add");
}

/** Narrow products by inner products: rows of A and columns of B must have adjacent elements. */
function adjacentDotsFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const single = dotFunction(module, shape, 1);
  const pair = dotFunction(module, shape, 2);
  const { f, product: p } = productFunction(module, `adjacent_${shape.type}`, shape.type);
  const { i, j, b, c } = f.named("i32", "i", "j", "b", "c");
  const columns = (callee: Callee, width: number): void => {
    f.call(callee, p.k, p.a, b, p.bColumn, c, p.cColumn, p.alpha, p.beta);
    f.set(b, add(b, mul(p.bColumn, width))).set(c, add(c, mul(p.cColumn, width)));
  };
  f.for(i, 0, p.m, 1, () => {
    f.set(b, p.b).set(c, p.c);
    f.for(j, 1, p.n, 2, () => columns(pair, 2));
    f.if(op("i32.and", p.n, 1), () => columns(single, 1));
    f.set(p.a, add(p.a, p.aRow)).set(p.c, add(p.c, p.cRow));
  });
  return f;
}

/** `copy(count, source, stride, target)`: makes strided elements adjacent. */
function copyFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const f = module.function(`copy_${shape.type}`, Array(4).fill("i32"));
  const { count, source, stride, target } = f.parameters("count", "source", "stride", "target");
  f.loop((next) => {
    f.store(storeOp(shape), 0, target, load(loadOp(shape), source));
    f.set(source, add(source, stride)).set(target, add(target, shape.bytes));
    f.tee(count, sub(count, 1)).brIf(next);
  });
  return f;
}

/** Narrow products with rows of A adjacent: B is copied so that its columns are adjacent too. */
export function dotsFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const dots = adjacentDotsFunction(module, shape);
  const copy = copyFunction(module, shape);
  const { f, product: p } = productFunction(module, `dots_${shape.type}`, shape.type);
  const { from, count, b, bStep, j } = f.named("i32", "from", "count", "b", "bStep", "j");
  const beta = f.local(shape.type);
  f.set(beta, p.beta);
  f.for(from, 0, p.k, STRIP, () => {
    f.set(count, smaller(sub(p.k, from), STRIP));
    f.set(b, add(p.b, mul(from, p.bRow))).set(bStep, p.bColumn);
    f.if(op("i32.ne", p.bRow, shape.bytes), () => {
      f.for(j, 0, p.n, 1, () => {
        const target = add(packedB(shape), mul(j, STRIP * shape.bytes));
        f.call(copy, count, add(b, mul(j, p.bColumn)), p.bRow, target);
      });
      f.set(b, packedB(shape)).set(bStep, STRIP * shape.bytes);
    });
    f.push(p.m, p.n, count, add(p.a, mul(from, shape.bytes)), p.aRow, p.aColumn);
    f.push(b, shape.bytes, bStep, p.c, p.cRow, p.cColumn, p.alpha, beta).call(dots);
    f.set(beta, number(shape, 1));
  });
  return f;
}

/** How many rows of B one pass over a row of C adds. */
const UPDATE_ROWS = 4;

/**
 * `update(n, c, b, bStride, x, xStride, alpha, beta)`: `c = beta c + alpha sum_u x[u] b[u]` for
 * `count` rows of adjacent elements.
 */
function updateFunction(module: ModuleBuilder, shape: GemmShape, count: number): FunctionBuilder {
  const f = module.function(`update${count}_${shape.type}`, [...Array<"i32">(6).fill("i32"), shape.type, shape.type]);
  const { n, c, b, bStride, x, xStride, alpha, beta } = f.parameters(
    "n",
    "c",
    "b",
    "bStride",
    "x",
    "xStride",
    "alpha",
    "beta",
  );
  const rows = pointers(f, b, bStride, count);
  const factors = f.locals("v128", count);
  const { sum, scale } = f.named("v128", "sum", "scale");
  const total = f.local(shape.type);
  for (const factor of factors) {
    const value = op(scalarOp(shape, "mul"), load(loadOp(shape), x), alpha);
    f.set(factor, op(vectorOp(shape, "splat"), value));
    f.set(x, add(x, xStride));
  }
  f.set(scale, op(vectorOp(shape, "splat"), beta));
  const extract = shape.type === "f32" ? "f32x4.extract_lane" : "f64x2.extract_lane";
  const strip = (start: Operand, startScalar: Operand): void => {
    const vectorPass = (vectors: number): void => {
      f.if(op("i32.ge_s", n, shape.lanes * vectors), () => {
        f.loop((next) => {
          for (let v = 0; v < vectors; v++) {
            f.push(start, offsetOf(v));
            f.set(sum);
            rows.forEach((row, u) => {
              multiplyAdd(f, shape, factors[u] as Local, load("v128.load", row, v * 16), sum);
              f.set(sum);
            });
            f.store("v128.store", v * 16, c, sum);
          }
          for (const pointer of [c, ...rows]) f.set(pointer, add(pointer, 16 * vectors));
          f.tee(n, sub(n, shape.lanes * vectors)).i32(shape.lanes * vectors);
          f.op("i32.ge_s").brIf(next);
        });
      });
    };
    const offsetOf =
      (v: number): Operand =>
      (g) => {
        if (start !== ZERO_VECTOR) g.load("v128.load", v * 16).op(vectorOp(shape, "mul"));
      };
    vectorPass(2);
    vectorPass(1);
    f.if(op("i32.gt_s", n, 0), () => {
      f.loop((next) => {
        f.set(total, startScalar);
        rows.forEach((row, u) => {
          const factor: Operand = (g) => g.lane(extract, 0, factors[u] as Local);
          const term = op(scalarOp(shape, "mul"), factor, load(loadOp(shape), row));
          f.set(total, op(scalarOp(shape, "add"), total, term));
        });
        f.store(storeOp(shape), 0, c, total);
        for (const pointer of [c, ...rows]) f.set(pointer, add(pointer, shape.bytes));
        f.tee(n, sub(n, 1)).brIf(next);
      });
    });
  };
  f.if(
    op(scalarOp(shape, "eq"), beta, number(shape, 0)),
    () => strip(ZERO_VECTOR, number(shape, 0)),
    () => strip((g) => g.push(scale, c), op(scalarOp(shape, "mul"), load(loadOp(shape), c), beta)),
  );
  return f;
}

/** Vectors of a row of C whose sums stay in registers; more of them spill. */
const STRIPE_VECTORS = 8;
/** Up to this many columns rows of B are read in pieces: longer ones lie too far apart for that. */
const STRIPE_COLUMNS = 512;

/**
 * `stripes(n, k, x, xStride, b, bStride, c, beta)`: `c = beta c + sum_u x[u] b[u]`, a stripe of `n` columns (whole stripes) after the
 * other, with the additions of `update` in their order.
 */
function stripesFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const f = module.function(`stripes_${shape.type}`, [...Array<"i32">(7).fill("i32"), shape.type]);
  const { n, k, x, xStride, b, bStride, c, beta } = f.parameters("n", "k", "x", "xStride", "b", "bStride", "c", "beta");
  const { at, row, end } = f.named("i32", "at", "row", "end");
  const { factor, scale } = f.named("v128", "factor", "scale");
  const sums = f.locals("v128", STRIPE_VECTORS);
  const splat = op(vectorOp(shape, "splat"), beta);
  f.set(end, add(x, mul(k, xStride)));
  f.loop((next) => {
    f.if(
      op(scalarOp(shape, "eq"), beta, number(shape, 0)),
      () => sums.forEach((sum) => f.set(sum, ZERO_VECTOR)),
      () => {
        f.set(scale, splat);
        sums.forEach((sum, v) => f.set(sum, op(vectorOp(shape, "mul"), scale, load("v128.load", c, v * 16))));
      },
    );
    f.set(at, x).set(row, b);
    f.loop((nextRow) => {
      f.set(factor, load(splatLoadOp(shape), at));
      sums.forEach((sum, v) => {
        multiplyAdd(f, shape, factor, load("v128.load", row, v * 16), sum);
        f.set(sum);
      });
      f.set(row, add(row, bStride)).set(at, add(at, xStride));
      f.brIf(nextRow, op("i32.ne", at, end));
    });
    sums.forEach((sum, v) => f.store("v128.store", v * 16, c, sum));
    for (const pointer of [b, c]) f.set(pointer, add(pointer, STRIPE_VECTORS * 16));
    f.tee(n, sub(n, STRIPE_VECTORS * shape.lanes)).brIf(next);
  });
  return f;
}

/**
 * Products with few rows of B, or one row of A: each row of C is a combination of rows of B.
 * Rows of B and C must have adjacent elements.
 */
export function rowsFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const several = updateFunction(module, shape, UPDATE_ROWS);
  const single = updateFunction(module, shape, 1);
  const stripes = stripesFunction(module, shape);
  const { f, product } = productFunction(module, `rows_${shape.type}`, shape.type);
  const { m, n, k, a, aRow, aColumn, b, bRow, c, cRow, alpha, beta } = product;
  const { i, j, count, aAt, cAt, bAt, kLeft } = f.named("i32", "i", "j", "count", "aAt", "cAt", "bAt", "kLeft");
  const factor = f.local(shape.type);
  const pass = (callee: Callee, rows: number): void => {
    f.call(callee, count, cAt, bAt, bRow, aAt, aColumn, alpha, factor);
    f.set(factor, number(shape, 1));
    f.set(aAt, add(aAt, mul(aColumn, rows))).set(bAt, add(bAt, mul(bRow, rows)));
    f.set(kLeft, sub(kLeft, rows));
  };
  const width = STRIPE_VECTORS * shape.lanes;
  const fits = op("i32.and", op("i32.ge_s", n, width), op("i32.le_s", n, STRIPE_COLUMNS));
  // A step of 0 would never come to its end.
  f.if(
    op("i32.and", op("i32.and", fits, op("i32.ne", aColumn, 0)), op(scalarOp(shape, "eq"), alpha, number(shape, 1))),
    () => {
      f.set(count, op("i32.and", n, -width));
      f.for(i, 0, m, 1, () => {
        f.call(stripes, count, k, add(a, mul(i, aRow)), aColumn, b, bRow, add(c, mul(i, cRow)), beta);
      });
      f.set(n, sub(n, count));
      f.set(b, add(b, mul(count, shape.bytes))).set(c, add(c, mul(count, shape.bytes)));
    },
  );
  f.for(j, 0, n, STRIP, () => {
    f.set(count, smaller(sub(n, j), STRIP));
    f.for(i, 0, m, 1, () => {
      f.set(aAt, add(a, mul(i, aRow)));
      f.set(bAt, add(b, mul(j, shape.bytes)));
      f.set(cAt, add(add(c, mul(i, cRow)), mul(j, shape.bytes)));
      f.set(kLeft, k).set(factor, beta);
      const passes = (callee: Callee, rows: number): void => {
        f.if(op("i32.ge_s", kLeft, rows), () => {
          f.loop((next) => {
            pass(callee, rows);
            f.brIf(next, op("i32.ge_s", kLeft, rows));
          });
        });
      };
      passes(several, UPDATE_ROWS);
      passes(single, 1);
    });
  });
  return f;
}
