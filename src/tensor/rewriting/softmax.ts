/** Softmax: its logarithm and the gradient of that, and the expansion into what lowering fuses. */
import { any, named, on } from "../../graph/rewriting/pattern.ts";
import { nodeRule, rule, type Rule } from "../../graph/rewriting/rule.ts";
import { mul, sub } from "../math.ts";
import { LogSoftmax, Softmax } from "../nnet/softmax.ts";
import type { TensorVariable } from "../variable.ts";
import { elem, like, opOf } from "./matchers.ts";

type T = TensorVariable;

const softmaxOf = on(opOf("Softmax", Softmax), any("x"));

export const softmaxRules: readonly Rule[] = [
  rule(
    "local_logsoftmax",
    on(elem("log"), named("p", softmaxOf)),
    ({ x, p }, ctx, out) => {
      const { op } = p.owner!;
      return op instanceof Softmax ? like(new LogSoftmax(op.axis).call(x) as T, out as T, ctx) : null;
    },
    { formula: "log(softmax x) = logsoftmax x" },
  ),
  rule(
    "local_mul_div_cancel",
    on(elem("mul"), on(elem("true_div"), any("a"), any("p")), any("p")),
    ({ a }, ctx, out) => like(a as T, out as T, ctx),
    { exactness: "special", formula: "(a/p) * p = a" },
  ),
  rule(
    "local_logsoftmax_grad",
    on(elem("mul"), named("p", softmaxOf), on(elem("sub"), on(elem("true_div"), any("a"), any("p")), any("s"))),
    ({ p, a, s }, ctx, out) => like(sub(a as T, mul(p as T, s as T)), out as T, ctx),
    { formula: "p * (a/p - s) = a - p*s: softmax minus one-hot" },
  ),
];

/** The last step before lowering: ops that exist for the rules become elementwise functions and reductions. */
export const expandRules: readonly Rule[] = [
  nodeRule(
    "local_softmax_expand",
    ["Softmax", "LogSoftmax"],
    (node) => {
      const { op } = node;
      return op instanceof Softmax || op instanceof LogSoftmax ? op.expand(node.inputs[0] as T) : null;
    },
    { formula: "softmax x = exp(x - max x) / sum(exp(x - max x))" },
  ),
];
