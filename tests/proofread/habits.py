r"""Derivations in many people's notations, each line with its truth, computed here by the definition of the derivative.

A case is what is given, and lines; a line is LaTeX, "right" or "wrong", and the two sides as NumPy sees them: a
function of the case's values `v`. Nothing of `proofread` takes part in that. "wrong" is also said of what does not fit:
then NumPy refuses to compute a side, or the sides have different shapes.
"""
from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from backprop.check import complex_step


class Case(NamedTuple):
    """Hold a derivation: its notation in a few words, what is given, numbers, and lines (LaTeX, truth, both sides)."""

    name: str
    given: str
    values: Callable
    lines: tuple


def d(f, x):
    """Return the derivative of a number, or of an array by a number, at x: an array of x's form."""
    return complex_step(f, x)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def draw(**shapes):
    """Return random numbers of the given shapes, by name."""
    rng = np.random.default_rng(17)
    return SimpleNamespace(**{name: rng.normal(size=shape) for name, shape in shapes.items()})


# --- rows, squared error --------------------------------------------------------------------------------------

def rows_squares():
    v = draw(X=(5, 3), W1=(3, 4), b1=(1, 4), W2=(4, 2), b2=(1, 2), Y=(5, 2))

    def E(W1=v.W1, b1=v.b1, W2=v.W2, b2=v.b2, P=None):
        P = np.tanh(X @ W1 + b1) @ W2 + b2 if P is None else P
        return np.sum((P - v.Y) ** 2) / 2
    X = v.X
    v.H = np.tanh(X @ v.W1 + v.b1)
    v.P = v.H @ v.W2 + v.b2
    v.D = v.P - v.Y
    v.dP = d(lambda P: E(P=P), v.P)
    v.dW1, v.db1 = d(lambda W1: E(W1=W1), v.W1), d(lambda b1: E(b1=b1), v.b1)
    v.dW2, v.db2 = d(lambda W2: E(W2=W2), v.W2), d(lambda b2: E(b2=b2), v.b2)
    v.one = np.ones((5, 1))
    return v


ROWS_SQUARES = Case("rows, layer below, tanh, squared error", r"""
H = \tanh(X W_1 + b_1)
\hat{Y} = H W_2 + b_2
E = \frac{1}{2} \sum_{i,k} (\hat{y}_{ik} - y_{ik})^2
X \in \mathbb{R}^{n \times p}
Y \in \mathbb{R}^{n \times q}
""", rows_squares, (
    (r"\frac{\partial E}{\partial \hat{Y}} = \hat{Y} - Y", "right", lambda v: (v.dP, v.D)),
    (r"\frac{\partial E}{\partial \hat{Y}} = Y - \hat{Y}", "wrong", lambda v: (v.dP, -v.D)),
    (r"\frac{\partial E}{\partial \hat{Y}} = 2 (\hat{Y} - Y)", "wrong", lambda v: (v.dP, 2 * v.D)),
    (r"\frac{\partial E}{\partial W_2} = H^T (\hat{Y} - Y)", "right", lambda v: (v.dW2, v.H.T @ v.D)),
    (r"\frac{\partial E}{\partial W_2} = \left( (\hat{Y} - Y)^T H \right)^T", "right",
     lambda v: (v.dW2, (v.D.T @ v.H).T)),
    (r"\frac{\partial E}{\partial W_2} = (\hat{Y} - Y)^T H", "wrong", lambda v: (v.dW2, v.D.T @ v.H)),
    (r"\frac{\partial E}{\partial W_2} = X^T (\hat{Y} - Y)", "wrong", lambda v: (v.dW2, v.X.T @ v.D)),
    (r"\frac{\partial E}{\partial b_2} = \mathbf{1}^T (\hat{Y} - Y)", "right", lambda v: (v.db2, v.one.T @ v.D)),
    (r"\frac{\partial E}{\partial b_2} = \hat{Y} - Y", "wrong", lambda v: (v.db2, v.D)),
    (r"\frac{\partial E}{\partial W_1} = "
     r"X^T \left[ \left( (\hat{Y} - Y) W_2^T \right) \odot (1 - H \odot H) \right]", "right",
     lambda v: (v.dW1, v.X.T @ (v.D @ v.W2.T * (1 - v.H ** 2)))),
    (r"\frac{\partial E}{\partial W_1} = X^\top \left( (\hat{Y} - Y) W_2^\top \circ (1 - H^2) \right)", "right",
     lambda v: (v.dW1, v.X.T @ (v.D @ v.W2.T * (1 - v.H ** 2)))),
    (r"\frac{\partial E}{\partial W_1} = X^T \left( (\hat{Y} - Y) W_2^T \odot (1 - H) \right)", "wrong",
     lambda v: (v.dW1, v.X.T @ (v.D @ v.W2.T * (1 - v.H)))),
    (r"\frac{\partial E}{\partial W_1} = X^T (\hat{Y} - Y) W_2^T", "wrong", lambda v: (v.dW1, v.X.T @ v.D @ v.W2.T)),
    (r"\frac{\partial E}{\partial W_1} = X^T \left( (\hat{Y} - Y) W_2 \odot (1 - H \odot H) \right)", "wrong",
     lambda v: (v.dW1, v.X.T @ (v.D @ v.W2 * (1 - v.H ** 2)))),
    (r"\frac{\partial E}{\partial b_1} = \sum_i \left[ (\hat{Y} - Y) W_2^T \odot (1 - H \odot H) \right]_{i}", "right",
     lambda v: (v.db1, (v.D @ v.W2.T * (1 - v.H ** 2)).sum(axis=0, keepdims=True))),
))


# --- columns of examples, mean, dZ ----------------------------------------------------------------------------

def columns_mean():
    v = draw(X=(3, 5), W1=(4, 3), b1=(4, 1), W2=(2, 4), b2=(2, 1))
    v.Y = np.random.default_rng(3).integers(0, 2, (2, 5)).astype(float)

    def J(W1=v.W1, b1=v.b1, W2=v.W2, b2=v.b2, Z2=None, A1=None):
        A1 = sigma(W1 @ v.X + b1) if A1 is None else A1
        Z2 = W2 @ A1 + b2 if Z2 is None else Z2
        a = sigma(Z2)
        return -np.sum(v.Y * np.log(a) + (1 - v.Y) * np.log(1 - a)) / 5
    v.A1 = sigma(v.W1 @ v.X + v.b1)
    v.Z2 = v.W2 @ v.A1 + v.b2
    v.A2 = sigma(v.Z2)
    v.D = v.A2 - v.Y
    v.JZ2, v.JA1 = d(lambda Z2: J(Z2=Z2), v.Z2), d(lambda A1: J(A1=A1), v.A1)
    v.JW1, v.Jb1 = d(lambda W1: J(W1=W1), v.W1), d(lambda b1: J(b1=b1), v.b1)
    v.JW2, v.Jb2 = d(lambda W2: J(W2=W2), v.W2), d(lambda b2: J(b2=b2), v.b2)
    v.back = (v.W2.T @ v.D) * v.A1 * (1 - v.A1)
    v.m = 5
    return v


COLUMNS_MEAN = Case("columns, [l], mean over m, fractions written out", r"""
Z^{[1]} = W^{[1]} X + b^{[1]}
A^{[1]} = \sigma(Z^{[1]})
Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}
A^{[2]} = \sigma(Z^{[2]})
\mathcal{J} = -\frac1m \sum_{i=1}^m \sum_k \left( y_{ki} \log a^{[2]}_{ki} + (1 - y_{ki}) \log(1 - a^{[2]}_{ki}) \right)
""", columns_mean, (
    (r"\frac{\partial \mathcal{J}}{\partial Z^{[2]}} = \frac{1}{m} (A^{[2]} - Y)", "right",
     lambda v: (v.JZ2, v.D / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial Z^{[2]}} = \frac{A^{[2]} - Y}{m}", "right", lambda v: (v.JZ2, v.D / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial Z^{[2]}} = A^{[2]} - Y", "wrong", lambda v: (v.JZ2, v.D)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[2]}} = \frac{\partial \mathcal{J}}{\partial Z^{[2]}} A^{[1]T}", "right",
     lambda v: (v.JW2, v.JZ2 @ v.A1.T)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[2]}} = "
     r"\frac{1}{m} \frac{\partial \mathcal{J}}{\partial Z^{[2]}} (A^{[1]})^T", "wrong",
     lambda v: (v.JW2, v.JZ2 @ v.A1.T / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[2]}} = \frac{1}{m} (A^{[2]} - Y) {A^{[1]}}^T", "right",
     lambda v: (v.JW2, v.D @ v.A1.T / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[2]}} = \frac{1}{m} (A^{[2]} - Y) A^{[2]T}", "wrong",
     lambda v: (v.JW2, v.D @ v.A2.T / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial b^{[2]}} = \frac{1}{m} (A^{[2]} - Y) \mathbf{1}", "right",
     lambda v: (v.Jb2, v.D.sum(axis=1, keepdims=True) / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial b^{[2]}} = (A^{[2]} - Y) \mathbf{1}", "wrong",
     lambda v: (v.Jb2, v.D.sum(axis=1, keepdims=True))),
    (r"\frac{\partial \mathcal{J}}{\partial A^{[1]}} = W^{[2]T} \frac{\partial \mathcal{J}}{\partial Z^{[2]}}", "right",
     lambda v: (v.JA1, v.W2.T @ v.JZ2)),
    (r"\frac{\partial \mathcal{J}}{\partial A^{[1]}} = W^{[2]} \frac{\partial \mathcal{J}}{\partial Z^{[2]}}", "wrong",
     lambda v: (v.JA1, v.W2 @ v.JZ2)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[1]}} = "
     r"\frac{1}{m} \left[ W^{[2]T} (A^{[2]} - Y) \odot A^{[1]} \odot (1 - A^{[1]}) \right] X^T",
     "right", lambda v: (v.JW1, v.back @ v.X.T / v.m)),
    (r"\frac{\partial \mathcal{J}}{\partial W^{[1]}} = "
     r"\frac{1}{m} \left[ W^{[2]T} (A^{[2]} - Y) \odot \sigma(A^{[1]}) \odot (1 - \sigma(A^{[1]})) \right] X^T",
     "wrong", lambda v: (v.JW1, (v.W2.T @ v.D * sigma(v.A1) * (1 - sigma(v.A1))) @ v.X.T / v.m)),
))


# --- entries, from j to k, one example ------------------------------------------------------------------------

def entries():
    v = draw(x=(3,), w=(4, 3), b=(4,), u=(2, 4), c=(2,), t=(2,))

    def E(w=v.w, b=v.b, u=v.u, c=v.c, n=None, s=None):
        n = w @ v.x + b if n is None else n
        s = u @ sigma(n) + c if s is None else s
        return np.sum((v.t - sigma(s)) ** 2) / 2
    v.n = v.w @ v.x + v.b
    v.h = sigma(v.n)
    v.s = v.u @ v.h + v.c
    v.o = sigma(v.s)
    v.Ew, v.Eu = d(lambda w: E(w=w), v.w), d(lambda u: E(u=u), v.u)
    v.Eb, v.Ec = d(lambda b: E(b=b), v.b), d(lambda c: E(c=c), v.c)
    v.En, v.Es = d(lambda n: E(n=n), v.n), d(lambda s: E(s=s), v.s)
    v.delta = (v.o - v.t) * v.o * (1 - v.o)
    return v


ENTRIES = Case("entries w_{ji}, squared error, sigmoid at the output too", r"""
n_j = \sum_i w_{ji} x_i + b_j
h_j = \sigma(n_j)
s_k = \sum_j u_{kj} h_j + c_k
o_k = \sigma(s_k)
E = \frac{1}{2} \sum_k (t_k - o_k)^2
""", entries, (
    (r"\frac{\partial E}{\partial s_k} = (o_k - t_k) o_k (1 - o_k)", "right", lambda v: (v.Es, v.delta)),
    (r"\frac{\partial E}{\partial s_k} = -(t_k - o_k) \sigma'(s_k)", "right", lambda v: (v.Es, v.delta)),
    (r"\frac{\partial E}{\partial s_k} = (t_k - o_k) o_k (1 - o_k)", "wrong", lambda v: (v.Es, -v.delta)),
    (r"\frac{\partial E}{\partial s_k} = o_k - t_k", "wrong", lambda v: (v.Es, v.o - v.t)),
    (r"\frac{\partial E}{\partial u_{kj}} = \frac{\partial E}{\partial s_k} h_j", "right",
     lambda v: (v.Eu, np.outer(v.Es, v.h))),
    (r"\frac{\partial E}{\partial u_{kj}} = "
     r"\frac{\partial E}{\partial o_k} \frac{\partial o_k}{\partial s_k} \frac{\partial s_k}{\partial u_{kj}}",
     "right", lambda v: (v.Eu, np.outer((v.o - v.t) * (v.o * (1 - v.o)), v.h))),
    (r"\frac{\partial E}{\partial u_{kj}} = \frac{\partial E}{\partial s_k} n_j", "wrong",
     lambda v: (v.Eu, np.outer(v.Es, v.n))),
    (r"\frac{\partial E}{\partial c_k} = \frac{\partial E}{\partial s_k}", "right", lambda v: (v.Ec, v.Es)),
    (r"\frac{\partial E}{\partial n_j} = h_j (1 - h_j) \sum_k u_{kj} \frac{\partial E}{\partial s_k}", "right",
     lambda v: (v.En, v.h * (1 - v.h) * (v.u.T @ v.Es))),
    (r"\frac{\partial E}{\partial n_j} = \sum_k \frac{\partial E}{\partial s_k} u_{kj} \sigma'(n_j)", "right",
     lambda v: (v.En, v.h * (1 - v.h) * (v.u.T @ v.Es))),
    (r"\frac{\partial E}{\partial n_j} = \sum_k \frac{\partial E}{\partial s_k} u_{kj}", "wrong",
     lambda v: (v.En, v.u.T @ v.Es)),
    (r"\frac{\partial E}{\partial n_j} = \sigma'(s_j) \sum_k u_{kj} \frac{\partial E}{\partial s_k}", "wrong",
     lambda v: (v.En, v.o * (1 - v.o) * (v.u.T @ v.Es))),
    (r"\frac{\partial E}{\partial w_{ji}} = x_i \frac{\partial E}{\partial n_j}", "right",
     lambda v: (v.Ew, np.outer(v.En, v.x))),
    (r"\frac{\partial E}{\partial w_{ji}} = "
     r"\left( \sum_k (o_k - t_k) o_k (1 - o_k) u_{kj} \right) h_j (1 - h_j) x_i", "right",
     lambda v: (v.Ew, np.outer(v.u.T @ v.delta * v.h * (1 - v.h), v.x))),
    (r"\frac{\partial E}{\partial w_{ji}} = \left( \sum_k (o_k - t_k) u_{kj} \right) h_j (1 - h_j) x_i", "wrong",
     lambda v: (v.Ew, np.outer(v.u.T @ (v.o - v.t) * v.h * (1 - v.h), v.x))),
))


