/** Indexing. */
export { AdvancedIncSubtensor, AdvancedSubtensor } from "./advanced.ts";
export { incSubtensor, setSubtensor } from "./assignment.ts";
export { IncSubtensor, Subtensor } from "./basic.ts";
export { at, Slice, slice, type Index, type NestedIndex } from "./indexing.ts";
export { MaskedSelection } from "./maskedSelection.ts";
export { Nonzero } from "./nonzero.ts";
export {
  AllocDiag,
  diag,
  diagonal,
  ExtractDiag,
  flatnonzero,
  nonzero,
  nonzeroValues,
  take,
  type DiagonalOptions,
  type TakeOptions,
} from "./take.ts";
