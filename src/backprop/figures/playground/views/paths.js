// The view "paths": the chosen weight, the paths from J back to it, and the entry of the gradient they make.

const pathsView = {
  stage(s, group) {
    return `<div class="bp-net"></div>${descentBar(s, group, { example: s.n > 1, reduction: true })}` +
      `${editableNumbers(s)}<div class="bp-out"></div>`;
  },

  draw(s, state, root, width) {
    update(root.querySelector(".bp-net"), networkDrawing(s, state, width));
    lightFields(s, state.choice, root);
    const weight = chosenWeight(s, state.choice);
    update(root.querySelector(".bp-out"), pathsBack(weight) + entryMade(weight));
    const spoken = WORDS[(weight.bias ? "b_" : "W_") + weight.layer](weight.i, weight.j);
    return `J is ${fixed(s.J)}. Derivative by ${spoken}: ${fixed(weight.entry)}.`;
  },
};

function lightFields(s, { layer, i, j, example }, root) {
  const chosen = i === BIAS ? `b_${layer} 0 ${j}` : `W_${layer} ${i} ${j}`;
  for (const input of root.querySelectorAll(".bp-edit input")) {
    const [name, row] = parseKey(input.dataset.key);
    input.classList.toggle("chosen", input.dataset.key === chosen);
    input.classList.toggle("shown", (name === "X" || name === "Y") && row === example && s.n > 1);
  }
}

// What the chosen weight's derivative is made of. A bias is a weight whose input is 1.
function chosenWeight(s, { layer, i, j, example: r }) {
  const toOut = layer === "out", bias = i === BIAS, row = Math.max(i, 0);
  const A = bias ? s.X.map(() => [1]) : toOut ? s.A_h : s.X, D = toOut ? s.delta_out : s.delta_h;
  const G = bias ? [s[`db_${layer}`]] : s[`dW_${layer}`];
  const name = bias ? symbol("b", `(${layer})`, j + 1) : symbol("w", `(${layer})`, `${i + 1},${j + 1}`);
  return { s, layer, i, j, r, row, toOut, bias, A, D, G, a: A[r][row], entry: G[row][j], name, by: `∂<i>J</i>/∂${name}` };
}

const factor = (name, value, { note = "", kind = "" } = {}) => `<span class="bp-factor ${kind}"><span>${name}</span>` +
  `<b>${fixed(value)}</b>${note && `<small>${note}</small>`}</span>`;

const cameIn = ({ bias, toOut, i, a }, note = "") =>
  (bias ? factor("bias", 1, { note }) : factor(symbol("a", toOut ? "(h)" : "(in)", i + 1), a, { note }));

function pathsBack(weight) {
  const { s, name, toOut } = weight, several = !toOut && s.t > 1;
  const lead = several ? `${s.t} paths lead, and their products add` : "one path leads";
  return `<p class="bp-title">From <i>J</i> back to ${name}: ${lead}</p>` +
    `${toOut ? pathToOutput(weight) : pathsToHidden(weight)}${s.n > 1 ? sumOverExamples(weight) : ""}`;
}

// "δ · what came in = the entry", the short form every path ends in.
function inShort(weight) {
  const { s, layer, j, r, a, D, by } = weight, made = D[r][j] * a;
  return factor(symbol("δ", `(${layer})`, j + 1), D[r][j], { note: "error" }) + operator("·") +
    cameIn(weight, "what came in") + operator("=") +
    (s.n > 1 ? factor("this example", made, { kind: "now" }) : factor(by, made, { kind: "hit" }));
}

function pathToOutput(weight) {
  const { s, j, r, a, D, by } = weight, output = s.A_out[r][j], slope = output * (1 - output);
  const links = slope > 0 ? factor(`∂<i>L</i>/∂${symbol("a", "(out)", j + 1)}`, (output - s.Y[r][j]) / slope) +
    operator("·") + factor(`<i>σ′</i>(${symbol("z", "(out)", j + 1)})`, slope) + operator("·") + cameIn(weight)
    : factor(by, D[r][j] * a); // the first two factors are infinite and zero
  return `<div class="bp-line">${links}${operator("=")}${inShort(weight)}</div>`;
}

function pathsToHidden(weight) {
  const { s, j, r, a } = weight, slope = s.A_h[r][j] * (1 - s.A_h[r][j]);
  const paths = s.W_out[j].map((w, k) => `<div class="bp-line"><em>path${s.t > 1 ? ` ${k + 1}` : ""}</em>` +
    factor(symbol("δ", "(out)", k + 1), s.delta_out[r][k]) + operator("·") +
    factor(symbol("w", "(out)", `${j + 1},${k + 1}`), w) + operator("·") +
    factor(`<i>σ′</i>(${symbol("z", "(h)", j + 1)})`, slope) + operator("·") + cameIn(weight) + operator("=") +
    factor("", s.delta_out[r][k] * w * slope * a, { kind: "now" }) + `</div>`);
  return `${paths.join("")}<div class="bp-line"><em>${s.t > 1 ? "together" : "in short"}</em>${inShort(weight)}</div>`;
}

function sumOverExamples({ s, A, D, row, j, r, by, entry }) {
  const terms = A.map((values, q) =>
    `<span class="bp-factor ${q === r ? "now" : ""}"><b>${fixed(values[row] * D[q][j])}</b></span>`);
  const sum = terms.join(operator("+"));
  return `<div class="bp-line"><em>all examples</em>` +
    `${s.mean ? operator(oneOverN) + operator("(") + sum + operator(")") : sum}` +
    `${operator("=")}${factor(by, entry, { kind: "hit" })}</div>`;
}

// The matrix product, with the row, the column and the entry of the chosen weight lit.
function entryMade({ s, layer, row, j, r, toOut, bias, A, D, G }) {
  const [p, q] = toOut ? ["d", "t"] : ["m", "d"], rows = bias ? "1" : p;
  const dense = s.n + 2 * G[0].length > 8, digits = dense ? 3 : 4;
  const now = (example) => (example === r && s.n > 1 ? "hit" : "part");
  const left = matrix(`${rows}×n`, transpose(A), {
    label: bias ? "<b>1</b><sup>⊤</sup>" : symbol("A", toOut ? "(h)⊤" : "(in)⊤"), digits,
    light: (k, example) => (k === row ? now(example) : ""),
  });
  const right = matrix(`n×${q}`, D, {
    label: symbol("δ", `(${layer})`), digits, light: (example, l) => (l === j ? now(example) : ""),
  });
  const made = matrix(`${rows}×${q}`, G, {
    label: `∂<i>J</i>/∂${symbol(bias ? "b" : "W", `(${layer})`)}`, digits,
    light: (k, l) => (k === row && l === j ? "hit" : ""),
  });
  return `<p class="bp-title">The entry ${!toOut && s.t > 1 ? "they make" : "it makes"}</p>` +
    `<div class="bp-line bp-product ${dense ? "bp-dense" : ""}">${s.mean && s.n > 1 ? operator(oneOverN) : ""}` +
    `${left}${withOperator("·", right)}${withOperator("=", made)}</div>`;
}
