"""
Loops of JAX (lax.scan), PyTorch and PyTensor (scan; C and Numba) on one thread: `loopsPython.py <library> <rows> <budget in ms>`.
The same work as loopsTheano.mjs, each library as its users write it. PyTorch has its own recurrent network (`torch`), and the same
with the steps written out (`torchLoop`).
"""
import ctypes, os, sys

library, wanted, budget = sys.argv[1], set(sys.argv[2].split(",")), float(sys.argv[3]) / 1e3

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[_name] = "1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
_flags = ["openmp=False", "warn_float64=ignore", "floatX=float32"]
if library == "pytensorC":
    _flags.append("linker=cvm")
    # Installed by pip it finds no BLAS of its own and would multiply through NumPy.
    try:
        ctypes.CDLL("libopenblas.so.0")
        _flags.append("blas__ldflags=-l:libopenblas.so.0")
    except OSError:
        pass
os.environ["PYTENSOR_FLAGS"] = ",".join([*_flags, os.environ.get("PYTENSOR_FLAGS", "")]).rstrip(",")

import json, time, warnings

warnings.filterwarnings("ignore")
import numpy as np
from common import data, failure, measure, probe

STEPS, HIDDEN, SCALAR_STEPS = 100, 256, 1_000_000
LETTERS, UNITS = 32, 64
f32 = np.float32


def case(batch):
    scaled = lambda shape, seed: data(shape, f32, seed) * f32(1 / 16)
    return data((STEPS, batch, HIDDEN), f32, 1), [scaled((HIDDEN, HIDDEN), 2), scaled((HIDDEN, HIDDEN), 3), scaled((HIDDEN,), 4)]


def loss_of(loss, slopes):
    """As in loopSizes.mjs."""
    return float(loss) + 100 * sum(probe(g) for g in slopes)


def lstm_parameters():
    shapes = [(LETTERS, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,), (UNITS, LETTERS), (LETTERS,)]
    return [np.zeros(s, f32) for s in shapes]


def cell(xp, sigmoid, gates, c):
    i, f, o = (sigmoid(gates[k * UNITS : (k + 1) * UNITS]) for k in range(3))
    memory = f * c + i * xp.tanh(gates[3 * UNITS :])
    return o * xp.tanh(memory), memory


def jax_library():
    import jax
    import jax.numpy as jnp
    from jax import lax

    jax.config.update("jax_enable_x64", True)

    def rnn(batch):
        x, p = case(batch)

        def loss(p, x):
            W, U, b = p

            def step(h, row):
                h = jnp.tanh(row @ W + h @ U + b)
                return h, h

            return jnp.mean(lax.scan(step, jnp.zeros((batch, HIDDEN), f32), x)[1] ** 2)

        g = jax.jit(jax.value_and_grad(loss))
        x, p = jnp.asarray(x), [jnp.asarray(v) for v in p]
        return lambda: jax.block_until_ready(g(p, x)), lambda: loss_of(*g(p, x))

    def scalar(last):
        def f(a, c):
            def step(s, _):
                s = s * a + c
                return s, None if last else s

            end, every = lax.scan(step, jnp.float64(0), None, length=SCALAR_STEPS)
            return end if last else every

        g = jax.jit(f)
        return lambda: g(0.999, 0.5).block_until_ready(), lambda: probe(g(0.999, 0.5))

    def compile_lstm():
        def loss(p, x, y):
            W, U, b, V, d = p

            def step(s, row):
                s = cell(jnp, jax.nn.sigmoid, row @ W + s[0] @ U + b, s[1])
                return s, s[0]

            zero = jnp.zeros(UNITS, f32)
            hidden = lax.scan(step, (zero, zero), x)[1]
            return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(hidden @ V + d), axis=1))

        def train(p, x, y):
            value, slopes = jax.value_and_grad(loss)(p, x, y)
            return value, [v - f32(0.1) * g for v, g in zip(p, slopes)]

        jax.jit(lambda x: x + 1).lower(np.zeros(3, f32)).compile()
        rows = np.zeros((5, LETTERS), f32)
        start = time.perf_counter()
        made = jax.jit(train).lower(lstm_parameters(), rows, rows).compile()
        ms = (time.perf_counter() - start) * 1e3
        return ms, ms, float(made(lstm_parameters(), rows, rows)[0])

    return rnn, scalar, compile_lstm


