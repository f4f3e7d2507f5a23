"""Change each printed equation where its tree says, and evaluate it again."""
import itertools
import re

from lark import Token, Tree

from tools import ROOT
from tools.judge import printed
from tools.judge.grammar import Symbol, parse
from tools.judge.mutants.tally import Mutant, Tally


def dimension(run, tree):
    """Return 0 if a factor is a number, 2 if it is an array (its free indices set to 1)."""
    try:
        env = dict.fromkeys(run.ranges(tree, {"ell": 2}), 0) | {"ell": 2}
        return printed.np.ndim(printed.number(run.eval(without_delta(tree), env)))
    except printed.Refused:                                     # an index alone, as in [j' = j]
        return 0


def without_delta(tree):
    """Return a tree with q for each Δq, which has its shape."""
    if isinstance(tree, Symbol):
        return tree._replace(delta=False)
    return Tree(tree.data, [without_delta(c) for c in tree.children]) if isinstance(tree, Tree) else tree


def span(node):
    """Return where a token or a tree stands in the text."""
    return (node.start_pos, node.end_pos) if isinstance(node, Token) else (node.meta.start_pos, node.meta.end_pos)


TOKENS = {
    # kind of token: what the change is called, what is put there
    "PRIME": ("prime dropped", {"'": " "}), "TOP": ("transpose dropped", {r"\top": " "}),
    "NUMBER": ("number", {"0": "1", "1": "2", "2": "3"}), "OP": ("⊙ made a product", {r"\odot": " "}),
    "FUNC": ("function", {r"\ln": r"\exp", r"\exp": r"\ln", r"\sigma": r"\tanh", r"\varphi": r"\sigma"}),
}


def edits(text, tree, run, below=False):
    """Yield (what, start, end, replacement) for each place where a formula can be broken; `below` a bar or not."""
    if tree.data == "symbol":
        yield from symbol_edits(text, *span(tree), array=not below and bool(dimension(run, tree)))
    elif tree.data == "term":
        yield from term_edits(text, tree, run)
    elif tree.data in SHAPES:
        yield from SHAPES[tree.data](text, tree)
    trees = [c for c in tree.children if isinstance(c, Tree)]
    bar = {"deriv": trees[-1:], "operator": trees[:1], "nabla": trees[:1], "lim": trees[:1]}.get(tree.data, [])
    for child in tree.children:
        if isinstance(child, Token):
            yield from token_edits(text, child)
        elif isinstance(child, Tree) and child.data not in ("upper", "bound", "rel"):
            yield from edits(text, child, run, below=child in bar)


def subtrees(tree):
    """Return the parts of a tree that are trees."""
    return [c for c in tree.children if isinstance(c, Tree)]


def token_edits(text, token):
    """Yield what another token in the place of this one breaks."""
    what, other = TOKENS.get(token.type, ("", {}))
    if token in other:
        start, end = raised(text, *span(token)) if token.type == "TOP" else span(token)
        yield what, start, end, other[token]


def term_edits(text, tree, run):
    """Yield the factors of a term dropped, and neighbors swapped that may not be swapped."""
    trees = subtrees(tree)
    spans = list(map(span, trees))
    for i, (start, end) in enumerate(spans if len(trees) > 1 else []):
        last = i + 1 == len(trees)
        yield "factor dropped", spans[i - 1][1] if last else start, end if last else spans[i + 1][0], " "
    for a, b in itertools.pairwise(trees):
        between = text[span(a)[1]:span(b)[0]]
        if between.strip() == "/" or (between.strip() != r"\odot" and dimension(run, a) and dimension(run, b)):
            swapped = text[slice(*span(b))] + between + text[slice(*span(a))]
            yield "operands swapped", span(a)[0], span(b)[1], swapped


def expr_edits(text, tree):
    """Yield the signs turned."""
    if isinstance(tree.children[0], Tree):
        yield "sign", span(tree)[0], span(tree)[0], "-"
    for token in tree.children:
        if isinstance(token, Token):
            yield "sign", *span(token), "-" if token == "+" else "+"


def sum_edits(text, tree):
    """Yield the sum without its sign."""
    yield "sum dropped", span(tree)[0], span(subtrees(tree)[-1])[0], " "


def frac_edits(text, tree):
    """Yield a fraction twice, and turned over."""
    start, end = span(tree)
    (a, b), (c, d) = map(span, subtrees(tree))
    yield "fraction twice", end, end, text[start:end]
    yield "fraction turned over", a, d, text[c:d] + text[b:c] + text[a:b]


def deriv_edits(text, tree):
    """Yield a derivative turned over."""
    trees = subtrees(tree)
    (a, b), (c, d) = (span(trees[0])[0], span(trees[-2])[1]), span(trees[-1])
    yield "derivative turned over", a, d, text[c:d] + text[b:c] + text[a:b]


def group_edits(text, tree):
    """Yield a group without its brackets."""
    start, end = span(tree)
    size = 2 if text[start] == "\\" else 1
    yield "bracket dropped", start, end, " " * size + text[start + size:end - size] + " " * size


def comparison_edits(text, tree):
    """Yield the comparison turned."""
    start, end = span(tree)
    other = {"=": r"\neq", ">": "<", "<": ">"}.get(text[start:end])
    if other:
        yield "comparison", start, end, other


SHAPES = {"expr": expr_edits, "sum": sum_edits, "frac": frac_edits, "deriv": deriv_edits, "group": group_edits,
          "cmp": comparison_edits}


