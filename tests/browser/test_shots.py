"""Pictures of pages in pieces: nothing is blank, however long a page is."""
import matplotlib.pyplot as plt
import pytest

from tools.judge.browser import PIECE, shoot


@pytest.mark.browser
def test_the_end_of_a_long_page_is_in_the_last_picture(browser, tmp_path):
    page = browser.new_page(viewport={"width": 300, "height": 600})
    page.set_content("<body style='margin: 0'><div style='height: 19900px; background: blue'></div>"
                     "<div style='height: 100px; background: red'></div>")
    shoot(page, tmp_path / "long")
    page.close()
    pieces = [plt.imread(path) for path in sorted(tmp_path.glob("long-*.png"))]
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, 20_000 - 2 * PIECE]
    assert all((piece[50, :, 2] == 1).all() for piece in pieces)
    assert (pieces[-1][-50, :, 0] == 1).all() and (pieces[-1][-50, :, 2] == 0).all()
