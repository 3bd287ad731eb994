import { BYTES } from "../../ir/node.ts";
import type { Expr, Store } from "../../ir/node.ts";
import type { Evaluator, VectorLoop } from "./evaluator.ts";
import { add, mul, op } from "./functionBuilder.ts";
import type { Local, Operand } from "./functionBuilder.ts";
import { REGISTER } from "./scalarTypes.ts";
import type { Segment, Simple } from "./segments.ts";
import { integerShape } from "./vectorCode.ts";
import type { PlainOp } from "./opcodes.ts";
import { storeAdjacent } from "./vectorMemory.ts";
import { isWhole, storeWoven, type Woven, wovenStores } from "./wovenStores.ts";

/** What follows the definition of a scalar local (the driver keeps some in memory too). */
export type OnDefine = (ref: Expr, local: Local) => void;

/** Writes a segment as scalar code. */
export function writeScalarSegment(ev: Evaluator, segment: Segment, onDefine: OnDefine): void {
  const { stmts, fast, slow, guards } = segment;
  const addresses = stmts.flatMap((s) => (s.kind === "store" ? [s.index] : []));
  if (guards.length === 0) {
    ev.evaluation([...fast, ...addresses], [], () => {
      stmts.forEach((s, i) => writeScalar(ev, s, ev.value(fast[i] as Expr), onDefine));
    });
    return;
  }
  const results = stmts.map((s) => resultLocal(ev, s));
  const all = ev.f.local("i32");
  const compute = (values: readonly Expr[]): void => {
    results.forEach((result, i) => ev.f.set(result, ev.value(values[i] as Expr)));
  };
  ev.evaluation([...fast, ...guards], [], () => {
    compute(fast);
    ev.f.set(
      all,
      conjunction(
        guards.map((guard) => ev.value(guard)),
        "i32.and",
      ),
    );
  });
  ev.f.if(op("i32.eqz", all), () => ev.evaluation(slow, [], () => compute(slow)));
  ev.f.release(all);
  ev.evaluation(addresses, [], () => {
    stmts.forEach((s, i) => {
      const result = results[i] as Local;
      if (s.kind === "let" || s.kind === "var") {
        onDefine(s.ref, result);
        return;
      }
      writeScalar(ev, s, result, onDefine);
      ev.f.release(result);
    });
  });
}

function resultLocal(ev: Evaluator, s: Simple): Local {
  if (s.kind === "let" || s.kind === "var") return ev.declare(s.ref);
  return ev.f.local(REGISTER[s.value.type]);
}

function writeScalar(ev: Evaluator, s: Simple, value: Operand, onDefine: OnDefine): void {
  if (s.kind === "store") {
    ev.storeScalar(s.buffer.type, ev.value(s.index), value);
    return;
  }
  // The value is computed before the ref gets its local, which may be one that is just free.
  ev.f.push(value);
  const local = ev.scalars.get(s.ref) ?? ev.declare(s.ref);
  ev.f.set(local);
  onDefine(s.ref, local);
}

function conjunction(values: readonly Operand[], name: PlainOp): Operand {
  return values.reduce((all, value) => op(name, all, value));
}

/**
 * Writes a segment for the iterations of a vector loop. With `count`, only that many lanes of
 * the first part are stored.
 */
export function writeVectorSegment(ev: Evaluator, segment: Segment, count: Local | null): void {
  const { analysis, parts } = ev.vectorLoop as VectorLoop;
  const uniform = segment.stmts.map(
    (s, i) => s.kind !== "store" && !analysis.varies(s.ref) && segment.fast[i] !== undefined,
  );
  const writer = new VectorSegment(ev, segment, count);
  segment.stmts.forEach((s, i) => {
    if (uniform[i] === true) return;
    if (s.kind === "let" || s.kind === "var") ev.declareVector(s.ref, parts);
  });
  writer.run(uniform);
}

