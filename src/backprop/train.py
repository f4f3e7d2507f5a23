"""Gradient descent with the gradient of mlp.py."""
import numpy as np

from backprop import validate
from backprop.fast import value_and_gradient
from backprop.mlp import Params, forward


def step(params, gradient, eta):
    """Return new parameters, one step of learning rate eta down the gradient; the old ones stay as they are.

    Raises ValueError if the shapes differ or eta is not above 0.
    """
    params = validate.network(params)
    gradient, eta = validate.same_shapes(gradient, params), validate.real_number("eta", eta)
    return Params(*(None if p is None else p - eta * g for p, g in zip(params, gradient)))


@np.errstate(over="ignore", invalid="ignore")           # a divergence is an error, not a warning
def train(params, X, Y, eta, epochs, batch=None, rng=None, lam=0.0):
    """Minimize J/n + lam/2 times the sum of the squared weights, biases excepted; return (params, losses).

    Each step uses the mean gradient over its batch of rows; batch=None takes all n. rng=None keeps the order of the
    rows, otherwise each epoch is shuffled by that numpy Generator. losses has one entry for each epoch: the mean loss
    without penalty, every batch measured before its own update, averaged over the examples. Raises ValueError for
    examples that do not fit, eta not above 0, epochs below 0, batch outside 1..n or lam below 0, and when the
    parameters grow beyond all numbers.
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
            J, gradient = value_and_gradient(params, X[rows], Y[rows], mean=True)
            total += J * len(rows)
            params = validate.still_finite(step(params, _with_penalty(gradient, params, lam), eta), epoch)
        losses.append(total / n)
    return params, losses


def _with_penalty(gradient, params, lam):
    return gradient._replace(W_h=gradient.W_h + lam * params.W_h,
                             W_out=gradient.W_out + lam * params.W_out)      # [eq-l2]


def predict(params, X):
    """Return the outputs A_out (n, t) for the inputs X (n, m); raises ValueError as forward does."""
    return forward(params, X).A_out
