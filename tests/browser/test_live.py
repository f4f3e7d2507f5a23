"""Cells run in the page: all of them, with the printed texts of the book; and what a reader may do to them."""

import gzip
import json

import nbformat
import pytest
import yaml

from tools import ROOT
from tools.extensions.live import packs
from tools.judge.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.live]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
NOTEBOOKS = [name for name in (chapter["file"] for part in TOC["parts"] for chapter in part["chapters"])
             if (ROOT / f"{name}.ipynb").exists()]
FIRST = NOTEBOOKS[0]
PATIENCE = 60_000            # ms, on a machine that has other things to do
NOT_LIVE_LIMIT = 3            # cells of the book that may say that they cannot run on a page

RUN_ALL = """async () => {
  const texts = [];
  for (const cell of live.cells) {
    await live.execute(cell);
    const printed = cell.output?.querySelectorAll(".live-output .stream pre") ?? [];
    texts.push([...printed].map(pre => pre.textContent).join(""));
  }
  return texts;
}"""


class Reader:
    """A reader of one page: presses what can be seen."""

    def __init__(self, visit):
        self.visit, self.page = visit, visit.page
        self.page.set_default_timeout(PATIENCE)
        self.cells = self.page.locator("div.cell:has(.live-bar)")

    def run(self, index):
        self.cells.nth(index).locator("button.live-run").click()
        self.wait(index)

    def wait(self, index):
        """Wait until a cell has run."""
        self.cells.nth(index).locator("button.live-run:not(.live-busy)").wait_for()

    def edit(self, index, code):
        cell = self.cells.nth(index)
        if not cell.locator("textarea.live-code").count():
            cell.locator("pre").first.click()
        cell.locator("textarea.live-code").fill(code)

    def printed(self, index):
        return self.cells.nth(index).locator("div.live-output").inner_text()

    def code(self, index):
        return self.page.evaluate("index => live.cells[index].code", index)

    def status(self):
        return self.page.locator(".live-announcer").text_content()


@pytest.fixture
def first(browser, site):
    """The first chapter in front of a reader."""
    with Visit(browser, f"{site}{FIRST}.html") as visit:
        yield Reader(visit)
        assert visit.errors == [] and visit.foreign == []


def live_cells(name):
    """Return the code cells of a notebook that run in its page."""
    cells = nbformat.read(ROOT / f"{name}.ipynb", as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and "not-live" not in cell.metadata.get("tags", [])]


def stored_text(cell):
    """Return what a cell printed, or the text of its value, as the notebook holds it."""
    return "".join(output.text if output.output_type == "stream" else output.data.get("text/plain", "")
                   for output in cell.outputs
                   if output.output_type == "stream" or set(output.get("data", {})) == {"text/plain"})


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_prints_what_the_book_prints(browser, site, name):
    with Visit(browser, f"{site}{name}.html") as visit:
        Reader(visit)
        printed = visit.page.evaluate(RUN_ALL)
        expected = [stored_text(cell) for cell in live_cells(name)]
        assert len(printed) == len(expected)
        different = {number: (text, stored) for number, (text, stored) in enumerate(zip(printed, expected), 1)
                     if text.strip() != stored.strip()}
        assert different == {}
        assert visit.page.locator(".live-failed").count() == 0
        assert (visit.errors, visit.foreign) == ([], [])


def test_few_cells_cannot_run_on_a_page():
    unable = [f"{name} cell {number}" for name in NOTEBOOKS
              for number, cell in enumerate(nbformat.read(ROOT / f"{name}.ipynb", as_version=4).cells)
              if "not-live" in cell.metadata.get("tags", [])]
    assert len(unable) <= NOT_LIVE_LIMIT, unable


def megabytes(book):
    """Return what the packs weigh as a server sends them, in MB: at most what a reader was promised."""
    packed = [gzip.compress(path.read_bytes(), 6) for name in ("python", "numpy", "book")
              for path in (book / "_static" / "live").glob(f"{name}.*.js")]
    assert len(packed) == 3
    assert sum(map(len, packed)) <= 9_000_000
    return sum(map(len, packed)) / 1e6


def test_nothing_of_python_before_the_first_click(browser, site, book):
    with Visit(browser, f"{site}{FIRST}.html") as visit:
        own = {url: size for url, (_, size) in visit.sizes.items() if "/_static/live/" in url}
        assert sum(own.values()) <= 14_000, own
        assert not any(name in url for url in own for name in ("python", "numpy", "book."))
        first_in_sight = visit.page.locator("button.live-run:visible").first.inner_text()
        said = first_in_sight.removeprefix("Run (loads ").removesuffix(" MB of Python, once)")
        assert abs(int(said) - megabytes(book)) < 0.6