# --- softmax and cross-entropy --------------------------------------------------------------------------------

def one_softmax():
    v = draw(z=(4,), x=(3,), W=(4, 3), b=(4,))
    v.y = np.array([0.1, 0.5, 0.15, 0.25])
    v.z = v.W @ v.x + v.b
    v.p = softmax(v.z)
    v.L = lambda z: -np.sum(v.y * np.log(softmax(z)))
    v.Lz = d(v.L, v.z)
    v.LW = d(lambda W: v.L(W @ v.x + v.b), v.W)
    v.Jac = d(softmax, v.z).T                                      # (i, j): p_i by z_j
    v.I = np.eye(4)
    return v


SOFTMAX = Case("softmax of one example, entries and vectors", r"""
z = W x + b
p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}
L = -\sum_i y_i \log p_i
\sum_i y_i = 1
""", one_softmax, (
    (r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)", "right",
     lambda v: (v.Jac, v.p[:, None] * (v.I - v.p))),
    (r"\frac{\partial p_i}{\partial z_i} = p_i (1 - p_i)", "right", lambda v: (np.diag(v.Jac), v.p * (1 - v.p))),
    (r"\frac{\partial p_i}{\partial z_j} = p_i (1 - p_j)", "wrong", lambda v: (v.Jac, v.p[:, None] * (1 - v.p))),
    (r"\frac{\partial L}{\partial p_i} = -\frac{y_i}{p_i}", "right",
     lambda v: (d(lambda p: -np.sum(v.y * np.log(p)), v.p), -v.y / v.p)),
    (r"\frac{\partial L}{\partial p_i} = \frac{y_i}{p_i}", "wrong",
     lambda v: (d(lambda p: -np.sum(v.y * np.log(p)), v.p), v.y / v.p)),
    (r"\frac{\partial L}{\partial z_j} = "
     r"\sum_i \frac{\partial L}{\partial p_i} \frac{\partial p_i}{\partial z_j}", "right",
     lambda v: (v.Lz, (-v.y / v.p) @ v.Jac)),
    (r"\frac{\partial L}{\partial z_j} = \frac{\partial L}{\partial p_j} \frac{\partial p_j}{\partial z_j}", "wrong",
     lambda v: (v.Lz, (-v.y / v.p) * np.diag(v.Jac))),
    (r"\frac{\partial L}{\partial z_j} = p_j - y_j", "right", lambda v: (v.Lz, v.p - v.y)),
    (r"\frac{\partial L}{\partial z} = p - y", "right", lambda v: (v.Lz, v.p - v.y)),
    (r"\nabla_z L = y - p", "wrong", lambda v: (v.Lz, v.y - v.p)),
    (r"\frac{\partial L}{\partial W} = (p - y) x^T", "right", lambda v: (v.LW, np.outer(v.p - v.y, v.x))),
    (r"\frac{\partial L}{\partial W} = x (p - y)^T", "wrong", lambda v: (v.LW, np.outer(v.x, v.p - v.y))),
    (r"\frac{\partial L}{\partial W_{ij}} = (p_i - y_i) x_j", "right", lambda v: (v.LW, np.outer(v.p - v.y, v.x))),
    (r"\frac{\partial L}{\partial W_{ij}} = (p_j - y_j) x_i", "wrong", lambda v: (v.LW, np.outer(v.x, v.p - v.y))),
))


# --- logistic regression --------------------------------------------------------------------------------------

def logistic():
    v = draw(X=(6, 3), theta=(3,))
    v.y = np.array([0., 1, 1, 0, 1, 0])
    v.h = sigma(v.X @ v.theta)

    def J(theta):
        h = sigma(v.X @ theta)
        return -np.sum(v.y * np.log(h) + (1 - v.y) * np.log(1 - h)) / 6
    v.J = d(J, v.theta)
    v.m = 6
    return v


LOGISTIC = Case("logistic regression, θ, h_θ, examples in brackets above", r"""
h^{(i)} = \sigma(\theta^T x^{(i)})
J(\theta) = -\frac{1}{m} \sum_{i=1}^{m} \left[ y^{(i)} \log h^{(i)} + (1 - y^{(i)}) \log(1 - h^{(i)}) \right]
\theta \in \mathbb{R}^{n}
""", logistic, (
    (r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^{m} (h^{(i)} - y^{(i)}) x_j^{(i)}", "right",
     lambda v: (v.J, v.X.T @ (v.h - v.y) / v.m)),
    (r"\frac{\partial J(\theta)}{\partial \theta_j} = "
     r"\frac{1}{m} \sum_{i=1}^{m} x_j^{(i)} \left( \sigma(\theta^T x^{(i)}) - y^{(i)} \right)", "right",
     lambda v: (v.J, v.X.T @ (v.h - v.y) / v.m)),
    (r"\frac{\partial J}{\partial \theta_j} = \sum_{i=1}^{m} (h^{(i)} - y^{(i)}) x_j^{(i)}", "wrong",
     lambda v: (v.J, v.X.T @ (v.h - v.y))),
    (r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^{m} (y^{(i)} - h^{(i)}) x_j^{(i)}", "wrong",
     lambda v: (v.J, v.X.T @ (v.y - v.h) / v.m)),
    (r"\nabla_\theta J = \frac{1}{m} \sum_{i=1}^{m} (h^{(i)} - y^{(i)}) x^{(i)}", "right",
     lambda v: (v.J, v.X.T @ (v.h - v.y) / v.m)),
    (r"\frac{\partial J}{\partial \theta_j} = \frac{1}{m} \sum_{i=1}^{m} (h^{(i)} - y^{(i)})", "wrong",
     lambda v: (v.J, np.full(3, np.sum(v.h - v.y) / v.m))),
))


# --- least squares and matrices -------------------------------------------------------------------------------

def least_squares():
    v = draw(X=(6, 3), w=(3,), y=(6,))
    v.lam = 0.7
    v.f = d(lambda w: np.sum((v.X @ w - v.y) ** 2) + v.lam * np.sum(w ** 2), v.w)
    v.r = v.X @ v.w - v.y
    return v


LEAST_SQUARES = Case("ridge regression, norms, ∇", r"""
f(w) = \| X w - y \|^2 + \lambda \| w \|^2
X \in \mathbb{R}^{n \times d}
w \in \mathbb{R}^{d}
""", least_squares, (
    (r"\nabla f(w) = 2 X^\top (X w - y) + 2 \lambda w", "right", lambda v: (v.f, 2 * v.X.T @ v.r + 2 * v.lam * v.w)),
    (r"\nabla_w f = 2 (X^\top X + \lambda I) w - 2 X^\top y", "right",
     lambda v: (v.f, 2 * (v.X.T @ v.X + v.lam * np.eye(3)) @ v.w - 2 * v.X.T @ v.y)),
    (r"\nabla_w f = 2 X^\top (X w - y) + \lambda w", "wrong", lambda v: (v.f, 2 * v.X.T @ v.r + v.lam * v.w)),
    (r"\nabla_w f = 2 X (X w - y) + 2 \lambda w", "wrong", lambda v: (v.f, 2 * v.X @ v.r + 2 * v.lam * v.w)),
    (r"\frac{\partial f}{\partial w_j} = "
     r"2 \sum_i x_{ij} \left( \sum_k x_{ik} w_k - y_i \right) + 2 \lambda w_j", "right",
     lambda v: (v.f, 2 * v.X.T @ v.r + 2 * v.lam * v.w)),
    (r"\nabla_w f = -2 X^\top (y - X w) + 2 \lambda w", "right", lambda v: (v.f, -2 * v.X.T @ -v.r + 2 * v.lam * v.w)),
    (r"\nabla_w f = 2 X^\top (y - X w) + 2 \lambda w", "wrong", lambda v: (v.f, 2 * v.X.T @ -v.r + 2 * v.lam * v.w)),
))


def frobenius():
    v = draw(A=(4, 3), X=(3, 5), B=(4, 5))
    v.R = v.A @ v.X - v.B
    v.fA = d(lambda A: np.sum((A @ v.X - v.B) ** 2) / 2, v.A)
    v.fX = d(lambda X: np.sum((v.A @ X - v.B) ** 2) / 2, v.X)
    return v


FROBENIUS = Case("matrix factors, Frobenius norm, R for the residual", r"""
R = A X - B
f = \frac{1}{2} \| R \|_F^2
A \in \mathbb{R}^{p \times q}
""", frobenius, (
    (r"\frac{\partial f}{\partial R} = R", "right", lambda v: (d(lambda R: np.sum(R ** 2) / 2, v.R), v.R)),
    (r"\frac{\partial f}{\partial A} = R X^\top", "right", lambda v: (v.fA, v.R @ v.X.T)),
    (r"\frac{\partial f}{\partial X} = A^\top R", "right", lambda v: (v.fX, v.A.T @ v.R)),
    (r"\frac{\partial f}{\partial X} = A^\top A X - A^\top B", "right",
     lambda v: (v.fX, v.A.T @ v.A @ v.X - v.A.T @ v.B)),
    (r"\frac{\partial f}{\partial A} = X^\top R", "wrong", lambda v: (v.fA, v.X.T @ v.R)),
    (r"\frac{\partial f}{\partial X} = R A^\top", "wrong", lambda v: (v.fX, v.R @ v.A.T)),
    (r"\left( \frac{\partial f}{\partial X} \right)^\top = R^\top A", "right", lambda v: (v.fX.T, v.R.T @ v.A)),
    (r"\frac{\partial f}{\partial X} = 2 A^\top R", "wrong", lambda v: (v.fX, 2 * v.A.T @ v.R)),
    (r"\frac{\partial f}{\partial A_{ij}} = \sum_k R_{ik} X_{jk}", "right", lambda v: (v.fA, v.R @ v.X.T)),
    (r"\frac{\partial f}{\partial A_{ij}} = R_{ij} X_{ij}", "wrong", lambda v: (v.fA, v.R * v.X)),
))


def traces():
    v = draw(A=(4, 4), X=(4, 4), B=(4, 4))
    v.linear = d(lambda X: np.trace(v.A @ X), v.X)
    v.square = d(lambda X: np.trace(X.T @ v.A @ X), v.X)
    return v


TRACES = Case("traces of square matrices", r"""
f = \operatorname{tr}(A X)
g = \operatorname{tr}(X^T A X)
A \in \mathbb{R}^{n \times n}
X \in \mathbb{R}^{n \times n}
""", traces, (
    (r"\frac{\partial f}{\partial X} = A^T", "right", lambda v: (v.linear, v.A.T)),
    (r"\frac{\partial f}{\partial X} = A", "wrong", lambda v: (v.linear, v.A)),
    (r"\frac{\partial g}{\partial X} = A X + A^T X", "right", lambda v: (v.square, v.A @ v.X + v.A.T @ v.X)),
    (r"\frac{\partial g}{\partial X} = (A + A^T) X", "right", lambda v: (v.square, (v.A + v.A.T) @ v.X)),
    (r"\frac{\partial g}{\partial X} = 2 A X", "wrong", lambda v: (v.square, 2 * v.A @ v.X)),
    (r"\frac{\partial g}{\partial X} = X (A + A^T)", "wrong", lambda v: (v.square, v.X @ (v.A + v.A.T))),
))


# --- numbers, d instead of ∂ ----------------------------------------------------------------------------------

def numbers():
    v = draw(w=(), x=(), b=(), y=())
    v.z = v.w * v.x + v.b
    v.a = sigma(v.z)
    v.Lw = d(lambda w: (sigma(w * v.x + v.b) - v.y) ** 2, v.w)
    v.Lb = d(lambda b: (sigma(v.w * v.x + b) - v.y) ** 2, v.b)
    v.La = 2 * (v.a - v.y)
    return v


NUMBERS = Case("one neuron in numbers, d for the derivative", r"""
z = w x + b
a = \sigma(z)
L = (a - y)^2
""", numbers, (
    (r"\frac{dL}{da} = 2(a - y)", "right", lambda v: (d(lambda a: (a - v.y) ** 2, v.a), 2 * (v.a - v.y))),
    (r"\frac{da}{dz} = a(1-a)", "right", lambda v: (d(sigma, v.z), v.a * (1 - v.a))),
    (r"\frac{da}{dz} = \frac{e^{-z}}{(1 + e^{-z})^2}", "right",
     lambda v: (d(sigma, v.z), np.exp(-v.z) / (1 + np.exp(-v.z)) ** 2)),
    (r"\frac{da}{dz} = z(1-z)", "wrong", lambda v: (d(sigma, v.z), v.z * (1 - v.z))),
    (r"\frac{dL}{dw} = \frac{dL}{da} \cdot \frac{da}{dz} \cdot \frac{dz}{dw}", "right",
     lambda v: (v.Lw, v.La * v.a * (1 - v.a) * v.x)),
    (r"\frac{dL}{dw} = 2 (a - y) \cdot a (1 - a) \cdot x", "right", lambda v: (v.Lw, v.La * v.a * (1 - v.a) * v.x)),
    (r"\frac{dL}{dw} = 2 x (a - y)", "wrong", lambda v: (v.Lw, v.La * v.x)),
    (r"\frac{dL}{db} = 2 (a - y) a (1 - a)", "right", lambda v: (v.Lb, v.La * v.a * (1 - v.a))),
    (r"\frac{dL}{db} = 0", "wrong", lambda v: (v.Lb, 0.0)),
    (r"\frac{dL}{dw} = x \frac{dL}{db}", "right", lambda v: (v.Lw, v.x * v.Lb)),
    (r"\frac{dL}{dw} = (a - y) a (1 - a) x", "wrong", lambda v: (v.Lw, (v.a - v.y) * v.a * (1 - v.a) * v.x)),
))


