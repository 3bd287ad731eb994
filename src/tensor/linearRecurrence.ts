/** Linear recurrences along an axis. */
import { fromFlat, toFlat, type Complex, type Element } from "../array/index.ts";
import type { NdArray } from "../array/ndArray.ts";
import { isComplex, type DType } from "../dtype.ts";
import { Apply } from "../graph/apply.ts";
import { Op, type InputGradient } from "../graph/op.ts";
import type { Variable } from "../graph/variable.ts";
import type { LowerContext, Lowered } from "../ir/lowered.ts";
import type { Expr, Ref, Stmt } from "../ir/node.ts";
import { scalarTypeOf } from "../scalar/scalarTypes.ts";
import { isPair, loadElement, storeElement } from "./loops.ts";
import { zerosLike } from "./fill.ts";
import { conj, mul } from "./math.ts";
import { join } from "./join.ts";
import { at, slice } from "./subtensor/index.ts";
import { tensorType } from "./type.ts";
import type { TensorVariable } from "./variable.ts";

/** `s[i] = a[i] * s[i - 1] + b[i]`, with s[-1] = 0: inputs a and b of one shape and dtype (float or complex). */
export class LinearRecurrence extends Op {
  readonly name = "LinearRecurrence";
  readonly axis: number;

  constructor(axis: number) {
    super();
    this.axis = axis;
  }

  override get key(): string {
    return `LinearRecurrence{${this.axis}}`;
  }

  override makeNode(a: Variable, b: Variable): Apply {
    const v = b as TensorVariable;
    return new Apply(this, [a, b], [tensorType(v.dtype, v.type.shape)]);
  }

  override inferShape(_node: Apply, [, shape]: readonly (readonly Variable[])[]): (readonly Variable[])[] {
    return [shape!];
  }

  override perform(_node: Apply, [a, b]: readonly NdArray[]): NdArray[] {
    const { shape, dtype } = b!;
    const [factors, out] = [toFlat(a!), [...toFlat(b!)]];
    const n = shape[this.axis]!;
    const inner = shape.slice(this.axis + 1).reduce((p, q) => p * q, 1);
    for (let i = 0; i < out.length; i++) {
      if (Math.floor(i / inner) % n !== 0) out[i] = step(factors[i]!, out[i - inner]!, out[i]!, dtype);
    }
    return [fromFlat(out, shape, dtype)];
  }

  /** The adjoint runs the other way: t[i] = g[i] + conj(a[i + 1]) t[i + 1]; then db = t and da[i] = t[i] conj(s[i - 1]). */
  override lop(node: Apply, [g]: readonly (Variable | null)[]): InputGradient[] {
    if (g === null || g === undefined) return [null, null];
    const a = node.inputs[0] as TensorVariable;
    const s = node.outputs[0] as TensorVariable;
    const t = this.backward(a, g as TensorVariable);
    return [mul(t, conj(shifted(s, this.axis, zerosLike))), t];
  }

  /** t[i] = g[i] + conj(a[i + 1]) t[i + 1]. */
  backward(a: TensorVariable, g: TensorVariable): TensorVariable {
    // Read backwards, factor i is a[i + 1]; that of the first step is not used.
    const turned = shifted(reversed(a, this.axis), this.axis, zerosLike);
    return reversed(this.call(conj(turned), reversed(g, this.axis)) as TensorVariable, this.axis);
  }

  lower(ctx: LowerContext): Lowered {
    const { b } = ctx;
    const { shape, dtype } = ctx.outputs[0]!;
    const { axis } = this;
    const type = scalarTypeOf(dtype);
    const wide = dtype === "float16" ? "f32" : type;
    return {
      form: "block",
      emit: ({ inputs: [a, added], outputs: [out] }) => {
        const refs = shape.map((_, i): Ref => b.natural(`i${i}`));
        const parts = (from: typeof a): Expr[] => {
          const e = loadElement(b, dtype, from!, refs);
          return (isPair(e) ? [...e] : [e as Expr]).map((p) => b.cast(p, wide));
        };
        const states = (isComplex(dtype) ? ["state", "state.im"] : ["state"]).map((name) => b.ref(wide, name));
        const [factor, addend] = [parts(a), parts(added)];
        const product =
          states.length === 1
            ? [b.mul(factor[0]!, states[0]!)]
            : [
                b.sub(b.mul(factor[0]!, states[0]!), b.mul(factor[1]!, states[1]!)),
                b.add(b.mul(factor[0]!, states[1]!), b.mul(factor[1]!, states[0]!)),
              ];
        // The first factor counts for nothing, be it infinite.
        const isFirst = b.eq(refs[axis]!, b.index(0));
        const lets = product.map((p, k): Stmt & { kind: "let" } => ({
          kind: "let",
          ref: b.ref(wide, `next${k}`),
          value: b.select(isFirst, addend[k]!, b.add(p, addend[k]!)),
        }));
        const stored = lets.map((s) => b.cast(s.ref, type));
        let stmts: Stmt[] = [
          ...states.map((ref): Stmt => ({ kind: "var", ref, init: b.constant(wide, 0) })),
          {
            kind: "for",
            ref: refs[axis]!,
            extent: shape[axis]!,
            mode: "serial",
            body: [
              ...lets,
              ...states.map((ref, k): Stmt => ({ kind: "assign", ref, value: lets[k]!.ref })),
              ...storeElement(b, out!, refs, stored.length === 2 ? [stored[0]!, stored[1]!] : stored[0]!),
            ],
          },
        ];
        for (let i = refs.length - 1; i >= 0; i--) {
          if (i !== axis) stmts = [{ kind: "for", ref: refs[i]!, extent: shape[i]!, mode: "serial", body: stmts }];
        }
        return stmts;
      },
    };
  }
}

/** a s + b, rounded after each operation as the program rounds; float16 in float32. */
function step(a: Element, s: Element, b: Element, dtype: DType): Element {
  const round = dtype === "float64" || dtype === "complex128" ? (v: number): number => v : Math.fround;
  if (typeof a === "object") {
    const [p, q, r] = [a, s as Complex, b as Complex];
    const re = round(round(p.re * q.re) - round(p.im * q.im));
    const im = round(round(p.re * q.im) + round(p.im * q.re));
    return { re: round(re + r.re), im: round(im + r.im) };
  }
  return round(round((a as number) * (s as number)) + (b as number));
}

function along(x: TensorVariable, axis: number, index: ReturnType<typeof slice>): TensorVariable {
  return at(x, ...Array.from({ length: x.ndim }, (_, i) => (i === axis ? index : slice(null, null))));
}

function reversed(x: TensorVariable, axis: number): TensorVariable {
  return along(x, axis, slice(null, null, -1));
}

/** Each element one place later along the axis; `first` makes what comes first from an element. */
export function shifted(x: TensorVariable, axis: number, first: (x: TensorVariable) => TensorVariable): TensorVariable {
  return join(axis, first(along(x, axis, slice(0, 1))), along(x, axis, slice(null, -1)));
}
