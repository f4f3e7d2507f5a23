"""The mark beside each checked equation, and the page that lists them all.

A Sphinx extension. A cell that checks an equation prints one line (see `backprop.check`); this finds the line among the
outputs of the page, sets a mark after the equation that links to the cell, and has `proofread` judge the printed LaTeX.
Nothing is typed by hand, so the mark stands exactly where a cell has run. A strict build fails for an `eq-` equation
without a check, a check of no equation, and a printed equation that does not come out.
"""

import html
import re
from typing import NamedTuple

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from tools.judge.equations import SETTINGS, judged

logger = logging.getLogger(__name__)
DEFINITION = '<span class="receipt definition">def</span>'
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


class Strip(nodes.General, nodes.Element):
    """Hold the place of one tick for each checked equation."""


class CheckedEquations(SphinxDirective):
    """List every checked equation of the book, chapter by chapter."""

    def run(self):
        return [Listing()]


class CheckedStrip(SphinxDirective):
    """Show one tick for each checked equation of the book, each a link to its equation."""

    def run(self):
        return [Strip()]


def words(how):
    """Say how an equation was checked: method, sizes, tolerance."""
    return "; ".join(f"{method} · {sizes} · agrees to {tolerance}" for method, sizes, tolerance in how)


def printed_lines(doctree):
    """Yield (match of a check's line, the cell that printed it) for all stream outputs of a page."""
    for cell in doctree.findall(lambda node: node.get("nb_element") == "cell_code"
                                if isinstance(node, nodes.container) else False):
        for output in cell.findall(nodes.literal_block):
            if "stream" in output["classes"] or "output" in output["classes"]:
                yield from ((match, cell) for match in LINE.finditer(output.astext()))


def receipt(how, anchor):
    """Return the tick beside an equation's number: how it was checked, in the margin or when asked, and the cell."""
    text = html.escape(words(how))
    link = f'<a href="#{anchor}">{text}<span class="receipt-go"> → the cell</span></a>'
    return (f'<details class="tick"><summary aria-label="Checked: {text}">✓</summary>{link}</details>'
            '<aside class="receipt" aria-hidden="true"><b>✓ computed twice</b>'
            f'{text.replace(" · ", "<br>", 1)}</aside>')


def on_doctree_read(app, doctree):
    """Match the equations of a page with the lines its cells printed, and evaluate what is printed."""
    env, page = app.env, app.env.docname
    blocks = {b["label"]: b for b in doctree.findall(nodes.math_block)
              if str(b.get("label", "")).startswith(("eq-", "def-"))}
    checks, anchors = checks_of(doctree, blocks)
    refused = evaluate(app, blocks)
    for label, block in blocks.items():
        if label in checks:
            block["receipt"] = receipt(checks[label], anchors[label])
        elif label.startswith("def-"):
            block["receipt"] = DEFINITION
        else:
            logger.warning("no cell of this page checks the equation %s", label, location=block, type="checked")
    env.checked_equations = getattr(env, "checked_equations", {})
    if checks:
        env.checked_equations[page] = [Checked(label, block.astext(), tuple(checks[label]), label not in refused)
                                       for label, block in blocks.items() if label in checks]
    if any(isinstance(node, (Listing, Strip)) for node in doctree.findall()):
        env.checked_listings = getattr(env, "checked_listings", set()) | {page}


def checks_of(doctree, blocks):
    """Return {label: ways it was checked} and {label: where the first cell that did stands}."""
    checks, anchors = {}, {}
    for match, cell in printed_lines(doctree):
        label, how = match["label"], (match["method"], match["sizes"], match["within"])
        if label not in blocks:
            logger.warning("a cell checks %s, but no equation of this page has that label", label, location=cell,
                           type="checked")
            continue
        if how not in checks.setdefault(label, []):
            checks[label].append(how)
        if not cell["ids"]:
            cell["ids"] = ["check-" + label.removeprefix("eq-")]
            doctree.ids[cell["ids"][0]] = cell
        anchors.setdefault(label, cell["ids"][0])
    return checks, anchors


