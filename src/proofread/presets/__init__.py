"""What a source takes for granted, as text: definitions in its own letters, to be read, pasted and changed.

`proofread(text, given="ng-dl")` reads the text against one of them. The names are those of `backprop.convert`.
"""
from importlib.resources import files

NAMES = ("book", "raschka-3e", "nielsen", "ng-dl", "ng-ml", "bishop", "goodfellow", "d2l", "cs231n", "scikit-learn",
         "pytorch", "keras")


def read(name):
    r"""Return the definitions of a preset as text; lines that begin with % are remarks.

    >>> print(read("d2l").splitlines()[3])
    \mathbf{z} = \mathbf{W}^{(1)} \mathbf{x}

    Raises ValueError for a name that is not in NAMES.
    """
    return _text(name)


def title(name):
    """Return what the source of a preset is called: its first line up to the colon.

    >>> title("pytorch")
    'PyTorch, torch.nn.Linear twice and torch.nn.BCEWithLogitsLoss'

    Raises ValueError for a name that is not in NAMES.
    """
    return _text(name).splitlines()[0].removeprefix("% ").partition(":")[0]


def published(name):
    r"""Return the gradients that the source of a preset prints, one line each, in its own letters.

    >>> print(published("keras"), end="")
    \frac{\partial L}{\partial W_2} = \frac{1}{n t} H^T (A - Y)

    Raises ValueError for a name that is not in NAMES.
    """
    return _text(name, "published")


def _text(name, *folder):
    if name not in NAMES:
        raise ValueError(f"there is no preset {name!r}: it must be one of {', '.join(NAMES)}")
    return files(__package__).joinpath(*folder, f"{name}.txt").read_text("utf-8")
