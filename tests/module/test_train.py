"""Gradient descent: the step, the order of the examples, the penalty, and what `losses` means."""
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import networks as nets
from backprop import (
    Params,
    backward,
    complex_step,
    forward,
    init_params,
    loss,
    naive_loss,
    pieces,
    predict,
    step,
    train,
)
from networks import assert_close, assert_same

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR_Y = np.array([[0], [1], [1], [0]])


def train_by_hand(params, X, Y, eta, epochs, batch, orders, lam):
    """The same descent from forward, loss and backward alone; orders holds the rows of each epoch."""
    losses = []
    for order in orders[:epochs]:
        total = 0
        for start in range(0, len(X), batch):
            rows = order[start:start + batch]
            trace = forward(params, X[rows])
            total += loss(trace, Y[rows])
            g = backward(params, trace, X[rows], Y[rows], mean=True)
            params = Params(params.W_h - eta * (g.W_h + lam * params.W_h),
                            params.W_out - eta * (g.W_out + lam * params.W_out),
                            *(() if g.b_h is None else (params.b_h - eta * g.b_h, params.b_out - eta * g.b_out)))
        losses.append(total / len(X))
    return params, losses


def test_step_goes_down_the_gradient():
    params, gradient = (nets.network(3, 4, 2, 5, seed=seed)[0] for seed in (1, 2))
    copies = nets.frozen(params, gradient)
    assert_same(step(params, gradient, 0.25), Params(*(p - 0.25 * g for p, g in zip(params, gradient))))
    assert_same([params, gradient], copies)
    bare = Params(*params[:2]), Params(*gradient[:2])
    assert step(*bare, 1)[2:] == (None, None)


@given(nets.networks(), st.integers(1, 9), st.sampled_from([0.0, 0.1]), st.booleans())
@settings(max_examples=40)
def test_train_is_gradient_descent_by_hand(drawn, batch, lam, shuffle):
    params, X, Y = drawn
    batch, rng = min(batch, len(X)), np.random.default_rng(3)
    orders = [rng.permutation(len(X)) if shuffle else np.arange(len(X)) for _ in range(3)]
    trained, losses = train(params, X, Y, 0.5, 3, batch, np.random.default_rng(3) if shuffle else None, lam)
    expected, expected_losses = train_by_hand(params, X, Y, 0.5, 3, batch, orders, lam)
    assert_close(trained, tuple(expected), 1e-12)
    assert_close(losses, expected_losses, 1e-12)


def test_the_loss_falls_at_every_step():
    params, X, Y = nets.network(3, 4, 2, 50)
    _, losses = train(params, X, Y, 0.1, 200)
    assert (np.diff(losses) < 0).all() and len(losses) == 200 and {type(J) for J in losses} == {float}


def test_losses_are_means_without_penalty_before_the_updates():
    params, X, Y = nets.network(3, 4, 2, 6)
    before = loss(forward(params, X), Y, mean=True)
    for lam in (0, 10):
        _trained, losses = train(params, X, Y, 0.01, 2, lam=lam)
        assert losses[0] == before
        once, _ = train(params, X, Y, 0.01, 1, lam=lam)
        assert losses[1] == loss(forward(once, X), Y, mean=True)
    _, (first,) = train(params, X, Y, 1e-300, 1, batch=4)          # batches of 4 and 2 count by their examples
    assert abs(first - before) < 1e-14
    assert train(params, X, Y, 0.1, 0)[1] == []


def test_the_penalty_pulls_the_weights_and_leaves_the_biases():
    params, X, Y = nets.network(3, 4, 2, 6)
    free, pulled = (train(params, X, Y, 0.5, 1, lam=lam)[0] for lam in (0, 0.2))
    assert_close(pulled.W_h, free.W_h - 0.5 * 0.2 * params.W_h, 1e-14)
    assert_close(pulled.W_out, free.W_out - 0.5 * 0.2 * params.W_out, 1e-14)
    assert_same(pulled[2:], free[2:])


def test_train_descends_the_mean_loss_with_half_the_squared_weights():
    params, X, Y = nets.network(3, 4, 2, 6)

    def printed(p):
        return naive_loss(p, X, Y) / 6 + 0.3 / 2 * ((p.W_h ** 2).sum() + (p.W_out ** 2).sum())
    assert_close(train(params, X, Y, 0.5, 1, lam=0.3)[0], step(params, complex_step(printed, params), 0.5), 1e-13)


