/** A choice whose sides are graphs of their own: what a function runs of an `ifelse`. */
import type { NdArray } from "../array/ndArray.ts";
import { GradientError } from "../errors.ts";
import { Apply } from "../graph/apply.ts";
import { Op } from "../graph/op.ts";
import { cloneReplace } from "../graph/replace.ts";
import type { Variable } from "../graph/variable.ts";
import type { InnerProgram, InnerTarget, LowerContext, Lowered } from "../ir/lowered.ts";
import { tensorType } from "../tensor/type.ts";
import type { TensorVariable } from "../tensor/variable.ts";
import { chosenSizes, isTrue, truth } from "./choice.ts";
import type { Lambda } from "./lambda.ts";
import { InnerShapes } from "./shapes.ts";

/** Inputs: the condition, then the inputs of both lambdas, which are the same. */
export class Branch extends Op {
  readonly name = "Branch";
  readonly yes: Lambda;
  readonly no: Lambda;
  #key: string | undefined;

  constructor(yes: Lambda, no: Lambda) {
    super();
    this.yes = yes;
    this.no = no;
  }

  override get key(): string {
    return (this.#key ??= `Branch{${this.yes.key}|${this.no.key}}`);
  }

  override toString(): string {
    return "if{inplace}";
  }

  override makeNode(condition: Variable, ...values: Variable[]): Apply {
    const no = this.no.outputs as readonly TensorVariable[];
    const types = (this.yes.outputs as readonly TensorVariable[]).map((v, i) =>
      tensorType(
        v.dtype,
        v.type.shape.map((n, axis) => (n === no[i]!.type.shape[axis] ? n : null)),
      ),
    );
    return new Apply(this, [condition, ...values], types);
  }

  override perform(_node: Apply, [condition, ...values]: readonly NdArray[]): NdArray[] {
    const side = isTrue(condition!) ? this.yes : this.no;
    return side.evaluate(values).map((x) => x.copy());
  }

  override canFail(): boolean {
    return [...this.yes.nodes, ...this.no.nodes].some((n) => n.op.canFail(n));
  }

  override inferShape(node: Apply, [, ...shapes]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    const values = node.inputs.slice(1);
    const [yes, no] = [this.yes, this.no].map(({ inputs, outputs }) => {
      const known = new Map<Variable, readonly Variable[]>(inputs.map((v, i) => [v, shapes[i]!]));
      const map = new InnerShapes(known);
      const outside = new Map<Variable, Variable>(inputs.map((v, i) => [v, values[i]!]));
      return outputs.map((v) => cloneReplace(map.shapeOf(v), outside));
    }) as [Variable[][], Variable[][]];
    return yes.map((s, i) => chosenSizes(node.inputs[0] as TensorVariable, s, no[i]!));
  }

  override lop(): never {
    throw new GradientError("Branch: gradients are taken of ifelse, before its sides are separated.", { op: "Branch" });
  }

  lower(ctx: LowerContext): Lowered | null {
    const { b } = ctx;
    const sizes = ctx.inputs.slice(1).map((x) => x.shape);
    const prepare = ({ inputs, outputs }: Lambda): InnerProgram | null =>
      ctx.inner({ inputs, outputs, sizes, same: inputs.map((_, i) => i + 1), isConditional: true });
    const [yes, no] = [prepare(this.yes), prepare(this.no)];
    if (yes === null || no === null) return null;
    return {
      form: "block",
      canFail: yes.canFail || no.canFail,
      emit: ({ inputs: [condition, ...inputs], outputs, host }) => {
        const targets = outputs.map((to): InnerTarget => ({ kind: "store", to }));
        const side = (program: InnerProgram) => program.emit(inputs, targets, host).body;
        return [{ kind: "if", cond: truth(b, condition!), then: side(yes), else: side(no) }];
      },
    };
  }
}
