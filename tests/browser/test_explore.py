"""The slider: the same bytes every time, on a page with no kernel by mouse and by keyboard, live as a widget."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest

from backprop.figures import hidden_units, outer_products
from backprop.figures.explore import Explore, explore

WEIGHTS = [round(float(w), 2) for w in np.linspace(-2.5, 2.5, 21)]


def tangent(w):
    figure, ax = plt.subplots(figsize=(4.5, 3))
    x = np.linspace(-3, 3, 101)
    ax.plot(x, 1 / (1 + np.exp(-x)))
    ax.plot([w], [1 / (1 + np.exp(-w))], "o")
    ax.set(xlim=(-3, 3), ylim=(0, 1), xlabel="$w$")
    return figure


def nudge(values=WEIGHTS, **given):
    return explore(tangent, values, **{"label": "Weight w", "alt": "The curve of a over w, a dot at w = {}.",
                                       "start": 0.0, **given})


def bars(height):
    figure, ax = plt.subplots(figsize=(3, 2))
    ax.bar([0], [height])
    ax.set_ylim(0, 9)
    return figure, ax


def heights(**given):
    return explore(bars, [1, 3, 5, 7], **{"label": 'Height "h" <of> a bar', "alt": "A bar of height {}.",
                                          "format": "{} of 7", **given})


@pytest.fixture(autouse=True, scope="module")
def book_style():
    with plt.style.context("backprop.book"):
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def shown():
    return nudge()


def data(html):
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])


def test_every_frame_is_there_and_different(shown):
    stored = data(shown.html())
    assert stored["texts"][:2] == ["−2.5", "−2.25"] and stored["start"] == 10
    assert stored["alts"][10] == "The curve of a over w, a dot at w = 0.0."
    frames = ["".join(stored["parts"][k] for k in frame) for frame in stored["frames"]]
    assert frames == shown.frames and len(set(frames)) == 21
    assert len(set(stored["parts"])) == len(stored["parts"])
    for frame in frames:
        assert xml.fromstring(frame).get("viewBox") == "0 0 324 216"


def test_a_frame_draws_what_matplotlib_drew(shown):
    """The dot of frame k sits where w says: compacting loses no more than a hundredth of a point."""
    dots = []
    for frame in shown.frames:
        root = xml.fromstring(frame)
        uses = [use for use in root.iter("{http://www.w3.org/2000/svg}use") if "fill:#0072b2" in use.get("style", "")]
        dots.append(float(uses[0].get("x")))
    assert np.allclose(np.diff(dots), np.diff(dots)[0], atol=0.011) and np.diff(dots)[0] > 5


def test_the_same_bytes_every_time(shown):
    few = nudge(WEIGHTS[:3], start=None).html()
    assert nudge(WEIGHTS[:3], start=None).html() == few
    code = """import sys; sys.path.insert(0, sys.argv[1])
