"""JAX, PyTorch (eager and compiled), PyTensor and NumPy on 1 or 2 threads: `peersPython.py <library> <threads> <rows> <budget>`.

Prints the same lines as the other libraries. With one thread the process is tied to one processor, which no library can get around.
"""
import os, sys
library, threads = sys.argv[1], int(sys.argv[2])
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = str(threads)
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads]))
os.environ["PYTENSOR_FLAGS"] = f"openmp={threads > 1},warn_float64=ignore"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.argv = [sys.argv[0], sys.argv[3], sys.argv[4]]
import numpy as np
import json, time, warnings
warnings.filterwarnings("ignore")
wanted, budget = set(sys.argv[1].split(",")), float(sys.argv[2]) / 1e3


def fill(n, dtype, seed=1):
    """The xorshift32 of shared.mjs."""
    out = np.empty(n, np.float64)
    s = seed & 0xFFFFFFFF or 1
    for i in range(n):
        s ^= (s << 13) & 0xFFFFFFFF
        s ^= s >> 17
        s ^= (s << 5) & 0xFFFFFFFF
        out[i] = s / 4294967296 * 2 - 1
    return out.astype(dtype)


def data(shape, dtype, seed):
    n = int(np.prod(shape))
    if n <= 1_200_000:
        return fill(n, dtype, seed).reshape(shape)
    return (np.random.default_rng(seed).random(n) * 2 - 1).astype(dtype).reshape(shape)


