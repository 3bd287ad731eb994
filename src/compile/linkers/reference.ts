/** Linker `reference`: `perform` of every node, one after the other. Slow and obviously right. */
import type { NdArray } from "../../array/ndArray.ts";
import type { Apply } from "../../graph/apply.ts";
import { isConstant, isShared, type Variable } from "../../graph/variable.ts";
import { describeFailure } from "../failure.ts";
import type { Linked, Linker, LinkRequest } from "../linker.ts";
import { convertArgument } from "../arguments.ts";
import { checkUpdateValue } from "../updates.ts";

/** Called around nodes; NanGuardMode and DebugMode are such observers. */
export interface NodeObserver {
  inputs?(graphInputs: readonly Variable[], values: readonly NdArray[]): void;
  after?(node: Apply, inputs: readonly NdArray[], outputs: readonly NdArray[]): void;
}

export function makeReferenceLinker(observer: NodeObserver = {}): Linker {
  return { name: "reference", link: (request) => link(request, observer) };
}

function link(request: LinkRequest, observer: NodeObserver): Linked {
  const { graph, inputs, updates, borrowed } = request;
  const order = graph.toposort();
  const resultCount = borrowed.length;
  return {
    call(args) {
      const values = new Map<Variable, NdArray>();
      for (const [i, input] of inputs.entries()) {
        values.set(input.variable, convertArgument(input, args[i]));
      }
      const valueOf = (v: Variable): NdArray => {
        const value = values.get(v);
        if (value !== undefined) return value;
        if (isConstant(v)) return v.data;
        if (isShared(v)) return v.container.get(true);
        throw new Error(`no value for ${v.toString()}`);
      };
      observer.inputs?.(graph.inputs, graph.inputs.map(valueOf));
      for (const node of order) run(node, node.inputs.map(valueOf), values, observer);
      // Two results, or a result and anything else alive, never share storage.
      const taken = new Set<unknown>();
      const results = graph.outputs.map((v) => {
        const value = valueOf(v);
        const isFresh = v.owner !== null && !taken.has(value.buffer) && ownsStorage(v);
        const own = isFresh && value.isContiguous && value.data === value.buffer ? value : value.copy();
        taken.add(own.buffer);
        return own;
      });
      for (const [i, shared] of updates.entries()) checkUpdateValue(shared, results[resultCount + i]!);
      for (const [i, shared] of updates.entries()) shared.container.set(results[resultCount + i]!, true);
      results.length = resultCount;
      return results;
    },
    program: { toString: () => order.map((node, i) => `${i}: ${node.toString()}`).join("\n") },
    free() {},
  };
}

/** False when the value may be a view of something that somebody else holds. */
function ownsStorage(v: Variable): boolean {
  const node = v.owner!;
  return node.op.views(node).every((i) => i < 0);
}

function run(node: Apply, inputs: readonly NdArray[], values: Map<Variable, NdArray>, observer: NodeObserver): void {
  let outputs: readonly NdArray[];
  try {
    outputs = node.op.perform(node, inputs);
  } catch (error) {
    throw describeFailure(error, node, inputs);
  }
  for (const [i, out] of node.outputs.entries()) values.set(out, outputs[i]!);
  observer.after?.(node, inputs, outputs);
}
