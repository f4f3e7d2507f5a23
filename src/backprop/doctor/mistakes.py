"""The table of mistakes. Each row spoils one line of the backward pass, or scales the gradient that it gives.

To read a row: in the line `line` the right value v is replaced by `spoil(v, at, way)`; `at` is what can be seen from
the layer where it happens (passes.At). `ways` lists where and how a network allows the mistake; none where it makes no
sense.
"""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from backprop.doctor.description import softmax
from backprop.mlp import sigmoid


class Mistake(NamedTuple):
    """Hold one row of the table."""

    name: str
    line: str                  # by_a, delta_out, returned, way_back, slope, input, dW, db; or scale, layout, penalty
    spoil: Callable            # (right value of the line, at, way) -> wrong value; of a scale: (Sizes, way) -> factor
    ways: Callable             # network -> (layers, way) of each way to make it
    code: str                  # what stands in a program; {way}, this layer {l}, the one before {k}, the one after {j}
    apart: str                 # the numbers on which it shows
    section: str               # where the book explains it
    why: str


class Sizes(NamedTuple):
    """Hold the numbers that a gradient may be multiplied or divided by."""

    n: int                     # examples
    t: int                     # outputs
    inputs: int                # of the layer


class Verdict(NamedTuple):
    """Hold what is said where no mistake is named."""

    section: str
    why: str


# --- where a mistake can stand ------------------------------------------------------------------------------------
def places(layers, *ways):
    """Return (layers, way) for all these layers at once, then for each of them alone."""
    layers = tuple(layers)
    alone = [(layer,) for layer in layers] if len(layers) > 1 else []
    return [(chosen, way) for way in ways or (None,) for chosen in ([layers] if layers else []) + alone]


def bent(net):
    """Return the hidden layers whose activation has a slope other than 1."""
    return [layer for layer in range(1, net.L) if net.phi(layer) != "identity"]


def sloped(net):
    """Say whether the output has a slope of its own for each unit."""
    return net.description.output in ("sigmoid", "tanh")


def slopes(net, smooth=False):
    """Return the places of φ': the hidden layers, the output, and all, as where one function is used for all."""
    hidden = [layer for layer in range(1, net.L) if not smooth or net.phi(layer) in ("sigmoid", "tanh")]
    at_output = [((net.L,), None)] + ([((*hidden, net.L), None)] if hidden else [])
    return places(hidden) + (at_output if sloped(net) else [])


def slopes_by_sigmoid(net):
    """Return the places of a slope in which a function is applied to a: σ, or tanh where that is the activation."""
    applied = ("sigmoid", "tanh") if "tanh" in (*net.description.hidden, net.description.output) else ("sigmoid",)
    return [(layers, way) for layers, _ in slopes(net) for way in applied]


def behind(net):
    """Return the layers from which errors go back to another."""
    return range(2, net.L + 1)


def _cross_entropy(net):
    return [((net.L,), None)] if not net.description.squared and net.description.output == "sigmoid" else []


def _kept_slope(net):
    return [((net.L,), None)] if not net.description.squared else []


def _no_output_slope(net):
    scales = (1,) if net.description.loss == "half-squared" else (1, 2)
    return places((net.L,), *scales) if net.description.squared and net.description.output != "identity" else []


def _no_slope_behind(net):
    return _no_output_slope(net) if net.L > 1 else []


def _no_slope(net):
    return places(bent(net)) + _cross_entropy(net)


def _error_for_slope(net):
    hidden = places(range(1, net.L), "hidden")
    if net.description.output == "softmax":
        return hidden
    return places((net.L,), "e(1 - e)", "e · e(1 - e)", "dJ/da · e(1 - e)") + hidden


def _wrong_inputs(net):
    def fits(layer, other):
        return net.A[other].shape[1] == net.A[layer - 1].shape[1]

    layers = range(1, net.L + 1)
    return (places([layer for layer in layers if fits(layer, layer)], "of the layer itself")
            + [((layer,), k) for layer in layers for k in range(net.L + 1)
               if k not in (layer - 1, layer) and fits(layer, k)])


def _square(net):
    return places(k for k in behind(net) if net.W[k].shape[0] == net.W[k].shape[1])


