/**
 * Loops that read very many arrays, in stages. A processor follows a dozen streams through memory at a time; a loop over more of them waits for
 * each line, and its values no longer fit into registers. Such a body is cut into stages, each a loop over a strip of elements that reads fewer
 * arrays; what a later stage needs of an earlier one is kept for the strip, in a near cache.
 *
 * Measured (x86-64, one thread, float32, nanoseconds per element and input, one loop and stages of 12):
 *
 * | inputs, elements | wasm, one loop | stages | C, one loop | stages |
 * |---|---|---|---|---|
 * | sum of 40, 200,000 | 0.34 | 0.13 | 0.19 | 0.10 |
 * | sum of 100, 200,000 | 0.79 | 0.17 | 0.49 | 0.15 |
 * | sum of 100, 2,000 | 0.16 | 0.09 | 0.06 | 0.06 |
 * | 100, each times the sum of all, 2,000 | 0.52 | 0.24 | 0.21 | 0.10 |
 *
 * Stages of 16 were slower by a half on large arrays, strips of 2,048 by as much; 20 inputs gain a fifth in WebAssembly and nothing in C. The
 * last row reads each array twice, which pays from 40 inputs on.
 */
import type { Buffer, Expr, LoopMode, Ref, ScalarType, Stmt, Store } from "../ir/node.ts";
import { children, ownExprs, within, withinAll } from "../ir/traverse.ts";
import { substitution } from "../ir/substitution.ts";
import type { Axis } from "./collapse.ts";
import type { IndexAlgebra } from "./indexAlgebra.ts";
import { mapStmt } from "./statements.ts";

/** Arrays that a loop may read. */
const MOST_STREAMS = 12;
/** Arrays that a stage reads before it may end: each stage costs a pass over what it is handed. */
const LEAST_STREAMS = 8;
/** Values that a stage may hand on. */
const MOST_HANDED_ON = 4;
/** Elements of a strip: few enough that handed-on values stay in a near cache, and enough to follow a stream. */
const STRIP = 16_384;
/** Of a strip whose stages read the same arrays again: all of it stays in a near cache. One loop over fewer arrays is as good then. */
const STRIP_READ_AGAIN = 2048;
const MOST_STREAMS_READ_AGAIN = 32;
/** Positions in one buffer that are closer than this are one stream. */
const NEAR = 1024;

/** Makes storage for a value of a strip, one for each worker. */
export type MakeScratch = (name: string, type: ScalarType, size: Expr) => Buffer;

/** The loops of `axes` around `body`, an elementwise nest, with the innermost in stages; null where one loop will do. */
export function inStages(
  alg: IndexAlgebra,
  axes: readonly Axis[],
  body: readonly Stmt[],
  makeScratch: MakeScratch,
  outermost: LoopMode = "parallel",
): Stmt[] | null {
  const inner = axes.at(-1);
  if (inner === undefined || body.length === 0) return null;
  if (body.some((s) => s.kind !== "let" && s.kind !== "store")) return null;
  const loads = [...withinAll(body.flatMap(ownExprs))].filter((e) => e.kind === "load");
  if (loads.length <= MOST_STREAMS) return null;
  const cutting = new Cutting(alg, inner.ref, body);
  const cut = cutting.stages();
  if (cut === null) return null;
  const { b } = alg;
  const length = cutting.readsAgain ? STRIP_READ_AGAIN : STRIP;
  const [strip, start, size] = [b.natural("strip"), b.natural("start"), b.index(length)];
  const scratch = new Map<Expr, Buffer>();
  for (const { handedOn } of cut) {
    for (const e of handedOn) scratch.set(e, makeScratch("stage", e.type, size));
  }
  const loops = cut.map((stage): Stmt => {
    const at = b.natural(inner.ref.name);
    const table = new Map<Expr, Expr>([[inner.ref, b.add(start, at)]]);
    for (const e of stage.received) table.set(e, b.load(scratch.get(e)!, at));
    const replace = substitution(b, table);
    const lets: Stmt[] = [];
    const name = (e: Expr): Expr => {
      const value = replace(e);
      if (value.kind === "ref" || value.kind === "const") return value;
      const ref = b.ref(value.type, "x");
      lets.push({ kind: "let", ref, value });
      return ref;
    };
    // All values before the stores: one of these may overwrite what another value reads.
    const stores = [
      ...stage.handedOn.map((e): Store => ({ kind: "store", buffer: scratch.get(e)!, index: at, value: name(e) })),
      ...stage.stores.map((s) => ({ ...(mapStmt(s, replace) as Store), value: name(s.value) })),
    ];
    const extent = b.min(size, b.sub(inner.size, start));
    return { kind: "for", ref: at, extent, mode: "vector", body: [...lets, ...stores] };
  });
  let result: Stmt[] = [
    {
      kind: "for",
      ref: strip,
      extent: b.idiv(b.add(inner.size, length - 1), length),
      mode: axes.length === 1 ? outermost : "serial",
      body: [{ kind: "let", ref: start, value: b.mul(strip, length) }, ...loops],
    },
  ];
  for (const { ref, size: extent } of axes.slice(0, -1).toReversed()) {
    result = [{ kind: "for", ref, extent, mode: ref === axes[0]!.ref ? outermost : "serial", body: result }];
  }
  return result;
}

