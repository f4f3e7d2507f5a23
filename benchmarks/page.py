"""Make the appendix "How fast is it?" from results.json: every number on the page is read from there.

    python -m benchmarks.page
"""
import json
import re
from pathlib import Path

import jinja2

from benchmarks.contenders import CHUNK

HERE = Path(__file__).resolve().parent
CHAPTERS = HERE.parent / "chapters"
PAGE, PICTURE = CHAPTERS / "appendix_speed.md", CHAPTERS / "appendix_speed.png"
SHOWN = ["limit in pieces", "this module", "textbook form", "PyTorch", "PyTorch modules", "JAX, compiled", "autograd",
         "scikit-learn"]
NAMES = {"limit in pieces": "the products in pieces", "PyTorch": "PyTorch, eager",
         "PyTorch modules": "PyTorch, `torch.nn`"}
MODULE = "this module"
DTYPES = ("float64", "float32")
TIED = "\u00a0"                                         # a space at which no line ends
OVER = f"{TIED}/ "


def table(head, rows):
    """Write a Markdown table."""
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows))


def seconds(s):
    """Write a time with its unit."""
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if s >= size:
            return f"{s / size:.3g}{TIED}{unit}"
    return f"{s / 1e-6:.3g}{TIED}µs"


def size(number):
    """Write a count of bytes with its unit."""
    for unit, power in (("MiB", 20), ("KiB", 10)):
        if number >= 0.95 * 2**power:
            return f"{number / 2**power:.3g}{TIED}{unit}"
    return f"{number:.0f}{TIED}bytes"


def thousands(n):
    """Write a whole number with narrow gaps."""
    return f"{n:,}".replace(",", "\u202f")


def title(case):
    """Write the sizes of a case."""
    return "-".join(map(str, case[:3])) + f", n{TIED}={TIED}{thousands(case[3])}"


def pick(results, case, dtype, threads):
    """Return one case."""
    return next(r for r in results["speed"] if r["case"] == case and r["dtype"] == dtype and r["threads"] == threads)


def cases(results):
    """Return the cases, in the order in which they were measured."""
    return list(dict.fromkeys(tuple(r["case"]) for r in results["speed"]))