def _children(net):
    own = [k for k in behind(net) if net.W[k].shape[0] <= net.W[k].shape[1]]
    return places(own, "own") + [((k,), j) for k in behind(net) for j in range(net.W[k].shape[1])]


def _left_out(net):
    square = [k for k in behind(net) if net.W[k].shape[0] == net.W[k].shape[1]]
    return places(behind(net), "sum") + places(square, "own")


def _gradients(net):
    return places(behind(net), *dict.fromkeys((1, net.n, net.n * net.t)))


def _kept_rows(net):
    with_bias = [k for k in behind(net) if net.b[k] is not None]
    return [((k,), (where, row)) for k in with_bias for where in ("last", "first") for row in range(len(net.W[k]))]


def _every_layer(net):
    return [(tuple(range(1, net.L + 1)), None)]


def _biases(net):
    layers = tuple(layer for layer in range(1, net.L + 1) if net.b[layer] is not None)
    return [(layers, None)] if layers else []


def _penalty(net):
    return _every_layer(net) if net.description.lam else []


def _both(net):
    return [((), "times"), ((), "divided by")]


def one_way(net):
    """Return the only way of a mistake that any network allows."""
    return [((), None)]


# --- what is put in the line's place -------------------------------------------------------------------------------
def applied(way, a):
    """Return σ(a), or tanh(a)."""
    return np.tanh(a) if way == "tanh" else sigmoid(a)


def _error_slope(v, at, way):
    e = at.error if way == "hidden" else at.A - at.Y
    times = {"hidden": 1, "e(1 - e)": 1, "e · e(1 - e)": e}
    return e * (1 - e) * (times[way] if way in times else at.by_a)


def _kept_row(v, at, way):
    where, row = way
    rows = [v.T, at.bias[None, :]] if where == "last" else [at.bias[None, :], v.T]
    return np.delete(np.vstack(rows), row + (where == "first"), axis=0).T


def _one_child(v, at, way):
    return v * (np.eye(*v.shape) if way == "own" else (np.arange(len(v)) == way)[:, None])


def _over_examples(v, at, way):
    A = softmax(at.Z, axis=0)
    e = A - at.Y
    if not at.squared:
        return e
    return (2 if at.loss == "squared" else 1) * A * (e - (A * e).sum(axis=1, keepdims=True))


def _size(number):
    return lambda sizes, way: float(number(sizes)) if way == "times" else 1 / number(sizes)


def _fan_in(sizes, way):
    factors = {"times": float(sizes.inputs), "divided by": 1 / sizes.inputs,
               "divided, in place of n, by": sizes.n / sizes.inputs}
    return factors[way]


_PATHS = "A hidden unit reaches J through every output. The paths add, so none may be left out."
_INPUT = "The activation in ∂J/∂W is the one that W multiplied: that of the layer before it."
_BACK = "An error goes back to a unit by the weights that led from it: δ W.T, with the weights of the forward pass."
_PHI = "φ' is the derivative of the activation at z: a(1 - a) for the sigmoid, 1 - a² for tanh, 1 where z > 0 for ReLU."
_SQUARED = "With a squared error δ = (a - y) φ'(z). The φ' of the output cancels against the cross-entropy only."
_FAN_IN = "The 1/n of a mean counts examples: it is the number of rows of X, not the number of inputs of a layer."
_PENALTY = "The derivative of λ/2 Σ w² is λ w, once, for every weight and for no bias."

