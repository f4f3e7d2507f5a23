r"""From tokens to raw terms. The grammar knows letters and raw marks, nothing else.

Products are factors side by side; a sum or an operator reaches to the next + or -; what stands in a script, a fraction
or a matrix is parsed on its own. Which letter is a function, a layer or a size is for `names` to say.
"""

from functools import lru_cache

from lark import Lark, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError
from lark.lexer import Lexer as LarkLexer, Token as LarkToken

from .problems import Problem, Unreadable
from .terms import (
    BigSum,
    Call,
    Cases,
    Chain,
    Compared,
    Derivative,
    Dots,
    Fraction,
    Gradient,
    Group,
    Item,
    Limit,
    Mark,
    Matrix,
    Norm,
    Number,
    Pair,
    Row,
    Sum,
    Symbol,
    Term,
)
from .tokens import Token, tokens

GRAMMAR = r"""
chain: side (REL side)*
?side: sum | list
list: entry (COMMA entry)+
?entry: sum | DOTS -> dots
sum: SIGN? paired (SIGN paired)*
paired: product (COLON product)?
product: run | reaching | run reaching | run op reaching
run: factor | run factor | run op factor | run op negative
?op: OP | SLASH
?factor: symbol | number | group | braces | fraction | root | call | slash | norm | bars | angle | matrix | cases
    | gradient
?reaching: bigsum | operator | limit | open_call
open_call: FUNCTION mark* bigsum
negative: SIGN factor
symbol: LETTER mark*
number: NUMBER mark*
group: ROUND_OPEN inside ROUND_CLOSE mark* | SQUARE_OPEN inside SQUARE_CLOSE mark*
inside: entry (COMMA entry)* | sum REL sum -> compared
braces: BRACES mark*
mark: SCRIPT | PRIME | TOP
fraction: FRACTION mark*
root: ROOT mark*
call: FUNCTION mark* argument
?argument: symbol | number | group | fraction | root | call | norm | bars | matrix | braces
slash: PARTIAL top? SLASH PARTIAL symbol
top: argument
norm: NORM_OPEN sum NORM_CLOSE mark*
bars: BAR_OPEN sum BAR_CLOSE mark*
angle: ANGLE_OPEN sum COMMA sum ANGLE_CLOSE
matrix: MATRIX mark*
cases: CASES
gradient: NABLA SCRIPT* (argument | gradient)
bigsum: BIGSUM SCRIPT* product
operator: OPERATOR product
limit: LIMIT SCRIPT product
%declare REL COMMA DOTS SIGN COLON OP SLASH LETTER NUMBER ROUND_OPEN ROUND_CLOSE SQUARE_OPEN SQUARE_CLOSE BRACES
%declare SCRIPT PRIME TOP FRACTION ROOT FUNCTION PARTIAL NORM_OPEN NORM_CLOSE BAR_OPEN BAR_CLOSE ANGLE_OPEN ANGLE_CLOSE
%declare MATRIX CASES NABLA BIGSUM OPERATOR LIMIT AMP ROW POINT FORALL BAR INFINITY
"""
INDICATORS = ("1", "I")
WORDS = {  # what a reader calls a token that was expected
    "LETTER": "a letter",
    "NUMBER": "a number",
    "ROUND_OPEN": "(",
    "ROUND_CLOSE": ")",
    "SQUARE_CLOSE": "]",
    "SIGN": "+ or -",
    "REL": "=",
    "COMMA": "a comma",
    "NORM_CLOSE": r"\|",
    "BAR_CLOSE": "|",
    "ANGLE_CLOSE": r"\rangle",
    "SLASH": "/",
    "$END": "the end",
}


class Given(LarkLexer):
    """Hand lark the tokens that are already there."""

    def __init__(self, _conf):
        pass

    def lex(self, data):
        """Yield each token with its place."""
        for token in data:
            start, end = token.span
            yield LarkToken(token.type, token, start_pos=start, end_pos=end)


PARSER = Lark(GRAMMAR, start="chain", parser="lalr", lexer=Given, maybe_placeholders=False)


def parse(text, start=0):
    """Return the `Chain` of a line of LaTeX; raise `Unreadable` with the place where reading stops."""
    return parse_tokens(tokens(text, start))


