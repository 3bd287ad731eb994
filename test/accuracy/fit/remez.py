"""Weighted minimax fits with coefficients that are exact in the target format.

`fit` minimises max |w(v) (g(v) - sum c_k v^k)| over an interval by the Remez exchange on a dense
Chebyshev grid. Coefficients are then rounded one by one (from either end, the better is kept); the rest
are fitted again after each rounding, so that rounding costs almost nothing. No random numbers are
used anywhere: a run gives the same coefficients every time.
"""

import struct

from mpmath import mp, mpf

mp.dps = 70


def round32(value):
    return mpf(struct.unpack("f", struct.pack("f", float(value)))[0])


def round64(value):
    return mpf(float(value))


def chebyshev_grid(a, b, count):
    a, b = mpf(a), mpf(b)
    # An irrational offset keeps the grid off removable singularities such as zero.
    offset = mpf(1) / 3 + mpf("1e-9") * mp.pi
    return [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * (i + offset) / count) for i in range(count)]


def exchange(grid, target, weight, powers):
    """Best coefficients for the given powers on the grid, and the largest weighted error."""
    size = len(powers)
    if size == 0:
        return [], max(abs(weight[i] * target[i]) for i in range(len(grid)))
    step = (len(grid) - 1) / mpf(size)
    chosen = [int(step * i) for i in range(size + 1)]
    table = [[v**p for p in powers] for v in grid]
    best = None
    for _ in range(60):
        matrix = mp.matrix(size + 1, size + 1)
        right = mp.matrix(size + 1, 1)
        for row, i in enumerate(chosen):
            for column in range(size):
                matrix[row, column] = table[i][column] * weight[i]
            matrix[row, size] = (-1) ** row
            right[row] = target[i] * weight[i]
        solution = mp.lu_solve(matrix, right)
        coefficients = [solution[k] for k in range(size)]
        error = [
            weight[i] * (target[i] - sum(c * t for c, t in zip(coefficients, table[i])))
            for i in range(len(grid))
        ]
        worst = max(abs(e) for e in error)
        if best is None or worst < best[1]:
            best = (coefficients, worst)
        if worst <= abs(solution[size]) * mpf("1.0001"):
            break
        chosen = alternating(error, size + 1)
        if chosen is None:
            break
    return best


def alternating(error, count):
    """Indices of the extrema of alternating sign, reduced to `count` of them."""
    extrema = []
    for i, e in enumerate(error):
        if e == 0:
            continue
        if extrema and (error[extrema[-1]] > 0) == (e > 0):
            if abs(e) > abs(error[extrema[-1]]):
                extrema[-1] = i
        else:
            extrema.append(i)
    if len(extrema) < count:
        return None
    while len(extrema) > count:
        if len(extrema) == count + 1:
            drop_first = abs(error[extrema[0]]) < abs(error[extrema[-1]])
            extrema = extrema[1:] if drop_first else extrema[:-1]
            continue
        pairs = [
            max(abs(error[extrema[i]]), abs(error[extrema[i + 1]])) for i in range(len(extrema) - 1)
        ]
        at = min(range(len(pairs)), key=lambda i: pairs[i])
        if at == 0:
            extrema = extrema[1:]
        elif at == len(pairs) - 1:
            extrema = extrema[:-1]
        else:
            extrema = extrema[:at] + extrema[at + 2 :]
    return extrema


def fit(g, w, interval, powers, dtype, fixed=None, density=24):
    """Returns ({power: coefficient}, max weighted error, error before rounding)."""
    powers = list(range(powers + 1)) if isinstance(powers, int) else list(powers)
    grid = chebyshev_grid(*interval, density * (len(powers) + 2))
    target = [g(v) for v in grid]
    weight = [abs(w(v)) for v in grid]
    fixed = dict(fixed or {})
    for p, c in fixed.items():
        target = [t - c * v**p for t, v in zip(target, grid)]
    left = [p for p in powers if p not in fixed]
    first = exchange(grid, target, weight, left)
    best = None
    for order in (-1, 0):
        found = rounded(grid, target, weight, left, order, dtype, first)
        if best is None or found[1] < best[1]:
            best = found
    return {**fixed, **best[0]}, best[1], first[1]


def rounded(grid, target, weight, left, order, dtype, first):
    """Rounds highest (order -1) or lowest (order 0) power first, fitting the rest again."""
    rounding = round32 if dtype == "f32" else round64
    left, done, coefficients = list(left), {}, first[0]
    while left:
        p = left.pop(order)
        c = rounding(coefficients[order])
        done[p] = c
        target = [t - c * v**p for t, v in zip(target, grid)]
        coefficients, _ = exchange(grid, target, weight, left)
    return done, max(abs(x * y) for x, y in zip(target, weight))
