"""Names first: which letters with which marks are quantities, and which marks are indices, layers, transposes or
powers.

Left sides and declarations introduce the names. Any other mark is then an index, a layer, a transpose or a power, so
that z^1 is a layer where z^1 was defined and a power where only z was.
"""

from dataclasses import replace

from .brackets import Brackets, key
from .grammar import sub
from .statements import Statement
from .templates import Layers, slots, symbols
from .terms import (
    BigSum,
    Call,
    Chain,
    Derivative,
    Gradient,
    Matrix,
    Norm,
    Number,
    Pair,
    Row,
    Symbol,
    is_capital,
    rebuild,
    walk,
)

NOT_DEFINED = ("Delta ", "delta ")


class Names:
    """What the letters and marks of a text mean, gathered from all its lines before any of them is judged."""

    def __init__(self, statements):
        every = [chain for s in statements for chain in s.chains]
        self.euler, self.parts = is_euler(every), set()
        self.brackets = Brackets([with_powers(chain) for chain in every] if self.euler else every)
        self.settled = {id(chain): self.settle(chain) for chain in every}
        self.labels = set()
        for s in statements:
            self.note_labels(s)
        self.lines = [(s, self.settled[id(chain)]) for s in statements for chain in s.chains]
        self.numerators = {key(one) for _, chain in self.lines for one in differentiated(chain)}
        self.definers = self.provisional()
        self.differentials = self.find_differentials()
        self.find_loss()
        self.layers = Layers(
            [chain for _, chain in self.definers] + [letter for s in statements for letter in declared(s)]
        )
        self.find_indices([chain for _, chain in self.lines], [letter for s in statements for letter in declared(s)])
        self.part_letters()
        self.find_letters(statements)
        self.find_last()
        self.find_entries_differentiated()

    def settle(self, chain):
        """Return a chain with its brackets and powers settled."""
        settled = with_name(self.brackets.settle(with_powers(chain) if self.euler else chain), self.brackets.parameters)
        return self.parted(settled) if self.parts else settled

    def note_labels(self, statement: Statement):
        """Take in the letters that are sizes: ends of sums, declared dimensions."""
        dims = [dim for d in statement.declared for dim in d.sizes]
        ends = [
            b.high for chain in statement.chains for b in walk(chain) if isinstance(b, BigSum) and b.high is not None
        ]
        for term in (*dims, *ends):
            self.labels |= {signature(one) for one in symbols(term)}

    def provisional(self):
        """Return the (statement, chain) pairs that define: a name on the left that was not there before."""
        seen, found = set(), []
        self.bound = {
            index for _, chain in self.lines for one in walk(chain) if isinstance(one, BigSum) for index in one.indices
        }
        self.given_with_index = any(s.given for s, _ in self.lines)
        for statement, chain in self.lines:
            left = chain.sides[0]
            if not self.may_define(statement, chain):
                continue
            if is_number(chain) and self.alone(left, chain):
                self.labels.add(signature(left))
                continue
            found += [(statement, other) for other in aliases(chain, statement.given)]
            parts = (self.outline(item, kind, bracket) for kind, bracket, _, item in slots(left) if item.base != "T")
            shape = key(left), tuple(part for part in parts if part)
            cased = (swapped(left.letter), left.style), shape[1]
            if statement.given or not {shape, cased if shape[1] else shape} & seen or self.passes_on(chain, found):
                seen.add(shape)
                found.append((statement, chain))
        defined = {signature(chain.sides[0]) for _, chain in found}
        self.labels -= {s for s in self.labels if s in defined}
        return found

    def passes_on(self, chain, found):
        """Say whether a name that is no derivative follows from itself with another index: delta_j from the delta_k."""
        left = chain.sides[0]
        before = [other for _, other in found if key(other.sides[0]) == key(left)]
        if any(isinstance(one, Derivative | Gradient) for other in before for one in walk(other)):
            return False
        mine = {item.base for _, _, _, item in slots(left)} & self.bound
        outline = [self.outline(item, kind, bracket) for kind, bracket, _, item in slots(left)]
        return bool(mine) and any(
            key(s) == key(left)
            and [self.outline(item, kind, bracket) for kind, bracket, _, item in slots(s)] == outline
            and not {item.base for _, _, _, item in slots(s)} & mine
            for side in chain.sides[1:]
            for s in symbols(side)
        )

    def may_define(self, statement, chain):
        """Say whether the left side of a line is a name that a line can define."""
        if says_symmetric(chain):
            return False
        left = chain.sides[0]
        if len(chain.sides) < 2 or chain.relations[0] not in ("=", "←") or not isinstance(left, Symbol):
            return False
        if left.letter.startswith(NOT_DEFINED) or left.primes or signature(left) in self.labels:
            return False
        return statement.given or not left.letter.startswith("d ")

    def outline(self, item, kind, bracket):
        """Return a mark as far as it tells names apart: an index does not, nor which letter counts a layer."""
        if len(item.base) == 1 and item.base.isalpha():
            if bracket:
                return kind, bracket, "·", item.shift
            return None if item.base in self.bound or self.given_with_index else (kind, bracket, item.base, item.shift)
        return kind, bracket, item.base, item.shift

    def find_differentials(self):
        """Say whether a d before a letter is a nudge: a trace, a colon, a d of the loss or of what follows shows it."""
        if any(map(self.goes_forward, (chain for _, chain in self.lines))):
            return True
        terms = [one for _, chain in self.lines for one in walk(chain)]
        losses = {f"d {letter}" for letter, _ in self.numerators}
        return any(
            isinstance(one, Pair)
            or (isinstance(one, Call)
            and one.function == "tr")
            or (isinstance(one, Symbol)
            and one.letter in losses)
            for one in terms
        )

    def goes_forward(self, chain):
        """Say whether a line gives the d of a quantity by those of what it is made of: dY = X dX + dX X."""
        left, letters = chain.sides[0], [s for side in chain.sides[1:] for s in symbols(side)]
        below = {(s.letter[2:], s.style) for s in letters if s.letter.startswith("d ")}
        if not below or not isinstance(left, Symbol) or not left.letter.startswith("d "):
            return False
        mine = left.letter[2:], left.style
        return below <= self.made_of(mine) and not any(mine in self.made_of(letter) for letter in below)

    def made_of(self, letter):
        """Return the letters that a defined one is made of, through all definitions."""
        found, new = set(), {letter}
        while new:
            sides = [side for _, c in self.definers if key(c.sides[0]) in new for side in c.sides[1:]]
            new = {key(s) for side in sides for s in symbols(side)} - found
            found |= new
        return found

    def find_loss(self):
        """Take the last name that nothing else uses as the loss where dW stands for its derivative and no fraction says
        whose."""
        letters = {s.letter for _, chain in self.lines for s in symbols(chain) if s.letter.startswith("d ")}
        if letters and not self.differentials and not self.numerators:
            used = {key(s) for _, chain in self.definers for side in chain.sides[1:] for s in symbols(side)}
            letters_of_d = {key(c.sides[0]) for _, c in self.definers if c.sides[0].letter in letters}
            ends = [key(chain.sides[0]) for _, chain in self.definers if key(chain.sides[0]) not in used | letters_of_d]
            self.numerators |= set(ends[-1:])

    def alone(self, letter, line):
        """Say whether a letter stands in no other line."""
        return not any(key(s) == key(letter) for _, chain in self.lines if chain is not line for s in symbols(chain))

    # --- indices
    def find_indices(self, chains, letters):
        """Find the letters that are indices: bound by a sum somewhere, or standing where such a letter stands."""
        self.indices = {
            index for chain in chains for one in walk(chain) if isinstance(one, BigSum) for index in one.indices
        }
        self.index_places = set()
        self.find_extra_places(chains, letters)
        seen = self.marks_seen(chains)
        self.marks = {
            (chain.sides[0].letter, kind, bracket, item.base)
            for _, chain in self.definers
            for kind, bracket, _, item in slots(chain.sides[0])
            if not self.appears(item.base, chain)
        }
        self.find_numbered()
        while self.grow_indices(seen):
            pass
        below = [m.items or () for chain in chains for s in symbols(chain) for m in s.marks if m.kind == "_"]
        self.paired = {item.base for *_, item in seen} & {i.base for pair in below if len(pair) == 2 for i in pair}

    def find_numbered(self):
        """Find the numbers that belong to a name: W_2 beside a plain W, and b_2 in the same line as such a W_2."""
        terms = [list(symbols(chain)) for _, chain in self.definers]
        plain = {key(s) for line in terms for s in line if not s.marks}
        below = [[(s, slot[3].base) for s in line for slot in slots(s) if slot[0] == "_"] for line in terms]
        lettered = {key(s) for line in below for s, base in line if not base.isdigit()}
        for line in below:
            mine = {base for s, base in line if base.isdigit() and is_capital(s.letter) and key(s) in plain - lettered}
            for s, base in line:
                if base in mine and key(s) in plain - lettered:
                    self.marks.add((s.letter, "_", "", base))

    def marks_seen(self, chains):
        """Return (letter, kind, bracket, place, mark) of each mark that may be an index."""
        ends = {letter for (letter, _), _ in self.labels}
        return [
            (s.letter, kind, bracket, place, item)
            for chain in chains
            for s in symbols(chain)
            for kind, bracket, place, item in slots(s)
            if not self.layers.holds(s.letter, kind, bracket, place)
            and not item.shift
            and item.base not in ("T", "*", *ends)
        ]

    def unmarked(self):
        """Return the letters that no definition shows with a mark, each with the marks that belong to it: none."""
        terms = [s for _, chain in self.definers for s in symbols(chain)]
        marked = {s.letter.lower() for s in terms if s.marks}
        return {s.letter: set() for s in terms if s.letter.lower() not in marked}

    def find_extra_places(self, chains, letters):
        """Find the marks that a letter has beyond those it was declared with: they are indices."""
        whole = self.unmarked()
        for s in letters:
            for letter in {s.letter, s.letter.swapcase()}:
                whole.setdefault(letter, set()).update((kind, bracket) for kind, bracket, _, _ in slots(s))
        for s in (s for chain in chains for s in symbols(chain) if s.letter in whole):
            for kind, bracket, place, item in slots(s):
                extra = (kind, bracket) not in whole[s.letter] and not self.layers.holds(s.letter, kind, bracket, place)
                if extra and (kind == "_" or bracket) and len(item.base.strip("'")) == 1 and item.base != "T":
                    self.index_places.add((s.letter, kind, bracket, place))

    def grow_indices(self, seen):
        """Take in places where an index stands and letters that stand in such places; say whether any were new."""
        before = len(self.indices), len(self.index_places)
        names = {base for *_, base in self.marks}
        for letter, kind, bracket, place, item in seen:
            if (letter, kind, bracket, item.base) in self.marks:
                continue
            here = (letter, kind, bracket, place)
            if item.base in self.indices:
                self.index_places.add(here)
            elif here in self.index_places and is_index_letter(item.base) and item.base not in names:
                self.indices.add(item.base)
        return before != (len(self.indices), len(self.index_places))

    def appears(self, base, chain):
        """Say whether a mark of the left side stands on the right side of a definition, too."""
        return any(item.base == base for side in chain.sides[1:] for s in symbols(side) for _, _, _, item in slots(s))

    def is_index(self, symbol, kind, bracket, place, item):
        """Say whether a mark is an index of its letter."""
        here = (symbol.letter, kind, bracket, place)
        if self.layers.holds(*here):
            return False
        if item.base.isdigit() or any(letter == item.base for (letter, _), _ in self.labels):
            return here in self.index_places
        return item.base in self.indices and (symbol.letter, kind, bracket, item.base) not in self.marks

    # --- letters
    def part_letters(self):
        """Tell a whole from its parts where one letter stands for both: J is the sum of the J^{[r]}."""
        if not self.arrays():
            terms = [s for _, chain in self.definers for s in symbols(chain)]
            lefts = [chain.sides[0] for _, chain in self.definers]
            by_entry = {key(s) for s in lefts if self.indexed(s)} - {key(s) for s in lefts if not self.indexed(s)}
            both = {key(s) for s in terms if self.indexed(s)} & {key(s) for s in terms if not self.indexed(s)}
            self.parts |= both - by_entry
        for _, chain in self.definers:
            left = chain.sides[0]
            inside = any(key(s) == key(left) and self.indexed(s) for side in chain.sides[1:] for s in symbols(side))
            bound = {i for one in walk(chain) if isinstance(one, BigSum) for i in one.indices}
            beside = key(left) in self.numerators and any(
                key(c.sides[0]) == key(left) and {item.base for _, _, _, item in slots(c.sides[0])} & bound
                for _, c in self.definers
            )
            if not self.indexed(left) and (inside or beside):
                self.parts.add(key(left))
        if self.parts:
            new = {id(chain): self.parted(chain) for _, chain in [*self.lines, *self.definers]}
            self.lines = [(s, new[id(chain)]) for s, chain in self.lines]
            self.definers = [(s, new[id(chain)]) for s, chain in self.definers]

    def layered_entries(self):
        """Say whether a letter of a layer stands with an index and without one: a^l and a^L_j are array and entry."""
        letters = [s for _, chain in self.definers for s in symbols(chain)]
        whole = {key(s) for s in letters if not self.indexed(s) and self.has_layer(s)}
        return bool(whole & {key(s) for s in letters if self.indexed(s)})

    def has_layer(self, symbol):
        """Say whether a mark of a letter is a layer."""
        return any(self.layers.holds(symbol.letter, kind, bracket, place) for kind, bracket, place, _ in slots(symbol))

    def arrays(self):
        """Say whether something in the text is only written of arrays; if not, a letter without an index is a
        number."""
        for statement, chain in self.lines:
            for one in walk(chain):
                if (
                    isinstance(one, Norm | Pair | Matrix | Gradient)
                    or (isinstance(one, Row)
                    and set(one.ops) & {"odot", "kron"})
                    or (isinstance(one, Call)
                    and one.function == "softmax")
                    or statement.declared
                ):
                    return True
                if isinstance(one, Symbol) and (
                    one.style == "bold" or any(i.base == "T" for m in one.marks if m.kind == "^" for i in m.items or ())
                ):
                    return True
        return self.layered_entries() or any(
            is_capital(s.letter)
            and signature(s) not in self.labels
            and key(s) not in self.numerators
            for _, chain in self.definers
            for s in symbols(chain)
        )

    def indexed(self, symbol):
        """Say whether a letter has an index."""
        return any(self.is_index(symbol, *slot) for slot in slots(symbol))

    def parted(self, term):
        """Return a raw term in which the parts of a whole have a letter of their own."""
        if isinstance(term, Symbol):
            return replace(term, letter=f"{term.letter}·") if key(term) in self.parts and self.indexed(term) else term
        return rebuild(term, self.parted)

    def find_letters(self, statements):
        """Find which letters are forms of one letter: w_{ij} and W, bold and light, capital and small."""
        self.lefts = {key(chain.sides[0]) for _, chain in self.definers} | {
            key(s) for st in statements for s in declared(st)
        }
        defined = {key(s) for _, chain in self.definers for s in symbols(chain)} | self.lefts
        self.count_indices()
        for st in statements:
            for s in declared(st):
                self.least[key(s)] = 0
        self.known_letters = defined
        self.find_products()
        self.forms = self.find_forms(statements)
        self.canon = {}
        for one in {*self.least, *defined}:
            other = self.same_letter(one, defined)
            if other != one:
                self.canon[one] = other
        for one, other in self.canon.items():
            if self.least.get(one, 9) < self.least.get(other, 9):
                self.own_slots[other] = self.own_slots.get(one, [])
            self.least[other] = min(self.least.get(other, 9), self.least.get(one, 9))
            self.most[other] = max(self.most.get(other, 0), self.most.get(one, 0))

    def count_indices(self):
        """Count for each letter with how many indices it stands, at least and at most."""
        self.least, self.most, self.own_slots = {}, {}, {}
        for _, chain in self.lines:
            own = {key(p) for p in self.brackets.parameters.get(key(chain.sides[0]), [()])[0]} \
                if isinstance(chain.sides[0], Symbol) else set()
            for s in (s for s in symbols(chain) if s.marks or key(s) not in own):
                found = [slot[0] + slot[1] for slot in slots(s) if self.is_index(s, *slot)]
                count = len(found)
                if count < self.least.get(key(s), 9):
                    self.least[key(s)], self.own_slots[key(s)] = count, found
                self.most[key(s)] = max(count, self.most.get(key(s), 0))

    def find_forms(self, statements):
        """Return for each letter that is defined or given the names it has: {marks: the fewest indices they stand
        with}."""
        forms = {}
        terms = [s for _, chain in self.definers for s in symbols(chain)] + [
            s for st in statements for s in declared(st)
        ]
        for s in terms:
            name = tuple(
                (kind, bracket, item.base)
                for kind, bracket, place, item in slots(s)
                if item.base != "T"
                and not self.is_index(s, kind, bracket, place, item)
                and not self.layers.holds(s.letter, kind, bracket, place)
            )
            count = sum(self.is_index(s, *slot) for slot in slots(s))
            mine = forms.setdefault(key(s), {})
            mine[name] = min(count, mine.get(name, 9))
        return forms

    def find_products(self):
        """Find the letters that stand in a product of vectors: w and x in w^T x."""
        pairs = [
            pair
            for _, chain in self.lines
            for row in walk(chain)
            if isinstance(row, Row)
            for pair in zip(row.factors, row.factors[1:])
            if all(isinstance(one, Symbol) for one in pair) and is_transposed(pair[0])
        ]
        letters = {key(one) for pair in pairs for one in pair}
        self.in_products = {letter for letter in letters if not is_capital(letter[0].split(" ")[-1])}

    def find_entries_differentiated(self):
        """Find the letters of which an entry is differentiated although they stand without an index, too: they are no
        loss."""
        tops = [s for _, chain in self.lines for s in differentiated(chain)]
        counts = [(self.canon.get(key(s), key(s)), sum(self.is_index(s, *slot) for slot in slots(s))) for s in tops]
        self.entries_differentiated = {letter for letter, count in counts if count > self.least.get(letter, 0)}

    def same_family(self, small, capital):
        """Say whether a small letter and a capital are entries and array of one family: A^{(in)} and a_j^{(h)}."""
        a, b = self.forms.get(small, {}), self.forms.get(capital, {})
        shapes = [{tuple(mark[:2] for mark in name) for name in one if name} for one in (a, b)]
        clash = any(
            a[name] == 0 or (name in self.left_names(small) and name in self.left_names(capital))
            for name in set(a) & set(b)
        )
        return bool(shapes[0] & shapes[1]) and not clash

    def left_names(self, letter):
        """Return the marks of the left sides with a letter."""
        return {
            tuple(
                (kind, bracket, item.base)
                for kind, bracket, place, item in slots(c.sides[0])
                if not self.is_index(c.sides[0], kind, bracket, place, item)
            )
            for _, c in self.definers
            if key(c.sides[0]) == letter
        }

    def same_letter(self, one, defined):
        """Return the letter that a letter is a form of: itself, its other style, its capital, its small form."""
        letter, style = one
        base, other = letter.split(" ")[-1], swapped(letter)
        if len(base) == 1 and one not in defined and (other + "·", style) in defined:
            return other + "·", style
        styles = [k for k in defined if k[0] == letter and k[1] != style]
        cased = [k for k in defined if k[0] == other] if len(base) == 1 else []
        if one not in defined and len(styles) == 1:
            return styles[0]
        if self.least.get(one, 0) > 0 and one not in self.lefts:
            bold = [k for k in styles if k[1] == "bold"] if not style else []
            capital = [k for k in cased if k not in self.numerators] if base.islower() else []
            capital = [k for k in capital if not self.built_from(k, one)]
            for found in (bold, capital):
                if len(found) == 1 and self.least.get(found[0], 9) < self.most[one]:
                    return found[0]
        if one not in defined and len(cased) == 1 and not (cased[0] in self.in_products and self.least[cased[0]]):
            return cased[0]
        if base.islower() and len(cased) == 1 and cased[0] not in self.numerators and self.same_family(one, cased[0]):
            return cased[0]
        return one

    def built_from(self, whole, part):
        """Say whether a letter is defined by another: U = [u_1, u_2]."""
        return any(
            key(chain.sides[0]) == whole and any(key(s) == part for side in chain.sides[1:] for s in symbols(side))
            for _, chain in self.definers
        )

    def circular(self):
        """Say whether definitions without layers need each other unless the index belongs to the name: y_j by v_j by
        y_i."""
        uses = {}
        for _, chain in self.definers:
            if not any(True for _ in self.layers.found(chain)) and not any(
                isinstance(one, Derivative) for one in walk(chain)
            ):
                left = chain.sides[0]
                if any(self.is_index(left, *slot) for slot in slots(left)):
                    uses.setdefault(self.bare_name(left), set()).update(
                        self.bare_name(s) for side in chain.sides[1:] for s in symbols(side)
                    )
        for _ in uses:
            uses = {one: found.union(*(uses.get(k, set()) for k in found)) for one, found in uses.items()}
        return any(one in found for one, found in uses.items())

    def bare_name(self, symbol):
        """Return what tells one quantity from another, apart from its indices."""
        return key(symbol), tuple(
            (kind, bracket, item.base, item.shift)
            for kind, bracket, place, item in slots(symbol)
            if item.base != "T" and not self.is_index(symbol, kind, bracket, place, item)
        )

    # --- the last layer
    def find_last(self):
        """Find the letters of the last layer: L and n_l, and the running letter where a loss is defined with it."""
        self.implicit = {}
        for _, chain in self.definers:
            left = chain.sides[0]
            for item in self.layers.found(chain):
                if item.base[0].isalpha() and item.base not in self.layers.letters:
                    self.layers.last.add(item.base)
            free = self.layers.free(chain) & self.layers.letters
            if free and not any(True for _ in self.layers.found(left)):
                if key(left) in self.numerators or not self.used_in_template(left, free):
                    self.layers.last |= free if key(left) in self.numerators else set()
                else:
                    self.implicit[key(left)] = next(iter(free))

    def used_in_template(self, left, free):
        """Say whether a name without a layer stands in another line that runs over layers."""
        return any(
            key(s) == key(left)
            for _, chain in self.lines
            if chain.sides[0] is not left and self.layers.free(chain)
            for s in symbols(chain)
        )


