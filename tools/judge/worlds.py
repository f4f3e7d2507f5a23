r"""Which definitions hold for which printed equation (see printed.py).

A world is on for an equation when its page starts from it (`CHAPTERS`), when its name is a word of the label
(eq-softmax-delta), or when the LaTeX matches its `on`. A key of several names counts when all of them are on, and beats a
key of fewer; a definition printed on the page beats both. A layer is written short here: W^h for W^{(\mathrm{h})}.
"""
import re

CHAPTERS = {"01": "neuron", "02": "net two-two-two", "": "net"}
SPELLINGS = {"biases": "bias", "db": "bias", "column": "columns"}
WITHOUT_LAYER = {"X": "A_in", "A": "A_h", "W": "W_out", "Z": "Z_out", "delta": "delta_out"}     # what a letter alone stands for
LOSS = r"-\left[ y \ln a + (1 - y) \ln(1 - a) \right]"
CROSS_ENTROPY = r"L_j^[r] = -\left[ y_j^[r] \ln a_j^out[r] + (1 - y_j^[r]) \ln(1 - a_j^out[r]) \right]"


def world(definitions="", *, on=None, leaves="", phi=None, values=None, **sizes):
    """Describe a world: definitions (one a line), leaves with their shapes, sizes, φ, and what switches it on."""
    def long(m):
        return "^{" + (rf"(\mathrm{{{m[1]}}})" if m[1] else "") + (m[2] or "") + "}"

    lines = [re.sub(r"\^(?=in|h|out|\[)(in|h|out)?(\[r\])?", long, line.strip()) for line in definitions.strip().splitlines()]
    return {"on": on and re.compile(on), "definitions": lines, "sizes": sizes, "phi": phi, "values": values or {},
            "leaves": dict(leaf.split(":") for leaf in leaves.split())}


WORLDS = {
    # chapter 1: numbers w, x, b; w and x columns once the print shows a dot product, a gradient or an entry
    "neuron": world(rf"""
        z = w x
        a = \varphi(z)
        L = {LOSS}
        \delta = \frac{{\partial L}}{{\partial z}}""", leaves="w: x: y:"),
    "neuron bias": world("z = w x + b", leaves="b:"),
    "neuron linear": world("a = w x"),
    "neuron linear bias": world("a = w x + b"),
    "neuron linear miss": world("L = (w x + b - y)^2", leaves="b:"),
    "neuron vector": world(r"z = w \cdot x", on=r"\\nabla|w \\cdot|w\^\{?\\top|x_|w_[ij3]", leaves="w:m,1 x:m,1", m=3),
    "neuron vector bias": world(r"z = w \cdot x + b"),
    "neuron squared": world(r"L = \tfrac{1}{2} (a - y)^2"),
    "neuron two": world(rf"""
        z_1 = w_1 x
        a_1 = \varphi(z_1)
        z_2 = w_2 a_1
        a_2 = \sigma(z_2)
        L = {LOSS.replace(" a", " a_2")}
        \delta_1 = \frac{{\partial L}}{{\partial z_1}}
        \delta_2 = \frac{{\partial L}}{{\partial z_2}}""", on=r"^(?!.*x_).*([az]_\{?[12]|\\delta_\{?[12]|w_\{?[12])", leaves="w_1: w_2:"),
    "neuron two bias": world("""
        z_1 = w_1 x + b_1
        z_2 = w_2 a_1 + b_2""", leaves="b_1: b_2:"),
    # the network of chapters 2 to 4
    "net": world(rf"""
        Z^h = A^in W^h
        A^h = \varphi(Z^h)
        Z^out = A^h W^out
        A^out = \sigma(Z^out)
        {CROSS_ENTROPY}
        J^[r] = \sum_{{j=1}}^{{t}} L_j^[r]
        J = \sum_{{r=1}}^{{n}} J^[r]
        \delta^out = \frac{{\partial J}}{{\partial Z^out}}
        \delta^h = \frac{{\partial J}}{{\partial Z^h}}""", leaves="A_in:n,m W_h:m,d W_out:d,t Y:n,t lambda: eta:", m=3, d=4, t=2, n=5),
    "net bias": world(r"""
        Z^h = A^in W^h + \mathbf{1} b^h
        Z^out = A^h W^out + \mathbf{1} b^out""", leaves="b_h:1,d b_out:1,t"),
    "net one": world(on=r"^(?!.*\[\s*[r1]\s*\]).*(?<![\w\\])([axyz]|\\delta)_", n=1),       # entries, and no example is named
    "net two-two-two": world(m=2, d=2, t=2, n=1),
    "net numbers": world(on=r"\d\.\d\d", m=2, d=2, t=2, n=1, values=dict(                  # the running example
        A_in=[[2, -1]], Y=[[1, 0]], W_h=[[0.6, -0.4], [-0.2, 0.5]], W_out=[[0.8, -0.5], [-0.3, 0.7]])),
    "net single": world(t=1),
    "net averaged": world(r"""
        J = \frac{1}{n} \sum_{r=1}^{n} J^[r]
        \delta^out = n \frac{\partial J}{\partial Z^out}
        \delta^h = n \frac{\partial J}{\partial Z^h}"""),
    "net squared": world(r"L_j^[r] = \tfrac{1}{2} (a_j^out[r] - y_j^[r])^2"),
    "net softmax": world(r"""
        a_j^out[r] = \frac{\exp(z_j^out[r])}{\sum_{k=1}^{t} \exp(z_k^out[r])}
        L_j^[r] = - y_j^[r] \ln a_j^out[r]"""),
    "net softmax any": world(on=r"\\sum_\{?\w'?(=1)?\}?(\^\{?t\}?)?\s*y"),                  # targets that need not sum to one
    "net columns": world("""
        Z^h = W^h A^in
        Z^out = W^out A^h""", leaves="A_in:m,n W_h:d,m W_out:t,d Y:t,n"),
    "net columns bias": world(r"""
        Z^h = W^h A^in + b^h \mathbf{1}^{\top}
        Z^out = W^out A^h + b^out \mathbf{1}^{\top}""", leaves="b_h:d,1 b_out:t,1"),
    "net deep": world(rf"""
        A^{{(0)}} = X
        Z^{{(\ell)}} = A^{{(\ell-1)}} W^{{(\ell)}}
        A^{{(\ell)}} = \varphi(Z^{{(\ell)}})
        A^{{(3)}} = \sigma(Z^{{(3)}})
        {CROSS_ENTROPY.replace("^out[r]", "^{(3)[r]}")}
        \delta^{{(\ell)}} = \frac{{\partial J}}{{\partial Z^{{(\ell)}}}}""", on=r"\\ell", leaves="W_1:m,d W_2:d,k W_3:k,t", k=6, L=3),
    "net deep bias": world(r"Z^{(\ell)} = A^{(\ell-1)} W^{(\ell)} + \mathbf{1} b^{(\ell)}", leaves="b_1:1,d b_2:1,k b_3:1,t"),
    "net deep skip": world(r"A^{(2)} = \sigma(Z^{(2)}) + A^{(1)}", leaves="W_1:m,d W_2:d,d W_3:d,t", k=4),
    "cubic": world(leaves="w: h:"),                                                        # one number and a step
    "bias": world(on=r"(?<![a-zA-Z\\])b(?![a-zA-Z])"),
    "identity": world(phi="identity"), "tanh": world(phi="tanh"), "relu": world(phi="relu"), "sigmoid": world(phi="sigma"),
}
