/** Inner graphs: closed, immutable, equal up to the names of their variables. */
import type { NdArray } from "../array/ndArray.ts";
import { InternalError } from "../errors.ts";
import type { Apply } from "../graph/apply.ts";
import { toposort } from "../graph/traversal.ts";
import { isConstant, type Variable } from "../graph/variable.ts";

/** A graph with named ends: `outputs` depend on nothing but `inputs` and constants. */
export class Lambda {
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
  #nodes: readonly Apply[] | undefined;
  #key: string | undefined;

  constructor(inputs: readonly Variable[], outputs: readonly Variable[]) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The nodes that compute the outputs, each after those it depends on. */
  get nodes(): readonly Apply[] {
    return (this.#nodes ??= toposort(this.outputs, new Set(this.inputs)));
  }

  /** Equal for lambdas that differ in names only. */
  get key(): string {
    return (this.#key ??= this.#describe());
  }

  #describe(): string {
    const ids = new Map<Variable, number>();
    const parts: string[] = [];
    for (const v of this.inputs) {
      ids.set(v, ids.size);
      parts.push(v.type.key);
    }
    const use = (v: Variable): string => {
      const id = ids.get(v);
      if (id !== undefined) return String(id);
      if (!isConstant(v)) throw new InternalError(`scan: ${v.toString()} is not an input of its inner graph`);
      return `=${v.constantKey}`;
    };
    for (const node of this.nodes) {
      parts.push(`${node.op.key}(${node.inputs.map(use).join(",")}):${node.outputs.map((o) => o.type.key).join(",")}`);
      for (const out of node.outputs) ids.set(out, ids.size);
    }
    parts.push(`->${this.outputs.map(use).join(",")}`);
    return parts.join(";");
  }

  /** The values of the outputs, by `perform` of each node. */
  evaluate(values: readonly NdArray[]): NdArray[] {
    const known = new Map<Variable, NdArray>();
    for (const [i, v] of this.inputs.entries()) known.set(v, values[i]!);
    const valueOf = (v: Variable): NdArray => known.get(v) ?? (v as unknown as { readonly data: NdArray }).data;
    for (const node of this.nodes) {
      const results = node.op.perform(node, node.inputs.map(valueOf));
      for (const [i, out] of node.outputs.entries()) known.set(out, results[i]!);
    }
    return this.outputs.map(valueOf);
  }
}
