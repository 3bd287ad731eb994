/**
 * Many expressions, each typed by the compiler and built by the program: the dtype and rank that the compiler names must be those that come
 * out, and what the compiler refuses the program must refuse, too.
 */
import { createRequire } from "node:module";
import { tensor as T } from "theano";
import * as theano from "theano";
import type * as Typescript from "typescript-5.9";

const require = createRequire(import.meta.url);
const DTYPES =
  "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split(" ");
const RANKS = ["scalar", "vector", "matrix", "tensor3", "tensor4"];

const UNARY =
  "neg abs sgn sqr sqrt inv ceil floor trunc exp expm1 log log1p sin tanh arcsin deg2rad invert isnan isinf erf gammaln psi sigmoid " +
  "softplus real imag conj angle square round";
const BINARY =
  "add sub mul div intDiv mod pow maximum minimum arctan2 eq lt and xor fill dot matmul leftShift complex outer isclose";
const REDUCTIONS = "sum prod mean var std max min argmax argmin all any ptp logsumexp";
const AXES = [
  "",
  "0",
  "-1",
  "null",
  "[0]",
  "[0, 1]",
  "{ axis: 1 }",
  "{ keepdims: true }",
  "{ axis: 0, keepdims: true }",
  "2",
  "[0, 2]",
];
const INDICES = [
  "0",
  '"1:"',
  '"...", 0',
  "null",
  '0, "::2"',
  "0, 0",
  "0, 0, 0",
  "i1",
  "i1, i1",
  "i0",
  "[0, 1]",
  "i2",
  "[0], 0",
  '0, ":", i1',
  "i1, 0",
  "null, i1",
  "b1",
  "b2",
  "T.slice(0, 2), i1",
  "true",
  '":", ":"',
  "0, null, 0",
];
const SHAPES = [
  "dimshuffle(0, 1)",
  'dimshuffle("x", 0)',
  'dimshuffle(["x", 0, 1])',
  "dimshuffle(1, 0)",
  "T",
  "transpose()",
  "reshape([2, -1])",
  "reshape(4)",
  "reshape(2, 2)",
  "reshape(v2.shape)",
  "flatten()",
  "flatten(2)",
  "ravel()",
  "swapaxes(0, 1)",
  "sort()",
  "argsort()",
  "copy()",
  'astype("int8")',
  "zerosLike()",
  'onesLike("int8")',
  "squeeze(0)",
  "size",
  "nonzeroValues()",
  "diagonal()",
  "norm()",
  "sort(0)",
  "argsort({ axis: 0 })",
  "clip(0, 1)",
  "round()",
  "at(0).T",
  "cumsum()",
  "repeat(2)",
  "take(0)",
];
const FUNCTIONS = [
  "T.stack([v, v])",
  "T.concatenate([v, v])",
  "T.shapePadLeft(v)",
  "T.shapePadAxis(v, 0)",
  "T.expandDims(v, 0)",
  "T.nnet.softmax(v)",
  "T.zerosLike(v)",
  "T.switch(v, 1, v)",
  "T.squeeze(v, 0)",
  "T.moveaxis(v, 0, 1)",
  "T.add(v, v, v)",
  "T.clip(v, 0, 1)",
  "T.constant(theano.zeros([2, 2], v.dtype))",
  "T.iround(v)",
  "T.stack([v, f2])",
  "T.concatenate([f2, v], 1)",
  "T.cast(v, 'floatX')",
  "v.norm({ axis: 0 })",
  "v.norm(1, { axis: -1, keepdims: true })",
  "T.norm(v)",
  "v.trace()",
  "v.take(i1)",
  "v.take(i2, 0)",
  "v.take([0, 1], { axis: -1 })",
  "v.take(b1, 0)",
  "v.cumsum(0)",
  "v.cumprod({ axis: null })",
  "v.repeat(2, 0)",
  "v.sort(null)",
  "v.argsort({ axis: null })",
  "v.compress(v)",
  "b1.compress(v, 0)",
  "v.searchsorted(f2)",
  "i2.choose([v, v])",
  "i1.choose(v)",
  "T.join(0, v, f2)",
  "T.join(0, [v, v])",
  "T.stacklists([[v, v], [v, v]])",
  "T.horizontalStack(v, v)",
  "T.verticalStack(v, v)",
  "T.atleast1d(v)",
  "T.atleast3d(v)",
  "T.atleastNd(v, 4)",
  "T.rollaxis(v, 0)",
  "T.flip(v)",
  "T.rot90(v)",
  "T.hstack(v, v)",
  "T.vstack([v, v])",
  "T.dstack(v, v)",
  "T.columnStack(v, v)",
  "T.tensordot(v, f2, 1)",
  "T.tensordot(v, v)",
  "T.tensordot(v, v, { axes: [[0], [0]] })",
  "T.tensordot(v, f2, [[0, 1], [0, 1]])",
  "T.tensordot(v, f2, 0)",
  "T.batchedTensordot(v, v, 1)",
  "T.batchedDot(v, v)",
  "T.batchedDot(v, f2)",
  "T.inner(v, f2)",
  "T.kron(v, f2)",
  "T.matrixDot(v, f2, f2)",
  "T.einsum('ij,jk->ki', v, f2)",
  "T.einsum('...i->...', v)",
  "T.diag(v)",
  "T.diff(v)",
  "T.roll(v, 1)",
  "T.tile(v, [2, 3])",
  "T.tile(v, 2, { ndim: 4 })",
  "T.alloc(v, 2, 3, 4, 5)",
  "T.alloc(v, [2, 3, 4, 5])",
  "T.full([2, 3], 1, v.dtype)",
  "T.fullLike(v, 2)",
  "T.identityLike(v)",
  "T.tril(v)",
  "T.eye(3, 3, 0, 'int8')",
  "T.eye(3, { dtype: 'int8' })",
  "T.tri(3)",
  "T.arange(v)",
  "T.arange(0, v, 2)",
  "T.arange(3, { dtype: 'int8' })",
  "T.linspace(0, 1, 5)",
  "T.linspace(0, 1, { num: 5, dtype: 'float32' })",
  "T.meshgrid(v, v)[0]",
  "T.mgrid('0:3', '0:2')[0]",
  "T.broadcastArrays(v, f2)[0]",
  "T.permuteRowElements(v, i2)",
  "T.toOneHot(i1, 3)",
  "T.vander(v)",
  "T.argwhere(v)",
  "T.flatnonzero(v)",
  "T.isfinite(v)",
  "T.interp(v, [0, 1], [0, 1])",
  "T.trapezoid(v)",
  "T.vdot(v, v)",
  "T.nansum(v, 0)",
  "T.nanmean(v, { axis: 0, keepdims: true })",
  "T.nanmax(v, 0)",
  "T.diagflat(v)",
  "T.quantile(v, 0.5, 0)",
  "T.percentile(v, [10, 20], { axis: 0 })",
  "T.median(v, 0)",
  "T.average(v)",
  "T.average(v, { weights: v })",
  "T.countNonzero(v, 0)",
  "T.topk(v, 1)",
  "T.topk(v, 1, null)",
  "T.argtopk(v, 1, { idxDtype: 'int32' })",
  "T.partition(v, 0, null)",
  "T.unique(v)",
  "T.bincount(i1, { weights: v })",
  "T.bincount(i1)",
  "T.hanning(5)",
  "T.largest(v, f2)",
  "T.logaddexp(v, f2)",
  "T.pad(v, 1)",
  "T.setSubtensor(v.at(0), 1)",
  "T.nnet.categoricalCrossentropy(v, i1)",
  "T.nnet.categoricalCrossentropy(v, v)",
  "T.nnet.crossentropySoftmax1hot(v, i1)",
  "T.nnet.crossentropySoftmax1hotWithBias(v, f2.at(0), i1)",
  "T.nnet.crossentropySoftmaxArgmax1hotWithBias(v, f2.at(0), i1)[1]",
  "T.nnet.prepend0ToEachRow(v)",
  "T.nnet.relu(v, 0.1)",
  "T.nnet.relu(v, { alpha: f2 })",
  "T.nnet.elu(v)",
  "T.logicalAnd(v, f2)",
  "T.asTensorVariable(v)",
];
/** Functions that make a dtype of another one. */
const CONVERSIONS = [
  "T.norm(v)",
  "T.cumsum(v)",
  "T.trace(v)",
  "T.nansum(v)",
  "T.nanmean(v)",
  "T.median(v)",
  "T.quantile(v, 0.5)",
  "T.average(v)",
  "T.cov(v)",
  "T.xlogx(v)",
  "T.logit(v)",
  "T.sinc(v)",
  "T.ndtr(v)",
  "T.ndtri(v)",
  "T.log1mexp(v)",
  "T.gammainc(2, v)",
  "T.gammaincc(v, v)",
  "T.betainc(v, 2, 0.5)",
  "T.jv(v, 1.5)",
  "T.polygamma(2, v)",
  "T.zeta(v)",
  "T.owensT(v, 1)",
  "T.chi2sf(v, 2)",
  "T.beta(v, v)",
  "T.vander(v.at(0))",
  "T.trapezoid(v)",
  "T.interp(v, v.at(0), v.at(0))",
  "T.pad(v, 1)",
  "T.pad(v, 1, 'mean')",
  "T.diff(v)",
  "T.arange(v.at(0, 0))",
  "T.largest(v, 2)",
  "T.logaddexp(v, 1)",
  "T.full([2], v)",
  "T.vdot(v, v)",
  "T.cross(v, v)",
  "T.nanToNum(v)",
  "T.histogram(v)[0]",
  "T.nnet.relu(v)",
  "T.nnet.relu(v, 0.5)",
  "T.nnet.elu(v)",
  "T.nnet.selu(v)",
  "T.nnet.hardSigmoid(v)",
  "T.nnet.ultraFastSigmoid(v)",
  "T.nnet.softsign(v)",
  "T.nnet.swish(v)",
  "T.nnet.softmaxGraph(v)",
  "T.nnet.prepend1ToEachRow(v)",
  "T.ceilIntdiv(v, 2)",
  "T.reciprocal(v)",
  "T.absolute(v)",
  "T.fix(v)",
  "T.einsum('ij->j', v)",
  "T.emptyLike(v)",
  "T.nanmin(v)",
];
const PAIRS =
  "xlogy0 xlog1py hypot largest logaddexp ceilIntdiv kron inner tensordot vdot cross fmax logicalOr gammainc jv nnet.binaryCrossentropy " +
  "nnet.sigmoidBinaryCrossentropy nnet.softmaxWithBias";

