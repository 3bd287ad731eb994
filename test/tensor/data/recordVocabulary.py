"""Records what NumPy's functions give. Run with NumPy 2.4: python3 recordVocabulary.py; writes vocabulary.json.

A case: the name in T, its arguments (arrays as {dtype, shape, data}), and the arrays of the result. Floats are written so that they read back
as the same number; NaN and infinities as text.
"""

import json
import pathlib
import warnings

import numpy as np

HERE = pathlib.Path(__file__).parent
CASES = []


def plain(v):
    if isinstance(v, complex):
        return [plain(v.real), plain(v.imag)]
    if isinstance(v, float) and not np.isfinite(v):
        return str(v)
    return v


def encode(v):
    if isinstance(v, (np.ndarray, np.generic)):
        a = np.asarray(v)
        return {"dtype": str(a.dtype), "shape": list(a.shape), "data": [plain(e) for e in a.ravel().tolist()]}
    if isinstance(v, (list, tuple)):
        return [encode(e) for e in v]
    if isinstance(v, dict):
        return {k: encode(e) for k, e in v.items()}
    return plain(v)


def case(name, function, *args, ulp=0, near=0, **options):
    """`function` is called with the arguments; options are those of T's function and not given to it."""
    got = function(*args)
    many = isinstance(got, (list, tuple))
    entry = {"f": name, "args": encode(args), "out": encode(list(got) if many else [got]), "many": many}
    if options:
        entry["options"] = encode(options)
    if ulp:
        entry["ulp"] = ulp
    if near:
        entry["abs"] = near
    CASES.append(entry)


