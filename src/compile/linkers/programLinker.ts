/**
 * Lowers a function graph to programs and runs them on a device. Nodes without a program run in JavaScript: the computation
 * is cut there into stages.
 */
import type { NdArray } from "../../array/ndArray.ts";
import { printStorage } from "../../lowering/printStorage.ts";
import { isTraced } from "../trace.ts";
import type { Apply } from "../../graph/apply.ts";
import type { FunctionGraph } from "../../graph/functionGraph.ts";
import { isConstant, isShared, type Variable } from "../../graph/variable.ts";
import { printProgram } from "../../ir/print.ts";
import {
  lowerGraph,
  type Cuts,
  type LoweredProgram,
  type LowerRequest,
  type WantedResult,
} from "../../lowering/lowerGraph.ts";
import { sizeConstant } from "../../tensor/sizes.ts";
import { tensorType } from "../../tensor/type.ts";
import type { TensorVariable } from "../../tensor/variable.ts";
import { hostNode, type HostNode } from "./hostNodes.ts";
import { convertArgument } from "../arguments.ts";
import { describeFailure } from "../failure.ts";
import type { Linked, Linker, LinkInput, LinkRequest } from "../linker.ts";
import type { Executable, ProgramDevice } from "../../runtime/device.ts";
import { Profile } from "../profile.ts";
import { ProgramRunner, type Borrowed } from "../program/runner.ts";
import { SharedVariable } from "../shared.ts";
import { checkUpdateValue } from "../updates.ts";

export function makeProgramLinker(name: string, device: () => ProgramDevice): Linker {
  return { name, link: (request) => new ProgramLinking(request, device()).link() };
}

const makeSize = (n: number | null): Variable =>
  n === null ? tensorType("int64", []).makeVariable(null, 0) : sizeConstant(n);

/** Part of a computation that one program does, or one node in JavaScript. */
type Stage =
  | {
      readonly kind: "program";
      readonly runner: ProgramRunner;
      readonly inputs: readonly Variable[];
      readonly results: readonly Variable[];
    }
  | { readonly kind: "host"; readonly node: Apply; readonly host: HostNode };

class ProgramLinking {
  readonly #request: LinkRequest;
  readonly #device: ProgramDevice;
  readonly #texts: string[] = [];
  readonly #executables: Executable[] = [];

  constructor(request: LinkRequest, device: ProgramDevice) {
    this.#request = request;
    this.#device = device;
  }