class VectorSegment {
  readonly #ev: Evaluator;
  readonly #segment: Segment;
  readonly #count: Local | null;
  readonly #loop: VectorLoop;
  readonly #woven: ReadonlyMap<Simple, Woven>;
  /** Vectors of a group that is not complete yet. */
  readonly #waiting = new Map<Simple, Local>();

  constructor(ev: Evaluator, segment: Segment, count: Local | null) {
    this.#ev = ev;
    this.#segment = segment;
    this.#count = count;
    this.#loop = ev.vectorLoop as VectorLoop;
    const { analysis } = this.#loop;
    this.#woven = wovenStores(ev.b, segment.stmts, (e) => analysis.step(e));
  }

  run(uniform: readonly boolean[]): void {
    const { stmts, fast, slow, guards } = this.#segment;
    const ev = this.#ev;
    const varying = stmts.map((_, i) => i).filter((i) => uniform[i] !== true);
    const roots = (values: readonly Expr[], wanted: boolean): Expr[] =>
      values.filter((_, i) => (uniform[i] === true) === wanted);
    if (guards.length === 0) {
      for (let part = 0; part < this.#loop.parts; part++) {
        const scalars = part === 0 ? roots(fast, true) : [];
        ev.evaluation([...scalars, ...this.#addresses()], roots(fast, false), () => {
          stmts.forEach((s, i) => {
            if (uniform[i] !== true) this.#write(s, part, () => this.#value(s, fast[i] as Expr, part));
            else if (part === 0) writeScalar(ev, s, ev.value(fast[i] as Expr), () => {});
          });
        });
      }
      return;
    }
    stmts.forEach((s, i) => {
      if (uniform[i] !== true) return;
      ev.evaluation([slow[i] as Expr], [], () => writeScalar(ev, s, ev.value(slow[i] as Expr), () => {}));
    });
    this.#runGuarded(varying);
  }

  #runGuarded(varying: readonly number[]): void {
    const { stmts, fast, slow, guards } = this.#segment;
    const ev = this.#ev;
    const { parts } = this.#loop;
    const of = (values: readonly Expr[]): Expr[] => varying.map((i) => values[i] as Expr);
    const results = varying.map((i) => this.#results(stmts[i] as Simple));
    const mask = ev.f.local("v128");
    const width = this.#loop.analysis.localMaskWidth;
    const compute = (values: readonly Expr[], more: readonly Expr[], then: (part: number) => void): void => {
      for (let part = 0; part < parts; part++) {
        ev.evaluation([], [...of(values), ...more], () => {
          varying.forEach((i, at) => {
            const result = (results[at] as readonly Local[])[part] as Local;
            ev.f.set(result, () => this.#value(stmts[i] as Simple, values[i] as Expr, part));
          });
          then(part);
        });
      }
    };
    compute(fast, guards, (part) => {
      const masks = guards.map(
        (guard): Operand =>
          () =>
            ev.mask(guard, part, width),
      );
      const all = conjunction(masks, "v128.and");
      ev.f.set(mask, part === 0 ? all : op("v128.and", mask, all));
    });
    ev.f.op("i32.eqz", op(`${integerShape(width)}.all_true` as PlainOp, mask));
    ev.f.if(null, () => {
      const keep = ev.keepConstants;
      ev.keepConstants = false;
      compute(slow, [], () => {});
      ev.keepConstants = keep;
    });
    ev.f.release(mask);
    for (let part = 0; part < parts; part++) {
      ev.evaluation(this.#addresses(), [], () => {
        varying.forEach((i, at) => {
          const s = stmts[i] as Simple;
          const result = (results[at] as readonly Local[])[part] as Local;
          if (s.kind === "store" || s.kind === "assign") this.#write(s, part, result);
        });
      });
    }
    varying.forEach((i, at) => {
      const s = stmts[i] as Simple;
      if (s.kind === "store" || s.kind === "assign") ev.f.release(...(results[at] as readonly Local[]));
    });
  }