interface Stage {
  /** Values of earlier stages that it reads. */
  readonly received: readonly Expr[];
  readonly handedOn: readonly Expr[];
  readonly stores: readonly Store[];
}

/** One instruction, what it needs of others, and what it reads. */
interface Step {
  readonly expr: Expr;
  readonly needs: readonly number[];
  readonly streams: readonly string[];
}

class Cutting {
  readonly #alg: IndexAlgebra;
  readonly #ref: Ref;
  /** With the values of names in their place. */
  readonly #stores: readonly Store[];
  /** Values that are computed whatever the conditions are, and what is read from where the body writes. */
  readonly #sure = new Set<Expr>();
  readonly #steps: Step[] = [];
  readonly #numbers = new Map<Expr, number>();
  #readsAgain = false;

  constructor(alg: IndexAlgebra, ref: Ref, body: readonly Stmt[]) {
    this.#alg = alg;
    this.#ref = ref;
    const names = new Map<Expr, Expr>();
    const resolve = substitution(alg.b, names);
    const stores: Store[] = [];
    for (const s of body) {
      if (s.kind === "let") names.set(s.ref, resolve(s.value));
      else if (s.kind === "store") stores.push(mapStmt(s, resolve) as Store);
    }
    this.#stores = stores;
  }

  /** Do stages read what others have read? */
  get readsAgain(): boolean {
    return this.#readsAgain;
  }