# --- layers in superscripts, any layer ------------------------------------------------------------------------

def layers():
    v = draw(W1=(4, 3), b1=(4, 1), W2=(5, 4), b2=(5, 1), W3=(2, 5), b3=(2, 1), x=(3, 1), y=(2, 1))

    def C(W2=v.W2, b2=v.b2, z2=None, z1=None, z3=None):
        z1 = v.W1 @ v.x + v.b1 if z1 is None else z1
        z2 = W2 @ sigma(z1) + b2 if z2 is None else z2
        z3 = v.W3 @ sigma(z2) + v.b3 if z3 is None else z3
        return np.sum((sigma(z3) - v.y) ** 2) / 2
    v.z1 = v.W1 @ v.x + v.b1
    v.a1 = sigma(v.z1)
    v.z2 = v.W2 @ v.a1 + v.b2
    v.a2 = sigma(v.z2)
    v.z3 = v.W3 @ v.a2 + v.b3
    v.a3 = sigma(v.z3)
    v.d1, v.d2, v.d3 = d(lambda z: C(z1=z), v.z1), d(lambda z: C(z2=z), v.z2), d(lambda z: C(z3=z), v.z3)
    v.CW2, v.Cb2 = d(lambda W: C(W2=W), v.W2), d(lambda b: C(b2=b), v.b2)
    v.s1, v.s2, v.s3 = (a * (1 - a) for a in (v.a1, v.a2, v.a3))
    return v


LAYERS = Case("layers ^l, any depth, columns", r"""
z^l = W^l a^{l-1} + b^l
a^l = \sigma(z^l)
C = \frac{1}{2} \| a^L - y \|^2
\delta^l = \frac{\partial C}{\partial z^l}
""", layers, (
    (r"\delta^L = (a^L - y) \odot \sigma'(z^L)", "right", lambda v: (v.d3, (v.a3 - v.y) * v.s3)),
    (r"\delta^L = (a^L - y) \odot a^L \odot (1 - a^L)", "right", lambda v: (v.d3, (v.a3 - v.y) * v.s3)),
    (r"\delta^L = (a^L - y)", "wrong", lambda v: (v.d3, v.a3 - v.y)),
    (r"\delta^l = (W^{l+1})^T \delta^{l+1} \odot \sigma'(z^l)", "right", lambda v: (v.d2, v.W3.T @ v.d3 * v.s2)),
    (r"\delta^k = \sigma'(z^k) \odot \left( (W^{k+1})^\top \delta^{k+1} \right)", "right",
     lambda v: (v.d1, v.W2.T @ v.d2 * v.s1)),
    (r"\delta^{l-1} = ((W^l)^T \delta^l) \odot \sigma'(z^{l-1})", "right", lambda v: (v.d1, v.W2.T @ v.d2 * v.s1)),
    (r"\delta^l = (W^l)^T \delta^{l+1} \odot \sigma'(z^l)", "wrong", lambda v: (v.d2, v.W2.T @ v.d3 * v.s2)),
    (r"\delta^l = (W^{l+1})^T \delta^{l+1} \odot \sigma'(z^{l+1})", "wrong", lambda v: (v.d2, v.W3.T @ v.d3 * v.s3)),
    (r"\delta^l = (W^{l+1})^T \delta^{l+1}", "wrong", lambda v: (v.d2, v.W3.T @ v.d3)),
    (r"\frac{\partial C}{\partial W^l} = \delta^l (a^{l-1})^T", "right", lambda v: (v.CW2, v.d2 @ v.a1.T)),
    (r"\frac{\partial C}{\partial W^l} = \delta^l (a^l)^T", "wrong", lambda v: (v.CW2, v.d2 @ v.a2.T)),
    (r"\frac{\partial C}{\partial W^l} = (a^{l-1})^T \delta^l", "wrong", lambda v: (v.CW2, v.a1.T @ v.d2)),
    (r"\frac{\partial C}{\partial W^l_{jk}} = a^{l-1}_k \delta^l_j", "right", lambda v: (v.CW2, v.d2 @ v.a1.T)),
    (r"\frac{\partial C}{\partial b^l} = \delta^l", "right", lambda v: (v.Cb2, v.d2)),
    (r"\frac{\partial C}{\partial b^l} = \delta^{l+1}", "wrong", lambda v: (v.Cb2, v.d3)),
))


# --- (out, in) weights on the right, rows ---------------------------------------------------------------------

def stored_out_in():
    v = draw(X=(5, 3), W=(2, 3), b=(1, 2), T=(5, 2))
    v.Y = v.X @ v.W.T + v.b
    v.LW = d(lambda W: np.sum((v.X @ W.T + v.b - v.T) ** 2) / 10, v.W)
    v.Lb = d(lambda b: np.sum((v.X @ v.W.T + b - v.T) ** 2) / 10, v.b)
    v.LX = d(lambda X: np.sum((X @ v.W.T + v.b - v.T) ** 2) / 10, v.X)
    v.G = d(lambda Y: np.sum((Y - v.T) ** 2) / 10, v.Y)
    return v


STORED_OUT_IN = Case("rows, weights stored (out, in), mean over both", r"""
Y = X W^T + b
X \in \mathbb{R}^{n \times p}
W \in \mathbb{R}^{q \times p}
L = \frac{1}{n q} \sum_{i=1}^{n} \sum_{k=1}^{q} (Y_{ik} - T_{ik})^2
G = \frac{\partial L}{\partial Y}
""", stored_out_in, (
    (r"G = \frac{2}{n q} (Y - T)", "right", lambda v: (v.G, 2 / 10 * (v.Y - v.T))),
    (r"G = \frac{2}{n} (Y - T)", "wrong", lambda v: (v.G, 2 / 5 * (v.Y - v.T))),
    (r"\frac{\partial L}{\partial W} = G^T X", "right", lambda v: (v.LW, v.G.T @ v.X)),
    (r"\frac{\partial L}{\partial W} = X^T G", "wrong", lambda v: (v.LW, v.X.T @ v.G)),
    (r"\frac{\partial L}{\partial X} = G W", "right", lambda v: (v.LX, v.G @ v.W)),
    (r"\frac{\partial L}{\partial X} = G W^T", "wrong", lambda v: (v.LX, v.G @ v.W.T)),
    (r"\frac{\partial L}{\partial b} = \sum_{i=1}^{n} G_{i}", "right",
     lambda v: (v.Lb, v.G.sum(axis=0, keepdims=True))),
    (r"\frac{\partial L}{\partial b} = \frac{1}{n} \sum_{i=1}^{n} G_{i}", "wrong",
     lambda v: (v.Lb, v.G.mean(axis=0, keepdims=True))),
))


# --- any loss of the output, attention letters ----------------------------------------------------------------

def any_loss():
    v = draw(P=(5, 6), V=(6, 3), Q=(5, 4), K=(6, 4), M=(5, 3))
    f = lambda out: np.sum(np.sin(out) * v.M + out ** 2)                              # some smooth number of O
    v.O = v.P @ v.V
    v.fO = d(f, v.O)
    v.fV, v.fP = d(lambda V: f(v.P @ V), v.V), d(lambda P: f(P @ v.V), v.P)
    v.S = v.Q @ v.K.T
    g = lambda S: np.sum(np.sin(S))
    v.gS, v.gQ, v.gK = d(g, v.S), d(lambda Q: g(Q @ v.K.T), v.Q), d(lambda K: g(v.Q @ K.T), v.K)
    return v


VALUES = Case("an undefined loss of a product", r"""
O = P V
L = f(O)
P \in \mathbb{R}^{n \times m}
V \in \mathbb{R}^{m \times d}
""", any_loss, (
    (r"\frac{\partial L}{\partial V} = P^T \frac{\partial L}{\partial O}", "right", lambda v: (v.fV, v.P.T @ v.fO)),
    (r"\frac{\partial L}{\partial P} = \frac{\partial L}{\partial O} V^T", "right", lambda v: (v.fP, v.fO @ v.V.T)),
    (r"\frac{\partial L}{\partial V} = P \frac{\partial L}{\partial O}", "wrong", lambda v: (v.fV, v.P @ v.fO)),
    (r"\frac{\partial L}{\partial P} = V^T \frac{\partial L}{\partial O}", "wrong", lambda v: (v.fP, v.V.T @ v.fO)),
    (r"\frac{\partial L}{\partial P_{ij}} = \sum_k \frac{\partial L}{\partial O_{ik}} V_{jk}", "right",
     lambda v: (v.fP, v.fO @ v.V.T)),
))

SCORES = Case("an undefined loss of scores, dS for the derivative", r"""
S = Q K^\top
L = g(S)
Q \in \mathbb{R}^{n \times d}
K \in \mathbb{R}^{m \times d}
dS = \frac{\partial L}{\partial S}
dQ = \frac{\partial L}{\partial Q}
dK = \frac{\partial L}{\partial K}
""", any_loss, (
    (r"dQ = dS\, K", "right", lambda v: (v.gQ, v.gS @ v.K)),
    (r"dK = dS^\top Q", "right", lambda v: (v.gK, v.gS.T @ v.Q)),
    (r"dQ = dS K^\top", "wrong", lambda v: (v.gQ, v.gS @ v.K.T)),
    (r"dK = dS Q", "wrong", lambda v: (v.gK, v.gS @ v.Q)),
))


# --- a path more, a penalty, a shared weight ------------------------------------------------------------------

def skip():
    v = draw(x=(4, 1), W=(4, 4), y=(4, 1))
    v.h = v.x + np.tanh(v.W @ v.x)
    f = lambda x, W: np.sum((x + np.tanh(W @ x) - v.y) ** 2) / 2
    v.fx, v.fW = d(lambda x: f(x, v.W), v.x), d(lambda W: f(v.x, W), v.W)
    v.e = v.h - v.y
    v.s = 1 - np.tanh(v.W @ v.x) ** 2
    return v


SKIP = Case("a skip connection", r"""
u = W x
h = x + \tanh(u)
E = \frac{1}{2} \| h - y \|^2
e = h - y
W \in \mathbb{R}^{n \times n}
x \in \mathbb{R}^{n \times 1}
""", skip, (
    (r"\frac{\partial E}{\partial h} = e", "right", lambda v: (v.e, v.e)),
    (r"\frac{\partial E}{\partial u} = e \odot (1 - \tanh^2(u))", "right",
     lambda v: (d(lambda u: np.sum((v.x + np.tanh(u) - v.y) ** 2) / 2, v.W @ v.x), v.e * v.s)),
    (r"\frac{\partial E}{\partial x} = e + W^T (e \odot (1 - \tanh^2(u)))", "right",
     lambda v: (v.fx, v.e + v.W.T @ (v.e * v.s))),
    (r"\frac{\partial E}{\partial x} = W^T (e \odot (1 - \tanh^2(u)))", "wrong", lambda v: (v.fx, v.W.T @ (v.e * v.s))),
    (r"\frac{\partial E}{\partial x} = e \odot W^T (1 - \tanh^2(u))", "wrong", lambda v: (v.fx, v.e * (v.W.T @ v.s))),
    (r"\frac{\partial E}{\partial W} = (e \odot (1 - \tanh^2(u)))\, x^T", "right",
     lambda v: (v.fW, (v.e * v.s) @ v.x.T)),
    (r"\frac{\partial E}{\partial W} = x\, (e \odot (1 - \tanh^2(u)))^T", "wrong",
     lambda v: (v.fW, v.x @ (v.e * v.s).T)),
))


def shared():
    v = draw(W=(3, 3), x=(3, 1))
    v.f = d(lambda W: np.sum(W @ W @ v.x), v.W)
    v.one = np.ones((3, 1))
    return v


SHARED = Case("a weight used twice", r"""
f = \mathbf{1}^T W W x
W \in \mathbb{R}^{n \times n}
x \in \mathbb{R}^{n \times 1}
""", shared, (
    (r"\frac{\partial f}{\partial W} = \mathbf{1} x^T W^T + W^T \mathbf{1} x^T", "right",
     lambda v: (v.f, v.one @ v.x.T @ v.W.T + v.W.T @ v.one @ v.x.T)),
    (r"\frac{\partial f}{\partial W} = 2 W^T \mathbf{1} x^T", "wrong", lambda v: (v.f, 2 * v.W.T @ v.one @ v.x.T)),
    (r"\frac{\partial f}{\partial W} = \mathbf{1} x^T W^T", "wrong", lambda v: (v.f, v.one @ v.x.T @ v.W.T)),
))


# --- kinks, Unicode, primes for transposes, words -------------------------------------------------------------

def relu():
    v = draw(X=(5, 3), W=(3, 4), b=(1, 4), U=(4, 2), T=(5, 2))
    v.Z = v.X @ v.W + v.b
    v.H = np.maximum(v.Z, 0)
    v.E = v.H @ v.U - v.T

    def f(W=v.W, U=v.U):
        Z = v.X @ W + v.b
        return np.sum((Z * (v.Z > 0) @ U - v.T) ** 2) / 2          # away from its kink ReLU is a choice of entries
    v.fW, v.fU = d(lambda W: f(W=W), v.W), d(lambda U: f(U=U), v.U)
    v.on = (v.Z > 0).astype(float)
    return v


RELU = Case("ReLU with an indicator", r"""
Z = X W + b
H = \max(0, Z)
F = H U
L = \frac{1}{2} \| F - T \|_F^2
X \in \mathbb{R}^{n \times p}
""", relu, (
    (r"\frac{\partial L}{\partial U} = H^T (F - T)", "right", lambda v: (v.fU, v.H.T @ v.E)),
    (r"\frac{\partial L}{\partial W} = X^T \left( (F - T) U^T \odot \mathbb{1}(Z > 0) \right)", "right",
     lambda v: (v.fW, v.X.T @ (v.E @ v.U.T * v.on))),
    (r"\frac{\partial L}{\partial W} = X^T \left( (F - T) U^T \odot H \right)", "wrong",
     lambda v: (v.fW, v.X.T @ (v.E @ v.U.T * v.H))),
    (r"\frac{\partial L}{\partial W} = X^T (F - T) U^T", "wrong", lambda v: (v.fW, v.X.T @ v.E @ v.U.T)),
))