def torch_library():
    import torch

    torch.set_num_threads(1)

    def rnn(batch):
        x, p = case(batch)
        x = torch.from_numpy(x)
        if library == "torch":
            net = torch.nn.RNN(HIDDEN, HIDDEN)
            with torch.no_grad():
                net.weight_ih_l0.copy_(torch.from_numpy(p[0].T.copy()))
                net.weight_hh_l0.copy_(torch.from_numpy(p[1].T.copy()))
                net.bias_ih_l0.copy_(torch.from_numpy(p[2]))
                net.bias_hh_l0.zero_()
            # The second bias is one that nobody else has.
            net.bias_hh_l0.requires_grad_(False)
            leaves = [net.weight_ih_l0, net.weight_hh_l0, net.bias_ih_l0]
            states = lambda: net(x)[0]
        else:
            leaves = [torch.from_numpy(v).requires_grad_() for v in p]
            W, U, b = leaves

            def states():
                h, every = torch.zeros(batch, HIDDEN), []
                for row in x:
                    h = torch.tanh(row @ W + h @ U + b)
                    every.append(h)
                return torch.stack(every)

        def once():
            loss = (states() ** 2).mean()
            for v in leaves:
                v.grad = None
            loss.backward()
            return loss

        def value():
            loss = once()
            slopes = [v.grad.T if library == "torch" and v.ndim == 2 else v.grad for v in leaves]
            return loss_of(loss.detach(), [g.numpy() for g in slopes])

        return once, value

    return rnn, None, None


def pytensor_library():
    import pytensor
    import pytensor.tensor as pt

    # Shapes that are known are said: without, a batch of one is no batch to its scan.
    share = lambda a: pytensor.shared(a, borrow=True, shape=a.shape)
    out = lambda v: pytensor.Out(v, borrow=True)

    def rnn(batch):
        x, p = case(batch)
        x = share(x)
        W, U, b = leaves = [share(v) for v in p]
        states = pytensor.scan(
            lambda row, h: pt.tanh(row @ W + h @ U + b),
            sequences=x,
            outputs_info=pt.zeros((batch, HIDDEN), dtype="float32"),
            return_updates=False,
        )
        loss = pt.mean(states**2)
        f = pytensor.function([], [out(v) for v in [loss, *pytensor.grad(loss, leaves)]])

        def value():
            loss, *slopes = f()
            return loss_of(loss, slopes)

        return f, value

    def scalar(last):
        a, c = pt.dscalar("a"), pt.dscalar("c")
        states = pytensor.scan(
            lambda s: s * a + c,
            outputs_info=pt.zeros((), dtype="float64"),
            n_steps=SCALAR_STEPS,
            return_updates=False,
        )
        f = pytensor.function([a, c], out(states[-1] if last else states))
        return lambda: f(0.999, 0.5), lambda: probe(f(0.999, 0.5))

    def lstm():
        p = W, U, b, V, d = [pytensor.shared(v) for v in lstm_parameters()]
        x, y = pt.fmatrix("x"), pt.fmatrix("y")
        zero = pt.zeros(UNITS, dtype="float32")
        hidden, _ = pytensor.scan(
            lambda row, h, c: list(cell(pt, pt.sigmoid, row @ W + h @ U + b, c)),
            sequences=x,
            outputs_info=[zero, zero],
            return_updates=False,
        )
        loss = -pt.mean(pt.sum(y * pt.special.log_softmax(hidden @ V + d, axis=1), axis=1))
        return [x, y], loss, [(v, v - f32(0.1) * g) for v, g in zip(p, pytensor.grad(loss, p))]

    def compile_lstm():
        # As in loopsTheano.mjs: what the first function of a process pays for.
        z = pt.fmatrix("z")
        pytensor.function([z], pt.tanh(z @ z).sum())
        inputs, loss, updates = lstm()
        rows = np.zeros((5, LETTERS), f32)
        start = time.perf_counter()
        f = pytensor.function(inputs, loss, updates=updates)
        # Numba compiles at the first call.
        value = f(rows, rows) if library == "pytensorNumba" else None
        ms = (time.perf_counter() - start) * 1e3
        return ms, ms, float(f(rows, rows) if value is None else value)

    return rnn, scalar, compile_lstm


libraries = {"jax": jax_library, "torch": torch_library, "torchLoop": torch_library}
rnn, scalar, compile_lstm = libraries.get(library, pytensor_library)()
for batch in (1, 32):
    if f"rnn_{batch}" in wanted:
        try:
            once, value = rnn(batch)
        except Exception as error:
            print(json.dumps(failure(f"rnn_{batch}", error)), flush=True)
            continue
        measure(f"rnn_{batch}", once, budget, value)
for kind in ("last", "all"):
    if f"scalar_{kind}" in wanted and scalar is not None:
        once, value = scalar(kind == "last")
        measure(f"scalar_{kind}", once, budget, value)
if "compile_lstm" in wanted and compile_lstm is not None:
    try:
        ms, first, value = compile_lstm()
        print(json.dumps(dict(name="compile_lstm", ms=ms, first=first, value=value)), flush=True)
    except Exception as error:
        print(json.dumps(failure("compile_lstm", error)), flush=True)
