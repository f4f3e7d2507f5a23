"""Make the appendix "How fast is it?" from results.json: every number on the page is read from there.

    python -m benchmarks.page
"""
import json
import re
from pathlib import Path

from benchmarks.contenders import CHUNK

HERE = Path(__file__).resolve().parent
CHAPTERS = HERE.parent / "chapters"
PAGE, PICTURE = CHAPTERS / "appendix_speed.md", CHAPTERS / "appendix_speed.png"
SHOWN = ["limit in pieces", "this module", "textbook form", "PyTorch", "PyTorch modules", "JAX, compiled", "autograd",
         "scikit-learn"]
NAMES = {"limit in pieces": "the products in pieces", "PyTorch": "PyTorch, eager",
         "PyTorch modules": "PyTorch, `torch.nn`"}
MODULE = "this module"
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
    """Tell whether two threads were ever two threads: on every large case the bare products took less time than on one."""
    return all(pick(results, list(case), dtype, 2)["times"]["limit"]["median"] < pick(results, list(case), dtype,
                                                                                      1)["times"]["limit"]["median"]
               for case in cases(results) if case[3] > 1 for dtype in ("float64", "float32"))


def two_threads(results):
    """Write the table for two threads, or why there is none."""
    if both_cores_free(results):
        return in_turn(results, 2) + (
            "\n\nOnly the products use the second thread. The arithmetic between them takes as long as before, so it weighs more\n"
                                      "beside a limit that is nearly halved.")
    return ("There is no table: while this was measured, other work ran on the machine, and with two threads the bare products took\n"
            "longer than with one. The numbers for one thread were taken in turns, but they too will be better where it is quiet.")


def alone(results):
    """Write the table of ratios to the limit, everyone with a process of its own."""
    found = {case: [pick(results, list(case), dtype, 1)["own"] for dtype in ("float64", "float32")]
             for case in cases(results)}
    names = [name for name in SHOWN if all(name in both[0] for both in found.values())]
    rows = [[NAMES.get(name, name), *(OVER.join(ratio(own[name]["fastest"] / own["limit"]["fastest"]) for own in both)
                                      for both in found.values())] for name in names]
    return table(["float64 / float32", *map(title, found)], rows)


def against_pytorch(results):
    """Write what the comparison with PyTorch is worth here."""
    if not all("PyTorch" in r["times"] for r in results["speed"]):
        return ""
    rows, counts = [], (1, 2) if both_cores_free(results) else (1,)
    for case in cases(results):
        row = [title(case)]
        for threads in counts:
            both = [pick(results, list(case), dtype, threads)["times"] for dtype in ("float64", "float32")]
            row.append(OVER.join(f"{times[MODULE]['over PyTorch']:.2f}" for times in both))
            if threads == 1:
                limits = OVER.join(f"{times['PyTorch products']['over limit']:.2f}" for times in both)
        rows.append([*row, limits])
    big = cases(results)[2]
    products = [pick(results, list(big), dtype, 1)["times"]["PyTorch products"]["over limit"]
                for dtype in ("float64", "float32")]
    verdict = ("slower than NumPy's on the sizes of the third row, so part of the distance is the library below PyTorch"
               if min(products) > 1.05
               else "faster than NumPy's on the sizes of the third row, so this module starts with a handicap"
               if max(products) < 0.95 else "about as fast as NumPy's on the sizes of the third row")
    return f"""## Against PyTorch

Time of this module over the time of PyTorch, eager, on the same number of threads; and, in the last column, PyTorch's bare
products over NumPy's.

{table(["float64 / float32", *("one thread", "two threads")[:len(counts)], "the products alone"], rows)}

On this processor PyTorch's matrix product is {verdict}.
It may be otherwise on a processor of another make: read the last column before you believe the others. With two threads
on wide networks the products are nearly all there is, and no win is claimed.
"""


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


