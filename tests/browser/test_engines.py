"""Every page in Firefox and in WebKit: whole formulas, nothing beyond the screen, figures that move, no error."""

import os
import shutil
import threading
from pathlib import Path

import pytest
import yaml

from tools.judge import engines
from tools.make import serve

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
PAGES = [f"{name}.html" for name in [TOC["root"]]
         + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]]
MEASURE = f"""async () => {{ const layout = {engines.LAYOUT};
  await document.fonts.ready;
  layout.unfold();
  await new Promise((done) => setTimeout(done, 30));
  return [layout.formulas(), layout.wider(), innerWidth, document.documentElement.dataset.theme, troubles]; }}"""
WATCH = """<script>window.troubles = [];
  addEventListener("error", (event) =>
    troubles.push(event.message || "not loaded: " + (event.target.src || event.target.href)), true);
  addEventListener("unhandledrejection", (event) => troubles.push(String(event.reason)));
  console.error = (...words) => troubles.push(words.join(" "));
</script>"""
FAULTS = ("broken", "cut", "over", "off", "scrolls")
INSIDE = "div.math > .math-scroll > math { min-width: 0; width: max-content; margin: 0 auto; }"
WRAPPED = ".math math { white-space: normal; } span.math { display: inline-flex; overflow: hidden; }"
BEFORE = {  # rules that this book once had, and what each browser made of them
    "firefox": (["broken", "cut"], WRAPPED + INSIDE),
    "webkit": (["off", "scrolls"], INSIDE),
}
CENTER = """(name) => { const element = document.querySelector(name);
  element.scrollIntoView({block: "center", behavior: "instant"});
  const box = element.getBoundingClientRect();
  return [box.left + box.width / 2, box.top + box.height / 2, box.width]; }"""
THEME = """() => { const {backgroundColor, color} = getComputedStyle(document.body);
  return [document.documentElement.dataset.theme, backgroundColor, color]; }"""


@pytest.fixture(scope="module", params=sorted(engines.STARTS))
def engine(request):
    missing = engines.missing(request.param)
    if missing and os.environ.get("CI"):
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)
    with engines.STARTS[request.param]() as engine:
        engine.name = request.param
        yield engine


@pytest.fixture(scope="module")
def watched(book, tmp_path_factory):
    """Serve the pages with a few lines before all others, which note what goes wrong: return the address."""
    top = tmp_path_factory.mktemp("watched")
    shutil.copytree(book, top, dirs_exist_ok=True, ignore=shutil.ignore_patterns("_sources"))
    for page in top.rglob("*.html"):
        page.write_text(page.read_text("utf-8").replace("<head>", "<head>" + WATCH, 1), "utf-8")
    server = serve.server(top)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def choose(engine, watched, theme):
    """Let the next pages open in this theme, as a reader does who has pressed the switch before."""
    engine.size(1280, 900)
    engine.open(watched + PAGES[0])
    engine.ask("(theme) => { localStorage.setItem('mode', theme); localStorage.setItem('theme', theme); }", theme)


@pytest.mark.accessible("In Firefox and in WebKit, the engine of Safari, every formula is whole and every page "
                        "fits a screen of 1280, 390 and 320 px.")
@pytest.mark.parametrize("width, theme", [(1280, "light"), (390, "dark"), (320, "light")])
def test_every_formula_is_whole_and_every_page_fits(engine, watched, width, theme):
    choose(engine, watched, theme)
    engine.size(width, 900)
    found, count = {}, 0
    for name in PAGES:
        engine.open(watched + name)
        formulas, wider, wide, shown, troubles = engine.ask(MEASURE)
        assert (wide, shown) == (width, theme)
        count += formulas.pop("count")
        faults = {fault: which for fault, which in {**formulas, "errors": troubles}.items() if which}
        if wider != [0, []]:
            faults["wider than the screen"] = wider
        if faults:
            found[name] = faults
    assert not found
    assert count > 1000, "formulas were not seen"


def test_what_would_break_a_formula_is_noticed(engine, watched):
    engine.size(1280, 900)
    engine.open(watched + "chapters/02_mlp_2_2_2.html")
    expected, rules = BEFORE[engine.name]
    engine.ask("(rules) => document.head.append(Object.assign(document.createElement('style'), {textContent: rules}))",
               rules)
    formulas = engine.ask(MEASURE)[0]
    assert all(formulas[fault] for fault in expected), {fault: len(formulas[fault]) for fault in FAULTS}


