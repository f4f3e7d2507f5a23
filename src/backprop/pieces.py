"""A sum over examples in pieces: how the rows are cut, read and judged, and how several pieces are computed at once."""
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from backprop import validate

CHUNK = 1024    # rows at a time: their activations stay in the cache
FEW = 500       # rows that are worth a thread of their own


def cuts(n, chunk=CHUNK):
    """Yield the slices into which n rows are cut: at most chunk rows each, two where both have work for a thread."""
    pieces = max(-(-n // chunk), 2 if n >= 2 * FEW else 1)
    rows = -(-n // pieces)
    return (slice(start, min(start + rows, n)) for start in range(0, n, rows))


def read(params, X, Y, n, chunk):
    """Yield (X, Y, first row) for each piece of n examples, read and judged when it is asked for."""
    for part in cuts(n, chunk):
        X_piece = validate.unread_inputs(params, X[part])
        yield X_piece, validate.targets(Y[part], len(X_piece), params.W_out.shape[1], part.start), part.start


@np.errstate(over="ignore", invalid="ignore")          # what overflows comes out as inf or nan
def added(piece, params, parts, threads=1):
    """Return J and the gradient, a list of arrays: what piece(*params, X, Y) gives, summed over the parts."""
    J, total = 0.0, None
    for value, arrays in in_order(_judged, ((piece, params, *part) for part in parts), threads):
        J += value
        total = [np.add(a, b, out=a) for a, b in zip(total, arrays)] if total else arrays  # [eq-gradient-sum]
        del arrays                                      # its memory serves the next one
    return J, total


@np.errstate(over="ignore", invalid="ignore")  # over: 1 / (1 + exp(-z)) is 0 in the limit; invalid: see finite_by
def _judged(piece, params, X, Y, first_row):
    """Return what piece gives, after its gradient has shown whether X is finite."""
    value, arrays = piece(*params, X, Y)
    validate.finite_by(arrays[0], "X", X, first_row)
    return value, arrays


def in_order(function, calls, threads):
    """Yield function(*call) for each call, in their order, at most `threads` of them running at a time.

    calls is any iterable and is read only as far as needed: at most threads + 1 calls are begun and not yet yielded.
    What the first failing call raises is raised in its turn, an error in reading calls too, and ends the rest. With
    threads = 1 no thread is started.

    >>> list(in_order(pow, [(2, 3), (5, 2)], threads=2))
    [8, 25]
    """
    if threads == 1:
        for call in calls:
            yield function(*call)
        return
    begun = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for future in _submitted(pool, function, calls):
                begun.append(future)
                if len(begun) > threads:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


def _submitted(pool, function, calls):
    """Yield a future for each call; an error in reading the calls is the last of them."""
    try:
        for call in calls:
            yield pool.submit(function, *call)
    except Exception as error:
        failed = Future()
        failed.set_exception(error)
        yield failed
