"""What a network is made of: one table of activations, one of losses, and the network whose gradient is judged.

Layers are counted from 1 to L as in the book's "any depth": A[0] is X, Z[l] = A[l-1] W[l] + b[l], A[l] = φ(Z[l]).
"""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop import validate
from backprop.mlp import sigmoid


class Activation(NamedTuple):
    """Hold one row of the table: the function, and its slope as the two formulas that programs use."""

    value: Callable            # z -> a
    slope_from_z: Callable     # z -> φ'(z), for a function that applies φ itself
    slope_from_a: Callable     # a -> φ'(z), for a function that is given a


class Loss(NamedTuple):
    """Hold one row of the table: the loss of every output, and the δ that each kind of output makes of it."""

    value: Callable            # (a, y) -> one loss for each output
    by_a: Callable             # (a, y) -> dJ/da
    outputs: tuple             # the kinds of output that it goes with


def softmax(Z, axis=1):
    """Return exp(Z) over its sum along an axis: the rows of Z (n, t) become probabilities."""
    e = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _ones(v):
    return np.ones_like(v)


def _positive(v):
    return (v > 0).astype(float)


ACTIVATIONS = {
    "sigmoid": Activation(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), lambda a: a * (1 - a)),
    "tanh": Activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2, lambda a: 1 - a**2),
    "relu": Activation(lambda z: np.maximum(z, 0), _positive, _positive),
    "identity": Activation(lambda z: z, _ones, _ones),
}
OUTPUTS = {
    "sigmoid": sigmoid,
    "identity": ACTIVATIONS["identity"].value,
    "softmax": softmax,
    "tanh": np.tanh,
}
LOSSES = {
    "cross-entropy": Loss(lambda a, y: -(y * np.log(a) + (1 - y) * np.log(1 - a)),
                          lambda a, y: (a - y) / (a * (1 - a)), ("sigmoid", "softmax")),
    "half-squared": Loss(lambda a, y: (a - y) ** 2 / 2, lambda a, y: a - y, tuple(OUTPUTS)),
    "squared": Loss(lambda a, y: (a - y) ** 2, lambda a, y: 2 * (a - y), tuple(OUTPUTS)),
}


class Description(NamedTuple):
    """Hold what is said of a network beside its numbers."""

    hidden: tuple[str, ...]    # one activation for each hidden layer
    output: str
    loss: str
    lam: float = 0.0           # λ of a penalty λ/2 Σ w² on the weights

    @property
    def squared(self):
        """Say whether the loss is a squared error, so that the slope of the output stays in δ."""
        return self.loss != "cross-entropy"

    @property
    def words(self):
        """Return the description as a reader would say it."""
        units = sorted({*self.hidden}, key=self.hidden.index)
        hidden = f"{' and '.join(units)} hidden units" if units else "no hidden layer"
        loss = {"cross-entropy": "the cross-entropy", "half-squared": "half the squared error",
                "squared": "the squared error"}[self.loss]
        penalty = f" and a penalty with λ = {self.lam:g}" if self.lam else ""
        return f"{hidden}, {self.output} outputs and {loss}{penalty}"

    def unlike(self, other):
        """Return what differs from another description, as one would pass it to `diagnose`."""
        if self.hidden != other.hidden:
            yield f"hidden={self.hidden[0] if len({*self.hidden}) == 1 else self.hidden}"
        yield from (f"{name}={mine}" for name, mine, theirs in (
            ("output", self.output, other.output), ("loss", self.loss, other.loss)) if mine != theirs)


def described(depth, hidden, output, loss, lam):
    """Return the Description of a network with `depth` hidden layers.

    Raises ValueError for what there is no row for.
    """
    names = (hidden,) * depth if isinstance(hidden, str) else tuple(hidden)
    if len(names) != depth:
        raise ValueError(f"hidden names {len(names)} activations and the network has {depth} hidden layers: "
                         "give one name, or one for each")
    for kind, name, table in (*(("hidden", name, ACTIVATIONS) for name in names),
                              ("output", output, OUTPUTS), ("loss", loss, LOSSES)):
        if not isinstance(name, str) or name not in table:
            raise ValueError(f"{kind} is {name!r}: it must be one of {', '.join(table)}")
    if output not in LOSSES[loss].outputs:
        raise ValueError(f"a cross-entropy needs outputs between 0 and 1 and output is {output!r}: "
                         "say loss='half-squared' or loss='squared', or output='sigmoid' or 'softmax'")
    return Description(names, output, loss, validate.real_number("lam", lam, zero_allowed=True))


def every_description(depth, Y):
    """Yield the descriptions that go with these targets, all hidden layers alike."""
    bounded = bool(((Y >= 0) & (Y <= 1)).all())
    for hidden in ACTIVATIONS if depth else ("sigmoid",):
        for loss, row in LOSSES.items():
            for output in row.outputs if bounded or loss != "cross-entropy" else ():
                if output != "softmax" or Y.shape[1] > 1:
                    yield Description((hidden,) * depth, output, loss)


class Network(NamedTuple):
    """Hold a network and its examples after the forward pass; layer l of L stands at index l, A[0] is X."""

    W: tuple                   # W[l] is (units before, units); W[0] is None
    b: tuple                   # b[l] is (units,) or None
    Y: np.ndarray              # (n, t)
    Z: tuple                   # Z[l] is (n, units); Z[0] is None
    A: tuple                   # A[l] is (n, units)
    description: Description

    @property
    def L(self):
        """Return the number of layers of weights."""
        return len(self.W) - 1

    @property
    def n(self):
        """Return the number of examples."""
        return len(self.Y)

    @property
    def t(self):
        """Return the number of outputs."""
        return self.Y.shape[1]

    @property
    def sizes(self):
        """Return the numbers of units, inputs first, e.g. "3-4-2"."""
        return "-".join(str(A.shape[1]) for A in self.A)

    def label(self, layer):
        """Return what the book calls a layer: h and out in its network of two layers, else the layer's number."""
        return "out" if self.L == 1 else ("h", "out")[layer - 1] if self.L == 2 else str(layer)

    def phi(self, layer):
        """Return the name of a layer's activation."""
        return self.description.output if layer == self.L else self.description.hidden[layer - 1]


def forward(W, b, X, Y, description):
    """Return the Network after the forward pass; W and b are lists from the first layer on, X (n, m), Y (n, t)."""
    Z, A = [None], [X]
    for W_l, b_l, phi in zip(W, b, description.hidden):
        Z.append(_net_input(A[-1], W_l, b_l))                                         # (n, units)
        A.append(ACTIVATIONS[phi].value(Z[-1]))
    Z.append(_net_input(A[-1], W[-1], b[-1]))                                         # (n, t)
    A.append(OUTPUTS[description.output](Z[-1]))
    return Network((None, *W), (None, *b), Y, tuple(Z), tuple(A), description)


def _net_input(A, W, b):
    return A @ W if b is None else A @ W + b


def redescribed(net, description):
    """Return the Network under another description; with the same hidden layers nothing but its outputs is new."""
    if description.hidden != net.description.hidden:
        return forward(net.W[1:], net.b[1:], net.A[0], net.Y, description)
    return net._replace(A=(*net.A[:-1], OUTPUTS[description.output](net.Z[-1])), description=description)
