/** Who uses each variable of a function graph. */
import type { Apply } from "./apply.ts";
import type { Variable } from "./variable.ts";

/** One use of a variable: argument `index` of `node`, or output `index` of the graph when `node` is null. */
export interface Client {
  readonly node: Apply | null;
  readonly index: number;
}

/** From this length on the places in a list are kept: searching it for each of its clients would be quadratic. */
const LONG_LIST = 64;

const placeKey = (node: Apply | null, index: number): string => `${node === null ? -1 : node.outputs[0]!.id}:${index}`;

export class Clients {
  readonly #lists = new Map<Variable, Client[]>();
  /** Where each client of a variable with very many stands in its list. */
  readonly #places = new Map<Variable, Map<string, number>>();

  has(v: Variable): boolean {
    return this.#lists.has(v);
  }

  of(v: Variable): readonly Client[] {
    return this.#lists.get(v) ?? [];
  }

  /** A variable without clients. */
  start(v: Variable): void {
    this.#lists.set(v, []);
    this.#places.delete(v);
  }

  /** A variable that is no longer part of the graph. */
  drop(v: Variable): void {
    this.#lists.delete(v);
    this.#places.delete(v);
  }

  entries(): Iterable<readonly [Variable, readonly Client[]]> {
    return this.#lists;
  }

  add(v: Variable, node: Apply | null, index: number): void {
    const list = this.#lists.get(v);
    if (list === undefined) {
      this.#lists.set(v, [{ node, index }]);
      return;
    }
    list.push({ node, index });
    if (list.length < LONG_LIST) return;
    const places = this.#places.get(v);
    if (places !== undefined) places.set(placeKey(node, index), list.length - 1);
    else this.#places.set(v, new Map(list.map((c, at) => [placeKey(c.node, c.index), at])));
  }

  /** The clients that are left; undefined where this was none. */
  remove(v: Variable, node: Apply | null, index: number): readonly Client[] | undefined {
    const list = this.#lists.get(v);
    if (list === undefined) return undefined;
    const places = this.#places.get(v);
    if (places === undefined) {
      const at = list.findIndex((c) => c.node === node && c.index === index);
      if (at < 0) return undefined;
      list.splice(at, 1);
      return list;
    }
    const key = placeKey(node, index);
    const at = places.get(key);
    if (at === undefined) return undefined;
    places.delete(key);
    // The last one takes the place: the others stay where they are.
    const last = list.pop()!;
    if (at < list.length) {
      list[at] = last;
      places.set(placeKey(last.node, last.index), at);
    }
    if (list.length < LONG_LIST / 2) this.#places.delete(v);
    return list;
  }
}