def assigned(statements):
    r"""Return the statements with a new letter behind each `g \leftarrow`: from there on g is the new one."""
    out, renamed = [], {}
    for statement in statements:
        chains = []
        for chain in statement.chains:
            left = chain.sides[0]
            if isinstance(left, Symbol) and chain.relations[:1] == ("←",):
                rest = [relettered(side, renamed) for side in chain.sides[1:]]
                renamed[key(left)] = f"{renamed.get(key(left), left.letter)}←"
                chains.append(Chain((relettered(left, renamed), rest[0]), ("=",), span=chain.span))
                chains += [Chain(tuple(rest), chain.relations[1:], span=chain.span)] if len(rest) > 1 else []
            else:
                chains.append(relettered(chain, renamed))
        out.append(statement._replace(chains=tuple(chains)))
    return out


def relettered(term, letters):
    """Return a raw term with other letters put for some."""
    if not letters:
        return term
    if isinstance(term, Symbol):
        return replace(term, letter=letters.get(key(term), term.letter))
    return rebuild(term, lambda child: relettered(child, letters))


def primed(statements):
    r"""Return the statements with a letter of its own for h' where a line sets h' by an h that nothing else defines."""
    chains = [chain for s in statements for chain in s.chains]
    lefts = [chain.sides[0] for chain in chains if isinstance(chain.sides[0], Symbol)]
    defined = {key(s) for s in lefts if not s.primes}
    called = {key(c.function) for chain in chains for c in walk(chain) if isinstance(c, Call) and is_letter(c.function)}
    names = {
        key(chain.sides[0])
        for chain in chains
        if len(chain.sides) > 1 and is_letter(chain.sides[0]) and chain.sides[0].primes == 1
        if any(key(s) == key(chain.sides[0]) for side in chain.sides[1:] for s in symbols(side))
    } - defined - called
    return [s._replace(chains=tuple(with_prime(chain, names) for chain in s.chains)) for s in statements]


