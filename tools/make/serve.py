"""Serve the built book on this computer and open it in a browser.

    python -m tools.make.serve [--port 8000] [--no-browser]
"""

import argparse
import sys
import threading
import webbrowser
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools import ROOT

HTML = ROOT / "_build" / "html"


class Pages(SimpleHTTPRequestHandler):
    """Files of the book; an unknown address gets the book's own page, as on a public server."""

    def send_error(self, code, message=None, explain=None):
        page = Path(self.directory, "404.html")
        if code != 404 or not page.exists():
            super().send_error(code, message, explain)
            return
        body = page.read_text("utf-8").replace("<head>", '<head><base href="/">', 1).encode()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a reader who left early is no error
            super().handle_error(request, client_address)


def server(folder, port=0):
    """Return a server of this folder on the first free port from `port` on (0: any)."""
    for candidate in range(port, port + 20) if port else [0]:
        try:
            return Server(("127.0.0.1", candidate), partial(Pages, directory=str(folder)))
        except OSError:
            continue
    raise OSError(f"no free port between {port} and {port + 19}")


@contextmanager
def running(folder):
    """Serve this folder meanwhile; give the address, ending in a slash."""
    server_of_folder = server(folder)
    threading.Thread(target=server_of_folder.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server_of_folder.server_address[1]}/"
    finally:
        server_of_folder.shutdown()
        server_of_folder.server_close()


def main():
    parser = argparse.ArgumentParser(description="Serve the built book on this computer.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args()
    if not (HTML / "index.html").exists():
        sys.exit("There is no book yet: run `make book` first.")
    try:
        book = server(HTML, options.port)
    except OSError as error:
        sys.exit(f"The book cannot be served: {error}.")
    address = f"http://127.0.0.1:{book.server_address[1]}/"
    print(f"The book is at {address} (stop with Ctrl-C).", flush=True)
    if not options.no_browser:
        webbrowser.open(address)
    try:
        book.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        book.server_close()


if __name__ == "__main__":
    main()
