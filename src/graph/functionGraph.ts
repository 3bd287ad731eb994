/**
 * The interned copy of a graph that `theano.function` works on. Equal nodes (same op, same inputs) are one node by
 * construction, so merging is an invariant and not a pass. The graph knows the clients of each variable and
 * records every replacement with the name of the rule that made it.
 */
import { InternalError } from "../errors.ts";
import { Apply, withOriginOf } from "./apply.ts";
import { Clients, type Client } from "./clients.ts";
import { toposort } from "./traversal.ts";
import { isConstant, isShared, type Variable } from "./variable.ts";

/** One recorded replacement. */
export interface Replacement {
  readonly rule: string;
  readonly before: Variable;
  readonly after: Variable;
}

export class FunctionGraph {
  /** The variables given from outside, shared variables included, in the caller's order. */
  readonly inputs: readonly Variable[];
  /** Every replacement so far, oldest first. */
  readonly log: Replacement[] = [];
  /** Called for each node that enters the graph or whose inputs changed; rule engines listen. */
  onChange: ((node: Apply) => void) | undefined;
  /** Called for a node that is left as the only user of one of its inputs: it may now look into that input. */
  onSingle: ((node: Apply) => void) | undefined;

  readonly #outputs: Variable[];
  readonly #inputSet: ReadonlySet<Variable>;
  readonly #clients = new Clients();
  /** Interned nodes by key. */
  readonly #nodes = new Map<string, Apply>();
  readonly #keyOf = new Map<Apply, string>();
  readonly #constants = new Map<string, Variable>();
  /** What variables of graphs outside stand for in this one. */
  readonly #imported = new Map<Variable, Variable>();
  readonly #opIds = new Map<string, number>();
  /** The nodes in order, as long as nothing is replaced. */
  #order: readonly Apply[] | null = null;

