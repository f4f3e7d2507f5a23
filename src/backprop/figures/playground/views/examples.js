// The view "examples": the matrix product as a pile of outer products, one for each example. The left factor stands
// left of the pile and the right factor above it, so that each entry lies where its row and its column meet.

const examplesView = {
  stage(s, group, open) {
    const gradients = ["out", "h"].map((layer) => [layer, `∂<i>J</i>/∂${symbol("W", `(${layer})`)}`]);
    return `<div class="bp-bar">${dial("added", long("examples added"))}<button data-do="add"></button>` +
      toggle(group, "side", "Which gradient", gradients) +
      toggle(group, "columns", "Examples are rows or columns", [["false", "rows"], ["true", "columns"]]) +
      `${s.n > 1 ? sumOrMean(group) : ""}</div><div class="bp-out"></div>` +
      `<div class="bp-cause">${chooser(s, false)}<div class="bp-entry"></div></div><div class="bp-layers"></div>` +
      controls({ ...s, n: 1 }, group, dial("n", sizesInColor("n"))) +
      foldable(open, "All numbers", `<div class="bp-numbers">${examplesFields(s)}${layerFields(s, "h")}` +
        `${layerFields(s, "out")}</div>`);
  },

  draw(s, state, root, width) {
    const pile = pileOf(s, state.choice, state.before(s), width < NARROW), { k } = pile;
    const same = pile.error <= 1e-12 * (largestMagnitude(pile.full) || 1);
    update(root.querySelector(".bp-out"), corner(pile, s, same));
    update(root.querySelector(".bp-entry"), entryOfPile(pile));
    update(root.querySelector(".bp-layers"), outerProducts(pile));
    const next = k < s.n ? `Add${long(" example")} ${k + 1}` : `Start${long(" from nothing")}`;
    update(root.querySelector("[data-do=add]"), next);
    return `${k} of ${s.n} examples added: ` +
      `${same ? "the pile equals the gradient" : `off by up to ${fixed(pile.error)}`}.`;
  },
};

// The two factors, the outer product of each example, and the sum of the first k of them.
function pileOf(s, { key, added: k, columns }, before, narrow) {
  const side = sideOf(key), toOut = side === "out", A = toOut ? s.A_h : s.X, D = toOut ? s.delta_out : s.delta_h;
  const outer = A.map((a, r) => a.map((x) => D[r].map((error) => x * error)));
  const zero = outer[0].map((row) => row.map(() => 0)), count = s.mean ? s.n : 1;
  const sum = outer.slice(0, k).reduce((total, O) => entrywise((x, y) => x + y, total, O), zero);
  const part = entrywise((x) => x / count, sum), full = toOut ? s.dW_out : s.dW_h;
  const [name, i, j] = parseKey(key), weight = name.startsWith("W_");
  const dense = narrow || Math.max(A[0].length, D[0].length) > 3;
  return {
    A, D, outer, part, full, count, k, side, columns, dense, digits: dense ? 3 : 4, layer: `(${side})`,
    i: weight ? i : -1, j: weight ? j : -1, was: before?.[`dW_${side}`], before: toOut ? "(h)" : "(in)",
    letters: toOut ? ["d", "t"] : ["m", "d"], error: largestDifference(part, full),
    turned: (M) => (columns && M ? transpose(M) : M), inOrder: (x, y) => (columns ? y + x : x + y), // δAᵀ or Aᵀδ
    heat: largestMagnitude(outer.flat()) || 1, lightOf: (r) => (r >= k ? "later" : r === k - 1 ? "hit" : "part"),
  };
}

// The layer whose gradient is shown: that of the chosen weight; an input belongs to the weights that lead from it.
const sideOf = (key) => (layerOf(parseKey(key)[0]) === "out" ? "out" : "h");

const shapeOf = ({ letters: [p, q], columns }) => (columns ? `${q}×${p}` : `${p}×${q}`);

