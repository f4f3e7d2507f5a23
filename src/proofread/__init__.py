r"""A reader's own derivation, checked line by line in the reader's own notation.

    from proofread import proofread
    print(proofread(r'''
        J = -\sum_{k=1}^{t} [ y_k \log a_k + (1 - y_k) \log(1 - a_k) ]
        a_k = \sigma(z_k)
        \frac{\partial J}{\partial z_k} = a_k - y_k'''))

A derivation is plain LaTeX, as it stands in notes. What defines is read, what claims is judged by the definition of the
derivative, and nothing of the text is ever run as code. The way of a text, one module for each step:

    layout, tokens, grammar     which lines are formulas, and what they are made of: letters with raw marks
    statements                  what a line states: declarations, equations, conditions
    brackets, templates, names  what the whole text shows: arguments, layers, indices, which letters are one letter
    meaning, derivation         terms that mean something; definitions, one for each layer
    dims, sizes, readings       the shape of every term, by unification; each product settled
    model, values               shapes of all quantities, draws, derivatives by complex step
    verdicts                    each link of a claim under every reading that fits
    edits, looks, words         the least change that mends a line, what the mistake looks like, sentences
    report                      what comes back
"""
from proofread.check import Session, proofread
from proofread.report import Entry, Line, Report

__all__ = ["Entry", "Line", "Report", "Session", "proofread"]