  /**
   * @param inputs variables that need no computation; anything above them is not copied
   * @param outputs what is to be computed
   */
  constructor(inputs: readonly Variable[], outputs: readonly Variable[]) {
    this.inputs = inputs;
    this.#inputSet = new Set(inputs);
    for (const v of inputs) {
      this.#imported.set(v, v);
      this.#clients.start(v);
    }
    this.#outputs = outputs.map((v) => this.import(v));
    for (const [index, v] of this.#outputs.entries()) this.#clients.add(v, null, index);
  }

  get outputs(): readonly Variable[] {
    return this.#outputs;
  }

  /** The nodes that compute the outputs, each after those it depends on. */
  toposort(): Apply[] {
    this.#order ??= toposort(this.#outputs, this.#inputSet);
    return this.#order.slice();
  }

  clients(v: Variable): readonly Client[] {
    return this.#clients.of(v);
  }

  /** True when `node` belongs to this graph and somebody uses it. */
  has(node: Apply): boolean {
    return this.#keyOf.has(node);
  }

  /**
   * The variable of this graph that stands for `v`, a variable of any graph over the same inputs; its nodes
   * are copied, or found if equal ones are here.
   */
  import(v: Variable): Variable {
    const known = this.#find(v);
    if (known !== undefined) return known;
    for (const node of this.#missingNodes(v)) {
      const copy = this.#intern(
        node,
        node.inputs.map((x) => this.#importLeaf(x)),
      );
      for (const [i, out] of node.outputs.entries()) {
        const own = copy.outputs[i]!;
        own.name ??= out.name;
        this.#imported.set(out, own);
      }
    }
    return this.#importLeaf(v);
  }

  /**
   * Uses `after` wherever `before` was used, and records it under the name of the rule. Clients that thereby become equal to
   * other nodes are merged; what nobody uses any longer is dropped.
   */
  replace(before: Variable, after: Variable, rule: string): void {
    const target = this.import(after);
    const old = this.#follow(before);
    if (target === old) return;
    if (!old.type.isSuper(target.type)) {
      throw new InternalError(
        `${rule}: a ${old.type.toString()} was replaced by a ${target.type.toString()}; ` +
          "a rule must keep the dtype and may only sharpen the static shape.",
      );
    }
    this.#order = null;
    this.log.push({ rule, before: old, after: target });
    target.name ??= old.name;
    this.#redirect(old, target);
  }

  /** Nodes that were imported but ended up unused are dropped. Needed after a rule's tentative import. */
  prune(v: Variable): void {
    if (v.owner !== null && this.#keyOf.has(v.owner)) this.#dropIfUnused(v.owner);
  }

  /** Throws `InternalError` if a client list or the intern table disagrees with the nodes. For tests. */
  checkIntegrity(): void {
    const seen = new Map<string, Apply>();
    for (const node of this.toposort()) {
      const key = this.#keyFor(node.op.key, node.op.pure ? -1 : node.outputs[0]!.id, node.inputs, node);
      if (this.#keyOf.get(node) !== key) throw new InternalError(`stale key of ${node.toString()}`);
      const twin = seen.get(key);
      if (twin !== undefined) throw new InternalError(`equal nodes: ${node.toString()}`);
      seen.set(key, node);
      for (const [index, input] of node.inputs.entries()) {
        const found = this.clients(input).some((c) => c.node === node && c.index === index);
        if (!found) throw new InternalError(`missing client ${node.toString()} of ${input.toString()}`);
      }
    }
    for (const [v, list] of this.#clients.entries()) {
      for (const { node, index } of list) {
        const user = node === null ? this.#outputs[index] : node.inputs[index];
        if (user !== v) throw new InternalError(`stale client of ${v.toString()}`);
      }
    }
  }

  // --- interning -------------------------------------------------------------------------------

  /** What stands for `v` here, if anything does that is still part of the graph. */
  #find(v: Variable): Variable | undefined {
    if (!this.#imported.has(v)) return undefined;
    const own = this.#follow(v);
    return this.#isAlive(own) ? own : undefined;
  }

  #isAlive(v: Variable): boolean {
    return v.owner === null || this.#keyOf.has(v.owner) || this.#imported.get(v) === v;
  }

  /** After merges a variable may have been superseded; the import table then points on. */
  #follow(v: Variable): Variable {
    let at = v;
    for (;;) {
      const next = this.#imported.get(at);
      if (next === undefined || next === at) return at;
      at = next;
    }
  }

  #missingNodes(v: Variable): Apply[] {
    return toposort([v], { has: (x: Variable) => this.#find(x) !== undefined });
  }

  #importLeaf(v: Variable): Variable {
    const known = this.#find(v);
    if (known !== undefined) return known;
    if (v.owner !== null) throw new InternalError(`${v.toString()} was not imported`);
    let own = v;
    if (isConstant(v)) {
      own = this.#constants.get(v.constantKey) ?? v;
      this.#constants.set(v.constantKey, own);
    } else if (!isShared(v)) {
      throw new InternalError(`${v.toString()} is neither an input nor a constant of this function.`);
    }
    this.#imported.set(v, own);
    if (!this.#clients.has(own)) this.#clients.start(own);
    return own;
  }

  #opId(key: string): number {
    let id = this.#opIds.get(key);
    if (id === undefined) this.#opIds.set(key, (id = this.#opIds.size));
    return id;
  }

  #keyFor(opKey: string, unique: number, inputs: readonly Variable[], types?: Apply): string {
    let key = `${this.#opId(opKey)}:${unique}`;
    for (const v of inputs) key += `,${v.id}`;
    // Output types are part of equality: a rule may have given one of two nodes a sharper shape.
    if (types !== undefined) for (const out of types.outputs) key += `;${out.type.key}`;
    return key;
  }