@lru_cache(5000)
def parse_tokens(found):
    """Return the `Chain` of a list of tokens."""
    found = prepared(found)
    if not found:
        raise Unreadable("there is nothing to read", None, "a formula")
    end = found[-1].span[1]
    try:
        return Build().transform(PARSER.parse(found))
    except VisitError as error:
        if isinstance(error.orig_exc, Problem):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        token = getattr(error, "token", None)
        at_end = token is None or token.type == "$END"
        place = (end, end) if at_end else (token.start_pos, token.end_pos)
        said = "the end comes too soon" if at_end else f"{token.value.value or token.type.lower()} cannot stand here"
        raise Unreadable(said, place, wanted(error)) from None


def wanted(error):
    """Return what could stand where reading stopped, in words."""
    names = getattr(error, "accepts", None) or getattr(error, "expected", None) or ()
    said = [WORDS[name] for name in WORDS if name in names]
    return " or ".join(said[:4]) or "something else"


def sub(found):
    """Return the one side of a list of tokens that stands on its own."""
    chain = parse_tokens(tuple(found))
    if len(chain.sides) != 1:
        raise Unreadable("a relation cannot stand here", chain.span)
    return chain.sides[0]


# --- tokens that only their neighbors explain -------------------------------------------------------------------------
def prepared(found):
    """Make `d J / d W` and fractions of a lone d into derivatives; drop tokens of layout that are left."""
    found = [t for t in found if t.type not in ("AMP", "ROW")]
    while (found and found[-1].type in ("POINT", "COMMA")) or (found and found[-1].value == "⇒"):
        found.pop()
    for i, token in enumerate(found):
        if token.type == "FRACTION" and is_d(token.inner[1]) and lone_d(token.inner[0]):
            found[i] = token._replace(type="OPERATOR")
        if token.value == "sum" and token.type == "FUNCTION" and any(t.type == "SCRIPT" for t in found[i + 1 : i + 2]):
            found[i] = token._replace(type="BIGSUM")
    return tuple(slashed(found))


def is_d(inner):
    """Say whether tokens begin with a sign of differentiation that something follows."""
    return len(inner) > 1 and (
        inner[0].type == "PARTIAL"
        or (
            inner[0].type == "LETTER"
            and inner[0].value in ("d", "delta")
            and inner[1].type in ("LETTER", "BRACES", "FUNCTION")
        )
    )


def is_sign_of_d(token):
    """Say whether a token is the sign of a differentiation, or the letter d."""
    return token.type == "PARTIAL" or (token.type == "LETTER" and token.value == "d" and not token.style)


def is_square(token):
    """Say whether a token is a 2 above the line."""
    return token.type == "SCRIPT" and token.value == "^" and [one.value for one in token.inner] == ["2"]


def is_second(top):
    """Say whether the top of a fraction is that of a second derivative: d^2 f."""
    return len(top) > 1 and is_sign_of_d(top[0]) and is_square(top[1])


def lone_d(inner):
    """Say whether tokens are a sign of differentiation alone: d, or d^2."""
    if len(inner) == 2:
        return is_second(inner)
    return len(inner) == 1 and (inner[0].type == "PARTIAL" or inner[0].value == "d")


def slashed(found):
    """Make the d of dJ/dW signs of differentiation."""
    for i, token in enumerate(found):
        if token.type == "SLASH" and i + 2 < len(found) and found[i + 1].value == "d" and found[i + 2].type == "LETTER":
            j = i - 1
            while j > 0 and found[j].type in ("SCRIPT", "PRIME"):
                j -= 1
            if j > 0 and found[j].type == "LETTER" and found[j - 1].value == "d" and not found[j].gap:
                found[i + 1] = found[i + 1]._replace(type="PARTIAL")
                found[j - 1] = found[j - 1]._replace(type="PARTIAL")
    return found


# --- terms ------------------------------------------------------------------------------------------------------------
def span_of(parts):
    """Return where the first of some terms or tokens begins and the last ends."""
    spans = [p.span for p in flatten(parts)]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else (0, 0)


