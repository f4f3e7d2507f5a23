// Numbers and symbols as text and as HTML.

const SIZES = { m: "inputs", d: "hidden units", t: "outputs", n: "examples" };

// The words for each number and unit.
const WORDS = {
  W_h: (i, j) => `weight W h from input ${i + 1} to hidden unit ${j + 1}`,
  W_out: (i, j) => `weight W out from hidden unit ${i + 1} to output ${j + 1}`,
  b_h: (_, j) => `bias of hidden unit ${j + 1}`,
  b_out: (_, j) => `bias of output ${j + 1}`,
  X: (i, j) => `input ${j + 1} of example ${i + 1}`,
  Y: (i, j) => `target ${j + 1} of example ${i + 1}`,
  unit_in: (_, j) => `input ${j + 1}`,
  unit_h: (_, j) => `hidden unit ${j + 1}`,
  unit_out: (_, j) => `output ${j + 1}`,
};

const withMinus = (text) => text.replaceAll("-", "−");
const withHyphen = (text) => text.replaceAll("−", "-");

// A number with the same count of decimals as its neighbors in a column.
function fixed(value, digits = 4) {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) return withMinus(String(value)).replace("Infinity", "∞");
  if (magnitude >= 1e5 || (magnitude && magnitude < 0.5 * 10 ** -digits)) return scientific(value, 1);
  if (magnitude >= 1000) return withMinus(value.toFixed(0));
  return withMinus(value.toFixed(magnitude >= 10 ? Math.min(digits, 2) : digits));
}

// A number as one would write it: at most so many significant digits, no trailing zeros.
function short(value, digits = 4) {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e6 || (magnitude && magnitude < 1e-3)) return scientific(value, 1).replace(".0", "");
  const before = String(Math.trunc(magnitude)).length; // digits before the decimal point are never rounded away
  return withMinus(String(parseFloat(value.toPrecision(Math.max(digits, before)))));
}

// A number with all its digits.
const full = (value) => withMinus(String(value));

const scientific = (value, digits) => withMinus(value.toExponential(digits).replace("+", ""));

// A letter with a superscript above a subscript.
function symbol(letter, above = "", below = "") {
  const marks = below === "" ? `<sup>${above}</sup>`
    : `<span><sup>${above || "&nbsp;"}</sup><sub>${below}</sub></span>`;
  return `<span class="bp-sym"><i>${letter}</i>${marks}</span>`;
}

// "n×d", each letter in the color of its size.
const sizesInColor = (letters) => letters.split("×").map((letter) => `<b class="bp-${letter}">${letter}</b>`).join("×");

const withoutTags = (html) => html.replace(/<[^>]*>|&nbsp;/g, "");
