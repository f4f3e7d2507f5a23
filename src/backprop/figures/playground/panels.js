// Parts that several views share: every number in its field, and the way downhill.

function editableNumbers(s) {
  const layer = (name, letters) => {
    const biases = s[`b_${name}`];
    return `<div class="bp-layer">${editableMatrix(`W_${name}`, symbol("W", `(${name})`), letters, s[`W_${name}`])}` +
      `${biases ? editableMatrix(`b_${name}`, symbol("b", `(${name})`), letters[2], [biases]) : ""}</div>`;
  };
  return `<div class="bp-numbers"><div class="bp-layer">${editableMatrix("X", symbol("X"), "n×m", s.X)}` +
    `${editableMatrix("Y", symbol("Y"), "n×t", s.Y)}</div>${layer("h", "m×d")}${layer("out", "d×t")}</div>` +
    `<p class="bp-hint">Drag a number, type one, or press ↑ ↓; ← → moves to the next.</p>`;
}

function descentBar(s, group, { example = false, reduction = false } = {}) {
  return `<div class="bp-bar"><span class="bp-loss"></span>${example ? dial("example", "example") : ""}` +
    `${reduction ? sumOrMean(group) : ""}<span class="bp-go"><button data-do="step">One step downhill</button>` +
    `<label><i>η</i> ${numberField("eta")}</label></span><button data-do="reset" class="bp-quiet">Reset</button></div>`;
}
