/** Loops and choices. */
export { scanCheckpoints, type CheckpointOptions } from "./checkpoints.ts";
export { ifelse, IfElse } from "./ifElse.ts";
export { foldl, foldr, map, reduce, type MapOptions, type ReduceOptions } from "./loops.ts";
export { scan, type ScanOptions, type ScanResult, type StepOptions } from "./scan.ts";
export { Scan } from "./scanOp.ts";
export { until, Until } from "./until.ts";
export type { OutputInfo, ScanUpdates, SequenceLike, StepResult, TappedOutput, TappedSequence } from "./arguments.ts";
