"""A slider over any drawing function: live in Jupyter, and still moving on a page with no kernel.

Every frame is drawn once, when the slider is made; no later cell that takes a name of the drawing function changes what
is shown. Live, Python gives the frames one by one. On the page they are stored in the output's HTML as SVG, what frames
have in common only once. The controls are the same.
"""
import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import anywidget
import traitlets


def _source(name):
    """Return a script without the comment that it begins with."""
    return Path(__file__).with_name(name).read_text("utf-8").split("*/\n", 1)[1]


def _with_controls(name):
    """Return the script of that name, its way of showing a frame put into the controls."""
    before, rest = _source(name).split("\n  /* show: */\n    ")
    show, after = rest.split("\n  /* :show */\n")
    return before + "\n" + _source("controls.js").replace("/* show */", show) + after.rstrip("\n")


SCRIPT, MODULE = _with_controls("page.js"), _with_controls("live.js")


def explore(draw, values, *, label, alt, start=None, format=None):
    """Give a slider over `draw(value)` for the values.

    draw: returns a figure, or a tuple that begins with one, of the same size for every value. label: names the slider.
    alt: says what there is to see, a function of the value or a format string ("… {} …"). start: the value shown first.
    format: how the value is written, a function or a format string.
    """
    return Explore(draw, values, label, alt, start, format)


def _writer(name, given):
    """Give the function from a value to text that a function or a format string stands for."""
    if callable(given):
        return lambda value: str(given(value))
    if not isinstance(given, str):
        raise ValueError(f"{name} is {given!r} but must be a function of the value or a format string such as "
                         "'epoch {}'")
    return given.format


def _plain(value):
    """Write a value without idle digits."""
    return f"{value:g}".replace("-", "−") if isinstance(value, float) else str(value)


def _frame(draw, value):
    """Draw one value; give its SVG and the size of its figure in inches."""
    from backprop.figures.svg import svg
    figure = draw(value)
    figure = figure[0] if isinstance(figure, tuple) and figure else figure
    if not hasattr(figure, "savefig"):
        raise ValueError(f"draw returned {type(figure).__name__} for {value!r} but must return a figure, "
                         "or (figure, axes)")
    size = tuple(round(float(inches), 2) for inches in figure.get_size_inches())
    return svg(figure), size


def _frames(draw, values):
    """Draw every value; give the SVGs and the size that all have in inches."""
    drawn = [_frame(draw, value) for value in values]
    first = drawn[0][1]
    for value, (_, size) in zip(values, drawn):
        if size != first:
            raise ValueError(f"draw gives a figure of {first} inches for {values[0]!r} but of {size} for {value!r}: "
                             "every frame needs the same figsize")
    return [frame for frame, _ in drawn], first


def _words(alt, values, texts):
    """Say for every value what there is to see."""
    alts = list(map(_writer("alt", alt), values))
    if not all(text.strip() for text in alts) or len(set(alts)) < len(set(texts)):
        raise ValueError("alt must say something different for each value: put {} where the value goes, "
                         "or give a function of the value")
    return alts


class Explore(anywidget.AnyWidget):
    """What `explore` returns; `value` is the value shown, and setting it moves the live slider."""

    _esm = MODULE
    _css = Path(__file__).with_name("explore.css").read_text("utf-8")

    label = traitlets.Unicode().tag(sync=True)
    texts = traitlets.List().tag(sync=True)
    size = traitlets.List().tag(sync=True)
    index = traitlets.Int().tag(sync=True)
    image = traitlets.Unicode().tag(sync=True)          # the SVG shown, and what it shows in words
    alt = traitlets.Unicode().tag(sync=True)

    def __init__(self, draw, values, label, alt, start=None, format=None):
        if not callable(draw):
            raise ValueError(f"draw is {draw!r} but must be a function of the value that returns a figure")
        self.values = list(values)
        if not self.values:
            raise ValueError("values is empty: give at least one value to draw")
        if not isinstance(label, str) or not label.strip():
            raise ValueError(f"label is {label!r} but must say what the slider changes")
        self.start = self._place("start", self.values[0] if start is None else start)
        texts = list(map(_plain if format is None else _writer("format", format), self.values))
        self.alts = _words(alt, self.values, texts)
        self.frames, size = _frames(draw, self.values)
        super().__init__(label=label, texts=texts, size=[round(100 * inches) for inches in size], index=self.start,
                         image=self.frames[self.start], alt=self.alts[self.start])
        self.observe(self._move, "index")

    @traitlets.validate("index")
    def _there(self, proposal):
        if not 0 <= proposal.value < len(self.values):
            raise ValueError(f"index is {proposal.value} but must be from 0 to {len(self.values) - 1}")
        return proposal.value

    def _move(self, change):
        """Show the value that the slider has come to."""
        with self.hold_sync():                               # picture and words arrive together
            self.alt, self.image = self.alts[self.index], self.frames[self.index]

    def _place(self, name, value):
        """Give the place of a value among the values."""
        if value not in self.values:
            raise ValueError(f"{name} is {value!r} but must be one of the {len(self.values)} values, "
                             f"{_plain(self.values[0])} to {_plain(self.values[-1])}")
        return self.values.index(value)

    def __repr__(self):
        return f"explore: {self.label}, {len(self.values)} values from {self.texts[0]} to {self.texts[-1]}"

    def _image(self, frame, alt):
        """Write the <img> of a frame."""
        return (f'<img src="data:image/svg+xml,{quote(frame, safe=KEPT)}" alt="{html.escape(alt)}" '
                f'width="{self.size[0]}" height="{self.size[1]}" style="max-width:100%;height:auto">')

    def html(self):
        """Give the figure as it stands on a page: the start frame, the frames as JSON, the script of the slider."""
        parts, frames = _share(self.frames)
        data = {"label": self.label, "texts": self.texts, "alts": self.alts, "parts": parts, "frames": frames,
                "start": self.start}
        data = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return (f'<div class="explore" role="group" aria-label="{html.escape(self.label)}">'
                f'{self._image(self.frames[self.start], self.alts[self.start])}'
                f'<script type="application/json">{data}</script><script>{SCRIPT}</script></div>')

    @property
    def value(self):
        """The value shown."""
        return self.values[self.index]

    @value.setter
    def value(self, value):
        self.index = self._place("value", value)

    def _repr_mimebundle_(self, **options):
        """Give Jupyter the widget, and the page its HTML."""
        data, metadata = super()._repr_mimebundle_(**options)
        return data | {"text/plain": repr(self), "text/html": self.html()}, metadata


KEPT = " !$'()*+,-./:;=?@[]^_`{|}~"                      # what a data: address in double quotes may hold as it is


def _share(frames):
    """Cut frames at their tags; give the different parts, each once, and every frame as a list of numbers of parts."""
    cut = [re.findall(r"<[^>]+>[^<]*", frame) for frame in frames]
    after, before = {}, {}
    for tags in cut:
        for a, b in zip([None, *tags], [*tags, None]):
            after.setdefault(a, set()).add(b)
            before.setdefault(b, set()).add(a)
    numbers, lists = {}, []
    for tags in cut:
        runs = []
        for previous, tag in zip([None, *tags], tags):       # tags that only ever follow each other make one part
            if runs and len(after[previous]) == len(before[tag]) == 1:
                runs[-1] += tag
            else:
                runs.append(tag)
        lists.append([numbers.setdefault(run, len(numbers)) for run in runs])
    return list(numbers), lists
