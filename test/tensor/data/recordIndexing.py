"""Records NumPy's indexing, basic and advanced, with assignment. Run with NumPy 2.4: python3 recordIndexing.py; writes indexing.json.

Each case: the shape of x (0, 1, 2 ... in C order), the index as JSON (slices as text, null for a new axis), and what comes of it: the
selection, x with 100, 101 ... assigned to the selection, x with the same added (np.add.at); or the error.
"""

import json
import pathlib
import random

import numpy as np

HERE = pathlib.Path(__file__).parent
random.seed(5)

FIXED = [
    ((4,), [0]), ((4,), [-1]), ((4,), ["1:3"]), ((4,), ["::-1"]), ((4,), ["3:0:-2"]), ((4,), ["10:"]), ((4,), [":-10"]),
    ((4,), ["-10:10:3"]), ((4,), ["10:-10:-1"]), ((4,), ["2:1"]), ((4,), ["..."]), ((4,), [":"]), ((4,), [None]),
    ((4,), [None, "..."]), ((4,), [[0, 0, 3]]), ((4,), [[]]), ((4,), [[[0, 1], [-1, -2]]]), ((4,), [[True, False, False, True]]),
    ((4,), [[False] * 4]), ((4,), [True]), ((4,), [False]), ((4,), [4]), ((4,), [-5]), ((4,), [[0, 4]]), ((4,), [[True, False]]),
    ((), []), ((), ["..."]), ((), [None]), ((), [True]), ((), [False]), ((), [0]), ((0,), [":"]), ((0,), ["::-1"]), ((0,), [[]]),
    ((0,), [0]), ((0, 3), [[], 1]), ((3, 0), [1]), ((3, 0), [[0, 2]]), ((3, 4), [1, 2]), ((3, 4), [":", 1]), ((3, 4), ["::2", "::-1"]),
    ((3, 4), [[0, 2], [1, 3]]), ((3, 4), [[[0], [2]], [1, 3]]), ((3, 4), [[0, 2], ":"]), ((3, 4), [":", [3, 3]]),
    ((3, 4), ["1:", [0, -1]]), ((3, 4), [1, [0, 2]]), ((3, 4), [[0, 2], 1]), ((3, 4), [None, [0, 2], 1]), ((3, 4), [[0, 2], None, [1, 3]]),
    ((3, 4), [[True, False, True]]), ((3, 4), [[True, False, True], [0, 3]]), ((3, 4), [":", [True, False, True, False]]),
    ((3, 4), [[[True, False, True, False]] * 3]), ((3, 4), [[[True, False, True]] * 3]), ((3, 4), [True, [0, 1]]),
    ((3, 4), [[0, 1], [0, 1, 2]]), ((3, 4), [0, 0, 0]), ((2, 3, 4), [0, "...", 1]), ((2, 3, 4), [[0, 1], ":", [1, 2]]),
    ((2, 3, 4), [":", [0, 1], [1, 2]]), ((2, 3, 4), [0, ":", [1, 2]]), ((2, 3, 4), [":", 0, [1, 2]]), ((2, 3, 4), [[1], "...", 0]),
    ((2, 3, 4), [":", [[0, 1], [2, 0]]]), ((2, 3, 4), ["...", None, 2]), ((2, 3, 4), [None, 1, None, "1:", None]),
    ((2, 3, 4), [[[True, False, True], [False, True, True]]]), ((2, 3, 4), [":", [[True, False, True, True]] * 3]),
    ((2, 3, 4), ["...", [True, False, True, True]]), ((2, 3, 4), [1, [True, False, True], "::2"]), ((2, 1, 3), [":", [0, 0], "::-1"]),
    ((2, 3, 4, 2), [":", [0, 2], [1, 3]]), ((2, 3, 4, 2), [[0, 1], ":", ":", [1, 0]]), ((2, 3, 4, 2), [0, ":", [[1], [2]], [0, 1]]),
    ((2, 3, 4, 2), [":", 1, ":", [1, 1, 0]]), ((2, 3, 4, 2), ["...", [0, 1], None, [1, 0]]),
]


def random_end(n):
    return "" if random.random() < 0.4 else str(random.randint(-n - 2, n + 2))


def random_slice(n):
    step = random.choice(["", "", ":1", ":2", ":-1", ":-2", ":-3", ":5"])
    return f"{random_end(n)}:{random_end(n)}{step}"


def random_case():
    shape = tuple(random.choice([0, 1, 2, 3, 4, 5]) for _ in range(random.randint(1, 4)))
    common = random.choice([[2], [3], [2, 2], [1, 3]])
    index = []
    used_dots = False
    for n in shape:
        if random.random() < 0.12:
            index.append(None)
        if not used_dots and random.random() < 0.1:
            index.append("...")
            used_dots = True
        kind = random.random()
        if kind < 0.25 and n > 0:
            index.append(random.randint(-n, n - 1))
        elif kind < 0.65:
            index.append(random_slice(n))
        elif kind < 0.85 and n > 0:
            part = random.choice([common, common[-1:], [1]])
            index.append(np.array([random.randint(-n, n - 1) for _ in range(int(np.prod(part)))]).reshape(part).tolist())
        elif kind < 0.9 and n > 0:
            index.append([random.random() < 0.5 for _ in range(n)])
        else:
            break
    return shape, index


def decode(entry):
    if entry == "...":
        return Ellipsis
    if isinstance(entry, str):
        return slice(*[int(p) if p else None for p in entry.split(":")])
    if isinstance(entry, list):
        return np.array(entry, dtype=np.int64 if entry == [] else None)
    return entry


def record(shape, index):
    x = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
    case = {"shape": list(shape), "index": index}
    key = tuple(decode(e) for e in index)
    try:
        got = x[key]
    except IndexError:
        return {**case, "error": True}
    y = 100 + np.arange(got.size).reshape(got.shape)
    assigned, added = x.copy(), x.copy()
    assigned[key] = y
    np.add.at(added, key, y)
    return {**case, "result": np.shape(got), "got": got.ravel().tolist(), "set": assigned.ravel().tolist(), "inc": added.ravel().tolist()}


cases = FIXED + [random_case() for _ in range(250)]
lines = ",\n".join(json.dumps(record(*c), separators=(",", ":")) for c in cases)
(HERE / "indexing.json").write_text(f"[\n{lines}\n]\n")
