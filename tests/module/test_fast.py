"""The gradient in pieces: the same numbers, in bounded memory, from anything that slices by rows."""
import tracemalloc
from collections import deque
from itertools import chain
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import networks as nets
from backprop import Params, backward, fast, forward, loss, value_and_gradient
from networks import assert_close, assert_same


def plain(params, X, Y, mean=False):
    trace = forward(params, X)
    return loss(trace, Y, mean), backward(params, trace, X, Y, mean)


class Rows:
    """Examples that exist only while they are read: nothing but a length and slices, which are written down."""

    def __init__(self, n, columns, make=None):
        self.n, self.columns, self.make, self.asked = n, columns, make, []

    def __len__(self):
        return self.n

    def __getitem__(self, rows):
        self.asked.append(rows)
        start, stop, stride = rows.indices(self.n)
        assert stride == 1
        r, c = np.arange(start, stop)[:, None], np.arange(self.columns)
        return ((r * 7 + c * 3) % 11) / 11


@given(nets.networks(largest_n=40), st.integers(1, 45), st.booleans())
def test_the_pieces_make_the_whole_for_every_chunk(drawn, chunk, mean):
    J, gradient = plain(*drawn, mean)
    fast_J, fast_gradient = value_and_gradient(*drawn, mean, chunk)
    assert type(fast_J) is float and isinstance(fast_gradient, Params)
    assert abs(fast_J - J) <= 1e-13 * J
    assert_close(fast_gradient, tuple(gradient), 1e-13)


@settings(max_examples=30)
@given(*[st.integers(1, 80)] * 3, st.integers(1, 900), st.floats(0.01, 30), st.booleans(), st.integers(0, 2**32 - 1),
       st.data())
def test_the_pieces_make_the_whole_at_random_sizes_for_weak_and_for_saturated_networks(m, d, t, n, scale, bias, seed,
                                                                                       data):
    params, X, Y = nets.network(m, d, t, n, bias, seed)
    params = params._replace(W_h=params.W_h * (scale / np.sqrt(m)), W_out=params.W_out * (scale / np.sqrt(d)))
    J, gradient = plain(params, X, Y)
    fast_J, fast_gradient = value_and_gradient(params, X, Y, chunk=data.draw(st.sampled_from([37, 256, n, 10**9])))
    assert abs(fast_J - J) <= 1e-13 * J
    assert_close(fast_gradient, tuple(gradient), 1e-13)


@pytest.mark.parametrize("m, d, t, n", [(784, 30, 10, 700), (2, 2, 2, 1), (64, 30, 10, 257), (3, 4, 2, 2049)])
def test_the_pieces_make_the_whole_at_the_sizes_people_use(m, d, t, n):
    params, X, Y = nets.network(m, d, t, n)
    params = params._replace(W_h=params.W_h / np.sqrt(m), W_out=params.W_out / np.sqrt(d))
    J, gradient = plain(params, X, Y)
    for chunk in (1, 7, 255, 256, 257, n, 10**9) if n < 300 else (100, 256, n):
        fast_J, fast_gradient = value_and_gradient(params, X, Y, chunk=chunk)
        assert abs(fast_J - J) <= 1e-13 * J
        assert_close(fast_gradient, tuple(gradient), 1e-13)


