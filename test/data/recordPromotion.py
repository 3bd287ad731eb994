"""Records the dtypes that NumPy's binary functions give for every pair of dtypes. Run with NumPy 2.4: python3 recordPromotion.py"""

import json
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
FUNCTIONS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.true_divide, "intDiv": np.floor_divide, "mod": np.remainder,
    "pow": np.power, "maximum": np.maximum, "minimum": np.minimum, "arctan2": np.arctan2, "eq": np.equal, "neq": np.not_equal,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "leftShift": np.left_shift, "rightShift": np.right_shift,
}


def result(f, p, q):
    try:
        with np.errstate(all="ignore"):
            return str(f(np.ones(1, p), np.ones(1, q)).dtype)
    except TypeError:
        return "error"


table = {name: [[result(f, p, q) for q in DTYPES] for p in DTYPES] for name, f in FUNCTIONS.items()}
(HERE / "numpyBinaryDtypes.json").write_text(json.dumps({"dtypes": DTYPES, "results": table}, separators=(",", ":")) + "\n")
