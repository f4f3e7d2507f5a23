"""The figures of deep networks show what they are given."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.text import Text

from backprop.figures import (
    brackets,
    errors_by_layer,
    shared_and_repeated,
    step_curve,
    there_and_back,
    weight_paths,
)
from backprop.figures.ink import LIT, maths


@pytest.fixture(autouse=True)
def book_style():
    with plt.style.context("backprop.book"):
        yield
    plt.close("all")


def texts(fig):
    return [text.get_text() for text in fig.findobj(Text) if text.get_text() and text.get_visible()]


def drawn(ax, kind):
    return [patch for patch in ax.patches if isinstance(patch, kind)]


def lit(patches):
    return [patch for patch in patches if to_hex(patch.get_facecolor()).upper() == LIT.upper()]


@pytest.mark.parametrize("depth", [2, 5, 20])
def test_errors_by_layer_keep_their_scale_at_every_depth(depth):
    sizes = {"sigmoid": 0.2 ** np.arange(depth)[::-1], "skip": np.full(depth, 0.3)}
    _, ax = errors_by_layer(sizes)
    assert ax.get_ylim() == (1e-14, 30) and ax.get_yscale() == "log"
    for line, values in zip(ax.lines, sizes.values(), strict=True):
        assert list(line.get_xdata()) == list(range(1, depth + 1))
        assert list(line.get_ydata()) == list(values)


def test_step_curve_draws_both_slopes_and_marks_one_step():
    steps = 10.0 ** -np.arange(1, 8)
    _, ax = step_curve(steps, steps**2 + 1e-11 / steps, bend=1, rounding=1e-11, lit=3)
    curve, bend, rounding, mark = ax.lines
    assert np.allclose(bend.get_ydata(), steps**2) and np.allclose(rounding.get_ydata(), 1e-11 / steps)
    assert mark.get_xdata()[0] == steps[3] and mark.get_ydata()[0] == curve.get_ydata()[3]
    assert len(step_curve(steps, steps)[1].lines) == 1


@pytest.mark.parametrize("done, factors, marked", [(0, (5, 5), 0), (1, (4, 4), 2), (4, (1, 1), 2), (5, (0, 0), 2)])
def test_brackets_keep_a_column_and_light_what_was_made(done, factors, marked):
    fig, ax = brackets(5, done, (900 * done, 27000 * done))
    squares = [r for r in drawn(ax, Rectangle) if r.get_width() > 0.5]
    columns = [r for r in drawn(ax, Rectangle) if r.get_width() < 0.5]
    assert len(squares) == sum(factors) and len(columns) == 2
    assert len(lit(drawn(ax, Rectangle))) == marked
    if 0 < done < 5:
        assert len(lit(squares)) == len(lit(columns)) == 1      # a square from the weights, a column from the loss
    assert {f"{900 * done:,} multiplications", f"{27000 * done:,} multiplications"} <= set(texts(fig))


@pytest.mark.parametrize("done", [-1, 6])
def test_brackets_refuse_what_cannot_be_done(done):
    with pytest.raises(ValueError, match=f"done is {done}"):
        brackets(5, done, (0, 0))


def test_the_graph_shares_and_the_tree_repeats():
    shared = [[("J", [])], [("a", [0]), ("b", [0])], [("c", [0, 1])]]
    repeated = [[("J", [])], [("a", [0]), ("b", [0])], [("c", [0]), ("c", [1])]]
    fig, ax = shared_and_repeated(shared, repeated, highlight="c")
    assert len(drawn(ax, Circle)) == 4 + 5 and len(lit(drawn(ax, Circle))) == 1 + 2
    assert len(ax.lines) == 4 + 4
    assert [text for text in texts(fig) if "c" in text and "$" in text] == ["$c$"] * 3


def test_weight_paths_draw_each_weight_in_its_panel():
    paths = {"equal": np.ones((11, 4)), "different": np.arange(33).reshape(11, 3)}
    _, panels = weight_paths(paths, ylabel="weights from input 1")
    assert [ax.get_title(loc="left") for ax in panels] == list(paths)
    for ax, values in zip(panels, paths.values(), strict=True):
        assert np.array_equal(np.transpose([line.get_ydata() for line in ax.lines]), values)
    assert panels[0].get_ylabel() == "weights from input 1"


def test_there_and_back_names_each_step_on_its_side():
    _, ax = there_and_back(["a", "b", "c"], ["f", "g"], ["f'", "g'"])
    assert len(drawn(ax, Circle)) == 3 and len(drawn(ax, FancyArrowPatch)) == 4
    side = {text.get_text(): text.get_ha() for text in ax.texts}
    assert side["$f$"] == side["$g$"] == side["forward"] == "right"
    assert side[maths("f'")] == side[maths("g'")] == side["backward"] == "left"
    with pytest.raises(ValueError, match="3 nodes need 2 steps"):
        there_and_back(["a", "b", "c"], ["f"], ["f'", "g'"])
