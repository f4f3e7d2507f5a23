// The view "paths": what is chosen, a weight or a unit, its number beside what the number does, and both gradients.

const pathsView = {
  stage(s, group, open) {
    const example = s.n > 1 ? dial("example", "example") : "";
    return `<div class="bp-two"><div class="bp-net"></div><div class="bp-side"><div class="bp-cause">` +
      `${chooser(s, true)}<input class="bp-slide" type="range" step="0.01"><output class="bp-now"></output>` +
      `</div><div class="bp-out"></div></div></div>${legend}` +
      controls(s, group, example) +
      foldable(open, "All numbers and both gradients", `<div class="bp-numbers">${examplesFields(s)}` +
        ["h", "out"].map((layer) => `<div class="bp-row">${layerFields(s, layer)}` +
          `<div class="bp-products" data-layer="${layer}"></div></div>`).join("") + `</div>`);
  },

  draw(s, state, root, width) {
    update(root.querySelector(".bp-net"), networkDrawing(s, state, width));
    lightFields(s, state.choice, root);
    const before = state.before(s), { key, example } = state.choice;
    for (const place of root.querySelectorAll(".bp-products"))
      update(place, gradientOf(s, place.dataset.layer, state.choice, before));
    const [name] = parseKey(key), view = name.startsWith("unit") ? unitCard : weightCard;
    const { html, spoken } = view(s, key, example);
    update(root.querySelector(".bp-out"), html);
    return `J is ${fixed(s.J)}. ${spoken}`;
  },
};

const legend = `<p class="bp-legend"><span>Choose a weight or a circle.</span>` +
  `<span>In a circle: <i>z</i> above <i>a</i> = <i>σ</i>(<i>z</i>)</span>` +
  `<span><b class="bp-swatch pos"></b> above 0 <b class="bp-swatch neg"></b> below</span>` +
  `<span><b class="bp-swatch flow"></b> the error on its way back</span></p>`;

function lightFields(s, { key, example }, root) {
  for (const input of root.querySelectorAll(".bp-edit input")) {
    const [name, row] = parseKey(input.dataset.key);
    input.classList.toggle("chosen", input.dataset.key === key);
    input.classList.toggle("shown", (name === "X" || name === "Y") && row === example && s.n > 1);
  }
}

// --- the gradient of a layer, and the two factors it is made of ---

function gradientOf(s, layer, { key, example: r }, before) {
  const toOut = layer === "out", A = toOut ? s.A_h : s.X, D = toOut ? s.delta_out : s.delta_h;
  const [p, q] = toOut ? ["d", "t"] : ["m", "d"], [name, i, j] = parseKey(key);
  const weight = name === `W_${layer}`, column = weight || name === `b_${layer}`;
  const dense = s.n + 2 * D[0].length > 8, digits = dense ? 3 : 4;
  const now = (example) => (example === r && s.n > 1 ? "hit" : "part");
  const left = matrix(`${p}×n`, transpose(A), {
    label: symbol("A", toOut ? "(h)⊤" : "(in)⊤"), digits,
    light: (k, example) => (weight && k === i ? now(example) : ""),
  });
  const right = matrix(`n×${q}`, D, {
    label: symbol("δ", `(${layer})`), digits, light: (example, l) => (column && l === j ? now(example) : ""),
  });
  return gradientMatrices(s, layer, `${p}×${q}`, key, before) +
    `<div class="bp-line bp-product ${dense ? "bp-dense" : ""}">` +
    `${withOperator("=", `${s.mean && s.n > 1 ? oneOverN : ""}${left}`)}${withOperator("·", right)}</div>`;
}

function gradientMatrices(s, layer, letters, key, before) {
  const gradient = (kind, shape, rows, was) => matrix(shape, rows, {
    label: `∂<i>J</i>/∂${symbol(kind, `(${layer})`)}`, was, key: `${kind}_${layer}`,
    light: (k, l) => (key === `${kind}_${layer} ${k} ${l}` ? "hit" : ""),
  });
  const weights = gradient("W", letters, s[`dW_${layer}`], before?.[`dW_${layer}`]), biases = s[`db_${layer}`];
  if (!biases) return weights;
  const was = before && [before[`db_${layer}`]];
  return `<div class="bp-layer">${weights}${gradient("b", letters[2], [biases], was)}</div>`;
}

// --- the card of a weight: the paths from J back to it ---

