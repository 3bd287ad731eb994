import { enableUserLines } from "../errors.ts";
import { boolOr, flagBool, flagText, numberFrom, oneOf, someOf, wholeFrom, wordOrObject } from "./validators.ts";
import type { FlagSpec } from "./validators.ts";

/** Linkers by the project's own names. */
export type LinkerName = "auto" | "reference" | "wasm" | "c" | "cuda" | "webgpu";

/** All flags with their types. A dot in a name is a group: `config.traceback.limit`. */
export interface Flags {
  floatX: "float64" | "float32" | "float16";
  castPolicy: "custom" | "numpy" | "floatX" | "numpy+floatX";
  intDivision: "int" | "raise" | "floatX";
  warnFloat64: "ignore" | "warn" | "raise";
  mode: string | object;
  linker: LinkerName;
  device: string;
  forceDevice: boolean;
  deterministic: boolean;
  tiering: boolean;
  allowGc: boolean;
  nThreads: number;
  openmp: boolean;
  openmpElemwiseMinsize: number;
  cacheSizeLimit: number;
  cxx: string;
  "gcc.cxxflags": string;
  "blas.ldflags": string;
  baseCompiledir: string;
  nocleanup: boolean;
  "compile.timeout": number;
  "compile.wait": number;
  optimizer: "o4" | "o3" | "o2" | "o1" | "unsafe" | "fast_run" | "fast_compile" | "merge" | "None";
  optimizerIncluding: string;
  optimizerExcluding: string;
  optimizerRequiring: string;
  optimizerVerbose: boolean;
  "optdb.maxUseRatio": number;
  "tensor.localElemwiseFusion": boolean;
  onOptError: "warn" | "raise" | "ignore";
  onShapeError: "warn" | "raise";
  onUnusedInput: "raise" | "warn" | "ignore";
  checkInput: boolean;
  "conv.assertShape": boolean;
  computeTestValue: "off" | "ignore" | "warn" | "raise";
  computeTestValueOpt: "off" | "ignore" | "warn" | "raise";
  printTestValue: boolean;
  exceptionVerbosity: "low" | "high";
  "traceback.limit": number;
  "traceback.compileLimit": number;
  trace: string;
  profile: boolean;
  profileOptimizer: boolean;
  profileMemory: boolean;
  printGlobalStats: boolean;
  "profiling.debugprint": boolean;
  "profiling.destination": string;
  "profiling.ignoreFirstCall": boolean;
  "profiling.minMemorySize": number;
  "profiling.minPeakMemory": boolean;
  "profiling.nApply": number;
  "profiling.nOps": number;
  "profiling.outputLineWidth": number;
  "profiling.timeThunks": boolean;
  "NanGuardMode.nanIsError": boolean;
  "NanGuardMode.infIsError": boolean;
  "NanGuardMode.bigIsError": boolean;
  "NanGuardMode.action": "raise" | "warn";
  "DebugMode.patience": number;
  "DebugMode.checkC": boolean;
  "DebugMode.checkPy": boolean;
  "DebugMode.checkFinite": boolean;
  "DebugMode.checkStrides": number;
  "DebugMode.warnInputNotReused": boolean;
  "DebugMode.checkPreallocatedOutput": string;
  "DebugMode.checkPreallocatedOutputNdim": number;
  "scan.allowGc": boolean;
  "scan.allowOutputPrealloc": boolean;
  "scan.debug": boolean;
  "tensor.cmpSloppy": number;
  "unittests.rseed": number;
}

export type FlagName = keyof Flags;

type FlagTable = { readonly [Name in FlagName]: FlagSpec<Flags[Name]> };

const bool = (value: boolean, doc: string): FlagSpec<boolean> => ({
  default: value,
  accepts: flagBool,
  doc,
});

const text = (value: string, doc: string): FlagSpec<string> => ({
  default: value,
  accepts: flagText,
  doc,
});

const whole = (value: number, min: number, doc: string): FlagSpec<number> => ({
  default: value,
  accepts: wholeFrom(min),
  doc,
});

/** Theano's linkers; "_nogc" is what allowGc says here. */
const linkerSpellings: Readonly<Record<string, LinkerName>> = {
  py: "reference",
  "c|py": "c",
  "c|py_nogc": "c",
  cvm: "c",
  cvm_nogc: "c",
  vm: "c",
  vm_nogc: "c",
  c_nogc: "c",
};

/** There is no debugger to drop into: Theano's "pdb" raises. */
const pdb = { pdb: "raise" } as const;

