"""erf, erfc and erfinv."""

from mpmath import mp, mpf

from declared import declare, doubles, section

section("errorCoefficients")
SCALE = 2 / mp.sqrt(mp.pi)


def erf_part(z):
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


def erf_weight(z):
    x = mp.sqrt(z)
    return x / mp.erf(x)


doubles("ERF", "erf(x) / x - 1 in x^2, |x| <= 1", erf_part, erf_weight, (0, mpf(1) + mpf(2) ** -20), (7, 12))


def erfcx(x):
    return mp.exp(x * x) * mp.erfc(x)


def mapped(t):
    """(1 + 2x) e^(x^2) erfc x by t = (x - 4) / (x + 4)."""
    x = 4 * (1 + t) / (1 - t)
    return (1 + 2 * x) * erfcx(x)


def edges(high):
    return tuple((x - 4) / (x + 4) for x in (mpf("0.4999"), mpf(high)))


for suffix, high, degree in (("DOUBLE_F32", "10.5", 12), ("F64", "28", 22)):
    declare(
        f"ERFC_{suffix}",
        "(1 + 2x) e^(x^2) erfc x - 1 in t = (x - 4) / (x + 4), x >= 1/2",
        lambda t: mapped(t) - 1,
        lambda t: 1 / mapped(t),
        edges(high),
        degree,
        "f64",
    )
