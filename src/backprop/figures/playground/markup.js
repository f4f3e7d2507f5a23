// The parts every view is made of, as HTML.

const NARROW = 560; // px: on a narrower page the numbers wait to be asked for

// What only a wide page has room for.
const long = (text) => `<span class="bp-long">${text}</span>`;

const operator = (text) => `<span class="bp-op">${text}</span>`;
const withOperator = (text, part) => `<span class="bp-pair">${operator(text)}${part}</span>`; // no line break between
const oneOverN = `<span class="bp-frac"><span>1</span><i>n</i></span>`;

// light(i, j) is "" for a plain entry, "part" for one that takes part, "hit" for what they make. An entry of magnitude
// `heat` has the strongest background. With `was`, an entry that differs from it says what it was. With `key`, a click
// on an entry chooses the weight "key i j".
function matrix(letters, A, { label, light = () => "", digits = 4, heat = 0, was = null, key = "", turned = false }) {
  const cells = A.flatMap((row, i) => row.map((value, j) => {
    const choose = key && ` data-choose="${key} ${turned ? `${j} ${i}` : `${i} ${j}`}"`;
    return matrixEntry(value, { light: light(i, j), digits, heat, choose, was: was?.[i][j] ?? value });
  }));
  const spoken = A.map((row, i) => `row ${i + 1}: ${row.map((value) => fixed(value, digits)).join(", ")}`).join("; ");
  return `<div class="bp-mat"><div class="bp-cap">${label} <small>${sizesInColor(letters)}</small></div>` +
    `<div class="bp-grid" role="img" style="--columns:${A[0].length}" ` +
    `aria-label="${withoutTags(label)}, ${A.length} by ${A[0].length}, ${spoken}">${cells.join("")}</div></div>`;
}

function matrixEntry(value, { light, digits, heat, choose, was }) {
  const text = fixed(value, digits), old = fixed(was, digits), changed = text !== old;
  const sign = heat ? (value < 0 ? "neg" : "pos") : "";
  const strength = heat ? ` style="--heat:${Math.round(34 * Math.min(1, Math.abs(value) / heat))}%"` : "";
  return `<span class="bp-cell ${light} ${sign} ${changed ? "changed" : ""}"${strength}${choose}>` +
    `${text}${changed ? `<small>was ${old}</small>` : ""}</span>`;
}

function editableMatrix(name, label, letters, rows) {
  const inputs = rows.map((row, i) => row.map((_, j) => numberField(`${name} ${i} ${j}`)).join("")).join("");
  return `<div class="bp-mat"><div class="bp-cap">${label} <small>${sizesInColor(letters)}</small></div>` +
    `<div class="bp-grid bp-edit" role="group" aria-label="${withoutTags(label)}" ` +
    `style="--columns:${rows[0].length}">${inputs}</div></div>`;
}

// Its value, its bounds and its text are written by showField in picture.js.
const numberField = (key) => `<input class="bp-field" data-key="${key}" role="spinbutton" inputmode="text" ` +
  `autocomplete="off" spellcheck="false" aria-label="${wordsOf(key)}">`;

function dial(key, label) {
  const nudge = (by, sign, word) =>
    `<button data-nudge="${key} ${by}" tabindex="-1" aria-label="${word}: ${wordsOf(key)}">${sign}</button>`;
  return `<span class="bp-dial"><span>${label}</span>${nudge(-1, "−", "less")}${numberField(key)}` +
    `${nudge(1, "+", "more")}</span>`;
}

// A choice of two, as radio buttons; `group` makes their name unique on the page.
function toggle(group, name, legend, options) {
  const labels = options.map(([value, text]) => `<label><input type="radio" name="${group}-${name}" ` +
    `data-toggle="${name}" value="${value}"><span>${text}</span></label>`);
  return `<fieldset class="bp-toggle"><legend class="bp-sr">${legend}</legend>${labels.join("")}</fieldset>`;
}

const sumOrMean = (group) =>
  toggle(group, "mean", "J is the sum or the mean over the examples", [["false", "sum"], ["true", "mean"]]);
