/** Dtype and rank of tensors, as the compiler works them out. */
import * as theano from "theano";
import { tensor as T } from "theano";
import { holds, type DTypeRank, type Equal } from "./equal.ts";

type V<D extends theano.DType, R extends number> = T.TensorVariable<D, R>;

const m = T.fmatrix("m");
const v = T.dvector("v");
const s = T.fscalar("s");
const i = T.ivector("i");
const b = T.tensor({ dtype: "bool", shape: [null] });
const z = T.cmatrix("z");
const cube = T.ftensor3("cube");
const four = T.ftensor4("four");
declare const n: number;
declare const anything: T.TensorVariable;

// --- constructors --------------------------------------------------------------------------------

holds<Equal<typeof m, V<"float32", 2>>>();
holds<Equal<typeof v, V<"float64", 1>>>();
holds<Equal<typeof s, V<"float32", 0>>>();
holds<Equal<typeof four, V<"float32", 4>>>();
holds<Equal<typeof b, V<"bool", 1>>>();
const rows = T.lrow("r");
holds<Equal<typeof rows, V<"int64", 2>>>();
const generic = T.matrix("g", "int8");
holds<Equal<typeof generic, V<"int8", 2>>>();
const options = T.vector({ name: "o", dtype: "float64" });
holds<Equal<typeof options, V<"float64", 1>>>();
const floatX = T.matrix("x");
holds<Equal<typeof floatX, V<theano.DType, 2>>>();
const several = T.dvectors("a", "b");
holds<Equal<typeof several, V<"float64", 1>[]>>();
const column = T.tensor("float64", [false, true], "column");
holds<Equal<typeof column, V<"float64", 2>>>();
const scalar = T.tensor({ dtype: "int8", broadcastable: [] });
holds<Equal<typeof scalar, V<"int8", 0>>>();
const image = T.tensor({ dtype: "float32", shape: [null, 3, 28, 28] });
holds<Equal<typeof image, V<"float32", 4>>>();
holds<Equal<typeof m.ndim, 2>>();
holds<Equal<typeof m.dtype, "float32">>();

// A variable of which more is known goes wherever less is asked for, not the other way round.
const wide: T.TensorVariable = m;
const ranked: T.TensorVariable<theano.DType, 2> = m;
const typed: T.TensorVariable<"float32"> = theano.shared(new Float32Array(2));
void [wide, ranked, typed];
// @ts-expect-error: a matrix is no vector
const wrongRank: T.TensorVariable<"float32", 1> = m;
// @ts-expect-error: float32 is not float64
const wrongDtype: T.TensorVariable<"float64", 2> = m;
void [wrongRank, wrongDtype];

// --- elementwise ---------------------------------------------------------------------------------

const sum = m.add(v);
holds<Equal<typeof sum, V<"float64", 2>>>();
const asFunction = T.add(m, v);
holds<Equal<typeof asFunction, V<"float64", 2>>>();
const three = T.add(s, i, cube);
holds<DTypeRank<typeof three, "float32" | "float64", 3>>();
const small = T.bvector().add(T.fscalar());
holds<Equal<typeof small, V<"float32", 1>>>();
const large = T.ulvector().mul(T.lmatrix());
holds<Equal<typeof large, V<"float64", 2>>>();
// config.castPolicy decides.
const either = i.mul(s);
holds<DTypeRank<typeof either, "float32" | "float64", 1>>();
const complex = z.mul(v);
holds<Equal<typeof complex, V<"complex128", 2>>>();
// JavaScript's numbers take the dtype of the tensor.
const scaled = m.mul(0.5).add(1).sub(n);
holds<Equal<typeof scaled, V<"float32", 2>>>();
const reversed = T.sub(1, m);
holds<Equal<typeof reversed, V<"float32", 2>>>();
const counted = i.add(1);
holds<Equal<typeof counted, V<"int32", 1>>>();
const bigger = i.add(1n);
holds<Equal<typeof bigger, V<"int32", 1>>>();
const truth = b.mul(2);
holds<Equal<typeof truth, V<"int64", 1>>>();
const fraction = i.mul(0.5);
holds<DTypeRank<typeof fraction, "float32" | "float64", 1>>();
const unknownNumber = i.mul(n);
holds<Equal<typeof unknownNumber, V<theano.DType, 1>>>();
const withArray = s.add(theano.zeros([2, 3], "float64"));
holds<Equal<typeof withArray, V<"float64", 2>>>();
const withTyped = s.add(new Float32Array(3));
holds<Equal<typeof withTyped, V<"float32", 1>>>();
const withList = m.add([1, 2, 3]);
holds<Equal<typeof withList, V<theano.DType, 2>>>();
const withUnknown = m.add(anything);
holds<Equal<typeof withUnknown, T.TensorVariable>>();

