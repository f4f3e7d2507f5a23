"""The doctor against wrong gradients written down independently of its table."""
import re
from itertools import combinations, pairwise, product

import numpy as np
import pytest

from backprop import Convention, Diagnosis, Params, backward, convert, diagnose, forward
from backprop.conventions import CHOICES
from backprop.doctor import MISTAKES, VERDICTS, code_of, page, wrong_gradient
from backprop.doctor.description import every_description
from networks import RUNNING, RUNNING_X, RUNNING_Y, assert_same, frozen, network
from tools.judge import rules

SINGLE = (
    "bracket-missing",
    "output-derivative-kept",
    "net-input-used",
    "wrong-layer-input",
    "stale-weights",
    "W-not-transposed",
    "children-not-summed",
    "activation-derivative-missing",
    "derivative-of-activation",
    "derivative-of-z",
    "bias-not-summed",
    "transposed",
    "sign",
    "factor-n",
    "factor-t",
    "factor-nt",
    "factor-two",
)
EXCLUDE = [{"activation-derivative-missing", "derivative-of-activation", "derivative-of-z"},   # one φ' at a time
           {"net-input-used", "wrong-layer-input"}]                                            # one input at a time
SCALES = {"factor-n", "factor-t", "factor-nt", "factor-two"}                  # two of them are one factor to the eye
PAIRS = [
    pair
    for pair in map(set, combinations(SINGLE, 2))
    if not any(pair <= group for group in EXCLUDE) and not pair <= SCALES
]
CONVENTIONS = [Convention(*words) for words in product(*CHOICES.values())]


def sig(z):
    return 1 / (1 + np.exp(-z))


def faulty(params, X, Y, made, rng):
    """Return the gradient of a backward pass with the mistakes made, None where the sizes forbid one.

    And what was drawn.
    """
    (m, d), t, n = params.W_h.shape, params.W_out.shape[1], len(X)
    eta, k, r, times = rng.uniform(0.1, 1), int(rng.integers(t)), int(rng.integers(n)), bool(rng.integers(2))
    Zh = X @ params.W_h + params.b_h
    Ah = sig(Zh)
    A = sig(Ah @ params.W_out + params.b_out)
    D = -Y * (1 - A) - (1 - Y) * A if "bracket-missing" in made else A - Y
    if "output-derivative-kept" in made:
        D = D * A * (1 - A)
    came_in = Zh if "net-input-used" in made else Ah
    first_in = X
    if "wrong-layer-input" in made:
        if m != d:
            return None, {}
        came_in, first_in = (X, X) if rng.integers(2) else (came_in, Ah)
    gW_out = came_in.T @ D
    W = params.W_out - eta * gW_out if "stale-weights" in made else params.W_out
    if "W-not-transposed" in made:
        if d != t:
            return None, {}
        W = W.T
    paths = [np.outer(D[:, j], W[:, j]) if n == 1 else D[:, [j]] * W[:, j] for j in range(t)]
    slope = Ah * (1 - Ah)
    if "activation-derivative-missing" in made:
        slope = np.ones_like(Ah)
    if "derivative-of-activation" in made:
        slope = sig(Ah) * (1 - sig(Ah))
    if "derivative-of-z" in made:
        slope = Zh * (1 - Zh)
    Dh = (paths[k] if "children-not-summed" in made else sum(paths)) * slope
    gW_h = first_in.T @ Dh
    gb_h, gb_out = (Dh[r], D[r]) if "bias-not-summed" in made else (Dh.sum(0), D.sum(0))
    if "transposed" in made:
        gW_h, gW_out = gW_h.T, gW_out.T
    factor = -1.0 if "sign" in made else 1.0
    for name, size in (("factor-n", n), ("factor-t", t), ("factor-nt", n * t), ("factor-two", 2)):
        if name in made:
            factor *= size if times else 1 / size
    return Params(*(factor * g for g in (gW_h, gW_out, gb_h, gb_out))), dict(
        eta=eta, k=k, r=r, times=times, factor=factor
    )


def problem(seed):
    """Return params, X, Y and a generator: sizes 1 to 5, equal ones often."""
    rng = np.random.default_rng(seed)
    m, d, t, n = (int(v) for v in rng.integers(1, 6, 4))
    if rng.random() < 0.5:                                     # equal sizes hide most
        d = m
        t = d if rng.random() < 0.5 else t
    params = Params(rng.normal(size=(m, d)), rng.normal(size=(d, t)), rng.normal(size=d), rng.normal(size=t))
    return params, rng.normal(size=(n, m)), rng.integers(0, 2, (n, t)).astype(float), rng


