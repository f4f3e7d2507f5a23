"""The examples in the docstrings of the public names are run, and every public name has one."""
import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import backprop

MODULES = [name for _, name, _ in pkgutil.walk_packages(backprop.__path__, "backprop.")]
WITHOUT = {"Params", "Trace", "Diagnosis", "diagnose"}  # containers that their makers show; the doctor is being written


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_give_what_they_say(name):
    assert doctest.testmod(importlib.import_module(name), extraglobs={"np": np}).failed == 0


@pytest.mark.parametrize("name", sorted(set(backprop.__all__) - WITHOUT))
def test_every_public_name_has_an_example(name):
    assert doctest.DocTestFinder().find(getattr(backprop, name), name, globs={})[0].examples


@pytest.mark.parametrize("name", sorted(set(backprop.__all__) - {"Diagnosis", "diagnose"}))
def test_every_public_function_says_what_it_takes_and_gives(name):
    made = getattr(backprop, name)
    if inspect.isfunction(made):
        signature = inspect.signature(made)
        assert signature.return_annotation is not signature.empty
        assert all(parameter.annotation is not parameter.empty for parameter in signature.parameters.values())
