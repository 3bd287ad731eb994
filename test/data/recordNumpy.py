"""Records what NumPy does: printing, type promotion, casts to float16, .npy bytes.

Run with NumPy 2.4: python3 recordNumpy.py; it writes the numpy*.json files beside it.
"""

import base64
import io
import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
DTYPES = (
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 "
    "float16 float32 float64 complex64 complex128"
).split()


def encode(array):
    data = np.ascontiguousarray(array).reshape(array.shape)
    return {
        "dtype": str(array.dtype),
        "shape": list(array.shape),
        "bytes": base64.b64encode(data.tobytes()).decode(),
    }


def write(name, value):
    (HERE / f"{name}.json").write_text(json.dumps(value, indent=1) + "\n")


def printed():
    rng = np.random.default_rng(7)
    nan, inf = np.nan, np.inf
    lists = [
        [], [0.0], [-0.0], [1.0], [1.0, 2.5], [0.1, 0.2, 0.3], [1e8], [99999999.0], [1e-4], [9.9e-5],
        [0.001, 1.0], [0.001, 1.1], [1, 1000.0], [1, 1001.0], [nan], [inf], [-inf], [nan, inf, 1],
        [nan, -inf, 1.5], [nan, nan], [1e300, 1e-300], [5e-324], [1 / 3, 2 / 3], [123456789.123456789],
        [0.1, 100.0], [1.0, -1.0], [-1.5, 22.25, 333.125], [0.001953125, 0.5], [0.005859375, 1.0],
        [2.0**-9, 2.0**-10], [1e16, 1.0], [1e22], [12345.678, 0.5], [1e5, 2e5], [1e7], [3e10, 1.0, nan],
        [1e100, -1e-5, inf], [np.pi * 10**k for k in range(4)], [np.pi * 10.0**k for k in range(-3, 5)],
        [1.0000000001], [0.99999999999], [9.999999995], [99.99999999999], [1.5e-10, 2.5e-10],
        [1.23456789e-7, 1e-3], [65504.0, 1.0], [6e-8, 6e4], [1.00000005e-5], [1.000000050e9],
        [0.30000000000000004], [1e-45, 1.0], [16777217.0], [3.4e38], [1234567.0], [999999.0, 0.5],
    ]
    arrays = [np.array(v, dtype="float64") for v in lists]
    with np.errstate(all="ignore"):
        for dtype in ("float32", "float16"):
            arrays += [np.array(v).astype(dtype) for v in lists]
    for dtype in ("float64", "float32", "float16"):
        for scale in (1e-6, 1e-2, 1, 10, 1e3):
            with np.errstate(all="ignore"):
                arrays.append((rng.standard_normal(11) * scale).astype(dtype))
                arrays.append((rng.standard_normal((4, 9)) * scale).astype(dtype))
                arrays.append((rng.standard_normal((2, 3, 4)) * scale).astype(dtype))
    arrays += [rng.standard_normal(1001), rng.standard_normal((40, 40)).astype("float32"),
               rng.standard_normal((12, 11, 10)), rng.standard_normal((2, 3, 200)), np.arange(1000.0),
               np.ones((1001, 1)), np.ones((1, 1001)), np.arange(2000).reshape(2, 10, 10, 10)]
    for dtype in DTYPES[1:9]:
        info = np.iinfo(dtype)
        arrays += [np.array([info.min, info.max, 0, 1], dtype), np.arange(24).astype(dtype).reshape(2, 3, 4)]
        arrays.append(np.array(7, dtype))
    arrays += [np.arange(100), np.arange(5000) - 2500, np.array([[1, -200], [30, 4]]), np.arange(30).reshape(3, 10) * 10**9]
    arrays += [np.array([True, False]), np.array([[True], [False]]), np.array(True), np.array(False),
               rng.random((3, 40)) > 0.5, np.zeros(1500, bool)]
    arrays += [np.zeros((0,)), np.zeros((0, 3)), np.zeros((3, 0, 2), "int32"), np.ones((1, 1, 1, 1, 1))]
    arrays += [np.array(v, dtype="complex128") for v in (
        [1 + 2j], [1 - 2j, 0.5j], [-1e-9 + 1e9j, 1], [complex(nan, inf), 1 - 1j], [complex(-0.0, -0.0)],
        [[1.25 + 3j, -100.5 - 0.001j], [0, 1j]], [1 / 3 + 1j / 7], [complex(1, -inf), complex(inf, nan)],
        [1e-10 + 1j, 2], [complex(nan, nan)])]
    arrays += [(rng.standard_normal((3, 5)) + 1j * rng.standard_normal((3, 5))).astype(d)
               for d in ("complex64", "complex128")]
    arrays += [np.arange(1200) * (1 + 0.5j)]
    scalars = [0.0, -0.0, 1.0, -1.5, 0.1, 1 / 3, 1e15, 1e16, 123456789012345678.0, 1e-4, 9.9e-5, 1e-5, 1e300, 5e-324,
               nan, inf, -inf, 1e22, 65504, 12345.678, 0.0001, 0.00012, 2.5e-7,
               999.0, 1000.0, 999999.0, 1e6, 16777217.0, 1e8]
    with np.errstate(all="ignore"):
        for dtype in ("float64", "float32", "float16"):
            arrays += [np.array(v).astype(dtype) for v in scalars]
        for dtype in ("complex64", "complex128"):
            arrays += [np.array(v, dtype) for v in (
                1 + 2j, 2j, -2j, 1.5 - 0.5j, 0, complex(0, nan), complex(nan, -inf), complex(-0.0, 1), complex(1, -0.0),
                1e20 + 1e-7j, complex(1, inf), complex(0.0, -0.0), 1 / 3 + 1j / 3)]
    write("numpyPrint", [encode(a) | {"text": str(a)} for a in arrays])


