"""A formula in plain words, for who hears it: read from its MathML, which is made from its LaTeX.

`spoken` gives what stands in the attribute `alttext`, which a screen reader says that does not know MathML. What it has
no word for stays the sign that it is.
"""

WORDS = {
    "=": "equals", "≠": "is not equal to", "≈": "is about", "<": "is less than", ">": "is greater than",
    "≤": "is at most", "≥": "is at least", "≪": "is much less than", "≫": "is much greater than", "∈": "in", "∝": "is proportional to",
    "+": "plus", "−": "minus", "-": "minus", "±": "plus or minus", "⋅": "times", "·": "times", "×": "by", "⊙": "times entry by entry",
    "∘": "after", "⊗": "outer product with", "/": "over", "∂": "partial", "∇": "gradient", "∑": "sum", "∏": "product", "∫": "integral",
    "∞": "infinity", "→": "to", "←": "becomes", "⟶": "to", "↦": "maps to", "⇒": "implies", "⊤": "transpose", "′": "prime", "″": "double prime",
    "∗": "star", "*": "star", "…": "and so on", "⋯": "and so on", "⋮": "and so on", "⋱": "and so on", "ℓ": "ell", "ℒ": "L", "ln": "log",
    "(": "open paren", ")": "close paren", "[": "open bracket", "]": "close bracket", "{": "open brace", "}": "close brace",
    "⟨": "inner product of", "⟩": "end product", "|": "bar", "‖": "norm", "∥": "norm", "^": "hat", "ˆ": "hat", "¯": "bar", "‾": "bar",
    "~": "tilde", "˜": "tilde", "⏟": "", "⏞": "", "\u2061": "", "\u2062": "", "\u2063": "", "\ufe00": "",
}
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ",
                 "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
                 "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split()))
WORDS |= GREEK | {"ϵ": "epsilon", "ϕ": "phi", "φ": "phi", "ϑ": "theta"}
POWERS = {"2": "squared", "3": "cubed", "⊤": "transpose", "′": "prime", "″": "double prime", "*": "star", "∗": "star"}


def spoken(element):
    """Return the words of a MathML element, without its tags: `<mfrac><mi>a</mi><mi>b</mi></mfrac>` is "a over b"."""
    return " ".join(" ".join(_words(element)).split()).replace(" ,", ",").replace(" ;", ";")


def _words(element):
    """Return the words of an element as a list of pieces."""
    speak = SPEAK.get(element.tag)
    return speak(*element) if speak else _row(*element) if len(element) else [_leaf(element.text or "")]


def _leaf(text):
    text = "".join(WORDS.get(sign, sign) if sign in "\ufe00\u2061" else sign for sign in text.strip())
    return WORDS.get(text, text)


def _row(*parts):
    return [word for part in parts for word in _words(part)]


def _flat(element):
    """Return the signs of an element, without spaces and what is not seen."""
    return "".join("".join(element.itertext()).split()).replace("\ufe00", "")


def _fraction(above, below):
    over = "by" if _flat(above).startswith("∂") else "over"
    long = any(len(_flat(part)) > 1 for part in (above, below)) and over == "over"
    return ["fraction" if long else "", *_words(above), over, *_words(below), "end fraction" if long else ""]


def _raised(exponent):
    """Return the words of what stands above: a power, a transpose, or the name of a layer, as in W^(out)."""
    signs = _flat(exponent)
    if signs.startswith(("(", "[")):
        name, _, more = signs[1:].partition(")" if signs[0] == "(" else "]")
        rest = ["example" if sign == "[" else _leaf(sign) for sign in more if sign not in ",()]"]
        return ["example" if signs[0] == "[" else "", *map(_leaf, _letters(name)), *rest]
    return [POWERS[signs]] if signs in POWERS else ["to the power", *_words(exponent), "end power" if len(signs) > 2 else ""]


def _letters(name):
    """Return a name of letters as one word, anything else sign by sign."""
    return [name] if name.isalpha() and name.isascii() else list(name)


def _over_and_under(base, *marks):
    """Return the words of a sum or a limit with its bounds; other marks are said after what they belong to."""
    large = _flat(base) in ("∑", "∏", "∫")
    below, above = (marks[0], marks[1]) if len(marks) == 2 else (marks[0], None)
    if large or _flat(base) in ("lim", "max", "min", "argmax", "argmin"):
        return [*_words(base), "over", *_words(below), *(["to", *_words(above)] if above is not None else []), "of"]
    return _row(base, *marks)


def _under_and_over_in_line(base, below, above):
    if _flat(base) in ("∑", "∏", "∫"):
        return _over_and_under(base, below, above)
    return [*_words(base), "sub", *_words(below), ",", *_raised(above)]


def _below(base, below):
    return _over_and_under(base, below) if _flat(base) in ("∑", "∏", "lim") else [*_words(base), "sub", *_words(below)]


def _table(*rows):
    """Return the rows one after the other; cells of a matrix are parted by commas."""
    words = []
    for row in rows:
        cells = [_words(cell) for cell in row if _flat(cell)]
        aligned = any("padding" in cell.get("style", "") for cell in row)  # lines of a derivation, not the cells of a matrix
        joined = [word for k, cell in enumerate(cells) for word in (cell if aligned or not k else [",", *cell])]
        words += [";", *joined] if words else joined
    return words


SPEAK = {
    "mfrac": _fraction,
    "msup": lambda base, exponent: [*_words(base), *_raised(exponent)],
    "msub": _below,
    "msubsup": _under_and_over_in_line,
    "munder": _over_and_under,
    "mover": _row,
    "munderover": _over_and_under,
    "msqrt": lambda *parts: ["square root of", *_row(*parts), "end root"],
    "mtable": _table,
    "mspace": lambda *parts: [],
}
