"""Figures as compact SVG, the same bytes every time."""
import re
from base64 import b64decode, b64encode
from io import BytesIO, StringIO
from struct import pack
from zlib import adler32, crc32

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np


def svg(figure):
    """Write a figure as compact SVG, the same bytes every time, and close it: no dates, no idle groups or digits."""
    buffer = StringIO()
    with mpl.rc_context({"svg.hashsalt": "backprop", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    text = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", "", buffer.getvalue(), flags=re.S)
    text = re.sub(r"> <", "><", re.sub(r"\s+", " ", text)).strip().replace("xlink:href", "href")
    text = re.sub(r'base64,([^"]*)', lambda found: "base64," + _palette(found[1]), text)
    used = set(re.findall(r'(?:#|url\(#)([\w.-]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
    text = re.sub(r'(scale|matrix)\([^)]*\)|base64,[^"]*|-?\d+\.\d+',        # a scale keeps its digits
                  lambda found: _round(found[0]) if found[0].strip("-")[0].isdigit() else found[0], text)
    text = re.sub(r' d="([^"]*)"', lambda found: ' d="' + re.sub(" ?([A-Za-z]) ?", r"\1", found[1]).strip() + '"', text)
    text = re.sub(r' style="([^"]*)"', lambda found: f' style="{found[1].replace(": ", ":").replace("; ", ";")}"', text)
    kept, open_groups = [], []
    for tag in re.findall(r"<[^>]+>[^<]*", text):             # groups without attributes group nothing
        if tag.startswith(("<g>", "<g ")):
            open_groups.append(tag == "<g>")
        if not (tag == "<g>" or (tag.startswith("</g>") and open_groups.pop())):
            kept.append(tag)
    return "".join(kept)


def _palette(png):
    """Rewrite a small picture of few colors as a palette without compression: the page is compressed anyway, and these
    bytes are the same with every version of every library. Other pictures stay as they are."""
    pixels = np.round(plt.imread(BytesIO(b64decode(png))) * 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    colors, index = np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0, return_inverse=True)
    lines = np.insert(index.reshape(height, width).astype(np.uint8), 0, 0, axis=1).tobytes()
    if len(colors) > 256 or len(lines) > 65535 or pixels.shape[-1] != 4:
        return png
    data = b"\x78\x01\x01" + pack("<HH", len(lines), len(lines) ^ 0xFFFF) + lines + pack(">I", adler32(lines))
    chunks = [(b"IHDR", pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)), (b"PLTE", colors[:, :3].tobytes()),
              (b"tRNS", colors[:, 3].tobytes()), (b"IDAT", data), (b"IEND", b"")]
    return b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + kind + body + pack(">I", crc32(kind + body)) for kind, body in chunks)).decode()


def _round(digits):
    """Round a number written in a file to two decimals, without idle zeros."""
    digits = f"{float(digits):.2f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits
