"""Coefficients of the functions in src/scalar/special, written to its coefficients.ts. Needs mpmath: python special.py

Polynomials through the Chebyshev points, in a variable that runs from -1 to 1, computed with 60 digits and rounded to float64. (Near minimax;
the coefficients fall fast, so rounding them costs nothing.) No random numbers: a run gives the same file every time.
"""

import os

from mpmath import mp, mpf

mp.dps = 60
HERE = os.path.dirname(os.path.abspath(__file__))
LINES = [
    "/** Coefficients, lowest power first; `error` is the largest relative error of the exact polynomial. Written by test/accuracy/fit/special.py. */",
    "",
]


def interpolate(f, degree):
    """Monomial coefficients of the polynomial through f at the Chebyshev points of [-1, 1]."""
    n = degree + 1
    nodes = [mp.cos(mp.pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f(t) for t in nodes]
    cheb = [2 / mpf(n) * sum(v * mp.cos(mp.pi * j * (k + mpf(1) / 2) / n) for k, v in enumerate(values)) for j in range(n)]
    cheb[0] /= 2
    total, low, high = [mpf(0)] * n, [mpf(1)], [mpf(0), mpf(1)]
    for j, c in enumerate(cheb):
        basis = low if j == 0 else high
        for i, b in enumerate(basis):
            total[i] += c * b
        if j >= 1:
            twice = [mpf(0)] + [2 * b for b in high]
            low, high = high, [a - (low[i] if i < len(low) else 0) for i, a in enumerate(twice)]
    return total


def polynomial(name, what, f, degree):
    c = interpolate(f, degree)
    points = [mpf(i) / 200 - 1 + mpf("1e-9") for i in range(401)]
    error = max(abs(mp.polyval(c[::-1], t) / f(t) - 1) for t in points)
    LINES.append(f"/** {what}; error {mp.nstr(error, 3)}. */")
    emit(name, c)
    print(name, degree, mp.nstr(error, 3))


def emit(name, values):
    LINES.append(f"export const {name}: readonly number[] = [")
    LINES.extend(f"  {float(v)!r}," for v in values)
    LINES.extend(["];", ""])


def parts(name, what, values):
    """Numbers as sums of two float64."""
    LINES.append(f"/** {what}, each as a sum of two numbers. */")
    LINES.append(f"export const {name}: readonly (readonly [number, number])[] = [")
    LINES.extend(f"  [{float(v)!r}, {float(v - mpf(float(v)))!r}]," for v in values)
    LINES.extend(["];", ""])


# Modified Bessel functions
LINES.append("/** 1 / k!^2: I0 as a series in x^2/4. */")
emit("I0_SERIES", [1 / mp.factorial(k) ** 2 for k in range(27)])
LINES.append("/** 1 / (k! (k + 1)!): 2 I1 / x as a series in x^2/4. */")
emit("I1_SERIES", [1 / (mp.factorial(k) * mp.factorial(k + 1)) for k in range(26)])


def scaled_i(order):
    def f(t):
        x = 16 / (t + 1) if t > -1 else mp.inf
        return mp.sqrt(x) * mp.exp(-x) * mp.besseli(order, x)

    return f


polynomial("I0_FAR", "sqrt(x) exp(-x) I0(x) in t = 16/x - 1, x >= 8", scaled_i(0), 25)
polynomial("I1_FAR", "sqrt(x) exp(-x) I1(x) in t = 16/x - 1, x >= 8", scaled_i(1), 25)

# Bessel functions
for order in (0, 1):
    zeros = [mp.besseljzero(order, k) for k in (1, 2)]
    parts(f"J{order}_ZEROS", f"The first zeros of J{order}", zeros)

    def near(t, order=order, zeros=zeros):
        x = mp.sqrt(32 * (t + 1))
        value = mp.besselj(order, x) / (x if order else 1)
        return value / ((x**2 - zeros[0] ** 2) * (x**2 - zeros[1] ** 2))

    polynomial(f"J{order}_NEAR", f"J{order}(x){' / x' if order else ''} without its first two zeros in t = x^2/32 - 1, x <= 8", near, 17)

    def amplitude(t, order=order, part=0):
        x = mp.sqrt(128 / (t + 1))
        chi = x - (2 * order + 1) * mp.pi / 4
        j, y, s = mp.besselj(order, x), mp.bessely(order, x), mp.sqrt(mp.pi * x / 2)
        return s * (j * mp.cos(chi) + y * mp.sin(chi)) if part == 0 else s * x * (y * mp.cos(chi) - j * mp.sin(chi))

    polynomial(f"P{order}_FAR", f"Hankel's P for order {order} in t = 128/x^2 - 1, x >= 8", amplitude, 15)
    polynomial(f"Q{order}_FAR", f"x times Hankel's Q for order {order} in the same t", lambda t: amplitude(t, part=1), 15)

# The inverse of erfc
LOW, HIGH = mpf("0.832"), mpf("27.31")
ENDS = [(s - 4) / (s + 4) for s in (LOW, HIGH)]
MIDDLE, HALF = (ENDS[0] + ENDS[1]) / 2, (ENDS[1] - ENDS[0]) / 2


def tail(t):
    v = MIDDLE + HALF * t
    s = 4 * (1 + v) / (1 - v)
    y, wanted = s, -s * s
    for _ in range(12):
        e = mp.erfc(y)
        y += (mp.log(e) - wanted) * e * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
    return y / s


LINES.append("/** Middle and half length of the interval of (s - 4)/(s + 4) in which ERFCINV_TAIL is fitted. */")
emit("ERFCINV_TAIL_INTERVAL", [MIDDLE, HALF])
MIDDLE, HALF = mpf(float(MIDDLE)), mpf(float(HALF))
polynomial("ERFCINV_TAIL", "erfcinv(x) / s with s = sqrt(-log x), s from 0.832 to 27.31, in (s - 4)/(s + 4) moved to [-1, 1]", tail, 35)

# Lanczos
G = mpf("6.024680040776729583740234375")
NUM = """23531376880.410759688572007674451636754734846804940 42919803642.649098768957899047001988850926355848959
35711959237.355668049440185451547166705960488635843 17921034426.037209699919755754458931112671403265390
6039542586.3520280050642916443072979210699388420708 1439720407.3117216736632230727949123939715485786372
248874557.86205415651146038641322942321632125127801 31426415.585400194380614231628318205362874684987640
2876370.6289353724412254090516208496135991145378768 186056.26539522349504029498971604569928220784236328
8071.6720023658162106380029022722506138218516325024 210.82427775157934587250973392071336271166969580291
2.5066282746310002701649081771338373386264310793408""".split()
DEN = [mpf(0)] + [mpf(v) for v in (39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1)]
worst = mpf(0)
for i in range(1, 700):
    x = mpf(i) / 4
    s = mp.polyval([mpf(v) for v in NUM][::-1], x) / mp.polyval(DEN[::-1], x)
    worst = max(worst, abs((x + G - mpf(1) / 2) ** (x - mpf(1) / 2) * mp.exp(-(x + G - mpf(1) / 2)) * s / mp.gamma(x) - 1))
print("Lanczos", mp.nstr(worst, 3))
LINES.append(f"/** The numerator of Lanczos' sum with n = 13 and g = {mp.nstr(G, 20)} (Boost's choice of both); error {mp.nstr(worst, 3)}. */")
emit("LANCZOS_NUMERATOR", [mpf(v) for v in NUM])
LINES.append("/** Its denominator: x (x + 1) ... (x + 11). */")
emit("LANCZOS_DENOMINATOR", DEN)

with open(os.path.join(HERE, "../../../src/scalar/special/coefficients.ts"), "w") as out:
    out.write("\n".join(LINES))
