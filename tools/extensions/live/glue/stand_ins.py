"""Stand in for what is not in the page: matplotlib, widgets, dask. Names exist, calls are taken, nothing is drawn.

Everything else runs as it is: a module of the book that draws is the real one up to its functions, which give a
Drawing. A module is stood in for only where it is not installed.
"""

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

DRAWN = "x/drawn"             # the type of an output that stands for a picture
FIGURES = "backprop.figures"  # the book's modules that draw
WRITES_TEXT = {"number", "maths"}       # the functions in them that do not
OUT = []                      # the outputs of the running cell, set by install()


class Drawing:
    """Take every call, attribute and item, and give itself: a drawing that is not drawn."""

    def __init__(self, *args, **options):
        pass

    def __call__(self, *args, **options):
        return self

    def __getattr__(self, name):
        if name.startswith(("__", "_repr", "_ipython")):
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter((self, self))      # figure, axes = …

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def __repr__(self):
        return "a drawing"


DRAWING = Drawing()


def install(out):
    """Stand in from now on; outputs go to the list `out`."""
    global OUT
    OUT = out
    sys.meta_path.insert(0, Finder())


# --- what each module gives -----------------------------------------------------------------------------------------

def drawing_attribute(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return DRAWING


def drawings(module):
    """Any name of the module is a drawing."""
    module.__path__ = []
    module.__getattr__ = drawing_attribute


def pyplot(module):
    """Give subplots of the right shape, and a show that says what it would have shown."""
    import numpy as np

    def subplots(rows=1, columns=1, **options):
        axes = np.array([DRAWING] * (rows * columns), dtype=object).reshape(rows, columns)
        return DRAWING, DRAWING if axes.size == 1 else axes.squeeze()

    def show(*args, **options):
        OUT.append(["drawn", ""])

    module.subplots, module.show, module.__getattr__ = subplots, show, drawing_attribute


def anywidget(module):
    import traitlets

    class AnyWidget(traitlets.HasTraits):
        def hold_sync(self):
            return contextlib.nullcontext()

        def _repr_mimebundle_(self, **options):
            return {}, {}

    module.AnyWidget = AnyWidget


def ipywidgets(module):
    class Widget:
        def __init__(self, value="", *args, **options):
            self.value = value

        def observe(self, function, names=None):
            pass

        def _repr_mimebundle_(self, **options):
            return {}

    for name in ("Textarea", "HTML", "VBox", "HBox", "FloatSlider", "IntSlider", "Output"):
        setattr(module, name, type(name, (Widget,), {}))


def dask(module):
    """Let the workers of a cluster be this one Python, and say so."""
    module.__path__ = []


class Future:
    """What a worker was asked for: done already, since the workers take turns."""

    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


class Cluster:
    """Workers that are this one Python."""

    def __init__(self, n_workers=1, **options):
        self.workers = n_workers

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False

    def close(self):
        pass


class Client(Cluster):
    """Do at once what the workers are asked for, and say so."""

    def __init__(self, cluster=None, **options):
        super().__init__(getattr(cluster, "workers", 1))
        OUT.append(["note", "On this page the workers take turns: there is one processor for Python here."])

    def submit(self, function, *args, **options):
        return Future(function(*args, **options))

    def map(self, function, *columns):
        return [Future(function(*row)) for row in zip(*columns)]

    def gather(self, futures):
        return [future.value for future in futures]

    def scatter(self, value, **options):
        return value

    def scheduler_info(self):
        return {"workers": dict.fromkeys(range(self.workers))}


def distributed(module):
    module.LocalCluster, module.Client = Cluster, Client


def display(module):
    from live_page import cells

    class HTML:
        def __init__(self, data=""):
            self.data = data

        def _repr_html_(self):
            return self.data

    class SVG:
        def __init__(self, data=""):
            self.data = data

        def _repr_svg_(self):
            return self.data

    module.display, module.HTML, module.SVG = cells.display, HTML, SVG


STAND_INS = {"matplotlib": drawings, "matplotlib.pyplot": pyplot, "anywidget": anywidget, "ipywidgets": ipywidgets,
             "dask": dask, "dask.distributed": distributed, "IPython": dask, "IPython.display": display}


# --- the book's own modules that draw -------------------------------------------------------------------------------

def explore(draw, values, *, label, alt, start=None, format=None):
    """Take the place of `explore`: the frames are the stored ones; what is said of them runs all the same."""
    for value in values:
        for words in (alt, format):
            if callable(words):
                words(value)

    class Explored:
        def _repr_mimebundle_(self, **options):
            return {DRAWN: ""}

    return Explored()


def without_drawing(module):
    """Let the functions of a module of the book give a Drawing; its constants and classes stay."""
    for name, value in list(vars(module).items()):
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__ and name not in WRITES_TEXT:
            setattr(module, name, DRAWING)


class Loader(importlib.abc.Loader):
    """Make a module that is stood in for."""

    def __init__(self, fill):
        self.fill = fill

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        self.fill(module)


class BookLoader(importlib.abc.Loader):
    """Load a module of the book, and take the drawing out of it."""

    def __init__(self, loader):
        self.loader = loader

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        self.loader.exec_module(module)
        if ".playground" in module.__name__:
            return
        without_drawing(module)
        if module.__name__.endswith(".explore"):
            module.explore = explore


class Finder(importlib.abc.MetaPathFinder):
    """Find what is stood in for: modules that are not installed, and the book's own that draw."""

    def find_spec(self, name, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if name.startswith(FIGURES) and spec is not None:
            spec.loader = BookLoader(spec.loader)
            return spec
        fill = STAND_INS.get(name) or (drawings if name.startswith("matplotlib.") else None)
        if spec is None and fill is not None:
            return importlib.machinery.ModuleSpec(name, Loader(fill), is_package=True)
        return None