def ratio(value):
    """Write a ratio with as many digits as mean something."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def in_turn(results, threads):
    """Write the table of ratios to the limit, all in turn in one process."""
    found = {case: [pick(results, list(case), dtype, threads)["times"] for dtype in ("float64", "float32")]
             for case in cases(results)}
    rows = [["**limit**, time", *(OVER.join(seconds(times["limit"]["median"]) for times in both)
                                  for both in found.values())]]
    for name in SHOWN:
        if all(name in both[0] for both in found.values()):
            bold = "**" if name == MODULE else ""
            rows.append([f"{bold}{NAMES.get(name, name)}{bold}", *(bold + OVER.join(
                ratio(times[name]["over limit"]) for times in both) + bold for both in found.values())])
    return table(["float64 / float32", *map(title, found)], rows)


def both_cores_free(results):
    """Tell whether two threads were ever two: on every large case the bare products took less time than on one."""
    def limit(case, dtype, threads):
        return pick(results, list(case), dtype, threads)["times"]["limit"]["median"]

    large = [case for case in cases(results) if case[3] > 1]
    return all(limit(case, dtype, 2) < limit(case, dtype, 1) for case in large for dtype in DTYPES)


def alone(results):
    """Write the table of ratios to the limit, each program in a process of its own."""
    found = {case: [pick(results, list(case), dtype, 1)["own"] for dtype in ("float64", "float32")]
             for case in cases(results)}
    names = [name for name in SHOWN if all(name in both[0] for both in found.values())]
    rows = [[NAMES.get(name, name), *(OVER.join(ratio(own[name]["fastest"] / own["limit"]["fastest"]) for own in both)
                                      for both in found.values())] for name in names]
    return table(["float64 / float32", *map(title, found)], rows)


def against_pytorch(results):
    """Return the comparison with PyTorch as table and verdict, or None where it is not installed."""
    if not all("PyTorch" in r["times"] for r in results["speed"]):
        return None
    counts = (1, 2) if both_cores_free(results) else (1,)
    rows = []
    for case in cases(results):
        times = {threads: [pick(results, list(case), dtype, threads)["times"] for dtype in DTYPES]
                 for threads in counts}
        rows.append([title(case), *(OVER.join(ratio(one[MODULE]["over PyTorch"]) for one in both)
                                    for both in times.values()),
                     OVER.join(ratio(one["PyTorch products"]["over limit"]) for one in times[1])])
    head = ["float64 / float32", *("one thread", "two threads")[:len(counts)], "the products alone"]
    return {"table": table(head, rows), "verdict": products_of_pytorch(results)}


def products_of_pytorch(results):
    """Say whose bare products are faster, on the sizes of the third row."""
    products = [pick(results, list(cases(results)[2]), dtype, 1)["times"]["PyTorch products"]["over limit"]
                for dtype in DTYPES]
    where = "NumPy's on the sizes of the third row"
    if min(products) > 1.05:
        return f"slower than {where}, so part of the distance is the library below PyTorch"
    if max(products) < 0.95:
        return f"faster than {where}, so this module starts with a handicap"
    return f"about as fast as {where}"


def grows(results):
    """Write the table of operations and bytes."""
    kinds = ["product", "exp and log", "other", "read", "held", "pieces"]
    rows = []
    for entry in results["counts"]:
        case, predicted, counted = entry["case"], entry["predicted"], entry["counted"]
        rows.append([title(case), *(f"{thousands(predicted[k])} · {thousands(round(counted[k]))}" for k in kinds[:5]),
                     f"{size(predicted['pieces'])} · {size(counted['pieces'])}", seconds(entry["seconds"])])
    head = ["predicted · counted", "in products", "exp, log", "other", "bytes read", "bytes held, textbook form",
            "held in pieces, in all", "time per example"]
    return table(head, rows)


def streamed(results):
    """Write the table of examples streamed from a file."""
    runs = results["stream"]["runs"]
    rows = [[thousands(r["n"]), seconds(r["median"]), seconds(r["median"] / r["n"]), size(r["peak"])] for r in runs]
    return table(["n", "time", "per example", "memory beyond the inputs"], rows)


def by_chunk(results):
    """Write the table of pieces of several sizes, and name the size that is taken unless told."""
    found = results["chunks"]
    rows = [[("all " if k == len(found["float64"]) - 1 else "") + thousands(both[0]["rows"]),
             OVER.join(seconds(c["median"]) for c in both),
             OVER.join(size(c["peak"]) for c in both)] for k,
            both in enumerate(zip(found["float64"], found["float32"]))]
    return table(["rows in a piece", "time, float64 / float32", "memory beyond the inputs"], rows)


def linear(results):
    """Return the largest deviation of the time per example from its middle, over n."""
    each = sorted(r["median"] / r["n"] for r in results["stream"]["runs"])
    middle = each[len(each) // 2]
    return max(abs(e / middle - 1) for e in each)


def waiting(results):
    """Write what a reader waits for."""
    rows = [[name, seconds(s)] for name, s in results["imports"].items()]
    found = results.get("waits", {})
    rows += [[re.sub("^make [a-z]+", lambda command: f"`{command[0]}`", name)
              + (" (it failed)" if not found[name]["passed"] else ""), seconds(found[name]["seconds"])]
             for name in found if name != "date"]
    when = f" `make book` and `make test` were timed on {found['date']}, in a ready environment." if found else ""
    return table(["wait", "time"], rows) + f"\n\nTimes of whole processes, Python's own start included.{when}"


def versions(about):
    """Write which packages in which version, and what multiplies their matrices."""
    spelled = {"torch": "PyTorch", "jax": "JAX", "numpy": "NumPy"}
    packages = ", ".join(f"{spelled.get(name, name)} {version}" for name, version in about["versions"].items())
    return packages + "".join(f"; {name} multiplies with {library}" for name, library in about["libraries"].items())


def small_network(results):
    """Compare the smallest network with PyTorch, as far as it is installed."""
    small = pick(results, list(cases(results)[0]), "float64", 1)["times"]
    if "PyTorch" not in small:
        return ""
    modules = ""
    if "PyTorch modules" in small:
        over = small[MODULE]["over PyTorch modules"]
        modules = f", and {over:.2f} where the network is made of `torch.nn` modules"
    return f" There, the module takes {small[MODULE]['over PyTorch']:.2f} of the time of PyTorch{modules}."


def facts(results):
    """Return everything that the template names."""
    stream, big = results["stream"], list(cases(results)[2])
    m, _, t = stream["m-d-t"]
    last = stream["runs"][-1]
    return {
        "machine": results["machine"], "versions": versions(results["machine"]), "cases": cases(results),
        "over_limit": pick(results, big, "float64", 1)["times"][MODULE]["over limit"],
        "apart": {dtype: max(max(r["apart"].values()) for r in results["speed"] if r["dtype"] == dtype)
                  for dtype in DTYPES},
        "alternative": alternative(results), "one_thread": in_turn(results, 1), "small_network": small_network(results),
        "by_chunk": by_chunk(results), "alone": alone(results), "both_cores_free": both_cores_free(results),
        "two_threads": in_turn(results, 2), "pytorch": against_pytorch(results), "grows": grows(results),
        "stream": stream, "streamed": streamed(results), "linear": linear(results), "last": last,
        "whole": stream["textbook"], "inputs": 8 * (m + t) * last["n"], "waiting": waiting(results),
        "chunk": thousands(CHUNK), "title": title, "thousands": thousands, "size": size, "seconds": seconds,
    }


def text(results):
    """Return the page: what page.md.jinja says, with the numbers of these results."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), undefined=jinja2.StrictUndefined,
                                     trim_blocks=True, keep_trailing_newline=True)
    environment.filters |= {"fixed": lambda number, digits: f"{number:.{digits}f}",
                            "power": lambda number: f"{number:.0e}"}
    return environment.get_template("page.md.jinja").render(facts(results))


