"""Firefox and WebKit, driven alike: one window, its size, its keys and mouse, and a function to ask of the page.

Firefox speaks WebDriver BiDi (https://w3c.github.io/webdriver-bidi/) by itself, over a socket. WebKit is Debian's
WebKitGTK, the engine of Safari, with its driver and a screen that nobody sees. Functions of the page are JavaScript
text, such as "(name) => document.querySelectorAll(name).length", and take and give what JSON can hold.
"""

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from tools.judge.browser import UNCOVER

FIREFOX = ("firefox-esr", "firefox")
WEBKIT = ("WebKitWebDriver", "Xvfb")
LAYOUT = Path(__file__).with_name("layout.js").read_text("utf-8")  # an object of functions that look at a page
KEYS = {"Tab": "\ue004", "Enter": "\ue006", "Home": "\ue011", "End": "\ue010", "ArrowLeft": "\ue012",
        "ArrowRight": "\ue014", "ArrowUp": "\ue013", "Escape": "\ue00c"}
PREFERENCES = {
    "datareporting.policy.dataSubmissionEnabled": False, "browser.shell.checkDefaultBrowser": False,
    "app.normandy.enabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore", "services.settings.server": "data:,",
    "ui.useOverlayScrollbars": 1,
    "remote.prefs.recommended": True,
}
FRAME = """const [src, width, height, done] = arguments;
  document.documentElement.innerHTML = '<body style="margin: 0"><iframe style="border: 0"></iframe></body>';
  Object.assign(document.querySelector("iframe"), {width, height, src, onload: () => done()});"""


def missing(name):
    """Return what has to be installed before the browser can be driven, or None."""
    if name == "firefox" and not any(map(shutil.which, FIREFOX)):
        return "NO FIREFOX FOUND (apt install firefox-esr)"
    if name == "webkit" and not all(map(shutil.which, WEBKIT)):
        return "NO WEBKIT FOUND (apt install webkit2gtk-driver xvfb)"
    return None


class Firefox:
    """A headless Firefox with one tab."""

    def __init__(self, socket):
        self.socket, self.numbers = socket, itertools.count(1)
        self("session.new", capabilities={})
        self.tab = self("browsingContext.getTree")["contexts"][0]["context"]

    def __call__(self, method, **parameters):
        """Send a command; return its result."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return answer["result"]

    def open(self, address):
        self("browsingContext.navigate", context=self.tab, url=address, wait="complete")
        self.ask(UNCOVER)

    def size(self, width, height):
        self("browsingContext.setViewport", context=self.tab, viewport={"width": width, "height": height})

    def ask(self, function, *arguments):
        """Call a function of the page, waiting for a promise; return what it gives."""
        call = f"async () => JSON.stringify(await ({function})(...{json.dumps(arguments)}) ?? null)"
        answer = self("script.callFunction", functionDeclaration=call, target={"context": self.tab}, awaitPromise=True)
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def press(self, *keys):
        actions = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self("input.performActions", context=self.tab, actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def drag(self, start, *stops):
        """Press the mouse at a point of the window, move it over the others, let go: no others, a click."""
        move = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 30} for x, y in (start, *stops)]
        actions = [move[0], {"type": "pointerDown", "button": 0}, *move[1:], {"type": "pointerUp", "button": 0}]
        self("input.performActions", context=self.tab,
             actions=[{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}])

    def picture(self, path):
        """Write the whole page as it stands into a PNG file."""
        data = self("browsingContext.captureScreenshot", context=self.tab, origin="document")["data"]
        Path(path).write_bytes(base64.b64decode(data))


class WebKit:
    """WebKitGTK's small browser, on a screen of its own."""

    def __init__(self, driver):
        self.driver, self.framed = driver, False
        self.driver.set_script_timeout(60)

    def open(self, address):
        """Open a page; one narrower than this browser's window can be stands in a frame of the same origin."""
        self.driver.switch_to.default_content()
        if self.framed:
            self.driver.execute_async_script(FRAME, address, self.wide, self.high)
            self.driver.switch_to.frame(0)
        else:
            self.driver.get(address)
        self.ask(UNCOVER)

    def size(self, width, height):
        """Give the next page this size: the window has a frame around it."""
        self.wide, self.high = width, height
        self.driver.switch_to.default_content()
        self.driver.set_window_size(width, height)
        inner = self.driver.execute_script("return [innerWidth, innerHeight]")
        outer = self.driver.get_window_size()
        self.driver.set_window_size(width + outer["width"] - inner[0], height + outer["height"] - inner[1])
        self.framed = self.driver.execute_script("return innerWidth") != width

    def ask(self, function, *arguments):
        """Call a function of the page, waiting for a promise; return what it gives."""
        call = f"""const done = arguments[arguments.length - 1];
          (async () => JSON.stringify(await ({function})(...{json.dumps(arguments)}) ?? null))().then(
            (value) => done([value, ""]), (error) => done([null, String(error)]));"""
        value, error = self.driver.execute_async_script(call)
        if error:
            raise RuntimeError(error)
        return json.loads(value)

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*(KEYS.get(key, key) for key in keys)).perform()

    def drag(self, start, *stops):
        """Press the mouse at a point of the window, move it over the others, let go: no others, a click."""
        from selenium.webdriver.common.actions.action_builder import ActionBuilder

        actions = ActionBuilder(self.driver, duration=30)
        pointer = actions.pointer_action
        pointer.move_to_location(round(start[0]), round(start[1])).pointer_down()
        for x, y in stops:
            pointer.move_to_location(round(x), round(y))
        pointer.pointer_up()
        actions.perform()

    def picture(self, path):
        """Write what the window shows into a PNG file."""
        self.driver.save_screenshot(str(path))


@contextmanager
def stopping(process):
    """End a process of ours, however the block ends."""
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def firefox(seconds=60):
    """Start Firefox with a profile of its own; it says itself where it listens."""
    import websocket

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        Path(profile, "user.js").write_text("".join(lines), "utf-8")
        command = [next(filter(None, map(shutil.which, FIREFOX))), "--headless", "--no-remote", "--profile", profile,
                   "--remote-debugging-port", "0", "about:blank"]
        with (Path(profile, "said").open("w") as said,
              stopping(subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL))):
            address = _listening(Path(profile, "said"), seconds)
            socket = websocket.create_connection(address + "/session", timeout=seconds, suppress_origin=True)
            try:
                yield Firefox(socket)
            finally:
                socket.close()


def _listening(record, seconds):
    """Return the address that Firefox wrote into its record."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)", record.read_text("utf-8", errors="replace"))
        if found:
            return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"Firefox did not start in {seconds} s: " + record.read_text("utf-8", errors="replace")[-500:])


@contextmanager
def webkit():
    """Start WebKit on a screen of its own, which chooses its number itself."""
    from selenium import webdriver

    reading, writing = os.pipe()
    screen = subprocess.Popen(["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1400x24"], pass_fds=[writing],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    with stopping(screen), os.fdopen(reading) as number:
        display = number.readline().strip()
        environment = {**os.environ, "DISPLAY": ":" + display, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
                       "NO_AT_BRIDGE": "1"}
        service = webdriver.WebKitGTKService(shutil.which("WebKitWebDriver"), env=environment)
        driver = webdriver.WebKitGTK(options=webdriver.WebKitGTKOptions(), service=service)
        try:
            yield WebKit(driver)
        finally:
            driver.quit()


STARTS = {"firefox": firefox, "webkit": webkit}
