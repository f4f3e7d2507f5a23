"""Look at every page of the built book in a real browser, and print what it weighs and how it behaves.

    python -m tools.judge.browser [--shots FOLDER]     (measure, or with --shots make pictures in both themes)

Weights are in kB as sent by a server that compresses (gzip): code is scripts, styles and fonts; all adds the page
and its pictures. FCP is the first contentful paint in ms, CLS the layout shift, axe the serious and critical findings
in light and in dark.
"""

import argparse
import gzip
import itertools
import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from tools import ROOT
from tools.make import serve

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CODE = ("script", "stylesheet", "font")
PIECE = 8_000  # pixels in height of a picture
OBSERVE = """window.shifted = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries())
  if (!entry.hadRecentInput) window.shifted += entry.value; }).observe({type: "layout-shift", buffered: true});"""
PAINT = "(performance.getEntriesByName('first-contentful-paint')[0] || {startTime: 0}).startTime"


# What axe leaves out it reads all the same, half of its time: a word stands there while it looks.
EMPTY = """(left_out) => { window.left_out = [...document.querySelectorAll(left_out)]
  .filter((element) => !element.parentElement.closest(left_out)).map((element) => [element, [...element.childNodes]]);
  for (const [element] of window.left_out) element.replaceChildren("left out"); }"""
FILL = "() => { for (const [element, children] of window.left_out) element.replaceChildren(...children); }"


def chromium():
    """Return the path of a Chromium, or None; the variable CHROMIUM names another."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, BROWSERS) if path), None)


def launch(playwright):
    return playwright.chromium.launch(executable_path=chromium(), args=[
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--no-first-run"])


def pages(html):
    """Return the addresses of the pages below the folder, as a reader can reach them."""
    names = (path.relative_to(html) for path in Path(html).rglob("*.html"))
    return sorted(str(name) for name in names if name.parts[0] not in ("_static", "_sources"))


# What waits for a prediction is shown, as after an answer.
UNCOVER = "() => { globalThis.live?.predictions.forEach(one => one.uncover()); }"


class Visit:
    """One page in one theme and width; what went over the wire, and what the browser had to say.

    What waits for the reader's prediction is in sight, unless it is to stay `covered`.
    """

    def __init__(self, browser, address, theme="light", width=1280, height=900, settle=150, covered=False):
        self.errors, self.failed, self.foreign = [], [], []
        self.arrived, self.weighed = [], {}
        self.context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme,
                                           reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.add_init_script(OBSERVE)
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", lambda request: self.failed.append(request.url))
        self.page.on("response", self.arrive)
        self.home = urlsplit(address)
        self.page.on("request", self.note)
        if not covered:
            self.page.add_init_script(f"addEventListener('load', {UNCOVER})")
        self.page.goto(address, wait_until="load")
        self.page.wait_for_timeout(settle)

    def note(self, request):
        to = urlsplit(request.url)
        if to.scheme not in ("data", "blob") and (to.scheme, to.netloc) != (self.home.scheme, self.home.netloc):
            self.foreign.append(request.url)

    def arrive(self, response):
        if response.status >= 400:
            self.failed.append(f"{response.status} {response.url}")
        elif response.status == 200 and not response.url.startswith("data:"):
            self.arrived.append(response)

    @property
    def sizes(self):
        """What came so far, {address: (kind, bytes as sent)}; weighed when asked, since that takes time."""
        while self.arrived:
            self.weigh(self.arrived.pop(0))
        return self.weighed

    def weigh(self, response):
        try:
            body = response.body()
        except Exception:  # a redirect stub is gone before it can be read
            return
        packed = body if response.url.endswith((".png", ".woff2", ".webp")) else gzip.compress(body)
        self.weighed[response.url] = (response.request.resource_type, len(packed))

    @property
    def code(self):
        return sum(size for kind, size in self.sizes.values() if kind in CODE)

    @property
    def all(self):
        return sum(size for _, size in self.sizes.values())

    def scroll(self):
        """Go to the end, so that what is loaded on sight is loaded."""
        self.page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        self.page.wait_for_timeout(100)

    def shifted(self):
        return self.page.evaluate("window.shifted")

    def painted(self):
        return self.page.evaluate(PAINT)

    def findings(self, thorough=False):
        """Return what axe-core finds serious or critical, one line each.

        What is within a formula is left out: nothing there has a name, and its colors are those around it. Unless
        `thorough`, equations and code are left out as a whole: they are alike on every page and take half of the time.
        """
        from axe_playwright_python.sync_playwright import Axe

        left_out = ["math"] if thorough else [".math", "div.highlight"]
        self.page.evaluate(EMPTY, ", ".join(left_out))
        results = Axe().run(self.page, context={"exclude": [[name] for name in left_out]},
                            options={"resultTypes": ["violations"]})
        self.page.evaluate(FILL)
        return [f"{found['id']} ({found['impact']}): {node['html'][:160]}" for found in results.response["violations"]
                if found["impact"] in ("serious", "critical") for node in found["nodes"]]

    def close(self):
        self.context.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def table(browser, address, names):
    print(f"{'page':34}{'code kB':>9}{'all kB':>9}{'FCP ms':>9}{'CLS':>8}{'axe':>8}")
    for name in names:
        found = 0
        for theme in ("light", "dark"):
            with Visit(browser, address + name, theme) as visit:
                visit.scroll()
                found += len(visit.findings())
                if theme == "light":
                    row = (visit.code / 1000, visit.all / 1000, visit.painted(), visit.shifted())
        print(f"{name:34}{row[0]:9.0f}{row[1]:9.0f}{row[2]:9.0f}{row[3]:8.3f}{found:8}", flush=True)


def shoot(page, stem):
    """Make pictures of the whole page, stem-1.png, stem-2.png …, in pieces: below 16,384 px a picture stays blank."""
    width, height = page.viewport_size["width"], page.evaluate("document.documentElement.scrollHeight")
    for k, top in enumerate(range(0, height, PIECE), start=1):
        clip = {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
        page.screenshot(path=f"{stem}-{k}.png", full_page=True, clip=clip)


def shots(browser, address, names, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, theme, width in itertools.product(names, ("light", "dark"), (1280, 390)):
        with Visit(browser, address + name, theme, width) as visit:
            visit.scroll()
            shoot(visit.page, folder / f"{Path(name).stem}-{theme}-{width}")
        print(f"  {name}, {theme}, {width} px wide", flush=True)
    print(f"The pictures are in {folder}.")


def main():
    parser = argparse.ArgumentParser(description="Measure every page of the built book in a browser.")
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="make pictures instead")
    parser.add_argument("--html", type=Path, default=ROOT / "_build" / "html")
    options = parser.parse_args()
    if not (options.html / "index.html").exists():
        sys.exit("There is no book yet: run `make book` first.")
    if not chromium():
        sys.exit("No Chromium found: install one (apt install chromium) or name it in the variable CHROMIUM.")
    from playwright.sync_api import sync_playwright

    names = [name for name in pages(options.html) if name != "index.html"]
    with serve.running(options.html) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        if options.shots:
            shots(browser, address, names, options.shots)
        else:
            table(browser, address, names)


if __name__ == "__main__":
    main()
