"""Fits every coefficient table of src/ir/decompose and writes the files there.

Usage: python fits.py [name ...]     (needs mpmath; a cache of finished fits lies beside the output
of a run in FITS_CACHE, default /tmp/theano-fits.json)
"""

import json
import os
import sys

from mpmath import mp, mpf

from declared import FITS, both, declare
from remez import fit

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "../../../src/ir/decompose")
CACHE = os.environ.get("FITS_CACHE", "/tmp/theano-fits.json")

HALF_LN2 = mp.log(2) / 2 * (1 + mpf(2) ** -9)
both(
    "EXP",
    "(e^r - 1 - r) / r^2, error relative to e^r - 1",
    lambda r: (mp.exp(r) - 1 - r) / r**2,
    lambda r: r**2 / mp.expm1(r),
    (-HALF_LN2, HALF_LN2),
    (4, 9),
)
both(
    "EXP2",
    "(2^r - 1) / r, error relative to 2^r",
    lambda r: (mpf(2) ** r - 1) / r,
    lambda r: r / mpf(2) ** r,
    (mpf("-0.501"), mpf("0.501")),
    (5, 10),
)
both(
    "SINH",
    "(sinh x - x) / x^3 as a polynomial in x^2, error relative to sinh x, |x| <= 1",
    lambda z: (mp.sinh(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
    lambda z: mp.sqrt(z) ** 3 / mp.sinh(mp.sqrt(z)),
    (0, 1),
    (3, 6),
)
both(
    "TANH",
    "(tanh x - x) / x^3 as a polynomial in x^2, error relative to tanh x, |x| <= 0.552",
    lambda z: (mp.tanh(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
    lambda z: mp.sqrt(z) ** 3 / mp.tanh(mp.sqrt(z)),
    (0, mpf("0.552") ** 2),
    (3, 10),
)


def tanh_weight(r):
    """Influence on 1 - 2 / (2^y + 1) of a relative error of 2^y, y = 2 + r or more, y > 1.58."""
    e = mpf(2) ** (r + (2 if r > mpf("-0.42") else 3))
    return r / mpf(2) ** r * 2 * e / (e + 1) ** 2


declare(
    "TANH_EXP2_F32",
    "(2^r - 1) / r, error weighted by its influence on tanh x for |x| >= 0.55",
    lambda r: (mpf(2) ** r - 1) / r,
    tanh_weight,
    (mpf("-0.501"), mpf("0.501")),
    4,
    "f32",
)

ROOT_LOW, ROOT_HIGH = mp.sqrt(mpf("0.4999")) - 1, mp.sqrt(mpf("2.0002")) - 1
declare(
    "LOG_F32",
    "(log(1+f) - f + f^2/2) / f^3, error relative to log(1+f)",
    lambda f: (mp.log1p(f) - f + f * f / 2) / f**3,
    lambda f: f**3 / mp.log1p(f),
    (ROOT_LOW, ROOT_HIGH),
    7,
    "f32",
)
declare(
    "LOG2_F32",
    "log2(1+f) / f - 1, error relative to log2(1+f)",
    lambda f: mp.log1p(f) / mp.log(2) / f - 1,
    lambda f: f / (mp.log1p(f) / mp.log(2)),
    (ROOT_LOW, ROOT_HIGH),
    9,
    "f32",
)
declare(
    "LOG10_F32",
    "1/2 - log10(1+f) / f, error relative to log10(1+f)",
    lambda f: mpf(1) / 2 - mp.log1p(f) / mp.log(10) / f,
    lambda f: f / (mp.log1p(f) / mp.log(10)),
    (ROOT_LOW, ROOT_HIGH),
    9,
    "f32",
)


def log_series(z):
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) / s - 2) / z


def log_series_weight(z):
    s = mp.sqrt(z)
    return s * z / (2 * mp.atanh(s))


declare(
    "LOG_F64",
    "R(z)/z with log(1+f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f/(2+f), error relative to log(1+f)",
    log_series,
    log_series_weight,
    (0, mpf("0.02948")),
    6,
    "f64",
)
both(
    "SOFTPLUS",
    "the same R(z)/z for 0 <= f <= 1",
    log_series,
    log_series_weight,
    (0, mpf(1) / 9 + mpf(2) ** -12),
    (3, 9),
)
QUARTER = (mp.pi / 4 * (1 + mpf(2) ** -8)) ** 2
both(
    "SIN",
    "(sin r - r) / r^3 as a polynomial in r^2, error relative to sin r, |r| <= pi/4",
    lambda z: (mp.sin(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
    lambda z: mp.sqrt(z) ** 3 / mp.sin(mp.sqrt(z)),
    (0, QUARTER),
    (2, 5),
)
both(
    "COS",
    "(cos r - 1 + r^2/2) / r^4 as a polynomial in r^2, |r| <= pi/4",
    lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2,
    lambda z: z**2,
    (0, QUARTER),
    (2, 5),
)
declare(
    "TAN_DOUBLE_F32",
    "(tan r - r) / r^3 as a polynomial in r^2 in f64 for float32 results, |r| <= pi/4",
    lambda z: (mp.tan(mp.sqrt(z)) - mp.sqrt(z)) / mp.sqrt(z) ** 3,
    lambda z: mp.sqrt(z) ** 3 / mp.tan(mp.sqrt(z)),
    (0, QUARTER),
    5,
    "f64",
)


import inverse  # noqa: E402,F401
import errorFunctions  # noqa: E402,F401
import power  # noqa: E402,F401
import inverseError  # noqa: E402,F401
import gammaFunctions  # noqa: E402,F401


def literal(value, dtype):
    x = float(value)
    return repr(x)


def render(results):
    lines = [
        "/**",
        " * Minimax coefficients, lowest power first, every one exact in its type. Written by",
        " * test/accuracy/fit/fits.py; `error` is the largest weighted error of the rounded polynomial.",
        " */",
        "",
    ]
    for name, what, low, high, error, values in results:
        lines.append(f"/** {what}; on [{low}, {high}], error {error}. */")
        lines.append(f"export const {name}: readonly number[] = [")
        lines.extend(f"  {v}," for v in values)
        lines.append("];")
        lines.append("")
    return "\n".join(lines)


def main():
    cache = json.load(open(CACHE)) if os.path.exists(CACHE) else {}
    wanted = set(sys.argv[1:])
    results = {}
    for file, name, what, g, w, interval, powers, dtype, fixed in FITS:
        key = f"{name}|{what}|{interval}|{powers}|{fixed}"
        if key not in cache or name in wanted:
            found, error, ideal = fit(g, w, interval, powers, dtype, fixed)
            values = [literal(found[p], dtype) for p in sorted(found)]
            cache[key] = [mp.nstr(error, 3), values]
            print(name, powers, "log2 error", mp.nstr(mp.log(error, 2), 5), "ideal", mp.nstr(mp.log(ideal, 2), 5), flush=True)
            json.dump(cache, open(CACHE, "w"))
        error, values = cache[key]
        low, high = (mp.nstr(mpf(v), 5) for v in interval)
        results.setdefault(file, []).append((name, what, low, high, error, values))
    for file, rows in results.items():
        with open(os.path.join(TARGET, f"{file}.ts"), "w") as out:
            out.write(render(rows))


main()
