export { NdArray } from "./ndArray.ts";
export type { ItemOf, NestedList, ToListOptions } from "./ndArray.ts";
export { arange, array, asArray, empty, fromBuffer, fromFlat, full, mapElements, ones, zeros } from "./create.ts";
export type { ArrayInput, ArrayOptions, InferDType, NestedArray, ShapeLike } from "./create.ts";
export { arraysEqual, checkPlainValue, convertExact } from "./convert.ts";
export { castElement, isComplexValue, readElement, readNumber, toFlat, toNumbers, writeElement } from "./element.ts";
export type { Complex, Element, ElementLike } from "./element.ts";
export { float16ToNumber, numberToFloat16, roundToFloat16 } from "./float16.ts";
export { resolveSlice } from "./basicIndex.ts";
export type { BasicIndex } from "./basicIndex.ts";
export {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  contiguousStrides,
  isContiguousLayout,
  layoutOffsets,
  normalizeAxis,
  offsetRange,
  offsetsOf,
  reshapeStrides,
  resolveReshape,
  shapeText,
  sizeOf,
} from "./layout.ts";
export type { Strided } from "./layout.ts";
export { loadNpy, readNpy, saveNpy, writeNpy } from "./npy.ts";
export type { AnyTypedArray, ForeignArray } from "./source.ts";