def test_chunk_is_1024_rows_unless_told_and_no_piece_is_larger_or_read_twice():
    params, _, _ = nets.network(3, 4, 2, 1)
    for chunk in (1024, 3000, 37):
        X, Y = Rows(3000, 3), Rows(3000, 2)
        value_and_gradient(params, X, Y, **({} if chunk == 1024 else {"chunk": chunk}))
        for rows in (X, Y):
            read = [list(range(3000))[piece] for piece in rows.asked]
            assert max(map(len, read)) <= chunk and len(read) == (2 if chunk == 3000 else -(-3000 // chunk))
            assert list(chain(*read)) == list(range(3000))


def test_memory_does_not_grow_with_n():
    params, _, _ = nets.network(4, 3, 2, 1)

    def peak(n, chunk):
        X, Y = Rows(n, 4), Rows(n, 2)
        X.asked = Y.asked = deque(maxlen=1)
        tracemalloc.start()
        value_and_gradient(params, X, Y, chunk=chunk)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2_000, 256)                                    # what is made once is made now
    few, many = peak(2_000, 256), peak(200_000, 256)
    assert many <= 1.1 * few + 2_000
    assert many < 256 * 8 * 40 < 200_000 * 8        # 40 numbers for each row of a piece: less than one for each example
    assert peak(10_000, 2560) > 4 * few                 # it is the size of the piece that counts


@pytest.mark.parametrize("kind", ["memmap", "lists", "rows", "float32 memmap", "uint8 memmap", "read-only"])
def test_anything_that_slices_by_rows_will_do(kind, tmp_path):
    params, X, Y = nets.network(3, 4, 2, 600)
    X, Y = np.round(X * 4), np.round(Y)
    expected = plain(params, X, Y)
    if "memmap" in kind:
        dtype = np.dtype(kind.split()[0] if " " in kind else float)
        if dtype.kind == "u":
            X = np.abs(X)
            expected = plain(params, X, Y)
        for name, a in (("X", X), ("Y", Y)):
            a.astype(dtype).tofile(tmp_path / name)
        given = [np.memmap(tmp_path / name, dtype, mode="r", shape=a.shape) for name, a in (("X", X), ("Y", Y))]
    elif kind == "rows":
        given = [Rows(600, 3), Rows(600, 2)]
        expected = plain(params, *(rows[:] for rows in given))
    else:
        given = [X.tolist(), Y.tolist()] if kind == "lists" else [X, Y]
        nets.frozen(params, X, Y)
    J, gradient = value_and_gradient(params, *given)
    assert abs(J - expected[0]) <= 1e-13 * J
    assert_close(gradient, tuple(expected[1]), 1e-13)


@pytest.mark.parametrize("value, where", [(np.nan, "X"), (np.inf, "X"), (np.nan, "Y"), (1.5, "Y"), (-0.25, "Y")])
def test_a_bad_entry_in_a_late_piece_of_a_file_is_refused_by_its_own_row(value, where, tmp_path):
    params, X, Y = nets.network(3, 4, 2, 2000)
    {"X": X, "Y": Y}[where][1907, 1] = value
    files = []
    for name, a in (("X", X), ("Y", Y)):
        a.tofile(tmp_path / name)
        files.append(np.memmap(tmp_path / name, float, mode="r", shape=a.shape))
    with pytest.raises(ValueError, match=rf"^{where} holds {value} at \(1907, 1\): "):
        value_and_gradient(params, *files, chunk=100)


@given(nets.networks(largest_n=12), st.sampled_from([np.nan, np.inf, -np.inf]), st.sampled_from([1, 1000]), st.data())
def test_an_entry_of_X_that_is_not_finite_is_named_in_every_network_even_where_it_saturates(drawn, value, scale, data):
    params, X, Y = drawn
    params = params._replace(W_h=params.W_h * scale)
    at = tuple(data.draw(st.integers(0, size - 1)) for size in X.shape)
    X = X.copy()
    X[at] = value
    with pytest.raises(ValueError, match=rf"^X holds {value} at \({at[0]}, {at[1]}\): "):
        value_and_gradient(params, X, Y, chunk=data.draw(st.integers(1, 12)))


@pytest.mark.parametrize("dtype, large", [(np.float64, 1e250), (np.float32, 1e30)])
def test_large_finite_numbers_are_no_reason_to_refuse_or_to_warn(dtype, large):
    params, X, Y = nets.network(3, 4, 2, 50, dtype=dtype)
    X[7, 1] = large
    assert_close(value_and_gradient(params, X, Y)[1], tuple(plain(params, X, Y)[1]),
                 1e-13 if dtype == np.float64 else 1e-5)


def test_rows_that_promise_more_than_they_hold_are_refused():
    params, _, _ = nets.network(3, 4, 2, 1)

    class Short(Rows):
        def __getitem__(self, rows):
            return super().__getitem__(rows)[:3]
    with pytest.raises(ValueError, match=r"^Y has 5 rows but there are 3 examples"):
        value_and_gradient(params, Short(5, 3), Rows(5, 2))
    with pytest.raises(ValueError, match=r"^Y has 3 rows but there are 5 examples"):
        value_and_gradient(params, Rows(5, 3), Short(5, 2))


@given(nets.networks(largest_n=20), st.integers(1, 7))
def test_arguments_are_never_modified(drawn, chunk):
    copies = nets.frozen(*drawn)
    for mean in (False, True):
        value_and_gradient(*drawn, mean, chunk)
    assert_same(list(drawn), copies)


@pytest.mark.parametrize("bias", [True, False])
def test_float32_stays_float32(bias):
    params, X, Y = nets.network(3, 4, 2, 50, bias, dtype=np.float32)
    for mean in (False, True):
        J, gradient = value_and_gradient(params, X, Y, mean, chunk=8)
        assert type(J) is float and {g.dtype for g in gradient if g is not None} == {np.dtype(np.float32)}
        assert_close(gradient, tuple(plain(params, X, Y, mean)[1]), 1e-5)
        assert (gradient.b_h is None) == (not bias)


def test_whole_numbers_become_float64():
    params, X, Y = nets.network(3, 4, 2, 50)
    X, Y = np.sign(X).astype(int), (Y > 0.5)
    _J, gradient = value_and_gradient(params, X, Y, chunk=8)
    assert {g.dtype for g in gradient} == {np.dtype(float)}
    assert_close(gradient, tuple(plain(params, X.astype(float), Y.astype(float))[1]), 1e-13)


@pytest.mark.parametrize("wide", ["W_h", "W_out", "b_h", "b_out", "X", "Y"])
def test_one_float64_among_float32_widens_what_it_widens_in_the_plain_path(wide):
    params, X, Y = nets.network(3, 4, 2, 50, dtype=np.float32)
    given = {**params._asdict(), "X": X, "Y": Y}
    given[wide] = given[wide].astype(float) + 1e-9 * (wide not in "XY")
    *arrays, X, Y = given.values()
    J, gradient = plain(Params(*arrays), X, Y)
    for chunk in (50, 8):
        fast_J, fast_gradient = value_and_gradient(Params(*arrays), X, Y, chunk=chunk)
        assert [g.dtype for g in fast_gradient] == [g.dtype for g in gradient]
        assert abs(fast_J - J) <= 2e-6 * J
        assert_close(fast_gradient, tuple(gradient), 2e-6)


@pytest.mark.parametrize("mean", [256, "sum", None, np.array([True, False])], ids=repr)
def test_a_chunk_in_the_place_of_mean_is_refused(mean):
    with pytest.raises(ValueError, match=r"^mean is .*: it must be True or False$"):
        value_and_gradient(*nets.network(3, 4, 2, 5), mean)


@pytest.mark.parametrize("m, d, t, n, chunk", [(784, 30, 10, 1000, 1024), (64, 30, 10, 5000, 700), (3, 4, 2, 7, 2)])
def test_every_number_of_threads_gives_the_same_bits(m, d, t, n, chunk):
    params, X, Y = nets.network(m, d, t, n)
    J, gradient = value_and_gradient(params, X, Y, chunk=chunk)
    for threads in (2, 3, 8):
        again_J, again = value_and_gradient(params, X, Y, chunk=chunk, threads=threads)
        assert again_J == J
        assert_same(again, gradient)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_earliest_bad_row_is_reported_whatever_the_threads(threads):
    params, X, Y = nets.network(3, 4, 2, 40)
    X[13, 1], Y[17, 0], X[31, 0] = np.nan, 3.0, np.inf
    with pytest.raises(ValueError, match=r"^X holds nan at \(13, 1\)"):
        value_and_gradient(params, X, Y, chunk=4, threads=threads)
    X[13, 1] = 0
    with pytest.raises(ValueError, match=r"^Y holds 3.0 at \(17, 0\)"):
        value_and_gradient(params, X, Y, chunk=4, threads=threads)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("threads", [1, 2])
def test_overflow_is_silent_in_threads_too(threads):
    params, X, Y = nets.network(3, 4, 2, 40)
    J, _ = value_and_gradient(params._replace(W_h=params.W_h * 1e6, W_out=params.W_out * 1e6), X, Y, chunk=4,
                              threads=threads)
    assert np.isfinite(J)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True])