  stages(): Stage[] | null {
    const written = new Set(this.#stores.map((s) => s.buffer));
    for (const { value } of this.#stores) this.#collectSure(value, written);
    for (const { value } of this.#stores) this.#number(value);
    const cuts = this.#cuts();
    if (cuts.length === 0) return null;
    const streams = new Set(this.#steps.flatMap((step) => step.streams)).size;
    this.#readsAgain = this.#streamsOfStages(cuts) > 1.25 * streams;
    if (this.#readsAgain && streams <= MOST_STREAMS_READ_AGAIN) return null;
    const stageOf = (step: number): number => cuts.filter((at) => at <= step).length;
    const last = new Map<Buffer, number>();
    for (const [i, { expr }] of this.#steps.entries()) if (expr.kind === "load") last.set(expr.buffer, i);
    const stages = Array.from({ length: cuts.length + 1 }, () => ({
      received: new Set<Expr>(),
      handedOn: new Set<Expr>(),
      stores: [] as Store[],
    }));
    const use = (step: number, stage: number): void => {
      if (stageOf(step) === stage) return;
      const { expr } = this.#steps[step]!;
      stages[stageOf(step)]!.handedOn.add(expr);
      stages[stage]!.received.add(expr);
    };
    for (const [i, { needs }] of this.#steps.entries()) for (const need of needs) use(need, stageOf(i));
    for (const s of this.#stores) {
      const steps = this.#stepsOf(s.value);
      // What it overwrites has been read by then.
      const stage = stageOf(Math.max(0, ...steps, last.get(s.buffer) ?? 0));
      for (const step of steps) use(step, stage);
      stages[stage]!.stores.push(s);
    }
    return stages.map((s) => ({ received: [...s.received], handedOn: [...s.handedOn], stores: s.stores }));
  }

  #collectSure(root: Expr, written: ReadonlySet<Buffer>): void {
    const work = [root];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (this.#sure.has(e) || e.type === "index" || e.kind === "const" || e.kind === "ref") continue;
      if (e.kind === "load") {
        if (written.has(e.buffer)) this.#sure.add(e);
        continue;
      }
      this.#sure.add(e);
      // Branches may read what is not there where they are not taken.
      if (e.kind === "op" && e.op === "select") work.push(e.args[0]!);
      else work.push(...children(e));
    }
  }

  /** Numbers the steps, operands first. */
  #number(root: Expr): void {
    const work: { readonly e: Expr; readonly isReady: boolean }[] = [{ e: root, isReady: false }];
    for (let entry = work.pop(); entry !== undefined; entry = work.pop()) {
      const { e, isReady } = entry;
      if (this.#numbers.has(e)) continue;
      if (!isReady) {
        if (this.#sure.has(e)) work.push({ e, isReady: true });
        for (const child of children(e).toReversed()) work.push({ e: child, isReady: false });
      } else {
        this.#numbers.set(e, this.#steps.length);
        this.#steps.push({ expr: e, needs: this.#below(e), streams: this.#streamsOf(e) });
      }
    }
  }

  /** The steps that an expression is made of. */
  #stepsOf(e: Expr): readonly number[] {
    const own = this.#numbers.get(e);
    return own === undefined ? this.#below(e) : [own];
  }

  #below(e: Expr): readonly number[] {
    return [...this.#between(e)].flatMap((x) => (x === e ? [] : (this.#numbers.get(x) ?? [])));
  }

  /** An expression down to the next steps. */
  #between(e: Expr): Set<Expr> {
    const seen = new Set<Expr>([e]);
    for (const x of seen) if (x === e || !this.#numbers.has(x)) for (const child of children(x)) seen.add(child);
    return seen;
  }

  /** What a step reads along the loop itself. */
  #streamsOf(e: Expr): readonly string[] {
    const found: string[] = [];
    for (const x of this.#between(e)) {
      if (x.kind !== "load" || (x !== e && this.#numbers.has(x)) || !within(x.index).has(this.#ref)) continue;
      const terms = [...this.#alg.polynomial(x.index).values()];
      const constant = terms.find((t) => t.atoms.length === 0)?.coefficient ?? 0;
      const moving = terms.map((t) => `${t.coefficient}*${t.atoms.map((a) => a.id).join("*")}`);
      const rest = moving.filter((_, i) => terms[i]!.atoms.length > 0).toSorted();
      found.push(`${x.buffer.id}:${rest.join("+")}:${Math.floor(constant / NEAR)}`);
    }
    return found;
  }

  /** Numbers of the steps with which new stages begin. */
  #cuts(): number[] {
    const handedOn = this.#liveBefore();
    const cuts: number[] = [];
    let streams = new Set<string>();
    /** Streams of the stage before each of its steps. */
    let counts: number[] = [];
    let first = 0;
    for (let i = 0; i < this.#steps.length; i++) {
      counts.push(streams.size);
      for (const x of this.#steps[i]!.streams) streams.add(x);
      // Only what comes before an array that is too many is worth a stage.
      if (streams.size <= MOST_STREAMS || streams.size === counts.at(-1)) continue;
      let best = -1;
      for (let at = first + 1; at <= i; at++) {
        if (counts[at - first]! < LEAST_STREAMS) continue;
        if (best < 0 || handedOn[at]! <= handedOn[best]!) best = at;
      }
      if (best < 0 || handedOn[best]! > MOST_HANDED_ON) continue;
      cuts.push(best);
      first = best;
      streams = new Set();
      counts = [];
      // The steps after the cut count for the new stage.
      i = best - 1;
    }
    return cuts;
  }

  #streamsOfStages(cuts: readonly number[]): number {
    const starts = [0, ...cuts];
    return starts.reduce((sum, start, i) => {
      const steps = this.#steps.slice(start, starts[i + 1]);
      return sum + new Set(steps.flatMap((step) => step.streams)).size;
    }, 0);
  }

  /** How many values of the steps before each step are used from there on. */
  #liveBefore(): number[] {
    const last = this.#steps.map((_, i) => i);
    for (const [i, { needs }] of this.#steps.entries()) for (const need of needs) last[need] = i;
    const change = new Array<number>(this.#steps.length + 2).fill(0);
    for (const [i, end] of last.entries()) {
      change[i + 1]!++;
      change[end + 1]!--;
    }
    let live = 0;
    return change.map((c) => (live += c));
  }
}
