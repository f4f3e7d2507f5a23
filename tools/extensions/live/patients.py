"""Make what the doctor's field starts from: the page's network, gradients of it, and what one can choose."""

import numpy as np

from backprop.conventions import CHOICES, PRESETS, Convention
from backprop.doctor import pasted, wrong_gradient
from backprop.doctor.description import ACTIVATIONS, LOSSES, OUTPUTS
from backprop.doctor.words import REDUCTIONS

START = "params ="             # what the cell with the page's network begins with
NAMES = ("W_h", "W_out", "b_h", "b_out")
RECTIFIED = {"hidden": "relu", "output": "softmax"}


def facts(cells):
    """Return what the page's script is told, of a notebook's cells."""
    source = next("".join(cell["source"]) for cell in cells if "".join(cell["source"]).startswith(START))
    network = pasted.network(source)
    params, X, Y = network
    held = {"params": {name: array.tolist() for name, array in params.items()}, "X": X.tolist(), "Y": Y.tolist()}
    return {"NETWORK": held, "EXAMPLES": examples(*network), "OPTIONS": options()}


def options():
    """Return {name of a choice: [[value, words], …]}, the first being what `diagnose` takes if nothing is said."""
    tables = {"hidden": ACTIVATIONS, "output": OUTPUTS, "loss": LOSSES}
    found = {name: [["" if place == 0 else word, word] for place, word in enumerate(table)]
             for name, table in tables.items()}
    conventions = [(f"{weights} {reduction}", Convention(weights, reduction))
                   for weights in CHOICES["weights"] for reduction in CHOICES["reduction"]]
    return {**found, "convention": [["", "any: all are tried"], *([name, told(which)] for name, which in conventions)]}


def told(convention):
    """Return a convention in words, and who writes so."""
    like = [name for name, c in PRESETS.items()
            if (c.weights, c.reduction) == (convention.weights, convention.reduction)]
    return (f"W ({convention.weights.replace(',', ', ')}), J the {REDUCTIONS[convention.reduction]}"
            + f": {', '.join(like)}" * bool(like))


# --- gradients to start from ----------------------------------------------------------------------------------------

def examples(params, X, Y):
    """Return [{name, text, and what is chosen}] of gradients right and wrong, most of them of the page's network."""
    right = wrong(params, X, Y, "sign", -1.0)
    return [
        {"name": "A gradient that is right", "text": lines(right)},
        {"name": "The first patient of this chapter", "text": lines(wrong(params, X, Y, "derivative-of-activation"))},
        {"name": "Right in the last layer only", "text": lines(wrong(params, X, Y, "activation-derivative-missing"))},
        {"name": "A matrix, copied from a notebook", "text": typed(wrong(params, X, Y, "output-derivative-kept")[1])},
        {"name": "Twice as large", "text": str({f"d{name}": (2 * array).round(6).tolist()
                                                for name, array in zip(NAMES[:2], right)})},
        {"name": "Columns, and a mean", "text": columns(right, len(X))},
        {"name": "Numbers that nothing explains", "text": "W_out = [[0.1, -0.2],\n         [0.3, 0.4]]"},
        {"name": "A network of its own, with ReLU and softmax", "text": rectified(), **RECTIFIED},
    ]


def wrong(params, X, Y, name, factor=1.0):
    """Return the arrays of a gradient with a mistake, in the order of NAMES, times a factor."""
    layers = wrong_gradient(params, X, Y, name)
    return [factor * array for kind in range(2) for array in (layer[kind] for layer in layers)]


def lines(arrays):
    """Return a gradient as a program prints it, name by name."""
    return "\n".join(f"d{name} = {printed(array, len(name) + 4)}" for name, array in zip(NAMES, arrays))


def printed(array, indent):
    return np.array2string(array, precision=6, suppress_small=True, separator=", ", prefix=" " * indent)


def typed(matrix):
    return "dW2 =\n\n" + "\n".join("".join(f"{entry:10.4f}" for entry in row) for row in matrix)


def columns(arrays, n):
    """Return a gradient as a course holds it: W is (out, in), biases are columns, J is the mean over the examples."""
    W_h, W_out, b_h, b_out = (array / n for array in arrays)
    held = {"dW1": W_h.T, "db1": b_h[:, None], "dW2": W_out.T, "db2": b_out[:, None]}
    inside = ",\n         ".join(f'"{name}": {array.round(6).tolist()}' for name, array in held.items())
    return f"grads = {{{inside}}}"


def rectified():
    """Return a network of ReLUs with softmax outputs, its examples, and a gradient whose errors pass every unit."""
    rng = np.random.default_rng(4)
    W = [rng.normal(size=shape).round(2) for shape in ((3, 4), (4, 3))]
    X, Y = rng.normal(size=(5, 3)).round(2) + 0.0, np.eye(3)[[0, 2, 1, 1, 0]]
    layers = wrong_gradient(W, X, Y, "activation-derivative-missing", **RECTIFIED)
    held = {"W1": W[0], "W2": W[1], "X": X, "Y": Y, "dW1": layers[0][0], "dW2": layers[1][0]}
    return "\n".join(f"{name} = {printed(array, len(name) + 3)}" for name, array in held.items())