  #results(s: Simple): readonly Local[] {
    if (s.kind === "let" || s.kind === "var") return this.#ev.vectors.get(s.ref) as readonly Local[];
    return this.#ev.f.locals("v128", this.#loop.parts);
  }

  #addresses(): Expr[] {
    return this.#segment.stmts.flatMap((s) => (s.kind === "store" && this.#isWritten(s) ? [s.index] : []));
  }

  /** The value of a statement; masks as wide as locals and bytes want them. */
  #value(s: Simple, value: Expr, part: number): void {
    const { analysis } = this.#loop;
    if (value.type !== "bool") this.#ev.vector(value, part);
    else this.#ev.mask(value, part, s.kind === "store" ? 1 : analysis.localMaskWidth);
  }

  #write(s: Simple, part: number, value: Operand): void {
    const ev = this.#ev;
    if (s.kind !== "store") {
      ev.f.set((ev.vectors.get(s.ref) as readonly Local[])[part] as Local, value);
      return;
    }
    const bytes: Operand =
      s.value.type === "bool" ? op("v128.and", value, (f) => f.v128(new Uint8Array(16).fill(1))) : value;
    const group = this.#groupOf(s);
    if (group !== undefined) return this.#weave(group, s, part, bytes);
    const step = this.#loop.analysis.step(s.index);
    if (step !== null && step.kind === "const" && Number(step.value) === BYTES[s.buffer.type]) {
      storeAdjacent(ev.f, ev.vectorLoop!.lanes, s.buffer.type, ev.value(s.index), part, bytes, this.#count);
    } else {
      this.#scatter(s, step, part, bytes);
    }
  }

  #groupOf(s: Simple): Woven | undefined {
    const group = this.#woven.get(s);
    return group !== undefined && isWhole(this.#loop.lanes, group.length, group[0]!.buffer.type) ? group : undefined;
  }

  /** Whether something is written at the address of a store: of a group only at its first one. */
  #isWritten(s: Store): boolean {
    const group = this.#groupOf(s);
    return group === undefined || group[0] === s;
  }

  /** Keeps a vector until its group is complete, then writes the group. */
  #weave(group: Woven, s: Store, part: number, vector: Operand): void {
    const { f } = this.#ev;
    const kept = f.local("v128");
    f.set(kept, vector);
    this.#waiting.set(s, kept);
    if (group.some((other) => !this.#waiting.has(other))) return;
    const vectors = group.map((other) => this.#waiting.get(other)!);
    storeWoven(f, this.#loop.lanes, s.buffer.type, this.#ev.value(group[0]!.index), part, vectors, this.#count);
    f.release(...vectors);
    this.#waiting.clear();
  }

  /** Stores lane by lane. */
  #scatter(s: Store, step: Expr | null, part: number, bytes: Operand): void {
    const ev = this.#ev;
    const { f } = ev;
    const { lanes, at } = this.#loop;
    const vector = f.local("v128");
    const { address, distance, position } = f.named("i32", "address", "distance", "position");
    f.set(vector, bytes);
    if (step !== null) {
      f.set(distance, ev.value(step));
      f.set(address, add(ev.value(s.index), mul(distance, part * lanes)));
    }
    for (let lane = 0; lane < lanes; lane++) {
      const store = (): void => {
        if (step === null) {
          f.set(position, add(at, part * lanes + lane));
          f.set(address, () => ev.lane({ index: lane, part, position }, s.index));
        }
        const width = (BYTES[s.buffer.type] * 8) as 8 | 16 | 32 | 64;
        f.laneAccess(`v128.store${width}_lane`, 0, lane, address, vector);
        if (step !== null) f.set(address, add(address, distance));
      };
      if (this.#count === null) store();
      else f.if(op("i32.gt_s", this.#count, lane), store);
    }
    f.release(vector, address, distance, position);
  }
}