PLAIN = Case("plain text with Unicode signs", """
z = w·x + b
ŷ = σ(z)
L = −(y·log(ŷ) + (1 − y)·log(1 − ŷ))
""", lambda: plain(), (
    ("∂L/∂ŷ = (ŷ − y)/(ŷ·(1 − ŷ))", "right", lambda v: (v.La, (v.a - v.y) / (v.a * (1 - v.a)))),
    ("∂L/∂ŷ = −y/ŷ + (1 − y)/(1 − ŷ)", "right", lambda v: (v.La, -v.y / v.a + (1 - v.y) / (1 - v.a))),
    ("∂L/∂ŷ = y/ŷ − (1 − y)/(1 − ŷ)", "wrong", lambda v: (v.La, v.y / v.a - (1 - v.y) / (1 - v.a))),
    ("∂L/∂z = ŷ − y", "right", lambda v: (v.Lz, v.a - v.y)),
    ("∂L/∂w = (ŷ − y)·x", "right", lambda v: (v.Lw, (v.a - v.y) * v.x)),
    ("∂L/∂w = (ŷ − y)·w", "wrong", lambda v: (v.Lw, (v.a - v.y) * v.w)),
    ("∂L/∂b = (ŷ − y)·ŷ·(1 − ŷ)", "wrong", lambda v: (v.Lz, (v.a - v.y) * v.a * (1 - v.a))),
))


def plain():
    v = draw(w=(), x=(), b=())
    v.y = 1.0
    v.z = v.w * v.x + v.b
    v.a = sigma(v.z)
    L = lambda a: -(v.y * np.log(a) + (1 - v.y) * np.log(1 - a))
    v.La, v.Lz, v.Lw = d(L, v.a), d(lambda z: L(sigma(z)), v.z), d(lambda w: L(sigma(w * v.x + v.b)), v.w)
    return v


PRIMES = Case("a prime is the transpose", r"""
r = y - X \beta
S = r' r
X \in \mathbb{R}^{n \times k}
\beta \in \mathbb{R}^{k}
""", lambda: least_squares_primes(), (
    (r"\frac{\partial S}{\partial \beta} = -2 X' r", "right", lambda v: (v.S, -2 * v.X.T @ v.r)),
    (r"\frac{\partial S}{\partial \beta} = -2 X' (y - X \beta)", "right", lambda v: (v.S, -2 * v.X.T @ v.r)),
    (r"\frac{\partial S}{\partial \beta} = 2 X' X \beta - 2 X' y", "right",
     lambda v: (v.S, 2 * v.X.T @ v.X @ v.beta - 2 * v.X.T @ v.y)),
    (r"\frac{\partial S}{\partial \beta} = -2 X r", "wrong", lambda v: (v.S, -2 * v.X @ v.r)),
    (r"\frac{\partial S}{\partial \beta} = 2 X' r", "wrong", lambda v: (v.S, 2 * v.X.T @ v.r)),
))


def least_squares_primes():
    v = draw(X=(6, 3), beta=(3,), y=(6,))
    v.r = v.y - v.X @ v.beta
    v.S = d(lambda beta: np.sum((v.y - v.X @ beta) ** 2), v.beta)
    return v


# --- recurrence, embeddings, differentials --------------------------------------------------------------------

def recurrence():
    v = draw(W=(3, 2), U=(3, 3), b=(3, 1), x=(2, 1), g=(3, 1), y=(3, 1))
    v.h = np.tanh(v.W @ v.x + v.U @ v.g + v.b)
    f = lambda W=v.W, U=v.U, g=v.g, b=v.b: np.sum((np.tanh(W @ v.x + U @ g + b) - v.y) ** 2) / 2
    v.fW, v.fU = d(lambda W: f(W=W), v.W), d(lambda U: f(U=U), v.U)
    v.fg, v.fb = d(lambda g: f(g=g), v.g), d(lambda b: f(b=b), v.b)
    v.delta = (v.h - v.y) * (1 - v.h ** 2)
    return v


RECURRENCE = Case("one step of a recurrent network, x_t and h_{t-1}", r"""
a_t = W x_t + U h_{t-1} + b
h_t = \tanh(a_t)
E_t = \frac{1}{2} \| h_t - y_t \|^2
""", recurrence, (
    (r"\frac{\partial E_t}{\partial a_t} = (h_t - y_t) \odot (1 - h_t \odot h_t)", "right",
     lambda v: (v.delta, v.delta)),
    (r"\frac{\partial E_t}{\partial U} = \left( (h_t - y_t) \odot (1 - h_t^2) \right) h_{t-1}^T", "right",
     lambda v: (v.fU, v.delta @ v.g.T)),
    (r"\frac{\partial E_t}{\partial W} = \left( (h_t - y_t) \odot (1 - h_t^2) \right) x_t^T", "right",
     lambda v: (v.fW, v.delta @ v.x.T)),
    (r"\frac{\partial E_t}{\partial W} = \left( (h_t - y_t) \odot (1 - h_t^2) \right) h_{t-1}^T", "wrong",
     lambda v: (v.fW, v.delta @ v.g.T)),
    (r"\frac{\partial E_t}{\partial h_{t-1}} = U^T \left( (h_t - y_t) \odot (1 - h_t^2) \right)", "right",
     lambda v: (v.fg, v.U.T @ v.delta)),
    (r"\frac{\partial E_t}{\partial h_{t-1}} = U \left( (h_t - y_t) \odot (1 - h_t^2) \right)", "wrong",
     lambda v: (v.fg, v.U @ v.delta)),
))


def embeddings():
    v = draw(u=(4,), w=(4,), c=(4,))
    J = lambda c, u=v.u: -np.log(sigma(u @ c)) - np.log(sigma(-v.w @ c))
    v.Jc, v.Ju = d(J, v.c), d(lambda u: J(v.c, u), v.u)
    return v


EMBEDDINGS = Case("word vectors, one negative sample, σ of an inner product", r"""
J = -\log \sigma(u^T v) - \log \sigma(-w^T v)
u \in \mathbb{R}^{d}
v \in \mathbb{R}^{d}
w \in \mathbb{R}^{d}
""", embeddings, (
    (r"\frac{\partial J}{\partial v} = (\sigma(u^T v) - 1) u + \sigma(w^T v) w", "right",
     lambda v: (v.Jc, (sigma(v.u @ v.c) - 1) * v.u + sigma(v.w @ v.c) * v.w)),
    (r"\frac{\partial J}{\partial v} = (\sigma(u^T v) - 1) u + (1 - \sigma(-w^T v)) w", "right",
     lambda v: (v.Jc, (sigma(v.u @ v.c) - 1) * v.u + (1 - sigma(-v.w @ v.c)) * v.w)),
    (r"\frac{\partial J}{\partial v} = (\sigma(u^T v) - 1) u - \sigma(w^T v) w", "wrong",
     lambda v: (v.Jc, (sigma(v.u @ v.c) - 1) * v.u - sigma(v.w @ v.c) * v.w)),
    (r"\frac{\partial J}{\partial u} = (\sigma(u^T v) - 1) v", "right", lambda v: (v.Ju, (sigma(v.u @ v.c) - 1) * v.c)),
    (r"\frac{\partial J}{\partial u} = (\sigma(u^T v) - 1) u", "wrong", lambda v: (v.Ju, (sigma(v.u @ v.c) - 1) * v.u)),
))


def differentials():
    v = draw(A=(4, 3), X=(3, 5), B=(4, 5), dX=(3, 5))
    v.R = v.A @ v.X - v.B
    v.df = d(lambda h: np.sum((v.A @ (v.X + h * v.dX) - v.B) ** 2) / 2, 0.0)
    return v


DIFFERENTIALS = Case("differentials under a trace and an inner product", r"""
R = A X - B
f = \frac{1}{2} \operatorname{tr}(R^T R)
X \in \mathbb{R}^{q \times n}
""", differentials, (
    (r"dR = A\, dX", "right", lambda v: (d(lambda h: v.A @ (v.X + h * v.dX), 0.0), v.A @ v.dX)),
    (r"df = \operatorname{tr}(R^T A\, dX)", "right", lambda v: (v.df, np.trace(v.R.T @ v.A @ v.dX))),
    (r"df = \langle R, A\, dX \rangle", "right", lambda v: (v.df, np.sum(v.R * (v.A @ v.dX)))),
    (r"df = \langle A^T R, dX \rangle", "right", lambda v: (v.df, np.sum(v.A.T @ v.R * v.dX))),
    (r"df = \operatorname{tr}(R^T dX)", "wrong", lambda v: (v.df, np.trace(v.R.T @ v.dX))),
    (r"df = 2 \langle R, A\, dX \rangle", "wrong", lambda v: (v.df, 2 * np.sum(v.R * (v.A @ v.dX)))),
))


# --- sums over examples, layers in words, several forms of one thing ------------------------------------------

def in_words():
    v = draw(X=(5, 3), Wh=(3, 4), Wo=(4, 2))
    v.Y = np.random.default_rng(5).integers(0, 2, (5, 2)).astype(float)

    def J(Wh=v.Wh, Wo=v.Wo):
        a = sigma(sigma(v.X @ Wh) @ Wo)
        return -np.sum(v.Y * np.log(a) + (1 - v.Y) * np.log(1 - a))
    v.Ah = sigma(v.X @ v.Wh)
    v.D = sigma(v.Ah @ v.Wo) - v.Y
    v.Jh, v.Jo = d(lambda W: J(Wh=W), v.Wh), d(lambda W: J(Wo=W), v.Wo)
    return v


IN_WORDS = Case("layers named by words, sum over examples", r"""
A^{\text{hid}} = \sigma(X W^{\text{hid}})
A^{\text{out}} = \sigma(A^{\text{hid}} W^{\text{out}})
J = -\sum_{i} \sum_{k} \left[ Y_{ik} \ln A^{\text{out}}_{ik} + (1 - Y_{ik}) \ln (1 - A^{\text{out}}_{ik}) \right]
D = A^{\text{out}} - Y
X \in \mathbb{R}^{n \times p}
""", in_words, (
    (r"\frac{\partial J}{\partial W^{\text{out}}} = (A^{\text{hid}})^\top D", "right", lambda v: (v.Jo, v.Ah.T @ v.D)),
    (r"\nabla_{W^{\text{out}}} J = A^{\text{hid}\,\top} (A^{\text{out}} - Y)", "right", lambda v: (v.Jo, v.Ah.T @ v.D)),
    (r"\frac{\partial J}{\partial W^{\text{out}}_{jk}} = \sum_i A^{\text{hid}}_{ij} D_{ik}", "right",
     lambda v: (v.Jo, v.Ah.T @ v.D)),
    (r"\frac{\partial J}{\partial W^{\text{out}}_{jk}} = \sum_i A^{\text{hid}}_{ik} D_{ij}", "wrong",
     lambda v: (v.Jo, np.einsum("ik,ij->jk", v.Ah, v.D))),
    (r"\frac{\partial J}{\partial W^{\text{out}}} = A^{\text{hid}} D", "wrong", lambda v: (v.Jo, v.Ah @ v.D)),
    (r"\frac{\partial J}{\partial W^{\text{hid}}} = "
     r"X^\top \left( D (W^{\text{out}})^\top \odot A^{\text{hid}} \odot (1 - A^{\text{hid}}) \right)", "right",
     lambda v: (v.Jh, v.X.T @ (v.D @ v.Wo.T * v.Ah * (1 - v.Ah)))),
    (r"\frac{\partial J}{\partial W^{\text{hid}}} = "
     r"X^\top \left( D \odot A^{\text{hid}} \odot (1 - A^{\text{hid}}) \right) (W^{\text{out}})^\top", "wrong",
     lambda v: (v.Jh, v.X.T @ (v.D * v.Ah * (1 - v.Ah)) @ v.Wo.T)),
    (r"\frac{\partial J}{\partial W^{\text{hid}}} = "
     r"X^\top \left( D (W^{\text{out}})^\top \odot (1 - A^{\text{hid}}) \right)", "wrong",
     lambda v: (v.Jh, v.X.T @ (v.D @ v.Wo.T * (1 - v.Ah)))),
))


def jacobians():
    v = draw(W=(4, 3), x=(3,))
    v.z = v.W @ v.x
    v.a = sigma(v.z)
    v.zx = d(lambda x: v.W @ x, v.x).T                             # (i, j): z_i by x_j
    v.az = d(sigma, v.z).T
    return v


JACOBIANS = Case("Jacobians, numerator layout", r"""
\mathbf{z} = \mathbf{W} \mathbf{x}
\mathbf{a} = \sigma(\mathbf{z})
\mathbf{W} \in \mathbb{R}^{k \times d}
\mathbf{x} \in \mathbb{R}^{d}
""", jacobians, (
    (r"\frac{\partial \mathbf{z}}{\partial \mathbf{x}} = \mathbf{W}", "right", lambda v: (v.zx, v.W)),
    (r"\frac{\partial \mathbf{a}}{\partial \mathbf{z}} = \operatorname{diag}(\sigma'(\mathbf{z}))", "right",
     lambda v: (v.az, np.diag(v.a * (1 - v.a)))),
    (r"\frac{\partial \mathbf{a}}{\partial \mathbf{x}} = \operatorname{diag}(\sigma'(\mathbf{z})) \mathbf{W}", "right",
     lambda v: (d(lambda x: sigma(v.W @ x), v.x).T, np.diag(v.a * (1 - v.a)) @ v.W)),
    (r"\frac{\partial a_i}{\partial x_j} = a_i (1 - a_i) W_{ij}", "right",
     lambda v: (d(lambda x: sigma(v.W @ x), v.x).T, (v.a * (1 - v.a))[:, None] * v.W)),
    (r"\frac{\partial \mathbf{a}}{\partial \mathbf{x}} = \mathbf{W} \operatorname{diag}(\sigma'(\mathbf{z}))", "wrong",
     lambda v: (d(lambda x: sigma(v.W @ x), v.x).T, v.W @ np.diag(v.a * (1 - v.a)))),
    (r"\frac{\partial a_i}{\partial x_j} = a_i (1 - a_i) W_{ji}", "wrong",
     lambda v: (d(lambda x: sigma(v.W @ x), v.x).T, (v.a * (1 - v.a))[:, None] * v.W.T)),
))


