/** `T`: symbolic tensors and everything that is done with them, in the order of the manual. */
import * as axes from "./axes.ts";
import * as blocks from "./blocks.ts";
import * as broadcasting from "./broadcasting.ts";
import * as constructors from "./constructors.ts";
import * as alloc from "./alloc.ts";
import * as diagonals from "./diagonals.ts";
import * as division from "./division.ts";
import * as dotFunctions from "./dot.ts";
import { makeExpr, type ExprFunctions } from "./expr.ts";
import { einsum } from "./einsum.ts";
import * as extra from "./extraOps.ts";
import * as join from "./join.ts";
import * as kronecker from "./kron.ts";
import * as layout from "./layout.ts";
import * as logarithms from "./logarithms.ts";
import * as math from "./math.ts";
import * as multiIndex from "./multiIndex.ts";
import * as nnet from "./nnet/index.ts";
import * as nanReductions from "./nanReductions.ts";
import * as numeric from "./numeric.ts";
import * as numpyExtras from "./numpyExtras.ts";
import * as numpyNames from "./numpyNames.ts";
import * as padding from "./pad.ts";
import * as ranges from "./ranges.ts";
import * as quantiles from "./quantiles.ts";
import * as rebroadcast from "./rebroadcast.ts";
import * as reduction from "./reduction.ts";
import * as reshape from "./reshape.ts";
import * as selection from "./selection.ts";
import * as shape from "./shape.ts";
import * as permutation from "./permutation.ts";
import * as search from "./search.ts";
import * as sequences from "./sequences.ts";
import * as sets from "./sets.ts";
import * as signs from "./signs.ts";
import * as sorting from "./sort.ts";
import * as special from "./special/index.ts";
import * as stacking from "./stack.ts";
import * as statistics from "./statistics.ts";
import * as subtensor from "./subtensor/index.ts";
import * as theanoNames from "./theanoNames.ts";
import * as topk from "./topk.ts";
import { unique } from "./unique.ts";
import * as windows from "./windows.ts";
import type { TensorLike, TensorVariable } from "./variable.ts";

// Inputs and constants
export * from "./constructors.ts";
export { asTensorVariable, asTensorVariable as asTensor } from "./asTensorVariable.ts";
export { constant, TensorConstant, type ConstantOptions } from "./constant.ts";
export { TensorType, tensorType, type StaticShape } from "./type.ts";
export { TensorVariable, type TensorLike } from "./variable.ts";

// Elementwise functions
export * from "./logarithms.ts";
export * from "./math.ts";
export { divmod, floorDiv, intDiv } from "./division.ts";
export {
  and as bitwiseAnd,
  invert as bitwiseNot,
  or as bitwiseOr,
  switch_ as switch,
  xor as bitwiseXor,
} from "./math.ts";

// Reductions
export * from "./reduction.ts";
export { variance as var } from "./reduction.ts";

// Shapes
export * from "./alloc.ts";
export * from "./axes.ts";
export * from "./broadcasting.ts";
export { dimshuffle, transpose, DimShuffle } from "./dimshuffle.ts";
export * from "./grid.ts";
export * from "./join.ts";
export type { AxisOption } from "./joinArguments.ts";
export * from "./layout.ts";
export * from "./pad.ts";
export * from "./ranges.ts";
export * from "./rebroadcast.ts";
export * from "./reshape.ts";
export * from "./shape.ts";
export * from "./stack.ts";
export { addBroadcast as addbroadcast, patternBroadcast as patternbroadcast } from "./rebroadcast.ts";
export { shapePadAxis as shapePadaxis, shapePadLeft as shapePadleft, shapePadRight as shapePadright } from "./axes.ts";

// Indexing
export * from "./subtensor/index.ts";

// Linear algebra and the rest
export * from "./blocks.ts";
export { delete_ as delete } from "./blocks.ts";
export * from "./constantValue.ts";
export * from "./diagonals.ts";
export * from "./dot.ts";
export { einsum } from "./einsum.ts";
export * from "./extraOps.ts";
export * from "./kron.ts";
export * from "./multiIndex.ts";
export * from "./nanReductions.ts";
export * from "./numeric.ts";
export * from "./numpyExtras.ts";
export * from "./numpyNames.ts";
export * from "./permutation.ts";
export * from "./quantiles.ts";
export * from "./search.ts";
export * from "./selection.ts";
export * from "./sequences.ts";
export * from "./sets.ts";
export * from "./signs.ts";
export { argsort, Sort, sort, type SortOptions } from "./sort.ts";
export * from "./special/index.ts";
export * from "./statistics.ts";
export * from "./theanoNames.ts";
export * from "./topk.ts";
export * from "./unique.ts";
export * from "./windows.ts";
export * as nnet from "./nnet/index.ts";
export * as nlinalg from "./nlinalg.ts";
export * as slinalg from "./slinalg.ts";
export * as opt from "./opt.ts";

const functions: ExprFunctions = {
  ...constructors,
  ...math,
  ...division,
  ...logarithms,
  ...reduction,
  ...alloc,
  ...join,
  ...stacking,
  ...reshape,
  ...shape,
  ...rebroadcast,
  ...axes,
  ...subtensor,
  ...dotFunctions,
  ...extra,
  ...diagonals,
  ...permutation,
  ...quantiles,
  ...search,
  ...selection,
  ...sorting,
  ...kronecker,
  ...layout,
  ...multiIndex,
  ...numeric,
  ...numpyExtras,
  ...numpyNames,
  ...blocks,
  ...broadcasting,
  ...nanReductions,
  ...sequences,
  ...sets,
  ...signs,
  ...theanoNames,
  ...padding,
  ...ranges,
  ...special,
  ...statistics,
  ...topk,
  ...windows,
  einsum,
  unique,
  nnet,
  var: reduction.variance,
  switch: math.switch_,
  delete: blocks.delete_,
  default: theanoNames.setdefault,
};

/**
 * An expression in the notation of arithmetic: `+ - * / // % ** @`, comparisons, `& | ^ ~`, functions of `T` by name,
 * `x[1:3, i]`, `x.T`.
 * @throws ArgumentError pointing at the column that was not understood
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x"), y = T.dvector("y");
 * const f = theano.function([x, y], T.expr`log(1 + exp(${x})) * ${y}`);
 * console.log(String(f([0, 1000], [2, 1]))); // [   1.38629436 1000.        ]
 * ```
 */
export const expr: (strings: TemplateStringsArray, ...values: readonly TensorLike[]) => TensorVariable = makeExpr(
  () => functions,
);
