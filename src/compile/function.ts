/** `theano.function`: from symbolic inputs and outputs to something that can be called. */
import { debugprint } from "../printing/debugprint.ts";
import type { ArrayInput } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import { config } from "../config/config.ts";
import { ArgumentError, userLine } from "../errors.ts";
import { FunctionGraph } from "../graph/functionGraph.ts";
import type { Variable } from "../graph/variable.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { makeCallable, type CompiledFunction } from "./callable.ts";
import { copySpecification } from "./copy.ts";
import type { InputSpec } from "./io.ts";
import type { LinkInput } from "./linker.ts";
import { chooseLinker } from "./linkers/choose.ts";
import { getMode, type Mode, type ModeName } from "./mode.ts";
import type { Outputs, ResultOf } from "./outputs.ts";
import { Profile } from "./profile.ts";
import { rewrite } from "./rewrite.ts";
import type { SharedVariable } from "./shared.ts";
import { rememberSource } from "./source.ts";
import { isTraced } from "./trace.ts";
import type { Replacements } from "./replacements.ts";
import { specify, type Specification, type UnusedPolicy } from "./specification.ts";
import type { Updates } from "./updates.ts";

export interface FunctionOptions {
  /** New values of shared variables, all computed from the old ones and stored after the outputs are computed. */
  readonly updates?: Updates;
  /** Replacements made in the graph before compiling. */
  readonly givens?: Replacements;
  /** `"FAST_RUN"` (default), `"FAST_COMPILE"`, `"DebugMode"`, `"NanGuardMode"` or a `Mode`. */
  readonly mode?: ModeName | Mode;
  /** Appears in errors and profiles; the place of the call by default. */
  readonly name?: string;
  /** What to do about an input that nothing depends on; `config.onUnusedInput` by default. */
  readonly onUnusedInput?: UnusedPolicy;
  /** Accept arguments that lose precision in the input's dtype. */
  readonly allowInputDowncast?: boolean;
  /** Ignore the default updates of all, or of these, shared variables. */
  readonly noDefaultUpdates?: boolean | readonly SharedVariable[];
  /** Measure each call, and each rule of the rewriting. */
  readonly profile?: boolean;
  /** Where the function runs. */
  readonly device?: string;
}

/**
 * Compiles `outputs` as a function of `inputs`.
 *
 * @param inputs variables, or `In(variable, options)`; always a list
 * @param outputs a variable (the call returns an array), a list (a list), a record (a record with the same keys), or
 * nothing (undefined)
 * @throws ArgumentError, UnusedInputError, MissingInputError, UpdateError, DtypeError, RankError when these do not fit together
 *
 * @example
 * ```ts
 * import * as theano from "theano";
 * import { tensor as T } from "theano";
 * const x = T.dvector("x");
 * const f = theano.function([x], { sum: x.sum(), double: x.mul(2) });
 * const { sum, double } = f([1, 2, 3]);
 * console.log(+sum, String(double)); // 6 [2. 4. 6.]
 * ```
 */
export function fn<const O extends Outputs = undefined>(
  inputs: readonly (TensorVariable | InputSpec)[],
  outputs?: O,
  options: FunctionOptions = {},
): CompiledFunction<ResultOf<O>> {
  const name = options.name ?? userLine() ?? "function";
  const specification = specify(inputs, outputs, {
    updates: options.updates,
    givens: options.givens,
    onUnusedInput: options.onUnusedInput ?? config.onUnusedInput,
    noDefaultUpdates: options.noDefaultUpdates,
  });
  return compile(specification, name, options) as CompiledFunction<ResultOf<O>>;
}

/** Compiles what `specify` has checked. */
export function compile(
  specification: Specification,
  name: string,
  options: FunctionOptions,
): CompiledFunction<unknown> {
  const { inputs, states, layout, results, updates, shared } = specification;
  checkDevice(options.device);
  const profile = new Profile(name);
  const mode = getMode(options.mode);
  const explicit = inputs.filter((_, i) => states[i] === undefined);
  const graphInputs: Variable[] = [...explicit.map((s) => s.variable), ...shared];
  const makeGraph = (): FunctionGraph => new FunctionGraph(graphInputs, [...results, ...updates.values()]);
  const graph = profile.measure("graph", makeGraph);
  if (isTraced("graph")) console.error(`graph of ${name}\n${debugprint(graph.outputs)}`);
  const isProfiled = options.profile ?? config.profile;
  profile.rulesTimed = isProfiled || config.profileOptimizer;
  profile.measure("rewrite", () => {
    profile.passes = rewrite(graph, mode, undefined, profile.rulesTimed);
  });
  const linkInputs = explicit.map(
    (spec): LinkInput => ({
      variable: spec.variable,
      label: labelOf(spec, inputs.indexOf(spec), name),
      strict: spec.strict,
      allowDowncast: spec.allowDowncast ?? options.allowInputDowncast,
      borrow: spec.borrow,
      mutable: spec.mutable,
    }),
  );
  const linker = chooseLinker(mode);
  const linked = linker.link({
    name,
    graph,
    inputs: linkInputs,
    borrowed: layout.specs.map((s) => s.borrow),
    updates: [...updates.keys()],
    fusion: mode.fusion,
    profile,
  });
  const f = makeCallable({
    name,
    specification,
    graph,
    linked,
    profile,
    isProfiled,
    copy: (wanted) => compile(copySpecification(specification, wanted), wanted.name ?? name, options),
  });
  const names = [...layout.names, ...Array.from(updates.keys(), (target) => `update of ${target.toString()}`)];
  rememberSource(f, { makeGraph, names, mode });
  return f;
}

function labelOf(spec: InputSpec, index: number, name: string): string {
  const own = spec.name === undefined ? "" : ` with name "${spec.name}"`;
  return `Bad input argument${own} to theano function with name "${name}" at index ${index} (0-based)`;
}

/** CPU targets only, so far. */
function checkDevice(device: string | undefined): void {
  const wanted = device ?? config.device;
  if (wanted === "cpu") return;
  throw new ArgumentError(`theano.function: there is no device ${JSON.stringify(wanted)}; use "cpu".`);
}

/** What may be passed for an argument. */
export type Argument = ArrayInput | NdArray;
