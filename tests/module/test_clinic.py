"""A class's gradients at once: who has what, and what cannot be read."""
import csv
import json

import numpy as np
import pytest

from backprop import backward, clinic, forward
from backprop.doctor import wrong_gradient
from networks import network


def named(gradient):
    return {"dW1": gradient.W_h, "db1": gradient.b_h, "dW2": gradient.W_out, "db2": gradient.b_out}


def save(path, arrays):
    """Write arrays as the ending of path says."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return
    if path.suffix == ".npy":
        np.save(path, arrays["dW2"])
        return
    text = "\n".join(f"{name} =\n{array}" for name, array in arrays.items())
    cells = [{"cell_type": "markdown", "source": []},
             {"cell_type": "code", "outputs": [{"output_type": "stream", "text": text.splitlines(keepends=True)}]}]
    lists = {name: array.tolist() for name, array in arrays.items()}
    path.write_text({".txt": text, ".json": json.dumps(lists), ".ipynb": json.dumps({"cells": cells})}[path.suffix])


@pytest.fixture
def room(tmp_path):
    """Return a folder with a network and an empty folder of submissions, and the network."""
    params, X, Y = network(3, 4, 2, 5)
    np.savez(tmp_path / "network.npz", W1=params.W_h, b1=params.b_h, W2=params.W_out, b2=params.b_out, X=X, Y=Y)
    (tmp_path / "submissions").mkdir()
    return tmp_path, (params, X, Y)


def run(folder):
    """Return the exit code and the rows of the table."""
    code = clinic.main([str(folder / "network.npz"), str(folder / "submissions"),
                        "--csv", str(folder / "out.csv"), "--page", str(folder / "out.html")])
    if code:
        return code, {}
    with (folder / "out.csv").open(encoding="utf-8", newline="") as file:
        return code, {row["file"]: row for row in csv.DictReader(file)}


def test_a_class_is_counted_and_everyone_is_told(room, capsys):
    folder, example = room
    params, X, Y = example
    endings = [".npz", ".json", ".txt", ".ipynb"]
    for k in range(12):
        gradient = wrong_gradient(*example, "net-input-used") if k % 3 else backward(params, forward(params, X), X, Y)
        save(folder / "submissions" / f"s{k:02}{endings[k % 4]}", named(gradient))
    save(folder / "submissions" / "one.npy", named(wrong_gradient(*example, "sign")))
    code, rows = run(folder)
    assert code == 0 and len(rows) == 13
    assert {rows[f"s{k:02}{endings[k % 4]}"]["found"] for k in range(12) if k % 3} == {"net-input-used"}
    assert {rows[f"s{k:02}{endings[k % 4]}"]["found"] for k in range(0, 12, 3)} == {"correct"}
    assert rows["one.npy"]["found"] == "sign" and rows["one.npy"]["read"].endswith("#sec-descend")
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].split()[:2] == ["8", "net-input-used"] and "   4 correct" in printed
    page = (folder / "out.html").read_text("utf-8")
    assert "<h1>13 gradients</h1>" in page and page.count("net-input-used") == 9


BAD = {
    "deep.json": b"[" * 100_000,
    "no.npz": b"no archive",
    "binary.txt": b"\xff\xfe\x00",
    "odd.ipynb": b'{"cells": [1, {"outputs": 3}]}',
    "empty.ipynb": b'{"cells": []}',
    "words.txt": b"=cmd|' /C calc'!A0",
    "shape.txt": b"[[0.1, 0.2, 0.3]]",
    "cut.npy": b"\x93NUMPY",
}


def test_a_bad_file_is_a_row_with_its_sentence(room):
    folder, example = room
    for name, held in BAD.items():
        (folder / "submissions" / name).write_bytes(held)
    np.save(folder / "submissions" / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    save(folder / "submissions" / "last.npz", named(wrong_gradient(*example, "sign")))
    code, rows = run(folder)
    assert code == 0 and rows["last.npz"]["found"] == "sign" and len(rows) == len(BAD) + 2
    for name, row in rows.items():
        if name != "last.npz":
            assert row["found"] == "not read" and len(row["why"]) > 20 and "object" not in row["why"].split(), (
                name,
                row,
            )


def test_nothing_in_a_file_is_unpickled(room, monkeypatch):
    folder, _ = room
    np.savez(folder / "submissions" / "pickled.npz", dW1=np.array([{"a": 1}], dtype=object))
    assert run(folder)[1]["pickled.npz"]["found"] == "not read"


def test_a_file_that_is_too_large_is_not_opened(room, monkeypatch):
    folder, example = room
    save(folder / "submissions" / "large.npz", named(wrong_gradient(*example, "sign")))
    monkeypatch.setattr(clinic, "MOST_BYTES", 600)
    assert clinic.rows({}, []) is not None
    with pytest.raises(ValueError, match="at most 600 are read"):
        clinic.read(folder / "submissions" / "large.npz")


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_name_becomes_a_formula_or_markup(room, start):
    folder, example = room
    save(folder / "submissions" / f"{start}1+1<b>.npz", named(wrong_gradient(*example, "sign")))
    assert list(run(folder)[1]) == [f"'{start}1+1<b>.npz"]
    assert "<b>" not in (folder / "out.html").read_text("utf-8")


def test_what_a_terminal_would_obey_is_not_printed(room, capsys):
    folder, example = room
    save(folder / "submissions" / "a\x1b[2Jb.npz", named(wrong_gradient(*example, "sign")))
    run(folder)
    assert "\x1b" not in capsys.readouterr().out


def test_without_a_network_or_submissions_it_says_what_is_missing(room, capsys):
    folder, _ = room
    assert run(folder)[0] == 2 and "holds no gradients" in capsys.readouterr().err
    np.savez(folder / "network.npz", W1=np.ones((2, 2)))
    assert run(folder)[0] == 2 and "has no X and no Y" in capsys.readouterr().err
    (folder / "network.npz").unlink()
    assert run(folder)[0] == 2