def test_threads_is_a_whole_number_from_1_on(threads):
    params, X, Y = nets.network(3, 4, 2, 4)
    with pytest.raises(ValueError, match=r"^threads is"):
        value_and_gradient(params, X, Y, threads=threads)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_never_more_than_threads_and_one_pieces_are_read_ahead(threads):
    params, _, _ = nets.network(3, 4, 2, 1)
    X, Y = Rows(4000, 3), Rows(4000, 2)
    done, ahead = [], []
    original = fast.piece

    def watched(*piece):
        ahead.append(len(X.asked) - len(done))
        result = original(*piece)
        done.append(1)
        return result
    with mock.patch.object(fast, "piece", watched):
        value_and_gradient(params, X, Y, chunk=100, threads=threads)
    assert len(done) == 40 and max(ahead) <= threads + 1


def test_no_rows_at_all_are_refused_before_anything_is_read():
    params, X, Y = nets.network(3, 4, 2, 5)
    with pytest.raises(ValueError, match=r"^X has shape \(0, 3\)|^X has no rows"):
        value_and_gradient(params, X[:0], Y[:0])
    with pytest.raises(ValueError, match=r"^X has shape \(\): it needs two dimensions"):
        value_and_gradient(params, np.array(0.5), Y)


def test_columns_are_taken_on_trust_where_only_the_length_shows():
    params, X, Y = nets.network(3, 4, 2, 5)

    class Long:
        def __init__(self, array):
            self.array = array

        def __len__(self):
            return len(self.array)

        def __getitem__(self, rows):
            return self.array[rows]
    assert_same(list(value_and_gradient(params, Long(X), Long(Y))[1]), list(value_and_gradient(params, X, Y)[1]))
