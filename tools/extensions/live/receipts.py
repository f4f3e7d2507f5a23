"""Both sides of an equation, computed again in the page: what that takes, in a pack that is loaded when asked for."""

import json

from tools.judge.equations import claims
from tools.judge.mutants.formulas import Broken

from .kept import kept


def facts(path):
    """Return {label: its LaTeX, what holds where it stands, and the LaTeX with a sign changed} of what is checked."""
    return {claim.formula.name: {"latex": claim.formula.latex, "given": claim.given, "broken": with_a_sign(claim)}
            for claim in claims(path) if not claim.formula.defines}


def with_a_sign(claim):
    """Return an equation with a sign between two terms changed, or else a minus put somewhere, that makes it wrong."""
    broken = Broken(claim)
    latex, start = broken.latex, broken.chain.sides[-1].span[0]
    changed = [change.latex for change in broken.changes() if change.kind == "sign"]
    changed = [*sorted(changed, key=len), f"{latex[:start]} -\\left({latex[start:]}\\right)"]
    return next((latex for latex in changed if broken.place.verdict(latex) == "wrong"), "")


def pack(path, size, code):
    """Return a script that brings the facts of a page's equations, and the code that shows them."""
    known = json.dumps(kept(f"receipts-{path.stem}", lambda: facts(path)), ensure_ascii=False)
    return f'livePack("receipts",(() => {{\nconst EQUATIONS = {known}, SIZE = {size};\n{code}return receipt;\n}})())\n'
