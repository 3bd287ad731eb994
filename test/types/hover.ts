/** What an editor shows: the text after each line is what hovering over the variable that it declares gives. */
import * as theano from "theano";
import { tensor as T } from "theano";

const x = T.fmatrix("x"); // const x: theano.tensor.TensorVariable<"float32", 2>
const y = T.ivector("y"); // const y: theano.tensor.TensorVariable<"int32", 1>
const g = T.matrix("g"); // const g: theano.tensor.TensorVariable<theano.DType, 2>
const W = theano.shared(theano.zeros([784, 10], "float32")); // const W: theano.SharedVariable<"float32", 2>
const z = x.dot(W).add(1); // const z: theano.tensor.TensorVariable<"float32", 2>
const p = T.nnet.softmax(z); // const p: theano.tensor.TensorVariable<"float32", 2>
const rows = p.at(T.arange(y.shape[0]), y); // const rows: theano.tensor.TensorVariable<"float32", 1>
const loss = T.nnet.categoricalCrossentropy(p, y); // const loss: theano.tensor.TensorVariable<"float32", 1>
const running = x.cumsum(0); // const running: theano.tensor.TensorVariable<"float32", 2>
const best = T.argmax(p, { axis: 1 }); // const best: theano.tensor.TensorVariable<"int64", 1>
const wrong = T.neq(best, y); // const wrong: theano.tensor.TensorVariable<"bool", 1>
const mean = z.mean({ axis: 0, keepdims: true }); // const mean: theano.tensor.TensorVariable<"float32", 2>
const cost = T.neg(T.mean(T.log(p))); // const cost: theano.tensor.TensorVariable<"float32", 0>
const gW = theano.grad(cost, W); // const gW: theano.tensor.TensorVariable<"float32", 2>
const either = y.mul(x); // const either: theano.tensor.TensorVariable<"float32" | "float64", 2>
const unknown = g.exp().add(x); // const unknown: theano.tensor.TensorVariable<theano.DType, 2>
const sizes = x.shape; // const sizes: readonly [theano.tensor.TensorVariable<"int64", 0>, theano.tensor.TensorVariable<"int64", 0>]
const f = theano.function([x], p); // const f: theano.CompiledFunction<theano.NdArray<"float32", 2>>
const value = f([[1]]); // const value: theano.NdArray<"float32", 2>
const both = theano.function([x], { p, best })([[1]]); // const both: { p: theano.NdArray<"float32", 2>; best: theano.NdArray<"int64", 1>; }
void [both, cost, either, gW, loss, mean, rows, running, sizes, unknown, value, wrong];
