"""Name the mistake that gives a wrong gradient its digits.

`mistakes` is a table: each row spoils one line of the backward pass, which `passes` runs for the network that `description`
describes. To diagnose is to run the pass with every mistake and every pair of them, in every convention, and to see which
result has the claimed digits (`search`). `given` and `claims` read what is handed in, `words` says what was found.
"""
from backprop import validate
from backprop.conventions import Convention, preset
from backprop.doctor import claims, given, search, words
from backprop.doctor.description import described, every_description, forward
from backprop.doctor.mistakes import (MISSING, MISTAKES, ON_BIASES, ONE_EXAMPLE, STALE, TRANSPOSED, TWICE, VERDICTS, Choice,
                                      page)
from backprop.doctor.passes import Passes
from backprop.doctor.words import Diagnosis
from backprop.mlp import Params

__all__ = ["MISTAKES", "VERDICTS", "Diagnosis", "diagnose", "page", "wrong_gradient"]
UNSAID = ("sigmoid", "sigmoid", "cross-entropy", 0.0)


def diagnose(params, X, Y, claimed, convention=None, *, hidden="sigmoid", output="sigmoid", loss="cross-entropy", lam=0.0):
    """Return the Diagnosis of a claimed gradient of the loss of params on the examples X (n, m), Y (n, t).

    params is a Params, a dictionary such as {"W1": ..., "b1": ...}, a list of arrays or of layers, of any depth. claimed is
    the same, or one of its arrays, a vector that holds them all, the two columns of a gradient check, or printed text.
    Weights may be (out, in), examples columns, biases folded into W, Y flat or class labels; what was turned is in `read_as`.

    hidden (one name, or one for each hidden layer) is sigmoid, tanh, relu or identity; output is sigmoid, identity, softmax
    or tanh; loss is cross-entropy, half-squared or squared; lam is the λ of a penalty λ/2 Σ w² on the weights. convention, a
    Convention or the name of a preset, says how claimed is meant; None tries all. If nothing is said and nothing fits, other
    networks are tried. Raises ValueError, with the cure, for shapes that fit no layout, text without numbers, and NaN.
    """
    asked = None if convention is None else preset(convention)
    said = (hidden, output, loss, lam)
    unknown, refused = None, None
    for network in given.read(params, X, Y):
        try:
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
    depth = len(network.W) - 1
    assumed = described(depth, *said)
    if said != UNSAID or ((network.Y >= 0) & (network.Y <= 1)).all():
        if not assumed.squared:
            validate.targets(network.Y, *network.Y.shape)
        first = _case(network, assumed, asked)
        read = claims.read(claimed, first.net, network.numbers, network.folded)
        found, claim = _explained(first, read)
    else:
        first, found, claim, read = None, None, None, []
    if said == UNSAID and (found is None or not found.readings or found.left or found.readings[0].choices):
        found, claim = _elsewhere(network, claimed, asked, assumed, found, claim)
    if first is None and not found:
        validate.targets(network.Y, *network.Y.shape)
    if found is None or not found.readings:
        return words.unknown(first, read, found.weak if found else [], network.said)
    return words.diagnosis(found, assumed, (*network.said, *claim.said))


def _case(network, assumed, asked):
    """Return what is known before anything is claimed."""
    net = forward(network.W, network.b, network.X, network.Y, assumed)
    bias = "first-row" if network.folded == "first" else "vector"
    return search.Case(net, Passes(net), asked or Convention(network.weights, "sum", bias), asked is None)


def _explained(case, read, most=search.MOST):
    """Return what the search gave for the claim that it explains best, and that claim."""
    found = [(search.explain(case, claim.parts, most), claim) for claim in read]
    best = min(found, key=lambda pair: (not pair[0].readings, len(pair[0].left), pair[0].readings[0].rank[:1] if pair[0].readings else (),
                                        pair[1].order))
    everything = sorted((r for result, _ in found for r in result.readings if len(result.left) == len(best[0].left)), key=lambda r: r.rank)
    weak = sorted((r for result, _ in found for r in result.weak), key=lambda r: r.rank)
    first = best[0].readings[:1]
    return search.Found(first + [r for r in everything if r not in first], weak, best[0].left), best[1]


def _elsewhere(network, claimed, asked, assumed, found, claim):
    """Return what other networks explain: all of it if the assumed one explains nothing, else where the claim is right."""
    known = found is not None and found.readings and not found.left
    best = None
    for other in every_description(len(network.W) - 1, network.Y):
        if other != assumed:
            case = _case(network, other, asked)
            read = claims.read(claimed, case.net, network.numbers, network.folded)
            result, read = _explained(case, read, 0 if known else 1)
            if result.readings and not result.left and (not known or not result.readings[0].choices):
                readings = [r._replace(reassumed=True) for r in result.readings]
                if best is None or readings[0].rank < best[0].readings[0].rank:
                    best = search.Found(readings, [], ()), read
    if not best:
        return found, claim
    if known and found.readings[0].mistakes < search.MOST:
        return found._replace(readings=[*found.readings, best[0].readings[0]]), claim
    return best


def wrong_gradient(params, X, Y, name, eta=0.5, *, hidden="sigmoid", output="sigmoid", loss="cross-entropy", lam=0.0):
    """Return the gradient with the mistake of this name, made in the first way that the network allows.

    Returns Params for Params, otherwise a list of (dW, db) for each layer. eta is the learning rate of weights that are
    updated too early. Raises ValueError for a name that is not in the table, a network that forbids the mistake, and as
    diagnose does.
    """
    network = given.read(params, X, Y)[0]
    net = forward(network.W, network.b, network.X, network.Y, described(len(network.W) - 1, hidden, output, loss, lam))
    eta = float(validate.finite("eta", validate.array("eta", eta)))
    rows = {}
    for row, mistake in reversed([*enumerate(MISTAKES)]):
        ways = [((), 0)] if row == ONE_EXAMPLE and net.b[-1] is not None else mistake.ways(net)
        if ways:
            rows[mistake.name] = Choice(row, *ways[0])
    if not isinstance(name, str) or name not in rows:
        raise ValueError(f"name is {name!r}: with sizes {net.sizes} it must be one of {', '.join(reversed(rows))}")
    layers = [_finished(net, layer, rows[name], eta) for layer in range(1, net.L + 1)]
    if getattr(params, "_fields", None) == Params._fields:
        return Params(layers[0][0], layers[1][0], layers[0][1], layers[1][1])
    return layers


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
    factor = choice.mistake.spoil(net, layer, choice.way) if line == "scale" else 1
    return factor * dW, None if db is None else factor * db