def flatten(parts):
    """Yield the terms, marks and tokens in nested lists."""
    for part in parts:
        if isinstance(part, (Term, Token, Mark)):
            yield part
        elif isinstance(part, LarkToken):
            yield part.value
        elif isinstance(part, (list, tuple)):
            yield from flatten(part)


def flat(parts):
    """Yield the parts of nested lists."""
    for part in parts:
        if isinstance(part, list):
            yield from flat(part)
        else:
            yield part


def wrap(term, marks, primes=0):
    """Put marks behind a term that is no letter."""
    return Group("", (term,), marks, primes, span=span_of([term, marks])) if marks or primes else term


def primed(mark):
    """Split a raised mark with a prime at its end, g^{[1]'} or g^{[1]\\prime}, into the mark and the prime."""
    if not isinstance(mark, Mark) or mark.kind != "^" or len(mark.tokens) < 2 or mark.tokens[-1].type != "PRIME":
        return [mark]
    inner = mark.tokens[:-1]
    return [Mark(mark.kind, inner, items(inner), mark.span), "'"]


def holds_relation(mark):
    """Say whether a condition stands below a letter: z > 0."""
    inner = mark.tokens[1:-1] if mark.tokens and mark.tokens[0].type == "ROUND_OPEN" else mark.tokens
    return mark.kind == "_" and any(t.type == "REL" for t in inner)


def condition(mark):
    """Return the indicator of the condition in a mark, with or without a bracket around it."""
    inner = mark.tokens[1:-1] if mark.tokens[0].type == "ROUND_OPEN" else mark.tokens
    chain = parse_tokens(tuple(inner))
    if len(chain.sides) != 2:
        raise Unreadable("a condition is one comparison", mark.span, "z > 0")
    return Compared(chain.sides[0], chain.relations[0], chain.sides[1], span=mark.span)


def of_ones(mark):
    """Say whether what stands behind a 1 makes it a vector of ones: a size below it, or a transpose."""
    if mark.kind == "_":
        return holds_relation(mark) or bool(mark.items)
    return bool(mark.items) and all(item.base == "T" for item in mark.items)


def divided(marks):
    """Split what stands behind a letter into marks and a number of primes."""
    return tuple(m for m in marks if isinstance(m, Mark)), sum(isinstance(m, str) for m in marks)


@v_args(inline=True)
class Build(Transformer):
    """Make raw terms, one method for each rule of the grammar."""

    def __default__(self, data, children, meta):
        return children

    def chain(self, *parts):
        return Chain(tuple(parts[::2]), tuple(str(p.value.value) for p in parts[1::2]), span=span_of(parts))

    def list(self, *parts):
        items = tuple(p for p in parts if isinstance(p, Term))
        return Group("list", items, span=span_of(parts))

    def dots(self, token):
        return Dots(span=token.value.span)

    def sum(self, *parts):
        sign, terms = 1, []
        for part in parts:
            if isinstance(part, LarkToken):
                sign = 1 if part.value.value == "+" else -1
            else:
                terms.append((sign, part))
                sign = 1
        return terms[0][1] if len(terms) == 1 and terms[0][0] == 1 else Sum(tuple(reached(terms)), span=span_of(parts))

    def paired(self, left, *right):
        return Pair(left, right[1], span=span_of([left, right[1]])) if right else left

    def run(self, *parts):
        return list(parts)

    def product(self, *parts):
        parts = list(flat(parts))
        factors, ops = [], []
        for part in parts:
            if isinstance(part, Term):
                if factors and len(ops) < len(factors):
                    ops.append("")
                factors.append(part)
            elif isinstance(part, LarkToken):
                ops.append(part.value.value)
        return factors[0] if len(factors) == 1 else Row(tuple(factors), tuple(ops), span=span_of(factors))

    def negative(self, sign, term):
        return Sum(((1 if sign.value.value == "+" else -1, term),), span=span_of([sign, term]))

    def mark(self, token):
        token = token.value
        if token.type == "PRIME":
            return "'"
        inner = token.inner if token.type == "SCRIPT" else (token,)
        if token.value == "^" and inner and all(t.type == "PRIME" for t in inner):
            return "'"
        return Mark(token.value if token.type == "SCRIPT" else "^", inner, items(inner), token.span)

    def symbol(self, letter, *marks):
        marks, primes = divided([part for mark in marks for part in primed(mark)])
        if letter.value.value in INDICATORS and len(marks) == 1 and holds_relation(marks[0]):
            return condition(marks[0])
        return Symbol(letter.value.value, letter.value.style, marks, primes, span=span_of([letter, marks]))

    def number(self, token, *marks):
        number = Number(float(token.value.value), token.value.value, span=token.value.span)
        marks, primes = divided(marks)
        if number.text == "1" and any(map(of_ones, marks)):
            return self.symbol(LarkToken("LETTER", token.value._replace(style="bold")), *marks)
        return wrap(number, marks, primes)

    def group(self, opening, inside, _closing, *marks):
        marks, primes = divided(marks)
        bracket = opening.value.value
        span = span_of([opening, _closing, marks])
        if isinstance(inside, Compared):
            return wrap(inside, marks, primes)
        return Group(bracket, tuple(inside), marks, primes, span=span)

    def inside(self, *parts):
        return tuple(p for p in parts if isinstance(p, Term))

    def compared(self, left, relation, right):
        return Compared(left, relation.value.value, right, span=span_of([left, right]))

    def braces(self, token, *marks):
        marks, primes = divided(marks)
        inner = sub(token.value.inner)
        return Group("{", (inner,), marks, primes, span=span_of([token, marks]))

    def fraction(self, token, *marks):
        top, bottom = token.value.inner
        if is_second(top):
            return wrap(self.second(token, top, bottom), *divided(marks))
        if is_d(bottom) and (is_d(top) or top[0].type == "PARTIAL"):
            return wrap(Derivative(sub(top[1:]), sub(bottom[1:]), span=token.value.span), *divided(marks))
        return wrap(Fraction(sub(top), sub(bottom), span=token.value.span), *divided(marks))

    @staticmethod
    def second(token, top, bottom):
        r"""Return a second derivative as a derivative of a derivative: \partial^2 f / \partial x \partial y."""
        span = token.value.span
        if len(top) < 3 or not bottom or not is_sign_of_d(bottom[0]):
            raise Unreadable("a second derivative of what, and by what?", span, r"\frac{\partial^2 f}{\partial x^2}")
        by = Build.twice(bottom, span)
        return Derivative(Derivative(sub(top[2:]), by[1], span=span), by[0], span=span)

    @staticmethod
    def twice(bottom, span):
        r"""Return by what is differentiated: the two of \partial x \partial y, or that of \partial x^2 twice."""
        signs = [i for i, one in enumerate(bottom) if is_sign_of_d(one)]
        if len(signs) == 2:
            return [sub(bottom[1 : signs[1]]), sub(bottom[signs[1] + 1 :])]
        if len(signs) == 1 and is_square(bottom[-1]):
            return [sub(bottom[1:-1])] * 2
        raise Unreadable("by what is differentiated twice?", span, r"\partial x^2 or \partial x \partial y")

    def root(self, token, *marks):
        return wrap(Call("sqrt", (sub(token.value.inner),), span=token.value.span), *divided(marks))

    def call(self, function, *rest):
        marks, primes = divided(rest[:-1])
        argument = rest[-1]
        plain = isinstance(argument, Group) and argument.bracket in "([{" and argument.bracket
        if plain and (argument.marks or argument.primes):  # log(x)^2 is the square of the logarithm
            inner, behind = argument.items, (argument.marks, argument.primes)
            called = Call(function.value.value, inner, primes, marks, span=span_of([function, argument]))
            return wrap(called, *behind)
        inner = argument.items if plain else (argument,)
        return Call(function.value.value, inner, primes, marks, span=span_of([function, argument]))

    open_call = call

    def slash(self, _d, *rest):
        top = rest[0] if isinstance(rest[0], Term) else None
        if top is None:
            raise Unreadable("a derivative of what?", rest[0].value.span, "a letter")
        return Derivative(top, rest[-1], span=span_of([_d, rest[-1]]))

    def top(self, term):
        return term

    def norm(self, _open, term, _close, *marks):
        span = span_of([_open, term, _close])
        below = [item.base for m in marks if isinstance(m, Mark) and m.kind == "_" for item in m.items or (Item("?"),)]
        marks = tuple(m for m in marks if not (isinstance(m, Mark) and m.kind == "_"))
        if below == ["1"]:
            return wrap(Call("sum", (Call("abs", (term,), span=span),), span=span), *divided(marks))
        if below not in ([], ["2"], ["F"], ["Fro"]):
            raise Unreadable("this norm is not known here", span, r"\|w\|_1, \|w\|_2 or \|W\|_F")
        return wrap(Norm(term, span=span), *divided(marks))

    def bars(self, _open, term, _close, *marks):
        return wrap(Call("abs", (term,), span=span_of([_open, term, _close])), *divided(marks))

    def angle(self, _open, left, _comma, right, _close):
        return Pair(left, right, span=span_of([_open, left, right, _close]))

    def matrix(self, token, *marks):
        rows = [[sub(cell) for cell in cut(row, "AMP")] for row in cut(token.value.inner, "ROW")]
        return wrap(Matrix(tuple(map(tuple, rows)), span=token.value.span), *divided(marks))

    def cases(self, token):
        rows = []
        for row in cut(token.value.inner, "ROW"):
            value, *condition = cut(row, "AMP")
            rows.append((sub(value), parse_tokens(tuple(condition[0])) if condition and condition[0] else None))
        return Cases(tuple(rows), span=token.value.span)

    def gradient(self, nabla, *rest):
        r"""Return a gradient; \nabla^2 f is the gradient of a gradient, the matrix of second derivatives."""
        span, marks = span_of([nabla, rest[-1]]), [m.value for m in rest[:-1]]
        below = next((sub(m.inner) for m in marks if m.value == "_"), None)
        above = [m for m in marks if m.value == "^"]
        if not all(map(is_square, above)):
            raise Unreadable("above a nabla stands nothing, or a 2", above[0].span, r"\nabla_W J or \nabla^2 J")
        inner = Gradient(below, rest[-1], span=span)
        return Gradient(below, inner, span=span) if above else inner

    def bigsum(self, sign, *rest):
        marks = {m.value.value: m.value for m in rest[:-1]}
        span = span_of([sign, rest[-1]])
        indices, low, excluded = binder(marks["_"]) if "_" in marks else ((), None, ())
        high = sub(marks["^"].inner) if "^" in marks else None
        return BigSum(indices, rest[-1], low, high, excluded, span=span)

    def operator(self, token, body):
        span, (top, bottom) = span_of([token, body]), token.value.inner
        if is_second(top):
            by = self.twice(bottom, token.value.span)
            return Derivative(Derivative(body, by[1], span=span), by[0], span=span)
        return Derivative(body, sub(bottom[1:]), span=span)

    def limit(self, token, below, body):
        inner = below.value.inner
        at = next((i for i, t in enumerate(inner) if t.value == "→"), None)
        if at is None or [t.value for t in inner[at + 1 :]] != ["0"]:
            raise Unreadable(
                "a limit is written with a nudge that goes to 0", below.value.span, r"\lim_{\Delta w \to 0}"
            )
        return Limit(sub(inner[:at]), body, span=span_of([token, body]))