import hashlib
import matplotlib.pyplot as plt
import test_explore
plt.style.use("backprop.book")
print(hashlib.sha256(test_explore.nudge(test_explore.WEIGHTS[:3], start=None).html().encode()).hexdigest())"""
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    other = [subprocess.run(command, capture_output=True, text=True, check=True,
                            env={"PYTHONHASHSEED": seed, "PATH": "", "MPLBACKEND": "Agg"}).stdout
             for seed in ("1", "2")]
    assert {line.strip() for line in other} == {hashlib.sha256(few.encode()).hexdigest()}
    assert not re.search(r"0x[0-9a-f]{6}|20\d\d-\d\d|matplotlib", shown.html() + repr(shown), re.I)


def test_light_enough(shown):
    for figure in (shown, explore(lambda e: hidden_units(np.random.default_rng(e).normal(size=(64, 30))), range(20),
                                  label="Epoch", alt="Epoch {}")):
        html = figure.html().encode()
        assert len(html) < 350_000 and len(gzip.compress(html)) < 60_000
    from backprop.figures.explore import SCRIPT
    assert len(gzip.compress(SCRIPT.encode())) < 1_000


def test_markup_in_a_label_stays_text():
    html = heights().html()
    assert 'aria-label="Height &quot;h&quot; &lt;of&gt; a bar"' in html and "<of>" not in html.split("<script")[0]
    assert heights(alt="</script><b>{}").html().count("</script>") == 2


def test_what_jupyter_gets():
    figure = heights(start=5)
    bundle, _ = figure._repr_mimebundle_()
    assert bundle["text/html"] == figure.html()
    assert bundle["text/plain"] == repr(figure) == 'explore: Height "h" <of> a bar, 4 values from 1 of 7 to 7 of 7'
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_live_the_slider_gives_the_frames():
    calls = []
    figure = explore(lambda h: calls.append(h) or bars(h), [1, 3, 5], label="Height", alt=lambda h: f"height {h}",
                     start=3)
    assert calls == [1, 3, 5] and figure.label == "Height"
    assert (figure.index, figure.alt, figure.image) == (1, "height 3", figure.frames[1])
    figure.set_state({"index": 2})                                      # what the control in the browser sends
    assert figure.alt == "height 5" and figure.image == figure.frames[2] and figure.value == 5
    figure.value = 1
    assert figure.index == 0 and figure.image == figure.frames[0] and figure.alt == "height 1"
    with pytest.raises(ValueError, match="value is 4"):
        figure.value = 4
    for index in (3, -1):
        with pytest.raises(ValueError, match=f"index is {index} but must be from 0 to 2"):
            figure.index = index
    assert figure.value == 1 and calls == [1, 3, 5]


def test_live_no_later_name_changes_what_is_shown():
    """A cell further down may take the names that the drawing function uses."""
    names = {"w": 2}
    figure = explore(lambda h: bars(h * names["w"]), [1, 2, 3], label="Height", alt="height {}")
    shown = list(figure.frames)
    names["w"] = np.zeros((2, 2))             # nothing that a bar could be drawn from
    for value in figure.values:
        figure.value = value
        assert figure.image == shown[figure.index] and figure.alt == f"height {value}"


def test_live_and_on_a_page_the_controls_are_the_same():
    from backprop.figures.explore import MODULE, SCRIPT, _source
    for part in _source("controls.js").split("/* show */"):
        assert part in SCRIPT and part in MODULE


def test_no_figure_stays_open():
    plt.close("all")
    heights()
    explore(lambda r: outer_products(np.ones((3, 2)), np.ones((3, 2)), upto=r), [1, 2, 3], label="r", alt="up to {}")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("wrong, says", [
    (lambda: nudge([]), "values is empty"),
    (lambda: nudge(label=" "), "label is ' ' but must say"),
    (lambda: nudge(label=None), "label is None"),
    (lambda: nudge(start=9.0), "start is 9.0 but must be one of the 21 values, −2.5 to 2.5"),
    (lambda: nudge(alt="A curve."), "something different for each value"),
    (lambda: nudge(alt=None), "alt is None but must be a function"),
    (lambda: nudge(format=3), "format is 3"),
    (lambda: explore(None, [1], label="x", alt="{}"), "draw is None but must be a function"),
    (lambda: explore(lambda v: None, [1], label="x", alt="{}"),
     "draw returned NoneType for 1 but must return a figure"),
    (lambda: explore(lambda v: plt.subplots(figsize=(v, 2)), [2, 3], label="x", alt="{}"),
     r"\(2.0, 2.0\) inches for 2 but of \(3.0, 2.0\) for 3"),
])
def test_bad_input_is_refused_in_one_sentence(wrong, says):
    with pytest.raises(ValueError, match=says) as error:
        wrong()
    assert "\n" not in str(error.value)


@pytest.mark.slow
def test_a_notebook_with_a_slider_passes_strict_nbval(tmp_path):
    import nbformat

    from tools.make import notebooks

    cells = ["import matplotlib.pyplot as plt\nfrom backprop.figures import explore\nplt.style.use('backprop.book')",
             "def draw(k):\n    fig, ax = plt.subplots()\n    ax.plot([0, k])\n    ax.set_ylim(0, 5)\n    return fig",
             "explore(draw, [1, 2, 3], label='k', alt='A line up to {}.')"]
    path = tmp_path / "slider.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    notebooks.execute(path)
    stored = path.read_text("utf-8")
    assert set(json.loads(stored)["cells"][2]["outputs"][0]["data"]) == {"text/html", "text/plain"}

    def nbval():
        return subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", str(path)],
                              cwd=tmp_path, capture_output=True, text=True)
    first = nbval()
    assert first.returncode == 0 and "3 passed" in first.stdout, first.stdout
    path.write_text(stored.replace("A line up to 2.", "A line up to 4."), "utf-8")
    assert nbval().returncode == 1


# --- in a browser, with no kernel


@pytest.fixture
def page(browser, shown, tmp_path):
    """A page with two sliders, opened from file://; anything it asks for or complains about is collected."""
    (tmp_path / "page.html").write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>Sliders</title><style>{Explore._css}</style></head>'
        f"<body><main><h1>Sliders</h1>{shown.html()}{heights().html()}</main></body></html>", "utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.trouble = []
    page.on("console", lambda message: page.trouble.append(message.text))
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("request", lambda request: page.trouble.append(request.url)
            if not request.url.startswith(("file:", "data:")) else None)
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    context.close()
    assert not page.trouble


