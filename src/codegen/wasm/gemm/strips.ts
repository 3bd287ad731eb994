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
  storeOp,
  STRIP,
  vectorOp,
  ZERO_VECTOR,
} from "./shape.ts";
import type { GemmShape } from "./shape.ts";
import { productFunction } from "./product.ts";
import { storeScaled } from "./tile.ts";

/**
 * `dot(k, a, aStride, b, bStride, c, rowStride, columnStride, alpha, beta)`: `rows` x `columns`
 * inner products of vectors whose elements are adjacent; strides (bytes) lead from one vector to
 * the next.
 */
function dotFunction(
  module: ModuleBuilder,
  shape: GemmShape,
  rows: number,
  columns: number,
): FunctionBuilder {
  const unroll = Math.max(1, 8 / (rows * columns));
  const f = module.function(`dot${rows}x${columns}_${shape.type}`, [
    ...Array<"i32">(8).fill("i32"),
    shape.type,
    shape.type,
  ]);
  const { k, a, aStride, b, bStride, c, rowStride, columnStride, alpha, beta } = f.parameters("k", "a", "aStride", "b", "bStride", "c", "rowStride", "columnStride", "alpha", "beta");
  const aRows = pointers(f, a, aStride, rows);
  const bRows = pointers(f, b, bStride, columns);
  const sums = f.locals("v128", rows * columns * unroll);
  const values = f.locals("v128", rows);
  const step = shape.lanes * unroll;
  const advance = (bytes: number): void => {
    for (const pointer of [...aRows, ...bRows]) f.set(pointer, add(pointer, bytes));
  };
  for (const sum of sums) f.set(sum, ZERO_VECTOR);
  const vectorRound = (rounds: number): void => {
    for (let u = 0; u < rounds; u++) {
      values.forEach((value, i) => f.set(value, load("v128.load", aRows[i] as Local, u * 16)));
      bRows.forEach((row, j) => {
        values.forEach((value, i) => {
          const sum = sums[(u * rows + i) * columns + j] as Local;
          multiplyAdd(f, shape, value, load("v128.load", row, u * 16), sum);
          f.set(sum);
        });
      });
    }
  };
  const whileLeft = (count: number, body: () => void): void => {
    f.if(op("i32.ge_s", k, count), () => {
      f.loop((next) => {
        body();
        f.tee(k, sub(k, count)).i32(count).op("i32.ge_s").brIf(next);
      });
    });
  };
  whileLeft(step, () => {
    vectorRound(unroll);
    advance(step * shape.bytes);
  });
  if (unroll > 1) {
    whileLeft(shape.lanes, () => {
      vectorRound(1);
      advance(16);
    });
  }
  const totals = sums.slice(0, rows * columns).map((sum, i) => {
    for (let u = 1; u < unroll; u++) {
      f.set(sum, op(vectorOp(shape, "add"), sum, sums[u * rows * columns + i] as Local));
    }
    const total = f.local(shape.type);
    horizontalSum(f, shape, sum);
    f.set(total);
    return total;
  });
  whileLeft(1, () => {
    totals.forEach((total, i) => {
      const left = load(loadOp(shape), aRows[Math.floor(i / columns)] as Local);
      const right = load(loadOp(shape), bRows[i % columns] as Local);
      f.set(total, op(scalarOp(shape, "add"), total, op(scalarOp(shape, "mul"), left, right)));
    });
    advance(shape.bytes);
  });
  const at = f.local("i32");
  totals.forEach((total, i) => {
    const rowOffset = mul(rowStride, Math.floor(i / columns));
    f.set(at, add(c, add(rowOffset, mul(columnStride, i % columns))));
    storeScaled(f, shape, at, total, alpha, beta);
  });
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

/**
 * Narrow products by inner products: rows of A and columns of B must have adjacent elements.
 * Rows in fours so that they stay in L1 while all columns pass.
 */
function adjacentDotsFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const kernel = new Map<string, Callee>();
  for (const [rows, columns] of [[4, 1], [4, 2], [2, 4], [1, 1], [1, 2], [1, 4]] as const) {
    kernel.set(`${rows}x${columns}`, dotFunction(module, shape, rows, columns));
  }
  const { f, product } = productFunction(module, `adjacent_${shape.type}`, shape.type);
  const { m, n, k, a, aRow, b, bColumn, c, cRow, cColumn, alpha, beta } = product;
  const { i, j, left, bAt, cAt } = f.named("i32", "i", "j", "left", "bAt", "cAt");
  const call = (name: string, firstRow: number): void => {
    f.call(
      kernel.get(name) as Callee,
      k,
      add(a, mul(aRow, firstRow)),
      aRow,
      bAt,
      bColumn,
      add(cAt, mul(cRow, firstRow)),
      cRow,
      cColumn,
      alpha,
      beta,
    );
  };
  const columnsOf = (names: readonly [string, string, string], rows: number): void => {
    f.set(bAt, b).set(cAt, c).set(j, n);
    const columns = (width: number, name: string): void => {
      const tall = Number(name[0]);
      for (let row = 0; row < rows; row += tall) call(name, row);
      f.set(bAt, add(bAt, mul(bColumn, width))).set(cAt, add(cAt, mul(cColumn, width)));
      f.set(j, sub(j, width));
    };
    f.block((done) => {
      f.loop((next) => {
        f.brIf(done, op("i32.lt_s", j, 4));
        columns(4, names[0]);
        f.br(next);
      });
    });
    f.if(op("i32.ge_s", j, 2), () => columns(2, names[1]));
    f.if(op("i32.ge_s", j, 1), () => columns(1, names[2]));
  };
  const rowsOf = (rows: number): void => {
    f.set(a, add(a, mul(aRow, rows))).set(c, add(c, mul(cRow, rows)));
  };
  f.set(left, op("i32.and", m, -4));
  f.for(i, 0, left, 4, () => {
    columnsOf(["2x4", "4x2", "4x1"], 4);
    rowsOf(4);
  });
  f.for(i, left, m, 1, () => {
    columnsOf(["1x4", "1x2", "1x1"], 1);
    rowsOf(1);
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
  const f = module.function(`update${count}_${shape.type}`, [
    ...Array<"i32">(6).fill("i32"),
    shape.type,
    shape.type,
  ]);
  const { n, c, b, bStride, x, xStride, alpha, beta } = f.parameters("n", "c", "b", "bStride", "x", "xStride", "alpha", "beta");
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
    const offsetOf = (v: number): Operand => (g) => {
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

/**
 * Products with few rows of B, or one row of A: each row of C is a combination of rows of B.
 * Rows of B and C must have adjacent elements.
 */
export function rowsFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const several = updateFunction(module, shape, UPDATE_ROWS);
  const single = updateFunction(module, shape, 1);
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
