// Ten formulas that claim to be ∂J/∂W_out, and two tests of them: does the shape fit, and do the numbers agree with
// nudged weights?

// A matrix that knows the letters of its sizes. An operation that does not fit returns the reason instead of a value.
const typed = (value, rows, columns, text) => ({ value, letters: [rows, columns], text });
const lettersOf = (A) => A.letters.join("×");
const flipped = (A) => typed(transpose(A.value), A.letters[1], A.letters[0]);
const sizesOf = (A) => [A.value.length, A.value[0].length];

function times(A, B) {
  const text = `${lettersOf(A)} · ${lettersOf(B)}`;
  if (sizesOf(A)[1] !== sizesOf(B)[0]) return { text, reason: `${A.letters[1]} ≠ ${B.letters[0]}` };
  return typed(product(A.value, B.value), A.letters[0], B.letters[1], text);
}

function byEntry(A, B) {
  const text = `${lettersOf(A)} ⊙ ${lettersOf(B)}`;
  if (String(sizesOf(A)) !== String(sizesOf(B))) return { text, reason: `${A.letters[1]} ≠ ${B.letters[1]}` };
  return typed(entrywise((a, b) => a * b, A.value, B.value), ...A.letters, text);
}

function overN(P, n) {
  return { ...P, value: entrywise((p) => p / n, P.value) };
}

const timesSlope = (D, O) => ({ ...D, value: entrywise((delta, a) => delta * a * (1 - a), D.value, O) });

const A_H = symbol("A", "(h)"), A_H_T = symbol("A", "(h)⊤");
const DELTA_OUT = symbol("δ", "(out)"), DELTA_OUT_T = symbol("δ", "(out)⊤");

// A: A_h, D: delta_out, Z: Z_h, O: the entries of A_out
const CANDIDATES = [
  [`${A_H_T} ${DELTA_OUT}`, ({ A, D }) => times(flipped(A), D)],
  [`${oneOverN} ${A_H_T} ${DELTA_OUT}`, ({ A, D, n }) => overN(times(flipped(A), D), n)],
  [`${DELTA_OUT_T} ${A_H}`, ({ A, D }) => times(flipped(D), A)],
  [`${A_H} ${DELTA_OUT_T}`, ({ A, D }) => times(A, flipped(D))],
  [`${DELTA_OUT} ${A_H_T}`, ({ A, D }) => times(D, flipped(A))],
  [`${A_H} ${DELTA_OUT}`, ({ A, D }) => times(A, D)],
  [`${A_H} ⊙ ${DELTA_OUT}`, ({ A, D }) => byEntry(A, D)],
  [`${A_H_T} (${DELTA_OUT} ⊙ <i>σ′</i>(${symbol("Z", "(out)")}))`,
    ({ A, D, O }) => times(flipped(A), timesSlope(D, O))],
  [`${symbol("Z", "(h)⊤")} ${DELTA_OUT}`, ({ Z, D }) => times(flipped(Z), D)],
  [`${symbol("A", "(in)⊤")} ${DELTA_OUT}`, ({ X, D }) => times(flipped(X), D)],
];

const withEntry = (A, i, j, value) => A.map((row, k) => (k === i ? row.map((a, l) => (l === j ? value : a)) : row));
const largestMagnitude = (A) => Math.max(...A.flat().map(Math.abs));
const largestDifference = (A, B) => largestMagnitude(entrywise((a, b) => a - b, A, B));

// The derivative of J by every entry of W_out from its definition: a nudge up, a nudge down.
function nudgedGradient(s, h = 1e-5) {
  const lossWith = (i, j, w) => {
    const nudged = { ...s, W_out: withEntry(s.W_out, i, j, w) };
    return loss(forward(nudged, s.X), s.Y, s.mean);
  };
  return s.W_out.map((row, i) => row.map((w, j) => (lossWith(i, j, w + h) - lossWith(i, j, w - h)) / (2 * h)));
}

// Put each candidate to the shape check and, where it passes, to the gradient check.
function examine(s) {
  const operands = {
    A: typed(s.A_h, "n", "d"), D: typed(s.delta_out, "n", "t"), Z: typed(s.Z_h, "n", "d"), X: typed(s.X, "n", "m"),
    O: s.A_out, n: s.n,
  };
  const truth = nudgedGradient(s);
  return CANDIDATES.map(([formula, build]) => {
    const result = build(operands);
    const fits = !result.reason && String(sizesOf(result)) === String([s.d, s.t]);
    const error = fits ? largestDifference(result.value, truth) : Infinity;
    return { formula, result, fits, error, right: error <= 1e-6 * largestMagnitude(truth) };
  });
}