def picture(page, k=0):
    page.locator(".explore img").nth(k).evaluate("image => image.decode()")
    return page.locator(".explore img").nth(k).screenshot()


@pytest.mark.accessible("A slider moves by arrow keys, Home and End, and says its value and what its picture shows.")
@pytest.mark.browser
def test_moves_by_keyboard(page):
    slider, image = page.get_by_role("slider", name="Weight w", exact=True), page.get_by_role("img").nth(0)
    seen = [picture(page)]
    slider.focus()
    for key, text in (("ArrowRight", "0.25"), ("ArrowRight", "0.5"), ("ArrowLeft", "0.25"), ("Home", "−2.5"),
                      ("End", "2.5")):
        page.keyboard.press(key)
        assert slider.get_attribute("aria-valuetext") == page.locator(".explore b").nth(0).text_content() == text
        assert image.get_attribute("alt") == f"The curve of a over w, a dot at w = {text.replace('−', '-')}."
        seen.append(picture(page))
    assert seen[1] == seen[3] and len(set(seen)) == 5


@pytest.mark.browser
def test_moves_by_mouse_each_on_its_own(page):
    before = picture(page, 0), picture(page, 1)
    box = page.get_by_role("slider").nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert picture(page, 0) == before[0] and picture(page, 1) != before[1]
    assert page.get_by_role("slider").nth(1).get_attribute("aria-valuetext") == "7 of 7"


@pytest.mark.browser
def test_buttons_step_and_stop_at_the_ends(page):
    following, previous = (page.get_by_role("button", name=f'{name}: Height "h" <of> a bar')
                           for name in ("Next", "Previous"))
    value = page.locator(".explore b").nth(1)
    first = picture(page, 1)
    for press, text in ((previous, "1 of 7"), (following, "3 of 7"), (following, "5 of 7"), (following, "7 of 7"),
                        (following, "7 of 7")):
        press.click()
        assert value.text_content() == text
    assert picture(page, 1) != first
    for _ in range(3):
        previous.press("Enter")
    assert value.text_content() == "1 of 7" and picture(page, 1) == first


@pytest.mark.browser
def test_for_everyone_and_on_a_phone(page):
    assert page.get_by_role("group", name="Weight w").get_by_role("slider", name="Weight w").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert all(box["height"] >= 24 and box["width"] >= 24
               for box in (control.bounding_box() for control in page.locator("button, input").all()))
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found] == []


@pytest.mark.browser
def test_nothing_jumps_when_the_value_gets_longer(browser, tmp_path):
    html = heights(format=lambda h: "a word " * h).html()
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(f"<style>{Explore._css}</style>{html}<p>below</p>")
    tops = set()
    for _ in range(4):
        tops.add(page.get_by_text("below").bounding_box()["y"])
        page.get_by_role("button").nth(1).click()
    page.close()
    assert len(tops) == 1


@pytest.mark.browser
def test_a_new_picture_in_under_50_ms(page):
    times = page.evaluate("""async () => {
        const root = document.querySelector(".explore"), times = [];
        const range = root.querySelector("input"), image = root.querySelector("img");
        for (let i = 0; i <= +range.max; i++) {
            const begun = performance.now();
            range.value = i; range.dispatchEvent(new Event("input")); await image.decode();
            times.push(performance.now() - begun);
        }
        return times.sort((a, b) => a - b);
    }""")
    assert times[len(times) // 2] < 50


@pytest.mark.browser
def test_without_scripts_the_start_picture_stands_alone(browser, shown):
    stripped = re.sub(r"<script.*?</script>", "", shown.html(),
                      flags=re.S)      # what a reader's notebook shows before it runs
    for html, scripts in ((shown.html(), False), (stripped, True)):
        context = browser.new_context(java_script_enabled=scripts)
        page = context.new_page()
        page.set_content(html)
        assert page.locator("input, button").count() == 0 and page.inner_text("body").strip() == ""
        assert page.get_by_role("img").get_attribute("alt") == "The curve of a over w, a dot at w = 0.0."
        assert page.locator("img").bounding_box()["height"] == pytest.approx(300, abs=2)
        context.close()
