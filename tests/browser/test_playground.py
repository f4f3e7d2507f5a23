"""The playground: its numbers are NumPy's, every control moves the picture, and nothing it is given can break it."""
import gzip
import re
from importlib.resources import files

import numpy as np
import pytest

from backprop import Params, backward, forward, init_params, loss, step
from backprop.figures.playground import _MOUNT, Playground, _source, page_scripts
from networks import RUNNING, RUNNING_X as X, RUNNING_Y as Y


def example(m, d, t, n, bias=True, seed=1):
    """Return params, X and Y with one decimal, none of them zero."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return (rng.integers(1, 20, shape) * rng.choice([-1, 1], shape)) / 10

    params = Params(draw(m, d), draw(d, t), *((draw(d), draw(t)) if bias else ()))
    return params, draw(n, m), rng.integers(0, 2, (n, t)).astype(float)


# --- in Python -------------------------------------------------------------------------------------------------------

def test_traits_and_params_are_one_state():
    playground = Playground(RUNNING, X, Y)
    seen = []
    playground.observe(lambda change: seen.append(change.new), "gradient")
    playground.W_out = [[0.1, 0.2], [0.3, 0.4]]
    expected = RUNNING._replace(W_out=np.array([[0.1, 0.2], [0.3, 0.4]]))
    assert isinstance(playground.params, Params)
    for a, b in zip(playground.params, expected):
        np.testing.assert_array_equal(a, b)
    gradient = backward(expected, forward(expected, X), X, Y)
    np.testing.assert_array_equal(playground.gradient.W_out, gradient.W_out)
    np.testing.assert_array_equal(seen[-1].W_h, gradient.W_h)
    assert playground.loss == loss(forward(expected, X), Y)
    playground.params = RUNNING
    np.testing.assert_array_equal(playground.W_out, RUNNING.W_out)


def test_mean_divides_the_gradient_once():
    params, inputs, targets = example(3, 4, 2, 5)
    playground = Playground(params, inputs, targets)
    summed = playground.gradient
    playground.mean = True
    np.testing.assert_allclose(playground.gradient.W_out, summed.W_out / 5, rtol=1e-15)


def test_update_changes_sizes_together_and_tells_the_browser_once(monkeypatch):
    playground = Playground(RUNNING, X, Y)
    messages = []
    monkeypatch.setattr(Playground, "_send", lambda self, message, buffers=None: messages.append(message))
    playground.update(*example(3, 4, 2, 5))
    assert repr(playground) == "Playground(3-4-2, n = 5, view='paths')"
    assert playground.gradient.W_h.shape == (3, 4)
    assert len(messages) == 1 and {"W_h", "W_out", "b_h", "b_out", "X", "Y"} <= set(messages[0]["state"])


def test_the_arguments_stay_as_they_were_and_the_traits_cannot_be_changed_in_place():
    W_h = RUNNING.W_h.copy()
    playground = Playground(RUNNING._replace(W_h=W_h), X, Y)
    W_h[0, 0] = 99
    assert playground.W_h[0, 0] == 0.6
    with pytest.raises(ValueError, match="read-only"):
        playground.W_h[0, 0] = 1


@pytest.mark.parametrize("change, sentence", [
    (dict(X=[[1, 2, 3]]), r"X is \(1, 3\) but W_h is \(2, 2\): X needs 2 columns"),
    (dict(X=[1, 2]), r"X is 1-D .* one example is X\[None, :\]"),
    (dict(Y=[[1, 2]]), r"Y holds 2\.0 at \(0, 1\): targets must lie in \[0, 1\]"),
    (dict(Y=[[1, 0], [0, 1]]), "Y has 2 rows but there are 1 examples"),
    (dict(W_h=[[1, np.nan], [1, 1]]), r"W_h holds nan at \(0, 1\): every entry must be a finite number"),
    (dict(W_out="much"), "W_out holds <U4 values: it must hold numbers"),
    (dict(b_h=[0, 0]), "b_h is given but b_out is None: give both biases or neither"),
    (dict(view="sideways"), "view is 'sideways': it must be one of 'paths', 'shapes', 'examples'"),
    (dict(mean=2), "mean is 2: it must be True or False"),
    (dict(eta=0), "eta is 0: it must be a finite number above 0"),
    (dict(eta="fast"), "eta is 'fast': it must be a finite number above 0"),
])
def test_bad_values_are_refused_in_one_sentence_and_change_nothing(change, sentence):
    (name, value), = change.items()
    playground = Playground(RUNNING, X, Y)
    before = playground._html()
    with pytest.raises(ValueError, match=sentence) as refused:
        setattr(playground, name, value)
    assert "\n" not in str(refused.value)
    assert playground._html() == before
    given = dict(params=RUNNING, X=X, Y=Y)
    if name in given or name in ("view", "mean", "eta"):
        given[name] = value
    else:
        given["params"] = RUNNING._replace(**change)
    with pytest.raises(ValueError, match=sentence):
        Playground(**given)


@pytest.mark.parametrize("sizes", [(6, 2, 2, 1), (2, 6, 2, 1), (2, 2, 6, 1), (2, 2, 2, 6)])
def test_what_is_too_large_to_draw_is_refused(sizes):
    with pytest.raises(ValueError, match="the playground draws at most 5 inputs, hidden units, outputs and examples"):
        Playground(*example(*sizes))
    playground = Playground(RUNNING, X, Y)
    with pytest.raises(ValueError, match="at most 5"):
        playground.update(*example(*sizes))
    assert playground.W_h.shape == (2, 2)


def test_not_params():
    with pytest.raises(ValueError, match="params is of type list: it must be Params"):
        Playground([[1]], X, Y)


def test_the_stored_output_is_the_same_every_time_and_readable_without_scripts():
    bundles = [Playground(*example(3, 4, 2, 5), view="examples")._repr_mimebundle_()[0] for _ in range(2)]
    for kind in ("text/plain", "text/html"):
        assert bundles[0][kind] == bundles[1][kind]
    assert "application/vnd.jupyter.widget-view+json" in bundles[0]
    page = Playground(RUNNING, X, Y)._repr_mimebundle_()[0]["text/html"]
    harmless = page.count("<script") == 1 and page.endswith(_MOUNT) and "<svg" not in page
    assert harmless, "where nothing can mount it"
    page = page.removesuffix(_MOUNT)
    text = re.sub(r"<[^>]*>", " ", page)
    for words in ("a 2-2-2 network, n = 1, J = 1.0209", "[[-0.2884, 0.3510], [-0.0770, 0.0937]]", "Run this cell"):
        assert words in text


def test_the_scripts_of_a_page_are_light_and_ask_nobody():
    scripts = page_scripts()
    assert len(gzip.compress(scripts.encode())) < 25_000
    code = re.sub(r"//.*|/\*.*?\*/", "", scripts)
    assert not re.search(r"^\s*(import|export)\b|\bimport\(", code, re.MULTILINE)
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"(^|\s)// .*", "", scripts))
    assert scripts.count("<script") == scripts.count("</script>") == 1


def test_the_arithmetic_touches_no_page():
    assert not re.search(r"document|window|querySelector|addEventListener|innerHTML", _source("network.js"))


def test_the_arithmetic_names_the_equations_of_the_module():
    module = files("backprop")
    labels = set(re.findall(r"\[((?:eq|def)-[a-z0-9-]+)\]", _source("network.js")))
    assert labels and labels <= set(re.findall(r"\[((?:eq|def)-[a-z0-9-]+)\]", "".join(
        (module / name).read_text("utf-8") for name in ("mlp.py", "train.py"))))


# --- the arithmetic in the browser, against NumPy --------------------------------------------------------------------

RUN_NETWORKS = """({source, cases}) => {
  const net = new Function(source + "; return { forward, backward, loss, step }")();
  return cases.map(({params, X, Y, mean, eta}) => {
    const trace = net.forward(params, X), gradient = net.backward(params, trace, X, Y, mean);
    let stepped = {};
    try { stepped = net.step(params, gradient, eta); } catch { /* a gradient of the wrong shape */ }
    return {...trace, loss: net.loss(trace, Y, mean), ...gradient,
            ...Object.fromEntries(Object.entries(stepped).map(([name, value]) => ["step " + name, value]))};
  });
}"""


def random_cases(count, seed):
    rng = np.random.default_rng(seed)
    cases = []
    for k in range(count):
        m, d, t, n = rng.integers(1, 6, 4)
        params = init_params(m, d, t, rng, bias=bool(k % 2))
        params = Params(*(None if p is None else rng.normal(size=p.shape) * rng.choice([0.3, 1, 3]) for p in params))
        cases.append((params, rng.normal(size=(n, m)), rng.random((n, t)), bool(k % 3 == 0), float(rng.random() + 0.1)))
    return cases


def numpys(params, inputs, targets, mean, eta):
    """Return every intermediate as NumPy and the module compute it."""
    trace = forward(params, inputs)
    gradient = backward(params, trace, inputs, targets, mean)
    delta_out = trace.A_out - targets
    delta_h = delta_out @ params.W_out.T * trace.A_h * (1 - trace.A_h)
    stepped = step(params, gradient, eta)
    return {**trace._asdict(), "loss": loss(trace, targets, mean), "delta_out": delta_out, "delta_h": delta_h,
            **{"d" + name: value for name, value in gradient._asdict().items()},
            **{"step " + name: value for name, value in stepped._asdict().items()}}


def disagreements(browser, cases, source):
    """Return how many numbers were compared, the worst difference by the largest entry, and the names beyond 1e-12."""
    page = browser.new_page()
    try:
        given = [{"params": {name: None if a is None else a.tolist() for name, a in params._asdict().items()},
                  "X": inputs.tolist(), "Y": targets.tolist(), "mean": mean, "eta": eta}
                 for params, inputs, targets, mean, eta in cases]
        results = page.evaluate(RUN_NETWORKS, {"source": source, "cases": given})
    finally:
        page.close()
    compared, worst, wrong = 0, 0.0, set()
    for case, result in zip(cases, results, strict=True):
        expected = numpys(*case)
        assert result.keys() <= expected.keys()
        for name, value in expected.items():
            if value is None and name in result and result[name] is None:
                continue
            ours, theirs = np.array(result.get(name, np.nan), dtype=float), np.array(value, dtype=float)
            if ours.shape != theirs.shape:
                wrong.add(name)
                continue
            compared += theirs.size
            relative = np.abs(ours - theirs).max() / np.abs(theirs).max()
            worst = max(worst, relative)
            if not relative <= 1e-12:
                wrong.add(name)
    return compared, worst, wrong


@pytest.mark.browser
def test_a_thousand_random_networks_agree_with_numpy(browser):
    compared, worst, wrong = disagreements(browser, random_cases(1000, seed=20), _source("network.js"))
    print(f"{compared} numbers compared, worst difference {worst:.1e} of the largest entry")
    assert not wrong and compared > 90_000


@pytest.mark.browser
@pytest.mark.parametrize("right, wrong, caught", [
    ("(a, y) => a - y, trace", "(a, y) => y - a, trace", "delta_out"),
    ("product(transpose(trace.A_h), delta_out)", "transpose(product(transpose(trace.A_h), delta_out))", "dW_out"),
    ("product(transpose(trace.A_h)", "product(transpose(trace.Z_h)", "dW_out"),
    ("e * a * (1 - a)", "e * a", "delta_h"),
    ("a / count", "a / count ** 2", "dW_h"),
    ("perCount(columnSums(delta_h))", "perCount(delta_h[0])", "db_h"),
    ("columnSums(delta_out)", "delta_out[0]", "db_out"),
    ("- y * z +", "+ y * z +", "loss"),
    ("/ (mean ? Y.length : 1); // [def-j]", "/ (mean ? Y.length * Y[0].length : 1);", "loss"),
    ("(b ? z + b[j] : z)", "z", "Z_h"),
    ("p - eta * G[i]", "p + eta * G[i]", "step W_h"),
])
def test_a_wrong_line_of_the_arithmetic_is_seen(browser, right, wrong, caught):
    source = _source("network.js")
    assert source.count(right) == 1
    assert caught in disagreements(browser, random_cases(12, seed=3), source.replace(right, wrong))[2]


# --- on a page, without Jupyter --------------------------------------------------------------------------------------

CASES = {"2-2-2": (RUNNING, X, Y), "3-4-2": example(3, 4, 2, 3), "5-5-5": example(5, 5, 5, 5)}
VIEWS = ("paths", "shapes", "examples")


def html_page(*playgrounds, theme="light"):
    """Return a page of a book with these playgrounds, as the build makes it: their HTML, and the scripts once."""
    body = "".join(playground._html() for playground in playgrounds)
    return (f'<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Page</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body {margin: 12px; '
            f'{"background: #14181e; color: #eee" if theme == "dark" else ""}}}</style>{page_scripts()}</head>'
            f"<body><main><h1>Page</h1>{body}</main></body></html>")


def number(text):
    return float(text.replace("−", "-"))


class Stand:
    """A playground on a page in a browser, and what a reader does with it."""

    def __init__(self, page):
        self.page = page

    def __getattr__(self, name):
        return getattr(self.page, name)

    def open(self):
        """Show the numbers, which wait on a small screen until they are asked for."""
        if self.page.locator("details:not([open])").count():
            self.page.locator("summary").click()
            self.settle()

    def settle(self):
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def shown(self):
        """Return everything a reader can see of it: text, typed numbers, drawing, pressed toggles."""
        self.settle()
        return self.page.evaluate("""() => { const root = document.querySelector('.bp');
          const said = root.querySelector('[role=status]'), spoken = said.textContent;
          said.textContent = '';
          const text = root.innerText;
          said.textContent = spoken;
          return text + [...root.querySelectorAll('input')].map((i) => i.type === 'radio' ? i.checked : i.value)
            + root.querySelector('.bp-net svg')?.innerHTML.replaceAll(/turn./g, '') }""")

    def trait(self, name):
        return self.page.evaluate("(name) => document.querySelector('.bp-playground').playground.get(name)", name)

    def put(self, **traits):
        self.page.evaluate("""(traits) => { const model = document.querySelector('.bp-playground').playground;
          Object.entries(traits).forEach(([name, value]) => model.set(name, value)) }""", traits)
        self.settle()

    def field(self, key):
        return self.page.locator(f'input[data-key="{key}"]')

    def grip(self, key):
        """Return a point of the drawing at which this number, and no other, is taken."""
        return self.page.evaluate("""(key) => {
          for (const part of document.querySelectorAll(`.bp-net [data-key="${key}"]`)) {
          const inside = [...Array(19).keys()].map((k) => (k + 1) / 20);
          const points = part.matches('path') ? inside.map((f) => part.getPointAtLength(f * part.getTotalLength()))
            .map((point) => point.matrixTransform(part.getScreenCTM()))
            : [part.getBoundingClientRect()].map((box) => ({x: box.x + box.width / 2, y: box.y + box.height / 2}));
          for (const {x, y} of points)
            if (document.elementFromPoint(x, y)?.closest('[data-key]')?.dataset.key === key) return [x, y]; } }""", key)

    def centre(self, locator):
        locator.scroll_into_view_if_needed()
        box = locator.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, point, dx):
        x, y = point
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for part in range(1, 6):
            self.page.mouse.move(x + dx * part / 5, y)
        self.page.mouse.up()
        self.settle()

    def matrix(self, start):
        """Return the numbers of the first shown matrix whose spoken name starts so."""
        grid = self.page.locator(f'.bp [role=img][aria-label^="{start},"]').first
        rows, columns = map(int, re.search(r", (\d+) by (\d+),", grid.get_attribute("aria-label")).groups())
        values = grid.locator(".bp-cell").evaluate_all("(cells) => cells.map((cell) => cell.firstChild.data)")
        values = [number(text) for text in values]
        return np.array(values).reshape(rows, columns)

    def card(self):
        """Return the lines of what is chosen as {name: [(symbol, number), ...]}."""
        lines = self.page.locator(".bp-out .bp-line:has(em)").evaluate_all("""(lines) => lines.map((line) =>
          [line.querySelector('em').textContent, [...line.querySelectorAll('.bp-factor')].map((factor) =>
            [factor.firstChild.textContent, factor.querySelector('b').textContent])])""")
        return {name: [(symbol, number(text)) for symbol, text in factors] for name, factors in lines}

    def params(self):
        return Params(*(None if (a := self.trait(name)) is None else np.array(a) for name in Params._fields))

    def was(self):
        """Return what the entries of the gradients say they were: {"W_out 0 1": number}."""
        cells = self.page.locator(".bp-cell.changed").evaluate_all(
            "(cells) => cells.map((cell) => [cell.dataset.choose, cell.querySelector('small').textContent])")
        return {key: number(text.removeprefix("was ")) for key, text in cells}

    def loss(self):
        return float(self.page.locator(".bp-loss b").inner_text())


@pytest.fixture(scope="module")
def contexts(browser):
    """One context of the browser for each set of its options."""
    opened = {}

    def context(width, **options):
        key = (width, *sorted(options.items()))
        if key not in opened:
            opened[key] = browser.new_context(viewport={"width": width, "height": 900}, **options)
        return opened[key]

    yield context
    for one in opened.values():
        one.close()


@pytest.fixture
def stand(contexts):
    """Open a playground on a page; the test fails on any error, warning or request."""
    opened, troubles = [], []

    def open_(case="2-2-2", view="paths", theme="light", width=760, **options):
        page = contexts(width, **options).new_page()
        opened.append(page)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url))
        case = CASES[case] if isinstance(case, str) else case
        page.set_content(html_page(Playground(*case, view=view), theme=theme))
        stand = Stand(page)
        stand.settle()
        return stand

    yield open_
    for page in opened:
        page.close()
    assert not troubles


@pytest.mark.browser
def test_it_runs_from_a_file_with_no_request(browser, tmp_path):
    file = tmp_path / "page.html"
    file.write_text(html_page(Playground(*CASES["2-2-2"]), Playground(*CASES["3-4-2"], view="examples")), "utf-8")
    page, asked, troubles = browser.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(file.as_uri())
    assert page.locator(".bp").count() == 2, "one script brings both to life"
    assert page.locator(".bp-net svg").count() == 1 and page.locator("table").count() == 0
    assert asked == [file.as_uri()] and not troubles
    page.close()


@pytest.mark.browser
def test_without_scripts_the_table_is_there(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html_page(Playground(*CASES["2-2-2"])))
    assert page.locator("table").is_visible() and "J = 1.0209" in page.inner_text("body")
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("mean", [False, True])
def test_the_numbers_shown_are_numpys(stand, case, mean):
    params, inputs, targets = CASES[case]
    page = stand(case)
    page.put(mean=mean)
    trace = forward(params, inputs)
    gradient = backward(params, trace, inputs, targets, mean)
    assert page.loss() == pytest.approx(loss(trace, targets, mean), rel=1e-3)
    shown = page.locator(".bp-net svg").get_attribute("aria-label")
    for value in (*trace.Z_h[0], *trace.A_h[0], *trace.Z_out[0], *trace.A_out[0], *(trace.A_out - targets)[0]):
        assert f"{value:.4f}".replace("-", "−") in shown
    m, d = params.W_h.shape
    for key, name, before, dW in ((f"W_out {d - 1} 0", "W(out)", "A(h)⊤", gradient.W_out),
                                  (f"W_h {m - 1} {d - 1}", "W(h)", "A(in)⊤", gradient.W_h)):
        page.field(key).focus()
        page.settle()
        np.testing.assert_allclose(page.matrix(f"∂J/∂{name}"), dW, atol=6e-4)
        product = page.matrix(before) @ page.matrix("δ" + name[1:]) / (len(inputs) if mean else 1)
        np.testing.assert_allclose(product, dW, atol=2e-2)
        i, j = map(int, key.split()[1:])
        assert page.locator(".bp-factor.hit b").inner_text() == f"{dW[i, j]:.4f}".replace("-", "−")


@pytest.mark.browser
def test_a_chosen_weight_lights_its_paths_and_its_entry(stand):
    page = stand()

    def lit():
        page.settle()
        entries = page.locator(".bp-cell.hit[data-choose]").evaluate_all("(all) => all.map((c) => c.dataset.choose)")
        return page.locator("svg .glow").count(), entries, page.locator(".bp-title").first.inner_text()

    assert lit()[:2] == (2, ["W_out 0 1"]) and "one path leads" in lit()[2]  # the weight, and its output to J
    page.mouse.click(*page.grip("W_out 1 0"))
    assert lit()[:2] == (2, ["W_out 1 0"])
    page.field("W_h 0 1").focus()
    glows, entry, title = lit()
    assert (glows, entry) == (5, ["W_h 0 1"]) and "2 paths lead" in title and "products add" in title
    page.keyboard.press("ArrowRight")
    assert lit()[1] == ["W_h 1 0"], "the right arrow goes on to the next weight"
    page.keyboard.press("ArrowLeft")
    assert lit()[1] == ["W_h 0 1"]
    products = [factors[-1][1] for factors in page.card().values()]
    assert products[0] + products[1] == pytest.approx(products[2], abs=1.1e-4) and products[2] == 0.1394


@pytest.mark.browser
def test_a_bias_can_be_chosen(stand):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2")
    page.mouse.click(*page.grip("b_h 0 2"))
    page.settle()
    gradient = backward(params, forward(params, inputs), inputs, targets)
    np.testing.assert_allclose(page.matrix("∂J/∂b(h)"), [gradient.b_h], atol=6e-4)
    assert page.card()["all examples"][-1][1] == pytest.approx(gradient.b_h[2], abs=6e-5)


def touch(page, point, dx):
    devtools, point = page.context.new_cdp_session(page.page), dict(zip("xy", point))
    devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    for part in (0.2, 0.5, 1):
        there = {**point, "x": point["x"] + part * dx}
        devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [there]})
    devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.browser
@pytest.mark.parametrize("how", ["drag", "drag in the drawing", "touch", "arrows", "page keys", "typing"])
def test_every_number_moves_the_picture(stand, how):
    page = stand("3-4-2", has_touch=True)
    for key in ("W_h 0 1", "W_out 1 0", "b_h 0 1", "b_out 0 0", "X 0 1", "Y 0 1", "eta"):
        (name, *at), down = key.split(), key.startswith("Y")  # this target is 1
        if how == "drag in the drawing" and not at:
            continue  # the learning rate is no part of the drawing
        before, old, field = page.shown(), page.trait(name), page.field(key)
        if how == "drag":
            page.drag(page.centre(field), -40 if down else 40)
        elif how == "drag in the drawing":
            page.drag(page.grip(key), -40 if down else 40)
        elif how == "touch":  # a sideways drag is ours, the page scrolls up and down
            actions = "(all) => all.map((e) => getComputedStyle(e).touchAction)"
            assert set(page.locator(f'[data-key="{key}"]').evaluate_all(actions)) == {"pan-y"}
            touch(page, page.centre(field), -50 if down else 50)
        else:
            field.focus()
            if how == "typing":
                page.keyboard.type("0.37")
            else:
                page.keyboard.press(("Arrow" if how == "arrows" else "Page") + ("Down" if down else "Up"))
        assert page.shown() != before, key
        new = page.trait(name)
        changed = np.argwhere(np.atleast_1d(np.array(new) != np.array(old)))
        assert len(changed) == 1, f"{key} and no other"
        if at:
            assert list(changed[0]) == [int(k) for k in at][-changed.shape[1]:]
        if how == "typing":
            assert 0.37 in np.ravel(new)
        expected = loss(forward(page.params(), page.trait("X")), page.trait("Y"))
        assert page.loss() == pytest.approx(expected, rel=1e-3)


@pytest.mark.browser
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("how", ["mouse", "Enter", "Space"])
def test_every_button_does_something(stand, view, how):
    page = stand("3-4-2", view)
    buttons = page.locator(".bp-panel button").count()
    assert buttons >= 2
    for k in range(buttons):
        button = page.locator(".bp-panel button").nth(k)
        page.field("Y 0 0").press("ArrowUp") if view != "shapes" else None  # so that Reset has something to do
        if "3-4-2" in button.inner_text() or button.get_attribute("data-do") == "reset":
            page.put(W_out=[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
        before = page.shown()
        if how == "mouse":
            button.click()
        else:
            button.focus()
            page.keyboard.press(how)
        went_on = page.shown() != before
        if not went_on and button.get_attribute("data-nudge"):
            went_on = "1" in button.get_attribute("data-nudge")  # at the end of its range already
            value = int(page.field(button.get_attribute("data-nudge").rsplit(" ", 1)[0]).input_value())
            assert value in (1, 3, 5), "stays only at the end of its range"
        assert went_on, button.inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_every_toggle_changes_the_picture(stand, how):
    page = stand("3-4-2")
    for view, name, there in [("paths", "mean", "true"), ("shapes", "mean", "true"), ("examples", "mean", "true"),
                              ("examples", "side", "h"), ("examples", "columns", "true")]:
        page.put(view=view, mean=False)
        before = page.shown()
        radios = page.locator(f'[data-toggle="{name}"]')
        if how == "mouse":
            radios.nth(1).locator("xpath=..").click()
        else:
            radios.nth(0).focus()
            page.keyboard.press("ArrowRight")
        assert page.shown() != before and radios.nth(1).is_checked() and radios.nth(1).get_attribute("value") == there


@pytest.mark.browser
@pytest.mark.parametrize("how", ["mouse", "keyboard"])
def test_tabs_change_the_view(stand, how):
    page = stand("3-4-2")
    seen = [page.shown()]
    for view in ("shapes", "examples", "paths"):
        if how == "mouse":
            page.locator(f"[data-tab={view}]").click()
        else:
            page.locator("[aria-selected=true]").focus()
            page.keyboard.press("ArrowRight")
        seen.append(page.shown())
        assert page.trait("view") == view
        assert page.evaluate("document.activeElement.dataset.tab") == view
    assert len(set(seen)) == 3 and seen[0] == seen[3]


@pytest.mark.browser
def test_one_step_downhill_is_the_modules_and_reset_undoes_it(stand):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2")
    before = page.shown()
    for _ in range(3):
        page.get_by_role("button", name="One step downhill").click()
        params = step(params, backward(params, forward(params, inputs), inputs, targets), 0.5)
    for name, value in params._asdict().items():
        np.testing.assert_allclose(page.trait(name), value, rtol=1e-12)
    assert page.loss() == pytest.approx(loss(forward(params, inputs), targets), rel=1e-3)
    page.get_by_role("button", name="Reset").click()
    page.locator("[role=tab]").first.focus()
    assert page.shown() == before


@pytest.mark.browser
@pytest.mark.parametrize("leave", ["Enter", "Tab", "Escape"])
def test_text_is_refused_in_place_and_the_last_good_picture_stays(stand, leave):
    page = stand()
    field, alert = page.field("W_out 0 0"), page.locator("[role=alert]")
    field.focus()

    def picture():
        page.settle()
        return page.locator(".bp-net svg").inner_html(), page.locator(".bp-out").inner_html(), page.loss()

    good = picture()
    for typed in ("abc", "0,5,1", "1.000,5", "0x10", "NaN", "<b>1", "1e999"):
        field.focus()
        page.keyboard.type(typed)
        assert picture() == good, typed
        sentence = f"“{typed}” is not a number: type digits such as −0.35."
        too_large = "W_out holds Infinity: J must stay a finite number."
        assert alert.inner_text() == (too_large if typed == "1e999" else sentence)
        assert field.get_attribute("aria-invalid") == "true"
        assert field.get_attribute("aria-describedby") == alert.get_attribute("id")
        page.keyboard.press(leave)
        page.settle()
        assert field.input_value() == "0.8" and page.trait("W_out")[0][0] == 0.8
    field.fill("0.9")
    assert alert.is_hidden() and field.get_attribute("aria-invalid") is None and page.trait("W_out")[0][0] == 0.9
    page.keyboard.press("Escape")
    assert page.trait("W_out")[0][0] == 0.8, "Escape takes back what was typed"


@pytest.mark.browser
def test_half_a_number_is_waited_for(stand):
    page = stand()
    field, alert = page.field("W_out 0 0"), page.locator("[role=alert]")
    field.focus()
    for key, value in [("-", 0.8), (".", 0.8), ("5", -0.5), ("e", -0.5), ("1", -5.0)]:
        page.keyboard.press(key)
        page.settle()
        assert alert.is_hidden() and page.trait("W_out")[0][0] == value, key
    page.keyboard.press("Enter")
    assert field.input_value() == "−5"
    field.fill("")
    page.keyboard.press("Enter")
    assert "an empty field is not a number" in alert.inner_text() and field.input_value() == "−5"


@pytest.mark.browser
def test_values_out_of_range_get_the_sentence_of_the_module(stand):
    page = stand()
    for key, typed, change, said in [("Y 0 1", "1.5", dict(Y=[[1, 1.5]]), "target 2 of example 1 is 1.5"),
                                     ("Y 0 1", "2", dict(Y=[[1, 2]]), "target 2 of example 1 is 2"),
                                     ("Y 0 0", "-0.1", dict(Y=[[-0.1, 0]]), "target 1 of example 1 is -0.1"),
                                     ("eta", "0", dict(eta=0), "eta is 0"), ("eta", "-1", dict(eta=-1), "eta is -1")]:
        with pytest.raises(ValueError) as refused:
            setattr(Playground(RUNNING, X, Y), *next(iter(change.items())))
        before = page.trait(key.split()[0])
        page.field(key).fill(typed)
        sentence = page.locator("[role=alert]").inner_text().removesuffix(".")
        subject, rule = sentence.replace("−", "-").split(": ")  # it counts from 1, as the page does, and keeps the rule
        assert subject == said and rule in str(refused.value) and len(rule) > 20
        assert page.trait(key.split()[0]) == before


@pytest.mark.browser
def test_sizes_stay_between_one_and_five(stand):
    page = stand(view="shapes")
    for typed in ("0", "6", "2.5", "-1"):
        page.field("d").fill(typed)
        assert page.locator("[role=alert]").inner_text() == f"d is {typed}: it must be a whole number from 1 to 5."
        page.keyboard.press("Enter")
        assert page.field("d").input_value() == "2" and len(page.trait("W_out")) == 2
    for _ in range(9):
        page.field("d").press("ArrowUp")
    page.settle()
    assert page.field("d").input_value() == "5" and len(page.trait("W_out")) == 5
    assert page.locator("[role=alert]").is_hidden(), "the end of a range is no mistake"


@pytest.mark.browser
def test_smaller_and_larger_again_brings_the_same_numbers_back(stand):
    page = stand("3-4-2", "shapes")
    names = ("W_h", "W_out", "b_h", "b_out", "X", "Y")
    before = {name: page.trait(name) for name in names}
    for key in "mdtn":
        page.field(key).press("Home")
    page.settle()
    assert [len(page.trait("W_h")), len(page.trait("W_out")), len(page.trait("b_out")), len(page.trait("X"))] == [1] * 4
    for key, size in zip("mdtn", "3423"):
        page.field(key).fill(size)
    page.settle()
    assert {name: page.trait(name) for name in names} == before


def numpys_verdicts(params, inputs, targets, mean):
    """Try the candidates of the view in NumPy: which fit, which are the gradient."""
    trace = forward(params, inputs)
    A, D, Z, slope, n = trace.A_h, trace.A_out - targets, trace.Z_h, trace.A_out * (1 - trace.A_out), len(inputs)
    truth = backward(params, trace, inputs, targets, mean).W_out
    verdicts = []
    for build in (lambda: A.T @ D, lambda: A.T @ D / n, lambda: D.T @ A, lambda: A @ D.T, lambda: D @ A.T,
                  lambda: A @ D, lambda: A * D if A.shape == D.shape else None, lambda: A.T @ (D * slope),
                  lambda: Z.T @ D, lambda: inputs.T @ D):
        try:
            made = build()
        except ValueError:
            made = None
        fits = made is not None and made.shape == truth.shape
        verdicts.append((fits, bool(fits and np.allclose(made, truth, rtol=1e-6, atol=1e-8))))
    return verdicts


@pytest.mark.browser
@pytest.mark.parametrize("mean", [False, True])
def test_the_verdicts_on_the_formulas_are_numpys(stand, mean):
    page = stand("2-2-2", "shapes")
    page.put(mean=mean)
    rng = np.random.default_rng(5)
    sizes = [(2, 2, 2, 2), (3, 4, 2, 5), (3, 4, 2, 1), (1, 1, 1, 1), (2, 2, 2, 1)]
    sizes += [tuple(map(int, rng.integers(1, 6, 4))) for _ in range(20)]
    counts = {}
    for size in sizes:
        params, inputs, targets = example(*size, seed=7)
        page.put(X=inputs.tolist(), Y=targets.tolist(), **{k: v.tolist() for k, v in params._asdict().items()})
        expected = numpys_verdicts(params, inputs, targets, mean)
        shown = page.locator("tbody tr").evaluate_all("""(rows) => rows.map((row) =>
          [...row.querySelectorAll('td')].slice(1).map((cell) => cell.innerText.includes('✓')))""")
        shown = [tuple(row) for row in shown]
        assert shown == expected, size
        counts[size] = (sum(fit for fit, _ in expected), sum(right for _, right in expected))
        verdict = page.locator(".bp-verdict strong").inner_text()
        assert verdict.startswith(f"{counts[size][0]} of 10 have the shape {size[1]} × {size[2]}")
    assert counts[2, 2, 2, 2] == (10, 1) and counts[3, 4, 2, 5] == (4, 1)


@pytest.mark.browser
@pytest.mark.parametrize("side, columns", [("out", False), ("out", True), ("h", False), ("h", True)])
def test_outer_products_pile_up_to_the_matrix_product(stand, side, columns):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2", "examples")
    page.locator(f'[data-toggle=side][value={side}]').check(force=True)
    page.locator(f'[data-toggle=columns][value={str(columns).lower()}]').check(force=True)
    trace = forward(params, inputs)
    delta = trace.A_out - targets
    before, D = (trace.A_h, delta) if side == "out" else (inputs, delta @ params.W_out.T * trace.A_h * (1 - trace.A_h))
    page.field("added").press("Home")
    for k in range(4):
        page.settle()
        pile = before[:k].T @ D[:k]
        np.testing.assert_allclose(page.matrix("pile"), pile.T if columns else pile, atol=6e-4)
        assert page.locator(".bp-cards .bp-card:not(.later)").count() == k
        assert ("✓ The pile is the matrix product." in page.locator(".bp-out").inner_text()) == (k == 3)
        page.locator("[data-do=add]").click()
    page.settle()
    assert page.field("added").input_value() == "0", "after the last it starts from nothing"
    page.put(mean=True)
    page.field("added").press("End")
    page.settle()
    np.testing.assert_allclose(page.matrix("pile / n"), (pile / 3).T if columns else pile / 3, atol=6e-4)


@pytest.mark.browser
def test_a_trait_set_from_outside_changes_the_picture(stand):
    page = stand()
    before = page.shown()
    page.put(W_out=[[0.1, 0.2], [0.3, 0.4]])
    assert page.shown() != before and page.field("W_out 1 0").input_value() == "0.3"
    params, inputs, targets = CASES["5-5-5"]
    page.put(X=inputs.tolist(), Y=targets.tolist(), **{k: v.tolist() for k, v in params._asdict().items()})
    assert page.locator(".bp-edit input").count() == 4 * 25 + 10
    page.put(view="shapes")
    assert page.locator(".bp-table").is_visible()


# --- what a beginner tries -------------------------------------------------------------------------------------------

def changed_entries(old, new):
    """Return {"W_out 0 1": old entry} for the entries of two gradients that differ in four decimals."""
    entries = [(name, i, j) for name in ("W_h", "W_out") for i, j in np.ndindex(getattr(old, name).shape)]
    return {f"{name} {i} {j}": round(a, 4) for name, i, j in entries
            if f"{(a := getattr(old, name)[i, j]):.4f}" != f"{getattr(new, name)[i, j]:.4f}"}


@pytest.mark.browser
def test_which_entries_of_both_gradients_a_change_has_changed_can_be_read_off(stand):
    page = stand()
    assert page.was() == {}
    for key, value in (("W_out 0 1", 0.0), ("W_h 1 1", -2.0)):
        name, i, j = key.split()
        before = page.params()
        getattr(after := Params(*(None if a is None else a.copy() for a in before)), name)[int(i), int(j)] = value
        old, new = (backward(p, forward(p, X), X, Y) for p in (before, after))
        page.field(key).fill(str(value))
        page.settle()
        assert page.was() == changed_entries(old, new) and len(page.was()) >= 6
        np.testing.assert_allclose(page.matrix("∂J/∂W(out)"), new.W_out, atol=6e-5)
        np.testing.assert_allclose(page.matrix("∂J/∂W(h)"), new.W_h, atol=6e-5)
        assert page.locator(".bp-loss small").inner_text() == f"was {loss(forward(before, X), Y):.4f}"
    for gone in ("W_out 1 1", "W_h 0 0"):  # it says what was before this change, not before the last but one
        assert gone in page.was()


@pytest.mark.browser
@pytest.mark.parametrize("how", ["mouse", "list"])
def test_a_unit_can_be_chosen_and_says_what_it_takes_in_and_gives(stand, how):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2")
    trace = forward(params, inputs)
    delta_out = trace.A_out - targets
    delta_h = delta_out @ params.W_out.T * trace.A_h * (1 - trace.A_h)

    def choose(key):
        if how == "mouse":
            page.locator(f'.unit[data-choose="{key}"] circle').click()
        else:
            page.locator(".bp-choose").select_option(key)
        page.settle()
        return {name: [value for _, value in factors] for name, factors in page.card().items()}

    hidden, j = choose("unit_h 0 2"), 2
    slope = trace.A_h[0, j] * (1 - trace.A_h[0, j])
    terms = [*(inputs[0] * params.W_h[:, j]), params.b_h[j]]
    np.testing.assert_allclose(hidden["takes in"], [*terms, sum(terms)], atol=6e-5)
    assert sum(terms) == pytest.approx(trace.Z_h[0, j])
    np.testing.assert_allclose(hidden["gives"], [trace.A_h[0, j], slope], atol=6e-5)
    np.testing.assert_allclose(hidden["error"], [*(delta_out[0] * params.W_out[j]), slope, delta_h[0, j]], atol=6e-5)
    assert page.locator(".bp-slide").is_hidden(), "a hidden unit is computed, nothing moves it"
    output = choose("unit_out 0 1")
    np.testing.assert_allclose(output["takes in"][-1], trace.Z_out[0, 1], atol=6e-5)
    np.testing.assert_allclose(output["error"][:3], [trace.A_out[0, 1], targets[0, 1], delta_out[0, 1]], atol=6e-5)
    other = loss(forward(params, inputs[:1]), targets[:1]) - output["error"][3]  # J of an example adds its losses
    assert choose("unit_out 0 0")["error"][3] == pytest.approx(other, abs=1.1e-4)
    np.testing.assert_allclose(choose("unit_in 0 1")["gives"], inputs[0, 1] * params.W_h[1], atol=6e-5)


@pytest.mark.browser
def test_every_unit_shows_its_net_input_above_its_activation(stand):
    params, inputs, _ = CASES["3-4-2"]
    page = stand("3-4-2")
    trace = forward(params, inputs)
    for layer, Z, A in (("h", trace.Z_h, trace.A_h), ("out", trace.Z_out, trace.A_out)):
        shown = page.locator(f".unit.{layer}").evaluate_all(
            "(units) => units.map((unit) => [...unit.querySelectorAll('text')].map((text) => text.textContent))")
        shown = [[number(z), number(a)] for z, a in shown]
        np.testing.assert_allclose(shown, np.column_stack([Z[0], A[0]]), atol=6e-4)


@pytest.mark.browser
@pytest.mark.parametrize("where", ["field", "drawing"])
def test_a_weight_that_is_dragged_explains_itself(stand, where):
    page = stand()
    page.drag(page.grip("W_h 1 0") if where == "drawing" else page.centre(page.field("W_h 1 0")), 60)
    moved = page.params().W_h[1, 0]
    assert moved > 0.2 and "w(h)2,1" in page.locator(".bp-title").first.inner_text().replace("\n", "")
    gradient = backward(page.params(), forward(page.params(), X), X, Y)
    assert page.card()["together"][-1][1] == pytest.approx(gradient.W_h[1, 0], abs=6e-5)
    assert page.locator(".bp-choose").input_value() == "W_h 1 0"
    assert number(page.locator(".bp-now").inner_text()) == moved


@pytest.mark.browser
def test_the_slider_moves_what_is_chosen(stand):
    page = stand("3-4-2")
    slide = page.locator(".bp-slide")
    for key, name, at in (("W_out 2 0", "W_out", (2, 0)), ("b_h 0 1", "b_h", (1,)), ("unit_in 0 1", "X", (0, 1)),
                          ("unit_out 0 0", "Y", (0, 0))):
        page.locator(".bp-choose").select_option(key)
        page.settle()
        old, before = np.array(page.trait(name)), page.shown()
        down = name == "Y" and old[at] == 1
        slide.press("ArrowLeft" if down else "ArrowRight")
        assert np.array(page.trait(name))[at] == pytest.approx(old[at] + (-0.1 if down else 0.1))
        assert page.shown() != before
        slide.fill("0.75")
        page.settle()
        new = np.array(page.trait(name))
        assert new[at] == 0.75 and (new != old).sum() == 1 and page.locator(".bp-now").inner_text() == "0.75"
        low, high = (0, 1) if name == "Y" else (-3, 3)
        assert [float(slide.get_attribute(end)) for end in ("min", "max")] == [low, high]


@pytest.mark.browser
def test_a_decimal_comma_is_read(stand):
    page = stand()
    field, alert = page.field("W_out 0 0"), page.locator("[role=alert]")
    for typed, value in (("0,5", 0.5), ("-1,25", -1.25), (",5", 0.5), ("0,125", 0.125), ("−2,5e-1", -0.25)):
        field.focus()
        page.keyboard.type(typed)
        assert alert.is_hidden() and page.trait("W_out")[0][0] == value, typed
        page.keyboard.press("Enter")
        assert number(field.input_value()) == value
    field.focus()
    page.keyboard.type("1,250")  # in one country a little more than one, in another more than a thousand
    assert alert.inner_text() == "“1,250” has two readings: type 1.250 or 1250."
    page.keyboard.press("Enter")
    assert page.trait("W_out")[0][0] == -0.25


@pytest.mark.browser
def test_ten_steps_undo_and_the_curve_are_the_modules(stand):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2")
    undo = page.get_by_role("button", name="Undo")
    start = page.params()
    losses = [loss(forward(params, inputs), targets)]
    assert undo.get_attribute("aria-disabled") == "true"
    for name, count in (("10 steps downhill", 10), ("One step downhill", 1)):
        page.get_by_role("button", name=name).click()
        for _ in range(count):
            params = step(params, backward(params, forward(params, inputs), inputs, targets), 0.5)
            losses.append(loss(forward(params, inputs), targets))
    page.settle()
    for shown, expected in zip(page.params(), params):
        np.testing.assert_allclose(shown, expected, rtol=1e-11)
    curve = page.locator(".bp-curve svg")
    assert curve.get_attribute("aria-label").split(": ")[1].split(", ") == [f"{J:.4f}" for J in losses]
    path = curve.locator(".curve").get_attribute("d")[1:]
    points = [tuple(map(float, point.split(","))) for point in path.split("L")]
    heights = np.array([y for _, y in points])
    np.testing.assert_allclose((30 - heights) / 26, np.array(losses) / max(losses), atol=3e-3)
    assert len(points) == 12 and (np.diff([x for x, _ in points]) > 0).all()
    undo.click()
    undo.click()
    page.settle()
    for shown, expected in zip(page.params(), start):
        np.testing.assert_array_equal(shown, expected)
    assert undo.get_attribute("aria-disabled") == "true" and page.was() == {}


@pytest.mark.browser
def test_a_drag_and_a_typed_number_are_undone_as_one_and_so_is_what_python_did(stand):
    page = stand()
    undo = page.get_by_role("button", name="Undo")
    start = page.trait("W_h")
    page.drag(page.centre(page.field("W_h 1 0")), 60)
    page.field("W_h 0 1").focus()
    page.keyboard.type("0.375")
    page.put(W_h=[[9, 9], [9, 9]])
    undo.click()
    assert page.trait("W_h")[0][1] == 0.375
    undo.click()
    assert page.trait("W_h")[0][1] == start[0][1] and page.trait("W_h")[1][0] != start[1][0]
    undo.click()
    assert page.trait("W_h") == start and undo.get_attribute("aria-disabled") == "true"


@pytest.mark.browser
def test_a_saturated_output_is_explained(stand):
    page = stand()
    page.locator(".bp-choose").select_option("W_out 0 0")
    page.field("W_out 0 0").fill("100")
    page.settle()
    assert "is 1 to every digit: the first two factors would be ∞ and 0" in page.locator(".bp-out").inner_text()
    gradient = backward(page.params(), forward(page.params(), X), X, Y)
    assert list(page.card()) == ["in short"]
    assert page.card()["in short"][-1][1] == pytest.approx(gradient.W_out[0, 0], abs=6e-5)


@pytest.mark.browser
def test_numbers_fit_with_four_digits_and_are_whole_where_one_types(stand):
    page = stand()
    for width in (760, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.open()
        for _ in range(3):
            page.get_by_role("button", name="One step downhill").click()
            page.settle()
            cut = page.locator(".bp-field").evaluate_all(
                "(all) => all.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.value)")
            assert not cut
    weight = page.trait("W_out")[0][1]
    field = page.field("W_out 0 1")
    assert number(field.input_value()) == float(f"{weight:.4g}") != weight
    field.focus()
    assert number(field.input_value()) == weight, "all digits where one types"
    page.field("W_out 0 0").focus()
    assert number(field.input_value()) == float(f"{weight:.4g}") and page.trait("W_out")[0][1] == weight


@pytest.mark.browser
def test_a_sign_is_a_color_and_a_minus_and_dashes_lead_back(stand):
    page = stand("3-4-2")
    params = CASES["3-4-2"][0]
    edges = page.locator("svg .edge:not(.loss)").evaluate_all("""(edges) => edges.map((edge) => {
      const style = getComputedStyle(edge);
      return [edge.nextSibling.dataset.key, style.stroke, style.strokeDasharray, parseFloat(style.strokeWidth)] })""")
    colors = {}
    for key, color, dashes, width in edges:
        name, i, j = key.split()
        w = getattr(params, name)[int(i), int(j)]
        colors.setdefault(w < 0, set()).add(color)
        assert dashes == "none" and width == pytest.approx(0.8 + 1.8 * min(2, abs(w)), abs=0.01)
    assert colors == {False: {"rgb(59, 74, 92)"}, True: {"rgb(168, 50, 50)"}}
    assert page.locator("svg .flow").first.evaluate("(e) => getComputedStyle(e).strokeDasharray") != "none"


@pytest.mark.browser
def test_among_many_edges_a_weight_is_printed_where_one_looks(stand):
    page = stand("3-4-2")
    page.locator(".bp-choose").select_option("W_h 0 0")
    page.settle()
    shown = page.locator("svg .tag:not(.bias, .loss)").filter(visible=True)
    assert {tag.get_attribute("data-key") for tag in shown.all()} == {"W_h 0 0", "W_out 0 0", "W_out 0 1"}
    page.mouse.move(*page.grip("W_h 2 3"))
    assert "W_h 2 3" in {tag.get_attribute("data-key") for tag in shown.all()}


@pytest.mark.browser
@pytest.mark.parametrize("columns", [False, True])
def test_an_entry_of_the_pile_writes_its_sum(stand, columns):
    params, inputs, targets = CASES["3-4-2"]
    page = stand("3-4-2", "examples")
    if columns:
        page.locator("[data-toggle=columns][value=true]").check(force=True)
    page.field("added").press("End")
    page.settle()
    page.locator('.bp-sum [data-choose="W_out 2 1"]').click()
    page.settle()
    trace = forward(params, inputs)
    a, e = trace.A_h[:, 2], (trace.A_out - targets)[:, 1]
    terms = page.locator(".bp-term").all_inner_texts()
    shown = [[number(part.strip("()")) for part in term.split(" · ")] for term in terms]
    np.testing.assert_allclose(shown, np.column_stack([a, e]), atol=6e-5)
    assert number(page.locator(".bp-terms b").inner_text()) == pytest.approx(a @ e, abs=6e-5)
    assert page.matrix("pile")[(1, 2) if columns else (2, 1)] == pytest.approx(a @ e, abs=6e-4)
    page.locator(".bp-choose").select_option("W_h 0 3")
    page.settle()
    assert page.locator("[data-toggle=side][value=h]").is_checked()


@pytest.mark.browser
def test_on_a_phone_it_is_one_screen_and_every_target_is_large(stand):
    page = stand(width=390, has_touch=True)
    for key in ("W_out 0 1", "W_h 0 1", "b_h 0 0"):
        if key != "b_h 0 0":
            page.locator(".bp-choose").select_option(key)
            page.settle()
            assert page.locator(".bp").bounding_box()["height"] <= 600
    for view in VIEWS:
        page.put(view=view)
        page.open()
        small = page.evaluate("""() => [...document.querySelectorAll(
            '.bp :is(button, select, input:not([type=radio]), summary, .bp-toggle label, .unit[data-choose] circle)')]
          .filter((e) => e.checkVisibility()).map((e) => [e.textContent || e.dataset.key, e.getBoundingClientRect()])
          .filter(([, box]) => box.height < 40 || box.width < 40)
          .map(([name, box]) => [name, box.width, box.height])""")
        assert not small


@pytest.mark.browser
def test_on_a_page_of_the_book_the_colors_are_the_books(stand):
    page = stand()
    style = ("--book-ink: rgb(1, 2, 3); --book-panel: rgb(4, 5, 6); --pst-color-background: rgb(7, 8, 9);"
             "--size-m: rgb(10, 11, 12)")
    page.evaluate("(style) => document.documentElement.setAttribute('style', style)", style)
    seen = page.evaluate("""() => {
      const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
      return [of('.bp', 'color'), of('.bp', 'backgroundColor'), of('.bp-field:not(.chosen)', 'backgroundColor'),
              of('svg .size.in', 'fill'), of('.bp', 'borderLeftWidth'), of('.bp', 'borderRadius')] }""")
    assert seen == ["rgb(1, 2, 3)", "rgb(7, 8, 9)", "rgb(4, 5, 6)", "rgb(10, 11, 12)", "0px", "0px"]


# --- for everyone ----------------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.parametrize("theme, width", [("light", 760), ("dark", 390)])
def test_axe_finds_nothing(stand, theme, width):
    from axe_playwright_python.sync_playwright import Axe

    page = stand("3-4-2", theme=theme, width=width, reduced_motion="reduce")
    page.evaluate(Axe().axe_script)
    for view in VIEWS:
        page.put(view=view)
        page.open()
        page.field("n" if view == "shapes" else "W_out 0 0").press("ArrowUp")  # so that there is something that "was"
        page.settle()
        found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
        assert not found, [(v["id"], v["help"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found]


@pytest.mark.accessible("Every control of the playground has a name, a role and a value.")
@pytest.mark.browser
def test_every_control_has_a_name_a_role_and_a_value(stand):
    page = stand("3-4-2")
    devtools = page.context.new_cdp_session(page.page)
    for view in VIEWS:
        page.put(view=view)
        check_controls(devtools, view)


def check_controls(devtools, view):
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    roles = ("button", "spinbutton", "radio", "tab", "combobox", "slider")
    controls = [n for n in nodes if not n["ignored"] and n["role"]["value"] in roles]
    names = [n["name"]["value"] for n in controls]
    assert len(controls) >= 15 and all(names)
    for node in controls:
        if node["role"]["value"] == "spinbutton":
            properties = {p["name"]: p["value"].get("value") for p in node.get("properties", [])}
            assert properties.get("valuetext") not in (None, "")
    spinbuttons = [n["name"]["value"] for n in controls if n["role"]["value"] == "spinbutton"]
    assert len(set(spinbuttons)) == len(spinbuttons)
    if view != "shapes":
        assert "weight W out from hidden unit 4 to output 2" in spinbuttons


@pytest.mark.accessible("In the playground the Tab key reaches each matrix once, the arrow keys move within it, "
                        "and the focus can be seen.")
@pytest.mark.browser
def test_the_tab_key_reaches_each_matrix_once_and_focus_can_be_seen(stand):
    page = stand("5-5-5")
    page.locator("[role=tab]").first.focus()
    stops = []
    for _ in range(30):
        outlined = page.evaluate("""() => {
          const e = document.activeElement, s = getComputedStyle(e.type === 'radio' ? e.nextSibling : e);
          return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 }""")
        assert outlined
        stops.append(page.evaluate("document.activeElement.dataset.key ?? document.activeElement.innerText"))
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
    matrices = [stop.split()[0] for stop in stops if stop and stop.split()[0] in ("X", "Y", *Params._fields)]
    assert matrices == ["X", "Y", "W_h", "b_h", "W_out", "b_out"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.key") == "b_out 0 1"
    page.locator("[role=tab]").first.focus()
    page.locator("body").press("Shift+Tab")


@pytest.mark.accessible("The playground announces its results when you stop changing numbers.")
@pytest.mark.browser
def test_results_are_spoken_once_things_are_quiet(stand):
    page = stand()
    status = page.locator("[role=status]")

    def said(start, before):
        page.wait_for_function("([start, before]) => {"
                               "const said = document.querySelector('[role=status]').textContent;"
                               "return said !== before && said.startsWith(start) }", arg=[start, before])
        return status.inner_text()

    first = said("J is ", "")
    page.field("W_out 0 0").focus()
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    assert status.inner_text() == first, "not while a key is being pressed"
    second = said("J is ", first)
    assert "weight W out from hidden unit 1 to output 1" in second
    page.get_by_role("button", name="One step downhill").click()
    said("One step: J went from ", second)


@pytest.mark.browser
@pytest.mark.parametrize("motion, animated", [("reduce", False), ("no-preference", True)])
def test_reduced_motion_is_honored(stand, motion, animated):
    page = stand(reduced_motion=motion)
    moving = page.evaluate("document.querySelector('.bp').getAnimations({subtree: true}).length")
    assert bool(moving) == animated


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 760])
def test_nothing_sticks_out_or_overlaps(stand, width):
    page = stand(width=width)
    for params, inputs, targets in CASES.values():
        arrays = {"W_h": None, "W_out": None, "b_h": None, "b_out": None, **params._asdict(), "X": inputs, "Y": targets}
        page.put(**{name: None if a is None else a.tolist() for name, a in arrays.items()})
        for view in VIEWS:
            page.put(view=view)
            check_places(page, width)
            page.open()
            for key in ("W_out 0 0", "W_h 0 0", "unit_h 0 0", "unit_out 0 0") if view == "paths" else ("W_h 0 0",):
                if view != "shapes":
                    page.locator(".bp-choose").select_option(key)
                page.settle()
                check_places(page, width)


def check_places(page, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overlaps = page.evaluate("""() => {
      const found = [], root = document.querySelector('.bp'), frame = root.getBoundingClientRect();
      const check = (nodes) => { const boxes = nodes.filter((n) => n.checkVisibility({visibilityProperty: true}))
          .map((n) => [n, n.getBoundingClientRect()]);
        boxes.forEach(([a, p], i) => {
          const name = a.textContent || a.dataset.key;
          if (p.right > frame.right + 0.5 || p.left < frame.left - 0.5) found.push(['out', name]);
          boxes.slice(i + 1).forEach(([b, q]) => {
            const w = Math.min(p.right, q.right) - Math.max(p.left, q.left);
            const h = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
            if (w > 1 && h > 1.5) found.push([name, b.textContent || b.dataset.key, w, h]); }) }) };
      check([...root.querySelectorAll('svg .tag, svg .unit, svg .delta, svg .size')]);
      check([...root.querySelectorAll('input.bp-field, .bp-cell, button, .bp-factor, .bp-toggle, ' +
        'select, .bp-slide, summary, .bp-loss, .bp-curve')]);
      return found }""")
    assert not overlaps


@pytest.mark.browser
def test_both_themes_differ_and_jupyters_and_the_systems_are_followed(browser):
    seen, page = {}, browser.new_page()
    for name, tag, scheme in [("book, dark", '<html lang="en" data-theme="dark">', "light"),
                              ("book, light", '<html lang="en" data-theme="light">', "dark"),
                              ("Lab, dark", '<html lang="en"><body data-jp-theme-light="false">', "light"),
                              ("Lab, light", '<html lang="en"><body data-jp-theme-light="true">', "dark"),
                              ("system, dark", '<html lang="en">', "dark"),
                              ("system, light", '<html lang="en">', "light")]:
        page.emulate_media(color_scheme=scheme)
        page.set_content("<!doctype html>" + tag + page_scripts() + Playground(*CASES["2-2-2"])._html())
        seen[name] = page.evaluate("getComputedStyle(document.querySelector('.bp')).backgroundColor")
    page.close()
    dark, light = seen["book, dark"], seen["book, light"]
    assert dark != light
    assert all(color == (dark if name.endswith("dark") else light) for name, color in seen.items())


# --- fast ------------------------------------------------------------------------------------------------------------

@pytest.mark.browser
@pytest.mark.parametrize("view", VIEWS)
def test_from_input_to_picture_under_50_ms(stand, view):
    """The largest network; each time from the event to the first frame after it, as the browser shows it."""
    page = stand("5-5-5", view)
    key = "d" if view == "shapes" else "W_h 2 2"
    times = page.evaluate("""async (key) => {
      const field = document.querySelector(`input[data-key="${key}"]`), times = [];
      let drawn = 0;
      new MutationObserver(() => drawn++).observe(document.querySelector('.bp-out'),
        {subtree: true, childList: true, characterData: true});
      field.focus();
      for (let k = 0; k < 100; k++) {
        await new Promise((done) => requestAnimationFrame(done));
        const before = performance.now();
        const key = k % 2 ? 'ArrowUp' : 'ArrowDown';
        field.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
        await new Promise((done) => requestAnimationFrame(() => {
          const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0) }));
        times.push(performance.now() - before);
      }
      return drawn < 100 ? [] : times }""", key)
    assert times, "every press is drawn"
    print(f"{view}: best {min(times):.1f} ms, median {np.median(times):.1f} ms, worst {max(times):.1f} ms")
    assert min(times) < 50, "what the page itself needs; other work on the machine adds to it"


@pytest.mark.browser
def test_mounting_shifts_nothing_that_was_shown_before(browser):
    """The table for readers without scripts gives way to the picture before it is painted."""
    page = browser.new_page(viewport={"width": 760, "height": 1400})
    page.add_init_script("""window.shift = 0;
      new PerformanceObserver((list) => list.getEntries().forEach((e) => window.shift += e.value))
      .observe({type: 'layout-shift', buffered: true})""")
    body = html_page(Playground(*CASES["3-4-2"])).replace("</main>", "<p>The text below.</p>" * 20 + "</main>")
    page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto("http://book.test/")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))")
    shift = page.evaluate("window.shift")
    assert shift <= 0.05
    page.close()
