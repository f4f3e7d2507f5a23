"""A derivation: its definitions, declarations and conditions, each layer of a template built, ready for sizes and
values."""

from dataclasses import dataclass, replace

from .brackets import key
from .grammar import parse
from .meaning import Context, Meaning
from .names import Names, says_symmetric, signature
from .problems import Problem, UnknownName
from .statements import ORDER
from .templates import LAYERS, slots
from .terms import (
    Call,
    Chain,
    Derivative,
    Name,
    Number,
    Ref,
    Sum,
    Symbol,
    Term,
    Transpose,
    Unnamed,
    exchanged,
    rebuild,
    walk,
)


@dataclass(frozen=True)
class Definition:
    """What a quantity is: the term, with the indices of the left side bound in it."""

    name: Name
    indices: tuple
    slots: tuple
    term: Term
    number: int = 0
    span: tuple = (0, 0)


class Derivation:
    """All that a text states, apart from its claims."""

    def __init__(self, statements, layers=LAYERS):
        self.statements, self.layers = statements, layers
        self.names = Names(statements)
        self.low, self.top = self.find_layers()
        self.meaning = Meaning(self.names, self.top)
        self.definitions, self.declared, self.conditions, self.problems, self.defining = {}, {}, [], {}, set()
        self.blocked = {letter: s for s in statements if s.problem for letter in first_letters(s)}
        self.find_scalar_functions()
        self.declare()
        self.define()
        self.complete()
        self.find_conditions()

    def find_layers(self):
        """Return the lowest layer that is defined and the last one."""
        low = 1
        for _, chain in self.names.definers:
            mine = [item.shift for item in self.names.layers.found(chain.sides[0])]
            others = [item.shift for side in chain.sides[1:] for item in self.names.layers.found(side)]
            if mine and others and mine[0] > min(others):
                low = max(low, 1 + mine[0])
        return low, low + self.layers - 1

    def shared(self):
        """Return what is given once for all layers although definitions run over them: the weights of a recurrent
        network."""
        layered = {r.name for d in self.definitions.values() if d.name.layer is not None for r in refs(d.term)}
        return [name for name in self.meaning.leaves if name.layer is None and name in layered]

    def find_scalar_functions(self):
        """Find functions left open whose value is the loss: L = f(D)."""
        primed = {
            key(c.function)
            for _, chain in self.names.lines
            for c in walk(chain)
            if isinstance(c, Call) and isinstance(c.function, Symbol) and c.primes
        }
        for _, chain in self.names.definers:
            left = chain.sides[0]
            for right in self.open_terms(chain.sides[-1]) if key(left) in self.names.numerators else ():
                used = any(
                    key(left) == key(s)
                    for _, other in self.names.definers
                    if other is not chain
                    for side in other.sides[1:]
                    if not isinstance(side, Derivative)
                    for s in walk(side)
                    if isinstance(s, Symbol)
                )
                if not used and key(right.function) not in primed:
                    self.meaning.scalar_functions.add(key(right.function))

    @staticmethod
    def open_terms(side):
        """Yield the terms of a sum, or the one term, that are a function left open: L(h) + R(w)."""
        for term in [one for _, one in side.terms] if isinstance(side, Sum) else [side]:
            if isinstance(term, Call) and isinstance(term.function, Symbol):
                yield term

    # --- declarations
    def declare(self):
        """Take in declared sizes, for each layer where a letter runs over them."""
        for statement in self.statements:
            for d in statement.declared:
                for symbol in d.names:
                    self.declare_one(symbol, d.sizes)

    def declare_one(self, symbol, sizes):
        """Take in one declared name."""
        free = self.names.layers.free(symbol) & self.names.layers.letters
        for layers in [dict.fromkeys(free, value) for value in range(self.top + 1)] if free else [{}]:
            context = Context(layers)
            before = set(self.meaning.known)
            term = self.meaning.read_symbol(symbol, context)
            if not isinstance(term, Ref):
                continue
            self.declared[term.name] = tuple(self.meaning.read(size, context) for size in sizes)
            if layers:
                self.meaning.known = before
                self.meaning.leaves = [leaf for leaf in self.meaning.leaves if leaf in before]

    def instances(self, term, values):
        """Yield the layers that a definition is built for: one empty dict if it has none."""
        free = self.names.layers.free(term) & self.names.layers.letters
        free |= {
            item.base
            for item in self.names.layers.found(term)
            if item.base in self.names.layers.letters
            and (isinstance(term, Symbol) or (isinstance(term, Chain) and self.templated(term)))
        }
        if not free:
            yield {}
            return
        for value in values:
            yield dict.fromkeys(free, value)

    def templated(self, chain):
        """Say whether a definition holds for every layer: its left side carries one, or stands for one of each."""
        left = chain.sides[0]
        return any(True for _ in self.names.layers.found(left)) or key(left) in self.names.implicit

    # --- definitions
    def define(self):
        """Read all definitions: first those without derivatives, then the derivatives."""
        found = [(s, chain, pick(chain, self.names)) for s, chain in self.names.definers]
        plain = [one for one in found if not differentiates(one[2])]
        for statement, chain, right in sorted(plain, key=lambda one: self.explicit(one[1])):
            self.attempt(statement, chain, right, strict=False)
        for statement, chain, right in found:
            if differentiates(right):
                self.attempt(statement, chain, right, strict="layers")

    def explicit(self, chain):
        """Order definitions: those for every layer first, then those for one layer, which replace them."""
        items = list(self.names.layers.found(chain.sides[0]))
        return int(bool(items) and all(item.base not in self.names.layers.letters for item in items))

    def attempt(self, statement, chain, right, strict):
        """Read one definition, and keep the problem if it cannot be read."""
        try:
            self.define_one(statement, chain, right, strict)
        except Problem as problem:
            self.problems.setdefault(statement.number if not statement.given else -statement.number, problem)
            if not isinstance(right, Symbol):
                self.blocked[chain.sides[0].letter] = statement

    def define_one(self, statement, chain, right, strict):
        """Read one definition, for each layer it holds for."""
        left = chain.sides[0]
        if self.function_only(left):
            for parameter in self.names.brackets.parameters[key(left)][0]:
                self.meaning.read_symbol(parameter, Context())
            self.defining.add(statement.number)
            return
        items = list(self.names.layers.found(left))
        shift = items[0].shift if items and items[0].base in self.names.layers.letters else 0
        values = range(self.low - 1 if strict else self.low, self.top + 1)
        both, done, problem = Chain((left, right), ("=",)), False, None
        for layers in self.instances(both, [value - shift for value in values]):
            try:
                done = self.define_at(statement, left, right, layers, strict) or done
            except UnknownName as error:
                problem = error
        if problem is not None and not done:
            raise problem

    def function_only(self, left):
        """Say whether a letter is a function of its own arguments and never stands for a value."""
        stands = any(
            key(s) == key(left) and s is not left
            for _, chain in self.names.lines
            for s in walk(chain)
            if isinstance(s, Symbol) and not self.calls(chain, s)
        )
        return not stands and self.meaning.definition_of(key(left)) is not None

    @staticmethod
    def calls(chain, symbol):
        """Say whether a letter is the function of a call in a chain."""
        return any(isinstance(c, Call) and c.function is symbol for c in walk(chain))

    def define_at(self, statement, left, right, layers, strict):
        """Read one definition at one layer; return whether it was kept."""
        context = Context(layers, strict=strict)
        loss = not any(True for _ in self.names.layers.found(left)) and key(left) not in self.names.implicit
        term = self.meaning.read(right, replace(context, last=loss))
        name = self.meaning.read_symbol(left, replace(context, strict=False))
        if isinstance(name, Transpose):
            term = replace(term, how="row") if isinstance(term, Derivative) else term
            name, term = name.of, Transpose(term, span=term.span)
        if not isinstance(name, Ref):
            raise UnknownName("the left side is no name", left.span)
        if (
            not statement.given
            and name.name in self.definitions
            and self.definitions[name.name].number != statement.number
        ):
            return False
        if self.recursive(name.name, term):
            return False
        self.definitions[name.name] = Definition(name.name, name.indices, name.slots, term, statement.number, left.span)
        self.meaning.leaves = [leaf for leaf in self.meaning.leaves if leaf != name.name]
        if not statement.given:
            self.defining.add(statement.number)
        return True

    def recursive(self, name, term):
        """Say whether a definition would need itself."""
        seen, todo = set(), [one.name for one in refs(term)]
        while todo:
            one = todo.pop()
            if one == name:
                return True
            if one not in seen:
                seen.add(one)
                todo += [r.name for r in refs(self.definitions[one].term)] if one in self.definitions else []
        return False

    def complete(self):
        """Make each loss that is differentiated but not defined a smooth function of what nothing else uses."""
        self.share()
        numerators = {self.names.canon.get(k, k) for k in self.names.numerators}
        open_ = [name for name in self.meaning.leaves if (name.letter, name.style) in numerators and name.layer is None]
        for letter, style in numerators - {(n.letter, n.style) for n in self.meaning.known}:
            if (letter, style) not in self.functions_used():
                open_.append(Name(letter, style))
        for name in [n for n in dict.fromkeys(open_) if n.letter not in self.blocked]:
            ends = [end for end in self.ends() if name not in self.upstream(end)]
            if ends:
                term = Call(Unnamed(name.letter, True), tuple(Ref(end) for end in ends))
                self.definitions[name] = Definition(name, (), (), term)
                self.meaning.known.add(name)
                self.meaning.leaves = [leaf for leaf in self.meaning.leaves if leaf != name]
        self.define_again()
        if self.meaning.typed:
            self.define_typed()

    def share(self):
        """Let a definition use another one whose right side stands in it: a = f(W x + b) is f(z) where z = W x + b."""
        parts = {name: set(walk(d.term)) - {d.term} for name, d in self.definitions.items()}
        every = set().union(*parts.values())
        for name, whole in list(self.definitions.items()):
            if isinstance(whole.term, Ref | Number) or whole.term not in every or differentiates_term(whole.term):
                continue
            ref = Ref(name, whole.indices, whole.slots, span=whole.span)
            for other in [other for other in parts if whole.term in parts[other] and other not in self.upstream(name)]:
                one = self.definitions[other]
                self.definitions[other] = replace(one, term=exchanged(one.term, whole.term, ref))

    def define_typed(self):
        """Define by the same derivative for the other index letters where the index belongs to the name: delta_k like
        delta_j."""
        for statement, chain in self.names.definers:
            right = pick(chain, self.names)
            letters = {item.base for _, _, _, item in slots(chain.sides[0])} & self.names.indices
            if differentiates(right) and len(letters) == 1:
                for other in sorted(self.names.indices - letters):
                    self.define_other(statement, chain.sides[0], right, letters.pop() if letters else "", other)
                    letters = {item.base for _, _, _, item in slots(chain.sides[0])} & self.names.indices

    def define_other(self, statement, left, right, letter, other):
        """Define a quantity like another one, with another index letter, if all names in it are known."""
        left, right = (relettered(side, letter, other) for side in (left, right))
        try:
            name = self.meaning.read_symbol(left, Context())
            if name.name not in self.definitions:
                term = self.meaning.read(right, Context(strict=True, last=True))
                self.definitions[name.name] = Definition(
                    name.name, name.indices, name.slots, term, statement.number, left.span
                )
            self.meaning.leaves = [leaf for leaf in self.meaning.leaves if leaf != name.name]
        except UnknownName:
            self.meaning.known.discard(name.name)
            self.meaning.leaves = [leaf for leaf in self.meaning.leaves if leaf != name.name]

    def define_again(self):
        """Read the definitions by derivatives again, now that every loss is known."""
        for statement, chain in self.names.definers:
            right = pick(chain, self.names)
            number = statement.number if not statement.given else -statement.number
            if differentiates(right) and number in self.problems:
                del self.problems[number]
                self.blocked.pop(chain.sides[0].letter, None)
                self.attempt(statement, chain, right, strict="layers")

    def functions_used(self):
        """Return the letters that stand for functions."""
        return {
            key(c.function)
            for _, chain in self.names.lines
            for c in walk(chain)
            if isinstance(c, Call) and isinstance(c.function, Symbol)
        }

    def ends(self):
        """Return the defined quantities that no other definition uses, except by a derivative."""
        used = {r.name for d in self.definitions.values() for r in refs(d.term) if not differentiates_term(d.term)}
        return [name for name, d in self.definitions.items() if name not in used and not differentiates_term(d.term)]

    def upstream(self, name):
        """Return all quantities that a quantity follows from, itself included."""
        seen, todo = set(), [name]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += [r.name for r in refs(self.definitions[one].term)] if one in self.definitions else []
        return seen

    # --- conditions
    def find_conditions(self):
        """Read the lines that define nothing: conditions on what is given."""
        for statement, chain in self.names.lines:
            if any(c is chain for _, c in self.names.definers):
                continue
            if statement.given or self.is_condition(chain):
                try:
                    context = Context(strict=True, last=True)
                    meant = replace(chain, sides=tuple(self.meaning.read(side, context) for side in chain.sides))
                    self.conditions.append((statement, meant))
                except Problem as problem:
                    self.problems.setdefault(statement.number if not statement.given else -statement.number, problem)

    def is_condition(self, chain):
        """Say whether a line is a condition: an inequality, a size that is set, a matrix that is its own transpose."""
        left = chain.sides[0]
        sized = (
            isinstance(left, Symbol) and signature(left) in self.names.labels and isinstance(chain.sides[-1], Number)
        )
        return sized or bool(set(chain.relations) & ORDER) or says_symmetric(chain)


