"""The gradient doctor: names the mistake that a wrong gradient was made with."""
from backprop.doctor.search import MISTAKES, VERDICTS, Diagnosis, diagnose, page, wrong_gradient

__all__ = ["MISTAKES", "VERDICTS", "Diagnosis", "diagnose", "page", "wrong_gradient"]
