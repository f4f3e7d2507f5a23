"""Numbers that other people computed: copied here with where they come from, and reproduced by the module."""
import numpy as np
import pytest

import networks as nets
from backprop import Params, Trace, backward, central_difference, complex_step, forward, loss, predict, sigmoid, step
from networks import assert_close

# A widely read worked example (2015): a 2-2-2 network, 1/2 squared error, eta = 0.5, one bias a layer, held fixed.
# Weights are written [input][output]. The numbers to fifteen digits come from its published code, corrected.
MAZUR = Params(np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]]), np.full(2, 0.35),
               np.full(2, 0.60))
MAZUR_X, MAZUR_Y = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
MAZUR_STEPPED = MAZUR._replace(
    W_h=np.array([[0.1497807161327628, 0.24975114363236958], [0.19956143226552567, 0.29950228726473915]]),
                               W_out=np.array([[0.35891647971788465, 0.5113012702387375],
                                               [0.4086661860762334, 0.5613701211079891]]))


def squared_error(params):
    """Half the squared error, for parameters of any kind of number."""
    def s(Z):
        return 1 / (1 + np.exp(-Z))
    return 0.5 * ((s(s(MAZUR_X @ params.W_h + params.b_h) @ params.W_out + params.b_out) - MAZUR_Y) ** 2).sum()


def test_mazur_forward():
    trace = forward(MAZUR, MAZUR_X)
    assert_close(trace.Z_h, [[0.3775, 0.39249999999999996]], 1e-15)
    assert_close(trace.A_h, [[0.5932699921071872, 0.596884378259767]], 1e-15)
    assert_close(trace.Z_out, [[1.10590596705977, 1.2249214040964653]], 1e-15)
    assert_close(trace.A_out, [[0.7513650695523157, 0.7729284653214625]], 1e-15)
    assert 0.5 * ((trace.A_out - MAZUR_Y) ** 2).sum() == pytest.approx(0.2983711087600027, rel=1e-14)


def test_mazur_gradient_of_the_squared_error_from_the_definition():
    for derivative, rtol in ((complex_step, 1e-12), (central_difference, 1e-8)):
        gradient = derivative(squared_error, MAZUR)
        assert_close(gradient.W_out, [[0.08216704056423077, -0.02260254047747507],
                                      [0.08266762784753325, -0.022740242215978222]], rtol)
        assert_close(gradient.W_h, [[0.0004385677344743465, 0.0004977127352608599],
                                    [0.000877135468948693, 0.0009954254705217198]], 10 * rtol)
        assert_close(gradient.b_out, [0.13849856162855695, -0.038098236516556236], rtol)          # delta_out, n = 1
        assert_close(gradient.b_h, [0.00877135468948693, 0.009954254705217196], rtol)             # delta_h


def test_mazur_loss_after_one_step_is_not_the_number_in_print():
    """The widely copied 0.291027924 comes from hidden errors sent back through output weights already updated."""
    gradient = complex_step(squared_error, MAZUR)
    stepped = step(MAZUR, gradient._replace(b_h=np.zeros(2), b_out=np.zeros(2)), 0.5)
    assert_close(stepped, tuple(MAZUR_STEPPED), 1e-13)
    J = 0.5 * ((predict(stepped, MAZUR_X) - MAZUR_Y) ** 2).sum()
    assert J == pytest.approx(0.29102777369359933, rel=1e-13) and abs(J - 0.291027924) > 1e-7
    # the mistake, made on purpose, gives the number in print
    trace = forward(MAZUR, MAZUR_X)
    delta_out = (trace.A_out - MAZUR_Y) * trace.A_out * (1 - trace.A_out)
    delta_h = delta_out @ MAZUR_STEPPED.W_out.T * trace.A_h * (1 - trace.A_h)
    wrong = MAZUR_STEPPED._replace(W_h=MAZUR.W_h - 0.5 * MAZUR_X.T @ delta_h)
    assert 0.5 * ((predict(wrong, MAZUR_X) - MAZUR_Y) ** 2).sum() == pytest.approx(0.29102792390544197, rel=1e-13)


def test_mazur_network_with_cross_entropy():
    """The same network with the loss of this course, differentiated in a separate prototype."""
    trace = forward(MAZUR, MAZUR_X)
    gradient = backward(MAZUR, trace, MAZUR_X, MAZUR_Y)
    assert loss(trace, MAZUR_Y) == pytest.approx(1.6505285318122682, rel=1e-14)
    assert_close(gradient.W_out, [[0.4398296489618467, -0.12878202766543093],
                                  [0.44250922860324293, -0.1295666080144923]], 1e-14)
    assert_close(gradient.W_h, [[0.0022683504536545706, 0.0025772697102894953],
                                [0.004536700907309141, 0.0051545394205789906]], 1e-13)
    assert_close(gradient.b_out, [0.7413650695523157, -0.21707153467853746], 1e-14)
    assert_close(gradient.b_h, [0.04536700907309141, 0.0515453942057899], 1e-13)


