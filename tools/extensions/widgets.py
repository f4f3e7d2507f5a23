"""Brings the playgrounds of a page to life: their style and script, inlined once on each page that has one.

A Sphinx extension. Inlined, they run from `file://` too, and a page without a playground carries nothing. Sliders carry
their script themselves; their style sheet, which Jupyter takes too, joins the book's. The state of live widgets, which
only a widget manager could read, is left out.
"""
from importlib.resources import files

from backprop.figures.playground import page_scripts

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
SLIDERS = files("backprop.figures.explore") / "explore.css"


def bring_to_life(app, pagename, templatename, context, doctree):
    if 'class="bp-playground"' in context.get("body", ""):
        context["metatags"] = context.get("metatags", "") + page_scripts()
    context["script_files"] = [script for script in context.get("script_files", [])
                               if getattr(script, "attributes", {}).get("type") != WIDGET_STATE]


def style_sliders(app, config):
    config.html_static_path.append(str(SLIDERS))


def setup(app):
    app.connect("config-inited", style_sliders)
    app.add_css_file(SLIDERS.name, priority=850)                        # after the book's own
    app.connect("html-page-context", bring_to_life, priority=900)  # after myst_nb has added its scripts
    return {"parallel_read_safe": True, "parallel_write_safe": True}