def alternative(results):
    """Describe the picture in words."""
    parts = []
    for case in cases(results):
        times = pick(results, list(case), "float64", 1)["times"]
        others = [name for name in SHOWN[2:] if name in times]
        best = min(others, key=lambda name: times[name]["over limit"])
        mine, other = (ratio(times[name]["over limit"]) for name in (MODULE, best))
        parts.append(f"{title(case)}: this module {mine}, the best of the others, {best}, {other}")
    return "Dots on a logarithmic axis, one row for each program: time over the limit. " + "; ".join(parts) + "."


def draw(results):
    """Draw one row for each contender and one kind of dot for each case."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from backprop.figures.ink import INK, MUTED, SIZE_COLORS
    plt.style.use("backprop.book")
    names = [name for name in SHOWN[1:] if name in results["speed"][0]["times"]]
    figure, ax = plt.subplots(figsize=(6.2, 0.42 * len(names) + 1.3))
    colors = [INK, *SIZE_COLORS.values()]
    for k, (case, marker, color) in enumerate(zip(cases(results), "Dos^", colors)):
        times = pick(results, list(case), "float64", 1)["times"]
        ax.plot([times[name]["over limit"] for name in names], [i + 0.16 * (k - 1.5) for i in range(len(names))],
                marker, color=color,
                ms=7, mec="white", mew=0.6, ls="none", label=title(case))
    ax.axvline(1, color=MUTED, ls="--", lw=1.2)
    ax.set(xscale="log", yticks=range(len(names)), ylim=(len(names) - 0.5, -0.5), xlabel="time over the limit")
    ax.set_yticklabels([NAMES.get(name, name).replace("`", "") for name in names])
    ticks = [1, 2, 5, 10, 20, 50, 100]
    ax.set_xticks(ticks, [str(tick) for tick in ticks])
    ax.minorticks_off()
    ax.tick_params(length=0)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2, handletextpad=0.2,
                  columnspacing=1.6)
    figure.savefig(PICTURE, metadata={"Software": None})
    plt.close(figure)


def write(results):
    """Write the page and its picture."""
    PAGE.write_text(text(results), "utf-8")
    draw(results)


def plain(markdown):
    """Return the page for a terminal: its tables aligned, without figure and links."""
    markdown = re.sub(r"^---.*?^---\n|<!--.*?-->\n|^```.*?^```\n", "", markdown, flags=re.S | re.M)
    markdown = re.sub(r"\[([^\]]*)\]\([^)]*\)|\*\*|`", lambda found: found[1] or "", markdown)
    lines, block = [], []
    for line in [*markdown.splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if block:
            widths = [max(len(row[i]) for row in block if set(row[0]) != {"-"}) for i in range(len(block[0]))]
            lines += ["  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i,
                                (cell, w) in enumerate(zip(row, widths)))
                      for row in block if set(row[0]) != {"-"}]
            block = []
        lines.append(line)
    return "\n".join(lines).rstrip()


if __name__ == "__main__":
    write(json.loads((HERE / "results.json").read_text("utf-8")))
