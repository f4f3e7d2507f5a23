"""From raw to meant terms: each letter becomes a quantity, a size, an index, an argument or a function."""

from dataclasses import dataclass, field, replace

from .brackets import key
from .grammar import sub
from .names import signature, with_powers
from .problems import Ambiguous, UnknownName, Unreadable
from .templates import slots, symbols
from .terms import (
    At,
    Call,
    Cases,
    Compared,
    Derivative,
    Dots,
    Entry,
    Function,
    Gradient,
    Identity,
    Index,
    Local,
    Matrix,
    Name,
    Nudge,
    Number,
    Power,
    Product,
    Ref,
    Size,
    Stack,
    Sum,
    Symbol,
    Transpose,
    Unnamed,
    rebuild,
    walk,
)

KINDS = {"_": 0, "[": 1, "(": 1, "^": 2}
KNOWN_FUNCTIONS = {"sigma": "sigmoid", "softmax": "softmax"}
RUNNING = "·"  # the index of a row with dots in it


@dataclass(frozen=True)
class Context:
    """Where a term stands: the layers that are bound, the arguments of a function, whether a name must be known."""

    layers: dict = field(default_factory=dict)
    locals: frozenset = frozenset()
    strict: object = False  # True: names must be known; "layers": those with a layer must
    last: bool = False  # a letter without a layer is the last layer's: in a loss, below a nabla


