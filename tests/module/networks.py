"""Networks for the tests, and the loss written once more, in plain Python loops, so that nothing checks itself."""
import cmath

import numpy as np
from hypothesis import settings, strategies as st

from backprop import Params

settings.register_profile("course", max_examples=60, deadline=None, derandomize=True, database=None)
settings.load_profile("course")

# m, d, t, n: all different, all one, all two, one example, one output, one hidden unit
SIZES = [(3, 4, 2, 5), (1, 1, 1, 1), (2, 2, 2, 2), (4, 2, 3, 1), (2, 5, 1, 7), (5, 1, 3, 4)]

# the running example of chapters 2 to 4
RUNNING = Params(np.array([[0.6, -0.4], [-0.2, 0.5]]), np.array([[0.8, -0.5], [-0.3, 0.7]]))
RUNNING_X, RUNNING_Y = np.array([[2.0, -1.0]]), np.array([[1.0, 0.0]])


def network(m, d, t, n, bias=True, seed=0, dtype=float):
    """Return (params, X, Y) with random entries, the targets anywhere in [0, 1]."""
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape).astype(dtype) for shape in ((m, d), (d, t), (d,), (t,), (n, m))]
    params = Params(*arrays[:4]) if bias else Params(*arrays[:2])
    return params, arrays[4], rng.uniform(size=(n, t)).astype(dtype)


@st.composite
def networks(draw, largest_n=9):
    """Draw (params, X, Y) of any small sizes, with or without biases."""
    m, d, t = (draw(st.integers(1, 6)) for _ in range(3))
    return network(m, d, t, draw(st.integers(1, largest_n)), draw(st.booleans()), draw(st.integers(0, 2**32 - 1)))


def forward_by_loops(params, X):
    """Return (Z_h, A_h, Z_out, A_out) as lists of lists, one multiplication at a time; parameters may be complex."""
    def layer(A, W, b):
        return [[sum(a[i] * W[i][j] for i in range(len(W))) + (0 if b is None else b[j]) for j in range(len(W[0]))]
                for a in A]

    def activation(Z):
        return [[1 / (1 + cmath.exp(-z)) for z in row] for row in Z]

    Z_h = layer(X, params.W_h, params.b_h)
    A_h = activation(Z_h)
    Z_out = layer(A_h, params.W_out, params.b_out)
    return Z_h, A_h, Z_out, activation(Z_out)


def loss_by_loops(params, X, Y):
    """Return J = -sum over r and j of [ y ln a + (1 - y) ln(1 - a) ]."""
    A_out = forward_by_loops(params, X)[3]
    return -sum(y * cmath.log(a) + (1 - y) * cmath.log(1 - a) for ys, row in zip(Y, A_out) for y, a in zip(ys, row))


def gradient_by_loops(params, X, Y, h=1e-30):
    """Return the gradient of loss_by_loops as Params: Im J(w + ih) / h for one parameter w after the other."""
    def derivative(name):
        w = getattr(params, name)
        if w is None:
            return None
        answer = np.empty(w.shape)
        for index in np.ndindex(w.shape):
            nudged = w.astype(complex)
            nudged[index] += 1j * h
            answer[index] = loss_by_loops(params._replace(**{name: nudged}), X, Y).imag / h
        return answer
    return Params(*map(derivative, params._fields))


def assert_close(one, other, rtol):
    """Compare numbers, arrays or tuples of them: same shapes, |difference| at most rtol times the largest entry."""
    if isinstance(other, tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert_close(a, b, rtol)
    elif other is None:
        assert one is None
    else:
        one, other = np.asarray(one), np.asarray(other)
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= rtol * np.abs(other).max()


def frozen(*arguments):
    """Make every array read-only, and return copies to compare with."""
    copies = []
    for a in arguments:
        if isinstance(a, tuple):
            copies.append(type(a)(*frozen(*a)))
        else:
            copies.append(None if a is None else a.copy())
            if a is not None:
                a.flags.writeable = False
    return copies


def assert_same(one, other):
    """Compare two things bit for bit."""
    if isinstance(other, (tuple, list)):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert_same(a, b)
    else:
        assert (one is None and other is None) or np.array_equal(one, other)
