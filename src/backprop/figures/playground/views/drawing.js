// The network as a drawing: a unit is a circle with its net input above its activation, an edge is as thick as its
// weight is large and has the color of its sign, and what lies on a path from J back to what is chosen is lit.

const RADIUS = 25;
const ROOM = { in: 68, h: 84, out: 101 }; // height of a row: a name above the circle, the error and the loss below
const TOP = 17, BOTTOM = 10;
const FEW = 6; // edges between two layers whose weights are all printed; of more, those that are looked at

function networkDrawing(s, state, width) {
  const { key, hovered, example: r } = state.choice, place = placesOf(s, width), lit = litBy(key);
  const weights = ["h", "out"].flatMap((layer) => edgesOf(s, layer, place, lit, hovered));
  const edges = [...weights, ...lossEdges(s, place, lit)];
  const glow = edges.filter((edge) => edge.lit).map(({ d }) =>
    `<path class="glow" d="${d}"/><path class="flow turn${state.choice.turn}" d="${d}"/>`);
  const units = [...inputUnits(s, r, place, lit), ...hiddenUnits(s, r, place, lit), ...outputUnits(s, r, place, lit)];
  return `<svg role="img" aria-label="${networkInWords(s, r)}" width="${width}" height="${place.height}" ` +
    `viewBox="0 0 ${width} ${place.height}">${layerNames(s, place)}${glow.join("")}` +
    `${edges.map(edgeLine).join("")}${edges.map(edgeTag).join("")}${units.join("")}${lossOfExample(s, r, place)}</svg>`;
}

function placesOf(s, width) {
  const counts = { in: s.m, h: s.d, out: s.t };
  const inner = Math.max(...Object.keys(counts).map((layer) => counts[layer] * ROOM[layer]));
  const left = RADIUS + 6, right = width - RADIUS - 2, gap = (right - left) / 2.7;
  return {
    x: { in: left, h: left + gap, out: left + 2 * gap, J: right }, height: TOP + inner + BOTTOM,
    y: (layer, index) => TOP + inner * (index + 0.5) / counts[layer], middle: TOP + inner / 2,
  };
}

// Which edges and units lie on the paths from J back to what is chosen. Index `null` stands for all of a layer.
function litBy(key) {
  const [name, i, j] = parseKey(key), toOut = layerOf(name) === "out", fromInput = layerOf(name) === "in";
  const matches = (wanted, index) => wanted === null || wanted === index;
  const input = fromInput ? j : name === "W_h" ? i : undefined;
  const hidden = fromInput ? null : toOut ? (name === "W_out" ? i : undefined) : j, output = toOut ? j : null;
  return {
    key, all: fromInput, in: (index) => matches(input, index), h: (index) => matches(hidden, index),
    out: (index) => matches(output, index),
  };
}

function edgesOf(s, layer, place, lit, hovered) {
  const W = s[`W_${layer}`], [from, to] = layer === "h" ? ["in", "h"] : ["h", "out"];
  const few = W.flat().length <= FEW, along = few ? Math.max(0.36, 1 / (W[0].length + 1)) : 0.5; // the place of its tag
  return W.flatMap((row, i) => row.map((w, j) => {
    const key = `W_${layer} ${i} ${j}`, [x0, x1] = [place.x[from] + RADIUS, place.x[to] - RADIUS];
    const [y0, y1] = [place.y(from, i), place.y(to, j)], onPath = lit[from](i) && lit[to](j), chosen = key === lit.key;
    return {
      key, w, chosen, lit: onPath, d: `M${x0} ${y0}L${x1} ${y1}`,
      named: few || key === hovered || (onPath && !(lit.all && layer === "out")),
      tag: [x0 + (x1 - x0) * along, y0 + (y1 - y0) * along],
    };
  }));
}

const lossEdges = (s, place, lit) => s.A_out[0].map((_, j) => ({
  lit: lit.out(j), d: `M${place.x.out + RADIUS} ${place.y("out", j)}L${place.x.J - 22} ${place.middle}`,
}));

function edgeLine({ key, w, lit, chosen, d }) {
  if (!key) return `<path class="edge loss" d="${d}"/>`;
  const kind = `${w < 0 ? "neg" : "pos"} ${lit ? "lit" : ""} ${chosen ? "chosen" : ""}`;
  const thickness = (0.8 + 1.8 * Math.min(2, Math.abs(w))).toFixed(2);
  return `<path class="edge ${kind}" d="${d}" stroke-width="${thickness}"/>` +
    `<path class="hit" data-key="${key}" d="${d}"/>`;
}

function edgeTag({ key, w, lit, chosen, named, tag }) {
  if (!named) return "";
  const kind = `${chosen ? "chosen" : ""} ${lit ? "lit" : ""}`;
  return `<g class="tag ${kind}" data-key="${key}">${pill(...tag, short(w, 2))}</g>`;
}

function pill(x, y, label, letter = "") {
  const half = 3.3 * label.length + 5 + (letter ? 6 : 0);
  return `<rect x="${x - half}" y="${y - 8}" width="${2 * half}" height="16" rx="4"/>` +
    svgText(x, y + 4, `${letter && `${italic(letter)} `}${label}`);
}