def numbers(shape, dtype="float64", seed=0, span=11):
    n = int(np.prod(shape, dtype=int))
    k = (7 * np.arange(n) + 3 * seed + (np.arange(n) ** 2) % 5) % span - (0 if dtype.startswith("u") else span // 2)
    if dtype == "bool":
        return (k % 3 == 0).reshape(shape)
    if dtype.startswith("complex"):
        return (k + 1j * ((5 * k + seed) % 7 - 3)).astype(dtype).reshape(shape)
    return (k / 4 if dtype.startswith("float") else k).astype(dtype).reshape(shape)


NAN = np.array([1.5, np.nan, -2.0, np.inf, np.nan, -2.0, -np.inf, 0.25])
DTYPES = "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64 complex64 complex128".split()
REAL = [d for d in DTYPES if not d.startswith("complex")]
FLOATS = ["float16", "float32", "float64"]

# axes
for shape in [(), (3,), (2, 3), (2, 3, 2)]:
    x = numbers(shape, "int32")
    case("atleast1d", np.atleast_1d, x)
    case("atleast2d", np.atleast_2d, x)
    case("atleast3d", np.atleast_3d, x)
for axis, start in [(0, 3), (2, 0), (1, 0), (0, 1), (-1, 1), (0, -1), (2, 3)]:
    case("rollaxis", np.rollaxis, numbers((2, 3, 4)), axis, start)
for dtype in DTYPES:
    case("flip", np.flip, numbers((2, 3), dtype))
    case("flip", np.flip, numbers((2, 3), dtype), 1)
case("flip", np.flip, numbers((2, 0, 3)), [0, 2])
case("flip", np.flip, numbers(()))
case("flipud", np.flipud, numbers((3, 2)))
case("fliplr", np.fliplr, numbers((3, 2)))
for k in range(-1, 5):
    case("rot90", np.rot90, numbers((2, 3)), k)
case("rot90", lambda x, k, a: np.rot90(x, k, tuple(a)), numbers((2, 3, 2)), 1, [1, 2])
for name, f in [("hstack", np.hstack), ("vstack", np.vstack), ("dstack", np.dstack)]:
    case(name, lambda *a, f=f: f(a), numbers((3,)), numbers((3,), seed=1))
    case(name, lambda *a, f=f: f(a), numbers((2, 3)), numbers((2, 3), "int8", seed=1))
case("columnStack", lambda *a: np.column_stack(a), numbers((3,)), numbers((3, 2), seed=1))

# ranges
for n in [0, 1, 2, 5, 50]:
    for endpoint in [True, False]:
        case("linspace", lambda a, b, n, e=endpoint: np.linspace(a, b, n, endpoint=e), -1.0, 2.5, n, ulp=1, endpoint=endpoint)
        case("geomspace", lambda a, b, n, e=endpoint: np.geomspace(a, b, n, endpoint=e), 0.5, 100.0, n, ulp=64, endpoint=endpoint)
        case("logspace", lambda a, b, n, e=endpoint: np.logspace(a, b, n, endpoint=e), -1.0, 2.0, n, ulp=16, endpoint=endpoint)
case("linspace", lambda a, b, n: np.linspace(a, b, n, dtype="int32"), -3.0, 4.0, 5, dtype="int32")
case("logspace", lambda a, b, n: np.logspace(a, b, n, base=2), 0.0, 6.0, 7, base=2)
case("geomspace", np.geomspace, -1.0, -1000.0, 4, ulp=16)
for ij in ["xy", "ij"]:
    for sparse in [False, True]:
        for vs in [[numbers((3,)), numbers((2,), "int64")], [numbers((3,)), numbers((2,)), numbers((4,), "int8")], [numbers((3,))], [numbers(()), numbers((0,))]]:
            case("meshgrid", lambda v, i=ij, s=sparse: np.meshgrid(*v, indexing=i, sparse=s), vs, indexing=ij, sparse=sparse)
case("indices", lambda s: list(np.indices(s)), [2, 3])
for n, k, m in [(3, 0, 3), (3, 1, 4), (4, -1, 2), (0, 0, 3)]:
    case("trilIndices", np.tril_indices, n, k, m)
    case("triuIndices", np.triu_indices, n, k, m)
case("vander", np.vander, numbers((4,)))
case("vander", np.vander, numbers((3,), "int64"), 5)
case("vander", lambda x, n: np.vander(x, n, increasing=True), numbers((3,)), 2, increasing=True)

# windows
for m in [-1, 0, 1, 2, 5, 12]:
    case("bartlett", np.bartlett, m, ulp=4)
    case("hanning", np.hanning, m, near=1e-15)
    case("hamming", np.hamming, m, near=1e-15)
    case("blackman", np.blackman, m, near=1e-15)
    case("kaiser", np.kaiser, m, 8.5, ulp=16)
    case("kaiser", np.kaiser, m, 0.0, ulp=16)

# order
for dtype in REAL:
    x = numbers((3, 7), dtype)
    for k in [1, 3, -2]:
        case("topk", lambda x, k: np.sort(x)[..., -k:] if k > 0 else np.sort(x)[..., :-k], x, k)
        case("argtopk", lambda x, k: np.argsort(x, kind="stable")[..., -k:] if k > 0 else np.argsort(x, kind="stable")[..., :-k], x, k)
    case("topk", lambda x, k: np.sort(x, axis=0)[-k:], x, 2, axis=0)
    case("partition", lambda x, k: np.sort(x), x, 3)
    case("median", np.median, x, ulp=0)
    case("percentile", lambda x, q: np.percentile(x, q).astype(x.dtype if dtype.startswith("float") else "float64"), x, 30.0, ulp=2) if dtype != "bool" else None
case("topk", lambda x, k: np.sort(x)[-k:], NAN, 3)
case("topk", lambda x, k: np.sort(x, axis=None)[-k:], numbers((2, 4)), 5, axis=None)
for method in ["linear", "lower", "higher", "midpoint", "nearest"]:
    for q in [0.0, 12.5, 50.0, 75.0, 100.0]:
        case("percentile", lambda x, q, m=method: np.percentile(x, q, method=m), numbers((9,)), q, method=method, ulp=2)
        case("percentile", lambda x, q, m=method: np.percentile(x, q, axis=1, method=m), numbers((3, 4)), q, method=method, axis=1, ulp=2)
    case("quantile", lambda x, q, m=method: np.quantile(x, q, axis=0, method=m), numbers((5, 2)), [0.1, 0.7, 1.0], method=method, axis=0, ulp=2)
    case("quantile", lambda x, q, m=method: np.quantile(x, q, axis=(0, 2), keepdims=True, method=m), numbers((2, 3, 4)), [0.25, 0.5], method=method, axis=[0, 2], keepdims=True, ulp=2)
case("quantile", np.quantile, NAN, 0.5)
case("median", np.median, NAN)
case("median", np.median, numbers((6,)))
case("median", lambda x: np.median(x, axis=1), numbers((2, 5, 3)), axis=1)
case("median", lambda x: np.median(x, axis=(0, 2), keepdims=True), numbers((2, 5, 4)), axis=[0, 2], keepdims=True)
case("median", lambda x: np.median(x, axis=0), numbers((3, 0)), axis=0)

# unique
for dtype in DTYPES:
    x = numbers((3, 8), dtype)
    case("unique", np.unique, x)
    case("unique", lambda x: np.unique(x, True, True, True), x, returnIndex=True, returnInverse=True, returnCounts=True)
    y = numbers((6, 2), dtype, span=4)
    case("unique", lambda x: np.unique(x, True, False, True, axis=0), y, returnIndex=True, returnCounts=True, axis=0)
    case("unique", lambda x: np.unique(x, axis=1), y.T, axis=1)
case("unique", lambda x: np.unique(x, True, True, True), NAN, returnIndex=True, returnInverse=True, returnCounts=True)
case("unique", lambda x: np.unique(x, True, True, True), numbers((0,)), returnIndex=True, returnInverse=True, returnCounts=True)
case("unique", np.unique, numbers(()))
case("unique", lambda x: [a.ravel() if i == 1 else a for i, a in enumerate(np.unique(x, return_inverse=True, axis=0))], numbers((5, 2), span=3), returnInverse=True, axis=0)

# products
for s, t in [((2,), (3,)), ((2, 2), (3, 2)), ((2,), (2, 3)), ((2, 1, 2), (3, 2)), ((), (3,)), ((0,), (2,)), ((), ())]:
    case("kron", np.kron, numbers(s), numbers(t, seed=1))
for dtype in DTYPES:
    case("kron", np.kron, numbers((2, 2), dtype), numbers((1, 2), dtype, seed=2))
EINSUMS = [
    ("i,i", (3,), (3,)), ("ij,jk", (2, 3), (3, 4)), ("ij,jk->ki", (2, 3), (3, 4)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("ij->ji", (2, 3)),
    ("ij->", (2, 3)), ("ij->j", (2, 3)), ("i,j->ij", (2,), (3,)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)), ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("ij...,j->i...", (2, 3, 4), (3,)), ("i...->...", (2, 3)), ("...,...", (2, 3), (3,)), ("ij,ij->ij", (2, 3), (2, 3)), ("ij,kj->ik", (2, 3), (4, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)), ("abcd,bd->ac", (2, 3, 2, 4), (3, 4)), ("iij->j", (3, 3, 2)), ("iji->ij", (3, 2, 3)),
    ("i,ij,j", (2,), (2, 3), (3,)), (",", (), ()), ("->", ()), ("ij , jk -> ik", (2, 3), (3, 2)), ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)), ("ij,j->ij", (2, 3), (3,)),
    ("ij,jk->ik", (0, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 2)), ("ij,kl->", (2, 3), (3, 2)), ("iii->i", (2, 2, 2)), ("ba", (2, 3)), ("ijk,k->", (2, 3, 4), (4,)), ("i,i,i->i", (3,), (3,), (3,)),
]
for text, *shapes in EINSUMS:
    case("einsum", np.einsum, text, *[numbers(s, seed=k) for k, s in enumerate(shapes)], ulp=1)
