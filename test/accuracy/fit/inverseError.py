"""erfinv."""

from mpmath import mp, mpf

from declared import declare, doubles, section

section("inverseErrorCoefficients")


def erfinv_of(w):
    """erfinv y for w = -log(1 - y^2), by Newton's method on log erfc."""
    if w == 0:
        return mpf(0), mpf(0)
    rest = mp.exp(-w) / (1 + mp.sqrt(-mp.expm1(-w)))  # 1 - y
    y = mp.sqrt(-mp.expm1(-w))
    if y < mpf("0.9"):
        return mp.erfinv(y), y
    x = mp.sqrt(w)
    for _ in range(100):
        e = mp.erfc(x)
        step = mp.log(e / rest) * e * mp.sqrt(mp.pi) / 2 * mp.exp(x * x)
        x += step
        if abs(step) < mpf(10) ** -65:
            break
    return x, y


def central(w):
    x, y = erfinv_of(w)
    return x / y


START = mpf(float(mp.sqrt(mp.pi) / 2))
MIDPOINT = mpf("2.5")


def slope(v):
    return (central(v + MIDPOINT) - START) / (v + MIDPOINT)


def slope_weight(v):
    return (v + MIDPOINT) / central(v + MIDPOINT)


doubles(
    "ERFINV",
    "(erfinv(y) / y - sqrt(pi) / 2) / w in w - 2.5, w = -log(1 - y^2) <= 5",
    slope,
    slope_weight,
    (mpf("-2.4999"), mpf("2.501")),
    (11, 22),
)

MIDDLE = mpf("13.5")


def tail(t):
    return erfinv_of(MIDDLE * (1 + t) / (1 - t))[0]


def mapped(w):
    return (mpf(w) - MIDDLE) / (mpf(w) + MIDDLE)


for suffix, high, degree in (("DOUBLE_F32", "17", 9), ("F64", "37", 27)):
    declare(
        f"ERFINV_TAIL_{suffix}",
        "erfinv(y) in (w - 13.5) / (w + 13.5), w >= 5",
        tail,
        lambda t: 1 / tail(t),
        (mapped("4.999"), mapped(high)),
        degree,
        "f64",
    )
