/** Division of whole numbers as users ask for it: `config.intDivision` says what it gives. */
import { config } from "../config/config.ts";
import { isDiscrete } from "../dtype.ts";
import { DtypeError } from "../errors.ts";
import { asTensor } from "./constant.ts";
import { cast, div, intDiv as floorQuotient, mod } from "./math.ts";
import { operand } from "./shape.ts";
import type { BroadcastRank, DivisionOf, Promoted } from "./typing.ts";
import { TensorVariable, type TensorLike } from "./variable.ts";

function isWhole(x: TensorLike, other: TensorLike): boolean {
  if (typeof x === "bigint" || typeof x === "boolean") return true;
  // A number takes the dtype of the tensor that it meets.
  if (typeof x === "number")
    return Number.isInteger(x) && !(other instanceof TensorVariable && !isDiscrete(other.dtype));
  return isDiscrete(asTensor(x).dtype);
}

/**
 * floor(x / y), as Python's //. Of two integers `config.intDivision` decides: `"int"` (default) gives the floor, `"floatX"` the quotient in
 * `config.floatX`, `"raise"` an error.
 * @throws DtypeError for complex numbers, and for two integers where the flag says "raise"
 */
export function intDiv<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): TensorVariable<DivisionOf<X, Y>, BroadcastRank<X, Y>>;
export function intDiv(x: TensorLike, y: TensorLike): TensorVariable {
  const policy = config.intDivision;
  if (policy !== "int" && isWhole(x, y) && isWhole(y, x)) {
    if (policy === "floatX") return cast(div(x, y), config.floatX);
    const [a, b] = [asTensor(x), asTensor(y)];
    throw new DtypeError(
      `intDiv: config.intDivision is "raise", and both ${a.dtype} and ${b.dtype} are whole numbers.\n` +
        'Use div for the true quotient, floor(div(x, y)) for its floor, or set the flag to "int".',
      { op: "int_div", inputs: [operand(a), operand(b)] },
    );
  }
  return floorQuotient(x, y);
}

export const floorDiv: typeof intDiv = intDiv;

/** Quotient and remainder by Python's rules; see {@link intDiv}. */
export function divmod<X extends TensorLike, Y extends TensorLike>(
  x: X,
  y: Y,
): [TensorVariable<DivisionOf<X, Y>, BroadcastRank<X, Y>>, TensorVariable<Promoted<X, Y>, BroadcastRank<X, Y>>];
export function divmod(x: TensorLike, y: TensorLike): [TensorVariable, TensorVariable] {
  return [intDiv(x, y), mod(x, y)];
}