class Meaning:
    """What terms mean under the names of a text; `known` grows while definitions are read."""

    def __init__(self, names, top):
        self.names, self.top = names, top
        self.known, self.leaves, self.functions, self.where = set(), [], {}, {}
        self.typed = self.find_typed()
        self.layered = {
            self.canon(s)
            for _, chain in names.lines
            for s in symbols(chain)
            for kind, bracket, place, _ in slots(s)
            if names.layers.holds(s.letter, kind, bracket, place)
        }
        self.scalar_functions, self.scaled = set(), {}

    def find_typed(self):
        """Say whether one letter is defined with several index letters in a chain: a_j and a_k."""
        seen = {}
        for _, chain in self.names.definers:
            left = chain.sides[0]
            found = tuple(
                item.base
                for kind, bracket, place, item in slots(left)
                if item.base[0].isalpha() and self.names.is_index(left, kind, bracket, place, item)
            )
            others = tuple(item for slot in slots(left) if not self.names.is_index(left, *slot) for item in [slot[3]])
            if found:
                seen.setdefault((key(left), others), set()).add(found)
        return any(len(found) > 1 for found in seen.values()) or self.names.circular()

    def canon(self, symbol):
        """Return the letter and style that a letter stands for."""
        return self.names.canon.get(key(symbol), key(symbol))

    def read(self, term, context):
        """Return the meant term of a raw one."""
        return getattr(self, "read_" + type(term).__name__.lower())(term, context)

    # --- letters
    def read_symbol(self, s, context):
        """Return what a letter with its marks means."""
        special = self.special(s, context)
        if special is not None:
            return special
        prefix, _, plain = s.letter.rpartition(" ")
        if prefix in ("Delta", "delta", "d") and self.canon(s) not in self.names.lefts:
            if prefix == "d" and not self.names.differentials:
                return self.derivative_letter(replace(s, letter=plain), context)
            inner = self.read_symbol(replace(s, letter=plain), context)
            return self.nudge(prefix, inner, s)
        return self.behind(*self.split(s, context))

    def derivative_letter(self, s, context):
        """Return what dW stands for: the derivative of the loss, or that of the summed losses where a line has shown
        it."""
        inner = self.read_symbol(s, context)
        turned = isinstance(inner, Transpose)
        ref = inner.of if turned else inner
        if not isinstance(ref, Ref):
            raise Unreadable("a d before something that is no quantity", s.span)
        losses = [
            k
            for k in self.known
            if self.names.canon.get((k.letter, k.style), (k.letter, k.style)) in self.names.numerators
            and k.layer is None
        ]
        if len(losses) != 1:
            raise Ambiguous("d of which loss? write a fraction", s.span, r"\frac{\partial J}{\partial W}")
        term = Derivative(Ref(losses[0], span=s.span), ref, "gradient", span=s.span)
        if ref.name in self.scaled:
            term = Product("", Size(self.scaled[ref.name]), term, span=s.span)
        return Transpose(term, span=s.span) if turned else term

    def nudge(self, prefix, inner, s):
        """Return the nudge of a quantity; what stands behind it stays outside."""
        if isinstance(inner, Transpose | Power):
            return replace(inner, of=self.nudge(prefix, inner.of, s))
        if not isinstance(inner, Ref):
            raise Unreadable(f"{prefix} stands before something that is no quantity", s.span)
        return Nudge(inner, prefix, span=s.span)

    def special(self, s, context):
        """Return what a letter means that is no quantity of the text: a size, an argument, e, I, 1, an index."""
        if s.letter in context.locals:
            return self.local(s, context)
        if signature(s) in self.names.labels or (self.layer_label(s)):
            return Size(self.label(s, context), span=s.span)
        if not s.marks and s.letter + "'" * s.primes in self.names.indices and key(s) not in self.names.lefts:
            return Index(s.letter + "'" * s.primes, span=s.span)
        if key(s) in self.names.known_letters:
            return None
        if self.canon(s) in self.names.lefts:
            return None
        if (s.letter == "delta" and self.two_below(s)) or self.identity_entry(s):
            a, b = self.bases(s)
            return Compared(Index(a), "=", Index(b), span=s.span)
        return self.identity(s, context) if s.letter in ("I", "1", "mathbb 1") else None

    def two_below(self, s):
        """Say whether two marks stand below a letter and none above it."""
        return len(self.bases(s)) == 2 and all(kind == "_" for kind, *_ in slots(s))

    def identity_entry(self, s):
        """Say whether a letter is an entry of the identity: I_{kj} or 1_{kj} with two index letters."""
        if s.letter not in ("I", "1") or not self.two_below(s):
            return False
        return all(base in self.names.indices for base in self.bases(s))

    def layer_label(self, s):
        """Say whether a letter is a size that depends on the layer and was printed with another layer."""
        return any(
            k == key(s)
            and len(marks) == len(list(slots(s)))
            and marks
            and key(s) not in self.names.lefts
            and key(s) not in {key(x) for _, c in self.names.definers for side in c.sides for x in symbols(side)}
            for k, marks in self.names.labels
        )

    def bases(self, s):
        """Return the letters and numbers in the marks of a letter."""
        return [int(item.base) if item.base.isdigit() else item.base for _, _, _, item in slots(s)]

    def identity(self, s, context):
        """Return an identity matrix or ones, of the size that is printed or that fits."""
        label = "".join(item.base for kind, _, _, item in slots(s) if kind == "_")
        ones = s.letter != "I"
        term = Identity(ones, label, span=s.span)
        return Transpose(term, span=s.span) if any(item.base == "T" for _, _, _, item in slots(s)) or s.primes else term

    def label(self, s, context):
        """Return the name of a size; its layer is a number."""
        marks = []
        for _kind, _bracket, _, item in slots(s):
            layer = self.names.layers.value(item, context.layers, self.top)
            marks.append(
                str(layer)
                if layer is not None and item.base in {*context.layers, *self.names.layers.last}
                else item.base + (f"{item.shift:+d}" if item.shift else "")
            )
        return s.letter + ("_" + ",".join(marks) if marks else "")

    def local(self, s, context):
        """Return an argument of a function with what stands behind it."""
        term, power = Local(s.letter, span=s.span), None
        for mark in s.marks:
            if mark.items and all(i.base == "T" for i in mark.items):
                term = Transpose(term, span=s.span)
            elif mark.kind == "^":
                power = self.read(self.settled(mark), context)
            else:
                term = Entry(term, tuple(self.bases(replace(s, marks=(mark,)))), span=s.span)
        return Power(term, power, span=s.span) if power is not None else term

    def settled(self, mark):
        """Return what stands in a mark as a term of its own."""
        term = sub(mark.tokens)
        return self.names.brackets.settle(with_powers(term) if self.names.euler else term)

    def split(self, s, context):
        """Sort the marks of a letter: its name, its indices, how often it is transposed, its power."""
        marks, indices, layer, turned, power = [], [], None, s.primes, None
        for mark in s.marks:
            if mark.items is None:
                if mark.kind == "_":
                    raise Unreadable("this mark cannot be read", mark.span, "an index, a layer or a name")
                turned += is_inverse_turned(mark)
                power = Number(-1.0) if is_inverse_turned(mark) else self.read(self.settled(mark), context)
        for kind, bracket, place, item in slots(s):
            what = self.classify(s, kind, bracket, place, item, context.strict)
            if what == "transpose":
                turned += 1
            elif what == "layer":
                layer = self.layer(item, context, s)
            elif what == "index":
                indices.append((KINDS[kind], kind + bracket, item.base))
            elif what == "power":
                power = Number(float(item.base), item.base, span=s.span)
            else:
                marks.append((kind, bracket, item.base + (f"{item.shift:+d}" if item.shift else "")))
        indices = self.own_first(s, self.digits(s, sorted(indices, key=lambda i: i[0])))
        if self.typed:
            marks += [("_", "", base) for _, _, base in indices if isinstance(base, str)]
        return s, tuple(marks), indices, layer, turned, power, context

    def own_first(self, s, indices):
        """Return the indices with those first that the letter never stands without."""
        mine, rest = [], list(indices)
        for slot in self.names.own_slots.get(self.canon(s), []):
            found = next((i for i in rest if i[1] == slot), None)
            if found is not None:
                rest.remove(found)
                mine.append(found)
        return mine + rest

    def digits(self, s, indices):
        """Return the indices with numbers as numbers; 12 is 1, 2 where the letter has two."""
        out = []
        for order, slot, base in indices:
            if base.isdigit():
                two = len(base) == 2 and self.names.most.get(self.canon(s), 0) > len(indices)
                out += [(order, slot, int(c)) for c in (base if two else [base])]
            else:
                out.append((order, slot, base))
        return out

    def classify(self, s, kind, bracket, place, item, strict=False):
        """Say what one mark of a letter is."""
        if item.base == "T" and kind == "^" and not bracket:
            return "transpose"
        if self.names.layers.holds(s.letter, kind, bracket, place):
            return "layer"
        if self.names.is_index(s, kind, bracket, place, item):
            return "index"
        text = item.base + (f"{item.shift:+d}" if item.shift else "")
        if (kind, bracket, text) in self.marks_of(s) or (s.letter, kind, bracket, item.base) in self.names.marks:
            return "mark"
        if item.base.isdigit():
            return self.digit(s, kind, bracket)
        others = [k for k in self.known if (k.letter, k.style) == self.canon(s)]
        single = len(item.base.strip("'")) == 1 and not item.shift and item.base[0].islower()
        free = (
            any(
                sum(m[0] == kind and m[1] == bracket for m in k.marks) <= (place if strict is True else 0)
                for k in others
            )
            or (strict is True
            and item.base in self.names.paired)
        )
        return "index" if others and single and free and (kind == "_" or bracket) else "mark"

    def digit(self, s, kind, bracket):
        """Say what a number is that no name has as a mark: a power, an index, a mark."""
        if kind == "^":
            return "mark" if bracket else "power"
        others = [k for k in self.known if (k.letter, k.style) == self.canon(s)]
        return "index" if any(not any(m[0] == kind and m[1] == bracket for m in k.marks) for k in others) else "mark"

    def marks_of(self, s):
        """Return the marks that names of this letter have."""
        return {mark for k in self.known if (k.letter, k.style) == self.canon(s) for mark in k.marks}

    def layer(self, item, context, s):
        """Return the number of the layer that a mark names."""
        value = self.names.layers.value(item, context.layers, self.top)
        if value is None and item.base == "in":
            return self.top - 1
        if value is None:
            raise UnknownName(f"the layer {item.base} of {s.letter} is not known", s.span)
        return value

    def behind(self, s, marks, indices, layer, turned, power, context):
        """Return the quantity with its transposes and its power."""
        name = self.name(s, marks, layer, context)
        term = Ref(name, tuple(base for _, _, base in indices), tuple(slot for _, slot, _ in indices), span=s.span)
        if turned % 2:
            term = Transpose(term, span=s.span)
        return Power(term, power, span=s.span) if power is not None else term

    def name(self, s, marks, layer, context):
        """Return the quantity that a letter with these marks is; a name must be known in a claim."""
        letter, style = self.canon(s)
        if layer is None and (letter, style) in self.names.implicit:
            layer = context.layers.get(self.names.implicit[letter, style], self.top)
        name = Name(letter, style, tuple(sorted(marks, key=lambda mark: KINDS[mark[0]])), layer)
        if name in self.known:
            return name
        family = [k for k in self.known if (k.letter, k.style) == (letter, style)]
        if layer is None and not marks and (letter, style) in self.layered:
            return self.last_layer(s, family, context)
        lacks = any(set(name.marks) < set(k.marks) and name.layer in (None, k.layer) for k in family)
        if context.strict is True or (context.strict and layer is not None) or (lacks and context.last):
            return self.unmarked(s, name, family, context)
        self.known.add(name)
        self.leaves.append(name)
        self.where[name] = s.span
        return name

    def last_layer(self, s, family, context):
        """Return the last layer of a letter without one, where that is the custom."""
        if not family:
            raise UnknownName(f"{s.letter} is not known", s.span)
        top = max(family, key=lambda k: -1 if k.layer is None else k.layer)
        if context.last:
            return top
        raise Ambiguous(f"{s.letter} has no layer here", s.span, "the layer")

    def unmarked(self, s, name, family, context):
        """Return the known name that lacks only marks here, or say that the name is unknown or has several readings."""
        wider = [k for k in family if set(name.marks) <= set(k.marks) and name.layer in (None, k.layer)]
        if len(wider) == 1 or (wider and context.last):
            return max(wider, key=lambda k: list(self.where).index(k) if k in self.where else -1)
        if wider:
            raise Ambiguous(
                f"{s.letter} lacks a mark: more than one quantity has this letter", s.span, "the mark that tells which"
            )
        raise UnknownName(
            f"{s.letter} is not known" if not family else f"{s.letter} with these marks is not known", s.span
        )

    # --- brackets, rows
    def read_number(self, term, _context):
        return term

    def read_dots(self, term, _context):
        raise Unreadable("three dots can only stand between entries", term.span)

    def read_group(self, group, context):
        """Return what a bracket holds, with what stands behind it."""
        if len(group.items) > 1 or (group.bracket in ("[", "list") and any(isinstance(i, Dots) for i in group.items)):
            inner = self.listed(group, context)
        else:
            inner = self.read(group.items[0], context)
        turned, power, indices = group.primes, None, []
        for mark in group.marks:
            if mark.kind == "^" and mark.items and all(i.base == "T" for i in mark.items):
                turned += 1
            elif mark.kind == "^" and is_inverse_turned(mark):
                turned, power = turned + 1, Number(-1.0)
            elif mark.kind == "^" and not (mark.items and mark.items[0].bracket):
                power = self.read(self.settled(mark), context)
            else:
                indices += [int(i.base) if i.base.isdigit() else i.base for i in mark.items or ()]
        if indices:
            inner = Entry(inner, tuple(indices), span=group.span)
        if turned % 2:
            inner = Transpose(inner, span=group.span)
        return Power(inner, power, span=group.span) if power is not None else inner

    def listed(self, group, context):
        """Return a row of entries; with dots in it, one for each value of the index that changes."""
        dots = [i for i, one in enumerate(group.items) if isinstance(one, Dots)]
        if not dots:
            return Matrix((tuple(self.read(one, context) for one in group.items),), span=group.span)
        ends = changing(group.items[0], group.items[-1])
        if len(dots) > 1 or dots[0] != len(group.items) - 2 or len(ends) != 1:
            raise Unreadable("I cannot tell what the dots stand for", group.span, "[u_1, u_2, \\dots, u_n]")
        self.names.indices.add(RUNNING)
        body = self.read(with_index(group.items[0]), context)
        high = next(iter(ends))
        return Stack(RUNNING, body, Number(float(high)) if high.isdigit() else Size(high), span=group.span)

    def read_row(self, row, context):
        return replace(row, factors=tuple(self.read(factor, context) for factor in row.factors))

    def read_sum(self, term, context):
        return replace(term, terms=tuple((sign, self.read(one, context)) for sign, one in term.terms))

    def read_fraction(self, term, context):
        return replace(term, top=self.read(term.top, context), bottom=self.read(term.bottom, context))

    def read_norm(self, term, context):
        return replace(term, of=self.read(term.of, context))

    def read_pair(self, term, context):
        return replace(term, left=self.read(term.left, context), right=self.read(term.right, context))

    def read_compared(self, term, context):
        return replace(term, left=self.read(term.left, context), right=self.read(term.right, context))

    def read_matrix(self, term, context):
        return replace(term, rows=tuple(tuple(self.read(cell, context) for cell in row) for row in term.rows))

    def read_cases(self, term, context):
        """Return values with their conditions."""
        rows = []
        for value, condition in term.rows:
            if condition is not None:
                if len(condition.sides) != 2:
                    raise Unreadable("a condition is one comparison", term.span)
                left, right = (self.read(self.names.brackets.settle(side), context) for side in condition.sides)
                condition = Compared(left, condition.relations[0], right, span=condition.span)
            rows.append((self.read(value, context), condition))
        return Cases(tuple(rows), span=term.span)

    def read_limit(self, term, context):
        return replace(term, nudge=self.read(term.nudge, context), body=self.read(term.body, context))

    # --- sums
    def read_bigsum(self, term, context):
        """Return a sum over indices, or the sum of all layers where the index is one."""
        layers = [
            index for index in term.indices if index in {item.base for item in self.names.layers.found(term.body)}
        ]
        if layers:
            return self.over_layers(term, layers[0], context)
        low, high = (
            None if end is None else self.read(end, replace(context, strict=False)) for end in (term.low, term.high)
        )
        body = self.read(term.body, context)
        return replace(term, body=body, low=low, high=high)

    def over_layers(self, term, index, context):
        """Return the sum of one term for each layer that exists."""
        terms = []
        for layer in range(1, self.top + 1):
            inner = replace(context, layers={**context.layers, index: layer}, strict=True)
            try:
                terms.append((1, self.read(term.body, inner)))
            except UnknownName:
                continue
        if not terms:
            raise Unreadable("this sum over the layers has no terms", term.span)
        return Sum(tuple(terms), span=term.span)

    # --- functions
    def read_call(self, call, context):
        """Return a function of its arguments, with its power outside."""
        arguments = tuple(self.read(one, context) for one in call.arguments)
        function = call.function if isinstance(call.function, str) else self.function(call.function, arguments, context)
        if isinstance(function, Ref):
            return self.at(call, function, arguments, context)
        term, power = Call(function, arguments, call.primes, span=call.span), None
        for mark in call.marks:
            if mark.kind == "^" and not (mark.items and mark.items[0].base == "T"):
                power = self.read(self.settled(mark), context)
        return Power(term, power, span=call.span) if power is not None else term

    def at(self, call, function, arguments, context):
        """Return a quantity where what its bracket names has the value given there."""
        changed = []
        for raw, argument in zip(call.arguments, arguments):
            plain = [one for one in walk(argument) if isinstance(one, Ref) and not one.indices]
            nudged = {one.of for one in walk(argument) if isinstance(one, Nudge)}
            named = [one for one in plain if one not in nudged] or plain
            if not named:
                raise Unreadable("I cannot tell which quantity changes here", raw.span)
            changed.append((named[0], argument))
        return At(function, tuple(changed), span=call.span)

    def function(self, symbol, arguments, context):
        """Return the function that a letter stands for: the text's own, a known one, or an unnamed one."""
        plain = key(symbol)
        body = self.functions[plain] if plain in self.functions else self.definition_of(plain)
        if body is not None:
            self.functions[plain] = body
            if len(body.parameters) == len(arguments):
                return body
            return Unnamed(f"{symbol.letter}({len(arguments)})", len(arguments) > 1)
        name = self.canon(symbol)
        if name in self.names.lefts and any((k.letter, k.style) == name for k in self.known):
            return Ref(self.name(symbol, (), None, replace(context, strict=True, last=True)), span=symbol.span)
        if symbol.letter in KNOWN_FUNCTIONS and plain not in self.names.lefts:
            return KNOWN_FUNCTIONS[symbol.letter]
        alias = self.alias(plain)
        scalar = len(arguments) > 1 or plain in self.scalar_functions
        return Unnamed(alias[0] if alias else symbol.letter, scalar)

    def alias(self, plain):
        """Return the letter that a function letter is set equal to: g = G."""
        for _, chain in self.names.definers:
            left, right = chain.sides[0], chain.sides[-1]
            if (
                isinstance(right, Symbol)
                and isinstance(left, Symbol)
                and key(left) == plain
                and not left.marks
                and not right.marks
            ):
                return key(right)
        return None

    def definition_of(self, plain):
        """Return the function that the text defines for a letter, or None."""
        parameters = self.names.brackets.parameters.get(plain)
        chain = next((c for _, c in self.names.definers if key(c.sides[0]) == plain), None)
        if not parameters or chain is None:
            return None
        letters = tuple(p.letter for p in parameters[0])
        inside = {s.letter for s in symbols(chain.sides[-1])}
        if not set(letters) <= inside:
            return None
        body = self.read(chain.sides[-1], Context(locals=frozenset(letters)))
        return Function(letters, body, plain[0])

    # --- derivatives
    def read_derivative(self, term, context):
        """Return the derivative of a term by a quantity."""
        by = self.below(term.by, context)
        return Derivative(self.read(term.of, replace(context, last=context.last or False)), by, span=term.span)

    def below(self, by, context):
        """Return what a derivative is taken by: a quantity, an entry of it, its entries in a column."""
        meant = self.read(by, context)
        vec = isinstance(meant, Call) and meant.function == "vec"
        turned = isinstance(meant, Transpose) and isinstance(meant.of, Ref)
        if turned and isinstance(by, Symbol) and by.primes and self.both_primed(key(by)):
            said = f"{by.letter}' may be the transpose of {by.letter}, or a quantity of its own"
            raise Ambiguous(said, by.span, f"a letter or a number of its own, such as {by.letter}_2")
        if not (isinstance(meant, Ref) or vec or turned):
            raise Unreadable("a derivative is taken by a quantity", by.span, "a letter below the bar")
        return meant

    def both_primed(self, letter):
        """Say whether definitions show a letter with a prime and without one."""
        found = [s for _, c in self.names.definers for side in c.sides for s in symbols(side) if key(s) == letter]
        return len({s.primes for s in found}) > 1

    def read_gradient(self, term, context):
        """Return a gradient: the derivative in the shape of what stands below the nabla."""
        name = (
            Symbol(f"nabla {term.of.letter}", term.of.style, term.of.marks, term.of.primes, span=term.span)
            if isinstance(term.of, Symbol) and term.by is None
            else None
        )
        if name is not None and key(name) in self.names.lefts:
            return self.read_symbol(name, context)
        if isinstance(term.of, Gradient):
            inner = self.read_gradient(replace(term.of, by=term.of.by or term.by), context)
            by = self.below(term.by, replace(context, last=True)) if term.by is not None else inner.by
            return Derivative(inner, by, span=term.span)
        lists = self.names.brackets.parameters.get(key(term.of), []) if isinstance(term.of, Symbol) else []
        if term.by is None and lists and len(lists[0]) == 1:
            term = replace(term, by=lists[0][0])
        if term.by is None:
            raise Ambiguous("a gradient by what? nothing stands below the nabla", term.span, r"\nabla_W J")
        by = self.below(term.by, replace(context, last=True))
        return Derivative(self.read(term.of, context), by, "gradient", span=term.span)


def is_inverse_turned(mark):
    """Say whether a mark is the -T of an inverse that is transposed."""
    return [token.value for token in mark.tokens] in (["-", "T"], ["-", "top"])


def changing(first, last):
    """Return the marks that stand in the last raw term where the first one has a 1."""
    pairs = zip(symbols(first), symbols(last))
    return {
        b.base
        for one, other in pairs
        for (_, _, _, a), (_, _, _, b) in zip(slots(one), slots(other))
        if a.base == "1" != b.base
    }


def with_index(term):
    """Return a raw term with each mark 1 made the running index."""
    if isinstance(term, Symbol):
        marks = tuple(
            replace(m, items=m.items and tuple(replace(i, base=RUNNING) if i.base == "1" else i for i in m.items))
            for m in term.marks
        )
        return replace(term, marks=marks)
    return rebuild(term, with_index)
