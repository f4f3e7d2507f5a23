"""Read anyone's gradient: what books, courses and libraries choose differently, and the way from one choice to another.

Whether a text writes its examples as rows or as columns decides the formulas it prints, never the gradient itself.
"""
from dataclasses import astuple, dataclass, fields

import numpy as np

from backprop import validate
from backprop.mlp import Params

CHOICES = {"weights": ("in,out", "out,in"), "reduction": ("sum", "mean", "mean_all"),
           "bias": ("vector", "column", "first-row")}


@dataclass(frozen=True)
class Convention:
    """Hold the three choices that change a gradient's layout or size. The defaults are those of this book.

    weights: W is (in, out), as in X @ W, or (out, in), as in W @ x.
    reduction: J is the sum over examples and outputs, its mean over the n examples, or its mean over all n·t entries.
    bias: a vector (k,), a column (k, 1), or the first row of W as (in, out) (so the first column of an (out, in) one).
    Raises ValueError for any other word.

    >>> Convention(weights="out,in", reduction="mean").name
    'out,in+mean'
    """

    weights: str = "in,out"
    reduction: str = "sum"
    bias: str = "vector"

    def __post_init__(self):
        for field in fields(self):
            value, allowed = getattr(self, field.name), CHOICES[field.name]
            if value not in allowed:
                raise ValueError(f"{field.name} is {value!r}: it must be one of {', '.join(map(repr, allowed))}")

    @property
    def name(self) -> str:
        """Return what differs from this book, e.g. "out,in+mean", or "book" if nothing does."""
        return "+".join(mine for mine, book in zip(astuple(self), astuple(BOOK)) if mine != book) or "book"

    def divisor(self, n: int, t: int) -> int:
        """Return what this convention divides the summed loss by: 1, n or n·t."""
        return {"sum": 1, "mean": n, "mean_all": n * t}[self.reduction]


BOOK = Convention()

PRESETS = {                                                   # each proved in the conventions chapter and in the tests
    "book": BOOK,
    "raschka-3e": Convention("in,out", "sum", "vector"),              # Python Machine Learning, 3rd edition
    "nielsen": Convention("out,in", "mean", "column"),                # Neural Networks and Deep Learning
    "ng-dl": Convention("out,in", "mean", "column"),                  # Deep Learning Specialization, Z = W A + b
    "ng-ml": Convention("out,in", "mean", "first-row"),               # Machine Learning (2011), Theta with a bias unit
    "bishop": Convention("out,in", "sum", "first-row"),               # Pattern Recognition and Machine Learning
    "goodfellow": Convention("out,in", "mean", "column"),             # Deep Learning, algorithms 6.4 and 8.1
    "d2l": Convention("out,in", "mean", "column"),                    # Dive into Deep Learning, section 5.3
    "cs231n": Convention("in,out", "mean", "vector"),                 # CS231n, the case study
    "scikit-learn": Convention("in,out", "mean", "vector"),           # MLPClassifier
    "pytorch": Convention("out,in", "mean_all", "vector"),            # nn.Linear with BCEWithLogitsLoss
    "keras": Convention("in,out", "mean_all", "vector"),              # Dense with BinaryCrossentropy
}


def preset(convention):
    """Return convention, or the preset of that name; raises ValueError for an unknown name or another object."""
    if isinstance(convention, Convention):
        return convention
    if isinstance(convention, str) and convention in PRESETS:
        return PRESETS[convention]
    raise ValueError(f"convention is {convention!r}: it must be a Convention or one of {', '.join(PRESETS)}")


def convert(gradient: Params, source: Convention | str, target: Convention | str, n: int, t: int) -> Params:
    """Return gradient, Params in the convention source, as Params in the convention target.

    source and target are Conventions or names of presets; n is the number of examples, t of outputs. With "first-row"
    the biases stand in W_h and W_out and b_h and b_out are None. Raises ValueError for arrays that do not fit each
    other, t or the source, and for a gradient without biases where the target puts them into W.

    >>> gradient = Params(W_h=np.ones((2, 3)), W_out=np.ones((3, 1)), b_h=np.ones(3), b_out=np.ones(1))
    >>> theirs = convert(gradient, "book", "pytorch", n=4, t=1)
    >>> theirs.W_h.shape, theirs.b_h.tolist()
    ((3, 2), [0.25, 0.25, 0.25])
    """
    source, target = preset(source), preset(target)
    n, t = validate.whole_number("n", n), validate.whole_number("t", t)
    book = _from_convention(gradient, source)
    if book.W_out.shape[1] != t:
        raise ValueError(f"W_out has {book.W_out.shape[1]} outputs in the convention {source.name}, but t is {t}")
    if target.bias == "first-row" and book.b_h is None:
        raise ValueError("the gradient has no biases: the bias convention 'first-row' needs them")
    size = source.divisor(n, t) / target.divisor(n, t)
    return _to_convention(Params(*(None if g is None else g * size for g in book)), target)


def _from_convention(gradient, c):
    """Return gradient in the layout of the book, its size untouched."""
    if not isinstance(gradient, Params):
        raise ValueError(f"gradient is of type {type(gradient).__name__}: it must be Params(W_h, W_out, b_h, b_out)")
    g = Params(*(None if a is None else validate.finite(name, validate.array(name, a))
                 for name, a in zip(Params._fields, gradient)))
    for name in ("W_h", "W_out"):
        if getattr(g, name) is None or getattr(g, name).ndim != 2:
            raise ValueError(f"{name} must be a matrix with two dimensions, "
                             f"not {'None' if getattr(g, name) is None else getattr(g, name).shape}")
    if c.weights == "out,in":
        g = g._replace(W_h=g.W_h.T, W_out=g.W_out.T)
    if c.bias == "first-row":
        if g.b_h is not None or g.b_out is not None:
            raise ValueError("b_h and b_out must be None: in the bias convention 'first-row' they stand in W")
        if min(len(g.W_h), len(g.W_out)) < 2:
            raise ValueError("W needs a row for the biases and at least one for weights in the convention 'first-row'")
        g = Params(g.W_h[1:], g.W_out[1:], g.W_h[0], g.W_out[0])
    if c.bias == "column":
        g = g._replace(**{name: _flat(name, getattr(g, name)) for name in ("b_h", "b_out")})
    return validate.network(g, "gradient")


def _flat(name, b):
    if b is not None and (b.ndim != 2 or b.shape[1] != 1):
        raise ValueError(f"{name} has shape {b.shape}: in the bias convention 'column' it is (units, 1)")
    return b if b is None else b[:, 0]


def _to_convention(g, c):
    if c.bias == "first-row":
        g = Params(np.vstack([g.b_h, g.W_h]), np.vstack([g.b_out, g.W_out]))
    elif c.bias == "column" and g.b_h is not None:
        g = g._replace(b_h=g.b_h[:, None], b_out=g.b_out[:, None])
    return g._replace(W_h=g.W_h.T, W_out=g.W_out.T) if c.weights == "out,in" else g
