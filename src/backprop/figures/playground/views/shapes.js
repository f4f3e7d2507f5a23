// The view "shapes": ten formulas for one gradient, and how far a shape check gets with them.

const shapesView = {
  stage(s, group) {
    const presets = [["2 2 2 2", "2-2-2, n = 2"], ["3 4 2 5", "3-4-2, n = 5"], ["3 4 2 1", "3-4-2, n = 1"]];
    const dials = Object.keys(SIZES).map((letter) => dial(letter, sizesInColor(letter)));
    return `<div class="bp-bar">${dials.join("")}</div><div class="bp-bar">` +
      presets.map(([sizes, text]) => `<button data-sizes="${sizes}">${text}</button>`).join("") +
      `${sumOrMean(group)}<button data-do="reset" class="bp-quiet">Reset</button></div><div class="bp-out"></div>`;
  },

  draw(s, state, root) {
    const results = examine(s), verdict = verdictOn(results, s);
    const heads = ["Formula", "Sizes", "Shape check", "Gradient check"].map((head) => `<th scope="col">${head}</th>`);
    update(root.querySelector(".bp-out"),
      `<p class="bp-verdict">Which of these is ∂<i>J</i>/∂${symbol("W", "(out)")}? <strong>${verdict}.</strong></p>` +
      `<table class="bp-table"><thead><tr>${heads.join("")}</tr></thead>` +
      `<tbody>${results.map((result) => candidateRow(result, s)).join("")}</tbody></table>` +
      `<p class="bp-hint">Gradient check: each weight nudged by ±0.00001, and the largest difference between the ` +
      `change of <i>J</i> and the formula.</p>`);
    return `${verdict}.`;
  },
};

function verdictOn(results, s) {
  const fit = results.filter((result) => result.fits).length, right = results.filter((result) => result.right).length;
  return `${fit} of ${results.length} have the shape ${s.d} × ${s.t}; ` +
    `${right === 1 ? "1 passes" : `${right} pass`} the gradient check`;
}

const mark = (passed, text) =>
  `<span class="bp-mark ${passed ? "yes" : "no"}">${passed ? "✓" : "✗"}</span> ${text}`;

function candidateRow({ formula, result, fits, error, right }, s) {
  const inColor = (text, of = (letter) => letter) =>
    text.replace(/[mdtn]/g, (letter) => `<b class="bp-${letter}">${of(letter)}</b>`);
  const inNumbers = (text) => inColor(text, (letter) => s[letter]);
  const made = result.reason ? "" : lettersOf(result);
  const kind = right ? "right" : fits ? "fits" : "out";
  const because = coincidence(made);
  const shape = fits ? mark(true, because ? `fits, as ${because}` : "fits")
    : mark(false, result.reason ? inColor(result.reason) : `not ${inNumbers("d×t")}`);
  const gradient = fits ? mark(right, right ? "agrees" : `off by up to ${fixed(error)}`)
    : `<span class="bp-mark no">–</span>`;
  return `<tr class="${kind}"><th scope="row">${formula}</th><td class="bp-sizes">` +
    `<span>${inColor(result.text)}</span><span>${inNumbers(result.text)}${made && ` = ${inNumbers(made)}`}</span></td>` +
    `<td class="bp-shape">${shape}</td><td class="bp-gradient">${gradient}</td></tr>`;
}

// Why a matrix with other letters has the sizes d × t all the same: the letters that happen to be equal numbers.
function coincidence(made) {
  if (!made) return "";
  const pairs = made.split("×").map((letter, k) => [letter, "dt"[k]]).filter(([a, b]) => a !== b);
  return [...new Set(pairs.map((pair) => pair.sort().join(" = ")))].join(", ");
}