@pytest.fixture
def batches(monkeypatch):
    """Write down the batches that train looks at."""
    seen, honest = [], pieces.added

    def spy(piece, params, parts, threads=1):
        parts = list(parts)
        seen.append(tuple(np.vstack([part[k] for part in parts]) for k in (0, 1)))
        return honest(piece, params, parts, threads)
    monkeypatch.setattr(pieces, "added", spy)
    return seen


@pytest.mark.parametrize("shuffle", [False, True])
def test_each_epoch_takes_every_example_once_with_its_own_target(batches, shuffle):
    n = 10
    X = np.arange(n)[:, None] / n
    Y = X.copy()
    rng = np.random.default_rng(1) if shuffle else None
    train(init_params(1, 2, 1, np.random.default_rng(0)), X, Y, 0.1, 3, batch=4, rng=rng)
    assert [len(x) for x, _ in batches] == [4, 4, 2] * 3
    assert all(np.array_equal(x, y) for x, y in batches)
    epochs = [np.vstack([x for x, _ in batches[k:k + 3]]).ravel() for k in (0, 3, 6)]
    assert all(np.array_equal(np.sort(e), X.ravel()) for e in epochs)
    assert all(np.array_equal(e, X.ravel()) for e in epochs) == (not shuffle)
    assert np.array_equal(epochs[0], epochs[1]) == (not shuffle)


def test_a_full_batch_is_one_step_per_epoch(batches):
    train(*nets.network(3, 4, 2, 600), 0.1, 2)
    assert [len(x) for x, _ in batches] == [600, 600]


def test_the_same_generator_gives_the_same_descent():
    drawn = nets.network(3, 4, 2, 20)

    def run(seed):
        return train(*drawn, 0.5, 3, batch=7, rng=None if seed is None else np.random.default_rng(seed))
    assert_same(run(1), run(1))
    assert_same(run(None), run(None))
    assert len({run(seed)[0].W_h[0, 0] for seed in (None, 1, 2)}) == 3


def test_arguments_are_never_modified():
    params, X, Y = nets.network(3, 4, 2, 20)
    copies = nets.frozen(params, X, Y)
    train(params, X, Y, 0.5, 3, batch=7, rng=np.random.default_rng(1), lam=0.1)
    train(params, X, Y, 0.5, 3), predict(params, X)
    assert_same([params, X, Y], copies)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bias", [True, False])
def test_float32_stays_float32(dtype, bias):
    params, X, Y = nets.network(3, 4, 2, 20, bias, dtype=dtype)
    for eta in (0.5, np.float64(0.5), 1):
        trained, losses = train(params, X, Y, eta, 3, batch=7, rng=np.random.default_rng(1), lam=0.1)
        assert {p.dtype for p in (*trained, predict(trained, X)) if p is not None} == {np.dtype(dtype)}
        assert {type(J) for J in losses} == {float}
    whole = params._replace(W_h=np.ones((3, 4), int))
    assert step(whole, whole, 1).W_h.dtype == float


def test_predict_is_the_last_activation():
    params, X, _ = nets.network(3, 4, 2, 5)
    assert_same(predict(params, X), forward(params, X).A_out)


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_xor(seed):
    params = init_params(2, 4, 1, np.random.default_rng(seed))
    trained, losses = train(params, XOR_X, XOR_Y, 5.0, 600)
    assert np.abs(predict(trained, XOR_X) - XOR_Y).max() < 0.1 and losses[-1] < 0.05


def test_with_a_single_hidden_unit_it_does_not():
    params = init_params(2, 1, 1, np.random.default_rng(0))
    assert train(params, XOR_X, XOR_Y, 5.0, 200)[1][-1] > 0.4


def test_a_training_that_diverges_to_infinity_is_one_sentence_and_no_warning():
    params, X, Y = nets.network(3, 4, 2, 5)
    diverged = r"^training diverged in epoch \d+: W_(h|out) is no longer finite; take a smaller eta or lam$"
    with pytest.raises(ValueError, match=diverged):
        train(params, X, Y, eta=5, epochs=2000, lam=1)