const smooth = T.exp(m).log().tanh();
holds<Equal<typeof smooth, V<"float32", 2>>>();
const floats = [T.sqrt(i), T.bvector().sin()] as const;
holds<Equal<(typeof floats)[0], V<"float64", 1>>>();
holds<Equal<(typeof floats)[1], V<"float32", 1>>>();
const size = T.abs(z);
holds<Equal<typeof size, V<"float32", 2>>>();
const quotient = i.div(2);
holds<DTypeRank<typeof quotient, "float32" | "float64", 1>>();
const exact = v.div(i);
holds<Equal<typeof exact, V<"float64", 1>>>();
const compared = m.lt(v);
holds<Equal<typeof compared, V<"bool", 2>>>();
const both = T.and(T.gt(m, 0), T.isnan(v));
holds<Equal<typeof both, V<"bool", 2>>>();
const chosen = T.switch(m.gt(0), m, 0);
holds<Equal<typeof chosen, V<"float32", 2>>>();
const clipped = T.clip(v, -1, 1);
holds<Equal<typeof clipped, V<"float64", 1>>>();
const converted = m.astype("int8");
holds<Equal<typeof converted, V<"int8", 2>>>();
const converted2 = T.cast(v, "float16");
holds<Equal<typeof converted2, V<"float16", 1>>>();

// --- reductions ----------------------------------------------------------------------------------

const total = m.sum();
holds<Equal<typeof total, V<"float32", 0>>>();
const byAxis = [m.sum(0), m.max({ axis: -1 }), T.mean(cube, { axis: [0, 2] }), T.mean(cube, [0, 1, 2])] as const;
holds<Equal<(typeof byAxis)[0], V<"float32", 1>>>();
holds<Equal<(typeof byAxis)[1], V<"float32", 1>>>();
holds<Equal<(typeof byAxis)[2], V<"float32", 1>>>();
holds<Equal<(typeof byAxis)[3], V<"float32", 0>>>();
const kept = T.sum(four, { axis: 1, keepdims: true });
holds<Equal<typeof kept, V<"float32", 4>>>();
const perhaps = four.sum({ axis: 1, keepdims: n > 0 });
holds<Equal<typeof perhaps, V<"float32", number>>>();
const anyAxis = cube.sum({ axis: n });
holds<Equal<typeof anyAxis, V<"float32", 2>>>();
const wideSum = i.sum();
holds<Equal<typeof wideSum, V<"int64", 0>>>();
const unsignedSum = T.ubmatrix().prod({ axis: 0 });
holds<Equal<typeof unsignedSum, V<"uint64", 1>>>();
const told = i.sum({ dtype: "float32" });
holds<Equal<typeof told, V<"float32", 0>>>();
const mean = i.mean();
holds<Equal<typeof mean, V<"float64", 0>>>();
const spread = z.std({ axis: 0 });
holds<Equal<typeof spread, V<"float32", 1>>>();
const positions = T.argmax(m, { axis: 1 });
holds<Equal<typeof positions, V<"int64", 1>>>();
const every = m.gt(0).all({ axis: 0, keepdims: true });
holds<Equal<typeof every, V<"bool", 2>>>();
const axes: T.ReduceOptions = {};
const dynamic = m.max(axes);
holds<Equal<typeof dynamic, V<"float32", number>>>();
// @ts-expect-error: a matrix has no axis 2
m.sum(2);
// @ts-expect-error: nor an axis -3
m.sum({ axis: -3 });
// @ts-expect-error: nor among others
T.mean(m, { axis: [0, 2] });
// @ts-expect-error: a scalar has no axes
s.max({ axis: 0 });
// @ts-expect-error: no such option
m.sum({ axis: 0, keepdim: true });
// @ts-expect-error: max has no dtype
m.max({ axis: 0, dtype: "float32" });

// --- shapes --------------------------------------------------------------------------------------

