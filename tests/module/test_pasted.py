"""What a person pastes is read as it is meant, or refused in a sentence that says what to do; nothing of it is run."""
import json
import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

from backprop import Convention, Params, backward, diagnose, forward
from backprop.doctor import pasted, wrong_gradient
from networks import network

PARAMS, X, Y = network(3, 4, 2, 5)
NETWORK = PARAMS, X, Y
WRONG = wrong_gradient(*NETWORK, "net-input-used")
NAMES = ("W_h", "W_out", "b_h", "b_out")


def lists(gradient, *names):
    return {name: array.tolist() for name, array in zip(names, gradient)}


def state_dict(gradient, *names):
    """Return a dictionary as PyTorch printed it until Python 3.12."""
    inside = ", ".join(f"('{name}', tensor({array.tolist()}))" for name, array in zip(names, gradient))
    return f"OrderedDict([{inside}])"


def in_latex(matrix):
    rows = (" & ".join(map(str, row)) for row in matrix)
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


FORMS = {
    "a dictionary of lists": lambda g: str(lists(g, *NAMES)),
    "JSON": lambda g: json.dumps(lists(g, "dW1", "dW2", "db1", "db2")),
    "a printed dictionary": lambda g: str(dict(zip(("dW1", "dW2", "db1", "db2"), g))),
    "a printed Params": str,
    "lines": lambda g: "\n".join(f"grad_{name} = {array}" for name, array in zip(NAMES, g)),
    "lines with remarks": lambda g: "\n".join(
        f"d{name} = np.array({array.tolist()}, dtype=np.float64)   # 2 of 4" for name, array in zip(NAMES, g)),
    "a shell": lambda g: "\n".join(f">>> d{name}\n{array!r}" for name, array in zip(NAMES, g)),
    "a state_dict": lambda g: state_dict(g, "fc1.weight", "fc2.weight", "fc1.bias", "fc2.bias"),
    "entries of a dictionary": lambda g: "\n".join(f"grads['d{name}'] = {array}" for name, array in zip(NAMES, g)),
    "a list of arrays": lambda g: str([g[0], g[2], g[1], g[3]]),
    "arrays one after the other": lambda g: "\n".join(str(array) for array in (g[0], g[2], g[1], g[3])),
    "layers": lambda g: str([{"W1": g[0], "b1": g[2]}, {"W2": g[1], "b2": g[3]}]),
    "LaTeX": lambda g: "\n".join(rf"d{name} = {in_latex(np.atleast_2d(array))}" for name, array in zip(NAMES, g)),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_gradient_is_read_in_the_forms_that_programs_print(form):
    found = pasted.judge(form(WRONG), NETWORK)
    assert found.names == ("net-input-used",) and len(found.arrays) == 4


@pytest.mark.parametrize("form", ["all with names", "two dictionaries", "W and dW in one dictionary"])
def test_a_network_and_its_examples_are_taken_from_the_text(form):
    rng = np.random.default_rng(3)
    W, X, Y = [rng.normal(size=s) for s in ((2, 5), (5, 4), (4, 3))], rng.normal(size=(6, 2)), np.eye(3)[[0, 1, 2] * 2]
    said = {"hidden": ["relu", "tanh"], "output": "softmax"}
    dW = [layer[0] for layer in wrong_gradient(W, X, Y, "sign", **said)]
    own = {f"W{k}": w.tolist() for k, w in enumerate(W, 1)}
    theirs = {f"dW{k}": w.tolist() for k, w in enumerate(dW, 1)}
    text = {
        "all with names": "\n".join(f"{name} = {w}" for name, w in (own | theirs).items()),
        "two dictionaries": f"params = {own}\nmy_grads = {({name[1:]: w for name, w in theirs.items()})}",
        "W and dW in one dictionary": str(own | theirs),
    }[form] + f"\nX = {X.tolist()}\nY = {Y.tolist()}\nloss = 0.7"
    found = pasted.judge(text, NETWORK, **said)
    assert found.names == ("sign",) and found.arrays == tuple((f"W_{k}", "sign") for k in (1, 2, 3))
    assert found.assumed.startswith("2-5-4-3 with relu and tanh hidden units, softmax outputs")
    assert "left aside: loss" in found.read_as


def test_array_by_array():
    right = backward(PARAMS, forward(PARAMS, X), X, Y)
    mixed = right._replace(W_h=-right.W_h, b_out=right.b_out + [0.1, 0])
    found = diagnose(*NETWORK, mixed)
    assert dict(found.arrays) == {"W_h": "sign", "b_h": "right", "W_out": "right", "b_out": "1 of 2 numbers agree"}
    assert found.assumed == "3-4-2 with sigmoid hidden units, sigmoid outputs and the cross-entropy, n = 5"
    assert diagnose(*NETWORK, np.full((3, 4), 0.123456)).arrays == (("W_h", "0 of 12 numbers agree"),)
    means = Params(*(array / len(X) for array in right))
    assert {verdict for _, verdict in diagnose(*NETWORK, means, Convention("in,out", "mean")).arrays} == {"right"}


def test_the_name_of_one_array_counts_where_it_names_a_layer():
    assert list(pasted.read("dW_out = [[1, 2], [3, 4]]").claimed) == ["dW_out"]
    assert pasted.read("dW1 = [[1, 2], [3, 4]]").claimed.tolist() == [[1, 2], [3, 4]], "counted from 0 or from 1"
    assert list(pasted.read("W0 = [[1]], W1 = [[2]], X = [1], Y = [1], dW1 = [[3]]").claimed) == ["dW1"]


def test_zeros_are_filled_in_and_nothing_is_no_array():
    read = pasted.read("b1 = np.zeros((1, 3)), b_h = None, W1 = [[1, 2, 3]]").claimed
    assert read["b1"].tolist() == [[0, 0, 0]] and list(read) == ["b1", "W1"]


def test_a_network_without_a_gradient():
    text = "params = " + str(Params(*map(np.ndarray.tolist, PARAMS))) + f"; X = {X.tolist()}; Y = {Y.tolist()}"
    params, read_X, read_Y = pasted.network(text)
    assert all((params[name] == array).all() for name, array in zip(NAMES, PARAMS))
    assert (read_X == X).all() and (read_Y == Y).all()
    with pytest.raises(ValueError, match="must name the weights"):
        pasted.network("W1 = [[1]], X = [[1]]")


BAD = {
    "": "nothing is here yet: name the arrays",
    "my gradient is off": "there are no numbers",
    "dW1 = X.T @ delta / 3": "dW1 holds 'X.T', and nothing that is pasted is run",
    "dW1 = [[1, 2]] / 3": r"dW1 is computed from an array \('/ 3'\)",
    "dW1 = -np.array([[1, 2]])": "dW1 holds '-'",
    "dW1 = [[0.5, 1.5], [0.2": "dW1 breaks off",
    "dW1 = [[1, 2], [3]]": "dW1 has rows of 1 and of 2 numbers",
    "[[[1, 2]], [[3, 4]]]": "more brackets",
    "dW1, db1 = [[1, 2]], [3, 4]": "db1 is followed by an array without a name",
    "dW1 = [[1]], dW1 = [[2]]": "dW1 stands there twice",
    "dW1 = [[1]], grad_W1 = [[2]]": "dW1, grad_W1 stands there twice",
    "W1 = [[1]], X = [[1]], Y = [[1]]": "which of W1 is the gradient",
    "a = {'W1': [[1]]}; b = {'W1': [[2]]}": "which of W1 is the gradient",
    "W1 = [[1]], dW1 = [[2]]": "W1 came without X and Y",
    "X = [[1]], dW1 = [[2]]": "X came without the weights",
    "X = [[1]], X = [[1]], dW1 = [[2]]": "X stands there twice",
    "mine = [[1, 2]], yours = [[3, 4]]": "no weights and no biases are named here: it has mine, yours",
    "[[1 2 ... 3 4]]": "leaves numbers out",
    "[[1, nan]]": "holds nan",
    "[1e999]": "holds inf",
    "[1e99999999999999999999]": "beyond what a float can hold",
    "dW1 = np.zeros((99999, 99999))": "at most 10,000 numbers are filled in",
    "[1, 2], " * 50: "more than 40 arrays",
    "9" * 100: "a word or number of more than 80 characters",
    "x" * 2_000_001: "at most 2,000,000 are read",
    "__import__('os').system('touch /tmp/x')": "there are no numbers",
    "open('/etc/passwd', 2)": "the text holds 'open'",
}


@pytest.mark.parametrize("text, message", BAD.items(), ids=[text[:30] for text in BAD])
def test_what_cannot_be_read_is_one_sentence(text, message):
    with pytest.raises(ValueError, match=message) as raised:
        pasted.judge(text, NETWORK)
    assert "\n" not in str(raised.value) and len(str(raised.value)) < 400


PIECES = ["dW1", "W_out", "X", "=", ":", "[", "]", "(", ")", "{", "}", ",", "'", "1", "-0.5", "e", "array", " ", "\n",
          ">>>", "np.", "zeros", "...", "*", "#", "\\", "&", ";", "Out[1]:", "dtype=", "1.0e-01 *", "nan", "<", "\0",
          "²", "{pmatrix}"]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_text_is_read_or_refused(pieces):
    try:
        pasted.judge("".join(pieces), NETWORK)
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize("piece", [*PIECES, "a=", "'a':", "[1,", "(1,)", "('a',", "dtype=<", "[[1]],", "dW=[[", "a.a "])
def test_no_text_of_a_page_takes_long(piece):
    text = (piece * 20_000)[:20_000]
    start = time.process_time()
    try:
        pasted.judge(text, NETWORK)
    except ValueError as error:
        assert str(error)
    assert time.process_time() - start < 2