def right(params, X, Y):
    return backward(params, forward(params, X), X, Y)


def readings(diagnosis):
    """Return every reading, conventions left out, as a set of names."""
    every = [diagnosis.names, *(text.split(" + ") for text in diagnosis.alternatives)]
    return [{name for name in names if not name.startswith("convention:")} for names in every]


def named(seed, wanted, convention):
    """Return whether a pass with the mistakes wanted is seen through, None where the sizes forbid them."""
    params, X, Y, rng = problem(seed)
    claimed, _ = faulty(params, X, Y, wanted, rng)
    own_transposes = params.W_h.size == params.W_out.size == 1
    if claimed is None or (own_transposes and wanted == {"transposed"}):
        return None
    parts = [names for names in readings(diagnose(params, X, Y, claimed, convention)) if names <= wanted]
    return wanted == set().union(*parts)        # what would not show beside the other is listed apart from it


@pytest.mark.parametrize("name", SINGLE)
def test_every_mistake_is_named_or_listed_where_it_coincides(name):
    found = [named(seed, {name}, convention) for seed in (0, 3, 5, 8, 11) for convention in (None, "book")]
    assert False not in found and True in found


@pytest.mark.slow
@pytest.mark.parametrize("name", SINGLE)
def test_every_mistake_is_named_on_200_networks(name):
    found = [named(seed, {name}, (None, "book")[seed % 2]) for seed in range(200)]
    assert False not in found and True in found


def test_pairs_of_mistakes():
    rng = np.random.default_rng(5)
    found = [named(1000 + k, PAIRS[rng.integers(len(PAIRS))], "book") for k in range(12)]
    assert False not in found and found.count(True) > 6


@pytest.mark.slow
def test_all_pairs_of_mistakes_on_20_networks():
    found = [named(seed, pair, "book") for seed in range(1000, 1020) for pair in PAIRS]
    assert found.count(True) >= 0.98 * (found.count(True) + found.count(False))


@pytest.mark.parametrize("name", SINGLE)
def test_on_sizes_that_hide_nothing_the_mistake_is_the_only_name(name):
    sizes = {"W-not-transposed": (3, 4, 4, 5), "wrong-layer-input": (4, 4, 3, 5)}.get(name, (4, 5, 3, 7))
    params, X, Y = network(*sizes, seed=3)
    claimed, _ = faulty(params, X, Y, {name}, np.random.default_rng(0))
    diagnosis = diagnose(params, X, Y, claimed, "book")
    assert diagnosis.names == (name,) and diagnosis.name == name
    rivals = {
        "bracket-missing": ("lost-minus-one",),
        "output-derivative-kept": ("correct + convention:loss=half-squared",),
    }
    assert diagnosis.alternatives in (
        rivals.get(name, ()),
        ("convention:out,in",),
        ("convention:mean",),
        ("convention:mean_all",),
    )
    assert name in str(diagnosis) and diagnosis.section in str(diagnosis) and diagnosis.explanation


@pytest.mark.parametrize("convention", CONVENTIONS, ids=lambda c: c.name)
def test_a_correct_gradient_is_correct_in_its_convention(convention):
    for seed in range(3):
        params, X, Y, _ = problem(seed)
        n, t = Y.shape
        claimed = convert(right(params, X, Y), "book", convention, n, t)
        assert diagnose(params, X, Y, claimed, convention).names == ("correct",)
        for name, array in zip(claimed._fields, claimed):
            if array is not None:
                alone = Params(None, None)._replace(**{name: array})
                assert diagnose(params, X, Y, alone, convention).names == ("correct",)
                assert diagnose(params, X, Y, array, convention).names == ("correct",)
        diagnosis = diagnose(params, X, Y, claimed)
        assert diagnosis.name == "correct"
        if n > 1 and t > 1 and min(params.W_h.shape) > 1:
            assert diagnosis.names[1:] == ((f"convention:{convention.name}",) if convention.name != "book" else ())


def test_where_a_convention_here_is_a_mistake_there_both_are_named():
    params, X, Y = network(3, 4, 2, 5)
    g = right(params, X, Y)
    turned = diagnose(params, X, Y, g.W_out.T)
    assert turned.names == ("correct", "convention:out,in") and turned.alternatives == ("transposed",)
    mean = diagnose(params, X, Y, Params(*(a / 5 for a in g)))
    assert mean.names == ("correct", "convention:mean") and mean.alternatives == ("factor-n",)
    assert diagnose(params, X, Y, g.W_out.T, "book").names == ("transposed",)
    assert diagnose(params, X, Y, g.W_out.T, "book").alternatives == ("convention:out,in",)
    assert diagnose(params, X, Y, g.W_out, "pytorch").names == ("transposed", "factor-nt")