# --- aligned lines, tags, chains -------------------------------------------------------------------------------------

def aligned():
    v = draw(w=(), x=(), b=())
    v.a = np.tanh(v.w * v.x + v.b)
    v.aw, v.ab = d(lambda w: np.tanh(w * v.x + v.b), v.w), d(lambda b: np.tanh(v.w * v.x + b), v.b)
    v.ax = d(lambda x: np.tanh(v.w * x + v.b), v.x)
    return v


ALIGNED = Case("aligned, with tags and commas, chains of equalities", r"""
\begin{align}
z &= w x + b, \tag{1} \\
a &= \tanh(z). \label{eq:a}
\end{align}
""", aligned, (
    (r"\frac{\partial a}{\partial w} &= \frac{\partial a}{\partial z} \, \frac{\partial z}{\partial w} = "
     r"(1 - a^2) x. \tag{3}",
     "right", lambda v: (v.aw, (1 - v.a ** 2) * v.x)),
    (r"\frac{\partial a}{\partial b} = 1 - a^2,", "right", lambda v: (v.ab, 1 - v.a ** 2)),
    (r"\frac{\partial a}{\partial b} = 1 - a^2 = (1 - a)^2", "wrong", lambda v: (1 - v.a ** 2, (1 - v.a) ** 2)),
    (r"\frac{\partial a}{\partial x} = (1 - a)(1 + a) w", "right", lambda v: (v.ax, (1 - v.a) * (1 + v.a) * v.w)),
    (r"\frac{\partial a}{\partial x} = \left(1 - \tanh^2(w x + b)\right) w", "right",
     lambda v: (v.ax, (1 - np.tanh(v.w * v.x + v.b) ** 2) * v.w)),
    (r"\frac{\partial a}{\partial x} = (1 - a^2) x", "wrong", lambda v: (v.ax, (1 - v.a ** 2) * v.x)),
    (r"\frac{\partial}{\partial w} (w x + b)^2 = 2 (w x + b) x", "right",
     lambda v: (d(lambda w: (w * v.x + v.b) ** 2, v.w), 2 * (v.w * v.x + v.b) * v.x)),
    (r"\frac{\partial}{\partial w} (w x + b)^2 = 2 (w x + b)", "wrong",
     lambda v: (d(lambda w: (w * v.x + v.b) ** 2, v.w), 2 * (v.w * v.x + v.b))),
))


# --- layers and entries at once --------------------------------------------------------------------------------------

INDEXED_LAYERS = Case("layers (l) and entries jk without a comma", r"""
z^{(l)}_j = \sum_k w^{(l)}_{jk} a^{(l-1)}_k + b^{(l)}_j
a^{(l)}_j = \sigma(z^{(l)}_j)
C = \frac{1}{2} \sum_j (a^{(L)}_j - y_j)^2
\delta^{(l)}_j = \frac{\partial C}{\partial z^{(l)}_j}
""", layers, (
    (r"\delta^{(L)}_j = (a^{(L)}_j - y_j) \sigma'(z^{(L)}_j)", "right", lambda v: (v.d3, (v.a3 - v.y) * v.s3)),
    (r"\delta^{(L)}_j = (a^{(L)}_j - y_j)", "wrong", lambda v: (v.d3, v.a3 - v.y)),
    (r"\delta^{(l)}_j = \sum_k w^{(l+1)}_{kj} \delta^{(l+1)}_k \sigma'(z^{(l)}_j)", "right",
     lambda v: (v.d2, v.W3.T @ v.d3 * v.s2)),
    (r"\delta^{(l)}_j = \sigma'(z^{(l)}_j) \sum_i \delta^{(l+1)}_i w^{(l+1)}_{ij}", "right",
     lambda v: (v.d2, v.W3.T @ v.d3 * v.s2)),
    (r"\delta^{(l)}_j = \sum_k w^{(l+1)}_{jk} \delta^{(l+1)}_k \sigma'(z^{(l)}_j)", "wrong",
     lambda v: (v.d2, v.W3 @ v.d3 * v.s2)),
    (r"\delta^{(l)}_j = \sum_k w^{(l+1)}_{kj} \delta^{(l+1)}_k", "wrong", lambda v: (v.d2, v.W3.T @ v.d3)),
    (r"\frac{\partial C}{\partial w^{(l)}_{jk}} = \delta^{(l)}_j a^{(l-1)}_k", "right",
     lambda v: (v.CW2, v.d2 @ v.a1.T)),
    (r"\frac{\partial C}{\partial w^{(l)}_{jk}} = \delta^{(l)}_k a^{(l-1)}_j", "wrong",
     lambda v: (v.CW2, v.a1 @ v.d2.T)),
    (r"\frac{\partial C}{\partial w^{(l)}_{jk}} = \delta^{(l+1)}_j a^{(l)}_k", "wrong",
     lambda v: (v.CW2, v.d3 @ v.a2.T)),
    (r"\frac{\partial C}{\partial b^{(l)}_j} = \delta^{(l)}_j", "right", lambda v: (v.Cb2, v.d2)),
))


# --- bold letters, softmax as a word, inner products -----------------------------------------------------------------

def bold():
    v = draw(W=(4, 3), h=(3,), b=(4,))
    v.y = np.array([0.3, 0.1, 0.4, 0.2])
    L = lambda W=v.W, h=v.h: -v.y @ np.log(softmax(W @ h + v.b))
    v.p = softmax(v.W @ v.h + v.b)
    v.LW, v.Lh = d(lambda W: L(W=W), v.W), d(lambda h: L(h=h), v.h)
    return v


BOLD = Case("bold letters, softmax as a word, an inner product as loss", r"""
\mathbf{s} = \mathbf{W} \mathbf{h} + \mathbf{b}
\hat{\mathbf{y}} = \mathrm{softmax}(\mathbf{s})
\mathcal{L} = -\mathbf{y}^\top \log \hat{\mathbf{y}}
\mathbf{1}^\top \mathbf{y} = 1
\mathbf{h} \in \mathbb{R}^{d}
""", bold, (
    (r"\frac{\partial \mathcal{L}}{\partial \mathbf{W}} = (\hat{\mathbf{y}} - \mathbf{y}) \mathbf{h}^\top", "right",
     lambda v: (v.LW, np.outer(v.p - v.y, v.h))),
    (r"\frac{\partial \mathcal{L}}{\partial \mathbf{W}} = (\mathbf{y} - \hat{\mathbf{y}}) \mathbf{h}^\top", "wrong",
     lambda v: (v.LW, np.outer(v.y - v.p, v.h))),
    (r"\frac{\partial \mathcal{L}}{\partial \mathbf{h}} = \mathbf{W}^\top (\hat{\mathbf{y}} - \mathbf{y})", "right",
     lambda v: (v.Lh, v.W.T @ (v.p - v.y))),
    (r"\frac{\partial \mathcal{L}}{\partial \mathbf{h}} = \mathbf{W} (\hat{\mathbf{y}} - \mathbf{y})", "wrong",
     lambda v: (v.Lh, v.W @ (v.p - v.y))),
    (r"\nabla_{\mathbf{h}} \mathcal{L} = \mathbf{W}^\top \hat{\mathbf{y}} - \mathbf{W}^\top \mathbf{y}", "right",
     lambda v: (v.Lh, v.W.T @ v.p - v.W.T @ v.y)),
))


# --- a mean over numbered examples, a likelihood, two losses ---------------------------------------------------------

def numbered():
    v = draw(X=(5, 3), w=(3,), t=(5,))
    v.y = v.X @ v.w
    v.Lw = d(lambda w: np.mean((v.t - v.X @ w) ** 2), v.w)
    v.N = 5
    return v


NUMBERED = Case("mean over examples x_n, vectors", r"""
y_n = w^T x_n
L = \frac{1}{N} \sum_{n=1}^{N} (t_n - y_n)^2
w \in \mathbb{R}^{d}
""", numbered, (
    (r"\frac{\partial L}{\partial w} = -\frac{2}{N} \sum_{n=1}^{N} (t_n - y_n) x_n", "right",
     lambda v: (v.Lw, -2 / v.N * v.X.T @ (v.t - v.y))),
    (r"\frac{\partial L}{\partial w} = \frac{2}{N} \sum_{n} x_n (w^T x_n - t_n)", "right",
     lambda v: (v.Lw, 2 / v.N * v.X.T @ (v.y - v.t))),
    (r"\frac{\partial L}{\partial w} = \frac{2}{N} \sum_{n=1}^{N} (t_n - y_n) x_n", "wrong",
     lambda v: (v.Lw, 2 / v.N * v.X.T @ (v.t - v.y))),
    (r"\frac{\partial L}{\partial w} = -2 \sum_{n=1}^{N} (t_n - y_n) x_n", "wrong",
     lambda v: (v.Lw, -2 * v.X.T @ (v.t - v.y))),
    (r"\frac{\partial L}{\partial y_n} = \frac{2}{N} (y_n - t_n)", "right",
     lambda v: (d(lambda y: np.mean((v.t - y) ** 2), v.y), 2 / v.N * (v.y - v.t))),
    (r"\frac{\partial L}{\partial w_j} = -\frac{2}{N} \sum_n (t_n - y_n) x_{nj}", "right",
     lambda v: (v.Lw, -2 / v.N * v.X.T @ (v.t - v.y))),
))


def two_losses():
    v = draw(h=(3,), u=(3,), c=(3,), s=(), t=(), alpha=())
    L = lambda h: (v.u @ h - v.s) ** 2 + v.alpha * (v.c @ h - v.t) ** 2
    v.Lh = d(L, v.h)
    v.A, v.B = v.u @ v.h - v.s, v.c @ v.h - v.t
    return v


TWO_LOSSES = Case("two losses on one hidden vector", r"""
p = u^T h
q = c^T h
L = (p - s)^2 + \alpha (q - t)^2
h \in \mathbb{R}^{d}
""", two_losses, (
    (r"\frac{\partial L}{\partial h} = 2 (p - s) u + 2 \alpha (q - t) c", "right",
     lambda v: (v.Lh, 2 * v.A * v.u + 2 * v.alpha * v.B * v.c)),
    (r"\frac{\partial L}{\partial h} = 2 (p - s) u + 2 (q - t) c", "wrong",
     lambda v: (v.Lh, 2 * v.A * v.u + 2 * v.B * v.c)),
    (r"\frac{\partial L}{\partial h} = 2 (p - s) u", "wrong", lambda v: (v.Lh, 2 * v.A * v.u)),
    (r"\frac{\partial L}{\partial h} = \frac{\partial L}{\partial p} u + \frac{\partial L}{\partial q} c", "right",
     lambda v: (v.Lh, 2 * v.A * v.u + 2 * v.alpha * v.B * v.c)),
    (r"\frac{\partial L}{\partial h_i} = 2 (p - s) u_i + 2 \alpha (q - t) c_i", "right",
     lambda v: (v.Lh, 2 * v.A * v.u + 2 * v.alpha * v.B * v.c)),
))


# --- one variable ----------------------------------------------------------------------------------------------------

def one_variable():
    v = SimpleNamespace(x=0.7, t=0.4)
    v.s = sigma(v.x)
    v.f = d(lambda x: x * sigma(x), v.x)
    v.g = d(lambda x: np.log(1 + np.exp(x)), v.x)
    v.zt = d(lambda t: np.cos(t) ** 2 * t ** 3, v.t)
    v.c, v.q = np.cos(v.t), v.t ** 3
    return v


ONE_VARIABLE = Case("functions of one variable, total derivative", r"""
f(x) = x \sigma(x)
g(x) = \log(1 + e^x)
p = \cos t
q = t^3
z = p^2 q
""", one_variable, (
    (r"f'(x) = \sigma(x) + x \sigma(x) (1 - \sigma(x))", "right", lambda v: (v.f, v.s + v.x * v.s * (1 - v.s))),
    (r"f'(x) = f(x) + \sigma(x) (1 - f(x))", "right", lambda v: (v.f, v.x * v.s + v.s * (1 - v.x * v.s))),
    (r"f'(x) = \sigma(x) (1 - \sigma(x))", "wrong", lambda v: (v.f, v.s * (1 - v.s))),
    (r"g'(x) = \sigma(x)", "right", lambda v: (v.g, v.s)),
    (r"g'(x) = \frac{1}{1 + e^x}", "wrong", lambda v: (v.g, 1 / (1 + np.exp(v.x)))),
    (r"\frac{dg}{dx} = \frac{e^x}{1 + e^x}", "right", lambda v: (v.g, np.exp(v.x) / (1 + np.exp(v.x)))),
    (r"\frac{dz}{dt} = "
     r"\frac{\partial z}{\partial p} \frac{dp}{dt} + \frac{\partial z}{\partial q} \frac{dq}{dt}", "right",
     lambda v: (v.zt, 2 * v.c * v.q * -np.sin(v.t) + v.c ** 2 * 3 * v.t ** 2)),
    (r"\frac{dz}{dt} = -2 p q \sin t + 3 p^2 t^2", "right",
     lambda v: (v.zt, -2 * v.c * v.q * np.sin(v.t) + 3 * v.c ** 2 * v.t ** 2)),
    (r"\frac{dz}{dt} = \frac{\partial z}{\partial p} \frac{dp}{dt}", "wrong",
     lambda v: (v.zt, 2 * v.c * v.q * -np.sin(v.t))),
    (r"\frac{dz}{dt} = 2 p q \sin t + 3 p^2 t^2", "wrong",
     lambda v: (v.zt, 2 * v.c * v.q * np.sin(v.t) + 3 * v.c ** 2 * v.t ** 2)),
))


# --- vectors: quadratic form, bilinear form, log-sum-exp, cosine -----------------------------------------------------

def forms():
    v = draw(x=(4,), A=(4, 4), u=(4,), B=(4, 3), r=(3,), z=(4,))
    v.qx = d(lambda x: x @ v.A @ x, v.x)
    v.bB = d(lambda B: v.u @ B @ v.r, v.B)
    v.lz = d(lambda z: np.log(np.sum(np.exp(z))), v.z)
    v.p = softmax(v.z)
    return v


