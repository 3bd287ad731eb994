/// <reference lib="esnext.disposable" preserve="true" />
/** The callable that users hold: arguments in, results out, and what can be asked of it. */
import type { ArrayInput } from "../array/create.ts";
import type { NdArray } from "../array/ndArray.ts";
import { ArgumentError, MissingInputError, TheanoError, userLine } from "../errors.ts";
import type { FunctionGraph } from "../graph/functionGraph.ts";
import type { CopyOptions } from "./copy.ts";
import type { Linked } from "./linker.ts";
import type { Profile } from "./profile.ts";
import type { SharedVariable } from "./shared.ts";
import type { Specification } from "./specification.ts";

/** What `theano.function` returns. */
export interface CompiledFunction<R = unknown> {
  /** Arguments in the order of the inputs; those with a default value may be left out, or be undefined. */
  (...args: readonly (ArrayInput | undefined)[]): R;
  readonly name: string;
  /** Calls with arguments by name: the names of the input variables, or those given to `In`. */
  named(args: Readonly<Record<string, ArrayInput | undefined>>): R;
  /** A promise of the result; works on every target. */
  async(...args: readonly (ArrayInput | undefined)[]): Promise<R>;
  /** The same computation with other shared variables, or without its updates. */
  copy(options?: CopyOptions): CompiledFunction<R>;
  /** The rewritten function graph. */
  readonly graph: FunctionGraph;
  /** The program in printable form. */
  readonly program: { toString(): string };
  readonly profile: Profile;
  /** The shared variables that the function reads or writes; states of inputs with updates included. */
  readonly shared: readonly SharedVariable[];
  /** Releases storage at once. The function may be called again. */
  free(): void;
  [Symbol.dispose](): void;
}

export interface CallableParts {
  readonly name: string;
  readonly specification: Specification;
  readonly graph: FunctionGraph;
  readonly linked: Linked;
  readonly profile: Profile;
  readonly isProfiled: boolean;
  /** Compiles the copy that `f.copy` is asked for. */
  readonly copy: (options: CopyOptions) => CompiledFunction<unknown>;
}

export function makeCallable(parts: CallableParts): CompiledFunction<unknown> {
  const { name, specification, graph, linked, profile } = parts;
  const call = makeCall(parts);
  const f = ((...args: readonly unknown[]) => call(args)) as unknown as CompiledFunction<unknown>;
  const positions = positionsByName(specification);
  const members: Partial<CompiledFunction<unknown>> = {
    name,
    named: (args) => call(argumentsByName(args, positions, specification, name)),
    async: async (...args) => call(args),
    copy: (options = {}) => parts.copy(options),
    graph,
    program: linked.program,
    profile,
    shared: specification.shared,
    free: () => linked.free(),
  };
  for (const [key, value] of Object.entries(members)) Object.defineProperty(f, key, { value });
  // Older browsers have no Symbol.dispose.
  const dispose = (Symbol as { dispose?: symbol }).dispose;
  if (dispose !== undefined) Object.defineProperty(f, dispose, { value: () => linked.free() });
  return f;
}

type Call = (args: readonly unknown[]) => unknown;

/** The fast path is chosen once: no defaults, no state, no profile. */
function makeCall(parts: CallableParts): Call {
  const { specification, linked, profile, isProfiled } = parts;
  const { inputs, states, layout } = specification;
  const count = inputs.length;
  const { pack } = layout;
  const run = linked.call;
  const missing = (args: readonly unknown[]): readonly unknown[] => complete(args, parts);
  const isSimple = states.every((s) => s === undefined);
  const needsCheck = (args: readonly unknown[]): boolean => {
    if (args.length !== count) return true;
    for (let i = 0; i < count; i++) if (args[i] === undefined) return true;
    return false;
  };
  const simple: Call = (args) => pack(run(needsCheck(args) ? missing(args) : args));
  const stateful: Call = (args) => {
    const full = needsCheck(args) ? missing(args) : args;
    return pack(withStates(specification, full, () => run(full.filter((_, i) => states[i] === undefined))));
  };
  const plain = isSimple ? simple : stateful;
  if (!isProfiled) return plain;
  return (args) => {
    const start = performance.now();
    try {
      return plain(args);
    } finally {
      profile.calls++;
      profile.callMilliseconds += performance.now() - start;
    }
  };
}

/** Fills in default values. States keep `undefined`: their value is where it is. */
function complete(args: readonly unknown[], parts: CallableParts): readonly unknown[] {
  const { inputs, states } = parts.specification;
  if (args.length > inputs.length) {
    throw new ArgumentError(`${parts.name} takes ${inputs.length} arguments, got ${args.length}.`, {
      createdAt: userLine(),
    });
  }
  return inputs.map((spec, i) => {
    const given = args[i];
    if (given !== undefined || states[i] !== undefined) return given;
    if (spec.value !== undefined) return spec.value;
    throw new MissingInputError(
      `Missing required input: ${spec.name ?? spec.variable.toString()} (argument ${i} of ${parts.name}, ` +
        `${spec.variable.type.toString()}).`,
      { createdAt: userLine() },
    );
  });
}

/** Puts explicitly given states in place for the call, and back if it fails. */
function withStates(specification: Specification, args: readonly unknown[], body: () => NdArray[]): NdArray[] {
  const before: [SharedVariable, NdArray][] = [];
  try {
    for (const [i, state] of specification.states.entries()) {
      if (state === undefined || args[i] === undefined) continue;
      before.push([state, state.getValue()]);
      state.setValue(args[i] as ArrayInput);
    }
    return body();
  } catch (error) {
    for (const [state, value] of before) state.container.set(value, true);
    throw error;
  }
}

function positionsByName(specification: Specification): Map<string, number> {
  const positions = new Map<string, number>();
  for (const [i, spec] of specification.inputs.entries()) {
    // Of two inputs with one name neither can be meant.
    if (spec.name !== undefined) positions.set(spec.name, positions.has(spec.name) ? -1 : i);
  }
  return positions;
}

function argumentsByName(
  args: Readonly<Record<string, unknown>>,
  positions: ReadonlyMap<string, number>,
  specification: Specification,
  name: string,
): unknown[] {
  if (typeof args !== "object" || args === null) {
    throw new ArgumentError(`${name}.named takes a record of arguments by name.`, { createdAt: userLine() });
  }
  const list: unknown[] = new Array<unknown>(specification.inputs.length).fill(undefined);
  for (const [key, value] of Object.entries(args)) {
    const i = positions.get(key);
    if (i === undefined || i < 0) {
      const known = [...positions.keys()].join(", ");
      throw new ArgumentError(
        i === undefined
          ? `${name} has no input named ${JSON.stringify(key)}; its inputs are ${known}.`
          : `${name} has several inputs named ${JSON.stringify(key)}; pass them by position.`,
        { createdAt: userLine() },
      );
    }
    list[i] = value;
  }
  return list;
}

/** For tests of error paths: is this an error that users may meet? */
export function isUserError(error: unknown): error is TheanoError {
  return error instanceof TheanoError;
}
