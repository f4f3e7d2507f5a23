"""Judge the derivation that a reader brings to a page. Texts in, JSON out; nothing of a text is ever run."""

import json

from live_page.bounds import bounded

from proofread import proofread
from proofread.report import LOOKS_LIKE, VERDICTS, parts


def derivation(text, given):
    """Return the report on a derivation, as a page needs it: for each line what is set, said, and where it stands."""
    report = proofread(bounded(text), given=given or None)
    return json.dumps({"lines": [shown(line, text) for line in report.lines], "notes": report.notes})


def shown(line, text):
    """Return one line of a report: below it stand [name, words, how they are set, section of the book or None]."""
    below = []
    for name, words, how in parts(line, text):
        looks = name == "looks like"
        below.append([name, LOOKS_LIKE[line.looks_like][0] if looks else words, how, line.section if looks else None])
    return {"number": line.number, "latex": line.latex, "mark": line.mark, "verdict": line.verdict or line.kind,
            "word": VERDICTS[line.verdict][1], "place": line.place, "below": below}
