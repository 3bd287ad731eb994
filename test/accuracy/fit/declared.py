"""The list of fits; families add to it."""

FITS = []
FILE = ["coefficients"]


def section(file):
    """The following fits go into src/ir/decompose/<file>.ts."""
    FILE[0] = file


def declare(name, what, g, w, interval, powers, dtype, fixed=None):
    FITS.append((FILE[0], name, what, g, w, interval, powers, dtype, fixed))


def both(name, what, g, w, interval, degrees, **more):
    for dtype, degree in zip(("f32", "f64"), degrees):
        declare(f"{name}_{dtype.upper()}", what, g, w, interval, degree, dtype, **more)


def doubles(name, what, g, w, interval, degrees):
    """Two lengths in f64: a short one for float32 results and one for float64 results."""
    declare(f"{name}_DOUBLE_F32", f"{what}, for float32 results", g, w, interval, degrees[0], "f64")
    declare(f"{name}_F64", what, g, w, interval, degrees[1], "f64")
