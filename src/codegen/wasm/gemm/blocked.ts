import { add, mul, op, sub } from "../functionBuilder.ts";
import type { FunctionBuilder, Local, Operand } from "../functionBuilder.ts";
import type { ModuleBuilder } from "../moduleBuilder.ts";
import { packFunction } from "./pack.ts";
import { productFunction } from "./product.ts";
import { number, packedA, packedB, smaller } from "./shape.ts";
import type { GemmShape } from "./shape.ts";
import { panelFunction } from "./tile.ts";

/**
 * The blocked product of Goto's algorithm, strides in bytes. A further parameter `direct`, true
 * only where rows of B are adjacent, says to read whole panels of B in place.
 */
export function blockedFunction(module: ModuleBuilder, shape: GemmShape): FunctionBuilder {
  const packRows = packFunction(module, shape, shape.rows);
  const packColumns = shape.columns === shape.rows ? packRows : packFunction(module, shape, shape.columns);
  const panel = panelFunction(module, shape);
  const { f, product: p } = productFunction(module, `blocked_${shape.type}`, shape.type, ["i32"]);
  const direct = f.param(f.params.length - 1);
  const { pc, jc, ic, i, j } = f.named("i32", "pc", "jc", "ic", "i", "j");
  const { kStep, mStep, kc, nc, mc } = f.named("i32", "kStep", "mStep", "kc", "nc", "mc");
  const { aBlock, bBlock, cBlock, inPlace } = f.named("i32", "aBlock", "bBlock", "cBlock", "inPlace");
  const { width, b, bStep } = f.named("i32", "width", "b", "bStep");
  const beta = f.local(shape.type);
  const panelBytes = (index: Local): Operand => mul(index, mul(kc, shape.bytes));

  f.set(beta, p.beta);
  f.set(kStep, evenStep(p.k, shape.kc, 1)).set(mStep, evenStep(p.m, shape.mc, shape.rows));
  f.for(pc, 0, p.k, kStep, () => {
    f.set(kc, smaller(sub(p.k, pc), kStep));
    f.for(jc, 0, p.n, shape.nc, () => {
      f.set(nc, smaller(sub(p.n, jc), shape.nc));
      f.set(bBlock, add(p.b, add(mul(pc, p.bRow), mul(jc, p.bColumn))));
      const panelOfB = add(bBlock, mul(j, p.bColumn));
      f.for(j, 0, nc, shape.columns, () => {
        f.set(width, smaller(sub(nc, j), shape.columns));
        f.push(direct).op("i32.eq", width, shape.columns).op("i32.and").op("i32.eqz");
        f.if(null, () => {
          const target = add(packedB(shape), panelBytes(j));
          f.call(packColumns, width, kc, panelOfB, p.bColumn, p.bRow, target);
        });
      });
      f.for(ic, 0, p.m, mStep, () => {
        f.set(mc, smaller(sub(p.m, ic), mStep));
        f.set(aBlock, add(p.a, add(mul(ic, p.aRow), mul(pc, p.aColumn))));
        f.for(i, 0, mc, shape.rows, () => {
          const target = add(packedA(shape), panelBytes(i));
          f.push(smaller(sub(mc, i), shape.rows), kc, add(aBlock, mul(i, p.aRow)));
          f.push(p.aRow, p.aColumn, target).call(packRows);
        });
        f.set(cBlock, add(p.c, add(mul(ic, p.cRow), mul(jc, p.cColumn))));
        f.for(j, 0, nc, shape.columns, () => {
          f.set(width, smaller(sub(nc, j), shape.columns));
          f.set(inPlace, op("i32.and", direct, op("i32.eq", width, shape.columns)));
          f.set(b, op("select", panelOfB, add(packedB(shape), panelBytes(j)), inPlace));
          f.set(bStep, op("select", p.bRow, shape.columns * shape.bytes, inPlace));
          f.push(mc, width, kc, packedA(shape), b, bStep, add(cBlock, mul(j, p.cColumn)));
          f.push(p.cRow, p.cColumn, p.alpha, beta).call(panel);
        });
      });
    });
    f.set(beta, number(shape, 1));
  });
  return f;
}

/** A block size of at most `limit` that splits `size` evenly, rounded up to `unit`. */
function evenStep(size: Local, limit: number, unit: number): Operand {
  const blocks = op("i32.div_u", add(size, limit - 1), limit);
  const even = op("i32.div_u", sub(add(size, blocks), 1), blocks);
  return unit === 1 ? even : mul(op("i32.div_u", add(even, unit - 1), unit), unit);
}
