// The network as a drawing.

function networkDrawing(s, state, width) {
  const ui = { ...state.choice, r: state.choice.example }, chosen = (...weight) => state.isChosen(...weight);
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
        `<path class="hit" data-edge="W_${layer} ${i} ${j}" d="${d}"/>`;
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
