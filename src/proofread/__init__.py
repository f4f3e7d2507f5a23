"""Your own derivation, checked line by line against the definition of the derivative."""
from .check import Session, proofread
from .report import Line, Report

__all__ = ["Line", "Report", "Session", "proofread"]
