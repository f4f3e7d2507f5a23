// One key for every number that can be dragged, stepped or typed: "W_out 0 1", "b_h 0 2", "eta", "d", "example".
// What is chosen to look at has such a key, too: a weight, a bias or a unit, "unit_h 0 1".

const parseKey = (key) => { const [name, i, j] = key.split(" "); return [name, Number(i), Number(j)]; };

const layerOf = (name) => name.split("_")[1];

// The number that the slider of what is chosen moves: none for a hidden unit, which is computed.
function numberOf({ key, example }) {
  const [name, , j] = parseKey(key);
  if (name === "unit_in") return `X ${example} ${j}`;
  if (name === "unit_out") return `Y ${example} ${j}`;
  return name === "unit_h" ? "" : key;
}

const COUNTS = { ...SIZES, example: "example shown", added: "examples added" };

function wordsOf(key) {
  const [name, i, j] = parseKey(key);
  if (name === "eta") return "learning rate";
  return COUNTS[name] ?? WORDS[name](i, j);
}

class Fields {
  constructor(state) {
    this.state = state;
  }

  get(key, s = this.state.network()) {
    const [name, i, j] = parseKey(key);
    if (name === "example") return this.state.choice.example + 1;
    if (name === "added") return this.state.choice.added;
    if (!ARRAYS.includes(name)) return s[name];
    return SHAPES[name].length === 1 ? s[name][j] : s[name][i][j];
  }

  // Its bounds, the step of an arrow key, and what one pixel of a drag changes.
  range(key) {
    const [name] = parseKey(key), n = this.state.model.get("X").length;
    if (name in SIZES) return { min: 1, max: LARGEST, step: 1, pixel: 1 / 20 };
    if (name === "example") return { min: 1, max: n, step: 1, pixel: 1 / 20 };
    if (name === "added") return { min: 0, max: n, step: 1, pixel: 1 / 20 };
    if (name === "eta") return { min: 0.01, max: Infinity, step: 0.1, pixel: 0.01 };
    if (name === "Y") return { min: 0, max: 1, step: 0.1, pixel: 0.005 };
    return { min: -Infinity, max: Infinity, step: 0.1, pixel: 0.01 };
  }

  // Set a number, or return the sentence that says why not. Its rules are those of validate.py.
  put(key, value, gesture = key) {
    const [name] = parseKey(key);
    if (name in COUNTS) return this.putCount(name, value);
    if (name === "eta") return this.putLearningRate(value);
    return this.putEntry(key, value, gesture);
  }

  putCount(name, value) {
    const { min, max } = this.range(name);
    const subject = { example: "the example", added: "the number of examples added" }[name] ?? name;
    if (!Number.isInteger(value) || value < min || value > max)
      return `${subject} is ${value}: it must be a whole number from ${min} to ${max}`;
    if (name in SIZES) this.state.resize({ [name]: value });
    else this.state.choose(name === "example" ? { example: value - 1 } : { added: value });
    return "";
  }

  putLearningRate(eta) {
    if (!(eta > 0 && eta < Infinity)) return `eta is ${eta}: it must be a finite number above 0`;
    this.state.set({ eta });
    return "";
  }

  putEntry(key, value, gesture) {
    const [name, i, j] = parseKey(key), old = this.state.model.get(name);
    if (name === "Y" && !(value >= 0 && value <= 1))
      return `${WORDS.Y(i, j)} is ${full(value)}: targets must lie in [0, 1]`;
    const changed = SHAPES[name].length === 1 ? withEntry([old], 0, j, value)[0] : withEntry(old, i, j, value);
    const s = { ...this.state.traits(), [name]: changed };
    if (!Number.isFinite(loss(forward(s, s.X), s.Y)))
      return `${name} holds ${full(value)}: J must stay a finite number`;
    this.state.write({ [name]: changed }, gesture);
    return "";
  }

  // Move a number by a difference, as far as its bounds.
  nudge(key, by) {
    const rounded = parseFloat((this.get(key) + by).toPrecision(12)); // 0.1 + 0.2 is 0.3 here
    return this.put(key, clamp(rounded, this.range(key)));
  }
}
