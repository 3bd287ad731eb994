/** What the compiler must accept and reject of the public surface; checked by `npm run check`. */
import * as theano from "theano";
import { tensor as T, type NdArray } from "theano";

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
const holds = <X extends true>(): X => true as X;

// Results are typed by dtype.
const f32 = theano.zeros([2], "float32");
holds<Equal<typeof f32, NdArray<"float32">>>();
holds<Equal<(typeof f32)["data"], Float32Array>>();
holds<Equal<NdArray<"int64">["data"], BigInt64Array>>();
holds<Equal<NdArray<"bool">["data"], Uint8Array>>();

// Functions give what was asked for: an array, a list, a record, nothing.
const x = T.fvector("x");
const one = theano.function([x], x)([1]);
holds<Equal<(typeof one)["dtype"], "float32">>();
const list = theano.function([x], [x, T.argmax(x)])([1]);
list.map((r) => r.shape);
const record = theano.function([x], { loss: T.sum(x), x })([1]);
void record.loss.shape;
// @ts-expect-error: no such output
void record.accuracy;
const nothing = theano.function([x], undefined, { onUnusedInput: "ignore" })([1]);
holds<Equal<typeof nothing, undefined>>();

// Mistakes that are caught before anything runs.
// @ts-expect-error: no such dtype
theano.zeros([2], "float33");
// @ts-expect-error: no such mode
theano.function([x], x, { mode: "FASTEST" });
// @ts-expect-error: no such option
theano.function([x], x, { update: [] });
// @ts-expect-error: axis is a number or a list of numbers
T.sum(x, { axis: "0" });
// @ts-expect-error: no such flag value
theano.config.floatX = "float17";
// @ts-expect-error: no such setting for unused inputs
theano.function([x], x, { onUnusedInput: "sometimes" });
// @ts-expect-error: updates are pairs
theano.function([], [], { updates: [theano.shared(1)] });

// Dtype and rank are carried through operators, broadcasting, reductions, products and indexing.
type V<D extends theano.DType, R extends number> = T.TensorVariable<D, R>;
const fm = T.fmatrix("m");
const dv = T.dvector("v");
const im = T.imatrix("i");
const t4 = T.dtensor4("t");
holds<Equal<typeof fm, V<"float32", 2>>>();
holds<Equal<(typeof fm)["ndim"], 2>>();
const summed = fm.add(dv);
holds<Equal<typeof summed, V<"float64", 2>>>();
const scaled = dv.mul(2);
holds<Equal<typeof scaled, V<"float64", 1>>>();
const outerSum = T.add(t4, fm);
holds<Equal<typeof outerSum, V<"float64", 4>>>();
const less = fm.lt(dv);
holds<Equal<typeof less, V<"bool", 2>>>();
const exponential = T.exp(im);
holds<Equal<typeof exponential, V<"float64", 2>>>();
const activation = fm.tanh();
holds<Equal<typeof activation, V<"float32", 2>>>();
const total = fm.sum();
holds<Equal<typeof total, V<"float32", 0>>>();
const rows = T.sum(fm, { axis: 1 });
holds<Equal<typeof rows, V<"float32", 1>>>();
const kept = t4.max({ axis: [1, 2], keepdims: true });
holds<Equal<typeof kept, V<"float64", 4>>>();
const counted = im.sum(0);
holds<Equal<typeof counted, V<"int64", 1>>>();
const asked = im.sum({ axis: -1, dtype: "float32" });
holds<Equal<typeof asked, V<"float32", 1>>>();
const best = T.argmax(fm, { axis: 1 });
holds<Equal<typeof best, V<"int64", 1>>>();
const product = fm.dot(T.fvector());
holds<Equal<typeof product, V<"float32", 1>>>();
const matrixProduct = T.dot(fm, T.dmatrix());
holds<Equal<typeof matrixProduct, V<"float64", 2>>>();
const first = t4.at(0);
holds<Equal<typeof first, V<"float64", 3>>>();
const turned = fm.dimshuffle([1, "x", 0]);
holds<Equal<typeof turned, V<"float32", 3>>>();
const reshaped = dv.reshape([2, 3]);
holds<Equal<typeof reshaped, V<"float64", 2>>>();
const flat = t4.flatten();
holds<Equal<typeof flat, V<"float64", 1>>>();
const probabilities = T.nnet.softmax(fm.dot(T.fmatrix()).add(T.fvector()));
holds<Equal<typeof probabilities, V<"float32", 2>>>();
const halves = T.cast(dv, "float16");
holds<Equal<typeof halves, V<"float16", 1>>>();
const converted = fm.astype("int8");
holds<Equal<typeof converted, V<"int8", 2>>>();
const images = T.tensor({ dtype: "float32", shape: [null, 28, 28] });
holds<Equal<typeof images, V<"float32", 3>>>();
const slopes = theano.grad(fm.sum(), fm);
holds<Equal<typeof slopes, V<"float32", 2>>>();
// What the flag castPolicy decides may be either.
const either = im.add(fm);
holds<Equal<typeof either, V<"float32" | "float64", 2>>>();
// Where an axis or options are not known to the compiler, neither is the rank.
declare const someAxis: number;
declare const someOptions: T.ReduceOptions;
const lower = fm.sum(someAxis);
holds<Equal<typeof lower, V<"float32", 1>>>();
const unknownRank = fm.max(someOptions);
holds<Equal<typeof unknownRank, V<"float32", number>>>();
const anything: T.TensorVariable = T.add(fm, anyTensor());
function anyTensor(): T.TensorVariable {
  return fm;
}
void anything;
void either;

