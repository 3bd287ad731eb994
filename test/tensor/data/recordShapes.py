"""Records derivatives of incomplete functions in their parameters. Run with mpmath: python3 recordShapes.py; writes shapes.json.

A row: the arguments, and the derivative of P(a, x) in a, or those of I_x(a, b) in a and in b, to 17 digits.
"""

import json
import pathlib
import random

import mpmath as mp

mp.mp.dps = 40
R = random.Random(5)


def log_uniform(low, high):
    return float(mp.e ** R.uniform(float(mp.log(low)), float(mp.log(high))))


def in_shape(a, x):
    return mp.diff(lambda t: mp.gammainc(t, 0, x, regularized=True), a)


ROWS = []
while len(ROWS) < 120:
    a = log_uniform(0.05, 200)
    x = a * log_uniform(0.1, 8) if len(ROWS) % 3 else log_uniform(1e-3, 50)
    v = in_shape(mp.mpf(a), mp.mpf(x))
    if abs(v) > 1e-200:
        ROWS.append([a, x, float(v)])


def lower(a, b, x):
    """I_x(a, b) by a series of positive terms (DLMF 8.17.8)."""
    sum_ = mp.hyp2f1(a + b, 1, a + 1, x, maxprec=10**6)
    return x**a * (1 - x) ** b * sum_ / (a * mp.beta(a, b))


def in_shapes(a, b, x):
    """Of I_x(a, b), or of it less 1 where that is smaller."""
    below = x * (a + b) < a

    def side(p, q):
        return lower(p, q, x) if below else -lower(q, p, 1 - x)

    return mp.diff(lambda t: side(t, b), a), mp.diff(lambda t: side(a, t), b)


def argument(kind, a, b):
    """Anywhere, near the mean, far from it, near the ends."""
    if kind == 0:
        return R.uniform(0, 1)
    if kind < 3:
        mean = a / (a + b)
        return mean + R.uniform(-4, 4) * (1, 9)[kind - 1] * (mean * (1 - mean) / (a + b + 1)) ** 0.5
    end = log_uniform(1e-12, 0.1)
    return end if kind == 3 else 1 - end


# Whole numbers, at which factors are zero, and borders of formulas; then any.
CASES = [(1, 1, 0.5), (1, 3, 0.2), (2, 1, 0.5), (0.5, 0.5, 0.5), (3, 5, 0.375), (16, 16, 0.5), (1e4, 1e4, 0.5), (5, 1e-3, 0.5)]
CASES += [(1, 1e4, 1e-4), (1e-3, 1e-3, 0.5), (1e-3, 1e4, 1e-8), (1e4, 1e-3, 0.999), (1 - 2**-53, 1, 0.25), (1, 0.5, 0.9)]
CASES += [(7, 2, 1 - 2**-53), (2, 7, 5e-324), (1e-3, 2, 5e-324), (1e4, 2, 0.99)]
BETA = []
while len(BETA) < 320:
    a, b = log_uniform(1e-3, 1e4), log_uniform(1e-3, 1e4)
    x = argument(len(BETA) % 5, a, b)
    if len(BETA) < len(CASES):
        a, b, x = CASES[len(BETA)]
    if not 0 < x < 1:
        continue
    slopes = in_shapes(mp.mpf(a), mp.mpf(b), mp.mpf(x))
    if len(BETA) < len(CASES) or min(abs(v) for v in slopes) > 1e-280:
        BETA.append([a, b, x, *map(float, slopes)])

HERE = pathlib.Path(__file__).parent
(HERE / "shapes.json").write_text(json.dumps({"gammainc": ROWS, "betainc": BETA}, separators=(",", ":")) + "\n")