interface Case {
  readonly text: string;
  /** Names of the variables `v` and `w` in it. */
  readonly v: string;
  readonly w: string;
}

function cases(): Case[] {
  const list: Case[] = [];
  const name = (d: string, r: number): string => `${d}_${r}`;
  for (const d of DTYPES) {
    for (const f of UNARY.split(" ")) list.push({ text: `T.${f}(v)`, v: name(d, 2), w: "" });
    for (const f of REDUCTIONS.split(" ")) list.push({ text: `T.${f}(v)`, v: name(d, 2), w: "" });
    for (const f of CONVERSIONS) list.push({ text: f, v: name(d, 2), w: "" });
    for (const f of PAIRS.split(" ")) {
      for (const e of DTYPES) list.push({ text: `T.${f}(v, w)`, v: name(d, 2), w: name(e, 2) });
    }
    for (const f of BINARY.split(" ")) {
      for (const e of DTYPES) list.push({ text: `T.${f}(v, w)`, v: name(d, 2), w: name(e, 1) });
      for (const n of ["2", "0.5", "1n", "true"]) list.push({ text: `T.${f}(v, ${n})`, v: name(d, 1), w: "" });
      list.push({ text: `T.${f}(2, v)`, v: name(d, 1), w: "" });
    }
  }
  for (const r of RANKS.keys()) {
    const v = name("float32", r);
    for (const f of ["sum", "max", "argmax", "mean", "any"]) {
      for (const axis of AXES) list.push({ text: `v.${f}(${axis})`, v, w: "" });
      for (const axis of AXES) list.push({ text: `T.${f}(v${axis === "" ? "" : `, ${axis}`})`, v, w: "" });
    }
    for (const index of INDICES) list.push({ text: `v.at(${index})`, v, w: "" });
    for (const s of SHAPES) list.push({ text: `v.${s}`, v, w: "" });
    for (const f of FUNCTIONS) list.push({ text: f, v, w: "" });
    for (const s of RANKS.keys()) {
      for (const f of ["dot", "matmul", "add"]) list.push({ text: `v.${f}(w)`, v, w: name("float32", s) });
      list.push({ text: "theano.jacobian(v.sum(), w)", v, w: name("float32", s) });
    }
  }
  return list;
}