def cut(found, kind):
    """Cut tokens at a sign that separates rows or cells; an empty last piece is dropped."""
    out = [[]]
    for token in found:
        if token.type == kind:
            out.append([])
        else:
            out[-1].append(token)
    return [tuple(piece) for piece in (out if out[-1] or len(out) == 1 else out[:-1])]


# --- marks ------------------------------------------------------------------------------------------------------------
def items(inner):
    """Return the items of a script, or None if it can only be a power or the limit of a sum."""
    found, i = [], 0
    while i < len(inner):
        token = inner[i]
        if token.type in ("ROUND_OPEN", "SQUARE_OPEN"):
            close = matching(inner, i)
            within = items(inner[i + 1 : close]) if close else None
            if not within:
                return None
            found.append(bracketed(within, token.value))
            i = close + 1
        elif token.type in ("LETTER", "NUMBER", "TOP", "BRACES"):
            item, i = one_item(inner, i)
            if item is None:
                return None
            found += item
        elif token.type == "COMMA" or (token.type == "OP" and token.value == "star"):
            found += [Item("*")] if token.type == "OP" else []
            i += 1
        else:
            return None
    return tuple(found)


def one_item(inner, i):
    """Return the items that start at place i, and the place behind them."""
    token = inner[i]
    if token.type == "BRACES":
        within = items(token.inner)
        return (list(within) if within else None), i + 1
    base, below, shift = ("T" if token.type == "TOP" else token.value), (), 0
    i += 1
    while i < len(inner) and inner[i].type in ("PRIME", "SCRIPT"):
        if inner[i].type == "PRIME":
            base += "'"
        else:
            below += items(inner[i].inner) or ()
        i += 1
    if i + 1 < len(inner) and inner[i].type == "SIGN" and inner[i + 1].type == "NUMBER" and token.type == "LETTER":
        if "." in inner[i + 1].value or len(inner[i + 1].value) > 2:
            return None, i
        shift = int(inner[i].value + inner[i + 1].value)
        i += 2
    return [Item(base, shift, "", below)], i