function corner(pile, s, same) {
  const { k, part } = pile, all = s.n === 1 ? "The one example added" : `All ${s.n} examples added`;
  const added = (k < s.n ? `${k} of ${s.n} examples added` : all) +
    (s.mean ? ", the sum divided by <i>n</i>, once" : "");
  const verdict = same ? "✓ The pile is the matrix product." : `Still off by up to ${fixed(pile.error)}.`;
  const { left, above } = pileFactors(pile), { sum, whole } = pileResult(pile, s);
  const wide = s.n + pile.turned(part)[0].length > 7; // too wide for a phone: its parts stand one above the other there
  return `<div class="bp-corner ${pile.dense ? "bp-dense" : ""} ${wide ? "bp-wide" : ""}"><div class="bp-above">${above}</div>` +
    `<div class="bp-left">${left}</div><div class="bp-sum">${sum}</div>` +
    `<div class="bp-whole">${withOperator(same ? "=" : "≠", whole)}</div>` +
    `<p class="bp-verdict ${same ? "right" : ""}">${added}. ${verdict}</p></div>`;
}

function pileFactors(pile) {
  const { A, D, i, j, digits, columns, before, layer, letters: [p, q], lightOf } = pile;
  const factorOf = (M, letters, label, chosen, transposed) => matrix(letters, transposed ? transpose(M) : M, {
    label, digits, light: (k, l) => {
      const [r, index] = transposed ? [l, k] : [k, l];
      return `${lightOf(r)} ${index === chosen ? "chosen" : ""}`;
    },
  });
  const activations = factorOf(A, columns ? `n×${p}` : `${p}×n`, symbol("A", `${before}⊤`), i, !columns);
  const errors = factorOf(D, columns ? `${q}×n` : `n×${q}`, symbol("δ", layer), j, columns);
  return columns ? { left: errors, above: activations } : { left: activations, above: errors };
}

function pileResult(pile, s) {
  const { side, i, j, part, full, digits, columns, turned, inOrder, before, layer, was } = pile;
  const heat = pile.heat / pile.count, name = inOrder(symbol("A", `${before}⊤`), symbol("δ", layer));
  const light = (k, l) => (String(columns ? [l, k] : [k, l]) === String([i, j]) ? "chosen" : "");
  const entries = { heat, digits, light, key: `W_${side}`, turned: columns };
  const sum = matrix(shapeOf(pile), turned(part), { ...entries, label: `pile${s.mean ? " / <i>n</i>" : ""}` });
  const label = `${s.mean ? oneOverN : ""}${name}`;
  return { sum, whole: matrix(shapeOf(pile), turned(full), { ...entries, label, was: turned(was) }) };
}

// The chosen entry as a sum, one product for each example: what came in times the error.
function entryOfPile({ A, D, i, j, k, part, full, count, lightOf }) {
  if (i < 0) return `<p class="bp-hint">Choose an entry of the pile: it is a sum, one product for each example.</p>`;
  const terms = A.map((a, r) =>
    `<span class="bp-term ${lightOf(r)}">${inBrackets(a[i])} · ${inBrackets(D[r][j])}</span>`);
  const value = `<b>${fixed(part[i][j])}</b>`, done = k === A.length;
  return `<p class="bp-terms">${count > 1 ? oneOverN + operator("(") : ""}${terms.join(" + ")}` +
    `${count > 1 ? operator(")") : ""} = ${done ? value : `${fixed(full[i][j])}, so far ${value}`}</p>`;
}

const inBrackets = (value) => (value < 0 ? `(${fixed(value)})` : fixed(value));

function outerProducts(pile) {
  const { outer, heat, digits, before, side, turned, inOrder, lightOf } = pile;
  const layers = outer.map((O, r) => {
    const label = inOrder(symbol("a", `${before}[${r + 1}]⊤`), symbol("δ", `(${side})[${r + 1}]`));
    const layer = matrix(shapeOf(pile), turned(O), { label, heat, digits });
    const framed = `<div class="bp-card ${lightOf(r)}">${layer}</div>`;
    return r ? withOperator("+", framed) : framed;
  });
  return `<p class="bp-title">The layers of the pile: one outer product for each example</p>` +
    `<div class="bp-line bp-cards ${pile.dense ? "bp-dense" : ""}">${layers.join("")}</div>`;
}
