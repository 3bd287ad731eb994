"""Records NumPy's products of small integer arrays. Run with NumPy 2.4: python3 recordProducts.py; writes products.json.

Elements of an operand are ((7 i + 3 s) mod 11) - 5 for the i-th of operand number s, so that results are exact in every dtype.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent


def operand(shape, seed):
    n = int(np.prod(shape, dtype=int))
    return ((7 * np.arange(n) + 3 * seed) % 11 - 5).reshape(shape)


def record(name, function, shapes, *args):
    case = {"name": name, "shapes": [list(s) for s in shapes], "args": list(args)}
    got = function(*(operand(s, k) for k, s in enumerate(shapes)), *args)
    return {**case, "result": list(np.shape(got)), "got": np.ravel(got).tolist()}


def theano_dot(a, b):
    return np.dot(a, b)


def batched_dot(a, b):
    return np.stack([np.dot(x, y) for x, y in zip(a, b)]) if len(a) else np.zeros((0,) + np.dot(a.sum(0), b.sum(0)).shape)


def batched_tensordot(a, b, axes):
    inner = axes if isinstance(axes, int) else [[i - 1 for i in part] for part in axes]
    return np.stack([np.tensordot(x, y, inner) for x, y in zip(a, b)])


DOTS = [
    ((), ()), ((), (3,)), ((2, 3), ()), ((3,), (3,)), ((0,), (0,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 1)),
    ((2, 0), (0, 4)), ((0, 3), (3, 2)), ((2, 3), (3, 0)), ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((2, 3, 4), (4, 5)), ((2, 3), (4, 3, 2)),
    ((2, 3, 4), (5, 4, 2)), ((17, 33), (33, 9)), ((64, 5), (5, 64)), ((1, 100), (100, 1)), ((5, 1), (1, 7)),
]
MATMULS = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)), ((5, 2, 3), (1, 3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 2)), ((4, 1, 2, 3), (5, 3, 2)), ((2, 3, 2, 4), (2, 3, 4, 1)),
    ((0, 2, 3), (0, 3, 4)), ((2, 2, 0), (2, 0, 3)), ((2, 1, 2, 3), (1, 5, 3, 4)),
]
BATCHED = [((5, 2, 3), (5, 3, 4)), ((5, 3), (5, 3)), ((5, 2, 3), (5, 3)), ((5, 3), (5, 3, 2)), ((1, 2, 3), (1, 3, 2)), ((3, 2, 0), (3, 0, 2))]
TENSORDOTS = [
    ((3, 4), (3, 4), 2), ((3, 4), (4, 2), 1), ((3,), (4,), 0), ((2, 3, 4), (3, 4, 5), 2), ((2, 3, 4), (4, 3, 5), [[1, 2], [1, 0]]),
    ((2, 3, 4), (5, 3), [[1], [1]]), ((2, 3), (2, 3), [[0, 1], [0, 1]]), ((2, 3, 4), (2, 3, 4), 3), ((2, 3, 4), (4,), [[-1], [0]]),
]
BATCHED_TENSORDOTS = [((3, 2, 4), (3, 4, 5), [[2], [1]]), ((3, 2, 4), (3, 2, 4), [[1, 2], [1, 2]]), ((2, 3, 4), (2, 4, 5), 1)]
OUTERS = [((3,), (2,)), ((2, 2), (3,)), ((0,), (3,)), ((), (3,))]
INNERS = [((3,), (3,)), ((2, 3), (4, 3)), ((2, 3), (3,)), ((2, 2, 3), (4, 3)), ((), (3,))]

cases = [record("dot", theano_dot, s) for s in DOTS]
cases += [record("matmul", np.matmul, s) for s in MATMULS]
cases += [record("batchedDot", batched_dot, s) for s in BATCHED]
cases += [record("tensordot", np.tensordot, (a, b), axes) for a, b, axes in TENSORDOTS]
cases += [record("batchedTensordot", batched_tensordot, (a, b), axes) for a, b, axes in BATCHED_TENSORDOTS]
cases += [record("outer", np.outer, s) for s in OUTERS]
cases += [record("inner", np.inner, s) for s in INNERS]
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
(HERE / "products.json").write_text(f"[\n{lines}\n]\n")
