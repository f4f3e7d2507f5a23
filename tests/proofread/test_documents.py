"""Formulas are taken out of documents, each at its place; what is no formula is left alone."""
import io
import json

import pytest

from proofread.documents import Document, Unreadable, formulas, read

MARKDOWN = r"""# A page
Money: $5 and $6. Inline $a=b$, \(c=d\); code `$e=f$` and \$g=h\$.

$$
i = j
  + k
$$ (eq-i)

```python
$$ l = m $$
```

```{note}
In a note: $$ n = o $$
```

:::{tip}
\[ p = q \]
:::

```{math}
:label: eq-r
r = s
```
<!-- $$ t = u $$ -->
"""
TEX = r"""\documentclass{article} % $$ no = formula $$
\begin{document}
A price of 5\% and \[ a = b % a remark
  + c \]
\begin{align}
 d &= e \\
 f &= g
\end{align}
\begin{verbatim} $$ h = i $$ \end{verbatim}
\begin{multline*} j = k \\ + l \end{multline*}
\begin{alignat}{2} m &= n \end{alignat}
\end{document}
"""


def pieces(document, inline=False):
    """Return (place, formula) for each formula that is left."""
    derivation = document.derivation(inline)
    assert len(derivation) == len(document.text)
    found, place = [], 0
    for line in derivation.split("\n"):
        if line.strip():
            found.append((document.where(place + len(line) - len(line.lstrip())), " ".join(line.split())))
        place += len(line) + 1
    return found


def test_markdown():
    displayed = [("page.md:5", "i = j + k"), ("page.md:14", "n = o"), ("page.md:18", "p = q"), ("page.md:23", "r = s")]
    page = Document("page.md", MARKDOWN)
    assert pieces(page) == displayed
    assert pieces(page, inline=True) == [("page.md:2", "a=b"), ("page.md:2", "c=d"), *displayed]


def test_tex():
    assert pieces(Document("notes.tex", TEX, tex=True)) == [
        ("notes.tex:3", "a = b + c"), ("notes.tex:6", r"d &= e \\ f &= g"), ("notes.tex:10", "j = k + l"),
        ("notes.tex:11", "m &= n")]


def test_notebook(tmp_path):
    path = tmp_path / "chapter.ipynb"
    cells = [{"cell_type": "markdown", "source": ["# Title\n", "$$ a = b $$"]},
             {"cell_type": "code", "source": "'$$ c = d $$'"},
             {"cell_type": "markdown", "source": "one\n\n$$ e = f $$"}]
    path.write_text(json.dumps({"cells": cells}), "utf-8")
    assert pieces(read(str(path))) == [(f"{path}:cell 1:2", "a = b"), (f"{path}:cell 3:3", "e = f")]


def test_a_derivation_without_prose_is_taken_as_it_is():
    text = "Z = W A\ndZ = A - Y\n"
    assert read("-", io.StringIO(text)).derivation() == text
    assert pieces(read("-", io.StringIO("see $$Z = W A$$"))) == [("-:1", "Z = W A")]


def test_a_page_without_formulas_has_none():
    assert pieces(Document("page.md", "Z = W A is not in a formula")) == []


@pytest.mark.parametrize("text", ["$", "a $", "$$ a", r"\[ a", r"\begin{align} a", "```\n$$a$$", "```{math}", "<!--",
                                  "$a\n\nb$"])
def test_what_never_closes_is_no_formula(text):
    assert formulas(text) == [] or Document("a.md", text).derivation().strip() == ""


@pytest.mark.parametrize("name, content, words", [
    ("missing.md", None, "No such file"), ("bytes.md", b"\xff\xfe", "no text in UTF-8"),
    ("a.ipynb", b"{", "no notebook"),
    ("b.ipynb", b"[]", "no notebook"), ("c.ipynb", b'{"cells": [1]}', "no notebook"), (".", None, "directory")])
def test_what_cannot_be_taken_is_said_in_a_sentence(tmp_path, name, content, words):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Unreadable, match=words) as raised:
        read(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_a_long_document_of_openings_is_taken_at_once():
    for text in (r"\[ " * 50_000, "$ " * 50_000, "```\n" * 50_000, r"\begin{align}" * 20_000, "`" * 100_000):
        assert len(Document("a.md", text).derivation()) == len(text)
