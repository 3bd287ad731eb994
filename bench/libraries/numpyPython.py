"""NumPy on one thread; prints the same lines as the other libraries. Backward passes are written by hand: NumPy has no gradients."""
import os
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
import sys
import numpy as np
from common import data, labels, measure as measure_within, probe

wanted, budget = set(sys.argv[1].split(",")), float(sys.argv[2]) / 1e3


def measure(name, run, value=None, inner=1):
    measure_within(name, run, budget, value, inner)


def log_softmax(u):
    m = u - u.max(1, keepdims=True)
    return m - np.log(np.exp(m).sum(1, keepdims=True))


for dtype, d in ((np.float32, "f32"), (np.float64, "f64")):

    def run(name, shapes, make):
        if name not in wanted:
            return
        values = [data(s, dtype, i + 1) for i, s in enumerate(shapes)]
        measure(name, lambda: make(*values), lambda: probe(make(*values)))

    for n in (256, 512, 1024, 2048):
        run(f"matmul_{n}_{d}", [(n, n), (n, n)], np.matmul)
    for label, n in (("1e6", 10**6), ("1e7", 10**7)):
        run(f"chain_{label}_{d}", [(n,)] * 3, lambda x, y, z: np.log(1 + np.exp(x)) * y - z**2 + np.tanh(x))
    run(f"axpby_1e7_{d}", [(10**7,)] * 3, lambda x, y, z: 2 * x + 3 * y + z)

    def softmax(x):
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    run(f"softmax_{d}", [(4096, 1000)], softmax)
    run(f"sum0_{d}", [(4096, 1000)], lambda x: x.sum(0))
    run(f"sum1_{d}", [(4096, 1000)], lambda x: x.sum(1))
    run(f"sumall_{d}", [(4096, 1000)], lambda x: x.sum())

    if f"logreg_{d}" in wanted:
        n = 600
        x, y = data((n, 784), dtype, 1), labels(n, dtype)
        W, b = np.zeros((784, 10), dtype), np.zeros(10, dtype)

        def logreg():
            global W, b
            lp = log_softmax(x @ W + b)
            loss = -(lp * y).sum() / n
            g = (np.exp(lp) - y) * dtype(0.13 / n)
            W -= x.T @ g
            b -= g.sum(0)
            return float(loss)

        first = logreg()
        measure(f"logreg_{d}", logreg, lambda: first)
    for n in (20, 128):
        if f"mlp{n}_{d}" not in wanted:
            continue
        x, y = data((n, 784), dtype, 1), labels(n, dtype)
        W1, b1 = data((784, 500), dtype, 3) * dtype(0.05), np.zeros(500, dtype)
        W2, b2 = np.zeros((500, 10), dtype), np.zeros(10, dtype)

        def mlp():
            global W1, b1, W2, b2
            h = np.tanh(x @ W1 + b1)
            lp = log_softmax(h @ W2 + b2)
            loss = -(lp * y).sum() / n
            g = (np.exp(lp) - y) * dtype(0.01 / n)
            gh = (g @ W2.T) * (1 - h * h)
            W2 -= h.T @ g
            b2 -= g.sum(0)
            W1 -= x.T @ gh
            b1 -= gh.sum(0)
            return float(loss)

        for _ in range(3):
            third = mlp()
        measure(f"mlp{n}_{d}", mlp, lambda: third)
    if f"call_{d}" in wanted:
        a, b0 = dtype(1.5), dtype(2.5)
        measure(f"call_{d}", lambda: np.add(a, b0), lambda: np.add(a, b0), 1000)
