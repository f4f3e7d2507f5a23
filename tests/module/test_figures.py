"""The figures say what they should: the right numbers, sizes with letters and colors, labels that do not overlap."""

import subprocess
import sys
from typing import NamedTuple

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Arc, Circle, FancyArrowPatch, Polygon, Rectangle
from matplotlib.text import Text

import networks as nets
from backprop import figures
from backprop.figures import block
from backprop.figures.ink import INK, LIT, MUTED, SIZE_COLORS, SIZE_INKS, maths, number
from backprop.figures.network import lit_edges


class Net(NamedTuple):
    W_h: np.ndarray
    W_out: np.ndarray
    b_h: np.ndarray | None = None
    b_out: np.ndarray | None = None


class Pass(NamedTuple):
    A_h: np.ndarray
    A_out: np.ndarray


RUNNING = Net(nets.RUNNING.W_h, nets.RUNNING.W_out)
X, Y = nets.RUNNING_X, nets.RUNNING_Y
TRACE = Pass(np.array([[0.8022, 0.2142]]), np.array([[0.6405, 0.4375]]))
DELTA_H, DELTA_OUT = np.array([[-0.0804, 0.0697]]), np.array([[-0.35954, 0.4375]])


@pytest.fixture(autouse=True)
def book_style():
    with plt.style.context("backprop.book"):
        yield
    plt.close("all")


def texts(fig):
    return [text.get_text() for text in fig.findobj(Text) if text.get_text() and text.get_visible()]


def random_net(m, d, t, n=5, bias=False, seed=0):
    rng = np.random.default_rng(seed)
    net = Net(rng.normal(size=(m, d)), rng.normal(size=(d, t)),
              *((rng.normal(size=d), rng.normal(size=t)) if bias else ()))
    X, trace = rng.normal(size=(n, m)), Pass(rng.random((n, d)), rng.random((n, t)))
    return net, X, trace, rng.normal(size=(n, d)), rng.normal(size=(n, t))


