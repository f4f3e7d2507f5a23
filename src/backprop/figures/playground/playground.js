import { transpose, product, entrywise, forward, losses, loss, backward, step } from "./network.js";

// The drawing and the controls: an ES module for anywidget. Everything shown is computed by network.js from the model's
// traits W_h, W_out, b_h, b_out, X, Y, mean, eta and view; what is chosen (`ui`) belongs to this one picture.

const LARGEST = 5; // of m, d, t and n
const VIEWS = { paths: "Paths", shapes: "Shapes", examples: "Examples" };
const ARRAYS = ["W_h", "W_out", "b_h", "b_out", "X", "Y"];
const SIZES = { m: "inputs", d: "hidden units", t: "outputs", n: "examples" };
let instances = 0;

// --- numbers and symbols as text -------------------------------------------------------------------------------------

const minus = (text) => text.replaceAll("-", "−");

function fixed(value, digits = 4) {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return minus(String(value)).replace("Infinity", "∞");
  if (size >= 1e5 || (size && size < 0.5 * 10 ** -digits)) return minus(value.toExponential(1).replace("+", ""));
  return minus(value.toFixed(size >= 1000 ? 0 : size >= 10 ? Math.min(digits, 2) : digits));
}

function short(value, digits = 4) {
  const size = Math.abs(value);
  if (size >= 1e6 || (size && size < 1e-3)) return minus(value.toExponential(1).replace(".0", "").replace("+", ""));
  return minus(String(parseFloat(value.toPrecision(Math.max(digits, String(Math.trunc(size)).length)))));
}

// A letter with a superscript above a subscript, as HTML.
const symbol = (letter, above = "", below = "") =>
  `<span class="bp-sym"><i>${letter}</i>` +
  (below !== "" ? `<span><sup>${above || "&nbsp;"}</sup><sub>${below}</sub></span></span>` : `<sup>${above}</sup></span>`);

const size = (letters) => letters.split("×").map((l) => `<b class="bp-${l}">${l}</b>`).join("×");

const WORDS = {
  W_h: (i, j) => `weight W h from input ${i + 1} to hidden unit ${j + 1}`,
  W_out: (i, j) => `weight W out from hidden unit ${i + 1} to output ${j + 1}`,
  b_h: (_, j) => `bias of hidden unit ${j + 1}`,
  b_out: (_, j) => `bias of output ${j + 1}`,
  X: (i, j) => `input ${j + 1} of example ${i + 1}`,
  Y: (i, j) => `target ${j + 1} of example ${i + 1}`,
};

// --- matrices --------------------------------------------------------------------------------------------------------

// lit(i, j) is "" for a plain entry, or a class: "part" for what takes part, "hit" for what it makes.
function matrix(letters, A, { label, lit = () => "", digits = 4, heat = 0 }) {
  const cells = A.flatMap((row, i) => row.map((value, j) => {
    const part = Math.round(Math.min(1, Math.abs(value) / heat) * 34);
    const shade = heat ? ` style="--heat:${part}%"` : "";
    return `<span class="bp-cell ${lit(i, j)} ${heat ? (value < 0 ? "neg" : "pos") : ""}"${shade}>${fixed(value, digits)}</span>`;
  }));
  const spoken = A.map((row, i) => `row ${i + 1}: ${row.map((v) => fixed(v, digits)).join(", ")}`).join("; ");
  const plain = label.replace(/<[^>]*>|&nbsp;/g, "");
  return `<div class="bp-mat"><div class="bp-cap">${label} <small>${size(letters)}</small></div>` +
    `<div class="bp-grid" role="img" aria-label="${plain}, ${A.length} by ${A[0].length}, ${spoken}" ` +
    `style="--columns:${A[0].length}">${cells.join("")}</div></div>`;
}

const sign = (text) => `<span class="bp-op">${text}</span>`;
const perN = `<span class="bp-frac"><span>1</span><i>n</i></span>`;
const pair = (operator, thing) => `<span class="bp-pair">${sign(operator)}${thing}</span>`; // never parted by a line break

// --- drawing what differs, and nothing else --------------------------------------------------------------------------

function update(place, markup) {
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  updateChildren(place, fresh.content);
}

function updateChildren(old, now) {
  const before = [...old.childNodes], after = [...now.childNodes];
  after.forEach((node, k) => (before[k] ? updateNode(before[k], node) : old.append(node)));
  before.slice(after.length).forEach((node) => node.remove());
}

function updateNode(old, now) {
  if (old.nodeName !== now.nodeName) return old.replaceWith(now);
  if (old.nodeType === Node.TEXT_NODE) return old.data === now.data || (old.data = now.data);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
  updateChildren(old, now);
}

// --- the candidates of the view "shapes" -----------------------------------------------------------------------------

// A matrix that knows the letters of its sizes; an operation that does not fit returns the reason instead.
const typed = (value, rows, columns, text) => ({ value, letters: [rows, columns], text });
const letters = (A) => A.letters.join("×");
const flip = (A) => typed(transpose(A.value), A.letters[1], A.letters[0]);
const sizeOf = (A) => [A.value.length, A.value[0].length];

function times(A, B) {
  const text = `${letters(A)} · ${letters(B)}`;
  if (sizeOf(A)[1] !== sizeOf(B)[0]) return { text, reason: `${A.letters[1]} ≠ ${B.letters[0]}` };
  return typed(product(A.value, B.value), A.letters[0], B.letters[1], text);
}

function byEntry(A, B) {
  const text = `${letters(A)} ⊙ ${letters(B)}`;
  if (String(sizeOf(A)) !== String(sizeOf(B))) return { text, reason: `${A.letters[1]} ≠ ${B.letters[1]}` };
  return typed(entrywise((a, b) => a * b, A.value, B.value), ...A.letters, text);
}