def raised(text, start, end):
    """Return the span of a superscript's only token with its hat, so that nothing empty stays behind."""
    if text[start - 1] == "^":
        return start - 1, end
    alone = text[start - 2:start] == "^{" and text[end:end + 1] == "}"
    return (start - 2, end + 1) if alone else (start, end)


LAYERS = {"h": ("out", "in"), "out": ("h",), "in": ("h",)}
LETTERS = {"a": "z", "A": "Z", "z": "a", "Z": "A", "y": "a", "Y": "A", r"\delta": "A", "x": "y"}
PATTERNS = [                                                    # what the change is called, where, what is put there
    ("layer", r"\\ell(?!\s*[-+])", r"\ell-1"),
    ("layer", r"\\ell\s*-\s*1", r"\ell"),
    ("index", r"(?<=_)1|(?<=_\{)1(?=\})|(?<=\[)1(?=\])", "2"),
    ("index", r"(?<=_)2|(?<=_\{)2(?=\})|(?<=\[)2(?=\])", "1"),
    ("prime dropped", r"(?<=\w)'", " "),
    ("Δ dropped", r"\\Delta", " "),
]


def symbol_edits(text, start, end, array):
    """Yield the ways to break one quantity: layer, example, indices, letter, transpose, Δ."""
    s = text[start:end]
    for m in re.finditer(r"\\mathrm\{(h|out|in)\}", s):
        for other in LAYERS[m[1]]:
            yield "layer", start + m.start(1), start + m.end(1), other
    for m in re.finditer(r"\\top", s):
        yield "transpose dropped", *raised(text, start + m.start(), start + m.end()), " "
    if array and r"\top" not in s:
        inside = s.endswith("}")
        yield "transpose added", end - inside, end - inside, r"\top" if inside else r"^{\top}"
    for m in re.finditer(r"_\{([^},]+),([^}]+)\}", s):
        yield "indices swapped", start + m.start(1), start + m.end(2), f"{m[2]},{m[1]}"
    for what, pattern, new in PATTERNS:
        for m in re.finditer(pattern, s):
            yield what, start + m.start(), start + m.end(), new
    letter = re.match(r"\\delta|[aAzZwWxyY]", s)
    if letter and letter[0] in LETTERS and (r"\mathrm" in s or letter[0] not in "yY"):
        yield "letter", start, start + len(letter[0]), LETTERS[letter[0]]


def plain(tree):
    """Return a tree without brackets that change nothing, to compare what two formulas say."""
    if not isinstance(tree, Tree):
        return tree
    children = [plain(c) for c in tree.children]
    if tree.data == "power" and children[0].data == "symbol" and children[0].children[0].post is None and len(
        children) == 2:
        return Tree("symbol", [children[0].children[0]._replace(post=children[1].children[0])])
    if tree.data in ("expr", "term", "group") and len(children) == 1:
        return children[0]
    if tree.data == "term":
        children = [x for c in children for x in (c.children if isinstance(c, Tree) and c.data == "term" else [c])]
        children = [c for c in children if c != r"\cdot"]
    return Tree(tree.data, children)


def formulas(equation, definitions):
    """Yield the mutants of one equation."""
    text, tree = parse(equation.latex)
    words = printed.names(equation.page, equation.label, equation.latex)
    run = printed.world(words, definitions).run(0, printed.sigma)
    seen = {text}
    for part in tree.children[::2]:
        start, end = span(part)
        many = run.world.sizes.get("n", 1) > 1
        whole = [("1/n put in", start, end, rf"\frac{{1}}{{n}}({text[start:end]})")] if many else []
        for what, start, end, new in itertools.chain(whole, edits(text, part, run)):
            mutated = text[:start] + new + text[end:]
            if mutated not in seen:
                seen.add(mutated)
                around = slice(max(0, start - 12), start), slice(end, end + 8)
                said = [" ".join((text[around[0]] + middle + text[around[1]]).split())
                        for middle in (text[start:end], new)]
                yield Mutant(equation.label, f"{what}: …{said[0]}… → …{said[1]}…", mutated)


def formula_caught(equation, definitions, mutant, page):
    """Say whether evaluation notices: the equation itself, or for a definition any equation of its page."""
    words = printed.names(equation.page, equation.label, equation.latex)
    broken = equation._replace(latex=mutant.text)
    try:
        printed.check(broken, definitions, words=words)
    except printed.Refused:
        return True
    if equation.label.startswith("def-"):
        changed = printed.definitions([broken if e.label == equation.label else e for e in page])
        for other in page:
            if other.label.startswith("eq-"):
                try:
                    printed.check(other, changed, draws=1)
                except printed.Refused:
                    return True
    return False


def same_formula(equation, mutant):
    """Prove that a mutant says the same: the same tree but for brackets."""
    try:
        return plain(parse(equation.latex)[1]) == plain(parse(mutant.text)[1])
    except printed.Refused:
        return False


def run_formulas(every=1):
    """Break all printed equations; take every so-manieth mutant."""
    tally, number = Tally("formulas"), 0
    for path in sorted(p for p in (ROOT / "chapters").iterdir() if p.suffix in (".md", ".ipynb")):
        page = printed.equations(path)
        definitions = printed.definitions(page)
        for equation in page:
            for mutant in formulas(equation, definitions):
                number += 1
                if number % every == 0:
                    caught = formula_caught(equation, definitions, mutant, page)
                    tally.add(mutant, caught, None if caught else same_formula(equation, mutant)
                              and "the same formula but for brackets")
    return tally