def first_letters(statement):
    """Return the letter with which an unreadable line begins, if its left side can be read."""
    try:
        left = parse(statement.latex.split("=")[0])
    except Problem:
        return []
    return [next((s.letter for s in walk(left.sides[0]) if isinstance(s, Symbol)), "")]


def pick(chain, names):
    """Return the side that says most of what the left side is: one without a function that nothing defines."""
    sides = chain.sides[1:]
    known = [
        side
        for side in sides
        if not (
            isinstance(side, Call)
            and isinstance(side.function, Symbol)
            and key(side.function) not in names.lefts
            and len(side.arguments) > 1
        )
    ]
    return (known or sides)[0]


def relettered(term, letter, other):
    """Return a raw term with one index letter put for another."""
    if isinstance(term, Symbol):
        marks = tuple(
            replace(m, items=m.items and tuple(replace(i, base=other) if i.base == letter else i for i in m.items))
            for m in term.marks
        )
        return replace(term, marks=marks)
    return rebuild(term, lambda child: relettered(child, letter, other))


def differentiates(term):
    """Say whether a raw term is or holds a derivative."""
    from .terms import Gradient

    return any(isinstance(one, Derivative | Gradient) for one in walk(term))


def differentiates_term(term):
    """Say whether a meant term holds a derivative."""
    return any(isinstance(one, Derivative) for one in walk(term))


def refs(term):
    """Yield the quantities in a term."""
    return (one for one in walk(term) if isinstance(one, Ref))