for dtype in DTYPES:
    case("einsum", np.einsum, "ij,jk->ik", numbers((2, 3), dtype, span=5), numbers((3, 2), dtype, seed=2, span=5))
    case("einsum", np.einsum, "ij->j", numbers((2, 3), dtype, span=5))

# positions
for order in "CF":
    for mode in ["raise", "clip", "wrap"]:
        i = np.array([0, 2, 1]) if mode == "raise" else np.array([-1, 5, 1])
        j = np.array([[1], [3]]) if mode == "raise" else np.array([[7], [-2]])
        case("ravelMultiIndex", lambda m, d, o=order, k=mode: np.ravel_multi_index(np.broadcast_arrays(*m), d, mode=k, order=o), [i, j], [3, 4], order=order, mode=mode)
    case("unravelIndex", lambda i, d, o=order: np.unravel_index(i, d, order=o), np.array([[0, 22], [41, 7]], dtype="int32"), [7, 6], order=order)
    case("unravelIndex", lambda i, d, o=order: np.unravel_index(i, d, order=o), np.array([0, 119, 60]), [4, 5, 6], order=order)
case("ravelMultiIndex", lambda m, d: np.ravel_multi_index(m, d, mode=("clip", "wrap")), [np.array([9, -1]), np.array([9, -1])], [3, 4], mode=["clip", "wrap"])