def bracketed(within, bracket):
    """Return one item for what stands in a bracket: letters in a row are a word, (out)."""
    if len(within) > 1 and all(not w.shift and not w.inner and not w.bracket for w in within):
        return Item("".join(w.base for w in within), 0, bracket)
    return Item(within[0].base, within[0].shift, bracket, within[0].inner + within[1:])


def matching(inner, i):
    """Return where the bracket that opens at place i closes, or None."""
    depth = 0
    for j in range(i, len(inner)):
        depth += inner[j].type.endswith("_OPEN")
        depth -= inner[j].type.endswith("_CLOSE")
        if depth == 0:
            return j
    return None


def binder(script):
    """Return the indices that a sum binds, its lower limit, and pairs of indices that must differ."""
    inner = script.inner
    relation = next((i for i, t in enumerate(inner) if t.type == "REL"), None)
    head = inner if relation is None else inner[:relation]
    found = items(head)
    if not found or any(item.bracket or item.shift for item in found):
        raise Unreadable("below a sum stands an index, or an index and where it starts", script.span, "i or i=1")
    names = tuple(item.base for item in found)
    if relation is None:
        return names, None, ()
    if inner[relation].value == "≠":
        return names, None, tuple((names[0], item.base) for item in items(inner[relation + 1 :]) or ())
    if inner[relation].value == "∈":
        return names, None, ()
    return names, sub(inner[relation + 1 :]), ()


# --- a sum that reaches further ---------------------------------------------------------------------------------------
def reached(terms):
    """Let a sum reach over the terms behind it in which its index recurs, each with its own sign."""
    out = []
    for sign, term in terms:
        if out and (wider := widened(out[-1][1], sign * 1, term)) is not None:
            out[-1] = out[-1][0], wider
        else:
            out.append((sign, term))
    return out


def widened(term, sign, more):
    """Return the term with its last sum reaching over one more term, or None if no index recurs."""
    if isinstance(term, Row):
        last = widened(term.factors[-1], sign, more)
        return last and Row((*term.factors[:-1], last), term.ops, span=span_of([term, more]))
    if not isinstance(term, BigSum):
        return None
    inner = widened(term.body, sign, more) if isinstance(term.body, BigSum) else None
    if inner is not None:
        return BigSum(term.indices, inner, term.low, term.high, term.excluded, True, span=span_of([term, more]))
    if not set(term.indices) & free_letters(more):
        return None
    body = term.body.terms if isinstance(term.body, Sum) and term.reaches else ((1, term.body),)
    both = Sum((*body, (sign, more)), span=span_of([term.body, more]))
    return BigSum(term.indices, both, term.low, term.high, term.excluded, True, span=span_of([term, more]))


def free_letters(term):
    """Return the letters in the marks of a raw term that no sum in it binds."""
    from .terms import children

    if isinstance(term, Symbol):
        return {item.base for mark in term.marks for item in mark.items or ()}
    found = set().union(*[free_letters(child) for child in children(term)], set())
    for mark in getattr(term, "marks", ()):
        found |= {item.base for item in mark.items or ()}
    return found - set(term.indices) if isinstance(term, BigSum) else found
