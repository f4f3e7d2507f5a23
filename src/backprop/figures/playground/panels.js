// Parts that several views share: the way downhill with its settings, and every number in its field.

function controls(s, group, more) {
  return `<div class="bp-controls"><div class="bp-bar"><span class="bp-loss"></span><span class="bp-curve"></span>` +
    `<button data-do="step" aria-label="One step downhill">${long("One step downhill")}` +
    `<span class="bp-brief">Step</span></button>` +
    `<button data-do="ten" aria-label="10 steps downhill">10${long(" steps")}</button>` +
    `<button data-do="undo">Undo</button></div><div class="bp-bar bp-settings">` +
    `<label class="bp-eta"><i>η</i> ${numberField("eta")}</label>${s.n > 1 ? sumOrMean(group) : ""}${more}` +
    `<button data-do="reset" class="bp-quiet">Reset</button></div></div>`;
}

// The numbers of a view, closed on a small screen until they are asked for.
const foldable = (open, summary, content) =>
  `<details class="bp-all" ${open ? "open" : ""}><summary>${summary}</summary>${content}` +
  `<p class="bp-hint">Drag a number, type one, or press ↑ ↓; ← → moves to the next.</p></details>`;

const examplesFields = (s) => `<div class="bp-layer bp-data">${editableMatrix("X", symbol("X"), "n×m", s.X)}` +
  `${editableMatrix("Y", symbol("Y"), "n×t", s.Y)}</div>`;

function layerFields(s, layer) {
  const letters = layer === "h" ? "m×d" : "d×t", biases = s[`b_${layer}`];
  const weights = editableMatrix(`W_${layer}`, symbol("W", `(${layer})`), letters, s[`W_${layer}`]);
  return `<div class="bp-layer">${weights}` +
    `${biases ? editableMatrix(`b_${layer}`, symbol("b", `(${layer})`), letters[2], [biases]) : ""}</div>`;
}

// A choice among all that can be looked at: the weights and, in the view of one weight, biases and units.
function chooser(s, withUnits) {
  const counts = { in: s.m, h: s.d, out: s.t };
  const options = (name, rows, columns) => Array.from({ length: rows * columns }, (_, k) => {
    const key = `${name} ${Math.floor(k / columns)} ${k % columns}`;
    return `<option value="${key}">${nameInList(key)}</option>`;
  }).join("");
  const weights = (layer, from, words) => `<optgroup label="${words}">` +
    options(`W_${layer}`, counts[from], counts[layer]) +
    `${withUnits && s[`b_${layer}`] ? options(`b_${layer}`, 1, counts[layer]) : ""}</optgroup>`;
  const units = Object.keys(counts).map((layer) => options(`unit_${layer}`, 1, counts[layer])).join("");
  return `<select class="bp-choose" aria-label="${withUnits ? "Weight or unit to look at" : "Entry to look at"}">` +
    weights("h", "in", "from an input to a hidden unit") + weights("out", "h", "from a hidden unit to an output") +
    `${withUnits ? `<optgroup label="units">${units}</optgroup>` : ""}</select>`;
}

function nameInList(key) {
  const [name, i, j] = parseKey(key);
  return name[0] === "W" ? `w(${layerOf(name)}) ${i + 1},${j + 1}` : WORDS[name](i, j);
}

// J after each change, as a line from 0 up; the last value is a dot.
function curveOfLoss(curve, width = 96, height = 34) {
  const top = Math.max(...curve, 1e-12), stride = (width - 8) / Math.max(curve.length - 1, 12);
  const points = curve.map((J, k) => [4 + k * stride, height - 4 - (J / top) * (height - 8)].map((x) => x.toFixed(1)));
  const [x, y] = points.at(-1), spoken = curve.slice(-12).map((J) => fixed(J)).join(", ");
  return `<svg role="img" aria-label="J after each change: ${spoken}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}"><path class="axis" d="M4 ${height - 4}h${width - 8}"/>` +
    `<path class="curve" d="M${points.join("L")}"/><circle cx="${x}" cy="${y}" r="3"/></svg>`;
}