# --- what a reader does ---------------------------------------------------------------------------------------------

def test_edit_run_and_reset_by_keyboard(first):
    page = first.page
    book = first.code(1)
    first.cells.nth(1).locator("pre").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+End")
    page.keyboard.type("\nfor k in range(2):\nprint(k)")
    assert first.code(1).endswith("for k in range(2):\n    print(k)")
    page.keyboard.press("Shift+Enter")
    first.cells.nth(1).locator("div.live-output").wait_for()
    assert first.printed(1).split() == ["a", "=", "1.40", "0", "1"]
    assert "cell 2 ran" in first.status()
    assert first.cells.nth(2).get_attribute("class").count("live-stale") == 1
    page.keyboard.press("Tab")                          # Tab leaves the field
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    first.cells.nth(1).locator("button.live-reset").press("Enter")
    assert first.code(1) == book
    assert first.cells.nth(1).locator("div.live-output").count() == 0
    assert page.locator(".live-stale").count() == 0


@pytest.mark.slow
def test_the_browser_takes_back_what_was_typed(first):
    first.cells.nth(1).locator("pre").first.click()
    book = first.code(1)
    first.page.keyboard.type("# mine")
    assert first.code(1) != book
    for _ in range(10):
        first.page.keyboard.press("Control+z")
    assert first.code(1) == book


@pytest.mark.slow
def test_an_error_is_short_and_its_place_is_lit(first):
    first.edit(1, "def f(x):\n    return 1 / x\n\n\nf(0)")
    first.run(1)
    assert first.printed(1).strip().splitlines() == [
        "cell 2, line 5: f(0)", "cell 2, line 2: return 1 / x", "ZeroDivisionError: division by zero"]
    assert first.cells.nth(1).locator(".live-line").count() == 1
    first.edit(1, "for i in range(3)\n    print(i)")
    first.run(1)
    assert "cell 2, line 1" in first.printed(1) and "expected ':'" in first.printed(1)


@pytest.mark.slow
def test_a_cell_above_that_fails_is_shown(first):
    first.edit(1, "x = y_nobody_knows")
    first.run(2)
    assert "y_nobody_knows" in first.printed(1)
    assert "above, failed" in first.status()


@pytest.mark.slow
def test_stop_ends_a_loop_at_once_and_the_page_goes_on(first):
    first.edit(1, "while True: pass")
    run = first.cells.nth(1).locator("button.live-run")
    run.click()
    first.page.wait_for_function("live.cells[1].run.textContent === 'Stop'")
    took = first.page.evaluate("""async () => {
      const before = performance.now();
      live.cells[1].run.click();
      while (!live.cells[1].printed) await new Promise(tick => setTimeout(tick));
      return performance.now() - before;
    }""")
    assert took < 100
    assert first.printed(1).strip() == "Stopped. The next Run starts Python anew."
    first.cells.nth(1).locator("button.live-reset").click()
    first.run(1)
    assert first.printed(1).strip() == "a = 1.40"


@pytest.mark.slow
def test_a_picture_stays_and_says_so(first):
    first.edit(1, "x, w, b = 2.0, 0.7, 0.2\na = w * x + b")
    index = first.page.evaluate("live.cells.findIndex(cell => cell.output?.querySelector('figure'))")
    first.run(index)
    assert "drawn with the book's numbers" in first.printed(index)
    assert first.cells.nth(index).locator("figure").is_visible()


@pytest.mark.slow
def test_work_is_kept_downloaded_and_forgotten(first, tmp_path):
    page = first.page
    page.evaluate("localStorage.setItem('somebody-else', '1')")
    first.edit(1, "x, w, b = 3.0, 0.6, 0.2\na = w * x + b\nprint(f\"a = {a:.2f}\")")
    page.reload()
    assert first.code(1).startswith("x, w, b = 3.0")
    assert first.cells.nth(1).locator("div.live-output").count() == 0, "what is kept does not run before a click"
    with page.expect_download() as download:
        page.locator("button.live-download").click()
    download.value.save_as(tmp_path / "mine.ipynb")
    mine = nbformat.read(tmp_path / "mine.ipynb", as_version=4)
    nbformat.validate(mine)
    book = nbformat.read(ROOT / f"{FIRST}.ipynb", as_version=4)
    changed = [(a.source, b.source) for a, b in zip(mine.cells, book.cells) if a.source != b.source]
    assert [mine for mine, _ in changed] == [first.code(1)]
    page.locator("button.live-forget").click()
    page.locator("button.live-forget").click()
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('backprop'))") == []
    assert page.evaluate("localStorage.getItem('somebody-else')") == "1"
    page.reload()
    assert first.code(1) == live_cells(FIRST)[1].source


