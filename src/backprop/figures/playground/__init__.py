"""A small m-d-t network to take in hand: every weight, input and target moves, and the gradient moves with them.

In Jupyter a Playground is a widget, two-way with Python. In the book it stands as a `div` that carries its numbers,
with a plain table inside for readers without scripts; `page_scripts()`, placed once in the head of such a page, brings
every one of them to life with the same JavaScript, no widget manager and no request.

    network.js      the arithmetic: mlp.py once more, name by name
    state.js        the numbers, and what is chosen to look at
    fields.js       one key for every number that can be changed, its bounds and its sentences
    views/          what is drawn, one file for each view
    playground.js   the whole: `render`, as anywidget calls it
    static.js       stands in for Jupyter on a page of the book

The files are joined in the order of SCRIPTS inside one function: each uses what stands above it, and no name leaves.
"""
import html
import json
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from backprop import validate
from backprop.mlp import Params, backward, forward, loss

VIEWS = ("paths", "shapes", "examples")
LARGEST = 5                                # of m, d, t and n: what can be read at a glance
_FOLDER = Path(__file__).parent
_MOUNT = "<script>globalThis.mountPlayground?.(document.currentScript.previousElementSibling)</script>"
_ARRAYS = ("W_h", "W_out", "b_h", "b_out", "X", "Y")


SCRIPTS = ("network.js", "text.js", "fields.js", "markup.js", "update.js", "candidates.js", "state.js", "panels.js",
           "views/drawing.js", "views/paths.js", "views/shapes.js", "views/examples.js", "picture.js", "typing.js",
           "keys.js", "dragging.js", "playground.js")


def _source(name):
    return (_FOLDER / name).read_text(encoding="utf-8")


