r"""The grammar of the printed equations on samples of its own: each right form agrees, each wrong one is refused."""
import pytest

from tools.judge import printed

# page, label, right LaTeX, then wrong ones
SAMPLES = [
    # chapter 1: one neuron
    ("01", "eq-linear-da-dw", r"\frac{\partial a}{\partial w} = \lim_{\Delta w \to 0} \frac{((w + \Delta w) x + b) - (w x + b)}{\Delta w} = x",
     r"\frac{\partial a}{\partial w} = w"),
    ("01", "eq-linear-da-db", r"\frac{\partial a}{\partial b} = 1", r"\frac{\partial a}{\partial b} = x"),
    ("01", "eq-linear-change", r"\Delta a = x\,\Delta w", r"\Delta a = w\,\Delta w"),
    ("01", "eq-taylor", r"f(w + \Delta w) \approx f(w) + f'(w)\,\Delta w", r"f(w + \Delta w) \approx f(w) + f(w)\,\Delta w"),
    ("01", "eq-gradient-dot", r"\nabla_w (w \cdot x) = x", r"\nabla_w (w \cdot x) = w"),
    ("01", "eq-gradient-dot", r"\nabla_w (w^\top x) = x", r"\nabla_w (w^\top x) = 2 x"),
    ("01", "eq-taylor-vector", r"L(w + \Delta w) \approx L(w) + \nabla_w L \cdot \Delta w", r"L(w + \Delta w) \approx L(w) - \nabla_w L \cdot \Delta w"),
    ("01", "eq-partial", r"\frac{\partial z}{\partial w_i} = x_i", r"\frac{\partial z}{\partial w_i} = w_i"),
    ("01", "eq-vector-da-dw", r"\nabla_w \varphi(w \cdot x) = \varphi'(w \cdot x)\, x", r"\nabla_w \varphi(w \cdot x) = \varphi(w \cdot x)\, x"),
    ("01", "eq-taylor-a", r"\Delta a \approx \varphi'(z)\,\Delta z", r"\Delta a \approx \varphi(z)\,\Delta z"),
    ("01", "eq-identity-slope", r"\varphi'(z) = 1", r"\varphi'(z) = z"),
    ("01", "eq-sigmoid-slope", r"\sigma'(z) = \frac{\mathrm{e}^{-z}}{(1 + \mathrm{e}^{-z})^2} = \sigma(z)\,(1 - \sigma(z))", r"\sigma'(z) = \sigma(z)\,(1 + \sigma(z))"),
    ("01", "eq-dl-da", r"\frac{\partial L}{\partial a} = -\frac{y}{a} + \frac{1 - y}{1 - a} = \frac{a - y}{a(1 - a)}", r"\frac{\partial L}{\partial a} = \frac{y - a}{a(1 - a)}"),
    ("01", "eq-a-minus-y", r"\delta = \frac{\partial L}{\partial z} = \frac{\partial L}{\partial a}\,\frac{\partial a}{\partial z} = \frac{a - y}{a (1 - a)} \cdot a (1 - a) = a - y",
     r"\frac{\partial L}{\partial z} = (a - y) \sigma'(z)"),
    ("01", "eq-squared-delta", r"\frac{\partial L}{\partial z} = (a - y)\,\sigma'(z)", r"\frac{\partial L}{\partial z} = a - y"),
    ("01", "eq-dl-dw", r"\frac{\partial L}{\partial w} = \delta\, x", r"\frac{\partial L}{\partial w} = \delta\, w"),
    ("01", "eq-dl-db", r"\frac{\partial L}{\partial b} = \delta", r"\frac{\partial L}{\partial b} = \delta x"),
    ("01", "eq-two-delta", r"\delta_1 = \frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial z_2}\frac{\partial z_2}{\partial a_1}\frac{\partial a_1}{\partial z_1} = w_2\,\delta_2\,\varphi'(z_1)",
     r"\delta_1 = w_2\,\delta_2\,\varphi(z_1)"),
    ("01", "eq-two-taylor", r"\Delta L \approx \delta_2\,\Delta z_2 = \delta_2\, w_2\,\Delta a_1 \approx \delta_2\, w_2\, \varphi'(z_1)\,\Delta z_1", r"\Delta L \approx \delta_2\, w_2\,\Delta z_1"),
    ("01", "eq-softplus", r"L = \ln(1 + \mathrm{e}^{z}) - y z = \max(z, 0) - y z + \ln(1 + \mathrm{e}^{-|z|})", r"L = \ln(1 + \mathrm{e}^{z}) - z"),
    # chapter 2: 2-2-2
    ("02", "eq-journey", r"z_j^{(\mathrm{out})} = a_1^{(\mathrm{h})} w_{1,j}^{(\mathrm{out})} + a_2^{(\mathrm{h})} w_{2,j}^{(\mathrm{out})}", r"z_j^{(\mathrm{out})} = a_1^{(\mathrm{h})} w_{j,1}^{(\mathrm{out})} + a_2^{(\mathrm{h})} w_{j,2}^{(\mathrm{out})}"),
    ("02", "eq-loss", r"J = -\sum_{j=1}^{2} \left[ y_j \ln a_j^{(\mathrm{out})} + (1 - y_j) \ln\bigl(1 - a_j^{(\mathrm{out})}\bigr) \right]", r"J = -\sum_{j=1}^{2} y_j \ln a_j^{(\mathrm{out})} + (1 - y_j) \ln\bigl(1 - a_j^{(\mathrm{out})}\bigr)"),
    ("02", "eq-dw-21", r"\frac{\partial J}{\partial w_{2,1}^{(\mathrm{out})}} = \frac{\partial J}{\partial a_1^{(\mathrm{out})}} \cdot \frac{\partial a_1^{(\mathrm{out})}}{\partial z_1^{(\mathrm{out})}} \cdot \frac{\partial z_1^{(\mathrm{out})}}{\partial w_{2,1}^{(\mathrm{out})}} = \delta_1^{(\mathrm{out})} a_2^{(\mathrm{h})}",
     r"\frac{\partial J}{\partial w_{2,1}^{(\mathrm{out})}} = \delta_2^{(\mathrm{out})} a_1^{(\mathrm{h})}"),
    ("02", "eq-outer", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \begin{pmatrix} \frac{\partial J}{\partial w_{1,1}^{(\mathrm{out})}} & \frac{\partial J}{\partial w_{1,2}^{(\mathrm{out})}} \\[4pt] \frac{\partial J}{\partial w_{2,1}^{(\mathrm{out})}} & \frac{\partial J}{\partial w_{2,2}^{(\mathrm{out})}} \end{pmatrix} = \begin{pmatrix} a_1^{(\mathrm{h})} \\ a_2^{(\mathrm{h})} \end{pmatrix} \begin{pmatrix} \delta_1^{(\mathrm{out})} & \delta_2^{(\mathrm{out})} \end{pmatrix} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}",
     r"\begin{pmatrix} a_1^{(\mathrm{h})} \delta_1^{(\mathrm{out})} & a_2^{(\mathrm{h})} \delta_1^{(\mathrm{out})} \\ a_1^{(\mathrm{h})} \delta_2^{(\mathrm{out})} & a_2^{(\mathrm{h})} \delta_2^{(\mathrm{out})} \end{pmatrix} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}",
     r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \delta^{(\mathrm{out})} A^{(\mathrm{h})\top}", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \delta^{(\mathrm{out})\top} A^{(\mathrm{h})}"),
    ("02", "eq-two-paths", r"\frac{\partial J}{\partial a_1^{(\mathrm{h})}} = \underbrace{\delta_1^{(\mathrm{out})} w_{1,1}^{(\mathrm{out})}}_{\text{through output 1}} + \underbrace{\delta_2^{(\mathrm{out})} w_{1,2}^{(\mathrm{out})}}_{\text{through output 2}}",
     r"\frac{\partial J}{\partial a_1^{(\mathrm{h})}} = \delta_1^{(\mathrm{out})} w_{1,1}^{(\mathrm{out})} + \delta_2^{(\mathrm{out})} w_{2,1}^{(\mathrm{out})}"),
    ("02", "eq-value", r"\delta^{(\mathrm{out})} = A^{(\mathrm{out})} - Y \approx \begin{pmatrix} -0.3595 & 0.4375 \end{pmatrix}", r"\delta^{(\mathrm{out})} \approx \begin{pmatrix} -0.3596 & 0.4375 \end{pmatrix}"),
    ("02", "eq-loss-value", r"J \approx 1.0209", r"J \approx 1.0210"),
    # chapter 3: m-d-t
    ("03", "eq-z-entries", r"z_j^{(\mathrm{out})} = \sum_{i=1}^{d} a_i^{(\mathrm{h})} w_{i,j}^{(\mathrm{out})}", r"z_j^{(\mathrm{out})} = \sum_{i=1}^{m} a_i^{(\mathrm{h})} w_{i,j}^{(\mathrm{out})}"),
    ("03", "eq-slice", r"\frac{\partial z_{j'}^{(\mathrm{out})}}{\partial w_{i,j}^{(\mathrm{out})}} = a_i^{(\mathrm{h})} [j' = j]", r"\frac{\partial z_{j'}^{(\mathrm{out})}}{\partial w_{i,j}^{(\mathrm{out})}} = a_i^{(\mathrm{h})}"),
    ("03", "eq-dw-entries", r"""\begin{aligned} \frac{\partial J}{\partial w_{i,j}^{(\mathrm{out})}} &= \sum_{j'} \frac{\partial J}{\partial z_{j'}^{(\mathrm{out})}}\, \frac{\partial z_{j'}^{(\mathrm{out})}}{\partial w_{i,j}^{(\mathrm{out})}} \\
     &= \sum_{j'} \delta_{j'}^{(\mathrm{out})} a_i^{(\mathrm{h})} [j' = j] \\ &= a_i^{(\mathrm{h})} \delta_j^{(\mathrm{out})}. \end{aligned}""", r"\frac{\partial J}{\partial w_{i,j}^{(\mathrm{out})}} = a_j^{(\mathrm{h})} \delta_i^{(\mathrm{out})}"),
    ("03", "eq-delta-h", r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})\top}\right) \odot \varphi'\bigl(Z^{(\mathrm{h})}\bigr)",
     r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})}\right) \odot \varphi'\bigl(Z^{(\mathrm{h})}\bigr)", r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})\top}\right) \odot \varphi\bigl(Z^{(\mathrm{h})}\bigr)"),
    ("03", "eq-delta-h-entries", r"\delta_i^{(\mathrm{h})} = \varphi'(z_i^{(\mathrm{h})}) \sum_j \delta_j^{(\mathrm{out})} w_{i,j}^{(\mathrm{out})}", r"\delta_i^{(\mathrm{h})} = \varphi'(z_i^{(\mathrm{h})}) \sum_j \delta_j^{(\mathrm{out})} w_{j,i}^{(\mathrm{out})}"),
    ("03", "eq-inner", r"\langle \delta^{(\mathrm{out})}, \Delta Z^{(\mathrm{out})} \rangle = \langle \delta^{(\mathrm{out})}, A^{(\mathrm{h})}\,\Delta W^{(\mathrm{out})} \rangle = \langle A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}, \Delta W^{(\mathrm{out})} \rangle",
     r"\langle \delta^{(\mathrm{out})}, A^{(\mathrm{h})}\,\Delta W^{(\mathrm{out})} \rangle = \langle A^{(\mathrm{h})} \delta^{(\mathrm{out})}, \Delta W^{(\mathrm{out})} \rangle"),
    ("03", "eq-first-order", r"\Delta J \approx \langle \delta^{(\mathrm{out})}, \Delta Z^{(\mathrm{out})} \rangle", r"\Delta J \approx 2 \langle \delta^{(\mathrm{out})}, \Delta Z^{(\mathrm{out})} \rangle"),
    ("03", "eq-identity-delta", r"\delta^{(\mathrm{h})} = \delta^{(\mathrm{out})} W^{(\mathrm{out})\top}", r"\delta^{(\mathrm{h})} = \delta^{(\mathrm{out})} W^{(\mathrm{out})}"),
    ("03", "eq-tanh-delta", r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})\top}\right) \odot \left(1 - A^{(\mathrm{h})} \odot A^{(\mathrm{h})}\right)", r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})\top}\right) \odot \left(1 - A^{(\mathrm{h})}\right)"),
    ("03", "eq-relu-slope", r"\varphi'\left(z_j^{(\mathrm{h})}\right) = [z_j^{(\mathrm{h})} > 0]", r"\varphi'(z_j^{(\mathrm{h})}) = [a_j^{(\mathrm{h})} \ge 0]"),
    ("03", "eq-squared-delta-out", r"\delta^{(\mathrm{out})} = \left(A^{(\mathrm{out})} - Y\right) \odot \sigma'(Z^{(\mathrm{out})})", r"\delta^{(\mathrm{out})} = A^{(\mathrm{out})} - Y"),
    ("03", "eq-softmax-delta", r"\delta_j^{(\mathrm{out})} = a_j^{(\mathrm{out})} - y_j", r"\delta_j^{(\mathrm{out})} = y_j - a_j^{(\mathrm{out})}"),
    ("03", "eq-softmax-any-delta", r"\delta_j^{(\mathrm{out})} = a_j^{(\mathrm{out})} \sum_{k=1}^{t} y_k - y_j", r"\delta_j^{(\mathrm{out})} = a_j^{(\mathrm{out})} - y_j"),
    ("03", "eq-softmax-slope", r"\frac{\partial a_k^{(\mathrm{out})}}{\partial z_j^{(\mathrm{out})}} = a_k^{(\mathrm{out})} \left([k = j] - a_j^{(\mathrm{out})}\right)", r"\frac{\partial a_k^{(\mathrm{out})}}{\partial z_j^{(\mathrm{out})}} = a_k^{(\mathrm{out})} \left(1 - a_j^{(\mathrm{out})}\right)"),
    ("03", "eq-deep-delta", r"\delta^{(\ell-1)} = \left(\delta^{(\ell)} W^{(\ell)\top}\right) \odot \varphi'\!\left(Z^{(\ell-1)}\right)", r"\delta^{(\ell-1)} = \left(\delta^{(\ell)} W^{(\ell)\top}\right) \odot \varphi'\!\left(A^{(\ell-1)}\right)"),
    ("03", "eq-deep-dw", r"\frac{\partial J}{\partial W^{(\ell)}} = A^{(\ell-1)\top} \delta^{(\ell)}", r"\frac{\partial J}{\partial W^{(\ell)}} = A^{(\ell)\top} \delta^{(\ell)}"),
    ("03", "eq-deep-db", r"\frac{\partial J}{\partial b^{(\ell)}} = \mathbf{1}^{\top} \delta^{(\ell)}", r"\frac{\partial J}{\partial b^{(\ell)}} = \delta^{(\ell)}"),
    ("03", "eq-bias-unit", r"\begin{pmatrix} A^{(\mathrm{in})} & \mathbf{1} \end{pmatrix} \begin{pmatrix} W^{(\mathrm{h})} \\ b^{(\mathrm{h})} \end{pmatrix} = A^{(\mathrm{in})} W^{(\mathrm{h})} + \mathbf{1} b^{(\mathrm{h})} = Z^{(\mathrm{h})}", r"A^{(\mathrm{in})} W^{(\mathrm{h})} - \mathbf{1} b^{(\mathrm{h})} = Z^{(\mathrm{h})}"),
    # chapter 4: n examples
    ("04", "eq-dw-out", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \sum_{r=1}^{n} \frac{\partial J^{[r]}}{\partial W^{(\mathrm{out})}} = \sum_{r=1}^{n} a^{(\mathrm{h})[r]\top} \delta^{(\mathrm{out})[r]} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}",
     r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = a^{(\mathrm{h})[r]\top} \delta^{(\mathrm{out})[r]}", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \delta^{(\mathrm{out})} A^{(\mathrm{h})\top}", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})} \delta^{(\mathrm{out})}"),
    ("04", "eq-dw-h", r"\frac{\partial J}{\partial W^{(\mathrm{h})}} = A^{(\mathrm{in})\top} \delta^{(\mathrm{h})}", r"\frac{\partial J}{\partial W^{(\mathrm{h})}} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}"),
    ("04", "eq-db-out", r"\frac{\partial J}{\partial b^{(\mathrm{out})}} = \mathbf{1}^{\top} \delta^{(\mathrm{out})} = \sum_{r} \delta^{(\mathrm{out})[r]}", r"\frac{\partial J}{\partial b^{(\mathrm{out})}} = \mathbf{1}^{\top} \delta^{(\mathrm{h})}"),
    ("04", "eq-entry", r"\frac{\partial J}{\partial w_{i,j}^{(\mathrm{h})}} = \sum_{r=1}^{n} x_i^{[r]} \delta_j^{(\mathrm{h})[r]}", r"\frac{\partial J}{\partial w_{i,j}^{(\mathrm{h})}} = \sum_{r=1}^{n} x_j^{[r]} \delta_i^{(\mathrm{h})[r]}"),
    ("04", "eq-mean", r"\frac{\partial (J/n)}{\partial W^{(\mathrm{out})}} = \frac{1}{n} A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}", r"\frac{\partial (J/n)}{\partial W^{(\mathrm{out})}} = \frac{1}{n^2} A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}"),
    ("04", "eq-columns-dw", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \delta^{(\mathrm{out})} A^{(\mathrm{h})\top}", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}"),
    ("04", "eq-columns-averaged-dw", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \frac{\partial J}{\partial Z^{(\mathrm{out})}} A^{(\mathrm{h})\top}", r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = \frac{1}{n} \frac{\partial J}{\partial Z^{(\mathrm{out})}} A^{(\mathrm{h})\top}"),
    ("04", "eq-columns-delta-h", r"\delta^{(\mathrm{h})} = \left(W^{(\mathrm{out})\top} \delta^{(\mathrm{out})}\right) \odot \varphi'(Z^{(\mathrm{h})})", r"\delta^{(\mathrm{h})} = \left(\delta^{(\mathrm{out})} W^{(\mathrm{out})\top}\right) \odot \varphi'(Z^{(\mathrm{h})})"),
    ("04", "eq-columns-db", r"\frac{\partial J}{\partial b^{(\mathrm{out})}} = \delta^{(\mathrm{out})} \mathbf{1}", r"\frac{\partial J}{\partial b^{(\mathrm{out})}} = \mathbf{1}^{\top} \delta^{(\mathrm{out})}"),
    ("04", "eq-l2", r"\frac{\partial}{\partial W^{(\mathrm{h})}} \left( \frac{J}{n} + \frac{\lambda}{2} \lVert W^{(\mathrm{h})} \rVert^2 + \frac{\lambda}{2} \lVert W^{(\mathrm{out})} \rVert^2 \right) = \frac{1}{n} A^{(\mathrm{in})\top} \delta^{(\mathrm{h})} + \lambda W^{(\mathrm{h})}",
     r"\frac{\partial}{\partial W^{(\mathrm{h})}} \left( \frac{J}{n} + \frac{\lambda}{2} \lVert W^{(\mathrm{h})} \rVert^2 \right) = \frac{1}{n} A^{(\mathrm{in})\top} \delta^{(\mathrm{h})} + 2 \lambda W^{(\mathrm{h})}"),
    ("04", "eq-loss-softplus", r"J = \sum_{r=1}^{n} \sum_{j=1}^{t} \left[ \max(z_j^{(\mathrm{out})[r]}, 0) - y_j^{[r]} z_j^{(\mathrm{out})[r]} + \ln\left(1 + \mathrm{e}^{-|z_j^{(\mathrm{out})[r]}|}\right) \right]",
     r"J = \sum_{r=1}^{n} \sum_{j=1}^{t} \left[ z_j^{(\mathrm{out})[r]} - y_j^{[r]} z_j^{(\mathrm{out})[r]} + \ln\left(1 + \mathrm{e}^{-|z_j^{(\mathrm{out})[r]}|}\right) \right]"),
    ("04", "eq-trace", r"\langle A^{(\mathrm{h})}, \delta^{(\mathrm{h})} \rangle = \operatorname{tr}\left(A^{(\mathrm{h})\top} \delta^{(\mathrm{h})}\right) = \sum_{r,j} a_j^{(\mathrm{h})[r]} \delta_j^{(\mathrm{h})[r]}", r"\langle A^{(\mathrm{h})}, \delta^{(\mathrm{h})} \rangle = \sum_{j} a_j^{(\mathrm{h})[r]} \delta_j^{(\mathrm{h})[r]}"),
    ("04", "eq-layer", r"\langle \delta, \Delta Z \rangle = \langle \delta, A\,\Delta W \rangle = \langle A^{\top} \delta, \Delta W \rangle", r"\langle \delta, \Delta Z \rangle = \langle \delta A^{\top}, \Delta W \rangle"),
]


@pytest.mark.parametrize("page, label, right, wrong", [(s[0], s[1], s[2], s[3:]) for s in SAMPLES], ids=[f"{s[0]}-{s[1]}" for s in SAMPLES])
def test_right_agrees_and_wrong_is_refused(page, label, right, wrong):
    printed.check(printed.Equation(label, right, page))
    for latex in wrong:
        with pytest.raises(printed.Refused):
            printed.check(printed.Equation(label, latex, page))
