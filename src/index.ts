/**
 * Theano for TypeScript. Named exports only, in the order of the manual.
 *
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * ```
 */
import { attachEval } from "./compile/evaluate.ts";
import { attachMethods } from "./tensor/methods.ts";

// The one thing that happens on import: operators become methods of TensorVariable.
attachMethods();
attachEval();

// Symbolic tensors
export * as tensor from "./compile/tensorNamespace.ts";

// Values
export { array, full, ones, zeros } from "./array/create.ts";
export type { ArrayInput, NestedArray } from "./array/create.ts";
export { NdArray } from "./array/ndArray.ts";
export { loadNpy, readNpy, saveNpy, writeNpy } from "./array/npy.ts";
export type { DType } from "./dtype.ts";

// Functions
export { fn as function, type FunctionOptions } from "./compile/function.ts";
export { In, Out, type InOptions } from "./compile/io.ts";
export { shared, SharedVariable, type SharedOptions } from "./compile/shared.ts";
export type { CompiledFunction } from "./compile/callable.ts";
export type { CopyOptions } from "./compile/copy.ts";
export { getMode, Mode } from "./compile/mode.ts";
export type { CompileProfile, Profile, RuleProfile } from "./compile/profile.ts";

// Loops and choices
export * as scanModule from "./scan/index.ts";
export {
  foldl,
  foldr,
  ifelse,
  map,
  reduce,
  scan,
  scanCheckpoints,
  until,
  type CheckpointOptions,
  type MapOptions,
  type OutputInfo,
  type ReduceOptions,
  type ScanOptions,
  type ScanResult,
  type ScanUpdates,
  type SequenceLike,
  type StepOptions,
  type StepResult,
  type TappedOutput,
  type TappedSequence,
} from "./scan/index.ts";

// Gradients
export { grad, hessian, jacobian, Lop, Rop, type GradOptions } from "./gradient.ts";
export * as gradient from "./gradientTools.ts";

// Graphs
export { clone, type CloneOptions } from "./compile/clone.ts";
export { debugprint, pp } from "./printing/index.ts";
export { explain, type ExplainOptions, type ExplainStep, type Explanation } from "./compile/explain.ts";
export * as printing from "./printing/index.ts";

// Configuration and errors
export { config } from "./config/config.ts";
export {
  ArgumentError,
  AssertionError,
  AxisError,
  BroadcastError,
  CompileError,
  ConfigError,
  DebugModeError,
  DeviceError,
  DisconnectedInputError,
  DtypeError,
  FileFormatError,
  GradientError,
  IndexError,
  InternalError,
  MissingInputError,
  NanGuardError,
  NullTypeGradError,
  RankError,
  ShapeMismatchError,
  TheanoError,
  TheanoMemoryError,
  UnusedInputError,
  UpdateError,
  ValueError,
} from "./errors.ts";