def test_coincidences_are_listed_with_the_numbers_that_separate_them():
    params, X, Y = network(3, 4, 2, 5)
    double = diagnose(params, X, Y, Params(*(2 * a for a in right(params, X, Y))))
    assert double.names == ("factor-t",) and double.alternatives == ("factor-two",)
    assert "another number of outputs" in double.evidence and "other than 2" in double.evidence
    params, X, Y = network(3, 4, 1, 1)
    hidden = diagnose(params, X, Y, right(params, X, Y))
    assert hidden.names == ("correct",)
    assert {"factor-n", "factor-t", "bias-not-summed", "children-not-summed"} <= set(hidden.alternatives)
    assert "factor-n would not show here: to see it, take another number of examples" in hidden.evidence
    assert "two or more outputs" in hidden.evidence


def test_what_is_fitted_is_part_of_the_evidence():
    params, X, Y = network(3, 4, 2, 5)
    stale = diagnose(params, X, Y, wrong_gradient(params, X, Y, "stale-weights", eta=0.37))
    assert stale.names == ("stale-weights",) and "W_out -= 0.37 * dW_out" in stale.evidence
    scaled = diagnose(params, X, Y, Params(*(-3.25 * a for a in right(params, X, Y))))
    assert scaled.names == ("factor",) and "times -3.25" in scaled.evidence
    fifth = diagnose(params, X, Y, Params(*(a / 5 for a in right(params, X, Y))), "book")
    assert fifth.names == ("factor-n",) and "ratio 0.2" in fifth.evidence
    one_path, _ = faulty(params, X, Y, {"children-not-summed"}, np.random.default_rng(0))
    assert "delta_out[:, " in diagnose(params, X, Y, one_path).evidence


def test_a_negative_learning_rate_is_no_stale_weight():
    params, X, Y = network(3, 4, 2, 5)
    assert diagnose(params, X, Y, wrong_gradient(params, X, Y, "stale-weights", eta=-0.37)).names == ("unknown",)


@pytest.mark.parametrize("forgotten", [("b_h", "b_out"), ("W_h",), ("W_out",), ("b_out",)])
def test_a_gradient_that_was_forgotten_is_not_correct(forgotten):
    """An array of zeros has no digits of its own: it is as exact as what is claimed with it."""
    params, X, Y = network(2, 3, 2, 4)
    right = backward(params, forward(params, X), X, Y)
    claimed = right._replace(**{name: np.zeros_like(getattr(right, name)) for name in forgotten})
    found = diagnose(params, X, Y, claimed)
    assert (
        found.names == ("unknown",)
        and f"{forgotten[0]}[" in found.evidence + f"{forgotten[-1]}["
        and "is 0 and should be" in found.evidence
    )
    assert diagnose(params, X, Y, np.zeros_like(right.W_out)).names == ("unknown",)


def test_too_few_digits_are_called_so():
    params, X, Y = network(2, 2, 2, 3)
    right = backward(params, forward(params, X), X, Y)
    found = diagnose(params, X, Y, np.round(right.W_out, 1) + 0.0)
    assert found.names != ("unknown",) or ("too few digits" in str(found) and not found.evidence.endswith("; "))


@pytest.mark.parametrize(
    "label", ["{} =", "dW{{2}} =\n", r"\frac{{\partial J}}{{\partial W^{{(2)}}}} =", "Out[12]: array(", "In [3]:"]
)
def test_a_number_in_the_name_is_not_a_number_of_the_matrix(label):
    params, X, Y = network(2, 2, 2, 3)
    right = backward(params, forward(params, X), X, Y)
    text = label.format("dW2") + " [[" + "],\n [".join(", ".join(f"{x:.6f}" for x in row) for row in right.W_out) + "]]"
    assert diagnose(params, X, Y, text).names[0] == "correct"


@pytest.mark.parametrize("eta", ["a", np.nan, None])
def test_a_learning_rate_that_is_no_number_is_refused(eta):
    with pytest.raises(ValueError, match=r"^eta holds"):
        wrong_gradient(*network(2, 2, 2, 3), "stale-weights", eta=eta)


def test_one_number_fits_any_factor_and_proves_none():
    params, X, Y = network(1, 1, 1, 2)
    assert diagnose(params, X, Y, Params(np.array([[0.7123456]]), None)).names == ("unknown",)


