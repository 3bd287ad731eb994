/** Modes: which passes rewrite the graph, and which linker runs it. */
import { config } from "../config/config.ts";
import { ConfigError } from "../errors.ts";
import type { Pass } from "../graph/rewriting/engine.ts";
import type { Rule } from "../graph/rewriting/rule.ts";
import { cleanupRules } from "../scan/rewriting/cleanup.ts";
import { branchRules, ifElseRules, lazyRules } from "../scan/rewriting/ifElse.ts";
import { mergeRules } from "../scan/rewriting/merge.ts";
import { pushDotRules } from "../scan/rewriting/pushDots.ts";
import { pushOutRules } from "../scan/rewriting/pushOut.ts";
import { advancedIndexingRules } from "../tensor/rewriting/advancedIndexing.ts";
import { assertionRules } from "../tensor/rewriting/assertions.ts";
import { blasRules, dotRules } from "../tensor/rewriting/blas.ts";
import { canonicalizeRules, signRules } from "../tensor/rewriting/canonicalize.ts";
import { normalFormRules, uncanonicalizeRules } from "../tensor/rewriting/chains.ts";
import { factoringRules, likeTermRules, powerRules } from "../tensor/rewriting/collecting.ts";
import { foldingRules } from "../tensor/rewriting/constantFolding.ts";
import { exponentialProductRules, exponentialRules, ratioRules } from "../tensor/rewriting/exponentials.ts";
import { incSubtensorRules, maskRules, sparseUpdateRules } from "../tensor/rewriting/incSubtensor.ts";
import { layoutRules } from "../tensor/rewriting/layouts.ts";
import { choiceRules, logicRules, optionalRules } from "../tensor/rewriting/logic.ts";
import { magnitudeRules } from "../tensor/rewriting/magnitudes.ts";
import { diagonalRules, productRules } from "../tensor/rewriting/products.ts";
import { monotoneRules, reductionLayoutRules } from "../tensor/rewriting/reductionLaws.ts";
import { factorRules, reductionRules } from "../tensor/rewriting/reductions.ts";
import { shapeRules } from "../tensor/rewriting/shape.ts";
import { crossentropyRules, expandRules, softmaxRules } from "../tensor/rewriting/softmax.ts";
import { linalgRules } from "../tensor/rewriting/linalg.ts";
import { logSumRules, softmaxFormRules } from "../tensor/rewriting/softmaxForms.ts";
import { specializeRules } from "../tensor/rewriting/specialize.ts";
import { stabilizeRules } from "../tensor/rewriting/stabilize.ts";
import { subtensorRules } from "../tensor/rewriting/subtensor.ts";
import { tailRules } from "../tensor/rewriting/tails.ts";
import { sparseSumRules, writeRules } from "../tensor/rewriting/writes.ts";

/** A pass and the optimizer levels that contain it. */
export interface ModePass extends Pass {
  readonly levels: readonly Level[];
}

type Level = "fast_compile" | "fast_run";

/** THE pass list: what rewrites a graph, in order. */
export const PASSES: readonly ModePass[] = [
  {
    name: "scan",
    rules: [...cleanupRules, ...ifElseRules, ...mergeRules, ...pushDotRules, ...pushOutRules],
    until: "fixpoint",
    levels: ["fast_compile", "fast_run"],
  },
  {
    name: "canonicalize",
    rules: [
      ...cleanupRules,
      ...ifElseRules,
      ...foldingRules,
      ...shapeRules,
      ...assertionRules,
      ...layoutRules,
      ...normalFormRules,
      ...canonicalizeRules,
      ...likeTermRules,
      ...logicRules,
      ...magnitudeRules,
      ...reductionRules,
      ...reductionLayoutRules,
      ...diagonalRules,
      ...subtensorRules,
      ...advancedIndexingRules,
      ...incSubtensorRules,
      ...writeRules,
      ...optionalRules,
    ],
    until: "fixpoint",
    levels: ["fast_compile", "fast_run"],
  },
  { name: "collect", rules: [...powerRules, ...softmaxFormRules], until: "fixpoint", levels: ["fast_run"] },
  {
    name: "stabilize",
    rules: [
      ...foldingRules,
      ...shapeRules,
      ...signRules,
      ...logSumRules,
      ...stabilizeRules,
      ...tailRules,
      ...exponentialRules,
      ...ratioRules,
      ...softmaxRules,
      ...softmaxFormRules,
    ],
    until: "fixpoint",
    levels: ["fast_run"],
  },
  {
    name: "specialize",
    rules: [
      ...foldingRules,
      ...shapeRules,
      ...assertionRules,
      ...layoutRules,
      ...canonicalizeRules,
      ...logicRules,
      ...magnitudeRules,
      ...cleanupRules,
      ...ifElseRules,
      ...crossentropyRules,
      ...subtensorRules,
      ...advancedIndexingRules,
      ...incSubtensorRules,
      ...writeRules,
      ...sparseSumRules,
      ...sparseUpdateRules,
      ...linalgRules,
      ...dotRules,
      ...productRules,
      ...reductionRules,
      ...reductionLayoutRules,
      ...factorRules,
      ...monotoneRules,
      ...exponentialProductRules,
      ...factoringRules,
      ...specializeRules,
    ],
    until: "fixpoint",
    levels: ["fast_run"],
  },
  { name: "blas", rules: blasRules, until: "fixpoint", levels: ["fast_run"] },
  { name: "expand", rules: [...expandRules, ...maskRules], until: "once", levels: ["fast_run"] },
  {
    name: "uncanonicalize",
    rules: [...foldingRules, ...shapeRules, ...cleanupRules, ...choiceRules, ...uncanonicalizeRules],
    until: "fixpoint",
    levels: ["fast_compile", "fast_run"],
  },
  { name: "choices", rules: branchRules, until: "fixpoint", levels: ["fast_compile", "fast_run"] },
  { name: "lazy", rules: lazyRules, until: "once", levels: ["fast_compile", "fast_run"] },
];