const testValueWords = ["off", "ignore", "warn", "raise"] as const;

/** THE table of flags, in the order in which they are listed. */
export const flags: FlagTable = {
  floatX: {
    default: "float64",
    accepts: oneOf(["float64", "float32", "float16"]),
    doc: "Float dtype of numbers and nested lists without a dtype, and of untyped constructors.",
  },
  castPolicy: {
    default: "custom",
    accepts: oneOf(["custom", "numpy", "floatX", "numpy+floatX"]),
    doc:
      'How dtypes promote. "floatX" keeps float32 where int32 or int64 meets float32; the others ' +
      "follow NumPy's result_type.",
  },
  intDivision: {
    default: "int",
    accepts: oneOf(["int", "raise", "floatX"]),
    doc: "What dividing integers with intDiv gives: their floor, an error, or a floatX quotient.",
  },
  warnFloat64: {
    default: "ignore",
    accepts: oneOf(["ignore", "warn", "raise"], pdb),
    doc: "What to do when a float64 variable is made.",
  },
  mode: {
    default: "FAST_RUN",
    accepts: wordOrObject(["FAST_RUN", "FAST_COMPILE", "DebugMode", "NanGuardMode", "Mode"]),
    doc: "Mode of functions that name none.",
  },
  linker: {
    default: "auto",
    accepts: oneOf(["auto", "reference", "wasm", "c", "cuda", "webgpu"], linkerSpellings),
    doc: "What runs the compiled program; auto starts quickly and moves up to faster targets.",
  },
  device: text("cpu", "Device that functions run on and shared variables live on."),
  forceDevice: bool(false, "Fail when the device is missing, instead of using the CPU."),
  deterministic: {
    default: false,
    accepts: boolOr("more", "default"),
    doc: "Same bits every time: no tiers, no probes, own kernels only, no fused multiply-add.",
  },
  tiering: bool(true, "Let linker auto replace a function's program by a faster one as it runs."),
  allowGc: bool(true, "Give the storage of intermediate results back between calls."),
  nThreads: whole(0, 0, "Threads of one computation; 0 asks the machine."),
  openmp: bool(true, "Use several threads in elementwise loops and convolutions."),
  openmpElemwiseMinsize: whole(200000, 0, "Fewest elements for which loops use threads."),
  cacheSizeLimit: whole(2048, 1, "Most MiB of compiled programs that are kept; those not used for longest go first."),
  cxx: text("auto", "C compiler of linker c: a path, auto to search, empty for none."),
  "gcc.cxxflags": text("", "Further flags for the C compiler."),
  "blas.ldflags": text("auto", "Flags that link a BLAS: auto to search, empty for own kernels."),
  baseCompiledir: text("", "Folder of the cache of compiled programs; empty for the usual place."),
  nocleanup: bool(false, "Keep the build folders of failed compilations."),
  "compile.timeout": whole(120, 0, "Seconds after which a lock of the cache is taken over."),
  "compile.wait": whole(5, 0, "Seconds between attempts at a lock of the cache."),
  optimizer: {
    default: "o4",
    accepts: oneOf(["o4", "o3", "o2", "o1", "unsafe", "fast_run", "fast_compile", "merge", "None"]),
    doc: "Set of rewrites of modes that name none.",
  },
  optimizerIncluding: text("", "Rules or tags to add to every mode, separated by colons."),
  optimizerExcluding: text("", "Rules or tags to drop from every mode, separated by colons."),
  optimizerRequiring: text("", "Tags that every rule must have, separated by colons."),
  optimizerVerbose: bool(false, "Print every rewrite that is applied: pass, rule, both sides, and the user's line."),
  "optdb.maxUseRatio": {
    default: 8,
    accepts: numberFrom(0),
    doc: "How often a rule may fire, per node of the graph, before it is taken for a cycle.",
  },
  "tensor.localElemwiseFusion": bool(true, "Compute chains of elementwise ops in one loop."),
  onOptError: {
    default: "warn",
    accepts: oneOf(["warn", "raise", "ignore"], pdb),
    doc: "What to do when a rewrite fails.",
  },
  onShapeError: {
    default: "warn",
    accepts: oneOf(["warn", "raise"]),
    doc: "What to do when the shape of a node cannot be inferred because of an error.",
  },
  onUnusedInput: {
    default: "raise",
    accepts: oneOf(["raise", "warn", "ignore"]),
    doc: "What to do when an input of a function is not used.",
  },
  checkInput: bool(true, "Check the types of arguments at every call."),
  "conv.assertShape": bool(false, "Check at run time the shapes given to convolutions."),
  computeTestValue: {
    default: "off",
    accepts: oneOf(testValueWords, pdb),
    doc: "Run every op on test values as the graph is built; what to do when one is missing.",
  },
  computeTestValueOpt: {
    default: "off",
    accepts: oneOf(testValueWords, pdb),
    doc: "The same for nodes that rewrites make.",
  },
  printTestValue: bool(false, "Show the test value in a variable's text."),
  exceptionVerbosity: {
    default: "low",
    accepts: oneOf(["low", "high"]),
    doc: "high adds the graph and the sizes of its values to errors of a call.",
  },
  "traceback.limit": {
    default: 8,
    accepts: wholeFrom(-1),
    doc: "0 keeps no user's line with variables; errors then cannot say where they were made.",
    apply: (limit) => enableUserLines(limit !== 0),
  },
  "traceback.compileLimit": whole(0, -1, "The same for nodes that rewrites make."),
  trace: {
    default: "",
    accepts: someOf(["graph", "rewrites", "ir", "storage", "code"]),
    doc: "Print after these stages of compiling: graph, rewrites, ir, storage, code.",
  },
  profile: bool(false, "Profile every function."),
  profileOptimizer: bool(false, "Time every rule of the rewrites (f.profile.compile)."),
  profileMemory: bool(false, "Profile memory too (with profile)."),
  printGlobalStats: bool(false, "Print the total times when the process ends."),
  "profiling.debugprint": bool(false, "Print the graph with the profile."),
  "profiling.destination": text("stderr", "Where profiles go: stderr, stdout or a file."),
  "profiling.ignoreFirstCall": bool(false, "Leave the first call out."),
  "profiling.minMemorySize": whole(1024, 0, "Fewest bytes of a result that is listed."),
  "profiling.minPeakMemory": bool(false, "Search the order of least memory."),
  "profiling.nApply": whole(20, 0, "Rows of the table of nodes."),
  "profiling.nOps": whole(20, 0, "Rows of the table of ops."),
  "profiling.outputLineWidth": whole(512, 20, "Longest line."),
  "profiling.timeThunks": bool(true, "Time every node."),
  "NanGuardMode.nanIsError": bool(true, "NanGuardMode looks for NaN."),
  "NanGuardMode.infIsError": bool(true, "NanGuardMode looks for infinities."),
  "NanGuardMode.bigIsError": bool(true, "NanGuardMode looks for values above 1e10."),
  "NanGuardMode.action": {
    default: "raise",
    accepts: oneOf(["raise", "warn"], pdb),
    doc: "What NanGuardMode does when it finds one.",
  },
  "DebugMode.patience": whole(10, 1, "How often DebugMode rewrites a graph."),
  "DebugMode.checkC": bool(true, "DebugMode runs the compiled program."),
  "DebugMode.checkPy": bool(true, "DebugMode runs the reference implementation."),
  "DebugMode.checkFinite": bool(true, "DebugMode takes NaN and infinity for errors."),
  "DebugMode.checkStrides": whole(0, 0, "DebugMode on unusual strides: 0 ignore, 1 warn, 2 raise."),
  "DebugMode.warnInputNotReused": bool(true, "DebugMode warns when declared reuse fails."),
  "DebugMode.checkPreallocatedOutput": text("", "Kinds of prepared outputs that DebugMode tries, separated by colons."),
  "DebugMode.checkPreallocatedOutputNdim": whole(4, 0, "Most dimensions with unusual strides."),
  "scan.allowGc": bool(false, "Give storage back between steps of a loop."),
  "scan.allowOutputPrealloc": bool(true, "Write results of a step where they will stay."),
  "scan.debug": bool(false, "Print what loops do."),
  "tensor.cmpSloppy": whole(0, 0, "Tolerance of internal comparisons: 0 normal, 1 and 2 wider."),
  "unittests.rseed": whole(666, 0, "Seed of tests."),
};

/** Groups of Theano's flags that have no meaning here; they pass with a note, not as unknown. */
export const foreignGroups: readonly string[] = [
  "cmodule",
  "ctc",
  "cuda",
  "dnn",
  "experimental",
  "gpu",
  "gpuarray",
  "gpuelemwise",
  "lib",
  "magma",
  "metaopt",
  "numpy",
  "warn",
];
