// The view "examples": the matrix product as a pile of outer products, one for each example.

const examplesView = {
  stage(s, group) {
    const gradients = ["out", "h"].map((layer) => [layer, `∂<i>J</i>/∂${symbol("W", `(${layer})`)}`]);
    return `<div class="bp-bar">${dial("added", "examples added")}<button data-do="add"></button>` +
      toggle(group, "side", "Which gradient", gradients) +
      toggle(group, "columns", "Examples are rows or columns", [["false", "rows"], ["true", "columns"]]) +
      `${sumOrMean(group)}${dial("n", sizesInColor("n"))}</div><div class="bp-out"></div>` +
      `${descentBar(s, group)}${editableNumbers(s)}`;
  },

  draw(s, state, root) {
    const pile = pileOf(s, state.choice), { k } = pile;
    const same = pile.error <= 1e-12 * (largestMagnitude(pile.full) || 1);
    update(root.querySelector(".bp-out"), pileFactors(pile) + outerProducts(pile) + pileResult(pile, s, same) + "</div>");
    root.querySelector("[data-do=add]").textContent = k < s.n ? `Add example ${k + 1}` : "Start from nothing";
    return `${k} of ${s.n} examples added: ` +
      `${same ? "the pile equals the gradient" : `off by ${fixed(pile.error)}`}.`;
  },
};

// The two factors, the outer product of each example, and the sum of the first k of them.
function pileOf(s, { side, added: k, columns }) {
  const toOut = side === "out", A = toOut ? s.A_h : s.X, D = toOut ? s.delta_out : s.delta_h;
  const outer = A.map((a, r) => a.map((x) => D[r].map((error) => x * error)));
  const zero = outer[0].map((row) => row.map(() => 0)), count = s.mean ? s.n : 1;
  const sum = outer.slice(0, k).reduce((total, O) => entrywise((x, y) => x + y, total, O), zero);
  const part = entrywise((x) => x / count, sum), full = toOut ? s.dW_out : s.dW_h;
  const dense = Math.max(A[0].length, D[0].length) > 3;
  return {
    A, D, outer, part, full, count, k, columns, dense, digits: dense ? 3 : 4, layer: `(${side})`,
    before: toOut ? "(h)" : "(in)", letters: toOut ? ["d", "t"] : ["m", "d"], error: largestDifference(part, full),
    turned: (M) => (columns ? transpose(M) : M), inOrder: (x, y) => (columns ? y + x : x + y), // δAᵀ or Aᵀδ
    heat: largestMagnitude(outer.flat()) || 1,
    lightOf: (r) => (r >= k ? "later" : r === k - 1 ? "hit" : "part"),
  };
}

const shapeOf = ({ letters: [p, q], columns }) => (columns ? `${q}×${p}` : `${p}×${q}`);

function pileFactors(pile) {
  const { A, D, digits, columns, before, layer, letters: [p, q], lightOf } = pile;
  const AT = symbol("A", `${before}⊤`), delta = symbol("δ", layer), byColumn = (_, r) => lightOf(r);
  const left = columns ? matrix(`${q}×n`, transpose(D), { label: delta, digits, light: byColumn })
    : matrix(`${p}×n`, transpose(A), { label: AT, digits, light: byColumn });
  const right = columns ? matrix(`n×${p}`, A, { label: AT, digits, light: lightOf })
    : matrix(`n×${q}`, D, { label: delta, digits, light: lightOf });
  return `<p class="bp-title">Column <i>r</i> of the left factor times row <i>r</i> of the right: one outer product ` +
    `for each example</p><div class="${pile.dense ? "bp-dense" : ""}">` +
    `<div class="bp-line bp-product">${left}${withOperator("·", right)}</div>`;
}

function outerProducts(pile) {
  const { outer, heat, digits, before, layer, turned, inOrder, lightOf } = pile;
  const cards = outer.map((O, r) => {
    const label = inOrder(symbol("a", `${before}[${r + 1}]⊤`), symbol("δ", `${layer}[${r + 1}]`));
    const card = matrix(shapeOf(pile), turned(O), { label, heat, digits });
    const framed = `<div class="bp-card ${lightOf(r)}">${card}</div>`;
    return r ? withOperator("+", framed) : framed;
  });
  return `<div class="bp-line bp-cards">${cards.join("")}</div>`;
}

function pileResult(pile, s, same) {
  const { k, part, full, digits, turned, inOrder, before, layer } = pile, heat = pile.heat / pile.count;
  const all = s.n === 1 ? "The one example added" : `All ${s.n} examples added`;
  const added = k < s.n ? `${k} of ${s.n} examples added` : all;
  const name = inOrder(symbol("A", `${before}⊤`), symbol("δ", layer));
  const sum = matrix(shapeOf(pile), turned(part), { label: `pile${s.mean ? " / <i>n</i>" : ""}`, heat, digits });
  const whole = matrix(shapeOf(pile), turned(full), { label: `${s.mean ? oneOverN : ""}${name}`, heat, digits });
  const verdict = same ? "✓ The pile is the matrix product." : `Still off by ${fixed(pile.error)}.`;
  return `<p class="bp-title">${added}${s.mean ? ", the sum divided by <i>n</i>, once" : ""}</p>` +
    `<div class="bp-line bp-product">${sum}${withOperator(same ? "=" : "≠", whole)}` +
    `<p class="bp-verdict ${same ? "right" : ""}">${verdict}</p></div>`;
}