  #intern(node: Apply, inputs: readonly Variable[]): Apply {
    const { op } = node;
    if (op.pure) {
      const twin = this.#nodes.get(this.#keyFor(op.key, -1, inputs, node));
      if (twin !== undefined) {
        addOrigins(twin, node);
        return twin;
      }
    }
    const copy = withOriginOf(
      node,
      () =>
        new Apply(
          op,
          [...inputs],
          node.outputs.map((o) => o.type),
        ),
    );
    const key = this.#keyFor(op.key, op.pure ? -1 : copy.outputs[0]!.id, inputs, copy);
    this.#nodes.set(key, copy);
    this.#keyOf.set(copy, key);
    for (const out of copy.outputs) {
      this.#clients.start(out);
      this.#imported.set(out, out);
    }
    for (const [index, v] of inputs.entries()) this.#clients.add(v, copy, index);
    this.onChange?.(copy);
    return copy;
  }

  #removeClient(v: Variable, node: Apply | null, index: number): void {
    const left = this.#clients.remove(v, node, index);
    if (left?.length === 1 && left[0]!.node !== null) this.onSingle?.(left[0]!.node);
  }

  // --- replacement -----------------------------------------------------------------------------

  #redirect(first: Variable, target: Variable): void {
    // Merging clients can make further nodes equal: a work list, since graphs are deep.
    const work: [Variable, Variable][] = [[first, target]];
    // Dropped last: what is about to be merged into may have had no other use meanwhile.
    const superseded: Apply[] = [];
    for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
      const old = pair[0];
      const now = this.#follow(pair[1]);
      if (old === now) continue;
      // The replacement may be computed from what it replaces: that use stays.
      const above = nodesNear(now);
      const kept = this.clients(old).some(({ node }) => node !== null && above.has(node));
      if (!kept) {
        this.#imported.set(old, now);
        this.#retire(old);
      }
      for (const { node, index } of Array.from(this.clients(old))) {
        if (node !== null && above.has(node)) continue;
        this.#removeClient(old, node, index);
        this.#clients.add(now, node, index);
        if (node === null) this.#outputs[index] = now;
        else this.#setInput(node, index, now, work);
      }
      if (old.owner !== null) superseded.push(old.owner);
    }
    for (const node of superseded) this.#dropIfUnused(node);
  }

  /** The node of a superseded variable is no longer found as the equal of another. */
  #retire({ owner }: Variable): void {
    if (owner === null || owner.outputs.some((o) => this.#imported.get(o) === o)) return;
    const key = this.#keyOf.get(owner);
    if (key !== undefined && this.#nodes.get(key) === owner) this.#nodes.delete(key);
  }

  #setInput(node: Apply, index: number, v: Variable, work: [Variable, Variable][]): void {
    // The graph owns its copies; for everyone else they stay read-only.
    (node.inputs as Variable[])[index] = v;
    const oldKey = this.#keyOf.get(node);
    if (oldKey !== undefined && this.#nodes.get(oldKey) === node) this.#nodes.delete(oldKey);
    const key = this.#keyFor(node.op.key, node.op.pure ? -1 : node.outputs[0]!.id, node.inputs, node);
    this.#keyOf.set(node, key);
    const twin = this.#nodes.get(key);
    if (twin !== undefined && twin !== node) {
      addOrigins(twin, node);
      for (const [i, out] of node.outputs.entries()) {
        twin.outputs[i]!.name ??= out.name;
        work.push([out, twin.outputs[i]!]);
      }
      return;
    }
    this.#nodes.set(key, node);
    this.onChange?.(node);
  }

  #dropIfUnused(first: Apply): void {
    const work = [first];
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      const key = this.#keyOf.get(node);
      if (key === undefined || node.outputs.some((o) => this.clients(o).length > 0)) continue;
      this.#keyOf.delete(node);
      if (this.#nodes.get(key) === node) this.#nodes.delete(key);
      for (const out of node.outputs) {
        this.#clients.drop(out);
        if (this.#imported.get(out) === out) this.#imported.delete(out);
      }
      for (const [index, v] of node.inputs.entries()) {
        this.#removeClient(v, node, index);
        if (v.owner !== null) work.push(v.owner);
      }
    }
  }
}

function addOrigins(node: Apply, other: Apply): void {
  if (node.origins === other.origins) return;
  const fresh = other.origins.filter((o) => !node.origins.includes(o));
  if (fresh.length > 0) node.origins = [...node.origins, ...fresh];
}

/** How far above its result a rule may still use the variable that it replaces. */
const RULE_DEPTH = 8;

/** The nodes within a rule's reach above `v`. */
function nodesNear(v: Variable): ReadonlySet<Apply> {
  const found = new Set<Apply>();
  let level = v.owner === null ? [] : [v.owner];
  for (let depth = 0; depth < RULE_DEPTH && level.length > 0; depth++) {
    const next: Apply[] = [];
    for (const node of level) {
      if (found.has(node)) continue;
      found.add(node);
      for (const x of node.inputs) if (x.owner !== null) next.push(x.owner);
    }
    level = next;
  }
  return found;
}
