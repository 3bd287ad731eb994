"""What the Python scripts share: data, timing, and the lines that they print. The same as shared.mjs."""
import json, time
import numpy as np

_TABLES = {}


def _columns(function):
    """A map that is linear over bits, as its values at the 32 powers of two."""
    return [function(1 << bit) for bit in range(32)]


def _step(s):
    s ^= (s << 13) & 0xFFFFFFFF
    s ^= s >> 17
    return s ^ ((s << 5) & 0xFFFFFFFF)


def _tables(columns):
    """The map as a table for each of the four bytes, so that a whole array goes through it at once."""
    tables = np.zeros((4, 256), np.uint32)
    for byte in range(4):
        for bit in range(8):
            tables[byte, 1 << bit : 2 << bit] = tables[byte, : 1 << bit] ^ np.uint32(columns[8 * byte + bit])
    return tables


def _apply(tables, s):
    return tables[0][s & 255] ^ tables[1][(s >> 8) & 255] ^ tables[2][(s >> 16) & 255] ^ tables[3][s >> 24]


def _jumps():
    """Tables of 1, 2, 4, ... steps of xorshift32."""
    if not _TABLES:
        columns = _columns(_step)
        for doubling in range(25):
            _TABLES[doubling] = _tables(columns)
            columns = [int(v) for v in _apply(_TABLES[doubling], np.array(columns, np.uint32))]
    return _TABLES


def fill(n, dtype, seed=1):
    """
    The xorshift32 of shared.mjs, number by number the same. Step by step, 1e7 numbers would take longer than all measurements; since a
    jump of 2^k steps is a linear map of bits, each round makes as many numbers as there are.
    """
    states = np.empty(n, np.uint32)
    states[0] = _step(seed & 0xFFFFFFFF or 1)
    done, doubling = 1, 0
    while done < n:
        more = min(done, n - done)
        states[done : done + more] = _apply(_jumps()[doubling], states[:more])
        done, doubling = done + more, doubling + 1
    return (states / 4294967296 * 2 - 1).astype(dtype)


def data(shape, dtype, seed):
    return fill(int(np.prod(shape)), dtype, seed).reshape(shape)


def probe(r):
    """One number of a result, as in shared.mjs: two of its elements, so that more than one thread's part is looked at."""
    r = np.asarray(r).ravel()
    return float(r[0] if r.size == 1 else r[r.size // 3] + 2 * float(r[2 * r.size // 3]))


def labels(n, dtype):
    """Classes as rows with a single one."""
    return np.eye(10, dtype=dtype)[np.arange(n) * 7919 % 10]


def measure(name, run, budget, value=None, inner=1):
    """
    Warms up (3 calls and a third of a second; the first, which may compile, does not count) and repeats for the budget in seconds.
    `run` does the work and leaves nothing pending. A library that fails at a row says so in its line, and the other rows go on.
    """
    try:
        begin = time.perf_counter()
        run()
        first = time.perf_counter() - begin
        begin, i = time.perf_counter(), 1
        while time.perf_counter() - begin < 0.33 or i < 3:
            run()
            i += 1
            if time.perf_counter() - begin > 3:
                break
        times = []
        start = time.perf_counter()
        while time.perf_counter() - start < budget or len(times) < 3:
            t = time.perf_counter()
            for _ in range(inner):
                run()
            times.append((time.perf_counter() - t) / inner * 1e3)
        ms = sorted(times)[len(times) // 2]
        row = dict(name=name, ms=ms, first=first * 1e3, value=None if value is None else float(value()))
    except Exception as error:
        row = failure(name, error)
    print(json.dumps(row), flush=True)


def failure(name, error):
    text = (str(error).strip().split("\n") or [""])[0][:200]
    return dict(name=name, error=f"{type(error).__name__}: {text}")
