// What any browser makes of the formulas and of the width of a page. Every function is called by its name from Python.
({
  // Show what is folded away: solutions, hidden code.
  unfold() {
    for (const box of document.querySelectorAll("details")) box.open = true;
    for (const box of document.querySelectorAll(".toggle-hidden")) box.classList.remove("toggle-hidden");
  },

  // The rectangle around all that a formula draws: its own box may be wider (a block) or narrower (ink left out).
  ink(formula) {
    const boxes = [...formula.querySelectorAll("mi, mn, mo, mtext, msqrt, mroot, mfrac")]
      .map((part) => part.getBoundingClientRect()).filter((box) => box.width && box.height);
    return {left: Math.min(...boxes.map((box) => box.left)), right: Math.max(...boxes.map((box) => box.right)),
      top: Math.min(...boxes.map((box) => box.top)), bottom: Math.max(...boxes.map((box) => box.bottom))};
  },

  // A row is broken where a part stands below the one before it, and not after it.
  broken(formula) {
    return [formula, ...formula.querySelectorAll("mrow, mtd, mstyle, mpadded")].some((row) => {
      const boxes = [...row.children].map((part) => part.getBoundingClientRect()).filter((box) => box.width > 1 && box.height > 1);
      return boxes.some((box, i) => i && box.left < boxes[i - 1].right - 3 && box.top >= boxes[i - 1].bottom - 1);
    });
  },

  // Cut: an element around the formula ends before the ink does, and the reader cannot scroll there.
  cut(formula) {
    const ink = this.ink(formula);
    for (let box = formula; box && box !== document.body; box = box.parentElement) {
      const how = getComputedStyle(box);
      if (how.overflowX === "visible" || how.display === "inline") continue;
      const edge = box.getBoundingClientRect(), [left, right] = [edge.left + box.clientLeft, edge.left + box.clientLeft + box.clientWidth];
      const scrolls = /auto|scroll/.test(how.overflowX), more = scrolls ? box.scrollWidth - box.clientWidth - box.scrollLeft : 0;
      if (ink.right > right + more + 1 || ink.left < left - box.scrollLeft - 1) return true;
      if (scrolls) return false;
    }
    return false;
  },

  // Over: the ink of a formula within a line runs into what stands after it.
  over(formula) {
    return !formula.closest(".math-scroll") && this.ink(formula).right > formula.getBoundingClientRect().right + 1;
  },

  // A displayed formula stands in the middle of its column, or at its left edge when it is wider.
  off(formula) {
    const box = formula.closest(".math-scroll");
    if (!box || formula.parentElement !== box) return false;
    const ink = this.ink(formula), edge = box.getBoundingClientRect(), middle = (edge.left + edge.right) / 2;
    if (box.scrollWidth > box.clientWidth) return ink.left + box.scrollLeft - edge.left > 24;
    return Math.abs((ink.left + ink.right) / 2 - middle) > 16;
  },

  // The box of a displayed formula scrolls although the formula fits.
  scrolls(formula) {
    const box = formula.closest(".math-scroll"), ink = this.ink(formula);
    return Boolean(box) && box.scrollWidth > box.clientWidth && ink.right - ink.left < box.clientWidth - 24;
  },

  formulas() {
    const seen = [...document.querySelectorAll("math")].filter((formula) => formula.checkVisibility() && formula.querySelector("mi, mn, mo, mtext"));
    const found = {count: seen.length};
    for (const fault of ["broken", "cut", "over", "off", "scrolls"]) {
      found[fault] = seen.filter((formula) => this[fault](formula)).map((formula) => formula.textContent.slice(0, 60));
    }
    return found;
  },

  // What stands right of the screen and cannot be scrolled to; hidden and clipped is not scrolled.
  wider() {
    const wide = document.documentElement.clientWidth;
    const scrolls = (element) => {
      for (let box = element; box && box !== document.body; box = box.parentElement) {
        if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
      }
      return false;
    };
    const beyond = [...document.querySelectorAll("main *")].filter((element) => element.checkVisibility() &&
      element.getBoundingClientRect().right > wide + 1 && !scrolls(element));
    return [document.documentElement.scrollWidth - wide, beyond.map((element) => element.outerHTML.slice(0, 120)).slice(0, 5)];
  },
})
