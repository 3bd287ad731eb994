"""True values of the functions of src/scalar/special and src/tensor/special, from mpmath with 60 digits. python recordSpecial.py

Writes ../special.json: per function and type the arguments (numbers of that type) and the values, each as the nearest float64 and what is missing;
for functions with zeros also the size of the largest term, of which errors count.
"""

import json
import os
import random
import struct

from mpmath import mp, mpf

mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))
COUNT = 600


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def log_uniform(r, low, high):
    return float(mp.exp(r.uniform(float(mp.log(low)), float(mp.log(high)))))


def mixed(low, high):
    """Half of the points evenly, half by their logarithm, with both signs where the interval has them."""

    def draw(r):
        if r.random() < 0.5:
            return r.uniform(low, high)
        size = log_uniform(r, max(low, 1e-6) if low >= 0 else 1e-6, high if low >= 0 or r.random() < 0.5 else -low)
        return size if low >= 0 or r.random() < 0.5 else max(low, -size)

    return draw


def positive(low, high):
    return lambda r: log_uniform(r, low, high)


def amplitude(x):
    x = abs(x)
    return mp.sqrt(2 / (mp.pi * x)) if x > 8 else mpf(0)


def j(n):
    return lambda x: mp.besselj(n, x)


def erfcinv(x):
    if x >= mpf("0.1"):
        return mp.erfinv(1 - x)
    y = mp.sqrt(-mp.log(x))
    for _ in range(14):
        # Newton on the logarithm, which is nearly a parabola.
        y += (mp.log(mp.erfc(y)) - mp.log(x)) * mp.erfc(y) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
    return y


ONE = {
    "i0": (mp.besseli, 0, mixed(-700, 700), mixed(-88, 88)),
    "i1": (mp.besseli, 1, mixed(-700, 700), mixed(-88, 88)),
    "j0": (mp.besselj, 0, mixed(-60, 60), mixed(-60, 60)),
    "j1": (mp.besselj, 1, mixed(-60, 60), mixed(-60, 60)),
    "erfcx": (lambda x: mp.exp(x * x) * mp.erfc(x), None, mixed(-26, 60), mixed(-9, 60)),
    "erfcinv": (erfcinv, None, lambda r: log_uniform(r, 1e-300, 1.99), lambda r: log_uniform(r, 1e-37, 1.99)),
    "gamma": (mp.gamma, None, mixed(-160, 171), mixed(-33, 35)),
    "polygamma2": (lambda x: mp.polygamma(2, x), None, positive(1e-3, 1e5), positive(1e-3, 1e5)),
    "polygamma3": (lambda x: mp.polygamma(3, x), None, positive(1e-3, 1e5), positive(1e-3, 1e5)),
    "polygamma7": (lambda x: mp.polygamma(7, x), None, positive(1e-2, 1e3), positive(1e-2, 1e3)),
}


def owens(h, a):
    f = lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t) / (2 * mp.pi)
    with mp.workdps(30):
        reach = min(abs(a), 12 / max(abs(h), mpf("0.01")))
        return mp.sign(a) * mp.quad(f, mp.linspace(0, reach, 5 + int(reach)))


def pair(first, second):
    return lambda r: (first(r), second(r))


def beside(r):
    """A shape, and an argument in its neighbourhood or anywhere."""
    a = log_uniform(r, 0.05, 300)
    return (a, log_uniform(r, 1e-3, 600) if r.random() < 0.4 else a * r.uniform(0.4, 2))


def inside(r):
    return (log_uniform(r, 0.05, 200), log_uniform(r, 0.05, 200), r.uniform(1e-6, 1))


def orders(r):
    v = float(r.randint(0, 12)) if r.random() < 0.5 else r.uniform(0, 25)
    return (v, log_uniform(r, 1e-2, 200))


def wave(v, x):
    """The size that errors count of: the amplitude where J oscillates."""
    return mp.sqrt(2 / (mp.pi * x)) if x > v else mpf(0)


SEVERAL = {
    "gammainc": (lambda a, x: mp.gammainc(a, 0, x, regularized=True), beside),
    "gammaincc": (lambda a, x: mp.gammainc(a, x, mp.inf, regularized=True), beside),
    "betainc": (lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True), inside),
    "zeta": (mp.zeta, pair(lambda r: 1 + log_uniform(r, 1e-2, 60), positive(1e-2, 1e3))),
    "jv": (mp.besselj, orders),
    "iv": (mp.besseli, orders),
    "owensT": (owens, pair(mixed(-6, 6), mixed(-5, 5))),
    "logit": (lambda p: mp.log(p / (1 - p)), lambda r: (r.uniform(0, 1) if r.random() < 0.7 else log_uniform(r, 1e-12, 1),)),
    "ndtri": (lambda p: -mp.sqrt(2) * erfcinv(2 * p), lambda r: (r.uniform(0, 1) if r.random() < 0.5 else log_uniform(r, 1e-30, 1),)),
}


def split(v):
    hi = float(v)
    return [hi, float(v - mpf(hi))]


def main():
    out = {}
    for name, (f, order, wide, narrow) in ONE.items():
        r = random.Random(name)
        for kind, draw in (("f64", wide), ("f32", narrow)):
            args, values, sizes = [], [], []
            while len(args) < COUNT:
                x = draw(r)
                if kind == "f32":
                    x = f32(x)
                try:
                    v = f(mpf(x)) if order is None else f(order, mpf(x))
                except ValueError:  # a pole
                    continue
                least = 1e-300 if kind == "f64" else 1e-36
                if not mp.isfinite(v) or (abs(v) < least and v != 0):
                    continue
                args.append([x])
                values.append(split(v))
                sizes.append(float(amplitude(mpf(x))) if name in ("j0", "j1") else 0)
            entry = {"args": args, "values": values}
            if any(sizes):
                entry["terms"] = sizes
            out[f"{name}.{kind}"] = entry
        print(name, flush=True)
    for name, (f, draw) in SEVERAL.items():
        r = random.Random(name)
        for kind in ("f64", "f32"):
            args, values, sizes = [], [], []
            while len(args) < COUNT // 3:
                x = tuple(f32(v) if kind == "f32" else v for v in draw(r))
                v = mp.re(f(*map(mpf, x)))
                # A probability so near 0 that it is not a normal float32 is left out.
                if not mp.isfinite(v) or abs(v) > mpf("1e36") or (abs(v) < mpf("1e-30") and v != 0):
                    continue
                args.append(list(x))
                values.append(split(v))
                sizes.append(float(wave(*map(mpf, x))) if name == "jv" else 0)
            entry = {"args": args, "values": values}
            if any(sizes):
                entry["terms"] = sizes
            out[f"{name}.{kind}"] = entry
        print(name, flush=True)
    with open(os.path.join(HERE, "../special.json"), "w") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in out.items()) + "\n}\n")


main()
