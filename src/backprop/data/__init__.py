"""Real handwritten digits; README.md beside this file names their source and license and how the file was made."""
from pathlib import Path

import numpy as np


def load_digits():
    """Return (X, labels): 1,797 images of 8 by 8 pixels as rows of X (1797, 64), and the digits they show (1797,).

    The entries of X run from 0 (blank) to 1 (ink), as float64; labels are the integers 0 to 9. Targets for a network of
    ten outputs are np.eye(10)[labels]. Source: Alpaydin and Kaynak (1998), CC BY 4.0.
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        return file["pixels"] / 16, file["labels"].astype(int)