def corners(text, renderer):
    """The four corners of a text as drawn, turned as it is, without the empty rim of its box."""
    angle = np.radians(text.get_rotation())
    flat = text.get_rotation()
    text.set_rotation(0)
    box = text.get_window_extent(renderer)
    text.set_rotation(flat)
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    if angle:
        middle = text.get_transform().transform(text.get_position())
    half = np.array([box.width / 2, box.height / 2 * 0.7])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.array([turn @ (half * signs) + middle for signs in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


def overlap(a, b):
    """Whether two turned rectangles overlap: no axis separates them."""
    for corners_ in (a, b):
        for axis in (corners_[1] - corners_[0], corners_[2] - corners_[1]):
            if (a @ axis).max() <= (b @ axis).min() or (b @ axis).max() <= (a @ axis).min():
                return False
    return True


# --- the network


def test_network_shows_the_running_numbers():
    fig, _ = figures.network(RUNNING, X, TRACE, Y=Y, loss=1.0209)
    shown = texts(fig)
    for expected in ("0.6", "−0.4", "−0.2", "0.5", "0.8", "−0.5", "−0.3", "0.7", "2", "−1", "0.802", "0.214", "0.640",
                     "0.438", "1.021"):
        assert shown.count(expected) == 1, expected
    for expected in ("$m=2$", "$d=2$", "$t=2$", "$y_{1}=1$", "$y_{2}=0$", "input", "hidden", "output",
                     r"$a_{2}^{(\mathrm{out})}$"):
        assert expected in shown


def test_network_takes_the_example_asked_for():
    net, X, trace, *_ = random_net(3, 4, 2)
    fig, _ = figures.network(net, X, trace, example=4, decimals=2)
    for value in (*X[3], *trace.A_h[3], *trace.A_out[3], *net.W_h.flat, *net.W_out.flat):
        assert number(value, 2) in texts(fig)


def test_errors_stand_under_their_units_and_the_edges_point_back():
    fig, ax = figures.network(RUNNING, X, TRACE, delta_h=DELTA_H, delta_out=DELTA_OUT)
    assert {r"$\delta_{1}=−0.080$", r"$\delta_{2}=0.070$", r"$\delta_{1}=−0.360$",
            r"$\delta_{2}=0.438$"} <= set(texts(fig))
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 8
    assert all(arrow._posA_posB[0][0] > arrow._posA_posB[1][0] for arrow in arrows)


@pytest.mark.parametrize("sizes, bias, errors",
                         [((2, 2, 2), False, False), ((2, 2, 2), False, True), ((3, 4, 2), False, False),
                                                 ((3, 4, 2), False, True), ((2, 3, 1), True, False),
                          ((1, 1, 1), True, True), ((3, 3, 3), False, False)])
def test_labels_do_not_overlap(sizes, bias, errors):
    net, X, trace, delta_h, delta_out = random_net(*sizes, bias=bias)
    given = dict(delta_h=delta_h, delta_out=delta_out) if errors else dict(Y=trace.A_out)
    fig, ax = figures.network(net, X, trace, decimals=2, **given)
    fig.canvas.draw()
    drawn = [text for text in ax.texts if text.get_text()]
    boxes = [corners(text, fig.canvas.get_renderer()) for text in drawn]
    clashes = [(a.get_text(), b.get_text()) for i, (a, p) in enumerate(zip(drawn, boxes)) for b,
               q in zip(drawn[:i], boxes) if overlap(p, q)]
    assert not clashes
    inside = [(0 <= box[:, 0]).all() and (box[:, 0] <= fig.bbox.width).all() and (0 <= box[:, 1]).all()
              for box in boxes]
    assert all(inside)


def test_overlap_is_seen():
    fig, ax = figures.network((1, 1, 1))
    a, b = ax.text(1, 1, "0.123", rotation=30, rotation_mode="anchor", ha="center",
                   va="center"), ax.text(1.1, 1, "0.456", ha="center", va="center")
    assert overlap(*(corners(text, fig.canvas.get_renderer()) for text in (a, b)))


@pytest.mark.parametrize("highlight, expected", [
    (("out", 2, 1), {("out", 2, 1), ("J", 1, 1)}),
    (("h", 1, 2), {("h", 1, 2), ("out", 2, 1), ("out", 2, 2), ("out", 2, 3), ("J", 1, 1), ("J", 2, 1), ("J", 3, 1)}),
    ((1, 4, 3), {("h", 1, 4), ("out", 4, 3), ("J", 3, 1)}),
    ([(None, 1, 2), (2, 1, None)], {("out", 1, 2), ("J", 2, 1), ("h", 2, 1)}),
    (None, set())])
def test_a_weight_lights_all_its_paths(highlight, expected):
    assert lit_edges(highlight, (2, 4, 3)) == expected


def test_lit_edges_are_drawn_strong():
    _, ax = figures.network((2, 2, 2), highlight=("h", 1, 2), loss=True)
    assert sum(line.get_linewidth() > 2 for line in ax.lines) == 5
    assert sum(to_hex(patch.get_facecolor()) == LIT.lower() for patch in ax.patches
               if isinstance(patch, Circle)) == 5
    assert any("w_{1,2}" in text.get_text() for text in ax.texts)


def test_a_large_network_is_drawn_with_dots():
    fig, ax = figures.network((64, 30, 10))
    shown = texts(fig)
    assert shown.count("⋮") == 3 and {"$m=64$", "$d=30$", "$t=10$"} <= set(shown)
    assert any("a_{64}" in text for text in shown) and not any("a_{5}" in text for text in shown)
    assert sum(isinstance(patch, Circle) for patch in ax.patches) == 12


def test_biases_come_from_units_that_are_one():
    net = random_net(3, 4, 2, bias=True)[0]
    fig, ax = figures.network(net)
    assert texts(fig).count("1") == 2 and sum(isinstance(patch, Rectangle) for patch in ax.patches) == 2
    assert all(number(value) in texts(fig) for value in (*net.b_h, *net.b_out))


# --- paths and chains


def test_tree_multiplies_along_a_path():
    fig, _ = figures.path_tree(("out", 1, 2), factors=[1.7779, 0.2461, 0.8022])
    assert f"product:  {number(1.7779 * 0.2461 * 0.8022, 4)}" in texts(fig)
    assert any("1.7779" in text and r"\partial J" in text for text in texts(fig))


@pytest.mark.parametrize("t", [1, 2, 3, 4])
def test_tree_adds_the_paths(t):
    factors = np.random.default_rng(t).normal(size=(t, 5))
    fig, _ = figures.path_tree(("h", 2, 1), t=t, factors=factors)
    shown = " | ".join(texts(fig))
    for k in range(t):
        assert f"path {k + 1}:  {number(factors[k].prod(), 4)}" in shown
        assert rf"\partial J}}{{\partial a_{{{k + 1}}}^{{(\mathrm{{out}})}}" in shown
    assert f"= {number(factors.prod(axis=1).sum(), 4)}" in shown
    assert shown.count("w_{2,1}^{(\\mathrm{h})}") == 2 * t + 1        # at each leaf, in its last factor, and in the sum


def test_tree_lights_one_path():
    _, ax = figures.path_tree(("h", 1, 2), t=2, lit=2)
    assert sum(line.get_linewidth() > 2 for line in ax.lines) == 5
    assert sum(to_hex(line.get_color()) == figures.FAINT.lower() for line in ax.lines) == 5


def test_chain_shows_both_directions():
    fig, ax = figures.chain(["x", "z", "a", "L"], forward=["w", r"\sigma", ""], backward=["x", r"\sigma'(z)", ""],
                          values=[2, 1.4, 0.8022, "?"])
    assert {"$x$", "$w$", r"$\sigma$", maths(r"\sigma'(z)"), "2", "1.4", "0.802", "?"} <= set(texts(fig))
    assert sum(isinstance(patch, FancyArrowPatch) for patch in ax.patches) == 6


# --- matrices

A = block(r"A^{(\mathrm{h})\top}", ("d", 4), ("n", 5))
D = block(r"\delta^{(\mathrm{out})}", ("n", 5), ("t", 2))
G = block(r"\partial J / \partial W^{(\mathrm{out})}", ("d", 4), ("t", 2))


def test_every_side_carries_its_letter_number_and_color():
    fig, ax = figures.matrices([A, D, "=", G])
    for letter, size in (("d", 4), ("n", 5), ("t", 2)):
        labels = [text for text in ax.texts if text.get_text() == f"${letter}={size}$"]
        assert len(labels) == 2 and all(text.get_color() == SIZE_INKS[letter] for text in labels)
        assert sum(to_hex(line.get_color()) == SIZE_COLORS[letter].lower() for line in ax.lines) == 2
    assert "$=$" in texts(fig) and maths(G.name) in texts(fig)


@pytest.mark.parametrize("draw", [lambda: figures.matrices([A, D, "=", G], entry=(3, 2)),
                                  lambda: figures.product(A, D, G, entry=(3, 2))])
def test_an_entry_lights_the_row_and_the_column_that_make_it(draw):
    _, ax = draw()
    lit = [patch for patch in ax.patches if isinstance(patch, Rectangle)
           and to_hex(patch.get_facecolor()) == LIT.lower()]
    shapes = {(round(patch.get_width() / 0.3), round(patch.get_height() / 0.3)) for patch in lit}
    assert len(lit) == 3 and shapes == {(5, 1), (1, 5), (1, 1)}


def test_numbers_stand_in_their_entries():
    values = TRACE.A_h.T @ DELTA_OUT
    _fig, ax = figures.product(block("A", ("d", 2), ("n", 1), TRACE.A_h.T), block("D", ("n", 1), ("t", 2), DELTA_OUT),
                             block("G", ("d", 2), ("t", 2), values))
    place = {text.get_text(): text.get_position() for text in ax.texts}
    w11, w12, w21 = (place[number(values[k], 4)] for k in ((0, 0), (0, 1), (1, 0)))
    assert w11[0] < w12[0] and w11[1] == w12[1] and w21[1] < w11[1] and w21[0] == w11[0]


def test_the_inner_size_meets_at_the_corner():
    _, ax = figures.product(A, D, G)
    arcs = [patch for patch in ax.patches if isinstance(patch, Arc)]
    assert len(arcs) == 5 and {to_hex(arc.get_edgecolor()) for arc in arcs} == {SIZE_COLORS["n"].lower()}
    assert len({tuple(arc.center) for arc in arcs}) == 1


def test_a_large_block_has_no_grid():
    fig, _ = figures.matrices([block("X", ("n", 1437), ("m", 64))])
    assert {"$n=1437$", "$m=64$"} <= set(texts(fig)) and max(fig.get_size_inches()) < 5


@pytest.mark.parametrize("upto", [1, 3, 5])
def test_the_pile_adds_up(upto):
    _, _X, trace, _delta_h, delta_out = random_net(3, 4, 2)
    fig, ax = figures.outer_products(trace.A_h, delta_out, upto)
    total = trace.A_h[:upto].T @ delta_out[:upto]
    newest = np.outer(trace.A_h[upto - 1], delta_out[upto - 1])
    assert all(number(value) in texts(fig)
               for value in (*total.flat, *newest.flat, *trace.A_h[upto - 1], *delta_out[upto - 1]))
    cards = [patch for patch in ax.patches if isinstance(patch, Rectangle) and patch.get_zorder() <= 0.5]
    assert len(cards) == upto and f"$r={upto}$ of $n=5$" in texts(fig)
    assert maths(rf"a^{{(\mathrm{{h}})[{upto}]\top}}") in texts(fig)
    assert ("the whole sum" in texts(fig)) == (upto == 5)
    assert np.allclose(fig.get_size_inches(), figures.outer_products(trace.A_h, delta_out, 2)[0].get_size_inches())


def test_the_pile_of_the_hidden_layer_names_its_own_sizes():
    _, X, _, delta_h, _ = random_net(3, 4, 2)
    fig, _ = figures.outer_products(X, delta_h, layer="h")
    assert {"$m=3$", "$d=4$"} <= set(texts(fig)) and maths(r"\delta^{(\mathrm{h})[5]}") in texts(fig)


# --- curves and images


@pytest.mark.parametrize("low, high", [(-3, 40), (-1, -0.5), (0.2, 0.8)])
def test_names_stand_at_the_ends_of_their_lines(low, high):
    fig, ax = figures.curves([-8, 8], {"low": [0, low], "high": [0, high]})
    fig.canvas.draw()
    for text, end in zip(ax.texts, (low, high)):
        height = ax.transAxes.inverted().transform(ax.transData.transform((8, end)))[1]
        assert abs(text.xy[1] - height) < 1e-6, text.get_text()


def test_lines_differ_by_more_than_color():
    fig, ax = figures.curves([1, 2, 3], {"one": [1, 2, 3], "two": [1, 2, 3.01], "three": [3, 2, 1]}, markers=True)
    assert len({line.get_linestyle() for line in ax.lines}) == len({line.get_marker() for line in ax.lines}) == 3
    heights = sorted(text.xy[1] for text in ax.texts)
    assert {"one", "two", "three"} <= set(texts(fig)) and min(np.diff(heights)) > 0.07


def test_the_triangle_has_the_slope_it_says():
    x = np.logspace(-4, 0, 9)
    fig, ax = figures.loglog_slope(x, 0.3 * x**2, xlabel="step")
    triangle = np.log10(next(patch for patch in ax.patches if isinstance(patch, Polygon)).get_xy())
    (left, base), (right, _), (_, top) = triangle[:3]
    assert (top - base) / (right - left) == pytest.approx(2) and {"1", "2"} <= set(texts(fig))


def test_learning_curve_has_a_point_per_epoch():
    _, ax = figures.learning_curve({"training": [3, 2, 1], "test": [4, 3, 3]})
    assert ax.lines[1].get_xydata().tolist() == [[1, 4], [2, 3], [3, 3]] and ax.get_ylim()[0] == 0


def test_confusion_writes_every_count_and_frames_the_hits():
    matrix = np.array([[30, 2, 0], [0, 28, 1], [0, 0, 33]])
    fig, ax = figures.confusion(matrix, labels=["a", "b", "c"])
    place = {text.get_text(): text.get_position() for text in ax.texts}
    assert place["2"] == (1, 0) and place["1"] == (2, 1) and {"30", "28", "33"} <= set(place)
    assert sum(isinstance(patch, Rectangle) for patch in ax.patches) == 3 and "predicted" in texts(fig)


def test_a_hidden_unit_is_its_column_as_an_image():
    W_h = np.random.default_rng(1).normal(size=(64, 12))
    _, ax = figures.hidden_units(W_h, columns=5)
    picture = ax.images[0].get_array()
    assert np.array_equal(picture[9:17, 9:17].ravel(),
                          W_h[:, 6])        # the seventh of five in a row: second row, second column
    low, high = ax.images[0].get_clim()
    assert low == -high < 0


def test_digits_name_the_wrong_ones():
    fig, ax = figures.digits(np.ones((3, 64)), [3, 4, 5], predicted=[8, 4, 5])
    assert {"3 → 8", "4", "5"} == set(texts(fig))
    assert sum(patch.get_linewidth() > 2 for patch in ax.patches) == 1


# --- all of them

EVERY = {
    "network": lambda ax=None: figures.network(RUNNING, X, TRACE, Y=Y, loss=1.0209, ax=ax),
    "errors": lambda ax=None: figures.network(RUNNING, X, TRACE, delta_h=DELTA_H, delta_out=DELTA_OUT, ax=ax),
    "network 3-4-2": lambda ax=None: figures.network((3, 4, 2), ax=ax),
    "tree": lambda ax=None: figures.path_tree(("h", 1, 2), factors=np.ones((2, 5)), ax=ax),
    "chain": lambda ax=None: figures.chain(["x", "z", "a", "L"], forward=["w", "", ""], backward=["x", "", ""], ax=ax),
    "matrices": lambda ax=None: figures.matrices([A, D, "=", G], ax=ax),
    "product": lambda ax=None: figures.product(A, D, G, ax=ax),
    "outer products": lambda ax=None: figures.outer_products(np.ones((5, 2)), np.ones((5, 2)), 3, ax=ax),
    "entry": lambda ax=None: figures.named_entry("a", 2, "h", 3, list("wxyz"), ax=ax),
    "curves": lambda ax=None: figures.curves([1, 2], {"a": [1, 2]}, ax=ax),
    "slope": lambda ax=None: figures.loglog_slope([1, 2], [1, 4], ax=ax),
    "learning curve": lambda ax=None: figures.learning_curve([2, 1], ax=ax),
    "confusion": lambda ax=None: figures.confusion(np.eye(3, dtype=int), ax=ax),
    "hidden units": lambda ax=None: figures.hidden_units(np.eye(64)[:, :9], ax=ax),
    "digits": lambda ax=None: figures.digits(np.eye(64)[:9], range(9), ax=ax),
}


@pytest.mark.parametrize("name", EVERY)
def test_readable_on_a_phone_and_drawn_where_asked(name):
    before = dict(matplotlib.rcParams)
    fig, ax = EVERY[name]()
    pixels = [text.get_fontsize() / 72 * 350 / fig.get_size_inches()[0] for text in fig.findobj(Text)
              if text.get_text()]
    assert min(pixels, default=99) >= 9
    assert ax.figure is fig and fig.get_size_inches()[0] <= 6.2
    other, given = plt.subplots()
    figures = plt.get_fignums()
    assert EVERY[name](ax=given) == (other, given) and plt.get_fignums() == figures
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", EVERY)
def test_a_figure_is_a_light_picture(name, tmp_path):
    fig, _ = EVERY[name]()
    assert len(figures.svg(fig)) < 60_000 and fig.number not in plt.get_fignums()


def test_colors_pass_contrast():
    def light(color):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        return np.dot(linear, (0.2126, 0.7152, 0.0722))
    for letter, color in SIZE_COLORS.items():
        assert 1.05 / (light(color) + 0.05) >= 3, letter                       # lines and frames
        assert 1.05 / (light(SIZE_INKS[letter]) + 0.05) >= 4.5, letter    # text
    for ink in (INK, MUTED):
        assert (light(LIT) + 0.05) / (light(ink) + 0.05) >= 4.3


@pytest.mark.parametrize("x, decimals, expected",
                         [(0.6, 3, "0.6"), (-1.0, 3, "−1"), (0.80218, 3, "0.802"), (0.8, 4, "0.8"), (-0.0, 2, "0"),
                                                   (-0.0004, 3, "0.000"), (0.7998, 3, "0.800"), (12, 0, "12"),
                          (100, 2, "100"), (1e-16, 3, "0")])
def test_numbers_are_written_plainly(x, decimals, expected):
    assert number(x, decimals) == expected


@pytest.mark.parametrize("wrong, says", [
    (lambda: figures.network((2, 2)), "three sizes"),
    (lambda: figures.network((2, 0, 2)), "at least 1"),
    (lambda: figures.network((2, 2, 2), highlight=("h", 3, 1)), "from 1 to 2"),
    (lambda: figures.network((2, 2, 2), highlight=(0, 1, 1)), "1 is the first"),
    (lambda: figures.network(RUNNING, np.ones((1, 3))), r"one row of X has shape \(3,\) but must have \(2,\)"),
    (lambda: figures.network(RUNNING, X, TRACE, example=2), "example is 2"),
    (lambda: figures.path_tree(("in", 1, 1)), '"out", i, j'),
    (lambda: figures.path_tree(("h", 1, 1), t=2, factors=[1, 2, 3]), r"must have \(2, 5\)"),
    (lambda: figures.path_tree(("h", 1, 1), t=2, lit=3), "from 1 to 2"),
    (lambda: figures.chain(["x"]), "at least 2"),
    (lambda: figures.chain(["x", "z"], forward=["w", "v"]), "need 1"),
    (lambda: block("A", ("k", 2), ("n", 2)), "letters m, d, t, n"),
    (lambda: block("A", ("d", 2), ("n", 2), np.ones((2, 3))), r"must have \(2, 2\)"),
    (lambda: block("A", ("d", 2), ("n", 2), lit=(3, 1)), "from 1 to 2"),
    (lambda: figures.matrices(["="]), "no block"),
    (lambda: figures.product(A, G, D), "inner sizes"),
    (lambda: figures.product(A, D, D), "is 5 by 2 but the product is 4 by 2"),
    (lambda: figures.outer_products(np.ones((3, 2)), np.ones((2, 2))), "same number of rows"),
    (lambda: figures.outer_products(np.ones((3, 2)), np.ones((3, 2)), 0), "from 1 to 3"),
    (lambda: figures.outer_products(np.ones((13, 2)), np.ones((13, 2))), "n at most 12"),
    (lambda: figures.named_entry("a", 2, "h", 3, ["an activation"]), "1 entries but each of the 4"),
    (lambda: figures.curves([1, 2], {"a": [1, 2, 3]}), "a has shape"),
    (lambda: figures.curves([1, 2], {}), "at least one line"),
    (lambda: figures.loglog_slope([0, 1], [1, 2]), "positive"),
    (lambda: figures.confusion(np.ones((2, 3))), "square"),
    (lambda: figures.digits(np.ones((2, 60))), "64 numbers"),
    (lambda: figures.digits(np.ones((2, 64)), [1]), "y has 1"),
])
def test_bad_input_is_refused_in_one_sentence(wrong, says):
    with pytest.raises(ValueError, match=says) as error:
        wrong()
    assert "\n" not in str(error.value)


def test_the_module_loads_no_drawing():
    code = "import sys, backprop; print({'matplotlib', 'ipywidgets', 'anywidget', 'IPython'}.isdisjoint(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


@pytest.mark.parametrize("call, said", [
    (lambda: figures.learning_curve([]), "losses holds no epoch"),
    (lambda: figures.learning_curve({}), "losses holds no epoch"),
    (lambda: figures.digits(np.zeros((0, 64)), []), "X has no images"),
    (lambda: figures.block("A", ("n", 2), ("d", 2), lit=(0, 1)), "lit row of A")])
def test_nothing_to_draw_is_one_sentence(call, said):
    with pytest.raises(ValueError, match=f"^{said}"):
        call()
