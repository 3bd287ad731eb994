import { add, load, mul, op } from "../functionBuilder.ts";
import type { Callee, FunctionBuilder, Local, Operand } from "../functionBuilder.ts";
import { ModuleBuilder } from "../moduleBuilder.ts";
import { DIRECT_ROWS, DOTS_COLUMNS, gemmShape, loadOp, NARROW, number, scalarOp, storeOp } from "./shape.ts";
import type { GemmFloat, GemmShape } from "./shape.ts";
import { productFunction } from "./product.ts";
import type { Product } from "./product.ts";
import { blockedFunction } from "./blocked.ts";
import { dotsFunction, rowsFunction } from "./strips.ts";

/** Up to this depth a product is written row by row without packing. */
const SHALLOW = 4;

/**
 * Adds the function `gemm_f32` or `gemm_f64` to a module:
 * `(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, cColumn, alpha, beta)` computes
 * `C = alpha A B + beta C`. Offsets are bytes, strides elements; any strides will do, C must
 * overlap neither A nor B. With beta 0 C is not read, with k 0 the product is 0.
 */
export function gemmFunction(module: ModuleBuilder, type: GemmFloat, fma: boolean): FunctionBuilder {
  const shape = gemmShape(type, module.importGlobal("scratch"), fma);
  const scale = scaleFunction(module, shape);
  const dots = dotsFunction(module, shape);
  const rows = rowsFunction(module, shape);
  const blocked = blockedFunction(module, shape);
  const { f, product: p } = productFunction(module, `gemm_${type}`, type);
  f.if(op("i32.or", op("i32.le_s", p.m, 0), op("i32.le_s", p.n, 0)), () => f.return());
  const strides = [p.aRow, p.aColumn, p.bRow, p.bColumn, p.cRow, p.cColumn];
  for (const stride of strides) f.set(stride, mul(stride, shape.bytes));
  f.if(op("i32.le_s", p.k, 0), () => {
    f.call(scale, p.m, p.n, p.c, p.cRow, p.cColumn, p.beta).return();
  });
  const adjacent = (stride: Local): Operand => op("i32.eq", stride, shape.bytes);
  const both = (a: Operand, b: Operand): Operand => op("i32.and", a, b);
  const finish = (callee: Callee, ...more: Operand[]): void => {
    f.call(callee, ...arguments_(p), ...more).return();
  };
  const finishSwapped = (callee: Callee, ...more: Operand[]): void => {
    f.call(callee, ...swappedArguments(p), ...more).return();
  };
  f.if(op("i32.le_s", p.k, SHALLOW), () => {
    f.if(both(adjacent(p.bColumn), adjacent(p.cColumn)), () => finish(rows));
    f.if(both(adjacent(p.aRow), adjacent(p.cRow)), () => finishSwapped(rows));
  });
  const isNarrow = (size: Local): Operand => op("i32.le_s", size, NARROW);
  f.if(op("i32.or", isNarrow(p.m), isNarrow(p.n)), () => {
    f.if(op("i32.lt_s", p.m, p.n), () => swapOperands(f, p));
    f.if(adjacent(p.aColumn), () => {
      f.if(op("i32.le_s", p.n, DOTS_COLUMNS), () => finish(dots));
      finishSwapped(blocked, 0);
    });
    f.if(adjacent(p.aRow), () => {
      f.if(both(op("i32.eq", p.n, 1), adjacent(p.cRow)), () => finishSwapped(rows));
      finishSwapped(blocked, 1);
    });
  });
  f.if(both(op("i32.ne", p.cColumn, shape.bytes), adjacent(p.cRow)), () => swapOperands(f, p));
  f.call(blocked, ...arguments_(p), both(adjacent(p.bColumn), op("i32.le_s", p.m, DIRECT_ROWS)));
  return f;
}

/** The bytes of a module that exports one matrix product; it imports the memory and the global `scratch`. */
export function gemmModule(type: GemmFloat, fma: boolean): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.export(gemmFunction(module, type, fma));
  return module.bytes();
}

/** Names of the parameters that a swap C' = B' A' exchanges. */
const SWAPPED = [
  ["m", "n"],
  ["a", "b"],
  ["aRow", "bColumn"],
  ["aColumn", "bRow"],
  ["cRow", "cColumn"],
] as const;

function swapOperands(f: FunctionBuilder, p: Product): void {
  for (const [one, other] of SWAPPED) f.push(p[one], p[other]).set(p[one]).set(p[other]);
}

function arguments_(p: Product): Operand[] {
  return [p.m, p.n, p.k, p.a, p.aRow, p.aColumn, p.b, p.bRow, p.bColumn, p.c, p.cRow, p.cColumn, p.alpha, p.beta];
}

function swappedArguments(p: Product): Operand[] {
  return [p.n, p.m, p.k, p.b, p.bColumn, p.bRow, p.a, p.aColumn, p.aRow, p.c, p.cColumn, p.cRow, p.alpha, p.beta];
}

/** `scale(m, n, c, rowStride, columnStride, beta)`: C = beta C, not read where beta is 0. */
function scaleFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const f = module.function(`scale_${shape.type}`, [...Array<"i32">(5).fill("i32"), shape.type]);
  const { m, n, c, rowStride, columnStride, beta } = f.parameters("m", "n", "c", "rowStride", "columnStride", "beta");
  const { i, j, at } = f.named("i32", "i", "j", "at");
  f.for(i, 0, m, 1, () => {
    f.set(at, add(c, mul(i, rowStride)));
    f.for(j, 0, n, 1, () => {
      f.push(at);
      f.choose(
        shape.type,
        op(scalarOp(shape, "eq"), beta, number(shape, 0)),
        () => f.push(number(shape, 0)),
        () => f.op(scalarOp(shape, "mul"), load(loadOp(shape), at), beta),
      );
      f.store(storeOp(shape));
      f.set(at, add(at, columnStride));
    });
  });
  return f;
}