/** The passes that also prepare graphs inside of nodes before loops are taken apart; the others follow at the end. */
export const EARLY_PASSES: ReadonlySet<string> = new Set(["scan", "canonicalize", "stabilize", "specialize"]);

/** Linkers by name; Theano's names are understood too. */
export type LinkerChoice = "auto" | "reference" | "wasm" | "c" | "cuda" | "webgpu";

const LINKER_NAMES: Readonly<Record<string, LinkerChoice>> = {
  auto: "auto",
  reference: "reference",
  wasm: "wasm",
  c: "c",
  cuda: "cuda",
  webgpu: "webgpu",
  py: "reference",
  "c|py": "c",
  "c|py_nogc": "c",
  cvm: "c",
  cvm_nogc: "c",
  vm: "c",
  vm_nogc: "c",
};

/** Levels of rewriting; `o1` to `o4` are Theano's. */
const OPTIMIZERS: Readonly<Record<string, { level: Level | null; fusion: boolean }>> = {
  None: { level: null, fusion: false },
  merge: { level: null, fusion: false },
  fast_compile: { level: "fast_compile", fusion: false },
  o1: { level: "fast_compile", fusion: false },
  o2: { level: "fast_compile", fusion: true },
  o3: { level: "fast_run", fusion: true },
  o4: { level: "fast_run", fusion: true },
  fast_run: { level: "fast_run", fusion: true },
  unsafe: { level: "fast_run", fusion: true },
  default: { level: "fast_run", fusion: true },
};

/** The names that Theano's fusion of loops goes by: the tag, the pass and its rule. */
const FUSION = ["fusion", "elemwise_fusion", "local_elemwise_fusion"] as const;

/** Checks that a mode adds around every node, instead of a program. */
export type Guard = "nan" | "debug";

export interface ModeOptions {
  readonly linker?: string | undefined;
  readonly optimizer?: string | null | undefined;
}

/** The passes of modes that select the same rules: the lists of rules are indexed once. */
const passesByQuery = new Map<string, readonly Pass[]>();

export class Mode {
  readonly linker: LinkerChoice;
  readonly optimizer: string;
  readonly guard: Guard | undefined;
  readonly #included: readonly string[];
  readonly #excluded: ReadonlySet<string>;
  readonly #required: readonly string[];

  constructor(options: ModeOptions = {}, query: Partial<ModeQuery> = {}) {
    const linker = LINKER_NAMES[options.linker ?? config.linker];
    if (linker === undefined) {
      throw new ConfigError(
        `Unknown linker ${JSON.stringify(options.linker)}; there are ${Object.keys(LINKER_NAMES).join(", ")}.`,
      );
    }
    const optimizer = options.optimizer === null ? "None" : (options.optimizer ?? config.optimizer);
    if (!(optimizer in OPTIMIZERS)) {
      throw new ConfigError(
        `Unknown optimizer ${JSON.stringify(optimizer)}; there are ${Object.keys(OPTIMIZERS).join(", ")}.`,
      );
    }
    this.linker = linker;
    this.optimizer = optimizer;
    this.guard = query.guard;
    this.#included = query.included ?? [];
    this.#excluded = new Set(query.excluded ?? []);
    this.#required = query.required ?? [];
  }

  /** Also rules with one of these names or tags that are off by default. */
  including(...tags: string[]): Mode {
    return this.#with({
      included: [...this.#included, ...tags],
      excluded: [...this.#excluded].filter((t) => !tags.includes(t)),
    });
  }