def promotion():
    table = {a: {b: str(np.result_type(a, b)) for b in DTYPES} for a in DTYPES}
    safe = {a: [b for b in DTYPES if np.can_cast(a, b)] for a in DTYPES}
    write("numpyPromotion", {"resultType": table, "canCast": safe})


def halves():
    rng = np.random.default_rng(3)
    bits = np.arange(65536, dtype="uint16").view("float16").astype("float64")
    finite = np.unique(bits[np.isfinite(bits)])
    middles = (finite[1:] + finite[:-1]) / 2
    picked = rng.choice(middles, 300)
    values = np.concatenate([
        picked, np.nextafter(picked, np.inf), np.nextafter(picked, -np.inf),
        [65504, 65519.999999999993, 65520, 65536, 1e10, -65520, 2.0**-24, 2.0**-25, np.nextafter(2.0**-25, 1),
         3 * 2.0**-25, 5e-324, -5e-324, -0.0, 0.0, np.inf, -np.inf, 2.0**-14, np.nextafter(2.0**-14, 0)],
        rng.standard_normal(200) * 10.0 ** rng.integers(-9, 6, 200)])
    with np.errstate(all="ignore"):
        rounded = values.astype("float16").view("uint16")
    write("numpyFloat16", {"values": encode(values), "bits": encode(rounded)})


def files():
    def saved(array, version=None):
        stream = io.BytesIO()
        np.lib.format.write_array(stream, array, version=version)
        return base64.b64encode(stream.getvalue()).decode()

    cases = []
    for dtype in DTYPES:
        base = np.arange(6).reshape(2, 3).astype(dtype)
        for array, version in ((base, None), (np.asfortranarray(base), None), (base, (2, 0)), (base, (3, 0)),
                               (base[0, 1].reshape(()), None), (np.zeros((0, 4), dtype), None),
                               (base.astype(base.dtype.newbyteorder(">")), None)):
            plain = array.astype(dtype)
            cases.append(encode(plain) | {"file": saved(array, version), "major": (version or (1, 0))[0],
                                          "canonical": version is None and array.flags.c_contiguous
                                          and array.dtype.isnative})
    write("numpyFiles", cases)


if __name__ == "__main__":
    printed()
    promotion()
    halves()
    files()