def measure(name, run, value=None, inner=1):
    begin = time.perf_counter()
    run()
    first = time.perf_counter() - begin
    i = 1
    while time.perf_counter() - begin - first < 0.33 or i < 3:
        run()
        i += 1
        if time.perf_counter() - begin - first > 3:
            break
    times = []
    start = time.perf_counter()
    while time.perf_counter() - start < budget or len(times) < 3:
        t = time.perf_counter()
        for _ in range(inner):
            run()
        times.append((time.perf_counter() - t) / inner * 1e3)
    ms = sorted(times)[len(times) // 2]
    print(json.dumps(dict(name=name, ms=ms, first=first * 1e3, value=None if value is None else float(value()))), flush=True)


def pick(r):
    r = np.asarray(r)
    return r.ravel()[0 if r.size == 1 else r.size // 3]


class Numpy:
    """Each function is what a user writes; `training` gives a step on parameters of its own."""
    xp = np
    to = staticmethod(lambda a: a)
    def compile(self, f): return f
    def softmax(self, x):
        e = np.exp(x - x.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)
    def training(self, parameters, loss, rate, x, y, hidden):
        p = [a.copy() for a in parameters]
        n, dtype = len(x), x.dtype.type
        def log_softmax(u):
            m = u - u.max(1, keepdims=True)
            return m - np.log(np.exp(m).sum(1, keepdims=True))
        def step():
            h = np.tanh(x @ p[0] + p[1]) if hidden else x
            W, b = p[-2:]
            lp = log_softmax(h @ W + b)
            loss = -(lp * y).sum() / n
            g = (np.exp(lp) - y) * dtype(rate / n)
            if hidden:
                gh = (g @ W.T) * (1 - h * h)
                p[0] -= x.T @ gh
                p[1] -= gh.sum(0)
            W -= h.T @ g
            b -= g.sum(0)
            return float(loss)
        return step


class Jax:
    def __init__(self):
        import jax
        jax.config.update("jax_enable_x64", True)
        import jax.numpy as jnp
        self.jax, self.xp = jax, jnp
        self.to = jnp.asarray
    def compile(self, f):
        g = self.jax.jit(f)
        return lambda *a: g(*a).block_until_ready()
    def softmax(self, x): return self.jax.nn.softmax(x, axis=1)
    def training(self, parameters, loss, rate, x, y, hidden):
        jax = self.jax
        @jax.jit
        def update(p, x, y):
            value, g = jax.value_and_grad(lambda q: loss(self.xp, jax.nn.log_softmax, q, x, y))(p)
            return [a - rate * b for a, b in zip(p, g)], value
        state = [self.to(a) for a in parameters]
        x, y = self.to(x), self.to(y)
        def step():
            nonlocal state
            state, value = update(state, x, y)
            return float(value)
        return step


class Torch:
    compiled = False
    def __init__(self):
        import torch
        torch.set_num_threads(threads)
        self.torch = self.xp = torch
        self.to = torch.from_numpy
    def compile(self, f): return f
    def softmax(self, x): return self.torch.softmax(x, 1)
    def training(self, parameters, loss, rate, x, y, hidden):
        torch = self.torch
        p = [torch.from_numpy(a.copy()).requires_grad_() for a in parameters]
        x, y = self.to(x), self.to(y)
        cost = lambda p, x, y: loss(torch, lambda u: torch.log_softmax(u, 1), p, x, y)
        if self.compiled: cost = torch.compile(cost)
        def step():
            value = cost(p, x, y)
            value.backward()
            with torch.no_grad():
                for a in p:
                    a -= rate * a.grad
                    a.grad = None
            return float(value)
        return step


class TorchCompiled(Torch):
    compiled = True
    def compile(self, f):
        g = self.torch.compile(f)
        return g


class PyTensor:
    def __init__(self):
        import pytensor, pytensor.tensor as pt
        self.pytensor, self.xp = pytensor, pt
        self.to = lambda a: pytensor.shared(a, borrow=True)
    def compile(self, f):
        known = {}
        def call(*values):
            if not known:
                known["f"] = self.pytensor.function([], self.pytensor.Out(f(*values), borrow=True))
            return known["f"]()
        return call
    def softmax(self, x): return self.xp.special.softmax(x, axis=1)
    def training(self, parameters, loss, rate, x, y, hidden):
        pt = self.xp
        p = [self.pytensor.shared(a.copy()) for a in parameters]
        rate = np.asarray(rate, x.dtype)
        X, Y = pt.matrix(dtype=x.dtype), pt.matrix(dtype=y.dtype)
        cost = loss(pt, lambda u: pt.special.log_softmax(u, axis=1), p, X, Y)
        slopes = self.pytensor.grad(cost, p)
        f = self.pytensor.function([X, Y], cost, updates=[(a, a - rate * g) for a, g in zip(p, slopes)])
        return lambda: float(f(x, y))


def loss_linear(xp, log_softmax, p, x, y):
    W, b = p
    return -(log_softmax(x @ W + b) * y).sum() / x.shape[0]


def loss_hidden(xp, log_softmax, p, x, y):
    W1, b1, W2, b2 = p
    return -(log_softmax(xp.tanh(x @ W1 + b1) @ W2 + b2) * y).sum() / x.shape[0]


lib = {"numpy": Numpy, "jax": Jax, "torch": Torch, "torchCompiled": TorchCompiled, "pytensor": PyTensor}[library]()
xp = lib.xp

for dtype, d in ((np.float32, "f32"), (np.float64, "f64")):

    def run(name, shapes, make):
        if name not in wanted:
            return
        arrays = [data(s, dtype, i + 1) for i, s in enumerate(shapes)]
        values = [lib.to(a) for a in arrays]
        f = lib.compile(make)
        exact = all(a.size <= 1_200_000 for a in arrays)
        try:
            measure(name, lambda: f(*values), (lambda: pick(f(*values))) if exact else None)
        except Exception as error:
            print(json.dumps(dict(name=name, error=(str(error).split("\n") or ["?"])[0][:200])), flush=True)

    for n in (128, 256, 512, 1024, 2048):
        run(f"matmul_{n}_{d}", [(n, n), (n, n)], lambda a, b: a @ b)
    for label, n in (("1e6", 10**6), ("1e7", 10**7)):
        run(f"chain_{label}_{d}", [(n,)] * 3, lambda x, y, z: xp.log(1 + xp.exp(x)) * y - z**2 + xp.tanh(x))
    run(f"axpby_1e7_{d}", [(10**7,)] * 3, lambda x, y, z: 2 * x + 3 * y + z)
    run(f"softmax_{d}", [(4096, 1000)], lambda x: lib.softmax(x))
    run(f"sum0_{d}", [(4096, 1000)], lambda x: x.sum(0))
    run(f"sum1_{d}", [(4096, 1000)], lambda x: x.sum(1))
    run(f"sumall_{d}", [(4096, 1000)], lambda x: x.sum())

    steps = [(f"logreg_{d}", 600, [(784, 10), (10,)], loss_linear, 0.13, 1)]
    steps += [(f"mlp{n}_{d}", n, [(784, 500), (500,), (500, 10), (10,)], loss_hidden, 0.01, 3) for n in (20, 128)]
    for name, n, shapes, loss, rate, steps_before in steps:
        if name not in wanted:
            continue
        x, y = data((n, 784), dtype, 1), np.eye(10, dtype=dtype)[np.arange(n) * 7919 % 10]
        start = [np.zeros(s, dtype) for s in shapes]
        if len(shapes) == 4:
            start[0] = data((784, 500), dtype, 3) * dtype(0.05)
        try:
            step = lib.training(start, loss, rate, x, y, len(shapes) == 4)
            for _ in range(steps_before):
                value = step()
            measure(name, step, lambda: value)
        except Exception as error:
            print(json.dumps(dict(name=name, error=(str(error).split("\n") or ["?"])[0][:200])), flush=True)
    if f"call_{d}" in wanted:
        if library == "pytensor":
            a, b = xp.scalar(dtype=dtype), xp.scalar(dtype=dtype)
            f = lib.pytensor.function([a, b], a + b)
            u, v = dtype(1.5), dtype(2.5)
        else:
            f = lib.compile(lambda a, b: a + b)
            u, v = (lib.to(np.asarray(s, dtype)) for s in (1.5, 2.5))
        measure(f"call_{d}", lambda: float(f(u, v)), lambda: f(u, v), 1000)
