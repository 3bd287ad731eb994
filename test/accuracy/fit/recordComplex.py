"""Records what functions of complex numbers give, for `complexMeasure.ts`.

    python test/accuracy/fit/recordComplex.py

Needs mpmath and NumPy. Writes test/accuracy/complex.bin, all as float64, little-endian: the arguments of complex128 (real and imaginary part,
COUNT times) and of complex64; then for every function of NAMES the values at the arguments of complex128 (real part, what the nearest
number lacks, imaginary part, what that lacks) and of complex64 (real and imaginary part). The second argument of a function of two
is another one of the same list (`second`). NaN stands where the modulus is no finite number.

Writes test/accuracy/complexSpecial.json: what NumPy gives for zeros of either sign, infinities and NaN as parts, as text.
"""

import json

from pathlib import Path

import mpmath as mp
import numpy as np

COUNT = 1200
NAMES = """mul true_div inv sqr sqrt abs exp exp2 expm1 log log2 log10 log1p sin cos tan sinh cosh tanh
arcsin arccos arctan arcsinh arccosh arctanh pow""".split()

mp.mp.prec = 2600


def second(k):
    return (7 * k + 3) % COUNT


def arguments(least, most, steep, dtype):
    """Moduli from 10^least to 10^most; `steep` is where the exponential ends."""
    rng = np.random.default_rng(20)
    turn = lambda: np.exp(2j * np.pi * rng.random())
    found = []
    for k in range(COUNT):
        kind = k % 8
        if kind in (0, 1):
            z = complex(*(rng.normal(size=2) * 3))
        elif kind == 2:
            z = 10 ** rng.uniform(least, most) * turn()
        elif kind == 3:
            z = complex(*(10 ** rng.uniform(least, most, 2) * rng.choice([-1, 1], 2)))
        elif kind == 4:
            z = rng.choice([1, -1, 1j, -1j, 0]) + 10 ** rng.uniform(-16, 0) * turn()
        elif kind == 5:
            z = (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-16, 0)) * turn()
        elif kind == 6:
            z = complex(rng.uniform(-steep, steep), rng.uniform(-20, 20)) * rng.choice([1, 1j])
        else:
            z = complex(rng.integers(-4, 5) * np.pi / 4 + rng.normal() * 10 ** rng.uniform(-16, 0), rng.normal() * 10 ** rng.uniform(-8, 0))
        found.append(dtype(z))
    return found


def power(z, w):
    t = w * mp.log(z)
    return mp.mpc(mp.nan) if abs(t.real) > 2000 else mp.exp(t)


def tanh(z):
    if abs(z.real) > 1000:
        return mp.mpc(mp.sign(z.real), 0)
    return mp.tanh(z)


def bounded(f, part):
    """What overflows is not computed."""
    return lambda z: mp.mpc(mp.nan) if abs(part(z)) > 2000 else f(z)


real, imag = (lambda z: z.real), (lambda z: z.imag)
FUNCTIONS = {
    "mul": lambda z, w: z * w,
    "true_div": lambda z, w: z / w,
    "inv": lambda z: 1 / z,
    "sqr": lambda z: z * z,
    "abs": lambda z: mp.mpc(abs(z)),
    "exp": bounded(mp.exp, real),
    # Angles are right up to there.
    "exp2": bounded(lambda z: mp.nan if abs(z.imag) > 2**50 else mp.exp(z * mp.log(2)), real),
    "expm1": bounded(lambda z: mp.exp(z) - 1, real),
    "log2": lambda z: mp.log(z) / mp.log(2),
    "log10": lambda z: mp.log(z) / mp.log(10),
    "log1p": lambda z: mp.log(1 + z),
    "sin": bounded(mp.sin, imag),
    "cos": bounded(mp.cos, imag),
    "tan": lambda z: -1j * tanh(1j * z),
    "sinh": bounded(mp.sinh, real),
    "cosh": bounded(mp.cosh, real),
    "tanh": tanh,
    "arcsin": mp.asin,
    "arccos": mp.acos,
    "arctan": mp.atan,
    "arcsinh": mp.asinh,
    "arccosh": mp.acosh,
    "arctanh": mp.atanh,
    "pow": power,
}


def parts(x):
    hi = float(x)
    return [hi, float(x - hi) if np.isfinite(hi) else 0.0]


def special():
    """NumPy's expm1 of complex numbers is left out: it makes NaN of what is an infinity elsewhere."""
    parts = [0.0, -0.0, 1.0, -1.0, 2.5, -0.5, np.inf, -np.inf, np.nan]
    z = np.array([complex(a, b) for a in parts for b in parts])
    text = lambda ys: [[repr(float(y.real)), repr(float(y.imag))] for y in ys]
    with np.errstate(all="ignore"):
        names = [n for n in NAMES[NAMES.index("sqrt") : -1] if n not in ("abs", "expm1")]
        found = {name: text(getattr(np, name)(z)) for name in names}
    path = Path(__file__).parent.parent / "complexSpecial.json"
    path.write_text(json.dumps({"arguments": text(z), "values": found}, separators=(",", ":")) + "\n")


def main():
    wide = arguments(-300, 300, 720, np.complex128)
    single = arguments(-37, 37, 90, np.complex64)
    out = [v for z in [*wide, *single] for v in (float(z.real), float(z.imag))]
    for name in NAMES:
        f = FUNCTIONS.get(name) or getattr(mp, name)
        for zs, most, isWide in ((wide, np.finfo(np.float64).max, True), (single, np.finfo(np.float32).max, False)):
            for k, z in enumerate(zs):
                args = [z, zs[second(k)]] if name in ("mul", "true_div", "pow") else [z]
                y = mp.mpc(f(*(mp.mpc(float(a.real), float(a.imag)) for a in args)))
                if not abs(y) <= most:
                    y = mp.mpc(mp.nan, mp.nan)
                re, im = parts(y.real), parts(y.imag)
                out += [*re, *im] if isWide else [re[0], im[0]]
        print(name)
    np.array(out, "<f8").tofile(Path(__file__).parent.parent / "complex.bin")


main()
special()