const Ah = symbol("A", "(h)"), AhT = symbol("A", "(h)⊤"), Dout = symbol("δ", "(out)"), DoutT = symbol("δ", "(out)⊤");
const CANDIDATES = [
  [`${AhT} ${Dout}`, ({ A, D }) => times(flip(A), D)],
  [`${perN} ${AhT} ${Dout}`,
    ({ A, D, n }) => { const P = times(flip(A), D); return { ...P, value: entrywise((p) => p / n, P.value) }; }],
  [`${DoutT} ${Ah}`, ({ A, D }) => times(flip(D), A)],
  [`${Ah} ${DoutT}`, ({ A, D }) => times(A, flip(D))],
  [`${Dout} ${AhT}`, ({ A, D }) => times(D, flip(A))],
  [`${Ah} ${Dout}`, ({ A, D }) => times(A, D)],
  [`${Ah} ⊙ ${Dout}`, ({ A, D }) => byEntry(A, D)],
  [`${AhT} (${Dout} ⊙ <i>σ′</i>(${symbol("Z", "(out)")}))`,
    ({ A, D, O }) => times(flip(A), { ...D, value: entrywise((d, a) => d * a * (1 - a), D.value, O) })],
  [`${symbol("Z", "(h)⊤")} ${Dout}`, ({ Z, D }) => times(flip(Z), D)],
  [`${symbol("A", "(in)⊤")} ${Dout}`, ({ X, D }) => times(flip(X), D)],
];

// The derivative of J by every entry of W_out from its definition: a nudge up, a nudge down.
function nudged(s, h = 1e-5) {
  const at = (i, j, by) => {
    const W_out = s.W_out.map((row, k) => row.map((w, l) => (k === i && l === j ? w + by : w)));
    return loss(forward({ ...s, W_out }, s.X), s.Y, s.mean);
  };
  return s.W_out.map((row, i) => row.map((_, j) => (at(i, j, h) - at(i, j, -h)) / (2 * h)));
}

const largest = (A) => Math.max(...A.flat().map(Math.abs));

// Put each candidate to the shape check and, where it passes, to the gradient check.
function judge(s) {
  const named = {
    A: typed(s.A_h, "n", "d"), D: typed(s.delta_out, "n", "t"), Z: typed(s.Z_h, "n", "d"), X: typed(s.X, "n", "m"),
    O: s.A_out, n: s.n,
  };
  const truth = nudged(s);
  return CANDIDATES.map(([formula, build]) => {
    const result = build(named);
    const fits = !result.reason && String(sizeOf(result)) === String([s.d, s.t]);
    const off = fits ? largest(entrywise((a, b) => a - b, result.value, truth)) : Infinity;
    return { formula, result, fits, off, right: off <= 1e-6 * largest(truth) };
  });
}