def text(results):
    """Return the page."""
    about, (tiny, _, big, wide) = results["machine"], cases(results)
    one = pick(results, list(big), "float64", 1)["times"]
    versions = ", ".join(f"{'PyTorch' if n == 'torch' else 'JAX' if n == 'jax' else 'NumPy' if n == 'numpy' else n} {v}"
                         for n, v in about["versions"].items())
    libraries = "".join(f"; {name} multiplies with {library}" for name, library in about["libraries"].items())
    apart = {dtype: max(max(r["apart"].values()) for r in results["speed"] if r["dtype"] == dtype)
             for dtype in ("float64", "float32")}
    stream = results["stream"]
    last, whole = stream["runs"][-1], stream["textbook"]
    m, d, t = stream["m-d-t"]
    small = pick(results, list(tiny), "float64", 1)["times"]
    modules = f", and {small[MODULE]['over PyTorch modules']:.2f} where the network is made of `torch.nn` modules" if "PyTorch modules" in small else ""
    tiny_text = f" There, the module takes {small[MODULE]['over PyTorch']:.2f} of the time of PyTorch{modules}." if "PyTorch" in small else ""
    return f"""---
description: The gradient of this book against the bare matrix products, PyTorch, JAX, autograd and scikit-learn; what it costs in operations and bytes.
---
<!-- Written by benchmarks/page.py from benchmarks/results.json: change those. -->
# How fast is it?

The formulas of this book are five matrix products and a little arithmetic between them. So there is a limit: a program does the
products and more, and can hardly take less time than the bare products do. `value_and_gradient` takes {one[MODULE]['over limit']:.2f} times that limit for
{title(big)}, and it is still the six lines of [chapter 4](04_n_examples.ipynb), in pieces.

Measured on {about['date']}: {about['processor']}, {about['cores']} cores, {about['system']}, Python {about['Python']}, {versions}{libraries}. `make bench` measures again
on your machine, with what is installed there, and writes this page anew.

## How to read it

- **The limit** is five bare products of the same shapes on whole arrays, each in the faster of two layouts, and one exp per
  activation. It computes nothing of use. A number below is a time divided by the limit's: 1.00 is as fast as the limit, 2.00 takes twice as long.
- **The products in pieces** are the same with {thousands(CHUNK)} rows at a time, whose numbers stay in the processor's cache. Nobody adds up what
  they give. They lie a little below 1 where whole arrays leave the cache: so much room is left below the limit.
- **The textbook form** is `forward`, `loss` and `backward`, on whole arrays. **This module** is `value_and_gradient`: the same
  numbers in pieces. Both refuse NaN, infinity and targets outside [0, 1], and say where; the others do not look.
- Everyone computes the loss and its gradient from the same numbers, and had to agree first: the largest difference was
  {apart['float64']:.0e} of the largest entry in float64 and {apart['float32']:.0e} in float32. A network is written m-d-t, and n is the number of examples.
- A number is the median over many rounds in which all take turns, A B C A B C, so that a busy moment strikes all alike. Still,
  differences of a few hundredths mean nothing.

```{{figure}} appendix_speed.png
:alt: {alternative(results)}
:width: 620px
:name: fig-speed
:class: invert-in-dark
Time over the limit, float64, one thread. The dashed line is the limit.
```

## One thread

{in_turn(results, 1)}

The smallest network shows the price of a call: nearly all of the time goes into starting some fifty small operations and
judging the input.{tiny_text} At the other end, at {title(wide)}, the products are nearly everything.

## What brings it near the limit

- Pieces. The numbers of a piece are still in the processor's cache when the backward pass comes back to them.
- Arrays that are not needed again are overwritten: $Z^{{(\\mathrm{{h}})}}$ by $A^{{(\\mathrm{{h}})}}$, and $A^{{(\\mathrm{{h}})}}$ by $1 - A^{{(\\mathrm{{h}})}}$ at the end.
- The order in which a product is stored. $(B^{{\\top}} A^{{\\top}})^{{\\top}}$ and $A B$ are the same numbers, the first by columns. Which is faster depends on the
  matrix product that NumPy was built with; here it is the first in float64 and the second in float32.
- X is not read once more to be judged. A NaN in it shows in the gradient, and only then it is looked for.

How large should a piece be? Small pieces pay for more calls and for adding up more gradients, large ones leave the cache:
{title(big)}, one thread.

{by_chunk(results)}

Unless told, `value_and_gradient` takes {thousands(CHUNK)} rows.

## Everyone in a process of its own

In one process a program finds memory that another has warmed up. Here everyone starts fresh, the limit too. Processes are timed at
different moments, so it is the fastest call of many that is divided by the limit's fastest; these numbers scatter more.

{alone(results)}

## Two threads

{two_threads(results)}

{against_pytorch(results)}
## How cost grows

One example costs, in a network with m inputs, d hidden units and t outputs:

- 4md + 6dt multiplications and additions in the five products: 2md for $A^{{(\\mathrm{{in}})}} W^{{(\\mathrm{{h}})}}$, 2md for $\\partial J/\\partial W^{{(\\mathrm{{h}})}}$, and 2dt for each of the
  other three;
- d + 3t exponentials and logarithms, and 8d + 13t other operations, entry by entry;
- 8(m + t) bytes read, in float64;
- 8(4d + 3t) bytes held at the peak of the textbook form, which keeps whole arrays (8(5d + 3t) from Python 3.14 on, where
  NumPy no longer reuses the memory of 1 − a for a(1 − a)). In pieces an example holds nothing: the
  whole call needs 8({thousands(CHUNK)}(2d + 3t) + 2(md + dt + d + t)) bytes, for one piece and two gradients, whatever n is.

Adding up the pieces costs another (md + dt + d + t)/{thousands(CHUNK)} additions per example. Here is each formula beside what was counted
while the code ran, with each size doubled in turn:

{grows(results)}

Double m or d and the products double (almost: dt does not grow with m). Double n and nothing happens to one example: the cost is linear
in n. The time per example grows less than the operations while the network is small, since the price of a call is shared.

## A million examples from a file

A {m}-{d}-{t} network on examples that stay in a file (`numpy.memmap`) and are read {thousands(CHUNK)} at a time, for each n from several places of
the file:

{streamed(results)}

The time per example stays within {100 * linear(results):.1f} % of its middle value, and the memory does not grow: {size(last['peak'])} for
{thousands(last['n'])} examples, whose inputs take {size(8 * (m + t) * last['n'])}. The textbook form holds {size(whole['peak'])} for {thousands(whole['n'])} of them, and takes {seconds(whole['seconds'] / whole['n'])} per example.

## What you wait for

{waiting(results)}

## What was not measured

No graphics card: PyTorch and JAX are made for one, and this module is not. One kind of processor, with {about['cores']} cores. No deep
networks: this module has one hidden layer. scikit-learn has no public function for a gradient; its private one was called, which
does not look at its input.
"""