def test_what_is_fitted_is_paid_for_by_the_entries_it_changes():
    """Three right entries in W_out are no evidence for an eta that one entry of W_h was enough to fit."""
    params, X, Y = network(1, 1, 3, 2, bias=False)
    g = right(params, X, Y)
    assert diagnose(params, X, Y, g._replace(W_h=g.W_h * 0 + 0.7123456)).names == ("unknown",)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [0, 50, 1000])
def test_zeros_and_saturation_are_survived(scale):
    for seed in (1,):
        params, X, Y, _ = problem(seed)
        params = Params(*(scale * a for a in params))
        for inputs in (X, 0 * X):
            g = right(params, inputs, Y)
            assert diagnose(params, inputs, Y, g).name == "correct"
            for claimed in (
                Params(*(0 * a for a in g)),
                Params(*(0 * a + 1 for a in g)),
                g._replace(W_h=1e-12 * g.W_h),
            ):
                assert str(diagnose(params, inputs, Y, claimed))


def test_random_numbers_are_unknown():
    params, X, Y, rng = problem(3000)
    claimed = Params(*(rng.normal(size=a.shape) * np.abs(a).mean() for a in right(params, X, Y)))
    for claim in (claimed, *claimed, *(np.round(a, 4) for a in claimed), *(np.round(a, 2) for a in claimed)):
        assert diagnose(params, X, Y, claim).names == ("unknown",)


def test_one_wrong_entry_is_unknown_and_pointed_at():
    params, X, Y = network(3, 4, 2, 5)
    g = right(params, X, Y)
    g.W_h[1, 2] += 0.5
    diagnosis = diagnose(params, X, Y, g)
    assert diagnosis.names == ("unknown",) and diagnosis.alternatives == ()
    assert "25 of 26 numbers agree; W_h[1, 2] is" in diagnosis.evidence
    mean = Params(*(a.T / 5 for a in g))
    assert "25 of 26 numbers agree; W_h[1, 2] is" in diagnose(params, X, Y, mean).evidence


def test_a_mistake_in_one_array_only():
    g = right(RUNNING, RUNNING_X, RUNNING_Y)
    turned = diagnose(RUNNING, RUNNING_X, RUNNING_Y, g._replace(W_out=g.W_out.T))
    assert turned.names == ("transposed",) and "numbers of W_out agree with dW = delta.T @ A" in turned.evidence
    params, X, Y = network(3, 4, 2, 5)
    g = right(params, X, Y)
    forgotten = diagnose(params, X, Y, Params(g.W_h / 5, g.W_out / 5, g.b_h, g.b_out))
    assert forgotten.names == ("factor-n",)
    mixed = diagnose(params, X, Y, Params(g.W_h, g.W_out.T, g.b_h, -g.b_out))
    assert set(mixed.names) == {"transposed", "sign"}
    assert diagnose(params, X, Y, g._replace(W_h=np.ones((3, 4)) / 7)).names == ("unknown",)


def test_digits_as_printed_are_enough():
    g = right(RUNNING, RUNNING_X, RUNNING_Y)
    assert diagnose(RUNNING, RUNNING_X, RUNNING_Y, g.W_out.round(4)).name == "correct"
    assert diagnose(RUNNING, RUNNING_X, RUNNING_Y, g.W_out.round(4).T, "book").name == "transposed"
    assert diagnose(RUNNING, RUNNING_X, RUNNING_Y, g.W_out.astype(np.float32)).name == "correct"
    off = g.W_out.round(4) + [[0.0002, 0], [0, 0]]
    assert diagnose(RUNNING, RUNNING_X, RUNNING_Y, off).name == "unknown"


@pytest.mark.parametrize("decimals", [2, 3, 4, 6])
def test_a_right_gradient_is_right_however_it_is_rounded(decimals):
    for seed in range(500, 506):
        params, X, Y, _ = problem(seed)
        for g, name in ((right(params, X, Y), "correct"), (wrong_gradient(params, X, Y, "sign"), "sign")):
            for claimed in (Params(*(np.round(a, decimals) for a in g)), np.round(g.W_out, decimals)):
                found = diagnose(params, X, Y, claimed)
                assert found.name == name or (found.names == ("unknown",) and "too few digits" in str(found))