holds<Equal<(typeof cube)["shape"]["length"], 3>>();
// @ts-expect-error: a matrix has two sizes
void m.shape[2];
const transposed = m.T;
holds<Equal<typeof transposed, V<"float32", 2>>>();
const shuffled = [v.dimshuffle("x", 0), T.dimshuffle(m, [1, "x", 0]), m.dimshuffle(0, "x", "x", 1)] as const;
holds<Equal<(typeof shuffled)[0], V<"float64", 2>>>();
holds<Equal<(typeof shuffled)[1], V<"float32", 3>>>();
holds<Equal<(typeof shuffled)[2], V<"float32", 4>>>();
// @ts-expect-error: a vector has no axis 1
v.dimshuffle("x", 1);
const reshaped = [
  m.reshape([2, -1, 4]),
  m.reshape(6),
  T.reshape(m, [m.size]),
  m.reshape(n, n),
  m.reshape(cube.shape),
] as const;
holds<Equal<(typeof reshaped)[0], V<"float32", 3>>>();
holds<Equal<(typeof reshaped)[1], V<"float32", 1>>>();
holds<Equal<(typeof reshaped)[2], V<"float32", 1>>>();
holds<Equal<(typeof reshaped)[3], V<"float32", 2>>>();
holds<Equal<(typeof reshaped)[4], V<"float32", 3>>>();
const told2 = m.reshape(i, { ndim: 3 });
holds<Equal<typeof told2, V<"float32", 3>>>();
const flat = [cube.flatten(), T.flatten(cube, 2), cube.ravel()] as const;
holds<Equal<(typeof flat)[0], V<"float32", 1>>>();
holds<Equal<(typeof flat)[1], V<"float32", 2>>>();
holds<Equal<(typeof flat)[2], V<"float32", 1>>>();
const squeezed = T.squeeze(cube, 0);
holds<Equal<typeof squeezed, V<"float32", 2>>>();
const joined = T.concatenate([m, m, m], 1);
holds<Equal<typeof joined, V<"float32", 2>>>();
const mixed = T.concatenate([m, T.dmatrix()]);
holds<Equal<typeof mixed, V<"float64", 2>>>();
const stacked = T.stack([v, v]);
holds<Equal<typeof stacked, V<"float64", 2>>>();
const padded = T.shapePadLeft(v);
holds<Equal<typeof padded, V<"float64", 2>>>();
const filled = T.zeros([2, 3], "float32");
holds<Equal<typeof filled, V<"float32", 2>>>();
const like = T.zerosLike(m);
holds<Equal<typeof like, V<"float32", 2>>>();

// --- indexing ------------------------------------------------------------------------------------

const indexed = [
  m.at(0),
  m.at("1:3"),
  m.at("1:3", 0),
  m.at(null, "..."),
  cube.at("...", -1),
  cube.at(i),
  m.at(T.arange(3), i),
  m.at([0, 2]),
  m.at(m.gt(0)),
  cube.at(T.slice(n, null), T.lscalar()),
  four.at(0, i, "::2"),
  m.at(T.imatrix()),
  v.at(b),
] as const;
holds<Equal<(typeof indexed)[0], V<"float32", 1>>>();
holds<Equal<(typeof indexed)[1], V<"float32", 2>>>();
holds<Equal<(typeof indexed)[2], V<"float32", 1>>>();
holds<Equal<(typeof indexed)[3], V<"float32", 3>>>();
holds<Equal<(typeof indexed)[4], V<"float32", 2>>>();
holds<Equal<(typeof indexed)[5], V<"float32", 3>>>();
holds<Equal<(typeof indexed)[6], V<"float32", 1>>>();
holds<Equal<(typeof indexed)[7], V<"float32", 2>>>();
holds<Equal<(typeof indexed)[8], V<"float32", 1>>>();
holds<Equal<(typeof indexed)[9], V<"float32", 2>>>();
holds<Equal<(typeof indexed)[10], V<"float32", 3>>>();
holds<Equal<(typeof indexed)[11], V<"float32", 3>>>();
holds<Equal<(typeof indexed)[12], V<"float64", 1>>>();
const pairs = m.at(i, i);
holds<Equal<typeof pairs, V<"float32", 1>>>();
// @ts-expect-error: a matrix takes two indices
m.at(0, 0, 0);
// @ts-expect-error: a scalar takes none
s.at(0);
// @ts-expect-error: however many there are
m.at(0, 0, 0, 0);
// @ts-expect-error: slices count, too
v.at(":", ":");
v.at(...[0].map(Number));

// --- products ------------------------------------------------------------------------------------