def test_a_2_2_1_network_from_a_public_notebook():
    """SurafelML's 2-2-1 example with cross-entropy, printed to ten digits; its W1 has one row for each hidden unit."""
    params = Params(np.array([[0.1, 0.2], [0.3, 0.4]]).T, np.array([[0.5], [0.6]]))
    X, Y = np.array([[1, 0]]), np.array([[1]])
    trace = forward(params, X)
    gradient = backward(params, trace, X, Y)
    assert np.round(trace.A_h, 10).tolist() == [[0.5249791875, 0.5744425168]]
    assert np.round(trace.A_out, 8).tolist() == [[0.64729157]] and round(loss(trace, Y), 10) == 0.4349584369
    assert np.round(trace.A_out - Y, 8).tolist() == [[-0.35270843]]
    assert_close(gradient.W_out.T, [[-0.185164585, -0.2026107182]], 1e-9)
    assert_close(gradient.W_h.T, [[-0.0439785158, 0], [-0.0517335044, 0]], 1e-8)


# One neuron: the output layer alone, its "hidden activations" being the inputs of the exercise

def output_layer(w, b, A, Y):
    """Return (J/n, dJ/n by w, dJ/n by b) of a single logistic neuron, through loss and backward."""
    Z = A @ w + b
    params = Params(np.eye(len(w)), w, np.zeros(len(w)), b)
    trace = Trace(A, A, Z, sigmoid(Z))
    gradient = backward(params, trace, A, Y, mean=True)
    return loss(trace, Y, mean=True), gradient.W_out, gradient.b_out


def test_logistic_regression_from_a_well_known_course():
    """Exercise "propagate", week 2 of the first course of deeplearning.ai: examples as columns there, as rows here."""
    w, b = np.array([[1.0], [2.0]]), np.array([2.0])
    A, Y = np.array([[1, 2, -1], [3, 4, -3.2]]).T, np.array([[1], [0], [1]])
    assert np.round(sigmoid(A @ w + b).ravel(), 8).tolist() == [0.99987661, 0.99999386, 0.00449627]
    J, dw, db = output_layer(w, b, A, Y)
    assert J == pytest.approx(5.801545319394553, rel=1e-12)
    assert np.round(dw.ravel(), 8).tolist() == [0.99845601, 2.39507239]
    assert db[0] == pytest.approx(0.001455578136784, rel=1e-9)
    for _ in range(100):
        _, dw, db = output_layer(w, b, A, Y)
        w, b = w - 0.009 * dw, b - 0.009 * db
    assert np.round(w.ravel(), 8).tolist() == [0.19033591, 0.12259159]
    assert b[0] == pytest.approx(1.92535983008, rel=1e-10)


def test_a_neuron_of_cs231n():
    """Stanford's CS231n, notes on backpropagation: f = sigmoid(w0 x0 + w1 x1 + w2)."""
    w, x = np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0])
    assert sigmoid(w[:2] @ x + w[2]) == pytest.approx(0.7310585786300049, rel=1e-15)
    assert central_difference(sigmoid, w[:2] @ x + w[2]) == pytest.approx(0.19661193324148185, rel=1e-9)
    dw = central_difference(lambda v: sigmoid(v[:2] @ x + v[2]), w)
    dx = central_difference(lambda v: sigmoid(w[:2] @ v + w[2]), x)
    assert_close(dw, [-0.19661193324148185, -0.3932238664829637, 0.19661193324148185], 1e-9)
    assert_close(dx, [0.3932238664829637, -0.5898357997244456], 1e-9)


@pytest.mark.parametrize("w, b, start, end", [(0.6, 0.9, 0.8175744762, 0.4176792996),
                                              (2.0, 2.0, 0.98201379, 0.7795870642)])
def test_a_neuron_of_nielsen_learns(w, b, start, end):
    """Nielsen, Neural Networks and Deep Learning, chapter 3: input 1, target 0, 300 epochs at rate 0.005."""
    w, b, A, Y = np.array([[w]]), np.array([b]), np.ones((1, 1)), np.zeros((1, 1))
    assert sigmoid(w + b)[0, 0] == pytest.approx(start, abs=5e-9)
    for _ in range(300):
        _, dw, db = output_layer(w, b, A, Y)
        w, b = w - 0.005 * dw, b - 0.005 * db
    assert sigmoid(w + b)[0, 0] == pytest.approx(end, rel=1e-9)


def test_the_running_example_to_fifteen_digits():
    """Computed with 40 digits by mpmath from the definition of the loss, in index form."""
    trace = forward(nets.RUNNING, nets.RUNNING_X)
    gradient = backward(nets.RUNNING, trace, nets.RUNNING_X, nets.RUNNING_Y)
    assert loss(trace, nets.RUNNING_Y) == pytest.approx(1.0209441014070923, rel=1e-15)
    assert_close(gradient.W_out, [[-0.28839200477652427, 0.35098269358124399],
                                  [-0.076994164896948545, 0.093704468008779014]], 1e-14)
    assert_close(gradient.W_h, [[-0.16070776755657564, 0.13939357359986888],
                                [0.080353883778287818, -0.069696786799934439]], 1e-14)
