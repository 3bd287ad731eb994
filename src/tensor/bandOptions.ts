/** Options of matrices with a diagonal. */
import type { DType } from "../dtype.ts";
import type { DTypeOption } from "./dtypeOption.ts";
import { isRecord } from "./options.ts";
import type { SizeLike } from "./sizes.ts";

/** What `eye` and `tri` may be told by name. */
export interface DiagonalBandOptions {
  /** Number of columns; as many as rows when absent. */
  readonly m?: SizeLike | null;
  /** The diagonal: 0 the main one, 1 the next above it. */
  readonly k?: SizeLike;
  readonly dtype?: DType;
}

/** What `eye` and `tri` take behind the number of rows. */
export type BandArguments =
  | readonly []
  | readonly [
      columnCount: SizeLike | null | DiagonalBandOptions,
      diagonal?: SizeLike | DiagonalBandOptions,
      options?: DTypeOption,
    ];

/** Number of columns, diagonal and dtype, given in this order; from the first record on, by name. */
export function bandOptions(args: readonly unknown[]): DiagonalBandOptions {
  const named = args.findIndex(isRecord);
  const [m, k, dtype] = named < 0 ? args : args.slice(0, named);
  const entries = Object.entries({ m, k, dtype }).filter(([, v]) => v !== undefined);
  return { ...Object.fromEntries(entries), ...(named < 0 ? {} : (args[named] as DiagonalBandOptions)) };
}