TEXTS = [
    "[[-0.2884  0.351 ]\n [-0.077   0.0937]]",
    "array([[-0.2884,  0.3510],\n       [-0.0770,  0.0937]])",
    "tensor([[-0.2884,  0.3510], [-0.0770,  0.0937]], dtype=torch.float64)",
    "-0.2884, 0.3510\n-0.0770, 0.0937",
    "dW2 =\n\n   -0.2884    0.3510\n   -0.0770    0.0937\n",
    "[-0.2884 0.3510; -0.0770 0.0937]",
    "ans =\n\n   1.0e-01 *\n\n   -2.8840    3.5100\n   -0.7700    0.9370\n",
    "-0.2884\t0.3510\n-0.0770\t0.0937",
    r"\begin{pmatrix} -0.2884 & 0.3510 \\ -0.0770 & 0.0937 \end{pmatrix}",
    "{{−.2884, .351}, {−7.70e-2, 9.37e-2}}".replace("}, {", "\n"),
    "[[-2.884e-01  3.510e-01]\n [-7.70e-02  9.37e-02]]",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_matrix_pasted_as_text(text):
    assert diagnose(RUNNING, RUNNING_X, RUNNING_Y, text).names == ("correct",)


def test_a_long_vector_that_numpy_wraps():
    params, X, Y = network(3, 40, 2, 5)
    text = str(right(params, X, Y).b_h)
    assert text.count("\n") > 1 and diagnose(params, X, Y, text).names == ("correct",)


BAD = [
    (
        np.ones((3, 5)),
        r"claimed is \(3, 5\): the gradient of this network has W_h \(3, 4\), W_out \(4, 2\), "
        r"b_h \(4,\), b_out \(2,\), or their transposes",
    ),
    (
        Params(np.ones((3, 4)), np.ones((2, 3))),
        r"claimed.W_out is \(2, 3\): it needs the shape \(4, 2\) or its transpose",
    ),
    (Params(None, None), "claimed holds no array"),
    ("my gradient is wrong", "claimed is text without numbers: expected a matrix .*, got 'my gradient is wrong'"),
    ("1 2\n3", "claimed has rows of 1 and of 2 numbers"),
    ("[[1 2 ... 3 4]]", "leaves numbers out"),
    ("[[nan, 1], [2, 3]]", "claimed holds nan"),
    (np.full((4, 2), np.inf), "claimed holds inf"),
    (np.ones((4, 2)) * 1j, "complex"),
    (np.array([["a"]]), "must hold numbers"),
    ([[1, 2], [3]], "different lengths"),
    (np.ones((0, 2)), "claimed holds no numbers"),
    (None, "claimed"),
    (np.ones((2, 2, 2)), r"claimed is \(2, 2, 2\)"),
]


@pytest.mark.parametrize("claimed, message", BAD)
def test_bad_claims_get_one_sentence(claimed, message):
    params, X, Y = network(3, 4, 2, 5)
    with pytest.raises(ValueError, match=message) as raised:
        diagnose(params, X, Y, claimed)
    assert "\n" not in str(raised.value)


def test_bad_networks_examples_and_conventions():
    params, X, Y = network(3, 4, 2, 5)
    g = right(params, X, Y)
    with pytest.raises(ValueError, match="Y has 4 rows"):
        diagnose(params, X, Y[1:], g)
    with pytest.raises(ValueError, match="convention is 'rows': it must be a Convention or one of book"):
        diagnose(params, X, Y, g, "rows")
    with pytest.raises(ValueError, match=r"claimed\.b_h is given but this network has no biases"):
        diagnose(Params(params.W_h, params.W_out), X, Y, g)
    with pytest.raises(
        ValueError, match="name is 'W-not-transposed': with sizes 3-4-2 it must be one of output-derivative-kept"
    ):
        wrong_gradient(params, X, Y, "W-not-transposed")


def test_arguments_stay_as_they_are_and_may_be_float32_or_lists():
    params, X, Y = network(3, 4, 2, 5)
    g = right(params, X, Y)
    copies = frozen(params, X, Y, g)
    assert diagnose(params, X, Y, g).name == "correct"
    assert_same([params, X, Y, g], copies)
    assert diagnose(params, X, Y, g.W_out.tolist()).name == "correct"
    params, X, Y = network(3, 4, 2, 5, dtype=np.float32)
    assert diagnose(params, X, Y, right(params, X, Y)).name == "correct"
    assert isinstance(diagnose(params, X, Y, params.W_h), Diagnosis)


@pytest.mark.parametrize("name", SINGLE)
def test_the_wrong_gradients_of_the_table_are_those_written_here(name):
    params, X, Y = network(4, 4, 4, 5)
    claimed = wrong_gradient(params, X, Y, name)
    assert {name} in readings(diagnose(params, X, Y, claimed, "book"))
    assert not all(np.allclose(a, b) for a, b in zip(claimed, right(params, X, Y)))


SECTIONS = sorted({row.section for row in (*MISTAKES, *VERDICTS.values())})


def test_every_section_stands_in_the_chapter_it_is_said_to_be_in():
    for section in SECTIONS:
        name = re.fullmatch(rf"chapters/(\w+)\.html#{section}", page(section))[1]
        markdown, _ = rules.read(rules.ROOT / "chapters" / f"{name}.ipynb")
        assert section in rules.targets(markdown), section


def test_every_section_is_an_anchor_of_the_built_book(book):
    for section in SECTIONS:
        file, anchor = page(section).split("#")
        assert f'id="{anchor}"' in (book / file).read_text("utf-8"), page(section)


# --- other networks ---------------------------------------------------------------------------------------------------
NETWORKS = [("tanh", "sigmoid", "cross-entropy", 0.0, (3, 4, 2)), ("tanh", "softmax", "cross-entropy", 0.0, (3, 4, 3)),
            ("relu", "identity", "half-squared", 0.0, (3, 5, 2)), ("identity", "tanh", "squared", 0.0, (3, 4, 2)),
            ("sigmoid", "sigmoid", "half-squared", 0.1, (3, 4, 2)), ("tanh", "identity", "squared", 0.0, (2, 4, 3, 2)),
            ("sigmoid", "sigmoid", "cross-entropy", 0.0, (3, 2))]


def described(hidden, output, loss, lam, sizes):
    """Return layers, X, Y, the right gradient by the complex step of the loss, and the keywords of diagnose."""
    rng = np.random.default_rng(len(sizes))
    layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in pairwise(sizes)]
    X, Y = rng.normal(size=(5, sizes[0])), np.eye(sizes[-1])[rng.integers(0, sizes[-1], 5)]

    def J(arrays):
        A = X
        for W, b in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
            Z = A @ W + b
            A = {"sigmoid": sig(Z), "tanh": np.tanh(Z), "identity": Z, "relu": Z * (Z.real > 0)}[hidden]
        Z = A @ arrays[-2] + arrays[-1]
        e = np.exp(Z)
        A = {"sigmoid": sig(Z), "tanh": np.tanh(Z), "identity": Z, "softmax": e / e.sum(axis=1, keepdims=True)}[output]
        penalty = lam / 2 * sum(np.sum(W**2) for W in arrays[::2])
        if loss != "cross-entropy":
            return np.sum((A - Y) ** 2) / (2 if loss == "half-squared" else 1) + penalty
        return -np.sum(Y * np.log(A) + (0 if output == "softmax" else (1 - Y) * np.log(1 - A))) + penalty

    arrays = [array for layer in layers for array in layer]
    gradient = [np.zeros(array.shape) for array in arrays]
    for k, array in enumerate(arrays):
        for at in np.ndindex(array.shape):
            nudged = [other.astype(complex) for other in arrays]
            nudged[k][at] += 1e-30j
            gradient[k][at] = J(nudged).imag / 1e-30
    right_layers = list(zip(gradient[::2], gradient[1::2], strict=True))
    return layers, X, Y, right_layers, {"hidden": hidden, "output": output, "loss": loss, "lam": lam}