def is_index_letter(base):
    """Say whether a mark may be an index: one small letter, with a prime or without."""
    return base[0].islower() and len(base.strip("'")) == 1


def is_letter(term):
    """Say whether a raw term is a letter."""
    return isinstance(term, Symbol)


def with_prime(term, names):
    """Return a raw term in which some letters with a prime are names of their own."""
    if not names:
        return term
    if isinstance(term, Symbol):
        return replace(term, letter=f"{term.letter}'", primes=0) if term.primes == 1 and key(term) in names else term
    return rebuild(term, lambda child: with_prime(child, names))


def is_transposed(symbol):
    """Say whether a letter is marked as transposed."""
    return any(item.base == "T" for mark in symbol.marks if mark.kind == "^" for item in mark.items or ())


def is_euler(chains):
    """Say whether e is Euler's number: it never stands without a power above it, and defines nothing."""
    powers = [s for c in chains for s in symbols(c) if s.letter == "e" and not s.style]
    defined = any(isinstance(c.sides[0], Symbol) and c.sides[0].letter == "e" for c in chains)
    return not defined and all(map(is_power, powers))


def is_power(symbol):
    """Say whether all that a letter has is something above it that is in no bracket."""
    marks = symbol.marks
    return len(marks) == 1 and marks[0].kind == "^" and not (marks[0].items and marks[0].items[0].bracket)