const written = (c: Case): string => c.text.replace(/\bv\b/g, c.v).replace(/\bw\b/g, c.w);

const SETUP = [
  ...DTYPES.flatMap((d) => RANKS.map((r, k) => `const ${d}_${k} = T.${r}("${d}_${k}", "${d}");`)),
  `const i0 = T.iscalar(), i1 = T.ivector(), i2 = T.lmatrix(), b1 = T.vector("b1", "bool"), b2 = T.matrix("b2", "bool");`,
  `const f2 = T.fmatrix(), v2 = T.fmatrix();`,
];

/** What the compiler says of each: dtypes and ranks, or null where it refuses. */
function typed(list: readonly Case[], folder: string, options: Typescript.CompilerOptions): (string[][] | null)[] {
  const ts = require("typescript-5.9") as typeof Typescript;
  const file = `${folder}/expressions.ts`;
  const head = [`import * as theano from "theano";`, `import { tensor as T } from "theano";`, ...SETUP];
  const text = [...head, ...list.map((c, i) => `const e${i} = ${written(c)};`), "export {};"].join("\n");
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => (name === file ? text : read(name));
  const exists = host.fileExists.bind(host);
  host.fileExists = (name) => name === file || exists(name);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, text, ...(rest as [Typescript.ScriptTarget]))
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], { ...options, noUnusedLocals: false }, host);
  const source = program.getSourceFile(file)!;
  const checker = program.getTypeChecker();
  const refused = new Set(
    program
      .getSemanticDiagnostics(source)
      .map((d) => source.getLineAndCharacterOfPosition(d.start!).line - head.length),
  );
  const members = (type: Typescript.Type, key: string, at: Typescript.Node): string[] => {
    const property = checker.getPropertyOfType(type, key);
    if (property === undefined) return [];
    const t = checker.getTypeOfSymbolAtLocation(property, at);
    return (t.isUnion() ? t.types : [t]).map((m) => checker.typeToString(m).replaceAll('"', ""));
  };
  return list.map((_, i) => {
    if (refused.has(i)) return null;
    const statement = source.statements[source.statements.length - 1 - list.length + i] as Typescript.VariableStatement;
    const type = checker.getTypeAtLocation(statement.declarationList.declarations[0]!);
    return [members(type, "dtype", statement), members(type, "ndim", statement)];
  });
}