FORMS = Case("quadratic form, bilinear form, log-sum-exp", r"""
q = x^\top A x
b = u^\top B r
\ell = \log \sum_i e^{z_i}
x \in \mathbb{R}^{n}
u \in \mathbb{R}^{n}
B \in \mathbb{R}^{n \times k}
z \in \mathbb{R}^{n}
""", forms, (
    (r"\nabla_x q = (A + A^\top) x", "right", lambda v: (v.qx, (v.A + v.A.T) @ v.x)),
    (r"\nabla_x q = A x + A^\top x", "right", lambda v: (v.qx, v.A @ v.x + v.A.T @ v.x)),
    (r"\nabla_x q = 2 A x", "wrong", lambda v: (v.qx, 2 * v.A @ v.x)),
    (r"\frac{\partial b}{\partial B} = u r^\top", "right", lambda v: (v.bB, np.outer(v.u, v.r))),
    (r"\frac{\partial b}{\partial B} = r u^\top", "wrong", lambda v: (v.bB, np.outer(v.r, v.u))),
    (r"\frac{\partial b}{\partial B_{ij}} = u_i r_j", "right", lambda v: (v.bB, np.outer(v.u, v.r))),
    (r"\frac{\partial \ell}{\partial z_k} = \frac{e^{z_k}}{\sum_i e^{z_i}}", "right", lambda v: (v.lz, v.p)),
    (r"\frac{\partial \ell}{\partial z_k} = e^{z_k - \ell}", "right",
     lambda v: (v.lz, np.exp(v.z - np.log(np.sum(np.exp(v.z)))))),
    (r"\frac{\partial \ell}{\partial z_k} = \frac{1}{\sum_i e^{z_i}}", "wrong",
     lambda v: (v.lz, np.full(4, 1 / np.sum(np.exp(v.z))))),
))


# --- mean and variance of a batch, a likelihood ----------------------------------------------------------------------

def moments():
    v = draw(x=(5,))
    v.mu = v.x.mean()
    v.V = d(lambda x: np.mean((x - x.mean()) ** 2), v.x)
    v.M = d(np.mean, v.x)
    v.m = 5
    return v


MOMENTS = Case("mean and variance of a batch", r"""
\mu = \frac{1}{m} \sum_{i=1}^{m} x_i
v = \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2
""", moments, (
    (r"\frac{\partial \mu}{\partial x_i} = \frac{1}{m}", "right", lambda v: (v.M, np.full(5, 1 / v.m))),
    (r"\frac{\partial \mu}{\partial x_i} = 1", "wrong", lambda v: (v.M, np.ones(5))),
    (r"\frac{\partial v}{\partial x_i} = \frac{2}{m} (x_i - \mu)", "right", lambda v: (v.V, 2 / v.m * (v.x - v.mu))),
    (r"\frac{\partial v}{\partial x_i} = 2 (x_i - \mu)", "wrong", lambda v: (v.V, 2 * (v.x - v.mu))),
    (r"\frac{\partial v}{\partial \mu} = -\frac{2}{m} \sum_{i=1}^{m} (x_i - \mu)", "right",
     lambda v: (d(lambda mu: np.mean((v.x - mu) ** 2), v.mu), -2 / v.m * np.sum(v.x - v.mu))),
))

LIKELIHOOD = Case("a likelihood that is maximized", r"""
p_i = \sigma(w^T x_i)
\ell(w) = \sum_{i=1}^{n} \left[ y_i \ln p_i + (1 - y_i) \ln (1 - p_i) \right]
w \in \mathbb{R}^{d}
""", lambda: likelihood(), (
    (r"\frac{\partial \ell}{\partial w} = \sum_{i=1}^{n} (y_i - p_i) x_i", "right",
     lambda v: (v.l, v.X.T @ (v.y - v.p))),
    (r"\frac{\partial \ell}{\partial w} = \sum_{i=1}^{n} (p_i - y_i) x_i", "wrong",
     lambda v: (v.l, v.X.T @ (v.p - v.y))),
    (r"\nabla_w \ell(w) = \sum_i y_i (1 - p_i) x_i - \sum_i (1 - y_i) p_i x_i", "right",
     lambda v: (v.l, v.X.T @ (v.y * (1 - v.p)) - v.X.T @ ((1 - v.y) * v.p))),
    (r"\frac{\partial \ell}{\partial w} = \frac{1}{n} \sum_{i=1}^{n} (y_i - p_i) x_i", "wrong",
     lambda v: (v.l, v.X.T @ (v.y - v.p) / 6)),
))


def likelihood():
    v = draw(X=(6, 3), w=(3,))
    v.y = np.array([0., 1, 1, 0, 1, 0])
    v.p = sigma(v.X @ v.w)

    def ell(w):
        p = sigma(v.X @ w)
        return np.sum(v.y * np.log(p) + (1 - v.y) * np.log(1 - p))
    v.l = d(ell, v.w)
    return v


# --- a plain letter beside a numbered one, numbers glued to letters ---------------------------------------------------

def hidden():
    v = draw(W=(4, 3), b=(4,), W2=(2, 4), b2=(2,), x=(3,), t=(2,))
    L = lambda W=v.W, b=v.b, W2=v.W2, b2=v.b2: np.sum(
        (W2 @ np.tanh(W @ v.x + b) + b2 - v.t) ** 2) / 2
    v.h = np.tanh(v.W @ v.x + v.b)
    v.D = v.W2 @ v.h + v.b2 - v.t
    v.LW, v.Lb, v.LW2, v.Lb2 = (
        d(lambda p, name=name: L(**{name: p}), getattr(v, name)) for name in ("W", "b", "W2", "b2"))
    v.back = v.W2.T @ v.D * (1 - v.h ** 2)
    return v


HIDDEN = Case("plain W beside W_2", r"""
h = \tanh(W x + b)
y = W_2 h + b_2
L = \frac12 \|y - t\|^2
""", hidden, (
    (r"\frac{\partial L}{\partial W_2} = (y - t) h^T", "right", lambda v: (v.LW2, np.outer(v.D, v.h))),
    (r"\frac{\partial L}{\partial W} = \left( W_2^T (y - t) \odot (1 - h^2) \right) x^T", "right",
     lambda v: (v.LW, np.outer(v.back, v.x))),
    (r"\frac{\partial L}{\partial b_2} = y - t", "right", lambda v: (v.Lb2, v.D)),
    (r"\frac{\partial L}{\partial b} = W_2^T (y - t) \odot (1 - h \odot h)", "right", lambda v: (v.Lb, v.back)),
    (r"\frac{\partial L}{\partial W} = W_2^T (y - t) x^T", "wrong", lambda v: (v.LW, np.outer(v.W2.T @ v.D, v.x))),
    (r"\frac{\partial L}{\partial W} = \left( W^T (y - t) \odot (1 - h^2) \right) x^T", "wrong",
     lambda v: (v.LW, np.outer(v.W.T @ v.D * (1 - v.h ** 2), v.x))),
))


def one_output():
    v = draw(X=(3, 5), W1=(4, 3), b1=(4, 1), W2=(1, 4), b2=(1, 1))
    v.Y = np.array([[0., 1, 1, 0, 1]])

    def J(W1=v.W1, W2=v.W2, Z2=None):
        A2 = sigma(W2 @ np.tanh(W1 @ v.X + v.b1) + v.b2 if Z2 is None else Z2)
        return -np.mean(v.Y * np.log(A2) + (1 - v.Y) * np.log(1 - A2))
    v.A1 = np.tanh(v.W1 @ v.X + v.b1)
    v.Z2 = v.W2 @ v.A1 + v.b2
    v.D = sigma(v.Z2) - v.Y
    v.JW1, v.JW2 = d(lambda W1: J(W1=W1), v.W1), d(lambda W2: J(W2=W2), v.W2)
    v.JZ2 = d(lambda Z2: J(Z2=Z2), v.Z2)
    v.back = v.W2.T @ v.D * (1 - v.A1 ** 2)
    return v


GLUED = Case("Z1, W2: a number behind the letter; y^{(i)} counts examples", r"""
Z1 = W1 X + b1
A1 = \tanh(Z1)
Z2 = W2 A1 + b2
A2 = \sigma(Z2)
J = -\frac1m \sum_{i=1}^m \left( y^{(i)} \log a_2^{(i)} + (1 - y^{(i)}) \log (1 - a_2^{(i)}) \right)
""", one_output, (
    (r"\frac{\partial J}{\partial Z2} = \frac1m (A2 - Y)", "right", lambda v: (v.JZ2, v.D / 5)),
    (r"\frac{\partial J}{\partial W2} = \frac1m (A2 - Y) A1^T", "right", lambda v: (v.JW2, v.D @ v.A1.T / 5)),
    (r"\frac{\partial J}{\partial W2} = \frac1m A1 (A2 - Y)^T", "wrong", lambda v: (v.JW2, v.A1 @ v.D.T / 5)),
    (r"\frac{\partial J}{\partial W1} = \frac1m \left( W2^T (A2 - Y) \odot (1 - A1^2) \right) X^T", "right",
     lambda v: (v.JW1, v.back @ v.X.T / 5)),
    (r"\frac{\partial J}{\partial W1} = \frac1m \left( W2^T (A2 - Y) \odot (1 - A1) \right) X^T", "wrong",
     lambda v: (v.JW1, (v.W2.T @ v.D * (1 - v.A1)) @ v.X.T / 5)),
))

D_GIVEN = Case("dZ given as A - Y, the mean's derivatives asked", r"""
Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}
A^{[2]} = \sigma(Z^{[2]})
J = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log a^{[2](i)} + (1 - y^{(i)}) \log (1 - a^{[2](i)}) \right)
dZ^{[2]} = A^{[2]} - Y
""", one_output, (
    (r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}", "right", lambda v: (v.JW2, v.D @ v.A1.T / 5)),
    (r"dW^{[2]} = -\frac{1}{m} dZ^{[2]} A^{[1]T}", "wrong", lambda v: (v.JW2, -v.D @ v.A1.T / 5)),
    (r"dW^{[2]} = \frac{1}{m} A^{[1]} dZ^{[2]T}", "wrong", lambda v: (v.JW2, v.A1 @ v.D.T / 5)),
))


# --- a penalty by sums of absolute values, a loss left open beside a penalty ------------------------------------------

def lasso():
    v = draw(X=(5, 3), w=(3,), y=(5,), lam=())
    L = lambda w: np.mean((v.y - v.X @ w) ** 2) + v.lam * np.sum(w * np.sign(w.real))
    v.L = d(L, v.w)
    v.r = v.y - v.X @ v.w
    return v


LASSO = Case("the 1-norm as a penalty", r"""
\hat{y} = X w
L = \frac{1}{n} \| y - \hat{y} \|_2^2 + \lambda \|w\|_1
X \in R^{n \times d}
w \in R^d
""", lasso, (
    (r"\nabla_w L = -\frac{2}{n} X^\top (y - \hat{y}) + \lambda \operatorname{sign}(w)", "right",
     lambda v: (v.L, -2 / 5 * v.X.T @ v.r + v.lam * np.sign(v.w))),
    (r"\nabla_w L = \frac{2}{n} X^\top (\hat{y} - y) + \lambda\, \mathrm{sgn}(w)", "right",
     lambda v: (v.L, -2 / 5 * v.X.T @ v.r + v.lam * np.sign(v.w))),
    (r"\nabla_w L = -\frac{2}{n} X^\top (y - \hat{y}) + \lambda w", "wrong",
     lambda v: (v.L, -2 / 5 * v.X.T @ v.r + v.lam * v.w)),
    (r"\nabla_w L = \frac{2}{n} X^\top (y - \hat{y}) + \lambda \operatorname{sign}(w)", "wrong",
     lambda v: (v.L, 2 / 5 * v.X.T @ v.r + v.lam * np.sign(v.w))),
))


def open_loss():
    v = draw(W=(4, 3), x=(3,), b=(4,), c=(4,), lam=())
    J = lambda a, W, x: np.sin(v.c @ np.tanh(W @ x + v.b if a is None else a)) + v.lam / 2 * np.sum(W ** 2)
    v.a = v.W @ v.x + v.b
    v.Ja = d(lambda a: J(a, v.W, v.x), v.a)
    v.JW, v.Jx = d(lambda W: J(None, W, v.x), v.W), d(lambda x: J(None, v.W, x), v.x)
    return v


OPEN_LOSS = Case("a loss left open plus a penalty", r"""
a = W x + b
h = f(a)
J = L(h) + \frac{\lambda}{2} \| W \|_F^2
""", open_loss, (
    (r"\nabla_W J = (\nabla_a J) x^\top + \lambda W", "right", lambda v: (v.JW, np.outer(v.Ja, v.x) + v.lam * v.W)),
    (r"\nabla_W J = (\nabla_a J) x^\top", "wrong", lambda v: (v.JW, np.outer(v.Ja, v.x))),
    (r"\nabla_x J = W^\top \nabla_a J", "right", lambda v: (v.Jx, v.W.T @ v.Ja)),
    (r"\nabla_x J = W \nabla_a J", "wrong", lambda v: (v.Jx, v.W @ v.Ja)),
))


# --- conditions below an indicator, ones as a plain 1, signs over and under the equals sign ---------------------------

def gate():
    v = draw(W=(4, 3), x=(3,), b=(4,), v=(4,), t=())
    v.z = v.W @ v.x + v.b
    v.on = (v.z > 0).astype(float)
    v.s = v.v @ (v.z * v.on)
    L = lambda W=v.W, z=None: (v.v @ ((W @ v.x + v.b if z is None else z) * v.on) - v.t) ** 2 / 2
    v.LW, v.Lz = d(lambda W: L(W=W), v.W), d(lambda z: L(z=z), v.z)
    v.e = v.s - v.t
    return v


GATE = Case("a condition below the indicator", r"""
z = W x + b
h = \max(0, z)
s = v^\top h
L = \frac12 (s - t)^2
""", gate, (
    (r"\frac{\partial L}{\partial W} = \left( (s - t) v \odot \mathbf{1}_{z > 0} \right) x^\top", "right",
     lambda v: (v.LW, np.outer(v.e * v.v * v.on, v.x))),
    (r"\frac{\partial L}{\partial z} = (s - t) v \odot \mathbb{1}_{\{z > 0\}}", "right",
     lambda v: (v.Lz, v.e * v.v * v.on)),
    (r"\frac{\partial L}{\partial z} = (s - t) v \odot 1_{z > 0}", "right", lambda v: (v.Lz, v.e * v.v * v.on)),
    (r"\frac{\partial L}{\partial z} = (s - t) v \odot \mathbf{1}_{z < 0}", "wrong",
     lambda v: (v.Lz, v.e * v.v * (1 - v.on))),
))