const products = [m.dot(m), m.dot(v), v.dot(v), T.dot(m, 2), four.dot(m), T.matmul(cube, m), v.matmul(cube)] as const;
holds<Equal<(typeof products)[0], V<"float32", 2>>>();
holds<Equal<(typeof products)[1], V<"float64", 1>>>();
holds<Equal<(typeof products)[2], V<"float64", 0>>>();
holds<Equal<(typeof products)[3], V<"float32", 2>>>();
holds<Equal<(typeof products)[4], V<"float32", 4>>>();
holds<Equal<(typeof products)[5], V<"float32", 3>>>();
holds<Equal<(typeof products)[6], V<"float64", 2>>>();
// @ts-expect-error: matmul refuses scalars
m.matmul(2);
// @ts-expect-error: wherever they stand
T.matmul(s, m);

const contracted = [
  T.tensordot(cube, m, 1),
  T.tensordot(cube, four),
  T.tensordot(m, m, {
    axes: [
      [0, 1],
      [1, 0],
    ],
  }),
  T.batchedDot(cube, cube),
  T.inner(cube, v),
  T.einsum("bij,jk->bik", cube, m),
  T.kron(m, v),
  T.matrixDot(m, m, v),
] as const;
holds<Equal<(typeof contracted)[0], V<"float32", 3>>>();
holds<Equal<(typeof contracted)[1], V<"float32", 3>>>();
holds<Equal<(typeof contracted)[2], V<"float32", 0>>>();
holds<Equal<(typeof contracted)[3], V<"float32", 3>>>();
holds<Equal<(typeof contracted)[4], V<"float64", 2>>>();
holds<Equal<(typeof contracted)[5], V<"float32", 3>>>();
holds<Equal<(typeof contracted)[6], V<"float64", 2>>>();
holds<Equal<(typeof contracted)[7], V<"float64", 1>>>();

// --- single functions ------------------------------------------------------------------------------