const svgText = (x, y, content, kind = "") => `<text class="${kind}" x="${x}" y="${y}">${content}</text>`;
const italic = (letter) => `<tspan class="it">${letter}</tspan>`;

// "a", with its layer above its index.
const unitName = (layer, j) => `${italic("a")}<tspan class="ss" dy="-4">(${layer})</tspan>` +
  `<tspan class="ss" dy="8" dx="${{ in: -13, h: -11, out: -17 }[layer]}">${j + 1}</tspan>`;

// The keys: what a click chooses, and which number a drag moves (none for hidden units and outputs).
function unit(layer, j, [x, y], { lit, values, number = "", below = "" }) {
  const chosen = lit.key === `unit_${layer} 0 ${j}`, kind = `${lit[layer](j) ? "lit" : ""} ${chosen ? "chosen" : ""}`;
  const key = number ? `data-key="${number}" ` : "";
  const inside = values.length === 1 ? svgText(x, y + 4, values[0], "value")
    : `<path class="rule" d="M${x - 14} ${y}h28"/>${svgText(x, y - 5, values[0])}` +
      svgText(x, y + 13, values[1], "value");
  return `<g class="unit ${layer} ${kind}" ${key}data-choose="unit_${layer} 0 ${j}">` +
    `<circle cx="${x}" cy="${y}" r="${RADIUS}"/>${inside}</g>${below}`;
}

function aboveUnit(s, layer, j, [x, y], lit) {
  const biases = s[`b_${layer}`], key = `b_${layer} 0 ${j}`, top = y - RADIUS - 5;
  if (!biases) return svgText(x, top - 1, unitName(layer, j), "name");
  const chosen = lit.key === key ? "lit chosen" : "";
  return svgText(x - 22, top - 2, unitName(layer, j), "name") +
    `<g class="tag bias ${chosen}" data-key="${key}">${pill(x + 16, top - 5, short(biases[j], 2), "b")}</g>`;
}

const errorBelow = ([x, y], error, dx = 0) =>
  svgText(x + dx, y + RADIUS + 13, `${italic("δ")} ${fixed(error)}`, "delta");

const inputUnits = (s, r, place, lit) => s.X[r].map((x, i) => {
  const at = [place.x.in, place.y("in", i)];
  return unit("in", i, at, { lit, values: [short(x, 3)], number: `X ${r} ${i}` }) +
    svgText(at[0], at[1] - RADIUS - 5, unitName("in", i), "name");
});

const hiddenUnits = (s, r, place, lit) => s.A_h[r].map((a, j) => {
  const at = [place.x.h, place.y("h", j)];
  return unit("h", j, at, { lit, values: [fixed(s.Z_h[r][j], 3), fixed(a)] }) + aboveUnit(s, "h", j, at, lit) +
    errorBelow(at, s.delta_h[r][j], -8); // left of the edges that lead on
});

const outputUnits = (s, r, place, lit) => s.A_out[r].map((a, j) => {
  const at = [place.x.out, place.y("out", j)], L = losses(s.trace, s.Y)[r][j], y = at[1] + RADIUS + 27;
  const target = `${italic("y")} ${short(s.Y[r][j], 2)} · ${italic("L")} ${fixed(L, 3)}`;
  const below = `<g class="tag loss" data-key="Y ${r} ${j}" data-choose="unit_out 0 ${j}">` +
    `<rect x="${at[0] - 36}" y="${y - 10}" width="88" height="17" rx="4"/>${svgText(at[0] + 8, y + 2, target)}</g>`;
  return unit("out", j, at, { lit, values: [fixed(s.Z_out[r][j], 3), fixed(a)], below }) +
    aboveUnit(s, "out", j, at, lit) + errorBelow(at, s.delta_out[r][j]);
});

function lossOfExample(s, r, { x, middle }) {
  const total = losses(s.trace, s.Y)[r].reduce((sum, L) => sum + L, 0);
  const name = italic("J") + (s.n > 1 ? `<tspan class="ss" dy="-4">[${r + 1}]</tspan>` : "");
  return `<g class="unit loss lit"><circle cx="${x.J}" cy="${middle}" r="22"/>` +
    `${svgText(x.J, middle - 5, name, "name")}${svgText(x.J, middle + 11, fixed(total, 3), "value")}</g>`;
}

const layerNames = (s, { x }) => [["in", "m"], ["h", "d"], ["out", "t"]].map(([layer, letter]) =>
  svgText(x[layer], 11, `${letter} = ${s[letter]}`, `size ${layer}`)).join("");

function networkInWords(s, r) {
  const list = (values) => values.map((value) => fixed(value)).join(", ");
  return `Network ${s.m}-${s.d}-${s.t}, example ${r + 1}. Inputs ${s.X[r].map((x) => short(x)).join(", ")}. ` +
    ["h", "out"].map((layer) => `Net inputs ${list(s[`Z_${layer}`][r])}, activations ${list(s[`A_${layer}`][r])}, ` +
      `errors ${list(s[`delta_${layer}`][r])}.`).join(" ");
}
