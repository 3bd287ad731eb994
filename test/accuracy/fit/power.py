"""pow: the logarithm beyond double precision, and a short 2^r for float32 results."""

from mpmath import mp, mpf

from declared import declare, section

section("powerCoefficients")


def series(z):
    s = mp.sqrt(z)
    return (mp.atanh(s) / s - 1 - z / 3) / z**2


declare(
    "LOG_LONG_F64",
    "P(z) with atanh s = s (1 + z/3 + z^2 P(z)), z = s^2",
    series,
    lambda z: z**2,
    (0, mpf("0.02948")),
    7,
    "f64",
)
declare(
    "EXP2_DOUBLE_F32",
    "(2^r - 1) / r, error relative to 2^r, for float32 results",
    lambda r: (mpf(2) ** r - 1) / r,
    lambda r: r / mpf(2) ** r,
    (mpf("-0.501"), mpf("0.501")),
    7,
    "f64",
)