def swapped(letter):
    """Return the capital of a small letter, or the small form of a capital, under the same hat."""
    accent, _, base = letter.rpartition(" ")
    return (accent + " " if accent else "") + base.swapcase()


def with_powers(term):
    """Return a raw term in which each power of e is a call of exp."""
    if isinstance(term, Symbol) and term.letter == "e" and not term.style:
        return Call("exp", (with_powers(sub(term.marks[0].tokens)),), span=term.span)
    return rebuild(term, with_powers)


def with_name(chain, parameters):
    """Return a chain whose left side nabla J is one letter, a name like any other."""
    left = chain.sides[0]
    if (
        isinstance(left, Gradient)
        and left.by is None
        and isinstance(left.of, Symbol)
        and len(parameters.get(key(left.of), [()])[0]) != 1
    ):
        letter = replace(left.of, letter=f"nabla {left.of.letter}", span=left.span)
        return replace(chain, sides=(letter, *chain.sides[1:]))
    return chain


def says_symmetric(chain):
    """Say whether a line is A = A^T."""
    if len(chain.sides) != 2 or not all(isinstance(side, Symbol) for side in chain.sides):
        return False
    marks = [[item.base for _, _, _, item in slots(side)] for side in chain.sides]
    return key(chain.sides[0]) == key(chain.sides[1]) and sorted(marks, key=len)[1:] == [[*min(marks, key=len), "T"]]


def signature(symbol):
    """Return what tells one name from another as printed: letter, style and marks."""
    return key(symbol), tuple((kind, bracket, item.base, item.shift) for kind, bracket, _, item in slots(symbol))


def declared(statement):
    """Return the letters that a line declares."""
    return [letter for d in statement.declared for letter in d.names]


def differentiated(chain: Chain):
    """Yield the letters that are differentiated as a whole."""
    for one in walk(chain):
        if isinstance(one, Derivative | Gradient):
            top = one.of
            if isinstance(top, Symbol):
                yield top
            elif isinstance(top, Call) and isinstance(top.function, Symbol):
                yield top.function


def aliases(chain, given):
    """Return A = B = C as definitions of the names between the first side and the last, too."""
    middle = [side for side in chain.sides[1:-1] if isinstance(side, Symbol) and not side.primes]
    return [Chain((side, chain.sides[-1]), ("=",), span=side.span) for side in middle] if given else []


def is_number(chain: Chain):
    """Say whether a chain gives a letter without marks a whole number: n = 1."""
    left, right = chain.sides[0], chain.sides[-1]
    return (
        len(chain.sides) == 2 and not left.marks and isinstance(right, Number) and right.value == int(right.value) >= 1
    )