def _light(name):
    """Return a file as a page carries it: without indentation and comments, which stand alone or behind " // "."""
    lines = (line.split(" // ")[0].strip() for line in _source(name).splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def _render():
    """Return the JavaScript that defines renderPlayground({model, el})."""
    joined = "\n".join(_light(name) for name in SCRIPTS)
    return f'const renderPlayground = (() => {{\n"use strict";\n{joined}\nreturn render;\n}})();\n'


def page_scripts():
    """Return the style and the script that make every Playground of a page move; placed once, in its head."""
    return (f"<style>\n{_light('playground.css')}\n</style>\n"
            f"<script>\n{{\n{_render()}{_light('static.js')}\n}}\n</script>\n")


class _Checked(traitlets.TraitType):
    """A trait whose values pass through check(name, value), which raises the module's ValueErrors."""

    def __init__(self, check, **options):
        self.check = check
        super().__init__(**options)

    def validate(self, obj, value):
        return self.check(self.name, value)


def _array(name, value):
    if value is None:
        return None
    array = np.array(validate.array(name, value), dtype=np.float64)
    array.flags.writeable = False          # an entry changed in place could not be shown: assign a new array
    return array


def _choice(name, value):
    if value not in VIEWS:
        raise ValueError(f"{name} is {value!r}: it must be one of {', '.join(map(repr, VIEWS))}")
    return value


def _synced_array():
    return _Checked(_array, allow_none=True, default_value=None).tag(
        sync=True, to_json=lambda array, _: None if array is None else array.tolist())


class Playground(anywidget.AnyWidget):
    """Show a network of at most 5-5-5 with at most 5 examples, to be changed by hand or from Python.

    params is a Params, X (n, m) and Y (n, t) with entries in [0, 1]; view is "paths", "shapes" or "examples". Every
    array, `view`, `mean` and `eta` is a trait, two-way; `gradient` is a trait to read and to observe. Arrays that must
    change together go through `update`. Raises ValueError for what the network itself refuses, and for larger sizes.
    """

    _esm = _render() + "export default { render: renderPlayground };\n"
    _css = _source("playground.css")

    W_h, W_out, b_h, b_out, X, Y = (_synced_array() for _ in _ARRAYS)
    view = _Checked(_choice, default_value="paths").tag(sync=True)
    mean = _Checked(validate.flag, default_value=False).tag(sync=True)
    eta = _Checked(validate.real_number, default_value=0.5).tag(sync=True)
    gradient = traitlets.Instance(Params, read_only=True, allow_none=True)

    def __init__(self, params, X, Y, view="paths", *, mean=False, eta=0.5):
        super().__init__(**_fitting(params, X, Y), view=view, mean=mean, eta=eta)

    @property
    def params(self):
        """The weights and biases as Params; assign a Params to change them together."""
        return Params(self.W_h, self.W_out, self.b_h, self.b_out)

    @params.setter
    def params(self, params):
        self.update(params)

    @property
    def loss(self):
        """J of the network shown, a mean over the examples if `mean` is set."""
        return loss(forward(self.params, self.X), self.Y, self.mean)

    def update(self, params=None, X=None, Y=None):
        """Replace parameters, inputs and targets together, e.g. to change the sizes."""
        arrays = _fitting(*(old if new is None else new
                            for new, old in ((params, self.params), (X, self.X), (Y, self.Y))))
        with self.hold_sync(), self.hold_trait_notifications():
            for name, array in arrays.items():
                setattr(self, name, array)

    @traitlets.validate(*_ARRAYS)
    def _fits(self, proposal):
        """Refuse an array that does not fit the others, before it is set."""
        new = {name: getattr(self, name) for name in _ARRAYS} | {proposal.trait.name: proposal.value}
        _fitting(Params(new["W_h"], new["W_out"], new["b_h"], new["b_out"]), new["X"], new["Y"])
        return proposal.value

    @traitlets.observe(*_ARRAYS, "mean")
    def _differentiate(self, _):
        trace = forward(self.params, self.X)
        self.set_trait("gradient", backward(self.params, trace, self.X, self.Y, self.mean))

    def __repr__(self):
        m, d, t, n = self._sizes()
        return f"Playground({m}-{d}-{t}, n = {n}, view={self.view!r})"

    def _sizes(self):
        return *self.W_h.shape, self.W_out.shape[1], len(self.X)

    def _repr_mimebundle_(self, **options):
        data, metadata = super()._repr_mimebundle_(**options)
        return data | {"text/html": self._html()}, metadata

    def _html(self):
        """Return what stands on a page of the book: the numbers, and a table for who reads it without scripts."""
        m, d, t, n = self._sizes()
        state = {name: None if getattr(self, name) is None else getattr(self, name).tolist() for name in _ARRAYS}
        state |= {"view": self.view, "mean": self.mean, "eta": self.eta}
        trace = forward(self.params, self.X)
        delta_out = trace.A_out - self.Y
        rows = [("inputs", "X", "n × m", self.X),
                ("weights", "W<sup>(h)</sup>", "m × d", self.W_h), ("biases", "b<sup>(h)</sup>", "d", self.b_h),
                ("weights", "W<sup>(out)</sup>", "d × t", self.W_out), ("biases", "b<sup>(out)</sup>", "t", self.b_out),
                ("targets", "Y", "n × t", self.Y),
                ("hidden activations", "A<sup>(h)</sup>", "n × d", trace.A_h),
                ("outputs", "A<sup>(out)</sup>", "n × t", trace.A_out),
                ("errors", "δ<sup>(out)</sup>", "n × t", delta_out),
                ("gradient", "∂J/∂W<sup>(out)</sup>", "d × t", self.gradient.W_out),
                ("gradient", "∂J/∂W<sup>(h)</sup>", "m × d", self.gradient.W_h)]
        body = "".join(f"<tr><td>{meaning}</td><td>{symbol}</td><td>{shape}</td>"
                       f"<td><code>{_digits(array)}</code></td></tr>"
                       for meaning, symbol, shape, array in rows if array is not None)
        return (f'<div class="bp-playground" data-view="{self.view}" data-state=\'{html.escape(json.dumps(state))}\'>'
                f"<p><strong>Playground</strong>: a {m}-{d}-{t} network, n = {n}, J = {self.loss:.4f}. "
                "Run this cell, or open this page of the book in a browser, to move it.</p>"
                f"<table><thead><tr><th>What</th><th>Symbol</th><th>Shape</th><th>Numbers</th></tr></thead>"
                f"<tbody>{body}</tbody></table></div>{_MOUNT}")


def _digits(array):
    """Return the array as one line of text, four decimals, the same on every machine."""
    if array.ndim == 1:
        return "[" + ", ".join(f"{value:.4f}" for value in array) + "]"
    return "[" + ", ".join(_digits(row) for row in array) + "]"


def _fitting(params, X, Y):
    """Return the arrays by name if they fit each other and the picture; the sentences are those of the module."""
    params = validate.network(params)
    X = validate.inputs(params, X)
    Y = validate.targets(Y, len(X), params.W_out.shape[1])
    for name, array in (("W_h", params.W_h), ("W_out", params.W_out), ("X", X)):
        if max(array.shape) > LARGEST:
            raise ValueError(f"{name} is {array.shape}: the playground draws at most {LARGEST} inputs, hidden units, "
                             "outputs and examples")
    return dict(zip(_ARRAYS, (*params, X, Y)))
