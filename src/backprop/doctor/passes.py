"""The backward pass of any described network, line by line, with any mistakes in it.

    delta_L  = dJ/dA_L * φ'(Z_L)                    the output; (a - y) where the loss cancels φ'
    dW_l     = A_(l-1).T @ delta_l
    db_l     = the column sums of delta_l
    delta_k  = delta_l @ W_l.T * φ'(Z_k)            k is the layer before l

Each of these lines is a method, and each asks `_spoiled` what the mistakes make of its right value.
"""
from functools import lru_cache, wraps
from typing import NamedTuple

from backprop.doctor.description import ACTIVATIONS, LOSSES
from backprop.doctor.mistakes import FIRST, MISTAKES, STALE

UP_TO_ITS_LAYER = ("by_a", "delta_out", "slope")        # they change δ of their layer, so every array up to it
BELOW_ITS_LAYER = ("returned", "way_back")              # they change what leaves their layer for those below
ITS_OWN = {"input": ("W", "each"), "dW": ("W",), "db": ("b",)}          # they change one array of their layer
READ_THE_GRADIENT = (STALE, FIRST["gradient-for-weights"])  # they send it back: a mistake in it goes along


def reaches(choice, kind, layer):
    """Say whether a mistake can change an array of this kind (W, b, delta or each) and layer."""
    line = MISTAKES[choice.row].line
    if line in UP_TO_ITS_LAYER:
        return layer <= choice.layers[-1]
    if line in BELOW_ITS_LAYER:
        return layer < choice.layers[-1]
    return kind in ITS_OWN[line] and layer in choice.layers


@lru_cache(maxsize=10_000)
def reaching(made, kind, layer):
    """Return those of the mistakes made that can change this array."""
    sent_back = [c.layers[-1] for c in made if c.row in READ_THE_GRADIENT and layer < c.layers[-1]]
    return tuple(c for c in made if reaches(c, kind, layer) or (sent_back and MISTAKES[c.row].line in ITS_OWN
                 and any(layer < k <= sent_back[0] for k in c.layers)))


def line_of_the_pass(kind):
    """Make a method compute its line once for all passes whose mistakes agree up to it."""
    def decorated(method):
        @wraps(method)
        def once(self, layer, made):
            made = reaching(made, kind, layer)
            memory = self.memory if len(made) < 2 else self.pair(made)
            key = method.__name__, layer, made
            if key not in memory:
                memory[key] = method(self, layer, made)
            return memory[key]
        return once
    return decorated