@pytest.mark.parametrize("said", NETWORKS, ids=lambda said: "-".join(map(str, said[:3])))
def test_the_right_gradient_of_a_described_network_is_correct(said):
    layers, X, Y, gradient, keywords = described(*said)
    assert diagnose(layers, X, Y, gradient, **keywords).names == ("correct",)
    unsaid = diagnose(layers, X, Y, gradient)
    assert unsaid.name in ("correct", "unknown") and (unsaid.name == "correct" or keywords["lam"])


@pytest.mark.parametrize("said", NETWORKS, ids=lambda said: "-".join(map(str, said[:3])))
def test_every_mistake_of_a_described_network_is_named_or_listed(said):
    layers, X, Y, _, keywords = described(*said)
    for name in code_of(layers, X, Y, **keywords):
        wrong = wrong_gradient(layers, X, Y, name, **keywords)
        assert {name} in readings(diagnose(layers, X, Y, wrong, "book", **keywords)), name


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (4, 3, 5, 3), (2, 4, 3, 2, 3)], ids=str)
def test_every_mistake_is_named_or_listed_in_every_network(sizes):
    """Every fifth mistake in each: all in all would take a quarter of an hour."""
    rng, missed = np.random.default_rng(len(sizes)), []
    for first, (net, lam) in enumerate(product(every_description(len(sizes) - 2, np.eye(2)), (0.0, 0.1))):
        hidden = net.hidden[0] if net.hidden else "sigmoid"
        said = {"hidden": hidden, "output": net.output, "loss": net.loss, "lam": lam}
        layers, X, Y = alive(sizes, rng, said)
        for name in list(code_of(layers, X, Y, **said))[first % 5::5]:
            wrong = wrong_gradient(layers, X, Y, name, eta=0.05, **said)
            found = diagnose(layers, X, Y, wrong, "book", **said)
            if {name} not in readings(found) and f"{name} would give them" not in found.evidence:
                missed.append((said, name))
    assert missed == []


