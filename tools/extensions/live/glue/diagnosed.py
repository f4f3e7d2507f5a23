"""Judge the gradient that a reader brings to a page. Texts in, JSON out; nothing of a text is ever run."""

import json

from live_page.bounds import bounded

from backprop import Convention
from backprop.doctor import given, pasted

OWN = "no network was pasted: judged with the network of this page"


def gradient(text, network, said):
    """Return the diagnosis of a pasted gradient, or {"error": a sentence}; and how many hidden layers the network has.

    network is JSON of the page's own: {"params": …, "X": …, "Y": …}. said is JSON of what stands in the page's fields:
    {"hidden": …, "output": …, "loss": …, "lam": …, "convention": …}, "" for what was not touched.
    """
    depth = 1
    try:
        own = tuple(json.loads(network)[name] for name in ("params", "X", "Y"))
        read = pasted.read(bounded(text))
        is_own = read.params is None
        depth = len(given.read(*(own if is_own else (read.params, read.X, read.Y)))[0].W) - 1
        found = pasted.judge(text, own, **keywords(json.loads(said), depth))
    except ValueError as error:
        return json.dumps({"hidden": depth, "error": f"{error}."})
    return json.dumps({"hidden": depth, "names": found.names, "arrays": found.arrays, "section": found.section,
                       "rows": [["why", found.explanation], ["evidence", *found.evidence.split("; ")],
                                ["or", *found.alternatives], ["assumed", found.assumed],
                                ["as", *[OWN] * is_own, *found.read_as]]})


def keywords(said, depth):
    """Return what `diagnose` takes, of what stands in the page's fields; further layers are as the last."""
    kept = {name: value for name, value in said.items() if value and name in ("output", "loss")}
    if said.get("hidden"):
        names = said["hidden"].split(",")
        kept["hidden"] = (names + names[-1:] * depth)[:depth]
    if said.get("lam"):
        kept["lam"] = number(said["lam"])
    if said.get("convention"):
        weights, _, reduction = said["convention"].partition(" ")
        kept["convention"] = Convention(weights, reduction)
    return kept


def number(text):
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"lam is {text[:20]!r}: it must be a number, such as 0.01") from None
