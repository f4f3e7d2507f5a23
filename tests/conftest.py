"""What the tests share: one build of the book, one browser, and the option --all for what takes longer."""

import os

import pytest

from tools.judge import engines
from tools.judge.browser import chromium, launch
from tools.make import build, serve, wasm
from tools.make.lock import locked

CI = bool(os.environ.get("CI"))
NO_PYTHON = wasm.reason_missing()       # why the pages cannot run Python here, or None
loud = []


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the tests marked slow too (make test-all)")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes longer; runs in `make test-all` only")
    config.addinivalue_line("markers", "browser: needs a Chromium")
    config.addinivalue_line("markers", "accessible(sentence): what the page on accessibility says that this test holds")
    config.addinivalue_line("markers", "live: needs the Python that runs in the pages")
    if NO_PYTHON and not hasattr(config, "workerinput"):
        loud.append(f"NO PYTHON FOR THE PAGES ({NO_PYTHON}): THE LIVE TESTS {'FAIL' if CI else 'ARE SKIPPED'}. "
                    "`make live` fetches it, once.")
    if not chromium() and not hasattr(config, "workerinput"):
        loud.append(f"NO CHROMIUM FOUND: THE BROWSER TESTS {'FAIL' if CI else 'ARE SKIPPED'}. "
                    "Install one (apt install chromium) or name it in the variable CHROMIUM.")
    for missing in filter(None, map(engines.missing, engines.STARTS)) if config.getoption("--all") else ():
        if not hasattr(config, "workerinput"):
            loud.append(f"{missing}: ITS TESTS {'FAIL' if CI else 'ARE SKIPPED'}.")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if "slow" in item.keywords and not config.getoption("--all"):
            item.add_marker(pytest.mark.skip(reason="slow: make test-all"))
        if "browser" in item.keywords and not chromium() and not CI:
            item.add_marker(pytest.mark.skip(reason="no Chromium"))
        if "live" in item.keywords and NO_PYTHON and not CI:
            item.add_marker(pytest.mark.skip(reason="no Python for the pages"))


def pytest_runtest_setup(item):
    if "live" in item.keywords and NO_PYTHON:
        pytest.fail(f"no Python for the pages: {NO_PYTHON}", pytrace=False)


def pytest_terminal_summary(terminalreporter):
    for line in loud:
        terminalreporter.write_line("")
        terminalreporter.write_line(line, red=True, bold=True)


@pytest.fixture(scope="session")
def built(tmp_path_factory, request):
    """Build the book once for all workers, strictly, with the outputs stored in the notebooks.

    The notebooks are executed by `--nbval` in the same run, which compares every output with the stored one: what is
    built here is either equal to what an execution gives, or the run fails. Return the folder of the pages and what
    the build complained of.
    """
    shared = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # one of several processes: meet in the folder above
        shared = shared.parent
    folder = shared / "book"
    folder.mkdir(exist_ok=True)
    with locked(folder / "lock", "Another worker builds the book."):
        result = folder / "result"
        if not result.exists():
            good, record = build.build(into=folder, stored=True, say=lambda *a, **k: None)
            result.write_text("" if good else "\n".join(build.complaints(record)) or record[-4000:], "utf-8")
    return folder / "_build" / "html", result.read_text("utf-8")


@pytest.fixture(scope="session")
def book(built):
    """The folder of the pages, whether or not the build complained (test_build.py fails if it did)."""
    if not (built[0] / "search.html").exists():
        pytest.fail("the book did not build", pytrace=False)
    return built[0]


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    if not chromium():
        pytest.fail("no Chromium: install it (apt install chromium) or name it in the variable CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield launch(playwright)


@pytest.fixture(scope="session")
def site(book, tmp_path_factory):
    """Serve the pages as a host does that puts them below a path: return the address, ending in /backprop/."""
    top = tmp_path_factory.mktemp("host")
    (top / "backprop").symlink_to(book)
    with serve.running(top) as address:
        yield address + "backprop/"


@pytest.fixture(params=[("light", 1280), pytest.param(("dark", 390), marks=pytest.mark.slow)],
                ids=lambda given: f"{given[0]}-{given[1]}")
def view(request):
    """The colors and the width that a page is looked at in."""
    return request.param