function weightCard(s, key, example) {
  const weight = chosenWeight(s, key, example), several = !weight.toOut && s.t > 1;
  const lead = several ? `${s.t} paths lead, products add` : "one path leads";
  const html = `<p class="bp-title">From <i>J</i> back to ${weight.name}: ${lead}</p>` +
    `${weight.toOut ? pathToOutput(weight) : pathsToHidden(weight)}${s.n > 1 ? sumOverExamples(weight) : ""}`;
  return { html, spoken: `Derivative by ${wordsOf(key)}: ${fixed(weight.entry)}.` };
}

// What the chosen weight's derivative is made of. A bias is a weight whose input is 1.
function chosenWeight(s, key, r) {
  const [kind, i, j] = parseKey(key), layer = layerOf(kind), toOut = layer === "out", bias = kind[0] === "b";
  const A = bias ? s.X.map(() => [1]) : toOut ? s.A_h : s.X, D = toOut ? s.delta_out : s.delta_h;
  const G = bias ? [s[`db_${layer}`]] : s[`dW_${layer}`];
  const name = bias ? symbol("b", `(${layer})`, j + 1) : symbol("w", `(${layer})`, `${i + 1},${j + 1}`);
  return { s, layer, i, j, r, toOut, bias, A, D, a: A[r][i], entry: G[i][j], name, by: `∂<i>J</i>/∂${name}` };
}

// A computed number has four decimals, a given one (a weight, an input, a target) is written as it was given.
const factor = (name, value, { note = "", kind = "", text = fixed(value) } = {}) =>
  `<span class="bp-factor ${kind}"><span>${name}</span><b>${text}</b>${note && `<small>${note}</small>`}</span>`;

const given = (name, value, note = "") => factor(name, value, { note, text: short(value) });

const slopeOf = (a) => a * (1 - a);
const slopeFactor = (layer, j, a) => factor(`<i>σ′</i>(${symbol("z", `(${layer})`, j + 1)})`, slopeOf(a));

const cameIn = ({ bias, toOut, i, a }, note = "") =>
  (bias ? given("bias", 1, note) : toOut ? factor(symbol("a", "(h)", i + 1), a, { note })
    : given(symbol("a", "(in)", i + 1), a, note));

// "δ · what came in = the entry", the short form every path ends in.
function inShort(weight) {
  const { s, layer, j, r, a, D, by } = weight, made = D[r][j] * a;
  return factor(symbol("δ", `(${layer})`, j + 1), D[r][j], { note: "error" }) + operator("·") +
    cameIn(weight, "what came in") + operator("=") +
    (s.n > 1 ? factor("this example", made, { kind: "now" }) : factor(by, made, { kind: "hit" }));
}

function pathToOutput(weight) {
  const { s, j, r } = weight, output = s.A_out[r][j], slope = slopeOf(output);
  const short = `<div class="bp-line"><em>in short</em>${inShort(weight)}</div>`;
  if (slope === 0) // 1 - a is lost to rounding
    return `<p class="bp-hint">Here ${symbol("a", "(out)", j + 1)} is ${fixed(output, 0)} to every digit: the first ` +
      `two factors would be ∞ and 0. Their product is the error ${symbol("δ", "(out)", j + 1)}.</p>${short}`;
  return `<div class="bp-line"><em>path</em>` +
    factor(`∂<i>J</i>/∂${symbol("a", "(out)", j + 1)}`, (output - s.Y[r][j]) / slope) + operator("·") +
    slopeFactor("out", j, output) + operator("·") + cameIn(weight) + operator("=") +
    factor("", weight.D[r][j] * weight.a, { kind: "now" }) + `</div>${short}`;
}

function pathsToHidden(weight) {
  const { s, j, r, a } = weight, slope = slopeOf(s.A_h[r][j]);
  const paths = s.W_out[j].map((w, k) => `<div class="bp-line"><em>path${s.t > 1 ? ` ${k + 1}` : ""}</em>` +
    factor(symbol("δ", "(out)", k + 1), s.delta_out[r][k], { note: k ? "" : "= ∂J/∂z" }) + operator("·") +
    given(symbol("w", "(out)", `${j + 1},${k + 1}`), w) + operator("·") + slopeFactor("h", j, s.A_h[r][j]) +
    operator("·") + cameIn(weight) + operator("=") + factor("", s.delta_out[r][k] * w * slope * a, { kind: "now" }) +
    `</div>`);
  return `${paths.join("")}<div class="bp-line"><em>${s.t > 1 ? "together" : "in short"}</em>${inShort(weight)}</div>`;
}

