"""Records NumPy's inverses, determinants and solutions. Run with NumPy 2.4: python3 recordLinalg.py; writes linalg.json.

Each case: a square matrix, right sides as a matrix of two columns, and inv(a), det(a), solve(a, b); or that the matrix is singular.
"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(3)

MATRICES = [
    [[4.0]],
    [[2.0, 1.0], [1.0, 3.0]],
    [[0.0, 1.0], [1.0, 0.0]],
    [[0.0, 2.0, 1.0], [1.0, 0.0, 0.0], [3.0, 0.0, 1.0]],
    [[1e-20, 1.0], [1.0, 1.0]],
    [[1e150, 0.0], [0.0, 1e-150]],
    [[1.0, 2.0], [2.0, 4.0]],
    [[0.0]],
    [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [1.0, 0.0, 1.0]],
]
MATRICES += [np.round(rng.standard_normal((n, n)), 3).tolist() for n in (2, 3, 5, 8, 20)]


def case(a):
    a = np.array(a)
    b = np.round(rng.standard_normal((len(a), 2)), 3)
    out = {"a": a.tolist(), "b": b.tolist(), "det": float(np.linalg.det(a))}
    try:
        return {**out, "inv": np.linalg.inv(a).tolist(), "solve": np.linalg.solve(a, b).tolist()}
    except np.linalg.LinAlgError:
        return {**out, "singular": True}


(HERE / "linalg.json").write_text(json.dumps([case(a) for a in MATRICES]) + "\n")