def alternative(results):
    """Describe the picture in words."""
    parts = []
    for case in cases(results):
        times = pick(results, list(case), "float64", 1)["times"]
        others = [name for name in SHOWN[2:] if name in times]
        best = min(others, key=lambda name: times[name]["over limit"])
        parts.append(f"{title(case)}: this module {ratio(times[MODULE]['over limit'])}, the best of the others, {best}, {ratio(times[best]['over limit'])}")
    return "Dots on a logarithmic axis, one row for each program: time over the limit. " + "; ".join(parts) + "."


def draw(results):
    """Draw one row for each contender and one kind of dot for each case."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    plt.style.use("backprop.book")
    names = [name for name in SHOWN[1:] if name in results["speed"][0]["times"]]
    figure, ax = plt.subplots(figsize=(6.2, 0.42 * len(names) + 1.3))
    colors = ["#222222", "#0072B2", "#D55E00", "#009E73"]
    for k, (case, marker, color) in enumerate(zip(cases(results), "Dos^", colors)):
        times = pick(results, list(case), "float64", 1)["times"]
        ax.plot([times[name]["over limit"] for name in names], [i + 0.16 * (k - 1.5) for i in range(len(names))],
                marker, color=color,
                ms=7, mec="white", mew=0.6, ls="none", label=title(case))
    ax.axvline(1, color="#6B6B6B", ls="--", lw=1.2)
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
