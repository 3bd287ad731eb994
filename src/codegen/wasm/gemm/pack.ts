import { add, load, mul, sub } from "../functionBuilder.ts";
import type { FunctionBuilder, Local } from "../functionBuilder.ts";
import type { ModuleBuilder } from "../moduleBuilder.ts";
import { loadOp, number, storeOp } from "./shape.ts";
import type { GemmShape } from "./shape.ts";

/**
 * `pack(count, depth, source, rowStride, columnStride, target)`: copies a panel of `count` rows
 * (at most `width`) and `depth` columns so that the `width` values of each column are adjacent,
 * missing rows as zeros. Strides in bytes.
 */
export function packFunction(module: ModuleBuilder, shape: GemmShape, width: number): FunctionBuilder {
  const f = module.function(`pack${width}_${shape.type}`, Array(6).fill("i32"));
  const { count, depth, source, rowStride, columnStride, target } = f.parameters(
    "count",
    "depth",
    "source",
    "rowStride",
    "columnStride",
    "target",
  );
  f.op("i32.lt_s", count, width).if(null, () => {
    packPartial(f, shape, width, { count, depth, source, rowStride, columnStride, target });
    f.return();
  });
  f.op("i32.eq", rowStride, shape.bytes).if(null, () => {
    packRowsAdjacent(f, shape, width, { depth, source, columnStride, target });
    f.return();
  });
  f.op("i32.eq", columnStride, shape.bytes).if(null, () => {
    packTransposed(f, shape, width, { depth, source, rowStride, target });
  });
  packStrided(f, shape, width, { depth, source, rowStride, columnStride, target });
  return f;
}

interface Panel {
  depth: Local;
  source: Local;
  target: Local;
}

/** Advances the pointers to the next column and repeats while columns are left. */
function nextColumn(f: FunctionBuilder, panel: Panel, columnStride: Local, step: number): void {
  f.set(panel.source, add(panel.source, columnStride));
  f.set(panel.target, add(panel.target, step));
  f.tee(panel.depth, sub(panel.depth, 1));
}

function packRowsAdjacent(
  f: FunctionBuilder,
  shape: GemmShape,
  width: number,
  panel: Panel & { columnStride: Local },
): void {
  f.loop((next) => {
    for (let at = 0; at < width * shape.bytes; at += 16) {
      f.store("v128.store", at, panel.target, load("v128.load", panel.source, at));
    }
    nextColumn(f, panel, panel.columnStride, width * shape.bytes);
    f.brIf(next);
  });
}

/** Blocks of lanes x lanes are transposed in registers; the columns left are packed singly. */
function packTransposed(
  f: FunctionBuilder,
  shape: GemmShape,
  width: number,
  panel: Panel & { rowStride: Local },
): void {
  const { lanes, bytes } = shape;
  const row = f.local("i32");
  const vectors = f.locals("v128", lanes);
  f.op("i32.ge_s", panel.depth, lanes).if(null, () => {
    f.loop((next) => {
      f.set(row, panel.source);
      for (let group = 0; group < width; group += lanes) {
        for (const vector of vectors) {
          f.set(vector, load("v128.load", row));
          f.set(row, add(row, panel.rowStride));
        }
        transposed(vectors).forEach((write, column) => {
          f.push(panel.target);
          write(f);
          f.store("v128.store", (column * width + group) * bytes);
        });
      }
      f.set(panel.source, add(panel.source, 16));
      f.set(panel.target, add(panel.target, width * 16));
      f.tee(panel.depth, sub(panel.depth, lanes));
      f.i32(lanes).op("i32.ge_s").brIf(next);
    });
  });
  f.op("i32.eqz", panel.depth).if(null, () => f.return());
  f.release(row, ...vectors);
}

/** Lanes of 32 bits picked from two vectors. */
function lanes32(...picked: number[]): number[] {
  return picked.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte));
}

/** Writers of the columns of a square block given as rows. */
function transposed(rows: readonly Local[]): ((f: FunctionBuilder) => void)[] {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  if (rows.length === 2) {
    return [(f) => f.shuffle(lanes32(0, 1, 4, 5), a, b), (f) => f.shuffle(lanes32(2, 3, 6, 7), a, b)];
  }
  const low = lanes32(0, 4, 1, 5);
  const high = lanes32(2, 6, 3, 7);
  const column =
    (half: number[], part: number[]) =>
    (f: FunctionBuilder): void => {
      f.shuffle(half, a, b).shuffle(half, c, d).shuffle(part);
    };
  return [
    column(low, lanes32(0, 1, 4, 5)),
    column(low, lanes32(2, 3, 6, 7)),
    column(high, lanes32(0, 1, 4, 5)),
    column(high, lanes32(2, 3, 6, 7)),
  ];
}

function packStrided(
  f: FunctionBuilder,
  shape: GemmShape,
  width: number,
  panel: Panel & { rowStride: Local; columnStride: Local },
): void {
  const row = f.local("i32");
  f.loop((next) => {
    f.set(row, panel.source);
    for (let i = 0; i < width; i++) {
      f.store(storeOp(shape), i * shape.bytes, panel.target, load(loadOp(shape), row));
      if (i < width - 1) f.set(row, add(row, panel.rowStride));
    }
    nextColumn(f, panel, panel.columnStride, width * shape.bytes);
    f.brIf(next);
  });
  f.release(row);
}

function packPartial(
  f: FunctionBuilder,
  shape: GemmShape,
  width: number,
  panel: Panel & { count: Local; rowStride: Local; columnStride: Local },
): void {
  f.loop((next) => {
    for (let i = 0; i < width; i++) {
      f.push(panel.target);
      f.choose(
        shape.type,
        (g) => g.op("i32.gt_s", panel.count, i),
        () => f.load(loadOp(shape), 0, add(panel.source, mul(panel.rowStride, i))),
        () => f.push(number(shape, 0)),
      );
      f.store(storeOp(shape), i * shape.bytes);
    }
    nextColumn(f, panel, panel.columnStride, width * shape.bytes);
    f.brIf(next);
  });
}