# padding
SHAPES = [((5,), [2, 3]), ((3, 4), [[1, 2], [3, 0]]), ((2, 3), 4), ((1,), [2, 2]), ((2, 2), [[7, 5], [0, 9]])]
for mode in ["constant", "edge", "reflect", "symmetric", "wrap", "maximum", "minimum", "mean", "median", "linear_ramp"]:
    for shape, width in SHAPES:
        for dtype in ["float64", "int32"]:
            case("pad", lambda x, w, m=mode: np.pad(x, w, mode=m), numbers(shape, dtype), width, mode=mode, ulp=2)
    if mode not in ("maximum", "minimum", "median"):
        case("pad", lambda x, w, m=mode: np.pad(x, w, mode=m), numbers((3,), "complex64"), [2, 1], mode=mode, ulp=4)
    case("pad", lambda x, w, m=mode: np.pad(x, w, mode=m), numbers((4,), "float32"), [2, 1], mode=mode, ulp=2)
case("pad", lambda x, w: np.pad(x, w, constant_values=((1, 2), (3, 4))), numbers((2, 2)), [[1, 2], [2, 1]], constantValues=[[1, 2], [3, 4]])
case("pad", lambda x, w: np.pad(x, w, mode="linear_ramp", end_values=(5, -4)), numbers((2, 2)), [2, 3], mode="linear_ramp", endValues=[5, -4], ulp=2)
case("pad", lambda x, w: np.pad(x, w, mode="mean", stat_length=2), numbers((5,)), [2, 3], mode="mean", statLength=2)
case("pad", lambda x, w: np.pad(x, w, mode="maximum", stat_length=((1, 2), (2, 1))), numbers((3, 4)), 1, mode="maximum", statLength=[[1, 2], [2, 1]])
for mode in ["reflect", "symmetric"]:
    for width in [[2, 3], [4, 4]]:
        case("pad", lambda x, w, m=mode: np.pad(x, w, mode=m, reflect_type="odd"), numbers((5,)), width, mode=mode, reflectType="odd")
for dtype in DTYPES:
    case("pad", lambda x, w: np.pad(x, w), numbers((2, 2), dtype), 1)
case("pad", lambda x, w: np.pad(x, w), numbers((0, 2)), 1)

# statistics
for dtype in FLOATS[1:] + ["complex128", "int32"]:
    x = numbers((3, 6), dtype)
    # NumPy computes in float64 at least.
    case("cov", lambda x, d=dtype: np.cov(x).astype("float32" if d == "float32" else np.cov(x).dtype), x, ulp=512)
case("cov", lambda x: np.cov(x, rowvar=False), numbers((6, 2)), rowvar=False, ulp=64)
case("cov", lambda x: np.atleast_2d(np.cov(x, bias=True)), numbers((6,)), bias=True, ulp=64)
case("cov", lambda x: np.cov(x, ddof=2), numbers((2, 6)), ddof=2, ulp=64)
W, A = np.array([1, 2, 1, 3, 1, 2]), np.array([0.5, 1, 2, 1, 0.25, 1])
case("cov", lambda x: np.cov(x, fweights=W), numbers((2, 6)), fweights=W, ulp=64)
case("cov", lambda x: np.cov(x, aweights=A), numbers((2, 6)), aweights=A, ulp=64)
case("cov", lambda x: np.cov(x, fweights=W, aweights=A), numbers((2, 6)), fweights=W, aweights=A, ulp=64)
case("cov", lambda x: np.cov(x, numbers((1, 6), seed=4)), numbers((2, 6)), y=numbers((1, 6), seed=4), ulp=64)
case("corrcoef", np.corrcoef, numbers((3, 6)), ulp=512)
case("average", np.average, numbers((2, 3)))
case("average", lambda x: np.average(x, axis=1, weights=[1.0, 2.0, 5.0]), numbers((2, 3)), axis=1, weights=np.array([1.0, 2.0, 5.0]), ulp=4)
case("average", lambda x: np.average(x, weights=numbers((2, 3), seed=5) + 3), numbers((2, 3)), weights=numbers((2, 3), seed=5) + 3, ulp=4)
case("countNonzero", lambda x: np.int64(np.count_nonzero(x)), numbers((3, 4)))
case("countNonzero", lambda x: np.count_nonzero(x, axis=0), numbers((3, 4), "bool"), axis=0)