def alive(sizes, rng, said):
    """Return layers, X and Y in which no array of the gradient is 0, as it is behind a layer of dead ReLUs."""
    while True:
        layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in pairwise(sizes)]
        X, Y = rng.normal(size=(6, sizes[0])), np.eye(sizes[-1])[rng.integers(0, sizes[-1], 6)]
        without_penalty = said | {"lam": 0.0}
        if all(a.any() for layer in wrong_gradient(layers, X, Y, "sign", **without_penalty) for a in layer):
            return layers, X, Y


TEN = [(said[4], dict(zip(("hidden", "output", "loss", "lam"), said[:4], strict=True))) for said in NETWORKS] + [
    ((2, 2, 2), {}), ((2, 3, 1), {}), ((2, 3, 3, 2, 2), {"hidden": "relu", "output": "softmax"})]


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "said"), TEN, ids=str)
def test_random_gradients_of_ten_networks_are_unknown(sizes, said):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        layers = [(rng.normal(size=shape), rng.normal(size=shape[1])) for shape in pairwise(sizes)]
        n = int(rng.integers(1, 7))
        X, Y = rng.normal(size=(n, sizes[0])), np.eye(sizes[-1] + 1)[rng.integers(0, sizes[-1], n)][:, :sizes[-1]]
        digits = (15, 4, 2)[seed % 3]
        claimed = [tuple(np.round(rng.normal(size=a.shape), digits) for a in layer) for layer in layers]
        assert diagnose(layers, X, Y, claimed, **said).names == ("unknown",)


def test_the_slope_in_some_arrays_only_points_to_a_squared_error():
    params, X, Y = network(3, 4, 2, 1)
    squared = wrong_gradient(params, X, Y, "output-slope-missing-in-way-back", loss="half-squared")
    found = diagnose(params, X, Y, squared)
    assert found.names == ("output-slope-missing-in-way-back",) and "half the squared error" in found.evidence


def test_a_right_gradient_of_the_squared_error_is_listed_where_no_loss_was_said():
    params, X, Y = network(3, 4, 2, 5)
    claimed = wrong_gradient(params, X, Y, "output-derivative-kept")
    found = diagnose(params, X, Y, claimed)
    assert found.names == ("output-derivative-kept",) and "loss=half-squared" in found.alternatives[0]
    assert diagnose(params, X, Y, claimed, loss="half-squared").names == ("correct",)


def test_targets_that_no_cross_entropy_has_are_refused_with_the_cure():
    params, X, Y = network(3, 4, 2, 5)
    with pytest.raises(ValueError, match=r"Y holds .* must lie in .*: for a squared error say"):
        diagnose(params, X, 3 * Y, right(params, X, Y).W_out + 1.0)