MISTAKES = (
    Mistake("output-derivative-kept", "delta_out", lambda v, at, way: v * at.A * (1 - at.A), _kept_slope,
            "delta_{l} = (A_{l} - Y) * A_{l} * (1 - A_{l})", "two different outputs", "sec-loss",
            "With cross-entropy the σ' of the output cancels and δ = a - y. It stays only with the squared error."),
    Mistake("bracket-missing", "delta_out", lambda v, at, way: -at.Y * (1 - at.A) - (1 - at.Y) * at.A, _cross_entropy,
            "delta_{l} = -Y * (1 - A_{l}) - (1 - Y) * A_{l}", "a target below 1", "sec-222-bracket",
            "Programmed without its bracket, the minus governs y ln a only: (1 - y) ln(1 - a) has the wrong sign."),
    Mistake("lost-minus-one", "by_a", lambda v, at, way: -(at.Y / at.A + (1 - at.Y) / (1 - at.A)), _cross_entropy,
            "dA_{l} = -(Y / A_{l} + (1 - Y) / (1 - A_{l}))", "a target below 1", "sec-loss",
            "The inner derivative of ln(1 - a) is -1: dJ/da = -(y/a - (1 - y)/(1 - a))."),
    Mistake("output-slope-missing", "delta_out", lambda v, at, way: way * (at.A - at.Y), _no_output_slope,
            "delta_{l} = A_{l} - Y, where A_{l} - Y is still to be multiplied by φ'", "two different outputs",
            "sec-mdt-others", _SQUARED),
    Mistake("softmax-over-examples", "delta_out", _over_examples,
            lambda net: [((net.L,), None)] if net.description.output == "softmax" else [],
            "A_{l} = exp(Z_{l}) / exp(Z_{l}).sum(axis=0)", "two or more examples", "sec-mdt-others",
            "Softmax makes the outputs of one example add up to 1: the sum is over a row of Z, over axis 1."),
    Mistake("slope-of-error", "delta_out", _error_slope,
            lambda net: [place for place in _error_for_slope(net) if place[1] != "hidden"],
            "delta_{l} = {way} with e = A_{l} - Y", "other numbers", "sec-activation",
            "φ' is wanted at z of the unit. The error is no activation, so e(1 - e) is the slope of nothing."),
    Mistake("net-input-used", "input", lambda v, at, way: at.Z_before, lambda net: places(behind(net)),
            "dW_{l} = Z_{k}.T @ delta_{l}", "other numbers", "sec-mdt-slice", _INPUT),
    Mistake("wrong-layer-input", "input", lambda v, at, way: at.A if way == "of the layer itself" else at.net.A[way],
            _wrong_inputs, "dW_{l} = {way}.T @ delta_{l}", "layers of different sizes: then it does not multiply",
            "sec-mdt-slice", _INPUT),
    Mistake("weight-for-activation", "dW", lambda v, at, way: at.W * at.delta.sum(axis=0),
            lambda net: places(range(1, net.L + 1)), "dW_{l} = W_{l} * delta_{l}", "other numbers", "sec-many-inputs",
            "∂z/∂w is what w multiplied, the activation before it. The weight itself belongs in the way back."),
    Mistake("children-not-summed", "way_back", _one_child, _children,
            "delta_{k} = np.outer(delta_{l}[:, {way}], W_{l}[:, {way}]) * ...", "two or more outputs",
            "sec-222-hidden", _PATHS),
    Mistake("W-not-transposed", "way_back", lambda v, at, way: v.T, _square,
            "delta_{l} @ W_{l}", "a square W that is not symmetric", "sec-222-hidden",
            "The error of output j returns to hidden unit i by the weight that went from i to j: that is W_out.T."),
    Mistake("bias-row-kept", "way_back", _kept_row, _kept_rows,
            "delta_{k} = delta_{l} @ W.T * ..., W being W_{l} with the biases as its {way} deleted",
            "other numbers", "sec-mdt-biases",
            "A bias comes from a unit that is always 1 and has no input. Nothing goes back to it: leave its row out."),
    Mistake("stale-weights", "way_back", lambda v, at, way: v - way * at.dW.T,
            lambda net: [(tuple(behind(net)), None)] if net.L > 1 else [],
            "W_{l} -= {way} * dW_{l} before delta_{k} = delta_{l} @ W_{l}.T * ...", "two or more hidden units",
            "sec-222-step",
            "Updated too early: the errors went back through weights that had already been updated. "
            "First all deltas, then the step."),
    Mistake("weights-left-out", "way_back", lambda v, at, way: np.eye(len(v)) if way == "own" else np.ones_like(v),
            _left_out, "delta_{k} = delta_{l} * ..., without W_{l}", "other numbers", "sec-222-hidden", _BACK),
    Mistake("gradient-for-weights", "way_back", lambda v, at, way: at.dW.T / way, _gradients,
            "delta_{k} = delta_{l} @ dW_{l}.T * ...", "other numbers", "sec-222-hidden", _BACK),
    Mistake("output-slope-missing-in-way-back", "returned", lambda v, at, way: way * (at.A - at.Y), _no_slope_behind,
            "delta_{k} = (A_{l} - Y) @ W_{l}.T * φ', while dW_{l} has the φ' of the output", "two different outputs",
            "sec-mdt-others",
            "What goes back through W is δ of the output, with its φ', and not the bare error a - y."),
    Mistake("activation-derivative-missing", "slope", lambda v, at, way: np.ones_like(v), _no_slope,
            "delta_{l} = delta_{j} @ W_{j}.T", "other numbers", "sec-two-neurons",
            "A hidden unit passes a change of z on as φ'(z) times that change, so δ of the hidden layer holds φ'(z)."),
    Mistake("derivative-of-activation", "slope", lambda v, at, way: at.activation.slope_from_z(at.A),
            lambda net: slopes(net, smooth=True),
            "{phi}(A_{l}) * (1 - {phi}(A_{l}))", "other numbers", "sec-activation",
            "σ' is wanted at z. A function that applies σ itself needs z, not a = σ(z)."),
    Mistake("derivative-of-z", "slope", lambda v, at, way: at.activation.slope_from_a(at.Z),
            lambda net: slopes(net, smooth=True),
            "Z_{l} * (1 - Z_{l})", "other numbers", "sec-activation",
            "σ'(z) = a(1 - a) is written in the activation a. With z in its place it is no derivative of σ."),
    Mistake("slope-is-activation", "slope", lambda v, at, way: at.A, slopes,
            "A_{l} in place of φ'(Z_{l})", "other numbers", "sec-activation", _PHI),
    Mistake("slope-is-sigmoid-of-activation", "slope", lambda v, at, way: applied(way, at.A), slopes_by_sigmoid,
            "{way}(A_{l}) in place of φ'(Z_{l})", "other numbers", "sec-activation", _PHI),
    Mistake("slope-one-minus-a", "slope", lambda v, at, way: 1 - at.A, slopes,
            "1 - A_{l} in place of φ'(Z_{l})", "other numbers", "sec-activation", _PHI),
    Mistake("slope-one-minus-sigmoid-of-a", "slope", lambda v, at, way: 1 - applied(way, at.A), slopes_by_sigmoid,
            "1 - {way}(A_{l}) in place of φ'(Z_{l})", "other numbers", "sec-activation", _PHI),
    Mistake("slope-of-error", "slope", _error_slope,
            lambda net: [place for place in _error_for_slope(net) if place[1] == "hidden"],
            "delta_{l} = e * e * (1 - e) with e = delta_{j} @ W_{j}.T", "other numbers", "sec-activation",
            "φ' is wanted at z of the unit. The error is no activation, so e(1 - e) is the slope of nothing."),
    Mistake("bias-not-summed", "db", lambda v, at, way: at.delta[way], lambda net: [],
            "db = delta[{way}]", "two or more examples", "sec-n-sum",
            "Every example uses the bias, so its gradient is the sum of their errors: the column sums of δ."),
    Mistake("bias-summed-over-units", "db", lambda v, at, way: np.full_like(v, v.sum()), _biases,
            "db_{l} = np.sum(delta_{l}), one number for all units", "two or more units in a layer", "sec-n-sum",
            "Each unit has a bias of its own: sum δ over the examples, axis 0, and not over the units."),
    Mistake("examples-not-summed", "each", None, lambda net: [],
            "one dW for each example", "two or more examples", "sec-n-sum",
            "J adds up the examples, so its gradient does too: A.T @ delta is the sum over the rows."),
    Mistake("transposed", "layout", None, one_way,
            "dW = delta.T @ A", "sizes that differ, so that the shapes tell", "sec-222-stack",
            "Entry (i, j) belongs to the weight from unit i to unit j, so A comes first: A.T @ delta."),
    Mistake("penalty-missing", "penalty", None, _penalty, "dW without + lam * W", "a λ above 0", "sec-n-l2", _PENALTY),
    Mistake("penalty-twice", "penalty", None, _penalty, "dW + 2 * lam * W", "a λ above 0", "sec-n-l2", _PENALTY),
    Mistake("penalty-on-biases", "penalty", None, lambda net: _penalty(net) and _biases(net),
            "db + lam * b", "biases other than 0", "sec-n-l2", _PENALTY),
    Mistake("sign", "scale", lambda sizes, way: -1.0, lambda net: [((), "times")],
            "Y - A where A - Y is meant", "other numbers", "sec-descend",
            "The gradient points uphill: δ = a - y. The minus sign belongs to the step."),
    Mistake("factor-n", "scale", _size(lambda z: z.n), _both, "the gradient {way} n", "another number of examples",
            "sec-n-mean",
            "Divide by n once, where the examples are summed, if J is their mean. Don't if J is their sum."),
    Mistake("factor-fan-in", "scale", _fan_in, lambda net: [((), "divided by"), ((), "divided, in place of n, by")],
            "the gradient {way} the number of inputs of the layer", "layers of different sizes", "sec-n-mean", _FAN_IN),
    Mistake("factor-t", "scale", _size(lambda z: z.t), _both, "the gradient {way} t", "another number of outputs",
            "sec-n-mean",
            "J sums over the outputs. A mean over them has a gradient t times smaller."),
    Mistake("factor-nt", "scale", _size(lambda z: z.n * z.t), _both, "the gradient {way} n t", "another n or t",
            "sec-n-mean",
            "The mean over all n t entries, a default of some libraries, is neither the sum nor the mean of examples."),
    Mistake("factor-two", "scale", _size(lambda z: 2), _both, "the gradient {way} two", "sizes other than 2",
            "sec-loss",
            "A 2 comes from a square without its ½. Cross-entropy has none."),
    Mistake("factor-fan-in", "scale", _fan_in, lambda net: [((), "times")],
            "the gradient {way} the number of inputs of the layer", "layers of different sizes", "sec-n-mean", _FAN_IN),
    Mistake("factor", "scale", lambda sizes, way: way, lambda net: [],
            "the gradient times {way}", "other numbers", "sec-n-mean",
            "Every entry is off by one number, and it is not n, t, n t or 2. Look for a scale, e.g. a learning rate."),
)
NAMES = tuple(dict.fromkeys(mistake.name for mistake in MISTAKES))
FIRST = {name: next(row for row, mistake in enumerate(MISTAKES) if mistake.name == name) for name in NAMES}
STALE, ONE_EXAMPLE, EACH, TRANSPOSED, FACTOR, SLOPE_KEPT = (FIRST[name] for name in (
    "stale-weights", "bias-not-summed", "examples-not-summed", "transposed", "factor", "output-derivative-kept"))
