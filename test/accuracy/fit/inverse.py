"""Inverse trigonometric and hyperbolic functions."""

from mpmath import mp, mpf

from declared import doubles, section

section("inverseCoefficients")


def cubic(f):
    """(f(x) - x) / x^3 as a function of z = x^2, and the weight that makes errors relative to f."""

    def g(z):
        x = mp.sqrt(z)
        return (f(x) - x) / x**3

    def w(z):
        x = mp.sqrt(z)
        return x**3 / f(x)

    return g, w


EDGE = 1 + mpf(2) ** -20
doubles("ASIN", "(asin x - x) / x^3 in x^2, |x| <= 1/2", *cubic(mp.asin), (0, mpf("0.25") * EDGE), (6, 12))
doubles("ATAN", "(atan x - x) / x^3 in x^2, |x| <= tan(pi/8)", *cubic(mp.atan), (0, mp.tan(mp.pi / 8) ** 2 * EDGE), (5, 10))
doubles("ASINH", "(asinh x - x) / x^3 in x^2, |x| <= 1/2", *cubic(mp.asinh), (0, mpf("0.25") * EDGE), (6, 11))
doubles("ATANH", "(atanh x - x) / x^3 in x^2, |x| <= 1/2", *cubic(mp.atanh), (0, mpf("0.25") * EDGE), (7, 13))