// --- the widget ------------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const id = `bp${++instances}`;
  const ui = { layer: "out", i: 0, j: 0, r: 0, added: 1, side: "out", columns: false, turn: 0, note: "" };
  const root = document.createElement("div");
  root.className = "bp";
  el.append(root);

  // --- state ---------------------------------------------------------------------------------------------------------

  function read() {
    const s = Object.fromEntries([...ARRAYS, "mean", "eta", "view"].map((name) => [name, model.get(name)]));
    const sizes = { m: s.W_h.length, d: s.W_out.length, t: s.W_out[0].length, n: s.X.length };
    const trace = forward(s, s.X);
    return { ...s, ...sizes, ...trace, trace, ...backward(s, trace, s.X, s.Y, s.mean), J: loss(trace, s.Y, s.mean) };
  }

  const initial = Object.fromEntries([...ARRAYS, "mean", "eta"].map((name) => [name, model.get(name)]));
  const remembered = new Map(); // entries cut off by a smaller size, to come back with a larger one

  function write(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
    schedule();
  }

  // A new entry for a grown matrix: the one that was cut off, or one that is the same on every machine.
  function entry(name, i, j) {
    const key = `${name} ${i} ${j}`;
    if (remembered.has(key)) return remembered.get(key);
    const noise = Math.abs(Math.sin(12.9898 * (i + 1) + 78.233 * (j + 1) + 37.719 * ARRAYS.indexOf(name)) * 43758.5453) % 1;
    return name === "Y" ? Math.round(noise) : Math.round(18 * noise - 9) / 10 || 0.5;
  }

  function resize(wanted) {
    const s = read(), to = { ...s, ...wanted };
    const shapes = { W_h: "md", W_out: "dt", b_h: "-d", b_out: "-t", X: "nm", Y: "nt" };
    const changes = {};
    for (const [name, [p, q]] of Object.entries(shapes)) {
      if (!s[name]) continue;
      const rows = p === "-" ? [s[name]] : s[name];
      rows.forEach((row, i) => row.forEach((v, j) => remembered.set(`${name} ${i} ${j}`, v)));
      const grown = Array.from({ length: p === "-" ? 1 : to[p] }, (_, i) =>
        Array.from({ length: to[q] }, (_, j) => rows[i]?.[j] ?? entry(name, i, j)));
      changes[name] = p === "-" ? grown[0] : grown;
    }
    write(changes);
  }

  // --- fields: one name for every number that can be dragged, stepped or typed ---------------------------------------

  const whole = (name, value, high, low = 1) => // the sentences are those of validate.py
    Number.isInteger(value) && value >= low && value <= high ? "" : `${name} is ${value}: it must be a whole number from ${low} to ${high}`;

  const pythons = (value) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

  const parse = (key) => { const [name, i, j] = key.split(" "); return [name, +i, +j]; };

  function get(key, s = read()) {
    const [name, i, j] = parse(key);
    if (name === "example") return ui.r + 1;
    if (name === "added") return ui.added;
    if (!ARRAYS.includes(name)) return s[name];
    return name[0] === "b" ? s[name][j] : s[name][i][j];
  }

  function range(key) {
    const [name] = parse(key), n = model.get("X").length;
    if (name in SIZES) return { min: 1, max: LARGEST, step: 1, pixel: 1 / 20, word: SIZES[name] };
    if (name === "example") return { min: 1, max: n, step: 1, pixel: 1 / 20, word: "example shown" };
    if (name === "added") return { min: 0, max: n, step: 1, pixel: 1 / 20, word: "examples added" };
    if (name === "eta") return { min: 0.01, max: Infinity, step: 0.1, pixel: 0.01, word: "learning rate" };
    const unit = name === "Y" ? { min: 0, max: 1 } : { min: -Infinity, max: Infinity };
    return { ...unit, step: 0.1, pixel: name === "Y" ? 0.005 : 0.01, word: WORDS[name](...parse(key).slice(1)) };
  }

  // Set a number, or return the sentence that says why not.
  function put(key, value) {
    const [name, i, j] = parse(key), n = model.get("X").length;
    if (name in SIZES) return whole(name, value, LARGEST) || resize({ [name]: value });
    if (name === "example") return whole("the example", value, n) || (ui.r = value - 1, schedule());
    if (name === "added") return whole("the number of examples added", value, n, 0) || (ui.added = value, schedule());
    if (name === "eta") return value > 0 && value < Infinity ? write({ eta: value }) : `eta is ${value}: it must be a finite number above 0`;
    if (name === "Y" && !(value >= 0 && value <= 1)) return `Y holds ${pythons(value)} at (${i}, ${j}): targets must lie in [0, 1]`;
    const old = model.get(name);
    const changed = name[0] === "b" ? old.map((v, l) => (l === j ? value : v))
      : old.map((row, k) => (k === i ? row.map((v, l) => (l === j ? value : v)) : row));
    const s = { ...read(), [name]: changed };
    if (!Number.isFinite(loss(forward(s, s.X), s.Y))) return `${name} holds ${pythons(value)}: J must stay a finite number`;
    return write({ [name]: changed });
  }

  const clamp = (value, { min, max }) => Math.min(max, Math.max(min, value));
  const nudge = (key, by) => put(key, clamp(parseFloat((get(key) + by).toPrecision(12)), range(key)));

  function field(key) {
    const r = range(key), bounds = [["min", r.min], ["max", r.max]].filter(([, v]) => Number.isFinite(v));
    return `<input class="bp-field" data-key="${key}" role="spinbutton" inputmode="text" autocomplete="off" spellcheck="false" ` +
      `aria-label="${r.word}" ${bounds.map(([n, v]) => `aria-value${n}="${v}"`).join(" ")}>`;
  }

  const dial = (key, label) =>
    `<span class="bp-dial"><span>${label}</span><button data-nudge="${key} -1" tabindex="-1" aria-label="less: ${range(key).word}">−</button>` +
    `${field(key)}<button data-nudge="${key} 1" tabindex="-1" aria-label="more: ${range(key).word}">+</button></span>`;

  const toggle = (name, legend, options) =>
    `<fieldset class="bp-toggle"><legend class="bp-sr">${legend}</legend>` +
    options.map(([value, text]) => `<label><input type="radio" name="${id}-${name}" data-toggle="${name}" value="${value}"><span>${text}</span></label>`).join("") +
    `</fieldset>`;

  const editable = (name, label, letters, rows) =>
    `<div class="bp-mat"><div class="bp-cap">${label} <small>${size(letters)}</small></div>` +
    `<div class="bp-grid bp-edit" role="group" aria-label="${label.replace(/<[^>]*>/g, "")}" style="--columns:${rows[0].length}">` +
    rows.map((row, i) => row.map((_, j) => field(`${name} ${i} ${j}`)).join("")).join("") + `</div></div>`;

  // --- what stays while the numbers change: built anew only when sizes or view change --------------------------------

  let built = "";

  function build(s) {
    const shape = [s.m, s.d, s.t, s.n, !!s.b_h, s.view].join();
    if (shape === built) return;
    built = shape;
    ui.r = Math.min(ui.r, s.n - 1);
    ui.added = Math.min(ui.added, s.n);
    ui.i = Math.min(Math.max(ui.i, s.b_h ? -1 : 0), (ui.layer === "out" ? s.d : s.m) - 1);
    ui.j = Math.min(ui.j, (ui.layer === "out" ? s.t : s.d) - 1);
    const tabs = Object.entries(VIEWS).map(([view, title]) =>
      `<button role="tab" id="${id}-${view}" data-tab="${view}" aria-controls="${id}-panel" aria-selected="${view === s.view}" ` +
      `tabindex="${view === s.view ? 0 : -1}">${title}</button>`).join("");
    const layer = (l, letters) => `<div class="bp-layer">${editable(`W_${l}`, symbol("W", `(${l})`), letters, s[`W_${l}`])}` +
      (s[`b_${l}`] ? editable(`b_${l}`, symbol("b", `(${l})`), letters[2], [s[`b_${l}`]]) : "") + `</div>`;
    const reduction = toggle("mean", "J is the sum or the mean over the examples", [["false", "sum"], ["true", "mean"]]);
    const bar = `<div class="bp-bar"><span class="bp-loss"></span>` +
      (s.n > 1 && s.view === "paths" ? dial("example", "example") : "") + (s.view === "paths" ? reduction : "") +
      `<span class="bp-go"><button data-do="step">One step downhill</button><label><i>η</i> ${field("eta")}</label></span>` +
      `<button data-do="reset" class="bp-quiet">Reset</button></div>`;
    const numbers = `<div class="bp-numbers"><div class="bp-layer">${editable("X", symbol("X"), "n×m", s.X)}${editable("Y", symbol("Y"), "n×t", s.Y)}</div>` +
      `${layer("h", "m×d")}${layer("out", "d×t")}</div>` +
      `<p class="bp-hint">Drag a number, type one, or press ↑ ↓; ← → moves to the next.</p>`;
    const stage = {
      paths: () => `<div class="bp-net"></div>${bar}${numbers}<div class="bp-out"></div>`,
      shapes: () => `<div class="bp-bar">${Object.keys(SIZES).map((k) => dial(k, `<b class="bp-${k}">${k}</b>`)).join("")}${reduction}</div>` +
        `<div class="bp-bar"><button data-sizes="2 2 2 2">2-2-2, n = 2</button><button data-sizes="3 4 2 5">3-4-2, n = 5</button>` +
        `<button data-sizes="3 4 2 1">3-4-2, n = 1</button><button data-do="reset" class="bp-quiet">Reset</button></div><div class="bp-out"></div>`,
      examples: () => `<div class="bp-bar">${dial("added", "examples added")}<button data-do="add"></button>` +
        toggle("side", "Which gradient", [["out", `∂<i>J</i>/∂${symbol("W", "(out)")}`], ["h", `∂<i>J</i>/∂${symbol("W", "(h)")}`]]) +
        toggle("columns", "Examples are rows or columns", [["false", "rows"], ["true", "columns"]]) +
        `${reduction}${dial("n", `<b class="bp-n">n</b>`)}</div><div class="bp-out"></div>${bar}${numbers}`,
    }[s.view]();
    update(root, `<div class="bp-tabs" role="tablist" aria-label="View of the network">${tabs}</div>` +
      `<div id="${id}-panel" role="tabpanel" aria-labelledby="${id}-${s.view}" class="bp-panel">${stage}</div>` +
      `<p class="bp-error" id="${id}-error" role="alert" hidden></p><p class="bp-sr" role="status"></p>`);
    for (const grid of root.querySelectorAll(".bp-edit")) // one stop of the Tab key for each matrix
      grid.querySelectorAll("input").forEach((input, k) => (input.tabIndex = k ? -1 : 0));
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  let due = 0, told = 0, width = 700;

  function measure() {
    const net = root.querySelector(".bp-panel").clientWidth;
    if (!net || net === width) return;
    width = net;
    draw();
  }

  function schedule() {
    due ||= requestAnimationFrame(() => { due = 0; draw(); });
  }

  function draw() {
    const s = read();
    build(s);
    for (const input of root.querySelectorAll(".bp-field")) {
      const value = get(input.dataset.key, s), text = short(value);
      if (input !== typing && input.value !== text) input.value = text;
      if (input.getAttribute("aria-valuenow") === String(value)) continue;
      input.setAttribute("aria-valuenow", value);
      input.setAttribute("aria-valuetext", text.replaceAll("−", "-"));
    }
    for (const radio of root.querySelectorAll("[data-toggle]"))
      radio.checked = String(radio.dataset.toggle === "mean" ? s.mean : ui[radio.dataset.toggle]) === radio.value;
    const out = root.querySelector(".bp-out");
    const note = { paths, shapes, examples }[s.view](s, out);
    const lossText = root.querySelector(".bp-loss");
    if (lossText) lossText.innerHTML = `<i>J</i>${s.mean ? "/<i>n</i>" : ""} = <b>${fixed(s.J)}</b>`;
    clearTimeout(told);
    told = setTimeout(() => {
      const status = root.querySelector("[role=status]"), text = ui.note + note;
      if (status.textContent !== text) status.textContent = text;
      ui.note = "";
    }, 500);
  }

  // --- view: paths ---------------------------------------------------------------------------------------------------

  const chosen = (layer, i, j) => ui.layer === layer && ui.i === i && ui.j === j;

  function network(s, width) {
    const narrow = width < 560, R = narrow ? 20 : 26, S = narrow ? 76 : 88, digits = narrow ? 3 : 4, r = ui.r;
    const [xIn, xH, xOut, xL] = (narrow ? [0.07, 0.37, 0.67, 0.91] : [0.08, 0.36, 0.64, 0.82]).map((f) => f * width);
    const xJ = narrow ? null : 0.945 * width;
    const height = Math.max(s.m, s.d, s.t) * S + 26, middle = 26 + (height - 26) / 2;
    const y = (index, count) => middle + (index - (count - 1) / 2) * S;
    const box = narrow ? 28 : 36;
    const parts = { glow: "", edges: "", labels: "", units: "" };
    const onPath = (layer, j) => (ui.layer === layer ? j === ui.j : layer === "out"); // does the unit lie on a lit path?
    const curve = (x0, y0, x1, y1) => `M${x0} ${y0}C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`;
    const glow = (d) => (parts.glow += `<path class="glow" d="${d}"/><path class="flow turn${ui.turn}" d="${d}"/>`);
    const letter = (l, above, below) => `<tspan class="it">${l}</tspan><tspan class="ss" dy="-5">(${above})</tspan>` +
      `<tspan class="ss" dy="9" dx="${{ in: -13, h: -11, out: -17 }[above]}">${below}</tspan>`;

    const text = (x, yy, content, kind = "") => `<text class="${kind}" x="${x}" y="${yy}">${content}</text>`;
    const italic = (l) => `<tspan class="it">${l}</tspan>`;
    const pill = (x, yy, half, content) =>
      `<rect x="${x - half}" y="${yy - 7.5}" width="${2 * half}" height="15" rx="4"/>${text(x, yy + 4, content)}`;

    function gap(name, layer, W, x0, x1, p, q) {
      const crowded = p * q > (narrow ? 9 : 16), rise = crowded || p === 1 ? 1 / 2 : 1 / (q + 1);
      let u = 0.5; // where along each curve its label stands: with this rise the labels of the gap lie at equal distances
      for (let k = 0; k < 30; k++) u -= (3 * u * u - 2 * u ** 3 - rise) / (6 * u - 6 * u * u);
      const xu = x0 + R + (1.5 * u - 1.5 * u * u + u ** 3) * (x1 - x0 - 2 * R);
      W.forEach((row, i) => row.forEach((w, j) => {
        const d = curve(x0 + R, y(i, p), x1 - R, y(j, q));
        const lit = chosen(layer, i, j) || (layer === "out" && ui.layer === "h" && i === ui.j);
        if (lit) glow(d);
        const kind = (lit ? " lit" : "") + (chosen(layer, i, j) ? " chosen" : ""), label = short(w, 3);
        const thick = (0.8 + 1.6 * Math.min(2, Math.abs(w))).toFixed(2);
        parts.edges += `<path class="edge ${w < 0 ? "neg" : ""}${kind}" d="${d}" stroke-width="${thick}"/>` +
          `<path class="hit" data-edge="${layer} ${i} ${j}" d="${d}"/>`;
        if (crowded && !lit) return;
        parts.labels += `<g class="tag${kind}" data-key="${name} ${i} ${j}">` +
          `${pill(xu, y(i, p) + (y(j, q) - y(i, p)) * rise, 3.4 * label.length + 5, label)}</g>`;
      }));
    }

    function unit(kind, x, yy, name, value, { key = "", lit = false, error = null, bias = null } = {}) {
      parts.units += `<g class="unit ${kind} ${lit ? "lit" : ""}" ${key && `data-key="${key}"`}>` +
        `<circle cx="${x}" cy="${yy}" r="${R}"/>${text(x, yy - 6, name, "name")}${text(x, yy + 11, value)}</g>`;
      if (error !== null) parts.units += text(x, yy + R + 14, `${italic("δ")} ${error}`, "delta");
      if (!bias) return;
      const label = short(bias.value, 3), on = chosen(kind, -1, bias.j) ? "lit chosen" : "";
      parts.units += `<g class="tag bias ${on}" data-key="${bias.key}">` +
        `${pill(x, yy - R - 9.5, 3.3 * label.length + 9, `${italic("b")} ${label}`)}</g>`;
    }

    gap("W_h", "h", s.W_h, xIn, xH, s.m, s.d);
    gap("W_out", "out", s.W_out, xH, xOut, s.d, s.t);
    s.X[r].forEach((x, i) => unit("in", xIn, y(i, s.m), letter("a", "in", i + 1), short(x, digits),
      { key: `X ${r} ${i}`, lit: ui.layer === "h" && ui.i === i }));
    s.A_h[r].forEach((a, j) => unit("h", xH, y(j, s.d), letter("a", "h", j + 1), fixed(a, digits), {
      lit: ui.layer === "h" ? ui.j === j : ui.i === j, error: fixed(s.delta_h[r][j], digits),
      bias: s.b_h && { value: s.b_h[j], key: `b_h 0 ${j}`, j },
    }));
    const L = losses(s.trace, s.Y)[r];
    s.A_out[r].forEach((a, j) => {
      const yy = y(j, s.t), lit = onPath("out", j);
      unit("out", xOut, yy, letter("a", "out", j + 1), fixed(a, digits), {
        lit, error: fixed(s.delta_out[r][j], digits), bias: s.b_out && { value: s.b_out[j], key: `b_out 0 ${j}`, j },
      });
      const d = `M${xOut + R} ${yy}H${xL - box}`, toJ = xJ && curve(xL + box, yy, xJ - 24, middle);
      if (lit) { glow(d); if (toJ) glow(toJ); }
      parts.edges += `<path class="edge loss" d="${d}"/>${toJ ? `<path class="edge loss" d="${toJ}"/>` : ""}`;
      parts.units += `<g class="unit loss ${lit ? "lit" : ""}" data-key="Y ${r} ${j}">` +
        `<rect x="${xL - box}" y="${yy - 21}" width="${2 * box}" height="42" rx="7"/>` +
        `${text(xL, yy - 4, `${italic("y")} ${short(s.Y[r][j], 3)}`)}${text(xL, yy + 13, `${italic("L")} ${fixed(L[j], 3)}`)}</g>`;
    });
    const Jr = L.reduce((a, b) => a + b, 0);
    const name = italic("J") + (s.n > 1 ? `<tspan class="ss" dy="-5">[${r + 1}]</tspan>` : "");
    if (xJ) parts.units += `<g class="unit loss lit"><circle cx="${xJ}" cy="${middle}" r="24"/>` +
      `${text(xJ, middle - 5, name, "name")}${text(xJ, middle + 11, fixed(Jr, 3))}</g>`;
    const heads = [[xIn, "in", "m", "inputs, "], [xH, "h", "d", "hidden, "], [xOut, "out", "t", "outputs, "]].map(
      ([x, kind, l, word]) => text(x, 12, `${narrow ? "" : word}${l} = ${s[l]}`, `size ${kind}`)).join("");
    const list = (values) => values.map((v) => fixed(v)).join(", ");
    const say = `Network ${s.m}-${s.d}-${s.t}, example ${r + 1}. Inputs ${s.X[r].map((v) => short(v)).join(", ")}. ` +
      `Hidden ${list(s.A_h[r])}. Outputs ${list(s.A_out[r])}. Errors of the outputs ${list(s.delta_out[r])}.`;
    return `<svg role="img" aria-label="${say}" width="${width}" height="${height + 6}" viewBox="0 0 ${width} ${height + 6}">` +
      `${heads}${parts.glow}${parts.edges}${parts.labels}${parts.units}</svg>`;
  }

  function paths(s, out) {
    update(root.querySelector(".bp-net"), network(s, width));
    const { layer, i, j, r } = ui, toOut = layer === "out", bias = i < 0;
    for (const input of root.querySelectorAll(".bp-edit input")) {
      const [name, k, l] = parse(input.dataset.key);
      input.classList.toggle("chosen", name === (bias ? "b_" : "W_") + layer && (bias || k === i) && l === j);
      input.classList.toggle("shown", "XY".includes(name) && k === r && s.n > 1);
    }
    const D = toOut ? s.delta_out : s.delta_h, A = bias ? s.X.map(() => [1]) : toOut ? s.A_h : s.X;
    const ii = Math.max(i, 0), a = A[r][ii], entry = D[r][j] * a;
    const target = bias ? symbol("b", `(${layer})`, j + 1) : symbol("w", `(${layer})`, `${i + 1},${j + 1}`);
    const by = `∂<i>J</i>/∂${target}`;
    const factor = (name, value, note = "", kind = "") =>
      `<span class="bp-factor ${kind}"><span>${name}</span><b>${fixed(value)}</b>${note && `<small>${note}</small>`}</span>`;
    const came = (note) => (bias ? factor("bias", 1, note) : factor(symbol("a", toOut ? "(h)" : "(in)", i + 1), a, note)), before = came();
    const brief = sign("=") + factor(symbol("δ", `(${layer})`, j + 1), D[r][j], "error") + sign("·") + came("what came in") + sign("=") +
      (s.n > 1 ? factor("this example", entry, "", "now") : factor(by, entry, "", "hit"));
    let lines;
    if (toOut) {
      const o = s.A_out[r][j], slope = o * (1 - o), y = s.Y[r][j];
      const dL = (o - y) / slope;
      lines = `<div class="bp-line">` + (slope > 0 ? factor(`∂<i>L</i>/∂${symbol("a", "(out)", j + 1)}`, dL) + sign("·") +
        factor(`<i>σ′</i>(${symbol("z", "(out)", j + 1)})`, slope) + sign("·") + before : factor(by, entry)) + brief + `</div>`;
    } else {
      const h = s.A_h[r][j];
      lines = s.W_out[j].map((w, k) => `<div class="bp-line"><em>path${s.t > 1 ? ` ${k + 1}` : ""}</em>` +
        factor(symbol("δ", "(out)", k + 1), s.delta_out[r][k]) + sign("·") + factor(symbol("w", "(out)", `${j + 1},${k + 1}`), w) + sign("·") +
        factor(`<i>σ′</i>(${symbol("z", "(h)", j + 1)})`, h * (1 - h)) + sign("·") + before + sign("=") +
        factor("", s.delta_out[r][k] * w * h * (1 - h) * a, "", "now") + `</div>`).join("");
      lines += `<div class="bp-line"><em>${s.t > 1 ? "together" : "in short"}</em>${brief.slice(sign("=").length)}</div>`;
    }
    const G = bias ? [s[`db_${layer}`]] : s[`dW_${layer}`], total = G[ii][j];
    if (s.n > 1) lines += `<div class="bp-line"><em>all examples</em>` + (s.mean ? sign(perN) + sign("(") : "") +
      A.map((row, q) => `<span class="bp-factor ${q === r ? "now" : ""}"><b>${fixed(row[ii] * D[q][j])}</b></span>`).join(sign("+")) +
      (s.mean ? sign(")") : "") + sign("=") + factor(by, total, "", "hit") + `</div>`;
    const [p, q] = toOut ? ["d", "t"] : ["m", "d"], pp = bias ? "1" : p;
    const dense = s.n + 2 * G[0].length > 8, digits = dense ? 3 : 4;
    const nameT = bias ? "<b>1</b><sup>⊤</sup>" : symbol("A", toOut ? "(h)⊤" : "(in)⊤");
    const pick = (now) => (now && s.n > 1 ? "hit" : "part");
    const left = matrix(`${pp}×n`, transpose(A), { label: nameT, digits, lit: (k, e) => (k === ii ? pick(e === r) : "") });
    const right = matrix(`n×${q}`, D, { label: symbol("δ", `(${layer})`), digits, lit: (e, k) => (k === j ? pick(e === r) : "") });
    const made = matrix(`${pp}×${q}`, G, {
      label: `∂<i>J</i>/∂${symbol(bias ? "b" : "W", `(${layer})`)}`, digits, lit: (k, l) => (k === ii && l === j ? "hit" : ""),
    });
    const several = !toOut && s.t > 1;
    update(out, `<p class="bp-title">From <i>J</i> back to ${target}: ` +
      `${several ? `${s.t} paths lead, and their products add` : "one path leads"}</p>${lines}` +
      `<p class="bp-title">The entry ${several ? "they make" : "it makes"}</p><div class="bp-line bp-product ${dense ? "bp-dense" : ""}">` +
      `${s.mean && s.n > 1 ? sign(perN) : ""}${left}${pair("·", right)}${pair("=", made)}</div>`);
    const spoken = WORDS[(bias ? "b_" : "W_") + layer](i, j);
    return `J is ${fixed(s.J)}. Derivative by ${spoken}: ${fixed(total)}.`;
  }

  // --- view: shapes --------------------------------------------------------------------------------------------------

  function shapes(s, out) {
    const results = judge(s), fit = results.filter((c) => c.fits), right = results.filter((c) => c.right);
    const mark = (ok, yes, no) => `<span class="bp-mark ${ok ? "yes" : "no"}">${ok ? "✓" : "✗"}</span> ${ok ? yes : no}`;
    const numbers = (text) => text.replace(/[mdtn]/g, (l) => `<b class="bp-${l}">${s[l]}</b>`);
    const colored = (text) => text.replace(/[mdtn]/g, (l) => `<b class="bp-${l}">${l}</b>`);
    const rows = results.map(({ formula, result, fits, off, right }) => {
      const made = result.reason ? "" : letters(result);
      const chance = fits && made !== "d×t";
      const arithmetic = `<span>${colored(result.text)}</span><span>${numbers(result.text)}${made && ` = ${numbers(made)}`}</span>`;
      const shape = mark(fits, chance ? `fits, as ${coincidence(made)}` : "fits", result.reason ? colored(result.reason) : `not ${numbers("d×t")}`);
      return `<tr class="${right ? "right" : fits ? "fits" : "out"}"><th scope="row">${formula}</th><td class="bp-sizes">${arithmetic}</td>` +
        `<td>${shape}</td><td>${fits ? mark(right, "agrees", `off by ${fixed(off)}`) : `<span class="bp-mark no">–</span>`}</td></tr>`;
    }).join("");
    const were = (k) => (k === 1 ? "1 passes" : `${k} pass`);
    const verdict = `${fit.length} of ${results.length} have the shape ${s.d} × ${s.t}; ${were(right.length)} the gradient check`;
    update(out, `<p class="bp-verdict">Which of these is ∂<i>J</i>/∂${symbol("W", "(out)")}? <strong>${verdict}.</strong></p>` +
      `<table class="bp-table"><thead><tr>${["Formula", "Sizes", "Shape check", "Gradient check"].map((h) => `<th scope="col">${h}</th>`).join("")}</tr></thead>` +
      `<tbody>${rows}</tbody></table>` +
      `<p class="bp-hint">Gradient check: each weight nudged by ±0.00001, the change of <i>J</i> against the formula, computed here.</p>`);
    return `${verdict}.`;
  }

  // Why a matrix with other letters has the sizes d × t all the same: the letters that happen to be equal numbers.
  function coincidence(made) {
    const pairs = made.split("×").map((l, k) => [l, "dt"[k]]).filter(([a, b]) => a !== b);
    const seen = new Set();
    return pairs.map(([a, b]) => [a, b].sort().join(" = ")).filter((p) => !seen.has(p) && seen.add(p)).join(", ");
  }

  // --- view: examples ------------------------------------------------------------------------------------------------

  function examples(s, out) {
    const toOut = ui.side === "out", k = ui.added, D = toOut ? s.delta_out : s.delta_h, A = toOut ? s.A_h : s.X;
    const layer = `(${ui.side})`, before = toOut ? "(h)" : "(in)", [p, q] = toOut ? ["d", "t"] : ["m", "d"];
    const turn = (M) => (ui.columns ? transpose(M) : M), shape = ui.columns ? `${q}×${p}` : `${p}×${q}`;
    const outer = A.map((a, r) => a.map((x) => D[r].map((e) => x * e)));
    const zero = A[0].map(() => D[0].map(() => 0));
    const count = s.mean ? s.n : 1;
    const sum = outer.slice(0, k).reduce((S, O) => entrywise((x, y) => x + y, S, O), zero);
    const part = entrywise((x) => x / count, sum), full = toOut ? s.dW_out : s.dW_h;
    const heat = largest(outer.flat()) || 1;
    const state = (r) => (r >= k ? "later" : r === k - 1 ? "hit" : "part");
    const dense = Math.max(A[0].length, D[0].length) > 3, digits = dense ? 3 : 4;
    const a = (r) => symbol("a", `${before}[${r + 1}]⊤`), e = (r) => symbol("δ", `${layer}[${r + 1}]`);
    const both = (x, y) => (ui.columns ? y + x : x + y); // columns: δAᵀ where rows have Aᵀδ
    const AT = symbol("A", `${before}⊤`), delta = symbol("δ", layer);
    const left = ui.columns ? matrix(`${q}×n`, transpose(D), { label: delta, digits, lit: (_, r) => state(r) })
      : matrix(`${p}×n`, transpose(A), { label: AT, digits, lit: (_, r) => state(r) });
    const right = ui.columns ? matrix(`n×${p}`, A, { label: AT, digits, lit: state })
      : matrix(`n×${q}`, D, { label: delta, digits, lit: state });
    const cards = outer.map((O, r) => {
      const card = `<div class="bp-card ${state(r)}">${matrix(shape, turn(O), { label: both(a(r), e(r)), heat, digits })}</div>`;
      return r ? pair("+", card) : card;
    });
    const off = largest(entrywise((x, y) => x - y, part, full)), same = off <= 1e-12 * (largest(full) || 1);
    const added = k < s.n ? `${k} of ${s.n} examples added` : s.n === 1 ? "The one example added" : `All ${s.n} examples added`;
    update(out, `<p class="bp-title">Column <i>r</i> of the left factor times row <i>r</i> of the right: one outer product for each example</p>` +
      `<div class="${dense ? "bp-dense" : ""}"><div class="bp-line bp-product">${left}${pair("·", right)}</div>` +
      `<div class="bp-line bp-cards">${cards.join("")}</div>` +
      `<p class="bp-title">${added}${s.mean ? ", the sum divided by <i>n</i>, once" : ""}</p>` +
      `<div class="bp-line bp-product">${matrix(shape, turn(part), { label: `pile${s.mean ? " / <i>n</i>" : ""}`, heat: heat / count, digits })}` +
      pair(same ? "=" : "≠", matrix(shape, turn(full), { label: `${s.mean ? perN : ""}${both(AT, delta)}`, heat: heat / count, digits })) +
      `<p class="bp-verdict ${same ? "right" : ""}">${same ? "✓ The pile is the matrix product." : `Still off by ${fixed(off)}.`}</p></div></div>`);
    const add = root.querySelector("[data-do=add]");
    add.textContent = k < s.n ? `Add example ${k + 1}` : "Start from nothing";
    return `${k} of ${s.n} examples added: ${same ? "the pile equals the gradient" : `off by ${fixed(off)}`}.`;
  }

  // --- typing --------------------------------------------------------------------------------------------------------

  let typing = null; // the field whose text is being typed, and not to be overwritten
  let start = 0; // its number before that
  const error = () => root.querySelector(".bp-error");

  function refuse(input, sentence) {
    const box = error(), place = input.getBoundingClientRect(), frame = root.getBoundingClientRect();
    box.textContent = sentence + ".";
    box.hidden = false;
    box.style.top = `${place.bottom - frame.top + 4}px`;
    box.style.left = `${Math.max(0, Math.min(place.left - frame.left, frame.width - box.offsetWidth))}px`;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", box.id);
  }

  function accept() {
    error().hidden = true;
    for (const input of root.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }

  // Take what stands in the field: a number at once, half a number when it is finished, anything else never.
  function take(input, finished) {
    const { key } = input.dataset, text = input.value.trim().replaceAll("−", "-");
    if (typing !== input) start = get(key);
    typing = input;
    let sentence = "";
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
      if (text !== short(get(key)).replaceAll("−", "-")) sentence = put(key, Number(text));
    } else if (finished || !/^[+-]?\d*\.?\d*(e[+-]?)?$/i.test(text)) {
      sentence = `${text ? `“${text.slice(0, 20)}”` : "an empty field"} is not a number: type digits such as −0.35`;
    }
    if (sentence) {
      if (get(key) !== start) put(key, start); // “0” of “0,5” was a number, but not the one that was meant
      refuse(input, sentence);
    } else accept();
    if (finished) stop(input);
  }

  function stop(input) {
    typing = null;
    input.value = short(get(input.dataset.key));
  }

  // --- choosing and acting -------------------------------------------------------------------------------------------

  function choose(key) {
    const [name, i, j] = parse(key);
    const weight = { layer: name.slice(2), i: name[0] === "b" ? -1 : i, j };
    if (name[1] === "_" && !chosen(weight.layer, weight.i, weight.j)) Object.assign(ui, weight, { turn: 1 - ui.turn });
    if (name === "X" || name === "Y") ui.r = i;
    schedule();
  }

  const actions = {
    step() {
      const s = read(), stepped = step(s, s, s.eta), J = loss(forward(stepped, s.X), s.Y, s.mean);
      if (!Number.isFinite(J)) return;
      ui.note = `One step: J went from ${fixed(s.J)} to ${fixed(J)}. `;
      write(stepped);
    },
    reset() {
      remembered.clear();
      Object.assign(ui, { added: 1, i: 0, j: 0, r: 0, layer: "out", note: "Reset. " });
      accept();
      write(initial);
    },
    add() {
      const n = model.get("X").length, k = ui.added;
      put("added", k < n ? k + 1 : 0);
    },
  };

  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { tab, nudge: by, do: action, sizes } = button.dataset;
    if (tab) show(tab);
    if (action) actions[action]();
    if (sizes) { const [m, d, t, n] = sizes.split(" ").map(Number); resize({ m, d, t, n }); }
    if (by) { const [name, step] = by.split(" "); nudge(name, +step); }
  });

  function show(view) {
    write({ view });
    draw();
    root.querySelector(`[data-tab=${view}]`).focus({ preventScroll: true });
  }

  root.addEventListener("change", ({ target }) => {
    const { toggle: name } = target.dataset, value = target.value;
    if (target.matches(".bp-field")) return take(target, true);
    if (name === "mean") write({ mean: value === "true" });
    else if (name) { ui[name] = name === "columns" ? value === "true" : value; schedule(); }
  });

  root.addEventListener("input", ({ target }) => target.matches(".bp-field") && take(target, false));

  root.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".bp-field")) return;
    if (!target.matches("[aria-invalid]")) accept();
    target.select();
    target.closest(".bp-edit")?.querySelectorAll("input").forEach((input) => (input.tabIndex = input === target ? 0 : -1));
    choose(target.dataset.key);
  });

  root.addEventListener("focusout", ({ target }) => target === typing && take(target, true));

  // --- keys: heard before JupyterLab, which would take the arrows, Enter and letters for its own commands ------------

  function onKey(event) {
    const { target, key } = event;
    if (!root.contains(target) || event.ctrlKey || event.metaKey || event.altKey || (key === "Enter" && event.shiftKey)) return;
    event.stopPropagation();
    const used = target.matches(".bp-field") ? fieldKey(target, key) : target.matches("[role=tab]") && tabKey(target, key);
    if (used) event.preventDefault();
  }

  function fieldKey(input, key) {
    const r = range(input.dataset.key);
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[key];
    const end = { Home: r.min, End: r.max }[key];
    if (by || (Number.isFinite(end) && input !== typing)) {
      typing = null;
      accept();
      const sentence = by ? nudge(input.dataset.key, by * r.step) : put(input.dataset.key, end);
      if (sentence) refuse(input, sentence);
      return true;
    }
    if (key === "Enter") { take(input, true); input.select(); return true; }
    if (key === "Escape") {
      if (input === typing && get(input.dataset.key) !== start) put(input.dataset.key, start);
      accept();
      stop(input);
      input.select();
      return true;
    }
    const side = { ArrowLeft: -1, ArrowRight: 1 }[key], whole = input.selectionEnd - input.selectionStart === input.value.length;
    if (!side || !(whole || input.selectionStart === (side < 0 ? 0 : input.value.length))) return false;
    const all = [...(input.closest(".bp-edit")?.querySelectorAll("input") ?? [])], next = all[all.indexOf(input) + side];
    next?.focus();
    return !!next;
  }

  function tabKey(tab, key) {
    const views = Object.keys(VIEWS), at = views.indexOf(tab.dataset.tab);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: views.length - 1 }[key];
    if (to === undefined) return false;
    show(views.at(to % views.length));
    return true;
  }

  window.addEventListener("keydown", onKey, true);

  // --- dragging ------------------------------------------------------------------------------------------------------

  let drag = null;

  root.addEventListener("pointerdown", (event) => {
    const { target } = event, edge = target.closest("[data-edge]"), held = target.closest("[data-key]");
    if (edge) { const [layer, i, j] = edge.dataset.edge.split(" "); choose(`W_${layer} ${i} ${j}`); }
    if (!held || event.button > 0 || (held.matches("input") && held === document.activeElement)) return;
    const key = held.dataset.key;
    if (!held.matches("input")) choose(key);
    drag = { key, x: event.clientX, from: get(key), moved: false, id: event.pointerId, held };
  });

  // A press on a field may become a drag: the caret comes when it did not.
  root.addEventListener("mousedown", (event) => drag && event.target.matches(".bp-field") && event.preventDefault());

  root.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.id) return;
    const dx = event.clientX - drag.x;
    if (!drag.moved && Math.abs(dx) < 4) return;
    if (!drag.moved) { drag.moved = true; accept(); typing = null; root.setPointerCapture(drag.id); root.classList.add("bp-dragging"); }
    const r = range(drag.key), value = drag.from + dx * r.pixel;
    put(drag.key, clamp(r.step === 1 ? Math.round(value) : Math.round(value * 100) / 100, r));
  });

  for (const type of ["pointerup", "pointercancel"])
    root.addEventListener(type, (event) => {
      if (!drag || event.pointerId !== drag.id) return;
      if (!drag.moved && type === "pointerup" && drag.held.matches("input")) drag.held.focus();
      drag = null;
      root.classList.remove("bp-dragging");
    });

  // --- life ----------------------------------------------------------------------------------------------------------

  for (const name of [...ARRAYS, "mean", "eta", "view"]) model.on(`change:${name}`, schedule);
  const resized = new ResizeObserver(measure);
  draw();
  measure();
  resized.observe(root);
  return () => {
    window.removeEventListener("keydown", onKey, true);
    resized.disconnect();
    cancelAnimationFrame(due);
    clearTimeout(told);
    for (const name of [...ARRAYS, "mean", "eta", "view"]) model.off(`change:${name}`, schedule);
  };
}

export default { render };