const norms = [m.norm(), m.norm(1, { axis: 0 }), T.norm(z, { axis: 1, keepdims: true }), i.norm()] as const;
holds<Equal<(typeof norms)[0], V<"float32", 0>>>();
holds<Equal<(typeof norms)[1], V<"float32", 1>>>();
holds<Equal<(typeof norms)[2], V<"float32", 2>>>();
holds<DTypeRank<(typeof norms)[3], theano.DType, 0>>();
const taken = [m.take(i), m.take(i, 0), T.take(cube, [0, 1], { axis: -1 }), m.take(0, { axis: 1 })] as const;
holds<Equal<(typeof taken)[0], V<"float32", 1>>>();
holds<Equal<(typeof taken)[1], V<"float32", 2>>>();
holds<Equal<(typeof taken)[2], V<"float32", 3>>>();
holds<Equal<(typeof taken)[3], V<"float32", 1>>>();
const running = [m.cumsum(), i.cumsum(0), T.cumprod(cube, { axis: 1 }), m.repeat(2, 0), m.sort(null)] as const;
holds<Equal<(typeof running)[0], V<"float32", 1>>>();
holds<Equal<(typeof running)[1], V<"int64", 1>>>();
holds<Equal<(typeof running)[2], V<"float32", 3>>>();
holds<Equal<(typeof running)[3], V<"float32", 2>>>();
holds<Equal<(typeof running)[4], V<"float32", 1>>>();
const together = [T.join(0, m, T.imatrix()), T.join(1, [m, m]), T.vstack(v, v), T.stacklists([[s, s]])] as const;
holds<DTypeRank<(typeof together)[0], "float32" | "float64", 2>>();
holds<Equal<(typeof together)[1], V<"float32", 2>>>();
holds<Equal<(typeof together)[2], V<"float64", 2>>>();
holds<Equal<(typeof together)[3], V<"float32", 2>>>();
const made = [T.arange(3), T.arange(0.5), T.arange(0, s), T.eye(3, 3, 0, "int8"), T.alloc(s, 2, 3)] as const;
holds<Equal<(typeof made)[0], V<"int64", 1>>>();
holds<Equal<(typeof made)[1], V<theano.DType, 1>>>();
holds<Equal<(typeof made)[2], V<"float32", 1>>>();
holds<Equal<(typeof made)[3], V<"int8", 2>>>();
holds<Equal<(typeof made)[4], V<"float32", 2>>>();
const picked = [
  T.topk(m, 2),
  T.argtopk(m, 2, { idxDtype: "int32" }),
  T.median(m, 0),
  T.quantile(m, [0.1, 0.9]),
] as const;
holds<Equal<(typeof picked)[0], V<"float32", 2>>>();
holds<Equal<(typeof picked)[1], V<"int32", 2>>>();
holds<Equal<(typeof picked)[2], V<"float32", 1>>>();
holds<Equal<(typeof picked)[3], V<"float32", 1>>>();
const without = [T.nanmedian(m, 0), T.nanvar(cube, { axis: [0, 1] }), T.nanargmax(m, -1), T.nancumsum(m)] as const;
holds<Equal<(typeof without)[0], V<"float32", 1>>>();
holds<Equal<(typeof without)[1], V<"float32", 1>>>();
holds<Equal<(typeof without)[2], V<"int64", 1>>>();
holds<Equal<(typeof without)[3], V<"float32", 1>>>();
const signed = [
  T.copysign(m, 1),
  T.signbit(m),
  T.heaviside(m, 0.5),
  T.floatPower(i, 2),
  T.gcd(i, i),
  T.cbrt(i),
] as const;
holds<Equal<(typeof signed)[0], V<"float32", 2>>>();
holds<Equal<(typeof signed)[1], V<"bool", 2>>>();
holds<Equal<(typeof signed)[2], V<"float32", 2>>>();
holds<Equal<(typeof signed)[3], V<"float64", 1>>>();
holds<Equal<(typeof signed)[4], V<"int32", 1>>>();
holds<Equal<(typeof signed)[5], V<"float64", 1>>>();
const parts = [T.union1d(i, i), T.append(m, m, 0), T.delete(m, 0), T.convolve(v, v), T.gradient(m)] as const;
holds<Equal<(typeof parts)[0], V<"int32", 1>>>();
holds<Equal<(typeof parts)[1], V<"float32", 2>>>();
holds<Equal<(typeof parts)[2], V<"float32", 1>>>();
holds<Equal<(typeof parts)[3], V<"float64", 1>>>();
holds<Equal<(typeof parts)[4], V<"float32", 2>>>();
holds<Equal<ReturnType<typeof m.transfer>, V<"float32", 2>>>();
const oneByOne = [T.stack(m, m), T.betaincinv(v, 1, s)] as const;
holds<Equal<(typeof oneByOne)[0], V<"float32", 3>>>();
holds<Equal<(typeof oneByOne)[1], V<"float64", 1>>>();
const [gridX, gridY] = T.meshgrid(v, i);
holds<Equal<typeof gridX, V<"float64", 2>>>();
holds<Equal<typeof gridY, V<"int32", 2>>>();
const rectified = [T.nnet.relu(m), T.nnet.elu(m), T.nnet.softsign(m), T.nnet.swish(i), T.nnet.relu(m, v)] as const;
holds<Equal<(typeof rectified)[0], V<"float32", 2>>>();
holds<Equal<(typeof rectified)[1], V<"float32", 2>>>();
holds<Equal<(typeof rectified)[2], V<"float32", 2>>>();
holds<Equal<(typeof rectified)[3], V<"float64", 1>>>();
holds<Equal<(typeof rectified)[4], V<"float64", 2>>>();
const loss = T.nnet.categoricalCrossentropy(T.nnet.softmax(m), i);
holds<Equal<typeof loss, V<"float32", 1>>>();
const [nll, chances, guess] = T.nnet.crossentropySoftmaxArgmax1hotWithBias(m, T.fvector(), i);
holds<Equal<typeof nll, V<"float32", 1>>>();
holds<Equal<typeof chances, V<"float32", 2>>>();
holds<Equal<typeof guess, V<"int64", 1>>>();
const incomplete = [T.gammainc(2.5, m), T.betainc(v, 1, s), T.logaddexp(m, 0), T.xlogx(i), T.jv(v, m)] as const;
holds<Equal<(typeof incomplete)[0], V<"float32", 2>>>();
holds<Equal<(typeof incomplete)[1], V<"float64", 1>>>();
holds<Equal<(typeof incomplete)[2], V<"float32", 2>>>();
holds<Equal<(typeof incomplete)[3], V<"float64", 1>>>();
holds<Equal<(typeof incomplete)[4], V<"float64", 2>>>();

// --- functions chosen at run time can be called ----------------------------------------------------

const functions = [T.exp, T.neg, T.abs, T.isnan].map((f) => f(m));
functions.map((f) => f.ndim);
const operators = [T.add, T.sub, T.lt, T.div].map((f) => f(m, v));
operators.map((f) => f.dtype);
for (const name of ["sum", "max", "std", "argmax"] as const) void T[name](m, { axis: 0 }).dtype;
const activation = n > 0 ? T.tanh : T.nnet.relu;
activation(m).sum();
