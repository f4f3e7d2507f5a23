"""Name the mistake that gives a wrong gradient its digits.

`mistakes` is a table: each row spoils one line of the backward pass, which `passes` runs for the network that
`description` describes. To diagnose is to run the pass with every mistake and every pair of them, in every
convention, and to see which result has the claimed digits (`search`). `given` and `claims` read what is handed in,
`words` says what was found.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop import validate
from backprop.conventions import Convention, preset
from backprop.doctor import claims, given, search, words
from backprop.doctor.description import described, every_description, forward, redescribed
from backprop.doctor.mistakes import (
    MISSING,
    MISTAKES,
    ON_BIASES,
    ONE_EXAMPLE,
    STALE,
    TRANSPOSED,
    TWICE,
    VERDICTS,
    Choice,
    Sizes,
    choices,
    page,
)
from backprop.doctor.passes import Passes
from backprop.doctor.words import Diagnosis
from backprop.mlp import Params

__all__ = ["MISTAKES", "VERDICTS", "Diagnosis", "code_of", "diagnose", "page", "wrong_gradient"]
UNSAID = ("sigmoid", "sigmoid", "cross-entropy", 0.0)
FEW = 2_000                    # numbers up to which pairs of mistakes are tried under other losses, too
NOTHING = search.Found([], [], ())


def diagnose(params: Any, X: Any, Y: Any, claimed: Any, convention: Convention | str | None = None, *,
             hidden: str | Sequence[str] = "sigmoid", output: str = "sigmoid", loss: str = "cross-entropy",
             lam: float = 0.0) -> Diagnosis:
    """Return the Diagnosis of a claimed gradient of the loss of params on the examples X (n, m), Y (n, t).

    params is a Params, a dictionary such as {"W1": ..., "b1": ...}, a list of arrays or of layers, of any depth.
    claimed is the same, or one of its arrays, a vector that holds them all, the two columns of a gradient check, or
    printed text. Weights may be (out, in), examples columns, biases folded into W, Y flat or class labels; what was
    turned is in `read_as`.

    hidden (one name, or one for each hidden layer) is sigmoid, tanh, relu or identity; output is sigmoid, identity,
    softmax or tanh; loss is cross-entropy, half-squared or squared; lam is the λ of a penalty λ/2 Σ w² on the
    weights. convention, a Convention or the name of a preset, says how claimed is meant; None tries all. If nothing
    is said and nothing fits, other networks are tried. Raises ValueError, with the cure, for shapes that fit no
    layout, text without numbers, and NaN.

    >>> from backprop import init_params
    >>> params = init_params(3, 4, 2, np.random.default_rng(0))
    >>> X, Y = np.array([[0.2, -1.0, 0.5], [1.5, 0.3, -0.7]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> diagnose(params, X, Y, wrong_gradient(params, X, Y, "sign")).names
    ('sign',)
    """
    asked = None if convention is None else preset(convention)
    said = (hidden, output, loss, lam)
    unknown, refused = None, None
    for network in given.read(params, X, Y):
        try:
            with np.errstate(all="ignore"):                                # saturated units divide by 0 in wrong lines
                found = _judge(network, claimed, asked, said)
        except ValueError as error:
            refused = refused or error
            continue
        if found.names != ("unknown",):
            return found
        unknown = unknown or found
    if unknown is None:
        raise refused
    return unknown


def _judge(network, claimed, asked, said):
    """Return the Diagnosis of a claim for one reading of params, X and Y."""
    assumed = described(len(network.W) - 1, *said)
    allowed = assumed.squared or ((network.Y >= 0) & (network.Y <= 1)).all()
    if said != UNSAID and not allowed:
        _refuse_targets(network.Y)
    first = _case(network, forward(network.W, network.b, network.X, network.Y, assumed), asked)
    read = claims.read(claimed, first.net, network.numbers, network.folded)
    found, claim = (
        _best([(search.explain(first, claim.parts), claim) for claim in read]) if allowed else (NOTHING, read[0])
    )
    tells = any(part.tells for claim in read for part in claim.parts)
    if said == UNSAID and tells and (not found.readings or found.left or found.readings[0].choices):
        found, claim = _elsewhere(network, first, read, asked, found, claim)
    if said == UNSAID and found.left and found.readings and search.slope_kept(found.readings[0]):
        found = found._replace(readings=[])                                # with another loss this may be no mistake
    if not found.readings and not allowed:
        _refuse_targets(network.Y)
    if not found.readings:
        return words.unknown(first, read, found.weak, network.said)
    return words.diagnosis(found, assumed, (*network.said, *claim.said))


def _refuse_targets(Y):
    """Raise ValueError for targets that no cross-entropy has."""
    worst = Y.flat[int(np.argmax(np.maximum(Y - 1, -Y)))]
    raise ValueError(
        f"Y holds {worst:g} and the targets of a cross-entropy must lie in [0, 1]: for a squared error say "
        "loss='half-squared' or loss='squared', with output='identity' if the outputs have no sigmoid"
    )


def _case(network, net, asked):
    """Return what is known before anything is claimed."""
    bias = "first-row" if network.folded == "first" else "vector"
    return search.Case(net, Passes(net), choices(net), asked or Convention(network.weights, "sum", bias), asked is None)


def _best(found):
    """Return what the search gave for the claim it explains best, with the readings of others, and that claim."""

    def simplest(pair):
        result, claim = pair
        return (
            not result.readings,
            len(result.left),
            result.readings[0].rank[:1] if result.readings else (),
            claim.order,
        )

    best, claim = min(found, key=simplest)
    others = [
        r for result, _ in found for r in result.readings if result is not best and len(result.left) == len(best.left)
    ]
    readings = [*best.readings[:1], *sorted([*best.readings[1:], *others], key=lambda reading: reading.rank)]
    weak = sorted((r for result, _ in found for r in result.weak), key=lambda reading: reading.rank)
    return search.Found(readings, weak, best.left), claim


def _elsewhere(network, first, read, asked, found, claim):
    """Return what the search gave, with what other networks explain.

    Before it if nothing else does or nothing is wrong there.
    """
    known = bool(found.readings and not found.left)
    doubtful = not known or search.split(found.readings[0])
    most = int(not known or search.slope_kept(found.readings[0]))
    results = [_best([(search.glance(case, claim.parts, most), claim) for claim in read])
               for case in _others(network, first.net, asked)]
    if doubtful:
        results += [_best([(search.explain(case, claim.parts), claim) for claim in read])
                    for case in _others(network, first.net, asked) if _likely(case, first.net, read)]
    complete = [(result, which) for result, which in results if result.readings and not result.left
                and (not known or result.readings[0].mistakes < found.readings[0].mistakes + doubtful)]
    if not complete:
        return found, claim
    best, which = min(complete, key=lambda pair: pair[0].readings[0].rank)
    others = [result.readings[0] for result, _ in complete if result is not best]
    two_for_none = known and found.readings[0].mistakes >= search.MOST and not best.readings[0].choices
    if doubtful or two_for_none:
        return best._replace(readings=[*best.readings, *others, *(found.readings if known else [])]), which
    return found._replace(readings=[found.readings[0], best.readings[0], *others, *found.readings[1:]]), claim


def _others(network, net, asked):
    """Yield the Cases of the networks that were not assumed."""
    assumed = net.description
    for other in every_description(net.L - 1, net.Y):
        net = redescribed(net, other)
        if other != assumed:
            yield _case(network, net, asked)._replace(other=True)


def _likely(case, assumed, read):
    """Say whether pairs of mistakes are tried in another network.

    It has only another loss, and a claim can be evidence.
    """
    there, here = case.net.description, assumed.description
    size = sum(part.count for part in read[0].parts)
    enough = max(search.written(claim.parts) for claim in read) >= search.needed(search.MOST, case)
    return (there.hidden, there.output) == (here.hidden, here.output) and size <= FEW and enough


def wrong_gradient(params, X, Y, name, eta=0.5, *, hidden="sigmoid", output="sigmoid", loss="cross-entropy", lam=0.0):
    """Return the gradient with the mistake of this name, made in the first way that the network allows.

    Returns Params for Params, otherwise a list of (dW, db) for each layer. eta is the learning rate of weights that are
    updated too early. Raises ValueError for a name that is not in the table, a network that forbids the mistake, and as
    diagnose does.
    """
    net = _net(params, X, Y, hidden, output, loss, lam)
    eta = float(validate.finite("eta", validate.array("eta", eta)))
    rows = _first_ways(net)
    if not isinstance(name, str) or name not in rows:
        raise ValueError(f"name is {name!r}: with sizes {net.sizes} it must be one of {', '.join(rows)}")
    with np.errstate(all="ignore"):
        layers = [_finished(net, layer, rows[name], eta) for layer in range(1, net.L + 1)]
    if getattr(params, "_fields", None) == Params._fields:
        return Params(layers[0][0], layers[1][0], layers[0][1], layers[1][1])
    return layers


def code_of(params, X, Y, *, hidden="sigmoid", output="sigmoid", loss="cross-entropy", lam=0.0):
    """Return {name: what stands in a program} for the mistakes that a network allows, each in its first way."""
    net = _net(params, X, Y, hidden, output, loss, lam)
    return {name: words.code(choice, net) for name, choice in _first_ways(net).items()}


def _net(params, X, Y, hidden, output, loss, lam):
    network = given.read(params, X, Y)[0]
    return forward(network.W, network.b, network.X, network.Y, described(len(network.W) - 1, hidden, output, loss, lam))


def _first_ways(net):
    """Return {name: Choice} of the mistakes that a network allows, in the order of the table."""
    rows = {}
    for row, mistake in enumerate(MISTAKES):
        ways = [((), 0)] if row == ONE_EXAMPLE and net.b[-1] is not None else mistake.ways(net)
        if ways:
            rows.setdefault(mistake.name, Choice(row, *ways[0]))
    return rows


def _finished(net, layer, choice, eta):
    """Return (dW, db) of a layer with one mistake."""
    run, line, lam = Passes(net), choice.mistake.line, net.description.lam
    made = () if line in ("scale", "layout", "penalty") or choice.row == ONE_EXAMPLE else (choice,)
    if choice.row == STALE:
        made = (choice._replace(way=eta),)
    dW, db = run.dW(layer, made), None if net.b[layer] is None else run.db(layer, made)
    if choice.row == ONE_EXAMPLE:
        db = run.delta(layer, ())[choice.way]
    dW = dW + lam * net.W[layer] * {MISSING: 0, TWICE: 2}.get(choice.row, 1)
    if choice.row == ON_BIASES:
        db = db + lam * net.b[layer]
    if choice.row == TRANSPOSED:
        dW = dW.T
    factor = choice.mistake.spoil(Sizes(net.n, net.t, len(net.W[layer])), choice.way) if line == "scale" else 1
    return factor * dW, None if db is None else factor * db