# numeric
for dtype in FLOATS:
    x = NAN.astype(dtype)
    for name, f in [("isfinite", np.isfinite), ("isposinf", np.isposinf), ("isneginf", np.isneginf), ("nanToNum", np.nan_to_num)]:
        case(name, f, x)
case("isfinite", np.isfinite, np.array([1 + 1j, complex(np.nan, 0), complex(0, np.inf)]))
case("nanToNum", lambda x: np.nan_to_num(x, nan=7.0, posinf=1.0, neginf=-1.0), NAN, nan=7, posinf=1, neginf=-1)
case("nanToNum", np.nan_to_num, np.array([complex(np.nan, 1), complex(0, np.inf)]))
case("nanToNum", np.nan_to_num, numbers((3,), "int8"))
case("hypot", np.hypot, np.array([3.0, 0, np.inf, np.nan, np.inf, 1e300, 1e-300, -5]), np.array([4.0, 0, np.nan, 1, 2, 1e300, 1e-300, 12]), ulp=2)
case("takeAlongAxis", lambda x, i, a: np.take_along_axis(x, i, a), numbers((3, 4)), np.array([[0, 3], [1, -1], [2, 2]]), 1)
case("takeAlongAxis", lambda x, i, a: np.take_along_axis(x, i, a), numbers((3, 4)), np.array([[0, 2, 1, 1]]), 0)
case("takeAlongAxis", lambda x, i, a: np.take_along_axis(x, i, a), numbers((3, 4)), np.array([5, 11, 0]), None)
case("argwhere", np.argwhere, numbers((3, 4)))
case("isin", np.isin, numbers((2, 3), "int64"), np.array([1, 3, 5]))
case("isin", lambda x, v: np.isin(x, v, invert=True), numbers((2, 3)), np.array([0.25, 1.5]), invert=True)
XP, FP = np.array([-1.0, 0.5, 2.0, 4.0]), np.array([3.0, -1.0, 2.5, 2.0])
case("interp", np.interp, np.array([-5.0, -1, 0, 0.5, 1, 3, 4, 9, np.nan, np.inf, -np.inf]), XP, FP, ulp=4)
case("interp", lambda x, xp, fp: np.interp(x, xp, fp, left=9, right=-9), np.array([[-5.0, 4], [1, 5]]), XP, FP, left=9, right=-9, ulp=4)
case("digitize", np.digitize, np.array([0.2, 6.4, 3.0, 1.6]), np.array([0.0, 1.0, 2.5, 3.0, 10.0]))
case("digitize", lambda x, b: np.digitize(x, b, right=True), np.array([0.2, 6.4, 3.0, 1.6]), np.array([0.0, 1.0, 2.5, 3.0, 10.0]), right=True)
case("trapezoid", np.trapezoid, numbers((2, 5)))
case("trapezoid", lambda y: np.trapezoid(y, x=np.array([0.0, 1, 3, 4, 8]), axis=1), numbers((2, 5)), x=np.array([0.0, 1, 3, 4, 8]), axis=1)
case("trapezoid", lambda y: np.trapezoid(y, dx=0.5, axis=0), numbers((4, 2)), dx=0.5, axis=0)
case("vdot", np.vdot, numbers((2, 3), "complex128"), numbers((3, 2), "complex128", seed=1))


# several arrays, bins, keys
case("broadcastArrays", lambda *a: [np.array(v) for v in np.broadcast_arrays(*a)], numbers((3, 1)), numbers((1, 4), "int8"), numbers(()))
case("histogram", lambda x: np.histogram(x), numbers((3, 7)), ulp=2)
case("histogram", lambda x: np.histogram(x, bins=4, range=(-1, 1)), numbers((20,), "int32"), bins=4, range=[-1, 1], ulp=2)
case("histogram", lambda x: np.histogram(x, bins=np.array([-1.0, 0, 0.5, 2])), numbers((20,)), bins=np.array([-1.0, 0, 0.5, 2]))
case("lexsort", lambda k: np.lexsort(k), [numbers((9,), seed=2), numbers((9,), "int64", span=3)])
for f, name in [(np.nansum, "nansum"), (np.nanprod, "nanprod"), (np.nanmean, "nanmean")]:
    case(name, f, np.array([1.5, np.nan, -2.0, np.nan, 0.25]))
    case(name, lambda x, f=f: f(x, axis=0), np.array([[1.5, np.nan], [-2.0, 4.0]]), axis=0)