// Mistakes of rank and dtype that the editor shows.
// @ts-expect-error: a matrix has no axis 2
fm.sum({ axis: 2 });
// @ts-expect-error: nor by the function
T.mean(fm, { axis: -3 });
// @ts-expect-error: nor given bare
fm.max(5);
// @ts-expect-error: nor to exchange
fm.swapaxes(0, 2);
// @ts-expect-error: no such option
fm.sum({ axis: 0, keepdim: true });
// @ts-expect-error: no such option of the function
T.max(fm, { axes: 0 });
// @ts-expect-error: a vector is no matrix
const wrongRank: V<"float64", 2> = dv;
// @ts-expect-error: float32 is not float64
const wrongDtype: V<"float64", 2> = fm;
void wrongRank;
void wrongDtype;
const weights = theano.shared(theano.zeros([2], "float32"));
weights.setValue(theano.zeros([3], "float32"));
weights.setValue(theano.zeros([3], "int8"));
weights.setValue([1, 2]);
// @ts-expect-error: float64 does not fit into float32
weights.setValue(theano.zeros([3], "float64"));
declare const someArray: NdArray;
weights.setValue(someArray);
{
  // Loops give one output by itself, several as a list, and updates.
  type Symbolic = T.TensorVariable;
  const [single, updates] = theano.scan({ fn: (e, s) => s.add(e), sequences: T.dvector(), outputsInfo: T.constant(0) });
  holds<Equal<typeof single, Symbolic>>();
  theano.function([], single, { updates });
  const [ended] = theano.scan({ fn: (s) => [s.mul(2), theano.until(s.gt(9))], outputsInfo: T.constant(1), nSteps: 9 });
  holds<Equal<typeof ended, Symbolic>>();
  const [[first, second]] = theano.scan({ fn: (s) => [s, s.mul(2)], outputsInfo: [T.constant(1), null], nSteps: 9 });
  holds<Equal<typeof first, Symbolic>>();
  void second.shape;
  const [squares] = theano.map({ fn: (e) => e.mul(e), sequences: T.dvector() });
  holds<Equal<typeof squares, Symbolic>>();
  const [cubes] = theano.map((e) => e.pow(3), T.dvector());
  holds<Equal<typeof cubes, Symbolic>>();
  const [total] = theano.foldl((e, s) => s.add(e), T.dvector(), T.constant(0, "float64"));
  holds<Equal<typeof total, Symbolic>>();
  const either = theano.ifelse(T.bscalar(), T.dvector(), T.dvector());
  void either.shape;
  const [left, right] = theano.ifelse(T.bscalar(), [single, ended], [ended, single]);
  void left.add(right);
  // @ts-expect-error: a step function is needed
  theano.scan({ sequences: T.dvector() });
  // @ts-expect-error: no such option
  theano.scan({ fn: (e) => e, sequences: T.dvector(), steps: 3 });
}