def log_sum():
    v = draw(z=(4,))
    v.c = 1
    v.p = softmax(v.z)
    v.L = d(lambda z: -z[v.c] + np.log(np.sum(np.exp(z))), v.z)
    v.hot = np.eye(4)[v.c]
    return v


LOG_SUM = Case("log-sum-exp, the right class c", r"""
L = -z_c + \log \sum_j e^{z_j}
p_j = \frac{e^{z_j}}{\sum_k e^{z_k}}
""", log_sum, (
    (r"\frac{\partial L}{\partial z_j} = p_j - \mathbb{1}_{j = c}", "right", lambda v: (v.L, v.p - v.hot)),
    (r"\frac{\partial L}{\partial z_j} = \mathbb{1}_{j = c} - p_j", "wrong", lambda v: (v.L, v.hot - v.p)),
    (r"\frac{\partial L}{\partial z_j} = p_j", "wrong", lambda v: (v.L, v.p)),
))


def softmax_word():
    v = draw(z=(4,))
    v.y = softmax(np.array([.3, -1, .2, 1]))
    v.p = softmax(v.z)
    v.L = d(lambda z: -v.y @ np.log(softmax(z)), v.z)
    return v


SOFTMAX_WORD = Case("softmax of a small letter, entries in the loss", r"""
p = \mathrm{softmax}(z)
L = -\sum_i y_i \log p_i
\sum_i y_i = 1
""", softmax_word, (
    (r"\frac{\partial L}{\partial z} = p - y", "right", lambda v: (v.L, v.p - v.y)),
    (r"\frac{\partial L}{\partial z} \underset{(1)}{=} p - y", "right", lambda v: (v.L, v.p - v.y)),
    (r"\frac{\partial L}{\partial z} \overset{?}{=} y - p", "wrong", lambda v: (v.L, v.y - v.p)),
    (r"\frac{\partial L}{\partial z_i} = p_i - y_i", "right", lambda v: (v.L, v.p - v.y)),
))


# --- plain ASCII, Einstein's convention -------------------------------------------------------------------------------

def plain_words():
    v = draw(X=(5, 3), W=(3, 2), b=(1, 2), Y=(5, 2))
    v.A = sigma(v.X @ v.W + v.b)
    L = lambda W=v.W, b=v.b: np.sum((sigma(v.X @ W + b) - v.Y) ** 2) / 10
    v.LW, v.Lb = d(lambda W: L(W=W), v.W), d(lambda b: L(b=b), v.b)
    v.delta = (v.A - v.Y) * v.A * (1 - v.A) / 5
    return v


PLAIN_WORDS = Case("plain ASCII: delta, sigmoid, R^{n x d}", """
Z = X W + b
A = sigmoid(Z)
L = 1/(2n) * sum((A - Y)^2)
delta = dL/dZ
X \\in R^{n x d}
""", plain_words, (
    ("dL/dW = X^T delta", "right", lambda v: (v.LW, v.X.T @ v.delta)),
    ("dL/dW = delta X^T", "wrong", lambda v: (v.LW, v.delta @ v.X.T)),
    ("dL/dW = X delta", "wrong", lambda v: (v.LW, v.X @ v.delta)),
    ("dL/db = sum_i delta_i", "right", lambda v: (v.Lb, v.delta.sum(axis=0, keepdims=True))),
))


def einstein():
    v = draw(W=(4, 3), x=(3,), b=(4,), c=(4,))
    v.y = v.W @ v.x + v.b
    L = lambda y: np.sin(v.c @ y)
    v.Ly = d(L, v.y)
    v.LW, v.Lx = d(lambda W: L(W @ v.x + v.b), v.W), d(lambda x: L(v.W @ x + v.b), v.x)
    return v


EINSTEIN = Case("Einstein's convention: no sum is printed", r"""
y_i = W_{ij} x_j + b_i
L = f(y)
""", einstein, (
    (r"\frac{\partial L}{\partial W_{ij}} = \frac{\partial L}{\partial y_i} x_j", "right",
     lambda v: (v.LW, np.outer(v.Ly, v.x))),
    (r"\frac{\partial L}{\partial x_j} = \frac{\partial L}{\partial y_i} W_{ij}", "right",
     lambda v: (v.Lx, v.Ly @ v.W)),
    (r"\frac{\partial L}{\partial x_j} = \frac{\partial L}{\partial y_i} W_{ji}", "wrong",
     lambda v: (v.Lx, v.W @ v.Ly)),
    (r"\frac{\partial L}{\partial W_{ij}} = \frac{\partial L}{\partial y_j} x_i", "wrong",
     lambda v: (v.LW, np.outer(v.x, v.Ly))),
))


def parameter():
    v = draw(theta=(3,), x=(5, 3), y=(5,))
    h = lambda theta: v.x @ theta
    v.h = h(v.theta)
    v.J = d(lambda theta: np.sum((h(theta) - v.y) ** 2) / 2, v.theta)
    return v


PARAMETER = Case("nothing but a transpose shows that x is a vector", r"""
h_\theta(x) = \theta^T x
J(\theta) = \frac{1}{2} \sum_{i=1}^{m} (h_\theta(x^{(i)}) - y^{(i)})^2
""", parameter, (
    (r"\nabla_\theta J(\theta) = \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}", "right",
     lambda v: (v.J, (v.h - v.y) @ v.x)),
    (r"\frac{\partial}{\partial \theta_j} J(\theta) = \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)}", "right",
     lambda v: (v.J, (v.h - v.y) @ v.x)),
    (r"\nabla_\theta J(\theta) = \sum_{i=1}^m (y^{(i)} - h_\theta(x^{(i)})) x^{(i)}", "wrong",
     lambda v: (v.J, (v.y - v.h) @ v.x)),
    (r"\nabla_\theta J(\theta) = \frac{1}{m} \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x^{(i)}", "wrong",
     lambda v: (v.J, (v.h - v.y) @ v.x / 5)),
))


def logistic_matrices():
    v = draw(X=(5, 3), theta=(3, 1), y=(5, 1))
    v.y = 1 / (1 + np.exp(-v.y))

    def J(theta):
        h = sigma(v.X @ theta)
        return (-v.y.T @ np.log(h) - (1 - v.y).T @ np.log(1 - h))[0, 0] / 5
    v.h, v.J = sigma(v.X @ v.theta), d(J, v.theta)
    return v


LOGISTIC_MATRICES = Case("logistic regression in matrices; m is printed nowhere else", r"""
h = g(X\theta)
J = \frac{1}{m} \left(-y^T \log(h) - (1-y)^T \log(1-h)\right)
g(z) = \frac{1}{1 + e^{-z}}
""", logistic_matrices, (
    (r"\nabla_\theta J = \frac{1}{m} X^T (h - y)", "right", lambda v: (v.J, v.X.T @ (v.h - v.y) / 5)),
    (r"\frac{\partial J}{\partial \theta} = \frac{1}{m} X^T (g(X\theta) - y)", "right",
     lambda v: (v.J, v.X.T @ (v.h - v.y) / 5)),
    (r"\nabla_\theta J = X^T (h - y)", "wrong", lambda v: (v.J, v.X.T @ (v.h - v.y))),
    (r"\nabla_\theta J = \frac{1}{m} X (h - y)", "wrong", lambda v: (v.J, v.X @ (v.h - v.y) / 5)),
))


def words():
    v = draw(w=(2,), out=(2,), target=())

    def net(w):
        return v.out @ w
    v.o = sigma(net(v.w))
    v.E, v.slope = d(lambda w: (v.target - sigma(net(w))) ** 2 / 2, v.w), d(sigma, net(v.w))
    return v


WORDS = Case("quantities that are words: net, out, target", r"""
net_{o1} = w_5 out_{h1} + w_6 out_{h2} + b_2
out_{o1} = \frac{1}{1 + e^{-net_{o1}}}
E_{total} = \frac{1}{2}(target_{o1} - out_{o1})^2
b_2 = 0
""", words, (
    (r"\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1}(1 - out_{o1})", "right",
     lambda v: (v.slope, v.o * (1 - v.o))),
    (r"\frac{\partial E_{total}}{\partial w_5} = -(target_{o1} - out_{o1}) * out_{o1}(1 - out_{o1}) * out_{h1}",
     "right", lambda v: (v.E[0], -(v.target - v.o) * v.o * (1 - v.o) * v.out[0])),
    (r"\frac{\partial E_{total}}{\partial w_6} = (target_{o1} - out_{o1}) out_{o1}(1 - out_{o1}) out_{h2}", "wrong",
     lambda v: (v.E[1], (v.target - v.o) * v.o * (1 - v.o) * v.out[1])),
    (r"\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1}(1 + out_{o1})", "wrong",
     lambda v: (v.slope, v.o * (1 + v.o))),
))


def passed_on():
    v = draw(W1=(4, 3), W2=(2, 4), x=(3,), t=(2,))
    E = lambda W1, W2: np.sum((W2 @ np.tanh(W1 @ v.x) - v.t) ** 2) / 2
    v.z = np.tanh(v.W1 @ v.x)
    v.out = v.W2 @ v.z - v.t
    v.dW1, v.dW2 = d(lambda W1: E(W1, v.W2), v.W1), d(lambda W2: E(v.W1, W2), v.W2)
    v.hidden = (1 - v.z ** 2) * (v.W2.T @ v.out)
    return v


PASSED_ON = Case("delta is never introduced as a derivative: the index tells the layer", r"""
a_j = \sum_i w_{ji}^{(1)} x_i
z_j = \tanh(a_j)
y_k = \sum_j w_{kj}^{(2)} z_j
E = \frac{1}{2} \sum_k (y_k - t_k)^2
\delta_k = y_k - t_k
\delta_j = (1 - z_j^2) \sum_k w_{kj}^{(2)} \delta_k
""", passed_on, (
    (r"\frac{\partial E}{\partial w_{ji}^{(1)}} = \delta_j x_i", "right", lambda v: (v.dW1, np.outer(v.hidden, v.x))),
    (r"\frac{\partial E}{\partial w_{kj}^{(2)}} = \delta_k z_j", "right", lambda v: (v.dW2, np.outer(v.out, v.z))),
    (r"\frac{\partial E}{\partial w_{ji}^{(1)}} = -\delta_j x_i", "wrong",
     lambda v: (v.dW1, -np.outer(v.hidden, v.x))),
    (r"\frac{\partial E}{\partial w_{kj}^{(2)}} = \delta_k a_j", "wrong",
     lambda v: (v.dW2, np.outer(v.out, v.W1 @ v.x))),
))


def twice():
    v = draw(w=(3,), x=(3,), b=(), y=())
    slope = lambda w, b: (sigma(w @ v.x + b) - v.y) * v.x
    v.a = sigma(v.w @ v.x + v.b)
    v.Lzz = d(sigma, v.w @ v.x + v.b)
    v.Lww = np.stack([d(lambda w, i=i: slope(w, v.b)[i], v.w) for i in range(3)])
    v.Lwb = np.stack([d(lambda b, i=i: slope(v.w, b)[i], v.b) for i in range(3)])
    return v


TWICE = Case("second derivatives", r"""
z = w^T x + b
a = \sigma(z)
L = -y \log a - (1-y) \log(1-a)
""", twice, (
    (r"\frac{\partial^2 L}{\partial z^2} = a(1-a)", "right", lambda v: (v.Lzz, v.a * (1 - v.a))),
    (r"\frac{d^2 L}{dz^2} = a(1+a)", "wrong", lambda v: (v.Lzz, v.a * (1 + v.a))),
    (r"\frac{\partial^2 L}{\partial w_i \partial w_j} = a(1-a) x_i x_j", "right",
     lambda v: (v.Lww, v.a * (1 - v.a) * np.outer(v.x, v.x))),
    (r"\frac{\partial^2 L}{\partial w_i \partial w_j} = a(1-a) x_i", "wrong",
     lambda v: (v.Lww, v.a * (1 - v.a) * v.x[:, None] * np.ones(3))),
    (r"\frac{\partial^2 L}{\partial w_i \partial b} = a(1-a) x_i", "right", lambda v: (v.Lwb, v.a * (1 - v.a) * v.x)),
    (r"\frac{\partial^2 L}{\partial w_i \partial b} = (a - y) x_i", "wrong", lambda v: (v.Lwb, (v.a - v.y) * v.x)),
))


def z_later():
    v = draw(W1=(4, 3), b1=(4,), W2=(2, 4), b2=(2,), x=(3,), c=(2,))
    L = lambda z2: np.sin(v.c @ np.tanh(z2))
    v.a = np.tanh(v.W1 @ v.x + v.b1)
    v.z = v.W2 @ v.a + v.b2
    v.Lz, v.La = d(L, v.z), d(lambda a: L(v.W2 @ a + v.b2), v.a)
    v.LW, v.La2 = d(lambda W2: L(W2 @ v.a + v.b2), v.W2), d(lambda a: np.sin(v.c @ a), np.tanh(v.z))
    v.slope = 1 - np.tanh(v.z) ** 2
    return v


Z_LATER = Case("z is named after a has been defined without it", r"""
a^{[l]} = g(W^{[l]} a^{[l-1]} + b^{[l]})
z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}
""", z_later, (
    (r"\frac{\partial L}{\partial z^{[l]}} = \frac{\partial L}{\partial a^{[l]}} \odot g'(z^{[l]})", "right",
     lambda v: (v.Lz, v.La2 * v.slope)),
    (r"\frac{\partial L}{\partial W^{[l]}} = \frac{\partial L}{\partial z^{[l]}} a^{[l-1]T}", "right",
     lambda v: (v.LW, np.outer(v.Lz, v.a))),
    (r"\frac{\partial L}{\partial a^{[l-1]}} = W^{[l]T} \frac{\partial L}{\partial z^{[l]}}", "right",
     lambda v: (v.La, v.W2.T @ v.Lz)),
    (r"\frac{\partial L}{\partial a^{[l-1]}} = W^{[l]} \frac{\partial L}{\partial z^{[l]}}", "wrong",
     lambda v: (v.La, v.W2 @ v.Lz)),
    (r"\frac{\partial L}{\partial z^{[l]}} = \frac{\partial L}{\partial a^{[l]}}", "wrong", lambda v: (v.Lz, v.La2)),
))