def evaluate(app, blocks):
    """Judge the LaTeX of every equation of a page; warn of what does not come out, and return its labels."""
    if not blocks:
        return set()
    found = judged(app.env.doc2path(app.env.docname), app.config.checked_settings)
    refused = {formula.name: wrong for formula, wrong in found if wrong and formula.name in blocks}
    for label, wrong in refused.items():
        logger.warning("the printed equation does not come out: %s", wrong, location=blocks[label], type="checked")
    return refused.keys()


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


def number_of(app, page, label):
    """Return the number that an equation carries on its page, or its label where nothing is numbered."""
    parts = app.env.toc_fignumbers.get(page, {}).get("displaymath", {}).get("equation-" + label)
    return f"({'.'.join(map(str, parts))})" if parts else label


def entry(app, source, page, equation):
    """Return one row of the list: number, formula, how it was checked."""
    place = link(app, source, page, f"#equation-{equation.label}", number_of(app, page, equation.label))
    formula = nodes.math_block("", equation.latex, nowrap=False, number=None, label=None)
    evaluated = "" if equation.run else "; its printed LaTeX was not evaluated"
    return nodes.container("", nodes.paragraph("", "", place), formula,
                           nodes.paragraph("", words(equation.how) + evaluated, classes=["checked-line"]),
                           classes=["checked-entry"], ids=["checked-" + equation.label])


def in_order(app):
    """Return [(page, its checked equations)] in the order of the book."""
    found = getattr(app.env, "checked_equations", {})
    order = [page for page in app.env.collect_relations() if page in found]
    return [(page, found[page]) for page in [*order, *sorted(set(found) - set(order))]]


def listing(app, docname):
    """Return the whole list: what all have in common, said once, then a section for each chapter."""
    pages = in_order(app)
    total = [equation for _, equations in pages for equation in equations]
    run = sum(equation.run for equation in total)
    count = (f"{len(total)} equations, each checked by a cell of its chapter; the printed LaTeX of "
             f"{'every one' if run == len(total) else f'{run} of them'} is evaluated as well.")
    return [nodes.paragraph("", count),
            *(nodes.section("", nodes.title("", "", link(app, docname, page, "", app.env.titles[page].astext())),
                            *(entry(app, docname, page, equation) for equation in equations),
                            ids=[f"checked-in-{number}"]) for number, (page, equations) in enumerate(pages, 1))]


def strip(app, docname):
    """Return a line of ticks, one link for each checked equation, chapter by chapter, and their number."""
    pages, groups = in_order(app), []
    for page, equations in pages:
        address = app.builder.get_relative_uri(docname, page)
        ticks = "".join(f'<a href="{address}#equation-{e.label}" aria-label="Equation {number_of(app, page, e.label)}" '
                        f'title="{number_of(app, page, e.label)} {html.escape(words(e.how))}"></a>' for e in equations)
        groups.append(f"<span>{ticks}</span>")
    total = sum(len(equations) for _, equations in pages)
    text = f"<b>{total} equations derived, {total} computed twice.</b>"
    return [nodes.raw("", f'<p class="strip">{"".join(groups)}{text}</p>', format="html")]


def on_doctree_resolved(app, doctree, docname):
    """Fill the list and the strip, in the order of the book."""
    for kind, made in ((Listing, listing), (Strip, strip)):
        for place in list(doctree.findall(kind)):
            place.replace_self(made(app, docname))


def setup(app):
    app.add_config_value("checked_settings", str(SETTINGS), "env")
    app.add_node(Listing)
    app.add_node(Strip)
    app.add_directive("checked-equations", CheckedEquations)
    app.add_directive("checked-strip", CheckedStrip)
    app.connect("doctree-read", on_doctree_read)
    app.connect("doctree-resolved", on_doctree_resolved)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", outdated)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
