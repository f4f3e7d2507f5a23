// What a playground shows. The numbers are the model's traits, shared with Python and with other views of it; what is
// chosen to look at (`choice`) belongs to this one view.

const LARGEST = 5; // of m, d, t and n
const ARRAYS = ["W_h", "W_out", "b_h", "b_out", "X", "Y"];
const SHAPES = { W_h: ["m", "d"], W_out: ["d", "t"], b_h: ["d"], b_out: ["t"], X: ["n", "m"], Y: ["n", "t"] };
const NUMBERS = [...ARRAYS, "mean", "eta"];
const TRAITS = [...NUMBERS, "view"];
const BIAS = -1; // the row of a chosen bias: above all rows of weights

const FIRST_CHOICE = { layer: "out", i: 0, j: 0, example: 0, added: 1, side: "out", columns: false };

const clamp = (value, { min, max }) => Math.min(max, Math.max(min, value));

class State {
  constructor(model, changed) {
    Object.assign(this, { model, changed, choice: { ...FIRST_CHOICE, turn: 0 }, message: "" });
    this.initial = this.traits(NUMBERS);
    this.cutOff = new Map(); // entries lost to a smaller size, to come back with a larger one
  }

  traits(names = TRAITS) {
    return Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
  }

  // The traits, the sizes, and everything computed from them.
  network() {
    const s = this.traits();
    const trace = forward(s, s.X);
    const sizes = { m: s.W_h.length, d: s.W_out.length, t: s.W_out[0].length, n: s.X.length };
    return { ...s, ...sizes, ...trace, trace, ...backward(s, trace, s.X, s.Y, s.mean), J: loss(trace, s.Y, s.mean) };
  }

  write(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
    this.changed();
  }

  choose(changes) {
    Object.assign(this.choice, changes);
    this.changed();
  }

  chooseWeight(layer, i, j) {
    if (this.isChosen(layer, i, j)) return;
    this.choose({ layer, i, j, turn: 1 - this.choice.turn });
  }

  isChosen(layer, i, j) {
    return this.choice.layer === layer && this.choice.i === i && this.choice.j === j;
  }

  // Bring what is chosen within the sizes of the network s.
  keepChoiceWithin(s) {
    const { layer, i, j, example, added } = this.choice;
    const rows = layer === "out" ? s.d : s.m, columns = layer === "out" ? s.t : s.d;
    Object.assign(this.choice, {
      i: clamp(i, { min: s.b_h ? BIAS : 0, max: rows - 1 }), j: Math.min(j, columns - 1),
      example: Math.min(example, s.n - 1), added: Math.min(added, s.n),
    });
  }

  resize(wanted) {
    const s = this.network(), sizes = { ...s, ...wanted };
    const resized = ARRAYS.filter((name) => s[name]).map((name) => {
      const shape = SHAPES[name], rows = shape.length === 1 ? [s[name]] : s[name];
      const [p, q] = shape.length === 1 ? [1, sizes[shape[0]]] : shape.map((letter) => sizes[letter]);
      const matrix = this.grown(name, rows, p, q);
      return [name, shape.length === 1 ? matrix[0] : matrix];
    });
    this.write(Object.fromEntries(resized));
  }

  grown(name, rows, p, q) {
    rows.forEach((row, i) => row.forEach((value, j) => this.cutOff.set(`${name} ${i} ${j}`, value)));
    return Array.from({ length: p }, (_, i) =>
      Array.from({ length: q }, (_, j) => rows[i]?.[j] ?? this.cutOff.get(`${name} ${i} ${j}`) ?? newEntry(name, i, j)));
  }

  step() {
    const s = this.network(), stepped = step(s, s, s.eta), J = loss(forward(stepped, s.X), s.Y, s.mean);
    if (!Number.isFinite(J)) return;
    this.message = `One step: J went from ${fixed(s.J)} to ${fixed(J)}. `;
    this.write(stepped);
  }

  reset() {
    this.cutOff.clear();
    this.message = "Reset. ";
    this.choose(FIRST_CHOICE);
    this.write(this.initial);
  }
}

// The entry of a grown matrix: one decimal, not zero, and the same on every machine.
function newEntry(name, i, j) {
  const phase = 12.9898 * (i + 1) + 78.233 * (j + 1) + 37.719 * ARRAYS.indexOf(name);
  const noise = Math.abs(Math.sin(phase) * 43758.5453) % 1;
  return name === "Y" ? Math.round(noise) : Math.round(18 * noise - 9) / 10 || 0.5;
}