case("diagflat", lambda x, k: np.diagflat(x, k), numbers((2, 2)), 1)
case("cross", np.cross, numbers((4, 3)), numbers((4, 3), seed=1))
case("cross", np.cross, numbers((3,), "int32"), numbers((2, 3), seed=1))

# NumPy's own names
for dtype in DTYPES:
    x, y = numbers((2, 3), dtype), numbers((3,), dtype, seed=2)
    real = not dtype.startswith("complex")
    # Theano's divisions, powers and reciprocals of integers are other ones than NumPy's.
    case("absolute", np.absolute, x, ulp=1)
    case("multiply", np.multiply, x, y)
    case("equal", np.equal, x, y)
    case("notEqual", np.not_equal, x, y)
    for name, f in [("logicalAnd", np.logical_and), ("logicalOr", np.logical_or), ("logicalXor", np.logical_xor)]:
        case(name, f, x, y)
    case("logicalNot", np.logical_not, x)
    case("positive", lambda x: x.copy(), x)
    case("matrixTranspose", np.matrix_transpose, x)
    case("emptyLike", np.zeros_like, x)
    if dtype != "bool":
        case("negative", np.negative, x if dtype != "uint64" else x * np.uint64(0))
        case("subtract", np.subtract, x if dtype != "uint64" else x + np.uint64(9), y)
    if real:
        for name, f in [("less", np.less), ("lessEqual", np.less_equal), ("greater", np.greater)]:
            case(name, f, x, y)
        case("greaterEqual", np.greater_equal, x, y)
        case("nanmax", np.nanmax, x)
        case("nanmin", np.nanmin, x)
        case("fmax", np.fmax, x, y)
        case("fmin", np.fmin, x, y)
        if dtype != "bool":
            case("sign", np.sign, x)
            case("remainder", np.remainder, x, np.array([2, 3, 1], dtype))
            case("floorDivide", np.floor_divide, x, np.array([2, 3, 1], dtype))
    if dtype in FLOATS:
        case("reciprocal", np.reciprocal, x + np.dtype(dtype).type(0.1))
        case("rint", np.rint, x)
        case("fix", np.fix, x)
        case("divide", np.divide, x, np.array([2, 3, 0.75], dtype))
        case("trueDivide", np.true_divide, x, np.array([2, 3, 0.75], dtype))
for name, f in [("fmax", np.fmax), ("fmin", np.fmin)]:
    case(name, f, NAN, NAN[::-1].copy())
    case(name, f, NAN, 0.5)
case("nanmax", np.nanmax, NAN)
case("nanmin", np.nanmin, NAN)
case("nanmax", lambda x: np.nanmax(x, axis=1), NAN.reshape(2, 4), axis=1)
case("nanmin", lambda x: np.nanmin(x, axis=0, keepdims=True), NAN.reshape(2, 4), axis=0, keepdims=True)
case("logicalNot", np.logical_not, NAN)
case("empty", np.zeros, [2, 3])

# elements that are not NaN
GAPS = np.array([[1.5, np.nan, -2.0, 4.0], [7.0, np.nan, -2.0, 0.25], [np.nan] * 4])
with np.errstate(all="ignore"), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    for dtype in FLOATS + ["int32", "bool"]:
        x = GAPS.astype(dtype) if dtype in FLOATS else numbers((3, 4), dtype)
        wide = x.astype("float64")
        kept = dtype if dtype in FLOATS else "float64"
        for axis in [None, 0, [0, 1], -1]:
            over = {"axis": tuple(axis) if isinstance(axis, list) else axis, "keepdims": axis == 0}
            given = {"axis": axis, "keepdims": axis == 0}
            for ddof in [0, 1]:
                for name, f in [("nanvar", np.nanvar), ("nanstd", np.nanstd)]:
                    case(name, lambda x, f=f, d=ddof: np.asarray(f(wide, ddof=d, **over)).astype(kept), x, ulp=8, ddof=ddof, **given)
            case("nanmedian", lambda x: np.asarray(np.nanmedian(wide, **over)).astype(kept), x, ulp=1, **given)
            case("nanquantile", lambda x, q: np.asarray(np.nanquantile(wide, q, **over)).astype(kept), x, [0.25, 0.6], ulp=2, **given)
            case("nanpercentile", lambda x, q: np.asarray(np.nanpercentile(wide, q, method="nearest", **over)).astype(kept), x, 30.0, method="nearest", **given)
        sums = "float64" if dtype in FLOATS else "int64"
        for name, f in [("nancumsum", np.nancumsum), ("nancumprod", np.nancumprod)]:
            case(name, lambda x, f=f: f(x), x)
            case(name, lambda x, f=f: f(x, 1), x, axis=1)
        for name, f in [("nanargmax", np.nanargmax), ("nanargmin", np.nanargmin)]:
            case(name, lambda x, f=f: f(x), x)
            case(name, lambda x, f=f: f(x, 1), x[:2], axis=1)
    case("nanmedian", np.nanmedian, NAN)
    case("nanvar", np.nanvar, np.array([1 + 2j, complex(np.nan, 1), -3j]), ulp=4)

