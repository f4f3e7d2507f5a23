// What a playground shows. The numbers are the model's traits, shared with Python and with other views of it; what is
// chosen to look at (`choice`) belongs to this one view.

const LARGEST = 5; // of m, d, t and n
const ARRAYS = ["W_h", "W_out", "b_h", "b_out", "X", "Y"];
const SHAPES = { W_h: ["m", "d"], W_out: ["d", "t"], b_h: ["d"], b_out: ["t"], X: ["n", "m"], Y: ["n", "t"] };
const UNDONE = [...ARRAYS, "mean"]; // the learning rate stays when a step is undone
const TRAITS = [...UNDONE, "eta", "view"];
const REMEMBERED = 200; // changes that can be undone, and points of the curve

// An entry off the diagonal, so that its row and its column are told apart.
const FIRST_CHOICE = { key: "W_out 0 1", example: 0, added: 1, columns: false };

const clamp = (value, { min, max }) => Math.min(max, Math.max(min, value));

class State {
  constructor(model, changed) {
    Object.assign(this, { model, changed, choice: { ...FIRST_CHOICE, turn: 0 }, message: "" });
    this.initial = this.traits([...UNDONE, "eta"]);
    this.cutOff = new Map(); // entries lost to a smaller size, to come back with a larger one
    this.forget();
  }

  traits(names = TRAITS) {
    return Object.fromEntries(names.map((name) => [name, this.model.get(name)]));
  }

  // The traits, the sizes, and everything computed from them.
  network(s = this.traits()) {
    const trace = forward(s, s.X);
    const sizes = { m: s.W_h.length, d: s.W_out.length, t: s.W_out[0].length, n: s.X.length };
    return { ...s, ...sizes, ...trace, trace, ...backward(s, trace, s.X, s.Y, s.mean), J: loss(trace, s.Y, s.mean) };
  }

  showView(view) {
    this.model.set("view", view);
    this.model.save_changes();
    this.changed();
  }

  // Writes of one gesture (a drag, one number being typed) are undone together.
  write(changes, gesture = null) {
    this.notice();
    const begins = gesture === null || gesture !== this.gesture;
    if (begins) this.remember();
    this.gesture = gesture;
    this.set(changes);
    this.curve = [...(begins ? this.curve : this.curve.slice(0, -1)), this.network().J].slice(-REMEMBERED);
  }

  set(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
    this.latest = this.traits(UNDONE);
    this.changed();
  }

  choose(changes) {
    Object.assign(this.choice, changes);
    this.changed();
  }

  chooseKey(key) {
    if (key !== this.choice.key) this.choose({ key, turn: 1 - this.choice.turn });
  }

  // Look at the number with this key: a weight or a bias itself, an input or a target in its example.
  lookAt(key) {
    const [name, i] = parseKey(key);
    if (name === "X" || name === "Y") this.choose({ example: i });
    else if (layerOf(name)) this.chooseKey(key);
  }

  // Bring what is chosen within the sizes of the network s.
  keepChoiceWithin(s) {
    const { example, added } = this.choice, [name, i, j] = parseKey(this.choice.key), layer = layerOf(name);
    const [rows, columns] = { in: [1, s.m], h: [s.m, s.d], out: [s.d, s.t] }[layer];
    const kept = name.startsWith("b_") && !s.b_h ? `W_${layer}` : name;
    this.choice.key = `${kept} ${Math.min(i, rows - 1)} ${Math.min(j, columns - 1)}`;
    Object.assign(this.choice, { example: Math.min(example, s.n - 1), added: Math.min(added, s.n) });
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
    this.curve = [this.network().J]; // another sum, not to be compared
  }

  grown(name, rows, p, q) {
    rows.forEach((row, i) => row.forEach((value, j) => this.cutOff.set(`${name} ${i} ${j}`, value)));
    const entry = (i, j) => rows[i]?.[j] ?? this.cutOff.get(`${name} ${i} ${j}`) ?? newEntry(name, i, j);
    return Array.from({ length: p }, (_, i) => Array.from({ length: q }, (_, j) => entry(i, j)));
  }

  setMean(mean) {
    this.write({ mean });
    this.curve = [this.network().J];
  }

  // Go downhill so many steps, as far as J stays finite: one gesture, a point of the curve for each step.
  descend(steps) {
    const start = this.network(), points = [];
    let s = start;
    while (points.length < steps) {
      const next = this.network({ ...s, ...step(s, s, s.eta) });
      if (!Number.isFinite(next.J)) break;
      points.push(next.J);
      s = next;
    }
    if (!points.length) return;
    this.write({ W_h: s.W_h, W_out: s.W_out, b_h: s.b_h, b_out: s.b_out });
    this.curve.splice(-1, 1, ...points);
    const many = points.length === 1 ? "One step" : `${points.length} steps`;
    this.message = `${many}: J went from ${fixed(start.J)} to ${fixed(s.J)}. `;
  }

  reset() {
    this.cutOff.clear();
    this.message = "Reset. ";
    this.choose(FIRST_CHOICE);
    this.set(this.initial);
    this.forget();
  }

  // --- the way back ---

  forget() {
    Object.assign(this, { past: [], gesture: null, latest: this.traits(UNDONE), curve: [this.network().J] });
  }

  remember() {
    this.past = [...this.past, { numbers: this.latest, curve: this.curve }].slice(-REMEMBERED);
  }

  // Numbers changed by Python or by another view of the model are a gesture of their own.
  notice() {
    const now = this.traits(UNDONE);
    if (JSON.stringify(now) === JSON.stringify(this.latest)) return;
    this.remember();
    Object.assign(this, { latest: now, gesture: null, curve: [...this.curve, this.network().J] });
  }

  undo() {
    this.notice();
    if (!this.past.length) return;
    const { numbers, curve } = this.past.pop();
    Object.assign(this, { gesture: null, curve, message: "Undone. " });
    this.set(numbers);
  }

  // The network before the last gesture, if it can be compared entry by entry.
  before(s) {
    const numbers = this.past.at(-1)?.numbers;
    if (!numbers) return null;
    const before = this.network(numbers);
    const same = ["m", "d", "t", "n"].every((size) => before[size] === s[size]) && !before.b_h === !s.b_h;
    return same ? before : null;
  }
}

// The entry of a grown matrix: one decimal, not zero, and the same on every machine.
function newEntry(name, i, j) {
  const phase = 12.9898 * (i + 1) + 78.233 * (j + 1) + 37.719 * ARRAYS.indexOf(name);
  const noise = Math.abs(Math.sin(phase) * 43758.5453) % 1;
  return name === "Y" ? Math.round(noise) : Math.round(18 * noise - 9) / 10 || 0.5;
}
