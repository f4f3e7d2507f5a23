"""Gradient descent with the gradient of mlp.py."""
import numpy as np
from numpy.typing import ArrayLike

from backprop import pieces, validate
from backprop.fast import piece
from backprop.mlp import Params, forward


def step(params: Params, gradient: Params, eta: float) -> Params:
    """Return new parameters, one step of learning rate eta down the gradient; the old ones stay as they are.

    Raises ValueError if the shapes differ or eta is not above 0.

    >>> params, gradient = Params(np.array([[1.0]]), np.array([[2.0]])), Params(np.array([[0.5]]), np.array([[1.0]]))
    >>> step(params, gradient, eta=0.1).W_out.tolist()
    [[1.9]]
    """
    params = validate.network(params)
    gradient, eta = validate.same_shapes(gradient, params), validate.real_number("eta", eta)
    return Params(*(None if p is None else p - eta * g for p, g in zip(params, gradient)))


@np.errstate(over="ignore", invalid="ignore")           # a divergence is an error, not a warning
def train(params: Params, X: ArrayLike, Y: ArrayLike, eta: float, epochs: int, batch: int | None = None,
          rng: np.random.Generator | None = None, lam: float = 0.0) -> tuple[Params, list[float]]:
    """Minimize J/n + lam/2 times the sum of the squared weights, biases excepted; return (params, losses).

    Each step uses the mean gradient over its batch of rows; batch=None takes all n. rng=None keeps the order of the
    rows, otherwise each epoch is shuffled by that numpy Generator. losses has one entry for each epoch: the mean loss
    without penalty, every batch measured before its own update, averaged over the examples. Raises ValueError for
    examples that do not fit, eta not above 0, epochs below 0, batch outside 1..n or lam below 0, and when the
    parameters grow beyond all numbers.

    >>> params = Params(np.array([[1.0]]), np.array([[1.0]]), np.zeros(1), np.zeros(1))
    >>> params, losses = train(params, X=[[0.0], [1.0]], Y=[[0.0], [1.0]], eta=1.0, epochs=100)
    >>> len(losses), losses[-1] < losses[0]
    (100, True)
    """
    params = validate.network(params)
    X = validate.inputs(params, X)
    n = len(X)
    Y = validate.targets(Y, n, params.W_out.shape[1])
    eta, lam = validate.real_number("eta", eta), validate.real_number("lam", lam, zero_allowed=True)
    epochs = validate.whole_number("epochs", epochs, low=0)
    batch = n if batch is None else validate.whole_number("batch", batch, high=n)
    rng = None if rng is None else validate.generator(rng)
    losses = []
    for epoch in range(1, epochs + 1):
        order = np.arange(n) if rng is None else rng.permutation(n)
        total = 0.0
        for start in range(0, n, batch):
            rows = order[start:start + batch]
            parts = (rows[part] for part in pieces.cuts(len(rows)))
            J, gradient = pieces.added(piece, params, ((X[part], Y[part], 0) for part in parts))
            total += J
            params = validate.still_finite(_down(params, gradient, eta, lam, len(rows)), epoch)
        losses.append(total / n)
    return params, losses


def _down(params, gradient, eta, lam, n):
    """Return params after one step down the mean gradient plus lam W; the sum over n rows and params were judged."""
    W_h, W_out, *biases = (None if p is None else p - eta / n * g for p, g in zip(params, gradient))
    return Params(W_h - eta * lam * params.W_h, W_out - eta * lam * params.W_out, *biases)      # [eq-l2]


def predict(params: Params, X: ArrayLike) -> np.ndarray:
    """Return the outputs A_out (n, t) for the inputs X (n, m); raises ValueError as forward does.

    >>> predict(Params(np.array([[1.0]]), np.array([[2.0]])), [[0.0]]).round(4).tolist()
    [[0.7311]]
    """
    return forward(params, X).A_out
