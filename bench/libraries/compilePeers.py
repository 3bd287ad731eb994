"""Compile times of PyTensor (fast_run, C linker, warm cache) and JAX (jit): `compilePeers.py <library> <kind>_<nodes>,...`.

The graphs are those of bench/compileGraphs.mjs. PyTensor is timed from pytensor.function to its return, after the same function was compiled once
before in this process, so that its C code lies in the cache; "first" is that first time. JAX is timed from lower to the end of compile: tracing the
Python function, which makes the graph, is part of it, as it has no graph before; it is printed as "trace" too. The first function of a
process is not a row.
"""
import json
import math
import os
import sys
import time

library, wanted = sys.argv[1], sys.argv[2].split(",")
limit = float(sys.argv[3]) if len(sys.argv) > 3 else 600.0
sys.setrecursionlimit(200_000)
import threading

threading.stack_size(512 * 1024 * 1024)
import warnings

warnings.filterwarnings("ignore")


def row(name, ms, first, **more):
    print(json.dumps(dict(name=name, ms=ms, first=first, value=None, **more)), flush=True)


def count(kind, nodes):
    return max(2 if kind == "products" else 1, round(nodes / {"mlp": 11, "rnn": 12, "sum": 4, "products": 3}[kind]))


def pairs(terms):
    width = math.ceil((1 + math.sqrt(1 + 8 * terms)) / 2)
    return width, [(i, j) for i in range(width) for j in range(i)][:terms]


def pytensor_rows():
    os.environ["PYTENSOR_FLAGS"] = "mode=FAST_RUN,linker=cvm,floatX=float32,warn_float64=ignore," + os.environ.get("PYTENSOR_FLAGS", "")
    import numpy as np
    import pytensor
    import pytensor.tensor as pt

    mode = pytensor.compile.mode.Mode(linker="cvm", optimizer="fast_run")

    def build(kind, nodes):
        n = count(kind, nodes)
        if kind == "mlp":
            x = pt.fmatrix("x")
            parameters, h = [], x
            for i in range(n):
                W = pytensor.shared(np.zeros((8, 8), "float32"), f"W{i}")
                b = pytensor.shared(np.zeros(8, "float32"), f"b{i}")
                parameters += [W, b]
                h = pt.tanh(pt.dot(h, W) + b)
            cost = pt.mean(h**2)
            slopes = pytensor.grad(cost, parameters)
            return [x], [cost], [(p, p - np.float32(0.1) * g) for p, g in zip(parameters, slopes)]
        if kind == "rnn":
            x, W, U, h = pt.fmatrix("x"), pt.fmatrix("W"), pt.fmatrix("U"), pt.fvector("h0")
            inputs = [x, W, U, h]
            for i in range(n):
                h = pt.tanh(pt.dot(h, W) + pt.dot(x[i], U))
            cost = pt.mean(h**2)
            return inputs, [cost, *pytensor.grad(cost, [W, U])], None
        if kind == "sum":
            x, y = pt.fvector("x"), pt.fvector("y")
            s = x
            for i in range(1, n + 1):
                s = s + pt.tanh(y * np.float32(i))
            cost = pt.sum(s)
            return [x, y], [cost, *pytensor.grad(cost, [x, y])], None
        width, chosen = pairs(n)
        xs = [pt.fvector(f"x{i}") for i in range(width)]
        cost = pt.sum(pt.add(*[xs[i] * xs[j] for i, j in chosen]))
        return xs, [cost, *pytensor.grad(cost, xs)], None

    def compile_once(kind, nodes):
        inputs, outputs, updates = build(kind, nodes)
        start = time.perf_counter()
        pytensor.function(inputs, outputs, updates=updates, mode=mode, on_unused_input="ignore")
        return (time.perf_counter() - start) * 1e3

    compile_once("mlp", 30)
    for name in wanted:
        kind, nodes = name.split("_")
        try:
            cold = compile_once(kind, int(nodes))
            # In case that the second time does not end in time: the last line counts.
            row(name, cold, cold, cold=True)
            # What took this long with C code to make is not made twice within the limit.
            if cold < limit * 1e3:
                row(name, compile_once(kind, int(nodes)), cold)
        except (Exception, RecursionError) as error:
            print(json.dumps(dict(name=name, error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")), flush=True)


def jax_rows():
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax
    import jax.numpy as jnp
    import numpy as np

    def build(kind, nodes):
        n = count(kind, nodes)
        if kind == "mlp":
            parameters = [(np.zeros((8, 8), np.float32), np.zeros(8, np.float32)) for _ in range(n)]

            def cost(parameters, x):
                h = x
                for W, b in parameters:
                    h = jnp.tanh(h @ W + b)
                return jnp.mean(h**2)

            def step(parameters, x):
                c, slopes = jax.value_and_grad(cost)(parameters, x)
                return c, jax.tree_util.tree_map(lambda p, g: p - 0.1 * g, parameters, slopes)

            return step, (parameters, np.zeros((4, 8), np.float32))
        if kind == "rnn":

            def cost(W, U, x, h):
                for i in range(n):
                    h = jnp.tanh(h @ W + x[i] @ U)
                return jnp.mean(h**2)

            m = np.zeros((8, 8), np.float32)
            return jax.value_and_grad(cost, argnums=(0, 1)), (m, m, np.zeros((n, 8), np.float32), np.zeros(8, np.float32))
        if kind == "sum":

            def cost(x, y):
                s = x
                for i in range(1, n + 1):
                    s = s + jnp.tanh(y * np.float32(i))
                return jnp.sum(s)

            v = np.zeros(16, np.float32)
            return jax.value_and_grad(cost, argnums=(0, 1)), (v, v)
        width, chosen = pairs(n)

        def cost(xs):
            s = xs[chosen[0][0]] * xs[chosen[0][1]]
            for i, j in chosen[1:]:
                s = s + xs[i] * xs[j]
            return jnp.sum(s)

        return jax.value_and_grad(cost), ([np.zeros(16, np.float32) for _ in range(width)],)

    jax.jit(lambda x: x + 1).lower(np.zeros(3, np.float32)).compile()
    for name in wanted:
        kind, nodes = name.split("_")
        try:
            f, args = build(kind, int(nodes))
            start = time.perf_counter()
            lowered = jax.jit(f).lower(*args)
            middle = time.perf_counter()
            lowered.compile()
            end = time.perf_counter()
            row(name, (end - start) * 1e3, (end - start) * 1e3, trace=(middle - start) * 1e3)
        except (Exception, RecursionError) as error:
            print(json.dumps(dict(name=name, error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")), flush=True)


# Graphs are deep, and so are the recursions of the libraries.
worker = threading.Thread(target={"pytensor": pytensor_rows, "jax": jax_rows}[library])
worker.start()
worker.join()
