"""The rows of the structure tables on NumPy, into storage that is there already wherever NumPy lets one name it."""
import sys
import numpy as np
from common import data, fill, measure as measure_within

wanted, budget = set(sys.argv[1].split(",")), float(sys.argv[2]) / 1e3


def checksum(r):
    """As in structure.mjs."""
    r = np.asarray(r).ravel()
    j = np.arange(1001)
    return float((r[j * r.size // 1001].astype(np.float64) * (1 + j % 7)).sum())


def places(count, limit):
    return np.floor((fill(count, np.float64, 9) + 1) / 2 * limit).astype(np.int64)


def filled(shape, dtype):
    return np.ones(shape, dtype)


for label, n in (("1e6", 10**6), ("1e7", 10**7)):
    for dtype, d in ((np.float32, "f32"), (np.float64, "f64")):

        def row(name, operands, make):
            """`make` gets the operands and returns the work, which returns its result."""
            name = f"{name}_{label}_{d}"
            if name in wanted:
                run = make(*operands())
                measure_within(name, run, budget, lambda: checksum(run()))

        def copying(view):
            """Copies a view of the operand into storage of its own."""

            def make(x):
                o = filled(view(x).shape, dtype)

                def run():
                    np.copyto(o, view(x))
                    return o

                return run

            return make

        def into(work, *, of=lambda x, *_: x.shape, kind=dtype):
            """Work that is given storage for its result as last argument."""

            def make(*operands):
                o = filled(of(*operands), kind)

                def run():
                    work(*operands, o)
                    return o

                return run

            return make

        def after(work):
            """Work on a fresh copy of the first operand."""

            def change(x, *rest):
                np.copyto(rest[-1], x)
                work(rest[-1], *rest[:-1])

            return into(change)

        def vector():
            return [data((n,), dtype, 1)]

        def matrix():
            return [data((n // 1000, 1000), dtype, 1)]

        def cube():
            return [data((n // 10**4, 100, 100), dtype, 1)]

        def assign(o, y):
            o[::2] = y

        def increase(o, y):
            o[::2, 100:900] += y

        rows = (n // 100, 100)
        row("slice_step", vector, copying(lambda x: x[::2]))
        row("slice_rows", matrix, copying(lambda x: x[::2, 100:900]))
        row("reverse", vector, copying(lambda x: x[::-1]))
        row("reverse_columns", matrix, copying(lambda x: x[:, ::-1]))
        row("mask", lambda: [*vector(), fill(n, np.float32, 5) > 0], lambda x, m: lambda: x[m])
        take = into(lambda x, i, o: np.take(x, i, axis=0, out=o, mode="wrap"))
        row("gather_rows", lambda: [data(rows, dtype, 1), places(n // 100, n // 100)], take)
        row("gather_elements", lambda: [*vector(), places(n, n)], take)
        add = after(lambda o, i, y: np.add.at(o, i, y))
        row(
            "scatter_add_rows",
            lambda: [data(rows, dtype, 1), places(n // 100, n // 100), data(rows, dtype, 2)],
            add,
        )
        row("scatter_add", lambda: [*vector(), places(n, n), data((n,), dtype, 2)], add)
        row("set_slice", lambda: [*vector(), data((n // 2,), dtype, 2)], after(assign))
        row("inc_rows", lambda: [*matrix(), data((n // 2000, 800), dtype, 2)], after(increase))
        row("sort", vector, after(lambda o: o.sort()))
        row("sort_rows", matrix, after(lambda o: o.sort(axis=1)))
        row("sort_columns", matrix, after(lambda o: o.sort(axis=0)))
        row("argsort", vector, lambda x: lambda: np.argsort(x, kind="stable"))
        row("topk", vector, lambda x: lambda: np.sort(np.partition(x, n - 100)[n - 100 :]))
        row("cumsum", vector, into(lambda x, o: np.cumsum(x, out=o)))
        row("cumsum_0", matrix, into(lambda x, o: np.cumsum(x, axis=0, out=o)))
        row("cumsum_1", matrix, into(lambda x, o: np.cumsum(x, axis=1, out=o)))

        def two():
            return [data((n // 1000, 1000), dtype, 1), data((n // 1000, 1000), dtype, 2)]

        def concatenation(axis):
            return into(
                lambda x, y, o: np.concatenate((x, y), axis=axis, out=o),
                of=lambda x, y: np.concatenate((x, y), axis=axis).shape,
            )

        row("concat_0", two, concatenation(0))
        row("concat_1", two, concatenation(1))
        row("transpose", matrix, copying(lambda x: x.T))
        row("transpose_3d", cube, copying(lambda x: x.transpose(2, 0, 1)))
        row("swap_3d", cube, copying(lambda x: x.transpose(1, 0, 2)))