  /** Without rules, passes, or "fusion", of one of these names or tags. */
  excluding(...tags: string[]): Mode {
    return this.#with({
      excluded: [...this.#excluded, ...tags],
      included: this.#included.filter((t) => !tags.includes(t)),
    });
  }

  /** Only rules that have all these tags. */
  requiring(...tags: string[]): Mode {
    return this.#with({ required: [...this.#required, ...tags] });
  }

  /** May several nodes share a loop? */
  get fusion(): boolean {
    if (FUSION.some((name) => this.#excluded.has(name))) return false;
    return FUSION.some((name) => this.#included.includes(name)) || OPTIMIZERS[this.optimizer]!.fusion;
  }

  /** The passes of this mode, each with the rules that are on. */
  passes(): readonly Pass[] {
    const key = JSON.stringify([this.optimizer, this.#included, [...this.#excluded], this.#required]);
    let passes = passesByQuery.get(key);
    if (passes === undefined) passesByQuery.set(key, (passes = this.#findPasses()));
    return passes;
  }

  #findPasses(): readonly Pass[] {
    const { level } = OPTIMIZERS[this.optimizer]!;
    return PASSES.filter(
      (p) =>
        !this.#excluded.has(p.name) &&
        (this.#included.includes(p.name) || (level !== null && p.levels.includes(level))),
    ).map((p) => ({ name: p.name, until: p.until, rules: p.rules.filter((r) => this.isOn(r)) }));
  }

  isOn(rule: Rule): boolean {
    const names = [rule.name, rule.exactness, ...rule.tags];
    if (names.some((n) => this.#excluded.has(n))) return false;
    if (this.#required.some((t) => !names.includes(t))) return false;
    if (!rule.tags.includes("optional")) return true;
    return names.some((n) => this.#included.includes(n)) || this.optimizer === "unsafe";
  }

  toString(): string {
    return `Mode(linker=${this.linker}, optimizer=${this.optimizer})`;
  }

  #with(query: Partial<ModeQuery>): Mode {
    return new Mode(
      { linker: this.linker, optimizer: this.optimizer },
      {
        included: this.#included,
        excluded: [...this.#excluded],
        required: this.#required,
        guard: this.guard,
        ...query,
      },
    );
  }
}

interface ModeQuery {
  readonly included: readonly string[];
  readonly excluded: readonly string[];
  readonly required: readonly string[];
  readonly guard: Guard | undefined;
}

/** Names that a mode can be given by. */
export type ModeName = "FAST_RUN" | "FAST_COMPILE" | "Mode" | "DebugMode" | "DEBUG_MODE" | "NanGuardMode";

const NAMED: Readonly<Record<ModeName, () => Mode>> = {
  FAST_RUN: () => new Mode({ optimizer: "fast_run" }),
  FAST_COMPILE: () => new Mode({ optimizer: "fast_compile" }),
  Mode: () => new Mode(),
  DebugMode: () => new Mode({ linker: "reference", optimizer: "fast_run" }, { guard: "debug" }),
  DEBUG_MODE: () => new Mode({ linker: "reference", optimizer: "fast_run" }, { guard: "debug" }),
  NanGuardMode: () => new Mode({ linker: "reference", optimizer: "fast_run" }, { guard: "nan" }),
};

/** The mode that a user's `mode` means; without one, the one that the configuration names. */
export function getMode(mode?: ModeName | Mode): Mode {
  const wanted = mode ?? (config.mode as string | Mode);
  if (typeof wanted === "object") return withConfig(wanted);
  const make = (NAMED as Partial<typeof NAMED>)[wanted as ModeName];
  if (make === undefined) {
    throw new ConfigError(
      `Unknown mode ${JSON.stringify(wanted)}; there are ${Object.keys(NAMED).join(", ")}, or new theano.Mode(...).`,
    );
  }
  const isDefault = mode === undefined && config.optimizer !== "o4" && wanted === "FAST_RUN";
  return withConfig(isDefault ? new Mode() : make());
}

/** Applies `config.optimizerIncluding` and its companions. */
function withConfig(mode: Mode): Mode {
  const list = (text: string): string[] => text.split(":").filter((t) => t !== "");
  const including = list(config.optimizerIncluding);
  const excluding = list(config.optimizerExcluding);
  const requiring = list(config.optimizerRequiring);
  if (!config["tensor.localElemwiseFusion"]) excluding.push("fusion");
  let result = mode;
  if (including.length > 0) result = result.including(...including);
  if (excluding.length > 0) result = result.excluding(...excluding);
  if (requiring.length > 0) result = result.requiring(...requiring);
  return result;
}