  link(): Linked {
    const { graph, borrowed, updates, profile } = this.#request;
    const nodes = graph.toposort();
    const results = graph.outputs.map(
      (variable, i): WantedResult =>
        i < borrowed.length ? { variable } : { variable, updateOf: updates[i - borrowed.length]! },
    );
    const base = { nodes, inputs: graph.inputs, results, mayUpdateInPlace: true };
    const lowered = profile.measure("lower", () => lowerGraph(this.#lowerRequest(base)));
    if ("hosts" in lowered) return this.#linkStages(nodes, lowered);
    const { inputs } = this.#request;
    const runner = this.#runner(lowered, inputs, borrowed, updates);
    return { call: (args) => runner.call(args), program: this.#printable(), free: () => runner.free() };
  }

  #lowerRequest(parts: Pick<LowerRequest, "nodes" | "inputs" | "results" | "mayUpdateInPlace">): LowerRequest {
    const { name, fusion } = this.#request;
    return { name, fusion, makeSize, ...parts };
  }

  #runner(
    lowered: LoweredProgram,
    inputs: readonly LinkInput[],
    borrowed: readonly Borrowed[],
    updates: readonly SharedVariable[],
  ): ProgramRunner {
    const { name, profile } = this.#request;
    const { arena } = this.#device;
    const text = (): string => printProgram(lowered.program);
    if (isTraced("ir")) console.error(text());
    if (isTraced("storage")) console.error(printStorage(lowered));
    this.#texts.push("");
    const at = this.#texts.length - 1;
    Object.defineProperty(this.#texts, at, { get: text, enumerable: true });
    const executable = profile.measure("code", () => this.#device.compile(lowered.program));
    if (isTraced("code")) {
      console.error(executable.source ?? `${name}: ${executable.name} has no source text`);
    }
    this.#executables.push(executable);
    profile.tiers = () => this.#executables.map((e) => e.name);
    return new ProgramRunner({ name, lowered, executable, arena, inputs, borrowed, updates });
  }

  /** Printed when asked for: most programs never are. */
  #printable(): { toString(): string } {
    const texts = this.#texts;
    return { toString: () => [...texts].join("\n\n") };
  }

  // --- stages ----------------------------------------------------------------------------------

  #linkStages(nodes: readonly Apply[], cuts: Cuts): Linked {
    const { graph, profile } = this.#request;
    const stages = this.#stagesOfAll(groupNodes(nodes, cuts), []);
    profile.hostCalls = stages.flatMap((s) => (s.kind === "host" ? [s.node.op.toString()] : []));
    const held = stages.map((s) => (s.kind === "program" ? s.runner : s.host));
    return {
      call: (args) => this.#callStages(stages, args),
      program: this.#printable(),
      free: () => held.forEach((r) => r.free()),
      ...(graph.outputs.length === 0 ? {} : {}),
    };
  }

  #stagesOfAll(groups: readonly Group[], later: readonly Group[]): Stage[] {
    return groups.flatMap((group, i) => this.#stagesOf(group, [...groups.slice(i + 1), ...later]));
  }

  #stagesOf(group: Group, later: readonly Group[]): Stage[] {
    const stages: Stage[] = [];
    if (group.nodes.length > 0) {
      const made = new Set(group.nodes.flatMap((n) => n.outputs));
      const inputs = [...new Set(group.nodes.flatMap((n) => n.inputs))].filter((v) => !made.has(v) && !isConstant(v));
      const wanted = new Set<Variable>(this.#request.graph.outputs);
      for (const n of group.hosts) for (const v of n.inputs) wanted.add(v);
      for (const g of later) for (const n of [...g.nodes, ...g.hosts]) for (const v of n.inputs) wanted.add(v);
      const results = [...made].filter((v) => wanted.has(v));
      const lowered = lowerGraph(
        this.#lowerRequest({
          nodes: group.nodes,
          inputs,
          results: results.map((variable) => ({ variable })),
          mayUpdateInPlace: false,
        }),
      );
      if ("hosts" in lowered) {
        // With sizes that come from values, a node may have no program after all.
        const parts = groupNodes(group.nodes, lowered);
        const rest: Group = { nodes: [], hosts: group.hosts };
        if (parts.length > 1 || lowered.hosts.size > 0) stages.push(...this.#stagesOfAll(parts, [rest, ...later]));
        else for (const node of group.nodes) stages.push(this.#hostStage(node));
      } else {
        const own = inputs.filter((v) => !(v instanceof SharedVariable));
        const runner = this.#runner(
          lowered,
          own.map((v) => ({ ...internalInput(v), isResident: v.owner !== null })),
          results.map((v) => this.#isPassedOn(v)),
          [],
        );
        stages.push({ kind: "program", runner, inputs: own, results });
      }
    }
    for (const node of group.hosts) {
      this.#texts.push(`host call ${node.toString()}`);
      stages.push(this.#hostStage(node));
    }
    return stages;
  }

  /** May a value stay in the arena? Not where the caller keeps it. */
  #isPassedOn(v: Variable): Borrowed {
    const { graph, borrowed } = this.#request;
    return graph.outputs.every((out, i) => out !== v || borrowed[i] === true) ? "large" : false;
  }

  #hostStage(node: Apply): Stage {
    const link = (graph: FunctionGraph): Linked => {
      const inputs = graph.inputs.map(internalInput);
      const borrowed = graph.outputs.map(() => false);
      const request: LinkRequest = { ...this.#request, graph, inputs, borrowed, updates: [], profile: new Profile("") };
      return new ProgramLinking(request, this.#device).link();
    };
    return { kind: "host", node, host: hostNode(node, link) };
  }

  #callStages(stages: readonly Stage[], args: readonly unknown[]): NdArray[] {
    const { inputs, graph, borrowed, updates } = this.#request;
    const values = new Map<Variable, NdArray>();
    for (const [i, input] of inputs.entries()) values.set(input.variable, convertArgument(input, args[i]));
    const valueOf = (v: Variable): NdArray => {
      const value = values.get(v);
      if (value !== undefined) return value;
      if (isConstant(v)) return v.data;
      if (isShared(v)) return v.container.get(true);
      throw new Error(`no value for ${v.toString()}`);
    };
    for (const stage of stages) {
      if (stage.kind === "program") {
        const results = stage.runner.call(stage.inputs.map(valueOf));
        for (const [i, v] of stage.results.entries()) values.set(v, results[i]!);
      } else runHost(stage.node, stage.host, stage.node.inputs.map(valueOf), values);
    }
    const taken = new Set<unknown>();
    const results = graph.outputs.map((v, i) => {
      const value = valueOf(v);
      const isWhole = value.isContiguous && value.data === value.buffer;
      const mayBePassed = borrowed[i] === true || value.buffer.buffer !== this.#device.arena.memory.buffer;
      const own = v.owner !== null && !taken.has(value.buffer) && isWhole && mayBePassed ? value : value.copy();
      taken.add(own.buffer);
      return own;
    });
    for (const [i, shared] of updates.entries()) checkUpdateValue(shared, results[borrowed.length + i]!);
    for (const [i, shared] of updates.entries()) shared.container.set(results[borrowed.length + i]!, true);
    results.length = borrowed.length;
    return results;
  }
}

function runHost(node: Apply, host: HostNode, inputs: readonly NdArray[], values: Map<Variable, NdArray>): void {
  try {
    const outputs = host.run(inputs);
    for (const [i, out] of node.outputs.entries()) {
      const value = outputs[i]!;
      // A view of an argument would change with it.
      values.set(out, inputs.some((x) => x.buffer === value.buffer) ? value.copy() : value);
    }
  } catch (error) {
    throw describeFailure(error, node, inputs);
  }
}

function internalInput(v: Variable): LinkInput {
  return {
    variable: v as TensorVariable,
    label: v.toString(),
    strict: false,
    allowDowncast: undefined,
    borrow: true,
    mutable: false,
  };
}

/** Nodes that one program can do, and the host nodes that run after it. */
interface Group {
  readonly nodes: Apply[];
  readonly hosts: Apply[];
}

/** Group k holds what needs the results of host or open nodes of group k - 1 at the latest, or scalars that its programs compute. */
function groupNodes(nodes: readonly Apply[], { hosts, later, open }: Cuts): Group[] {
  const ready = new Map<Variable, number>();
  const made = new Map<Variable, number>();
  const groups: Group[] = [];
  for (const node of nodes) {
    const awaited = [...(later.get(node) ?? [])].map((v) => (made.get(v) ?? -1) + 1);
    const level = Math.max(0, ...node.inputs.map((v) => ready.get(v) ?? 0), ...awaited);
    while (groups.length <= level) groups.push({ nodes: [], hosts: [] });
    const isHost = hosts.has(node);
    groups[level]![isHost ? "hosts" : "nodes"].push(node);
    for (const out of node.outputs) {
      ready.set(out, isHost || open.has(node) ? level + 1 : level);
      made.set(out, level);
    }
  }
  return groups;
}
