/** Reductions as C: elements go to lanes and lanes into blocks, as the order of the program says. */
import { identityOf, isFloatProduct, isSearch } from "../../ir/monoid.ts";
import type { Accumulator, Expr, Reduce, ScalarType, Stmt } from "../../ir/node.ts";
import { BYTES } from "../../ir/node.ts";
import type { Copier } from "./copy.ts";
import { ElementVectors } from "./elementVectors.ts";
import type { ExpressionWriter, Lines } from "./expressions.ts";
import type { Prelude } from "./prelude.ts";
import { mayUseShortForms } from "./shortForms.ts";
import { isFloat, literal, VALUE } from "./types.ts";

/** Where reductions are written. */
interface Host extends Lines {
  readonly e: ExpressionWriter;
  /** Text for the value of an expression of the program. */
  value(e: Expr): string;
  block(head: string, body: () => void): void;
  body(stmts: readonly Stmt[]): void;
  writeGuards(name: string, guards: ReadonlySet<Expr>): void;
}

/** Bytes that are read at a time: memory delivers a tenth more to such vectors than to longer ones. */
const READ_BYTES = 32;

export class ReductionWriter {
  readonly #host: Host;
  readonly #copier: Copier;
  readonly #prelude: Prelude;

  constructor(host: Host, copier: Copier, prelude: Prelude) {
    this.#host = host;
    this.#copier = copier;
    this.#prelude = prelude;
  }