@pytest.mark.slow
def test_a_cell_that_the_book_has_changed_drops_the_old_work(first):
    first.edit(1, "x = 1")
    first.page.evaluate("""() => { const key = Object.keys(localStorage).find(key => key.endsWith("/cells"));
      localStorage.setItem(key, JSON.stringify({"another book's cell": "x = 1"})); }""")
    first.page.reload()
    assert first.page.locator(".live-edited").count() == 0


# --- bad input ------------------------------------------------------------------------------------------------------

@pytest.mark.slow
@pytest.mark.parametrize("code, says", [
    ("import numpy as np\nnp.ones(10**11)", "Maximum allowed dimension exceeded"),
    ("def f(): return f()\nf()", "RecursionError"),
    ("while True: print('again')", "may print 100,000 characters"),
    ("raise SystemExit", "SystemExit"),
    ("#" + 30_000 * "x", "a cell may have 20000"),
    ("input()", "EOFError"),
    ("import os\nos._exit(3)", ""),
])
def test_whatever_a_cell_does_the_page_still_works(first, code, says):
    first.edit(1, code)
    first.run(1)
    assert says in first.printed(1)
    assert len(first.printed(1)) < 2000 or "again" in code
    first.cells.nth(1).locator("button.live-reset").click()
    first.run(1)
    assert first.printed(1).strip() == "a = 1.40"


@pytest.mark.slow
def test_a_connection_lost_while_loading_is_one_sentence(first):
    first.page.context.set_offline(True)
    first.run(1)
    assert first.printed(1).strip() == "Python could not be loaded: is the connection lost? Run tries again."
    first.page.context.set_offline(False)
    first.visit.errors.clear()                              # the browser's own words about the lost connection
    first.run(1)
    assert first.printed(1).strip() == "a = 1.40"


@pytest.mark.slow
def test_a_browser_that_keeps_nothing_says_so(browser, site):
    with Visit(browser, f"{site}{FIRST}.html") as visit:
        visit.page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full'); };")
        visit.page.reload()
        reader = Reader(visit)
        reader.edit(1, "x = 1\nprint(x)")
        assert "keeps nothing here" in visit.page.locator(".live-work").inner_text()
        reader.run(1)
        assert reader.printed(1).strip() == "1"


@pytest.mark.slow
def test_two_tabs_of_one_page(first):
    other = first.page.context.new_page()
    other.goto(first.page.url)
    first.edit(1, "x = 5")
    other.locator("text=This page is open twice").wait_for()
    other.close()


@pytest.mark.slow
def test_what_python_shows_cannot_act(first):
    first.edit(1, """class Trap:
    def _repr_html_(self):
        return ('<img src=x onerror="window.caught = 1"><script>window.caught = 2</script><b onclick="caught">bold</b>'
                '<a href="javascript:caught">link</a><style>body {display: none}</style><iframe src="https://example.org">')


Trap()""")
    first.run(1)
    inside = first.cells.nth(1).locator("div.live-output").inner_html()
    assert "<b>bold</b>" in inside
    assert not any(word in inside for word in ("<img", "<script", "onclick", "<a", "<style", "<iframe"))
    assert first.page.evaluate("window.caught") is None


# --- other ways to open the page ------------------------------------------------------------------------------------

@pytest.mark.slow
def test_from_a_file(browser, book):
    with Visit(browser, (book / f"{FIRST}.html").resolve().as_uri()) as visit:
        reader = Reader(visit)
        reader.run(1)
        assert reader.printed(1).strip() == "a = 1.40"
        assert (visit.errors, visit.failed, visit.foreign) == ([], [], [])


