/** Dtype and rank through values, shared variables, functions and gradients. */
import * as theano from "theano";
import { tensor as T, type NdArray } from "theano";
import { holds, type Equal } from "./equal.ts";

type V<D extends theano.DType, R extends number> = T.TensorVariable<D, R>;
type S<D extends theano.DType, R extends number> = theano.SharedVariable<D, R>;

const m = T.fmatrix("m");
const y = T.ivector("y");
declare const n: number;

// --- shared variables ----------------------------------------------------------------------------

const W = theano.shared(theano.zeros([784, 10], "float32"), { name: "W", borrow: true });
holds<Equal<typeof W, S<"float32", 2>>>();
const typed = theano.shared(new Float64Array(10));
holds<Equal<typeof typed, S<"float64", 1>>>();
const told = theano.shared([[1, 2]], { dtype: "int8" });
holds<Equal<typeof told, S<"int8", 2>>>();
const nested = theano.shared([1, 2, 3]);
holds<Equal<typeof nested, S<theano.DType, 1>>>();
const scalar = theano.shared(0, { dtype: "float32" });
holds<Equal<typeof scalar, S<"float32", 0>>>();
declare const unknown: NdArray;
const anything = theano.shared(unknown);
holds<Equal<typeof anything, theano.SharedVariable>>();
const value = W.getValue();
holds<Equal<(typeof value)["data"], Float32Array>>();

W.setValue(theano.ones([784, 10], "float32"));
W.setValue([[1, 2]]);
W.setValue(unknown);
// What float32 holds without loss is converted.
W.setValue(theano.zeros([784, 10], "int16"));
typed.setValue(new Float32Array(10));
typed.setValue(new Int32Array(10));
scalar.setValue(1);
scalar.setValue(theano.full([], 3, "int64"));
anything.setValue(new Uint8Array(3));
nested.setValue(new Float32Array(3));
// @ts-expect-error: float64 does not fit into float32
W.setValue(theano.zeros([784, 10], "float64"));
// @ts-expect-error: neither do wide integers
W.setValue(theano.zeros([784, 10], "int32"));
// @ts-expect-error: nor typed arrays of them
theano.shared(new Float32Array(10)).setValue(new Float64Array(10));
// @ts-expect-error: floats are no integers
told.setValue(theano.zeros([1, 2], "float32"));
// @ts-expect-error: complex numbers are not real
typed.setValue(theano.zeros([10], "complex64"));
// @ts-expect-error: a vector is no matrix
W.setValue(new Float32Array(10));
// @ts-expect-error: nor is a number
W.setValue(1);

// --- constants -----------------------------------------------------------------------------------

const constant = T.constant(1, "int8");
holds<Equal<typeof constant, T.TensorConstant<"int8", 0>>>();
const table = T.constant(theano.zeros([2, 3], "uint8"));
holds<Equal<typeof table, T.TensorConstant<"uint8", 2>>>();

// --- a model -------------------------------------------------------------------------------------

const b = theano.shared(new Float32Array(10));
const p = T.nnet.softmax(m.dot(W).add(b));
holds<Equal<typeof p, V<"float32", 2>>>();
const cost = T.neg(T.mean(T.log(p).at(T.arange(y.shape[0]), y)));
const gW = theano.grad(cost, W);
holds<Equal<typeof gW, V<"float32", 2>>>();
const [gb, gm] = theano.grad(cost, [b, m]);
holds<Equal<typeof gb, V<"float32", 1>>>();
holds<Equal<typeof gm, V<"float32", 2>>>();
const byName = theano.grad(cost, { W, b });
holds<Equal<(typeof byName)["b"], V<"float32", 1>>>();
const rows = theano.jacobian(b.mul(2), b);
holds<Equal<typeof rows, V<"float32", 2>>>();
const curvature = theano.hessian(cost, b);
holds<Equal<typeof curvature, V<"float32", 2>>>();

// --- functions -----------------------------------------------------------------------------------

const train = theano.function([m, y], cost, {
  updates: [
    [W, W.sub(gW.mul(0.13))],
    [b, b.sub(gb)],
  ],
});
train([[1]], [0]).item();
const one = theano.function([m], m.sum({ axis: 0 }))([[1]]);
holds<Equal<typeof one, NdArray<"float32">>>();
const [loss, best] = theano.function([m], [m.mean(), T.argmax(m, { axis: 1 })])([[1]]);
holds<Equal<typeof loss, NdArray<"float32">>>();
holds<Equal<typeof best, NdArray<"int64">>>();
const named = theano.function([m], { right: m.gt(0), out: theano.Out(m.T, { borrow: true }), W })([[1]]);
holds<Equal<(typeof named)["right"], NdArray<"bool">>>();
holds<Equal<(typeof named)["out"], NdArray<"float32">>>();
holds<Equal<(typeof named)["W"], NdArray<"float32">>>();
const shown = m.eval([[m, [[1]]]]);
holds<Equal<typeof shown, NdArray<"float32">>>();

// --- code that knows less ------------------------------------------------------------------------

/** A layer as libraries write it: of any dtype and rank. */
function layer(x: T.TensorVariable, weights: theano.SharedVariable): T.TensorVariable {
  return T.tanh(x.dot(weights)).sum({ axis: n });
}
layer(m, W).add(1);
const parameters: theano.SharedVariable[] = [W, b, told];
theano.grad(cost, parameters).map((g, k) => parameters[k]!.sub(g.mul(0.1)));
let h = T.fvector("h");
for (let k = 0; k < 3; k++) h = T.tanh(h.dot(W)).mul(0.5).add(b);
const layers: T.TensorVariable[] = [m];
layers.push(m.sum(), y, m.T.dimshuffle("x", 0, 1));
const total = [m, m.T].map((x) => x.sum()).reduce((a, c) => a.add(c));
holds<Equal<typeof total, V<"float32", 0>>>();
