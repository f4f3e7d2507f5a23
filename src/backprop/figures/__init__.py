"""All that draws: figures for paper, sliders and playgrounds for the page. Mathematics never imports this.

`from backprop.figures import network, explore, Playground` gives each of them by its name.
"""
from backprop.figures.curves import curves, learning_curve, loglog_slope
from backprop.figures.deep import (
    brackets,
    errors_by_layer,
    shared_and_repeated,
    step_curve,
    there_and_back,
    weight_paths,
)
from backprop.figures.entry import named_entry
from backprop.figures.explore import Explore, explore
from backprop.figures.images import confusion, digits, hidden_units
from backprop.figures.ink import FAINT, INK, SIZE_COLORS, maths
from backprop.figures.matrices import block, matrices, outer_products, product
from backprop.figures.network import network
from backprop.figures.neuron import answers, corner, magnified, tangent
from backprop.figures.paths import chain, path_tree
from backprop.figures.playground import Playground
from backprop.figures.svg import svg
from backprop.figures.tables import ticks

__all__ = [
    "FAINT",
    "INK",
    "SIZE_COLORS",
    "Explore",
    "Playground",
    "answers",
    "block",
    "brackets",
    "chain",
    "confusion",
    "corner",
    "curves",
    "digits",
    "errors_by_layer",
    "explore",
    "hidden_units",
    "learning_curve",
    "loglog_slope",
    "magnified",
    "maths",
    "matrices",
    "named_entry",
    "network",
    "outer_products",
    "path_tree",
    "product",
    "shared_and_repeated",
    "step_curve",
    "svg",
    "tangent",
    "there_and_back",
    "ticks",
    "weight_paths",
]