# signs and parts
EDGES = np.array([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 2.5, -3.75, 1e-40, -1e-310, 1e308])
TO_FLOAT = {"bool": "float32", "int8": "float32", "uint8": "float32", "int16": "float32", "uint16": "float32", "int32": "float64", "uint32": "float64", "int64": "float64", "uint64": "float64"}
with np.errstate(all="ignore"):
    for dtype in REAL:
        x = EDGES.astype(dtype) if dtype in FLOATS else numbers((12,), dtype)
        y = x[::-1].copy() if dtype in FLOATS else numbers((12,), dtype, seed=4)
        kept = TO_FLOAT.get(dtype, dtype)
        case("copysign", lambda x, y: np.copysign(x.astype(kept), y.astype(kept)), x, y)
        case("signbit", lambda x: np.signbit(x.astype(kept)), x)
        case("heaviside", lambda x, y: np.heaviside(x.astype(kept), y.astype(kept)), x, y)
        case("cbrt", lambda x: np.cbrt(x.astype("float64")).astype(kept), x, ulp=1)
        case("modf", lambda x: list(np.modf(x.astype(kept))), x)
        case("floatPower", np.float_power, x, y, ulp=2)
        case("isreal", np.isreal, x)
        # Which zero stays is up to the order of sorting.
        case("union1d", np.union1d, x + 0 if dtype in FLOATS else x, y + 0 if dtype in FLOATS else y)
        if dtype != "bool":
            case("fmod", np.fmod, x, y)
            case("ediff1d", np.ediff1d, np.sort(x))
        if dtype not in FLOATS:
            for name, f in [("intersect1d", np.intersect1d), ("setxor1d", np.setxor1d), ("setdiff1d", np.setdiff1d)]:
                case(name, f, x, y)
            if dtype != "bool":
                case("gcd", np.gcd, x, y)
                case("lcm", np.lcm, x, y)
    case("gcd", np.gcd, np.array([2**62, 3 * 2**40, -(2**63), 0]), np.array([2**61 + 2**40, 9 * 2**40, 6, 0]))
    case("gcd", np.gcd, np.array([2**64 - 1, 2**63], dtype="uint64"), np.array([3 * 5 * 17, 2**62], dtype="uint64"))
    case("ldexp", np.ldexp, np.array([1.0, 1e300, 1e-300, 5e-324, 1.7e308, 3, 1.7, 1.1e-300]), np.array([1000, -2000, 2000, 2097, -2097, -1074, -1070, -60]))
    case("ldexp", np.ldexp, np.array([1, 1e30, 1e-30, 1e-45, 3e38, 3, 1.7], "float32"), np.array([100, -170, 200, 277, -277, -149, -140]))
    case("ldexp", np.ldexp, np.array([1, 1e-7, 6e4, 3], "float16"), np.array([15, 39, -40, -24]))
case("iscomplex", np.iscomplex, np.array([1, 1j, 0]))
case("isreal", np.isreal, np.array([1, 1j, 0]))
case("degrees", np.degrees, numbers((5,)), ulp=1)
case("radians", np.radians, numbers((5,)), ulp=1)
NOTHING = numbers((0,))
for name, f in [("union1d", np.union1d), ("intersect1d", np.intersect1d), ("setxor1d", np.setxor1d), ("setdiff1d", np.setdiff1d)]:
    for x, y in [(NOTHING, NOTHING), (numbers((3,)), NOTHING), (NOTHING, numbers((3,)))]:
        case(name, f, x, y)