def updated():
    v = draw(z=(4,), n=(4,), h=(4,), c=(4,))
    L = lambda z, n: np.sin(v.c @ ((1 - z) * n + z * v.h))
    v.Lz, v.Ln = d(lambda z: L(z, v.n), v.z), d(lambda n: L(v.z, n), v.n)
    v.up = d(lambda new: np.sin(v.c @ new), (1 - v.z) * v.n + v.z * v.h)
    return v


UPDATED = Case("h' is the next h", r"""
z = \sigma(W_z x + U_z h)
n = \tanh(W_n x + U_n h)
h' = (1 - z) \odot n + z \odot h
""", updated, (
    (r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial h'} \odot (h - n)", "right",
     lambda v: (v.Lz, v.up * (v.h - v.n))),
    (r"\frac{\partial L}{\partial n} = \frac{\partial L}{\partial h'} \odot (1 - z)", "right",
     lambda v: (v.Ln, v.up * (1 - v.z))),
    (r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial h'} \odot (n - h)", "wrong",
     lambda v: (v.Lz, v.up * (v.n - v.h))),
    (r"\frac{\partial L}{\partial n} = \frac{\partial L}{\partial h'} \odot z", "wrong", lambda v: (v.Ln, v.up * v.z)),
))


def linear_entries():
    v = draw(W=(4, 3), x=(3,))
    v.yx = np.stack([d(lambda x, i=i: v.W[i] @ x, v.x) for i in range(4)])
    v.yW = np.stack([d(lambda W, i=i: W[i] @ v.x, v.W) for i in range(4)])
    return v


LINEAR_ENTRIES = Case("arrays in the definition, entries in the lines", "y = W x", linear_entries, (
    (r"\frac{\partial y_i}{\partial x_j} = W_{ij}", "right", lambda v: (v.yx, v.W)),
    (r"\frac{\partial y_i}{\partial W_{jk}} = \delta_{ij} x_k", "right",
     lambda v: (v.yW, np.einsum("ij,k->ijk", np.eye(4), v.x))),
    (r"\frac{\partial y_i}{\partial x_j} = W_{ji}", "wrong", lambda v: (v.yx, v.W.T)),
    (r"\frac{\partial y_i}{\partial W_{jk}} = \delta_{ij} x_j", "wrong",
     lambda v: (v.yW, np.einsum("ij,j->ij", np.eye(4, 3), v.x))),
))


def typed_as_code():
    v = draw(X=(3, 5), W1=(4, 3), W2=(2, 4), Y=(2, 5))
    v.Y = sigma(v.Y)

    def L(W1, W2):
        P = sigma(W2 @ np.tanh(W1 @ v.X))
        return -np.sum(v.Y * np.log(P) + (1 - v.Y) * np.log(1 - P)) / 5
    v.A1 = np.tanh(v.W1 @ v.X)
    v.d2 = (sigma(v.W2 @ v.A1) - v.Y) / 5
    v.d1 = v.W2.T @ v.d2 * (1 - v.A1 ** 2)
    v.dW1, v.dW2 = d(lambda W1: L(W1, v.W2), v.W1), d(lambda W2: L(v.W1, W2), v.W2)
    return v


TYPED_AS_CODE = Case("typed as NumPy is: @, .T, **", r"""
Z1 = W1 @ X
A1 = tanh(Z1)
Z2 = W2 @ A1
A2 = sigmoid(Z2)
L = -1/m * sum(Y * log(A2) + (1 - Y) * log(1 - A2))
dZ2 = 1/m * (A2 - Y)
dZ1 = (W2.T @ dZ2) * (1 - A1**2)
""", typed_as_code, (
    ("dW2 = dZ2 @ A1.T", "right", lambda v: (v.dW2, v.d2 @ v.A1.T)),
    ("dW1 = dZ1 @ X.T", "right", lambda v: (v.dW1, v.d1 @ v.X.T)),
    ("dW2 = A1 @ dZ2.T", "wrong", lambda v: (v.dW2, v.A1 @ v.d2.T)),
    ("dW1 = X @ dZ1.T", "wrong", lambda v: (v.dW1, v.X @ v.d1.T)),
))


# --- inverses and determinants, second derivatives, means and samples without limits -----------------------------

def inverses():
    v = draw(a=(3,), b=(3,), X=(3, 3), A=(3, 3), dX=(3, 3), Z=(9, 4), t=(9,))
    inverse, v.dX = np.linalg.inv, v.dX * 1e-3
    v.i = inverse(v.X)
    v.f = d(lambda X: v.a @ inverse(X) @ v.b, v.X)
    v.g = d(lambda X: np.trace(inverse(X) @ v.A), v.X)
    v.h = d(lambda X: np.log(np.linalg.det(X) ** 2) / 2, v.X)
    v.df = np.sum(v.f * v.dX)
    v.w = np.linalg.lstsq(v.Z, v.t, rcond=None)[0]
    return v


INVERSES = Case("inverses, determinants and their differentials", r"""
f = a^T X^{-1} b
g = \operatorname{tr}(X^{-1} A)
h = \log |\det X|
w = (Z^T Z)^{-1} Z^T t
""", inverses, (
    (r"\frac{\partial f}{\partial X} = -X^{-T} a b^T X^{-T}", "right",
     lambda v: (v.f, -v.i.T @ np.outer(v.a, v.b) @ v.i.T)),
    (r"\frac{\partial f}{\partial X} = -(X^{-1})^\top a b^\top (X^{-1})^\top", "right",
     lambda v: (v.f, -v.i.T @ np.outer(v.a, v.b) @ v.i.T)),
    (r"\frac{\partial f}{\partial X} = -X^{-1} a b^T X^{-1}", "wrong",
     lambda v: (v.f, -v.i @ np.outer(v.a, v.b) @ v.i)),
    (r"\frac{\partial f}{\partial X} = X^{-T} a b^T X^{-T}", "wrong",
     lambda v: (v.f, v.i.T @ np.outer(v.a, v.b) @ v.i.T)),
    (r"df = -a^T X^{-1} (dX) X^{-1} b", "right", lambda v: (v.df, -v.a @ v.i @ v.dX @ v.i @ v.b)),
    (r"df = a^T X^{-1} dX X^{-1} b", "wrong", lambda v: (v.df, v.a @ v.i @ v.dX @ v.i @ v.b)),
    (r"\frac{\partial g}{\partial X} = -(X^{-1} A X^{-1})^T", "right", lambda v: (v.g, -(v.i @ v.A @ v.i).T)),
    (r"\frac{\partial g}{\partial X} = -X^{-2} A^T", "wrong", lambda v: (v.g, -v.i @ v.i @ v.A.T)),
    (r"\frac{\partial h}{\partial X} = X^{-T}", "right", lambda v: (v.h, v.i.T)),
    (r"\frac{\partial h}{\partial X} = X^{-1}", "wrong", lambda v: (v.h, v.i)),
    (r"Z^T Z w = Z^T t", "right", lambda v: (v.Z.T @ v.Z @ v.w, v.Z.T @ v.t)),
    (r"Z w = t", "wrong", lambda v: (v.Z @ v.w, v.t)),
))


def seconds():
    v = draw(x=(4,), A=(4, 4), b=(4,), Q=(4, 4), s=())
    v.Q, step = v.Q + v.Q.T, 1e-6

    def hessian(f):
        return np.array([(d(f, v.x + step * e) - d(f, v.x - step * e)) / (2 * step) for e in np.eye(4)])
    v.H = np.round(hessian(lambda x: x @ v.A @ x), 7)
    v.K = np.round(hessian(lambda x: x @ v.Q @ x / 2 - v.b @ x), 7)
    v.k = d(lambda x: x @ v.Q @ x / 2 - v.b @ x, v.x)
    return v


SECONDS = Case("second derivatives, and a matrix that is said to be symmetric", r"""
f(x) = x^T A x
Q = Q^T
q(x) = \frac{1}{2} x^T Q x - b^T x
x \in \mathbb{R}^{p}
""", seconds, (
    (r"\nabla^2 f(x) = A + A^T", "right", lambda v: (v.H, np.round(v.A + v.A.T, 7))),
    (r"\nabla_x^2 f = 2 A", "wrong", lambda v: (v.H, 2 * v.A)),
    (r"\frac{\partial^2 f}{\partial x_i \partial x_j} = A_{ij} + A_{ji}", "right",
     lambda v: (v.H, np.round(v.A + v.A.T, 7))),
    (r"\nabla q(x) = Q x - b", "right", lambda v: (v.k, v.Q @ v.x - v.b)),
    (r"\nabla^2 q = Q", "right", lambda v: (v.K, np.round(v.Q, 7))),
    (r"\nabla^2 q = 2 Q", "wrong", lambda v: (v.K, 2 * v.Q)),
))


def batch():
    v = draw(x=(5,), up=(5,), gamma=(), beta=())
    v.m, v.eps = 5, 0.3

    def y(x):
        return v.gamma * (x - x.mean()) / np.sqrt(np.mean((x - x.mean()) ** 2) + v.eps) + v.beta
    v.root = np.sqrt(np.mean((v.x - v.x.mean()) ** 2) + v.eps)
    v.hat = (v.x - v.x.mean()) / v.root
    v.dx = d(lambda x: np.sum(v.up * y(x)), v.x)
    return v


BATCH = Case("a normalized batch, sums without limits", r"""
\mu = \frac{1}{m} \sum_i x_i
\sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2
\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}
y_i = \gamma \hat{x}_i + \beta
""", batch, (
    (r"\frac{\partial L}{\partial x_i} = \frac{\gamma}{m \sqrt{\sigma^2 + \epsilon}} \left( m "
     r"\frac{\partial L}{\partial y_i} - \sum_j \frac{\partial L}{\partial y_j} - \hat{x}_i \sum_j "
     r"\frac{\partial L}{\partial y_j} \hat{x}_j \right)", "right",
     lambda v: (v.dx, v.gamma / (v.m * v.root) * (v.m * v.up - v.up.sum() - v.hat * np.sum(v.up * v.hat)))),
    (r"\frac{\partial L}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \frac{\partial L}{\partial y_i}",
     "wrong", lambda v: (v.dx, v.gamma / v.root * v.up)),
    (r"\frac{\partial L}{\partial x_i} = \frac{\gamma}{m \sqrt{\sigma^2 + \epsilon}} \left( m "
     r"\frac{\partial L}{\partial y_i} - \sum_j \frac{\partial L}{\partial y_j} \right)", "wrong",
     lambda v: (v.dx, v.gamma / (v.m * v.root) * (v.m * v.up - v.up.sum()))),
))


def samples():
    v = draw(o=(3,), U=(4, 3), c=(3,))

    def J(o=v.o, U=v.U, c=v.c):
        return -np.log(sigma(o @ c)) - np.sum(np.log(sigma(-U @ c)))
    v.do, v.dU, v.dc = d(lambda o: J(o=o), v.o), d(lambda U: J(U=U), v.U), d(lambda c: J(c=c), v.c)
    v.so, v.sU = sigma(v.o @ v.c) - 1, sigma(-v.U @ v.c) - 1
    return v


SAMPLES = Case("a word and words drawn at random", r"""
J = -\log \sigma(u_o^T v_c) - \sum_{k=1}^K \log \sigma(-u_k^T v_c)
""", samples, (
    (r"\frac{\partial J}{\partial u_o} = (\sigma(u_o^T v_c) - 1) v_c", "right", lambda v: (v.do, v.so * v.c)),
    (r"\frac{\partial J}{\partial u_o} = (\sigma(u_o^T v_c) + 1) v_c", "wrong", lambda v: (v.do, (v.so + 2) * v.c)),
    (r"\frac{\partial J}{\partial u_k} = -(\sigma(-u_k^T v_c) - 1) v_c", "right",
     lambda v: (v.dU, -np.outer(v.sU, v.c))),
    (r"\frac{\partial J}{\partial u_k} = (\sigma(-u_k^T v_c) - 1) v_c", "wrong",
     lambda v: (v.dU, np.outer(v.sU, v.c))),
    (r"\frac{\partial J}{\partial v_c} = (\sigma(u_o^T v_c) - 1) u_o - \sum_{k=1}^K (\sigma(-u_k^T v_c) - 1) u_k",
     "right", lambda v: (v.dc, v.so * v.o - v.sU @ v.U)),
))


def margins():
    v = draw(f=())
    v.y = -1.0
    v.second = round((d(lambda f: np.log(1 + np.exp(-v.y * f)), v.f + 1e-6)
                      - d(lambda f: np.log(1 + np.exp(-v.y * f)), v.f - 1e-6)) / 2e-6, 7)
    v.s = sigma(v.f)
    return v


MARGINS = Case("answers that are 1 or -1", r"""
L = \log(1 + e^{-y f})
""", margins, (
    (r"\frac{d^2}{df^2} L = \sigma(f)(1 - \sigma(f))", "right", lambda v: (v.second, round(v.s * (1 - v.s), 7))),
    (r"\frac{d^2}{df^2} L = \sigma(f)", "wrong", lambda v: (v.second, v.s)),
))


CASES = (ROWS_SQUARES, COLUMNS_MEAN, ENTRIES, SOFTMAX, LOGISTIC, LEAST_SQUARES, FROBENIUS, TRACES, NUMBERS, LAYERS,
         STORED_OUT_IN, VALUES, SCORES, SKIP, SHARED, RELU, PLAIN, PRIMES, RECURRENCE, EMBEDDINGS, DIFFERENTIALS,
         IN_WORDS, JACOBIANS, ALIGNED, INDEXED_LAYERS, BOLD, NUMBERED, TWO_LOSSES, ONE_VARIABLE, FORMS, MOMENTS,
         LIKELIHOOD, HIDDEN, GLUED, D_GIVEN, LASSO, OPEN_LOSS, GATE, LOG_SUM, SOFTMAX_WORD, PLAIN_WORDS, EINSTEIN,
         PARAMETER, LOGISTIC_MATRICES, WORDS, PASSED_ON, TWICE, Z_LATER, UPDATED, LINEAR_ENTRIES, TYPED_AS_CODE,
         INVERSES, SECONDS, BATCH, SAMPLES, MARGINS)