@pytest.mark.slow
def test_without_scripts_and_without_wasm_there_are_no_buttons(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{FIRST}.html")
    assert page.locator(".live-run").count() == 0
    context.close()
    with Visit(browser, f"{site}{FIRST}.html") as visit:
        visit.page.add_init_script("delete globalThis.WebAssembly;")
        visit.page.reload()
        assert visit.page.locator(".live-run").count() == 0
        assert visit.errors == []


@pytest.mark.slow
@pytest.mark.parametrize("width, theme", [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_running_cells_are_readable_by_everyone(browser, site, width, theme):
    with Visit(browser, f"{site}{FIRST}.html", theme, width) as visit:
        reader = Reader(visit)
        reader.edit(1, "x, w, b = 2.0, 0.7, 0.2\na = w * x + b\nprint(a)")
        reader.run(2)
        reader.edit(4, "1 / 0")
        reader.run(4)
        assert visit.findings(thorough=True) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


# --- the files ------------------------------------------------------------------------------------------------------

def test_packs_hold_what_they_say():
    files = {"a.py": b"one", "b/c": bytes(range(256))}
    text = packs.script("some", files)
    assert text.startswith('livePack("some","') and text == packs.script("some", files)
    raw = packs.container(files)
    size = int.from_bytes(raw[:4], "little")
    assert json.loads(raw[4:4 + size]) == [["a.py", 3], ["b/c", 256]] and raw[4 + size:] == b"one" + bytes(range(256))


# --- exercises ------------------------------------------------------------------------------------------------------

ANSWER = "your_gradient = (a - y) * a * (1 - a) * x"      # of "the squared error of one neuron"


def exercise(reader, name):
    """Return the index of the cell that waits for a value of this name."""
    return reader.page.evaluate("name => live.cells.findIndex(cell => cell.first.includes(name + ' = ...'))", name)


def test_an_exercise_is_answered_judged_marked_and_remembered(first):
    index = exercise(first, "your_gradient")
    cell = first.cells.nth(index)
    field = cell.locator("textarea.live-code")
    assert field.count() == 1, "open from the start"
    field.fill(field.input_value().replace("your_gradient = ...", "your_gradient = (a - y) * x"))
    first.run(index)
    assert first.printed(index).startswith("✗ not yet")
    assert cell.get_attribute("data-exercise") is None
    field.fill(field.input_value().replace("your_gradient = (a - y) * x", ANSWER))
    first.run(index)
    assert first.printed(index).strip().startswith("✓ right")
    assert cell.get_attribute("data-exercise") == "solved"
    first.page.reload()
    assert cell.get_attribute("data-exercise") == "solved"
    section = cell.evaluate("cell => cell.closest('section').id")
    assert first.page.locator(f".bd-sidebar-secondary a[href='#{section}'] .live-solved").count() == 1
    first.page.locator("button.live-forget").click()
    first.page.locator("button.live-forget").click()
    assert first.page.locator("[data-exercise], .live-solved").count() == 0


@pytest.mark.slow
def test_an_answer_in_one_cell_is_judged_by_the_next(first):
    index = exercise(first, "your_deltas")
    field = first.cells.nth(index).locator("textarea.live-code")
    field.fill(field.input_value().split("your_deltas")[0] + """delta_3 = a_3 - y
delta_2 = w_3 * delta_3 * a_2 * (1 - a_2)
your_deltas = np.array([w_2 * delta_2 * a_1 * (1 - a_1), delta_2, delta_3])""")
    first.run(index)
    assert first.printed(index + 1).strip().startswith("✓ right")
    assert first.cells.nth(index).get_attribute("data-exercise") == "solved"


@pytest.mark.slow
def test_an_exercise_that_fails_stops_only_itself(first):
    index = exercise(first, "your_gradient")
    first.edit(index, "raise ValueError('not yet')")
    later = exercise(first, "your_limit")
    first.run(later)
    assert not first.cells.nth(later).evaluate("cell => cell.classList.contains('live-failed')")
    assert first.cells.nth(later + 1).evaluate("cell => !cell.classList.contains('live-stale')"), "of another exercise"


@pytest.mark.slow
def test_hints_come_one_by_one(first):
    cell = first.cells.nth(exercise(first, "your_gradient"))
    hint = cell.locator("button.live-hint")
    seen = []
    for _ in range(3):
        seen.append(hint.inner_text())
        hint.click()
    assert seen == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3"]
    assert cell.evaluate("cell => cell.closest('section').querySelectorAll('details[open]').length") == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_fails_because_an_exercise_fails(browser, site, name):
    with Visit(browser, f"{site}{name}.html") as visit:
        Reader(visit)
        failed_elsewhere = visit.page.evaluate("""async () => {
          const broken = live.cells.filter(cell => cell.box.classList.contains("exercise"));
          for (const cell of broken) {
            cell.area.value = "1 / 0";
            cell.area.dispatchEvent(new Event("input"));
          }
          await live.execute(live.cells.at(-1));
          const sections = broken.map(cell => cell.exercise);
          const failed = live.cells.filter(cell => cell.box.classList.contains("live-failed"));
          return failed.filter(cell => !sections.includes(cell.exercise)).map(cell => cell.name);
        }""")
        assert failed_elsewhere == []