# blocks
A, B, R = numbers((2, 2)), numbers((2, 1), seed=1), numbers((3,))
for blocks in [[[A, B], [B, A]], [R, 1, 2], [[R], [R]], [numbers((2, 2, 2)), numbers((2, 2, 1))], [[[R]], [[R]]]]:
    case("block", np.block, blocks)
for parts in [1, 2, 3, 9]:
    case("arraySplit", np.array_split, numbers((7,)), parts)
    case("arraySplit", lambda x, n: np.array_split(x, n, 1), numbers((2, 5)), parts, axis=1)
case("arraySplit", lambda x, at: np.array_split(x, at, 1), numbers((2, 5)), [1, 3, 3], axis=1)
case("arraySplit", np.array_split, numbers((5,)), [9, -1])
case("append", np.append, A, B)
case("append", lambda x, y: np.append(x, y, 1), A, B, axis=1)
case("append", np.append, A, 5.0)
case("delete", np.delete, R, 1)
case("delete", lambda x, i: np.delete(x, i, 1), numbers((2, 4)), [0, -1], axis=1)
case("delete", np.delete, A, np.array([1, 1]))
case("select", np.select, [numbers((3, 4)) > 1, numbers((3, 4)) < 0], [numbers((3, 4)), numbers((3, 4), seed=2)], 7.0)
case("extract", np.extract, numbers((3, 4)) > 0, numbers((3, 4)))


def put_along_axis(x, places, values, axis):
    y = x.copy()
    np.put_along_axis(y, np.asarray(places), values, axis)
    return y


case("putAlongAxis", put_along_axis, numbers((3, 4)), [[0, 3], [1, -1], [2, 2]], 9.0, 1)
case("putAlongAxis", put_along_axis, numbers((3, 4)), np.array([[2, 0, 1, 1]]), numbers((1, 4), seed=3), 0)
case("diagIndices", np.diag_indices, 3)
case("diagIndices", np.diag_indices, 2, 3)
case("choose", np.choose, np.zeros(3, int), [np.array([[1.0], [2.0]])])

# sequences
PLACES = np.array([0, 1, 3, 4.5, 5, 8])
for dtype in FLOATS + ["int32", "complex64"]:
    x = numbers((3, 6), dtype)
    wide = x.astype("complex128" if dtype == "complex64" else "float64")
    kept = "float64" if dtype == "int32" else dtype
    for order in [1, 2]:
        case("gradient", lambda x: np.gradient(wide, axis=1, edge_order=order).astype(kept), x, ulp=4, axis=1, edgeOrder=order)
        case("gradient", lambda x: np.gradient(wide, 2.0, axis=0, edge_order=order).astype(kept), x, ulp=4, axis=0, spacing=2, edgeOrder=order)
        case("gradient", lambda x: np.gradient(wide, PLACES, axis=1, edge_order=order).astype(kept), x, ulp=16, near=1e-3 if dtype == "float16" else 1e-6 if "64" not in dtype or dtype == "complex64" else 1e-14, spacing=PLACES, edgeOrder=order)
    for n, m in [(6, 3), (3, 6), (5, 4), (4, 4), (1, 3), (5, 2)]:
        x, y = numbers((n,), dtype), numbers((m,), dtype, seed=2)
        for mode in ["full", "same", "valid"]:
            case("convolve", lambda x, y, mode: np.convolve(x, y, mode), x, y, mode)
            case("correlate", lambda x, y, mode: np.correlate(x, y, mode), x, y, mode)
    case("polyval", np.polyval, numbers((4,), dtype, seed=1), numbers((2, 3), dtype), ulp=8, near=0.05 if dtype == "float16" else 1e-5)
ANGLES = np.array([[0, 3, 6.5, -1, 2, 9, -9], [0, np.pi, 2 * np.pi, 3 * np.pi, 0, -np.pi, 1]])
case("unwrap", np.unwrap, ANGLES, ulp=8)
case("unwrap", lambda x: np.unwrap(x, 3, 0, period=4), ANGLES, ulp=8, axis=0, period=4, discont=3)
case("unwrap", np.unwrap, np.array([0, 5, 1, 7]), ulp=8)

(HERE / "vocabulary.json").write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in CASES) + "\n]\n")
print(len(CASES), "cases")