HELD = {
    "a dictionary, out by in": lambda p, g: ({"W1": p.W_h.T, "b1": p.b_h[:, None], "W2": p.W_out.T, "b2": p.b_out},
                                             {"dW1": g.W_h.T, "db1": g.b_h, "dW2": g.W_out.T, "db2": g.b_out}),
    "lists": lambda p, g: ([p.W_h, p.b_h, p.W_out, p.b_out], [g.W_h, g.b_h, g.W_out, g.b_out]),
    "layers": lambda p, g: ([(p.W_h, p.b_h), (p.W_out, p.b_out)], [(g.W_h, g.b_h), (g.W_out, g.b_out)]),
    "biases in the first column": lambda p, g: tuple(
        [np.column_stack([b, W.T]) for W, b in ((a.W_h, a.b_h), (a.W_out, a.b_out))] for a in (p, g)),
    "a vector": lambda p, g: (p, np.concatenate([a.ravel() for a in (g.W_h, g.b_h, g.W_out, g.b_out)])),
    "a pasted dictionary": lambda p, g: (p, str({"dW1": g.W_h, "dW2": g.W_out})),
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
@pytest.mark.parametrize("columns", [False, True])
def test_arrays_are_read_as_they_are_held(held, columns):
    params, X, Y = network(3, 4, 2, 5)
    for name in ("net-input-used", "sign"):
        given, claimed = held(params, wrong_gradient(params, X, Y, name))
        found = diagnose(given, X.T if columns else X, Y.T if columns else Y, claimed)
        assert found.names == (name,) and ("examples are columns" in "".join(found.read_as)) == columns


def flat(layers, order="C"):
    return np.concatenate([a.ravel(order) for layer in layers for a in layer])


UNUSUAL = {
    "float32": lambda L, X, Y, g: (L, X, Y, [(a.astype("f4"), b.astype("f4")) for a, b in g]),
    "three decimals, pasted": lambda L, X, Y, g: (L, X, Y, str({"dW1": g[0][0].round(3), "dW2": g[1][0].round(3)})),
    "columns": lambda L, X, Y, g: ([a.T if a.ndim > 1 else a[:, None] for layer in L for a in layer], X.T, Y.T,
                                   [a.T if a.ndim > 1 else a[:, None] for layer in g for a in layer]),
    "the mean of the examples": lambda L, X, Y, g: (L, X, Y, [(a / 5, b / 5) for a, b in g]),
    "the mean of all entries": lambda L, X, Y, g: (L, X, Y, [(a / 10, b / 10) for a, b in g]),
    "one matrix": lambda L, X, Y, g: (L, X, Y, {"W1": g[0][0]}),
    "one bias, a row": lambda L, X, Y, g: (L, X, Y, {"b2": g[1][1][None]}),
    "the last layer first": lambda L, X, Y, g: (L, X, Y, {"db2": g[1][1], "dW2": g[1][0], "db1": g[0][1],
                                                          "dW1": g[0][0]}),
    "inputs of 0": lambda L, X, Y, g: (L, 0 * X, Y, {"dW1": -0.0 * g[0][0]}),
    "class labels": lambda L, X, Y, g: (L, X, Y.argmax(axis=1), g),
    "truth values": lambda L, X, Y, g: (L, X, Y.astype(bool), g),
    "whole numbers": lambda L, X, Y, g: (L, X, Y.astype(int), g),
    "lists": lambda L, X, Y, g: ([[a.tolist() for a in layer] for layer in L], X.tolist(), Y.tolist(),
                                 [[a.tolist() for a in layer] for layer in g]),
    "a vector": lambda L, X, Y, g: (L, X, Y, flat(g)),
    "a vector by columns": lambda L, X, Y, g: (L, X, Y, flat(g, "F")),
    "a vector standing": lambda L, X, Y, g: (L, X, Y, flat(g)[:, None]),
    "biases below": lambda L, X, Y, g: ([np.vstack(layer) for layer in L], X, Y, [np.vstack(layer) for layer in g]),
    "biases below, ones beside": lambda L, X, Y, g: ([np.vstack(layer) for layer in L],
                                                     np.column_stack([X, np.ones(len(X))]), Y,
                                                     [np.vstack(layer) for layer in g]),
    "every example twice": lambda L, X, Y, g: (L, np.vstack([X, X]), np.vstack([Y, Y]), [(2 * a, 2 * b) for a, b in g]),
    "a difference quotient": lambda L, X, Y, g: (L, X, Y, [(a * (1 + 1e-9) + 1e-10, b - 1e-10) for a, b in g]),
    "no biases kept": lambda L, X, Y, g: (L, X, Y, [(a, None) for a, _ in g]),
}


@pytest.mark.parametrize("unusual", UNUSUAL.values(), ids=UNUSUAL)
def test_a_right_gradient_in_an_unusual_form_is_correct(unusual):
    layers, X, Y, gradient, _ = described("sigmoid", "sigmoid", "cross-entropy", 0.0, (3, 4, 2))
    assert diagnose(*unusual(layers, X, Y, gradient)).name == "correct"


@pytest.mark.parametrize(("said", "claim"), [
    (("relu", "softmax", "cross-entropy", 0.0, (3, 5, 3)), lambda W, dW, n: dW.T / n),
    (("tanh", "tanh", "half-squared", 0.0, (2, 3, 3, 2)), lambda W, dW, n: dW / n),
    (("sigmoid", "sigmoid", "cross-entropy", 0.05, (3, 4, 2)), lambda W, dW, n: (dW - 0.05 * W) / n + 0.05 * W),
], ids=["transposed and averaged", "averaged", "only the loss averaged, not its penalty"])
def test_a_right_gradient_of_a_described_network_in_another_convention(said, claim):
    layers, X, Y, gradient, keywords = described(*said)
    claimed = [(claim(W, dW, len(X)), db / len(X)) for (W, _), (dW, db) in zip(layers, gradient, strict=True)]
    assert diagnose(layers, X, Y, claimed, **keywords).name == "correct"