/** What the program makes of each: dtype and rank, or null where it refuses. */
function built(list: readonly Case[]): ([string, number] | null)[] {
  const bodies = list.map((c) => `() => ${written(c)}`);
  const program = `${SETUP.join("\n")}\nreturn [${bodies.join(",\n")}];`;
  const makers = new Function("T", "theano", program)(T, theano) as (() => T.TensorVariable)[];
  return makers.map((make) => {
    try {
      const v = make();
      return [v.dtype, v.ndim];
    } catch {
      return null;
    }
  });
}

export interface Agreement {
  /** How many expressions, of how many the program makes something, and of how many of these the compiler knows dtype and rank. */
  readonly count: number;
  readonly built: number;
  readonly known: number;
  /** Those refused by both. */
  readonly refused: number;
  /** Where compiler and program differ. */
  readonly texts: readonly string[];
}

/** Compares compiler and program under the casting policies. */
export function typesAgree(folder: string, options: Typescript.CompilerOptions): Agreement {
  const list = cases();
  const types = typed(list, folder, options);
  const texts: string[] = [];
  const made = new Set<number>();
  const known = new Set<number>();
  const usual = { castPolicy: theano.config.castPolicy, floatX: theano.config.floatX };
  for (const castPolicy of ["custom", "floatX"] as const) {
    for (const floatX of ["float32", "float64"] as const) {
      Object.assign(theano.config, { castPolicy, floatX });
      for (const [i, real] of built(list).entries()) {
        const [type, text] = [types[i]!, written(list[i]!)];
        if (type === null) {
          if (real !== null) texts.push(`${text}: refused by the compiler only (${real.join(", ")})`);
        } else if (real !== null) {
          made.add(i);
          const [dtypes, ranks] = type as [string[], string[]];
          const fits = dtypes.includes(real[0]) && (ranks.includes("number") || ranks.includes(String(real[1])));
          if (dtypes.length < DTYPES.length && !ranks.includes("number")) known.add(i);
          if (!fits) texts.push(`${text}: typed ${dtypes.join("|")}, ${ranks.join("|")}; it is ${real.join(", ")}`);
        }
      }
    }
  }
  Object.assign(theano.config, usual);
  const refused = types.filter((t) => t === null).length;
  return { count: list.length, built: made.size, known: known.size, refused, texts: [...new Set(texts)] };
}