MISSING, TWICE, ON_BIASES = (FIRST[f"penalty-{what}"] for what in ("missing", "twice", "on-biases"))
NO_SLOPE = tuple(FIRST[f"output-slope-missing{where}"] for where in ("", "-in-way-back"))
REPLACING = tuple(FIRST[name] for name in (
    "bracket-missing", "output-slope-missing", "softmax-over-examples", "slope-of-error"))
SCALES = tuple(row for row, mistake in enumerate(MISTAKES) if mistake.line == "scale" and row != FACTOR)

VERDICTS = {
    "correct": Verdict("sec-n-page", "This is the gradient of J."),
    "convention": Verdict("sec-conv-table", "convert() takes the numbers from one convention to another."),
    "network": Verdict("sec-doctor-network", "You said nothing of the network, and these are numbers of another one "
                       "than the book's: say hidden=, output= and loss= if it is yours."),
    "unknown": Verdict("sec-doctor-unknown", "No mistake in the table, and no two of them, give these digits."),
}
PAGES = {"sec-222-": "02_mlp_2_2_2", "sec-mdt-": "03_mlp_m_d_t", "sec-n-": "04_n_examples", "sec-conv-": "conventions",
         "sec-doctor-": "gradient_doctor", "sec-": "01_linear_neuron"}


def page(section):
    """Return page and anchor of a section of the book, e.g. "chapters/02_mlp_2_2_2.html#sec-222-stack"."""
    return next(f"chapters/{name}.html#{section}" for prefix, name in PAGES.items() if section.startswith(prefix))


class Choice(NamedTuple):
    """Hold one mistake as it was made: the row of the table, the layers where, and the way."""

    row: int
    layers: tuple
    way: object

    @property
    def mistake(self):
        """Return the row of the table."""
        return MISTAKES[self.row]


def choices(net):
    """Return every single mistake in a line of the pass that this network allows; one for each way."""
    outside = ("scale", "layout", "penalty", "each")
    return [Choice(row, layers, way) for row, mistake in enumerate(MISTAKES) if mistake.line not in outside
            for layers, way in mistake.ways(net)]