function sumOverExamples({ s, A, D, i, j, r, by, entry }) {
  const terms = A.map((values, q) =>
    `<span class="bp-factor ${q === r ? "now" : ""}"><b>${fixed(values[i] * D[q][j])}</b></span>`);
  const sum = terms.join(operator("+"));
  return `<div class="bp-line"><em>all examples</em>` +
    `${s.mean ? operator(oneOverN) + operator("(") + sum + operator(")") : sum}` +
    `${operator("=")}${factor(by, entry, { kind: "hit" })}</div>`;
}

// --- the card of a unit: what it takes in, what it gives, and the error that comes back to it ---

function unitCard(s, key, r) {
  const [kind, , j] = parseKey(key), layer = layerOf(kind);
  const lines = { in: inputLines, h: hiddenLines, out: outputLines }[layer](s, j, r);
  const words = wordsOf(key), title = words[0].toUpperCase() + words.slice(1);
  const html = `<p class="bp-title">${title}</p>` +
    lines.map(([name, line]) => `<div class="bp-line"><em>${name}</em>${line}</div>`).join("");
  return { html, spoken: `${title}: ${unitInWords(s, layer, j, r)}.` };
}

function unitInWords(s, layer, j, r) {
  if (layer === "in") return fixed(s.X[r][j]);
  const [Z, A, D] = [s[`Z_${layer}`], s[`A_${layer}`], s[`delta_${layer}`]];
  return `net input ${fixed(Z[r][j])}, activation ${fixed(A[r][j])}, error ${fixed(D[r][j])}`;
}

function netInputLine(s, layer, j, r) {
  const W = s[`W_${layer}`], from = layer === "h" ? s.X[r] : s.A_h[r], before = layer === "h" ? "(in)" : "(h)";
  const terms = from.map((a, i) =>
    factor(symbol("a", before, i + 1) + symbol("w", `(${layer})`, `${i + 1},${j + 1}`), a * W[i][j]));
  const biases = s[`b_${layer}`];
  if (biases) terms.push(given(symbol("b", `(${layer})`, j + 1), biases[j]));
  return terms.join(operator("+")) + operator("=") +
    factor(symbol("z", `(${layer})`, j + 1), s[`Z_${layer}`][r][j], { kind: "now" });
}

function activationLine(s, layer, j, r) {
  const a = s[`A_${layer}`][r][j], z = symbol("z", `(${layer})`, j + 1);
  return factor(`<i>σ</i>(${z})`, a, { kind: "now", note: "what it gives" }) +
    factor(`<i>σ′</i>(${z})`, slopeOf(a), { note: "<i>a</i> (1 − <i>a</i>)" });
}

const hiddenLines = (s, j, r) => [
  ["takes in", netInputLine(s, "h", j, r)],
  ["gives", activationLine(s, "h", j, r)],
  ["error", operator("(") + s.W_out[j].map((w, k) =>
    factor(symbol("δ", "(out)", k + 1) + symbol("w", "(out)", `${j + 1},${k + 1}`), s.delta_out[r][k] * w))
    .join(operator("+")) + operator(")") + operator("·") + slopeFactor("h", j, s.A_h[r][j]) + operator("=") +
    factor(symbol("δ", "(h)", j + 1), s.delta_h[r][j], { kind: "hit" })],
];

const outputLines = (s, j, r) => [
  ["takes in", netInputLine(s, "out", j, r)],
  ["gives", activationLine(s, "out", j, r)],
  ["error", factor(symbol("a", "(out)", j + 1), s.A_out[r][j]) + operator("−") +
    given(symbol("y", "", j + 1), s.Y[r][j], "target") + operator("=") +
    factor(symbol("δ", "(out)", j + 1), s.delta_out[r][j], { kind: "hit" }) +
    factor(symbol("L", "", j + 1), losses(s.trace, s.Y)[r][j], { note: "its part of <i>J</i>" })],
];

const inputLines = (s, i, r) => [
  ["is", given(symbol("a", "(in)", i + 1), s.X[r][i], "no <i>z</i>, no error")],
  ["gives", s.W_h[i].map((w, j) =>
    factor(symbol("a", "(in)", i + 1) + symbol("w", "(h)", `${i + 1},${j + 1}`), s.X[r][i] * w,
      { note: `to ${symbol("z", "(h)", j + 1)}` })).join("")],
];
