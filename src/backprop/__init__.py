"""The network of the course *Backpropagation, every step checked*, its gradient, and the check of every equation.

Loads NumPy only. Drawings, sliders and the playground load when asked for:
`from backprop.figures import network, explore, Playground`.
"""
from backprop.check import central_difference, check, complex_step, naive_loss, verdict
from backprop.conventions import Convention, convert
from backprop.doctor import Diagnosis, diagnose
from backprop.fast import value_and_gradient
from backprop.mlp import Params, Trace, backward, forward, init_params, loss, sigmoid
from backprop.train import predict, step, train

__all__ = ["Convention", "Diagnosis", "Params", "Trace", "backward", "central_difference", "check", "complex_step",
           "convert", "diagnose", "forward", "init_params", "loss", "naive_loss", "predict", "sigmoid", "step", "train",
           "value_and_gradient", "verdict"]
