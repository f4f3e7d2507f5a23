"""One writer at a time: whoever comes second waits, and says so."""
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # no such thing on Windows
    fcntl = None


@contextmanager
def locked(path, waiting):
    """Hold the lock file `path`; print `waiting` if another process holds it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print(waiting, flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
