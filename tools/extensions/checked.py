"""The mark beside each checked equation, and the page that lists them all.

A Sphinx extension. A cell that checks an equation prints one line (see `backprop.check`); this finds the line among the
outputs of the page, sets a mark after the equation that links to the cell, and runs the printed LaTeX (printed.py).
Nothing is typed by hand, so the mark stands exactly where a cell has run. A strict build fails for an `eq-` equation
without a check, a check of no equation, and a printed equation that does not come out.
"""

import html
import re
from typing import NamedTuple

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from tools.judge import printed

logger = logging.getLogger(__name__)
LINE = re.compile(r"^✓ (?P<label>eq-\S+)  by (?P<method>.+), sizes (?P<sizes>.+?), agrees within (?P<within>\S+)$",
                  re.M)


class Checked(NamedTuple):
    """Hold an equation of a page and how it was checked."""

    label: str
    latex: str
    how: tuple          # of (method, sizes, within)
    run: bool           # the printed LaTeX itself was evaluated


class Listing(nodes.General, nodes.Element):
    """Hold the place of the list of all checked equations."""


class CheckedEquations(SphinxDirective):
    """List every checked equation of the book, chapter by chapter."""

    def run(self):
        return [Listing()]


def words(how, within="within"):
    """Say how an equation was checked: method, sizes, tolerance."""
    return "; ".join(f"{method}, sizes {sizes}, {within} {tolerance}" for method, sizes, tolerance in how)


def printed_lines(doctree):
    """Yield (match of a check's line, the cell that printed it) for all stream outputs of a page."""
    for cell in doctree.findall(lambda node: node.get("nb_element") == "cell_code"
                                if isinstance(node, nodes.container) else False):
        for output in cell.findall(nodes.literal_block):
            if "stream" in output["classes"] or "output" in output["classes"]:
                yield from ((match, cell) for match in LINE.finditer(output.astext()))


def mark(label, how, anchor):
    """Return the mark: a link to the cell, with the way of checking as its accessible tooltip."""
    text = html.escape(f"{words(how)} ({label}); to the cell")
    link = f'<a href="#{anchor}">✓ checked<span class="checked-how"> by {text}</span></a>'
    return nodes.raw("", f'<p class="checked-mark">{link}</p>\n', format="html")


def on_doctree_read(app, doctree):
    """Match the equations of a page with the lines its cells printed."""
    env, page = app.env, app.env.docname
    blocks = {b["label"]: b for b in doctree.findall(nodes.math_block)
              if str(b.get("label", "")).startswith(("eq-", "def-"))}
    checks, anchors = {}, {}
    for match, cell in printed_lines(doctree):
        label = match["label"]
        if label not in blocks:
            logger.warning("a cell checks %s, but no equation of this page has that label", label, location=cell,
                           type="checked")
            continue
        how = (match["method"], match["sizes"], match["within"])
        checks.setdefault(label, [])
        checks[label] += [how] if how not in checks[label] else []
        if not cell["ids"]:
            cell["ids"] = ["check-" + label.removeprefix("eq-")]
            doctree.ids[cell["ids"][0]] = cell
        anchors.setdefault(label, cell["ids"][0])
    equations = [printed.Equation(label, block.astext(), page.rpartition("/")[2]) for label, block in blocks.items()]
    definitions = printed.definitions(equations)
    found = []
    for equation in equations:
        block, label = blocks[equation.label], equation.label
        try:
            if run := label not in printed.NOT_RUN:
                printed.check(equation, definitions, draws=1)
        except printed.Refused as error:
            run = False
            logger.warning("the printed equation does not come out: %s", error, location=block, type="checked")
        if label in checks:
            found.append(Checked(label, equation.latex, tuple(checks[label]), run))
            block.parent.insert(block.parent.index(block) + 1, mark(label, checks[label], anchors[label]))
        elif label.startswith("eq-"):
            logger.warning("no cell of this page checks the equation %s", label, location=block, type="checked")
    every = env.checked_equations = getattr(env, "checked_equations", {})
    if found:
        every[page] = found
    if any(True for _ in doctree.findall(Listing)):
        env.checked_listings = getattr(env, "checked_listings", set()) | {page}


def purge(app, env, docname):
    """Forget a page that is read again."""
    getattr(env, "checked_equations", {}).pop(docname, None)
    getattr(env, "checked_listings", set()).discard(docname)


def merge(app, env, docnames, other):
    """Take over what a parallel reader found."""
    env.checked_equations = getattr(env, "checked_equations", {}) | {
        page: found for page, found in getattr(other, "checked_equations", {}).items() if page in docnames}
    env.checked_listings = getattr(env, "checked_listings",
                                   set()) | (getattr(other, "checked_listings", set()) & set(docnames))


def outdated(app, env):
    """Have the list written again whenever anything changed."""
    return sorted(getattr(env, "checked_listings", set()))


def link(app, source, target, anchor, text):
    """Return a link from one page to a place on another."""
    reference = nodes.reference("", "", internal=True, refuri=app.builder.get_relative_uri(source, target) + anchor)
    return reference + text if isinstance(text, nodes.Node) else nodes.reference("", text, **reference.attributes)


def entry(app, source, page, equation):
    """Return one equation of the list: label, formula, how it was checked."""
    head = nodes.paragraph("", "", link(app, source, page, f"#equation-{equation.label}", equation.label))
    formula = nodes.math_block("", equation.latex, nowrap=False, number=None, label=None)
    evaluated = "yes" if equation.run else f"no ({printed.NOT_RUN.get(equation.label, 'refused')})"
    how = f"checked by {words(equation.how, 'agrees within')}; printed LaTeX evaluated: {evaluated}"
    return nodes.container("", head, formula, nodes.paragraph("", how, classes=["checked-line"]),
                           classes=["checked-entry"], ids=["checked-" + equation.label])


def on_doctree_resolved(app, doctree, docname):
    """Fill the list, in the order of the book."""
    for listing in list(doctree.findall(Listing)):
        found = getattr(app.env, "checked_equations", {})
        order = [page for page in app.env.collect_relations()
                 if page in found] + sorted(set(found) - set(app.env.collect_relations()))
        total = [equation for page in order for equation in found[page]]
        run = sum(equation.run for equation in total)
        count = (f"{len(total)} equations, each checked by a cell of its chapter; the printed LaTeX of "
                 f"{'every one' if run == len(total) else f'{run} of them'} is evaluated as well.")
        sections = [nodes.section("", nodes.title("", "", link(app, docname, page, "", app.env.titles[page].astext())),
                                  *(entry(app, docname, page, equation) for equation in found[page]),
                                  ids=[f"checked-in-{number}"])
                    for number, page in enumerate(order, 1)]
        listing.replace_self([nodes.paragraph("", count), *sections])


def setup(app):
    app.add_node(Listing)
    app.add_directive("checked-equations", CheckedEquations)
    app.connect("doctree-read", on_doctree_read)
    app.connect("doctree-resolved", on_doctree_resolved)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", outdated)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
