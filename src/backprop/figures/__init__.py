"""All that draws: figures for paper, sliders and playgrounds for the page. Mathematics never imports this.

`from backprop.figures import network, explore, Playground` gives each of them by its name.
"""
from backprop.figures.explore import Explore, explore
from backprop.figures.neuron import answers, corner, magnified, tangent
from backprop.figures.playground import Playground
from backprop.figures.plots import (
    FAINT,
    INK,
    SIZE_COLORS,
    block,
    chain,
    confusion,
    curves,
    digits,
    hidden_units,
    learning_curve,
    loglog_slope,
    maths,
    matrices,
    network,
    outer_products,
    path_tree,
    product,
    svg,
)
from backprop.figures.tables import ticks

__all__ = [
    "FAINT", "INK", "SIZE_COLORS", "Explore", "Playground", "answers", "block", "chain", "confusion", "corner",
    "curves", "digits", "explore", "hidden_units", "learning_curve", "loglog_slope", "magnified", "maths",
    "matrices", "network", "outer_products", "path_tree", "product", "svg", "tangent", "ticks"]
