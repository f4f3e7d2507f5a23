// The m-d-t network and its gradient: mlp.py once more, name by name, and nothing else. A matrix is an array of rows.
// params is {W_h, W_out, b_h, b_out}; b_h and b_out are null in a network without biases.

const transpose = (A) => A[0].map((_, j) => A.map((row) => row[j]));
const product = (A, B) => A.map((row) => B[0].map((_, j) => row.reduce((sum, a, i) => sum + a * B[i][j], 0)));
const entrywise = (f, A, ...rest) => A.map((row, i) => row.map((a, j) => f(a, ...rest.map((B) => B[i][j]))));
const columnSums = (A) => transpose(A).map((column) => column.reduce((sum, a) => sum + a, 0));
const netInput = (A, W, b) => product(A, W).map((row) => row.map((z, j) => (b ? z + b[j] : z)));

function sigmoid(z) {
  const e = Math.exp(-Math.abs(z)); // in (0, 1]
  return (z >= 0 ? 1 : e) / (1 + e); // [def-sigmoid]
}

function forward(params, X) {
  const Z_h = netInput(X, params.W_h, params.b_h); // (n, d)  [def-z-h]
  const A_h = entrywise(sigmoid, Z_h); // (n, d)  [def-a-h]
  const Z_out = netInput(A_h, params.W_out, params.b_out); // (n, t)  [def-z-out]
  const A_out = entrywise(sigmoid, Z_out); // (n, t)  [def-a-out]
  return { Z_h, A_h, Z_out, A_out };
}

// The loss of each example and output, from the net input, so finite when an output rounds to 0 or 1.
const losses = (trace, Y) =>
  entrywise((z, y) => Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z))), trace.Z_out, Y); // [eq-loss-stable]

function loss(trace, Y, mean = false) {
  return losses(trace, Y).flat().reduce((sum, L) => sum + L, 0) / (mean ? Y.length : 1); // [def-j]
}

// The gradient, and the two error signals that it is made of.
function backward(params, trace, X, Y, mean = false) {
  const count = mean ? Y.length : 1;
  const perCount = (A) => A.map((a) => (Array.isArray(a) ? perCount(a) : a / count));
  const delta_out = entrywise((a, y) => a - y, trace.A_out, Y); // (n, t)  [eq-delta-out]
  const dW_out = perCount(product(transpose(trace.A_h), delta_out)); // (d, t)  [eq-dw-out]
  const back = product(delta_out, transpose(params.W_out)); // (n, d)
  const delta_h = entrywise((e, a) => e * a * (1 - a), back, trace.A_h); // (n, d)  [eq-delta-h]
  const dW_h = perCount(product(transpose(X), delta_h)); // (m, d)  [eq-dw-h]
  const db_out = params.b_out && perCount(columnSums(delta_out)); // (t,)  [eq-db-out]
  const db_h = params.b_h && perCount(columnSums(delta_h)); // (d,)  [eq-db-h]
  return { delta_out, delta_h, dW_h, dW_out, db_h, db_out };
}

function step(params, gradient, eta) {
  const down = (P, G) => P && P.map((p, i) => (Array.isArray(p) ? down(p, G[i]) : p - eta * G[i]));
  return {
    W_h: down(params.W_h, gradient.dW_h),
    W_out: down(params.W_out, gradient.dW_out),
    b_h: down(params.b_h, gradient.db_h),
    b_out: down(params.b_out, gradient.db_out),
  };
}
