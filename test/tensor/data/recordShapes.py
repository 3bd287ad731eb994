"""Records derivatives of incomplete functions in their parameters. Run with mpmath: python3 recordShapes.py; writes shapes.json.

A row: the arguments, and the derivative of P(a, x) in a to 17 digits.
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

HERE = pathlib.Path(__file__).parent
(HERE / "shapes.json").write_text(json.dumps({"gammainc": ROWS}, separators=(",", ":")) + "\n")
