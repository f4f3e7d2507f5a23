r"""A reader's own derivation, checked line by line in the reader's own notation.

    from proofread import proofread
    print(proofread(r'''
        J = -\sum_{k=1}^{t} [ y_k \log a_k + (1 - y_k) \log(1 - a_k) ]
        a_k = \sigma(z_k)
        \frac{\partial J}{\partial z_k} = a_k - y_k'''))

A derivation is plain LaTeX, as it stands in notes. What defines is read, what claims is judged by the definition of the
derivative, and nothing of the text is ever run as code. `report.py` holds what comes back.
"""
from proofread.report import Entry, Line, Report

__all__ = ["Entry", "Line", "Report"]
