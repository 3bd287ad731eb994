"""Writes the reference values of the accuracy tests: test/accuracy/data/<function>.<dtype>.bin.

Usage: python references.py [function ...]     (needs gmpy2, and python-flint for trigamma)

Arguments are not stored: both sides draw them from ../domains.json with the seed of the function (its place in that
file). Values are not stored whole either, since a test only asks how far a result is from the truth: a file has a header
(u32 number of points, u32 checksum of the argument bits) and of the true values rounded to the dtype the low bits (u16; for
f64 then u8 with the next eight), a hash of the other bits (u8), and what the rounding lost in units of 1/254 ulp (i8),
each as one column.
"""

import json
import os
import struct
import sys

import gmpy2
from gmpy2 import mpfr

from points import points

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "../data")
DOMAINS = json.load(open(os.path.join(HERE, "../domains.json")))
COUNT = 100_000
gmpy2.get_context().precision = 200
gmpy2.get_context().emax = gmpy2.get_emax_max()
gmpy2.get_context().emin = gmpy2.get_emin_min()
ONE = mpfr(1)


def wide(bits):
    return gmpy2.context(gmpy2.get_context(), precision=bits)


def sigmoid(x):
    return 1 / (1 + gmpy2.exp(-x))


def softplus(x):
    return x + gmpy2.log1p(gmpy2.exp(-x)) if x > 0 else gmpy2.log1p(gmpy2.exp(x))


def erfinv(y):
    """Halley's iteration on erf, or on log(erfc) near 1, from a crude start."""
    if y == 0:
        return y
    a = abs(y)
    with wide(400):
        c = 1 - a
        w = -gmpy2.log(c * (1 + a))
        x = gmpy2.sqrt(w) if w > 1 else a * mpfr("0.886")
        for _ in range(60):
            slope = 2 / gmpy2.sqrt(gmpy2.const_pi()) * gmpy2.exp(-x * x)
            if c < mpfr("0.1"):
                # Newton on log erfc, which is concave and smooth.
                e = gmpy2.erfc(x)
                step = -gmpy2.log(e / c) * e / slope
            else:
                f = (gmpy2.erf(x) - a) / slope
                step = f / (1 + x * f)
            x_next = x - step
            if abs(x_next - x) < abs(x) * mpfr(2) ** -190:
                x = x_next
                break
            x = x_next
    return x if y > 0 else -x


def lgamma(x):
    return gmpy2.lgamma(x)[0]


def trigamma(x):
    from flint import acb, arb, ctx

    ctx.prec = 200
    value = acb(2).zeta(acb(arb(float(x))))
    return mpfr(value.real.mid().str(60, radius=False))


FUNCTIONS = {
    name: getattr(gmpy2, name)
    for name in "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh "
    "asinh acosh atanh erf erfc digamma atan2".split()
}
FUNCTIONS.update(sigmoid=sigmoid, softplus=softplus, erfinv=erfinv, lgamma=lgamma, trigamma=trigamma)
FUNCTIONS["pow"] = lambda x, y: x**y


def nearest(value, single):
    """The value rounded to the dtype, and the rest in ulp of the rounded value."""
    digits, low, top = (24, -149, 128) if single else (53, -1074, 1024)
    if value == 0 or not gmpy2.is_finite(value):
        return float(value), 0.0
    exponent = gmpy2.get_exp(value)  # value = m 2^exponent with 1/2 <= m < 1
    spacing = max(exponent - digits, low)
    scaled = value * mpfr(2) ** -spacing
    whole = gmpy2.rint(scaled)
    rest = float(scaled - whole)
    if abs(whole) == 2**digits and spacing > low:
        rest /= 2
    if gmpy2.get_exp(whole * mpfr(2) ** spacing) > top:
        return float("inf") if value > 0 else float("-inf"), 0.0
    # The sum of powers is exact: whole has at most 53 bits.
    rounded = float(whole * mpfr(2) ** spacing)
    if rounded == 0.0 and value < 0:
        rounded = -0.0
    return rounded, rest


def checksum(columns, single):
    total = 0
    for column in columns:
        for word in struct.unpack(f"<{len(column) * (1 if single else 2)}I", pack(column, single)):
            total = ((total << 5 | total >> 27) ^ word) & 0xFFFFFFFF
    return total


def pack(column, single):
    return struct.pack(f"<{len(column)}{'f' if single else 'd'}", *column)


def write(name, dtype):
    single = dtype == "f32"
    seed = 2 * list(DOMAINS).index(name)
    columns = [points(s, COUNT, seed + 1000 * i, single) for i, s in enumerate(DOMAINS[name][dtype])]
    f = FUNCTIONS[name]
    values, rests = [], []
    for arguments in zip(*columns):
        value, rest = nearest(f(*(mpfr(a) for a in arguments)), single)
        values.append(value)
        # Rounded twice, as the recorded files were.
        rests.append(max(-127, min(127, round(round(rest * 65536) / 65536 * 254))))
    with open(os.path.join(DATA, f"{name}.{dtype}.bin"), "wb") as out:
        out.write(struct.pack("<II", COUNT, checksum(columns, single)))
        out.write(encode(values, rests, single))


def encode(values, rests, single):
    words = struct.unpack(f"<{len(values)}{'I' if single else 'Q'}", pack(values, single))
    low = struct.pack(f"<{len(words)}H", *(w & 0xFFFF for w in words))
    next_bits = b"" if single else bytes(w >> 16 & 0xFF for w in words)
    kept = 16 if single else 24
    return low + next_bits + bytes(mix(w >> kept) for w in words) + struct.pack(f"<{len(rests)}b", *rests)


def mix(bits):
    """Eight bits of a multiplicative hash of up to 40 bits."""
    low, high = bits & 0xFFFFFFFF, bits >> 32
    return ((low * 0x9E3779B1 & 0xFFFFFFFF) ^ (high * 0x85EBCA6B & 0xFFFFFFFF)) >> 24


def main():
    os.makedirs(DATA, exist_ok=True)
    names = sys.argv[1:] or list(DOMAINS)
    for name in names:
        for dtype in ("f32", "f64"):
            write(name, dtype)
        print(name, flush=True)


if __name__ == "__main__":
    main()
