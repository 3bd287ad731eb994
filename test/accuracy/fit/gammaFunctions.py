"""lgamma, digamma and trigamma."""

from mpmath import mp, mpf

from declared import doubles, section

section("gammaCoefficients")
ZERO = mp.findroot(mp.digamma, mpf("1.4616321449683623")) - 2
HALF = (mpf("-0.5001"), mpf("0.5001"))

doubles(
    "LGAMMA",
    "log gamma(2 + d) / (d (1 + d)), |d| <= 1/2",
    lambda d: mp.loggamma(2 + d) / d / (1 + d),
    lambda d: d * (1 + d) / mp.loggamma(2 + d),
    HALF,
    (10, 18),
)
doubles(
    "DIGAMMA",
    "digamma(2 + d) / (d - d0) with the zero d0, -0.7 <= d <= 0.3",
    lambda d: mp.digamma(2 + d) / (d - ZERO),
    lambda d: (d - ZERO) / mp.digamma(2 + d),
    (mpf("-0.7001"), mpf("0.3001")),
    (12, 20),
)

FAR = (0, 1 / mpf("5.2") ** 2)


def stirling(v):
    z = 1 / mp.sqrt(v)
    return (mp.loggamma(z) - (z - mpf(1) / 2) * mp.log(z) + z - mp.log(2 * mp.pi) / 2) * z


doubles(
    "STIRLING",
    "z (log gamma(z) - (z - 1/2) log z + z - log(2 pi)/2) in 1/z^2, z >= 5.2",
    stirling,
    lambda v: mp.sqrt(v),
    (mpf("1e-8"), FAR[1]),
    (3, 9),
)


def digamma_far(v):
    z = 1 / mp.sqrt(v)
    return (mp.log(z) - 1 / (2 * z) - mp.digamma(z)) * z * z


doubles(
    "DIGAMMA_FAR",
    "z^2 (log z - 1/(2z) - digamma(z)) in 1/z^2, z >= 5.2",
    digamma_far,
    lambda v: v,
    (mpf("1e-8"), FAR[1]),
    (3, 9),
)


def trigamma_far(v):
    z = 1 / mp.sqrt(v)
    return (mp.psi(1, z) - 1 / z - 1 / (2 * z * z)) * z**3


doubles(
    "TRIGAMMA_FAR",
    "z^3 (trigamma(z) - 1/z - 1/(2 z^2)) in 1/z^2, z >= 5.2",
    trigamma_far,
    lambda v: v,
    (mpf("1e-8"), FAR[1]),
    (3, 9),
)


MIDDLE = mpf("2.35")


def trigamma_near(t):
    z = MIDDLE * (1 + t) / (1 - t)
    return z * mp.psi(1, z)


doubles(
    "TRIGAMMA",
    "z trigamma(z) - 1 in (z - 2.35) / (z + 2.35), 1 <= z <= 5.5",
    lambda t: trigamma_near(t) - 1,
    lambda t: 1 / trigamma_near(t),
    (mpf("-0.4030"), mpf("0.4015")),
    (14, 25),
)


def sine(z):
    f = mp.sqrt(z)
    return (mp.sin(mp.pi * f) / (mp.pi * f) - 1) / z


doubles(
    "SINPI",
    "(sin(pi f) / (pi f) - 1) / f^2 in f^2, |f| <= 1/2",
    sine,
    lambda z: z / (1 + z * sine(z)),
    (0, mpf("0.2501")),
    (4, 8),
)


def cotangent(z):
    f = mp.sqrt(z)
    return mp.pi * f * mp.cot(mp.pi * f) / (mpf("0.25") - z)


doubles(
    "COTPI",
    "(pi f cot(pi f) / (1/4 - f^2) - 4) / f^2 in f^2, |f| <= 1/2",
    lambda z: (cotangent(z) - 4) / z,
    lambda z: z / cotangent(z),
    (0, mpf("0.25")),
    (7, 14),
)
