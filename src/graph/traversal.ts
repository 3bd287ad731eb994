/** Walks over graphs. All of them are iterative: graphs are deeper than the call stack. */
import type { Apply } from "./apply.ts";
import { isConstant, isShared, type Variable } from "./variable.ts";

const NOTHING: ReadonlySet<Variable> = new Set();

/**
 * The nodes that compute `outputs`, each after those it depends on. Does not look behind variables in `stop`.
 * Among independent nodes the order follows the outputs and arguments, left to right.
 */
export function toposort(outputs: readonly Variable[], stop: { has(v: Variable): boolean } = NOTHING): Apply[] {
  const seen = new Set<Apply>();
  const order: Apply[] = [];
  // A stack of (node, next argument to visit).
  const nodes: Apply[] = [];
  const next: number[] = [];
  const enter = (v: Variable): void => {
    if (v.owner === null || stop.has(v) || seen.has(v.owner)) return;
    seen.add(v.owner);
    nodes.push(v.owner);
    next.push(0);
  };
  for (const out of outputs) {
    enter(out);
    while (nodes.length > 0) {
      const top = nodes.length - 1;
      const node = nodes[top]!;
      const i = next[top]!;
      if (i < node.inputs.length) {
        next[top] = i + 1;
        enter(node.inputs[i]!);
      } else {
        nodes.pop();
        next.pop();
        order.push(node);
      }
    }
  }
  return order;
}

/** Every variable that `outputs` depend on, the outputs included, in order of discovery. */
export function ancestors(outputs: readonly Variable[], stopAt?: ReadonlySet<Variable>): Variable[] {
  const seen = new Set<Variable>(outputs);
  const list = [...seen];
  for (let i = 0; i < list.length; i++) {
    const v = list[i]!;
    if (v.owner === null || stopAt?.has(v) === true) continue;
    for (const input of v.owner.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      list.push(input);
    }
  }
  return list;
}

/** The variables without owner that `outputs` depend on: inputs, shared variables and constants. */
export function leaves(outputs: readonly Variable[]): Variable[] {
  return ancestors(outputs).filter((v) => v.owner === null);
}

/** The leaves that need a value from outside: neither constants nor shared variables. */
export function graphInputs(outputs: readonly Variable[]): Variable[] {
  return leaves(outputs).filter((v) => !isConstant(v) && !isShared(v));
}