class Passes:
    """Compute the arrays of the gradient of a Network, with the mistakes `made`, a tuple of Choices in table order."""

    def __init__(self, net):
        self.net, self.memory, self.latest = net, {}, ((), {})

    def pair(self, made):
        """Return the memory of the latest pair of mistakes; that of others is given up."""
        if self.latest[0] != made:
            self.latest = made, {}
        return self.latest[1]

    def _spoiled(self, line, layer, value, made):
        for choice in reversed(made):  # what replaces a value stands below what changes it
            if MISTAKES[choice.row].line == line and layer in choice.layers:
                value = MISTAKES[choice.row].spoil(value, At(self, layer, made), choice.way)
        return value

    @line_of_the_pass("delta")
    def delta(self, layer, made):
        """Return ∂J/∂Z of a layer, (n, units)."""
        if layer == self.net.L:
            return self._spoiled("delta_out", layer, self._delta_out(layer, made), made)
        return self.error(layer, made) * self.slope(layer, made)

    def _delta_out(self, layer, made):
        a, y, description = self.net.A[layer], self.net.Y, self.net.description
        if any(MISTAKES[choice.row].line in ("by_a", "slope") and layer in choice.layers for choice in made):
            return self._spoiled("by_a", layer, self.by_a(layer), made) * self.slope(layer, made)
        if not description.squared:                                   # φ' has canceled
            return a - y if description.output == "sigmoid" else a * y.sum(axis=1, keepdims=True) - y
        if description.output == "softmax":
            e = self.by_a(layer)
            return a * (e - (a * e).sum(axis=1, keepdims=True))
        return self.by_a(layer) * self.slope(layer, made)

    def by_a(self, layer):
        """Return ∂J/∂A of the output, (n, t)."""
        return LOSSES[self.net.description.loss].by_a(self.net.A[layer], self.net.Y)

    def error(self, layer, made):
        """Return what comes back to a hidden layer, before its slope, (n, units)."""
        after = layer + 1
        returned = self._spoiled("returned", after, self.delta(after, made), made)             # (n, units after)
        way_back = self._spoiled("way_back", after, self.net.W[after].T, made)                 # (units after, units)
        return returned @ way_back

    def slope(self, layer, made):
        """Return φ'(Z) of a layer, (n, units)."""
        return self._spoiled("slope", layer, ACTIVATIONS[self.net.phi(layer)].slope_from_a(self.net.A[layer]), made)

    def dW(self, layer, made, rows=slice(None)):
        """Return ∂J/∂W of a layer, (units before, units), or only those rows of it."""
        made = reaching(made, "W", layer)
        entered = self._spoiled("input", layer, self.net.A[layer - 1], made)                   # (n, units before)
        right = entered[:, rows].T @ self.delta(layer, made)
        wrong = self._spoiled("dW", layer, right, made)
        return wrong if wrong is right else wrong[rows]

    def db(self, layer, made):
        """Return ∂J/∂b of a layer, (units,)."""
        return self._spoiled("db", layer, self.delta(layer, made).sum(axis=0), made)

    def each(self, layer, made):
        """Return ∂J/∂W of a layer for each example apart, (n, units before, units)."""
        entered = self._spoiled("input", layer, self.net.A[layer - 1], made)
        return entered[:, :, None] * self.delta(layer, made)[:, None, :]


class At(NamedTuple):
    """Hold what a mistake may look at: the network as it is seen from one layer in a pass."""

    run: Passes
    layer: int
    made: tuple

    @property
    def net(self):
        """Return the network."""
        return self.run.net

    @property
    def squared(self):
        """Say whether the loss is a squared error."""
        return self.net.description.squared

    @property
    def loss(self):
        """Return the name of the loss."""
        return self.net.description.loss

    @property
    def activation(self):
        """Return the layer's row of the table of activations."""
        return ACTIVATIONS[self.net.phi(self.layer)]

    @property
    def Y(self):
        """Return the targets, (n, t)."""
        return self.net.Y

    @property
    def Z(self):
        """Return the net inputs of the layer, (n, units)."""
        return self.net.Z[self.layer]

    @property
    def Z_before(self):
        """Return the net inputs of the layer before, (n, units before)."""
        return self.net.Z[self.layer - 1]

    @property
    def A(self):
        """Return the activations of the layer, (n, units)."""
        return self.net.A[self.layer]

    @property
    def W(self):
        """Return the weights of the layer, (units before, units)."""
        return self.net.W[self.layer]

    @property
    def bias(self):
        """Return the biases of the layer, updated where the weights were updated too early."""
        rates = [choice.way for choice in self.made if choice.row == STALE]
        b = self.net.b[self.layer]
        return b - rates[0] * self.run.db(self.layer, self.made) if rates else b

    @property
    def by_a(self):
        """Return ∂J/∂A of the output, (n, t)."""
        return self.run.by_a(self.layer)

    @property
    def error(self):
        """Return what comes back to the layer, (n, units)."""
        return self.run.error(self.layer, self.made)

    @property
    def delta(self):
        """Return δ of the layer, (n, units)."""
        return self.run.delta(self.layer, self.made)

    @property
    def dW(self):
        """Return ∂J/∂W of the layer, (units before, units)."""
        return self.run.dW(self.layer, self.made)


def wrong(run, layer, kind, made):
    """Return an array of the gradient with these mistakes in it; kind is W, b, delta or each."""
    return {"W": run.dW, "b": run.db, "delta": run.delta, "each": run.each}[kind](layer, made)