def test_what_is_wider_than_the_screen_and_an_error_are_noticed(engine, watched):
    engine.size(1280, 900)
    engine.open(watched + PAGES[0])
    engine.ask("""() => { const box = document.querySelector("article p");
      Object.assign(box.style, {overflow: "hidden", width: "300px"});
      box.innerHTML = "<span style='display: inline-block; width: 2000px'>wide</span>";
      setTimeout(() => { noSuchFunction(); }, 0); }""")
    _, wider, _, _, troubles = engine.ask(MEASURE)
    assert len(wider[1]) == 1 and "2000px" in wider[1][0]
    assert any("noSuchFunction" in trouble for trouble in troubles)


def test_a_slider_moves_by_keys_and_mouse(engine, watched):
    engine.size(1280, 900)
    engine.open(watched + "chapters/01_linear_neuron.html")
    state = """() => { const root = document.querySelector(".explore"), range = root.querySelector("input");
      return [range.value, root.querySelector("b").textContent, root.querySelector("img").src, +range.max]; }"""
    x, y, width = engine.ask(CENTER, ".explore input")
    seen = [engine.ask(state)]
    engine.ask("() => document.querySelector('.explore input').focus()")
    for keys in (["End"], ["ArrowLeft", "ArrowLeft"], ["Home"]):
        engine.press(*keys)
        seen.append(engine.ask(state))
    last = seen[0][3]
    assert [int(value) for value, *_ in seen[1:]] == [last, last - 2, 0]
    engine.drag((x - width / 2 + 8, y), (x, y), (x + width / 2 - 4, y))
    seen.append(engine.ask(state))
    assert int(seen[-1][0]) == last and seen[-1] == seen[1], "the mouse did not bring what the key brought"
    assert len({picture for _, _, picture, _ in seen}) == len({text for _, text, *_ in seen}) >= 3
    assert engine.ask("() => troubles") == []


def test_the_playground_moves_by_keys_and_mouse(engine, watched):
    engine.size(1280, 900)
    engine.open(watched + "chapters/02_mlp_2_2_2.html")
    field = '.bp-playground input[data-key="W_out 0 0"]'
    state = """async (field) => { for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
      return [document.querySelector(field).value, document.querySelector(".bp-loss b").textContent]; }"""
    x, y, _ = engine.ask(CENTER, field)
    seen = [engine.ask(state, field)]
    engine.ask("(field) => document.querySelector(field).focus()", field)
    engine.press("ArrowUp", "ArrowUp")
    seen.append(engine.ask(state, field))
    engine.ask("() => document.activeElement.blur()")  # a field that is being written in is not dragged
    engine.drag((x, y), (x + 20, y), (x + 60, y))
    seen.append(engine.ask(state, field))
    number = [float(value.replace("−", "-")) for value, _ in seen]
    assert number[0] < number[1] < number[2] and len({loss for _, loss in seen}) == 3, seen
    engine.ask("() => document.querySelector('.bp-playground [aria-selected=true]').focus()")
    engine.press("ArrowRight")
    assert engine.ask("() => document.querySelector('.bp-playground [aria-selected=true]').dataset.tab") == "shapes"
    assert engine.ask("() => troubles") == []


@pytest.mark.parametrize("how", ["keys", "mouse"])
def test_the_theme_switch_makes_it_dark(engine, watched, how):
    choose(engine, watched, "auto")
    engine.open(watched + PAGES[0])
    light = engine.ask(THEME)
    if how == "keys":
        if not engine.ask("() => document.hasFocus()"):
            pytest.skip("a headless Firefox never has the focus, and then its buttons hear no key")
        engine.ask("() => document.querySelector('.theme-switch-button').focus()")
        engine.press("Enter")
    else:
        engine.drag(engine.ask(CENTER, ".theme-switch-button")[:2])
    dark = engine.ask(THEME)
    assert (light[0], dark[0]) == ("light", "dark") and light[1] != dark[1] and light[2] != dark[2]
    assert engine.ask("() => troubles") == []
