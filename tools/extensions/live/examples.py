"""Find what the field on the derivation page can start from: the derivations of the chapter, those of the sources."""

import ast
import textwrap

from proofread import presets

LAST = "Exercises"            # what stands below this heading waits for an answer


def from_chapter(cells):
    """Return [{name, given, text}] of a notebook's calls of proofread before its exercises, in their order."""
    found, heading, known = [], "", {}
    for cell in cells:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            found += [(heading, *call) for call in calls(ast.parse(text), known)]
            continue
        heading = ([heading] + [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")])[-1]
        if f"## {LAST}" in text:
            break
    return [example(found, number) for number in range(len(found))]


def calls(tree, known):
    """Yield (given, text) of each call of proofread with a text; `known` keeps the texts that names stand for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            known[node.targets[0].id] = node.value.value
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "proofread" and \
                isinstance(node.args[0], ast.Constant):
            values = {keyword.arg: constant(keyword.value, known) for keyword in node.keywords}
            yield values.get("given", ""), node.args[0].value


def constant(node, known):
    return node.value if isinstance(node, ast.Constant) else known[node.id]


def example(found, number):
    """Return one example; a heading that has several gets numbers, definitions of a text come before its lines."""
    heading, given, text = found[number]
    same = [other for other, (name, *_) in enumerate(found) if name == heading]
    name = heading if len(same) == 1 else f"{heading} ({same.index(number) + 1} of {len(same)})"
    lines = textwrap.dedent(text).strip()
    if given in presets.NAMES:
        return {"name": name, "given": given, "text": lines}
    return {"name": name, "given": "", "text": f"{textwrap.dedent(given).strip()}\n{lines}".strip()}


def from_sources():
    """Return [{name, given, text}] of the sources that proofread knows the letters of."""
    return [{"name": presets.title(name), "given": name,
             "text": presets.published(name).strip(), "source": True} for name in presets.NAMES]


def facts(cells):
    """Return what the page's script is told: what the field can start from, on the page of the cells."""
    return {"EXAMPLES": from_chapter(cells) + from_sources()}
