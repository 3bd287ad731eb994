"""
NumPy, JAX, PyTorch (eager and compiled) and PyTensor (Numba and C) on 1 or 2 threads:
`peersPython.py <library> <threads> <rows> <budget in ms>`.

Prints the same lines as the other libraries. Every way that a library has to be told how many threads it may use is used, and the
process is tied to as many processors, which no library gets around.
"""
import ctypes, os, sys

library, threads, wanted, budget = sys.argv[1], int(sys.argv[2]), set(sys.argv[3].split(",")), float(sys.argv[4]) / 1e3


def has_openblas():
    try:
        return ctypes.CDLL("libopenblas.so.0") is not None
    except OSError:
        return False


# All this is read when the libraries are imported.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = str(threads)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
os.environ["JAX_PLATFORMS"] = "cpu"
if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
_flags = [f"openmp={threads > 1}", "warn_float64=ignore"]
if library == "pytensorC":
    _flags.append("linker=cvm")
    # Installed by pip it finds no BLAS of its own and would multiply through NumPy.
    if has_openblas():
        _flags.append("blas__ldflags=-l:libopenblas.so.0")
os.environ["PYTENSOR_FLAGS"] = ",".join(_flags)

import json, warnings

warnings.filterwarnings("ignore")
import numpy as np
from common import data, failure, labels, measure, probe
from peerLibraries import LIBRARIES

lib = LIBRARIES[library](threads)
xp = lib.xp


def loss_linear(xp, log_softmax, p, x, y):
    W, b = p
    return -(log_softmax(x @ W + b) * y).sum() / x.shape[0]


def loss_hidden(xp, log_softmax, p, x, y):
    W1, b1, W2, b2 = p
    return -(log_softmax(xp.tanh(x @ W1 + b1) @ W2 + b2) * y).sum() / x.shape[0]


def run(name, shapes, make, dtype):
    if name not in wanted:
        return
    values = [lib.to(data(s, dtype, i + 1)) for i, s in enumerate(shapes)]
    f = lib.compile(make)
    measure(name, lambda: f(*values), budget, lambda: probe(f(*values)))


def train(name, batch, shapes, rate, before, dtype):
    """A step with its loss; `before` steps come first, whose last loss is compared."""
    if name not in wanted:
        return
    hidden = len(shapes) == 4
    start = [np.zeros(s, dtype) for s in shapes]
    if hidden:
        start[0] = data((784, 500), dtype, 3) * dtype(0.05)
    x, y = data((batch, 784), dtype, 1), labels(batch, dtype)
    try:
        step = lib.training(start, loss_hidden if hidden else loss_linear, rate, x, y, hidden)
        for _ in range(before):
            loss = step()
    except Exception as error:
        print(json.dumps(failure(name, error)), flush=True)
        return
    measure(name, step, budget, lambda: loss)


for dtype, d in ((np.float32, "f32"), (np.float64, "f64")):
    for n in (128, 256, 512, 1024, 2048):
        run(f"matmul_{n}_{d}", [(n, n), (n, n)], lambda a, b: a @ b, dtype)
    for label, n in (("1e6", 10**6), ("1e7", 10**7)):
        chain = lambda x, y, z: xp.log(1 + xp.exp(x)) * y - z**2 + xp.tanh(x)
        run(f"chain_{label}_{d}", [(n,)] * 3, chain, dtype)
    run(f"axpby_1e7_{d}", [(10**7,)] * 3, lambda x, y, z: 2 * x + 3 * y + z, dtype)
    run(f"softmax_{d}", [(4096, 1000)], lib.softmax, dtype)
    run(f"sum0_{d}", [(4096, 1000)], lambda x: x.sum(0), dtype)
    run(f"sum1_{d}", [(4096, 1000)], lambda x: x.sum(1), dtype)
    run(f"sumall_{d}", [(4096, 1000)], lambda x: x.sum(), dtype)
    train(f"logreg_{d}", 600, [(784, 10), (10,)], 0.13, 1, dtype)
    for n in (20, 128):
        train(f"mlp{n}_{d}", n, [(784, 500), (500,), (500, 10), (10,)], 0.01, 3, dtype)
    if f"call_{d}" in wanted:
        f = lib.add(dtype)
        measure(f"call_{d}", f, budget, f, 1000)