  write(s: Reduce): void {
    const states = s.accs.map((acc): State => this.#declare(acc));
    this.#blocks(s, states);
    for (const [i, acc] of s.accs.entries()) this.#result(acc, states[i]!);
  }

  #blocks(s: Reduce, states: readonly State[]): void {
    const { e } = this.#host;
    const end = this.#host.value(s.extent);
    const { block, lanes } = s.order;
    if (!states.some((x) => x.error !== null)) {
      this.#host.block("", () => this.#stretch(s, states, "0", end, lanes, (x, value) => this.#add(x, value)));
      return;
    }
    const [start, stop] = [e.fresh("start"), e.fresh("stop")];
    this.#host.block(`for (long long ${start} = 0; ${start} < ${end}; ${start} += ${block})`, () => {
      this.#host.line(`const long long ${stop} = ${start} + ${block} < ${end} ? ${start} + ${block} : ${end};`);
      this.#stretch(s, states, start, stop, lanes, (x, value) => this.#add(x, value));
    });
  }

  /** Elements `first` to `stop`, in lanes; `take` gets what they come to. */
  #stretch(
    s: Reduce,
    states: readonly State[],
    first: string,
    stop: string,
    lanes: number,
    take: (x: State, value: string) => void,
  ): void {
    if (lanes > 1 && !states.some(isDirect)) {
      const left = this.#vectors(s, states, first, stop, lanes);
      for (const [i, x] of states.entries()) take(x, this.#combineHalves(x, left[i]!.lanes, left[i]!.name));
      return;
    }
    const host = this.#host;
    for (const x of states) {
      if (isDirect(x)) continue;
      const start = identity(x);
      host.line(`${VALUE[x.type]} ${x.part}[${lanes}] = { ${Array.from({ length: lanes }, () => start).join(", ")} };`);
    }
    const at = host.e.fresh(s.ref.name);
    host.block(`for (long long ${at} = ${first}; ${at} < ${stop}; ${at}++)`, () =>
      this.#element(s, states, at, (x, value) => {
        const target = isDirect(x) ? x.total : `${x.part}[${lanes > 1 ? `${at} & ${lanes - 1}` : "0"}]`;
        host.line(`${target} = ${this.#combine(x, target, value)};`);
      }),
    );
    for (const x of states) if (!isDirect(x)) take(x, this.#combineArray(x, lanes));
  }

  /**
   * One element per lane, the lanes in vectors. Compilers keep vectors of sums in registers when they are written as such; the elements are
   * computed before, a stretch of them at a time, unless they only have to be read. Returns the vectors that hold the sums then.
   */
  #vectors(s: Reduce, states: readonly State[], first: string, stop: string, lanes: number): Lanes[] {
    const values = states.map((x) => x.acc.value);
    const elements = ElementVectors.of(this.#host, this.#copier, this.#prelude, s.ref, s.body, values);
    if (elements !== null) return this.#plainVectors(s, states, elements, first, stop, lanes);
    for (const x of states) this.#declareLanes(x, x.part, lanes);
    this.#computeVectors(s, states, first, stop, lanes);
    return states.map((x) => ({ name: x.part, lanes }));
  }

  #declareLanes(x: State, name: string, lanes: number): void {
    const start = identity(x);
    const vector = this.#prelude.vector(VALUE[x.type], lanes);
    this.#host.line(`${vector} ${name} = { ${Array.from({ length: lanes }, () => start).join(", ")} };`);
  }

  /** Elements that are plain arithmetic go straight into the sums. */
  #plainVectors(
    s: Reduce,
    states: readonly State[],
    elements: ElementVectors,
    first: string,
    stop: string,
    lanes: number,
  ): Lanes[] {
    const host = this.#host;
    const at = host.e.fresh(s.ref.name);
    const widest = Math.max(...states.map((x) => BYTES[x.type]));
    const pieces = Math.max(1, (lanes * widest) / READ_BYTES);
    const own = lanes / pieces;
    const values = states.map((x) => x.acc.value);
    const nameOf = (x: State, piece: number): string => `${x.part}_${piece}`;
    for (const x of states) for (let p = 0; p < pieces; p++) this.#declareLanes(x, nameOf(x, p), own);
    const take = (x: State, piece: number, value: string): void =>
      host.line(`${nameOf(x, piece)} = ${this.#combineVectors(x, nameOf(x, piece), value, own)};`);
    /** Combines the elements at `at`, or the first `count` of them. */
    const combine = (count: string | null): void => {
      host.e.setName(this.#copier.ref(s.ref), at, `const long long ${at}`);
      for (let p = 0; p < pieces; p++) {
        const vectors = elements.write(values, p * own, own);
        for (const [i, x] of states.entries()) {
          const value = vectors[i]!;
          take(x, p, count === null ? value : this.#firstLanes(x, value, `${count} - ${p * own}`, own));
        }
      }
    };
    host.line(`long long ${at} = ${first};`);
    if (s.body.length === 0) host.line("#pragma GCC unroll 4");
    host.block(`for (; ${at} + ${lanes} <= ${stop}; ${at} += ${lanes})`, () => combine(null));
    host.block(`if (${at} < ${stop})`, () => {
      // Vectors may be read past the end of what lies there, not written.
      if (!elements.hasStores) return combine(`${stop} - ${at}`);
      this.#lastElements(s, states, at, stop, lanes);
      for (const x of states) {
        for (let p = 0; p < pieces; p++) {
          const value = `*(const ${this.#prelude.vector(VALUE[x.type], own)} *)(${x.part}_x + ${p * own})`;
          take(x, p, value);
        }
      }
    });
    return states.map((x) => {
      let names = Array.from({ length: pieces }, (_, p) => nameOf(x, p));
      // Lane i is combined with lane i + lanes / 2, as in a whole vector.
      while (names.length > 1) {
        const half = names.length / 2;
        names = names.slice(0, half).map((name, p) => {
          const sum = host.e.fresh("half");
          const value = this.#combineVectors(x, name, names[half + p]!, own);
          host.line(`const ${this.#prelude.vector(VALUE[x.type], own)} ${sum} = ${value};`);
          return sum;
        });
      }
      return { name: names[0]!, lanes: own };
    });
  }

  /** The last elements, fewer than there are lanes, one by one; what combines with anything to the other in the lanes after them. */
  #lastElements(s: Reduce, states: readonly State[], first: string, stop: string, lanes: number): void {
    const host = this.#host;
    for (const x of states) {
      const others = Array.from({ length: lanes }, () => identity(x)).join(", ");
      host.line(`${VALUE[x.type]} ${x.part}_x[${lanes}] = { ${others} };`);
    }
    const at = host.e.fresh(s.ref.name);
    host.block(`for (long long ${at} = ${first}; ${at} < ${stop}; ${at}++)`, () =>
      this.#element(s, states, at, (x, value) => host.line(`${x.part}_x[${at} - ${first}] = ${value};`)),
    );
  }

  #computeVectors(s: Reduce, states: readonly State[], first: string, stop: string, lanes: number): void {
    const host = this.#host;
    const { e } = host;
    const { block } = s.order;
    const [base, n, i, at] = [e.fresh("base"), e.fresh("n"), e.fresh("i"), e.fresh(s.ref.name)];
    host.block(`for (long long ${base} = ${first}; ${base} < ${stop}; ${base} += ${block})`, () => {
      host.line(`const long long ${n} = ${stop} - ${base} < ${block} ? ${stop} - ${base} : ${block};`);
      for (const x of states) host.line(`${VALUE[x.type]} ${x.part}_x[${block}] __attribute__((aligned(64)));`);
      const elements = (last: () => void = () => {}): void => {
        host.line("#pragma GCC ivdep");
        host.block(`for (long long ${i} = 0; ${i} < ${n}; ${i}++)`, () => {
          host.line(`const long long ${at} = ${base} + ${i};`);
          this.#element(s, states, at, (x, value) => host.line(`${x.part}_x[${i}] = ${value};`));
          last();
        });
      };
      const values = states.map((x) => x.acc.value);
      if (mayUseShortForms(this.#copier, s.body, values)) {
        const isShort = e.fresh("is_short");
        host.line(`int ${isShort} = 1;`);
        this.#copier.short((guards) => elements(() => host.writeGuards(isShort, guards)));
        host.block(`if (!${isShort})`, () => elements());
      } else elements();
      host.line(`long long ${i} = 0;`);
      const vectorAt = (x: State): string =>
        `*(const ${this.#prelude.vector(VALUE[x.type], lanes)} *)(${x.part}_x + ${i})`;
      host.line("#pragma GCC unroll 4");
      host.block(`for (; ${i} + ${lanes} <= ${n}; ${i} += ${lanes})`, () => {
        for (const x of states) {
          host.line(`${x.part} = ${this.#combineVectors(x, x.part, vectorAt(x), lanes)};`);
        }
      });
      host.block(`if (${i} < ${n})`, () => {
        for (const x of states) {
          const last = this.#firstLanes(x, vectorAt(x), `${n} - ${i}`, lanes);
          host.line(`${x.part} = ${this.#combineVectors(x, x.part, last, lanes)};`);
        }
      });
    });
  }

  /** The first lanes of a vector; what combines with anything in the others. */
  #firstLanes(x: State, vector: string, count: string, lanes: number): string {
    const name = this.#prelude.firstLanes(VALUE[x.type], lanes);
    return `${name}(${vector}, ${count}, ${identity(x)})`;
  }

  #element(s: Reduce, states: readonly State[], at: string, take: (x: State, value: string) => void): void {
    this.#host.e.setName(this.#copier.ref(s.ref), at, `const long long ${at}`);
    this.#host.body(s.body);
    this.#host.e.next();
    for (const x of states) {
      const value = this.#host.value(x.acc.value);
      if (x.position !== null) this.#search(x, x.position, value, at);
      else take(x, value);
    }
  }

  #declare(acc: Accumulator): State {
    const { type } = acc.target;
    const c = VALUE[type];
    const total = this.#host.e.fresh(`${acc.target.name}_total`);
    this.#host.line(`${c} ${total} = ${identity({ acc, type })};`);
    const isSum = acc.monoid === "sum" && isFloat(type);
    const error = isSum ? this.#host.e.fresh("error") : null;
    if (error !== null) this.#host.line(`${c} ${error} = 0;`);
    const position = isSearch(acc.monoid) ? this.#host.e.fresh("position") : null;
    if (position !== null) this.#host.line(`long long ${position} = 0;`);
    return { acc, type, total, error, position, part: this.#host.e.fresh("part") };
  }

  /** What an array of lanes comes to. */
  #combineArray(x: State, lanes: number): string {
    for (let half = lanes / 2; half >= 1; half /= 2) {
      this.#host.line(
        `for (int l = 0; l < ${half}; l++) ${x.part}[l] = ${this.#combine(x, `${x.part}[l]`, `${x.part}[l + ${half}]`)};`,
      );
    }
    return `${x.part}[0]`;
  }

  /** What the lanes of a vector come to: halves are combined until one element is left. */
  #combineHalves(x: State, lanes: number, name: string): string {
    let last = name;
    for (let half = lanes / 2; half >= 1; half /= 2) {
      const c = VALUE[x.type];
      const [low, high] = half === 1 ? [`${last}[0]`, `${last}[1]`] : this.#prelude.halves(c, half * 2, last);
      const name = this.#host.e.fresh("half");
      const type = half === 1 ? c : this.#prelude.vector(c, half);
      const value = half === 1 ? this.#combine(x, low!, high!) : this.#combineVectors(x, low!, high!, half);
      this.#host.line(`const ${type} ${name} = ${value};`);
      last = name;
    }
    return last;
  }

  /** Adds what a block came to. */
  #add(x: State, value: string): void {
    const c = VALUE[x.type];
    if (x.error === null) return this.#host.line(`${x.total} = ${this.#combine(x, x.total, value)};`);
    // TwoSum (Knuth, TAOCP vol. 2, 4.2.2).
    this.#host.braces("", () => {
      this.#host.line(`const ${c} b = ${value}, s = ${x.total} + b, t = s - ${x.total};`);
      this.#host.line(`${x.error} += (${x.total} - (s - t)) + (b - t);`);
      this.#host.line(`${x.total} = s;`);
    });
  }

  #combine(x: State, a: string, b: string): string {
    const { monoid } = x.acc;
    const t = VALUE[x.type];
    switch (monoid) {
      case "sum":
        return `(${t})(${a} + ${b})`;
      case "prod":
        return `(${t})(${a} * ${b})`;
      case "and":
        return `${a} & ${b}`;
      case "or":
        return `${a} | ${b}`;
      default: {
        const name = monoid === "max" || monoid === "argmax" ? "max" : "min";
        if (isFloat(x.type)) return `${this.#prelude.extremum(name, x.type === "f64" ? "f64" : "f32")}(${a}, ${b})`;
        return `${a} ${name === "max" ? ">" : "<"} ${b} ? ${a} : ${b}`;
      }
    }
  }

  #combineVectors(x: State, a: string, b: string, lanes: number): string {
    switch (x.acc.monoid) {
      case "sum":
        return `${a} + ${b}`;
      case "prod":
        return `${a} * ${b}`;
      case "and":
        return `${a} & ${b}`;
      case "or":
        return `${a} | ${b}`;
      default:
        return `${this.#prelude.vectorExtremum(x.acc.monoid === "max" ? "max" : "min", x.type, lanes)}(${a}, ${b})`;
    }
  }

  /** The first NaN wins, else the first best. */
  #search(x: State, position: string, value: string, at: string): void {
    const better = `${value} ${x.acc.monoid === "argmax" ? ">" : "<"} ${x.total}`;
    const wins = isFloat(x.type) ? `${x.total} == ${x.total} && (${better} || ${value} != ${value})` : better;
    this.#host.line(`if (${at} == 0 || (${wins})) { ${x.total} = ${value}; ${position} = ${at}; }`);
  }

  #result(acc: Accumulator, { type, total, error, position }: State): void {
    // The error of an infinite total is NaN.
    const value = error === null ? total : `${total} - ${total} == 0 ? ${total} + ${error} : ${total}`;
    this.#host.line(`const ${VALUE[type]} ${this.#host.e.declare(this.#copier.ref(acc.target))} = ${value};`);
    if (acc.position !== undefined) {
      this.#host.line(`const long long ${this.#host.e.declare(this.#copier.ref(acc.position))} = ${position!};`);
    }
  }
}

/** The variables of one accumulator. */
interface State {
  readonly acc: Accumulator;
  readonly type: ScalarType;
  readonly total: string;
  readonly error: string | null;
  readonly position: string | null;
  /** The name of its lanes. */
  readonly part: string;
}

/** A vector with one sum per lane. */
interface Lanes {
  readonly name: string;
  readonly lanes: number;
}

/** What combines with anything to the other. An index has 64 bits here. */
function identity({ acc, type }: Pick<State, "acc" | "type">): string {
  return literal(type, identityOf(acc.monoid, type === "index" ? "i64" : type));
}

/** Taken one element after the other: searches and products of floats. */
function isDirect({ acc, type }: State): boolean {
  return isSearch(acc.monoid) || isFloatProduct(acc.monoid, type);
}
