"""
One class per library, with the same few methods: `to` makes an array of the library, `compile` a function that leaves nothing pending,
`training` a step that reads its loss, `add` the smallest function. Each does what its users write, no more.

Imported after peersPython.py has set how many threads there are.
"""
import numpy as np


class Numpy:
    """Backward passes are written by hand: NumPy has no gradients."""

    xp = np
    to = staticmethod(lambda a: a)

    def compile(self, f):
        return f

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
            value = -(lp * y).sum() / n
            g = (np.exp(lp) - y) * dtype(rate / n)
            if hidden:
                gh = (g @ W.T) * (1 - h * h)
                p[0] -= x.T @ gh
                p[1] -= gh.sum(0)
            W -= h.T @ g
            b -= g.sum(0)
            return float(value)

        return step

    def add(self, dtype):
        u, v = dtype(1.5), dtype(2.5)
        return lambda: np.add(u, v)


class Jax:
    def __init__(self, threads):
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        self.jax, self.xp, self.to = jax, jnp, jnp.asarray

    def compile(self, f):
        g = self.jax.jit(f)
        return lambda *a: g(*a).block_until_ready()

    def softmax(self, x):
        return self.jax.nn.softmax(x, axis=1)

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
            self.jax.block_until_ready(state)
            return float(value)

        return step

    def add(self, dtype):
        f = self.jax.jit(lambda a, b: a + b)
        u, v = (self.to(np.asarray(s, dtype)) for s in (1.5, 2.5))
        return lambda: float(f(u, v))


class Torch:
    """Eager: every operation at once, fused ones where PyTorch has them by name."""

    def __init__(self, threads):
        import torch

        torch.set_num_threads(threads)
        self.torch = self.xp = torch
        self.to = torch.from_numpy

    def compile(self, f):
        return f

    def softmax(self, x):
        return self.torch.softmax(x, 1)

    def training(self, parameters, loss, rate, x, y, hidden):
        torch = self.torch
        p = [torch.from_numpy(a.copy()).requires_grad_() for a in parameters]
        x, y = self.to(x), self.to(y)
        cost = self.compile(lambda p, x, y: loss(torch, lambda u: torch.log_softmax(u, 1), p, x, y))

        def step():
            value = cost(p, x, y)
            value.backward()
            with torch.no_grad():
                for a in p:
                    a -= rate * a.grad
                    a.grad = None
            return float(value)

        return step

    def add(self, dtype):
        f = self.compile(lambda a, b: a + b)
        u, v = (self.to(np.asarray(s, dtype)) for s in (1.5, 2.5))
        return lambda: float(f(u, v))


class TorchCompiled(Torch):
    def compile(self, f):
        # Functions of one place in the text count as one: without this, the second shape would be compiled for all shapes, and after
        # the eighth nothing would be compiled any more.
        self.torch._dynamo.reset()
        return self.torch.compile(f, dynamic=False)


class PyTensor:
    """Compiles to Numba unless told otherwise, since version 3."""

    def __init__(self, threads):
        import pytensor
        import pytensor.tensor as pt

        self.pytensor, self.xp = pytensor, pt
        self.to = lambda a: pytensor.shared(a, borrow=True)

    def compile(self, f):
        known = {}

        def call(*values):
            if not known:
                known["f"] = self.pytensor.function([], self.pytensor.Out(f(*values), borrow=True))
            return known["f"]()

        return call

    def softmax(self, x):
        return self.xp.special.softmax(x, axis=1)

    def training(self, parameters, loss, rate, x, y, hidden):
        pt = self.xp
        p = [self.pytensor.shared(a.copy()) for a in parameters]
        rate = np.asarray(rate, x.dtype)
        X, Y = pt.matrix(dtype=x.dtype), pt.matrix(dtype=y.dtype)
        cost = loss(pt, lambda u: pt.special.log_softmax(u, axis=1), p, X, Y)
        slopes = self.pytensor.grad(cost, p)
        f = self.pytensor.function([X, Y], cost, updates=[(a, a - rate * g) for a, g in zip(p, slopes)])
        return lambda: float(f(x, y))

    def add(self, dtype):
        a, b = self.xp.scalar(dtype=dtype), self.xp.scalar(dtype=dtype)
        f = self.pytensor.function([a, b], a + b)
        # Arrays of rank 0: numbers would be converted first, which takes longer.
        u, v = (np.asarray(s, dtype) for s in (1.5, 2.5))
        return lambda: float(f(u, v))


LIBRARIES = {
    "numpy": lambda threads: Numpy(),
    "jax": Jax,
    "torch": Torch,
    "torchCompiled": TorchCompiled,
    "pytensor": PyTensor,
    "pytensorC": PyTensor,
}
