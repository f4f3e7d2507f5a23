// The field for the reader's own derivation: text on the left, each line set as maths with its verdict on the right.
const lines = make("ol", {class: "derive-lines", "aria-label": "Your lines, judged"});
const notes = make("div", {class: "derive-notes"});
let temml = null;                                 // what sets formulas, once it is loaded

// LaTeX as MathML, made node by node: whatever stands in it can only become formulas. What cannot be set stays as typed.
function set(latex, block) {
  const place = make("span", {class: "derive-maths"});
  try {
    temml.render(latex, place, {displayMode: block, throwOnError: true, trust: false, maxExpand: 500, maxSize: [20, 100]});
    if (!place.querySelector("a, script, style, img")) return place;
  } catch { /* shown as typed */ }
  return make("code", {}, latex);
}

const sentence = words => words.split("$").map((part, i) => i % 2 ? set(part, false) : part);

function below([name, words, how, section]) {
  const inside = how === "text" ? sentence(words) : [how === "code" ? make("code", {}, words) : set(words, false)];
  const line = make("p", {}, ...(name ? [make("span", {class: "derive-name"}, name + " ")] : []), ...inside);
  if (section) line.append(" (", make("a", {href: ROOT + section}, "explained here"), ")");
  return line;
}

function item(line, text) {
  const entry = make("li", {"data-verdict": line.verdict});
  const place = button("derive-place", String(line.number), `Line ${line.number}: show where it stands in your text`, () => point(line, text));
  place.setAttribute("aria-label", `Line ${line.number}${line.word ? ", " + line.word : ""}: show its place`);
  const formula = line.verdict === "unreadable" ? make("code", {}, line.latex) : set(line.latex, true);
  const verdict = make("p", {class: line.word ? "derive-word" : "derive-name"}, line.word ? `${line.mark} ${line.word}` : line.verdict);
  entry.append(place, make("div", {}, formula, verdict, ...line.below.map(below)));
  return entry;
}

function show({lines: found, notes: assumed}, {text}) {
  lines.replaceChildren(...found.map(line => item(line, text)));
  const count = word => found.filter(line => line.word && line.verdict.startsWith(word)).length;
  const wrong = found.find(({verdict}) => verdict === "wrong" || verdict === "sizes");
  const right = count("right"), off = count("wrong") + count("sizes"), open = found.filter(line => line.mark === "?").length;
  const sums = [[right, "right"], [off, "wrong"], [open, "not judged"]].filter(([n]) => n).map(([n, word]) => `${n} ${word}`);
  yours.tell(sums.join(", ") + (wrong ? `: look at line ${wrong.number}.` : sums.length ? "." : "Nothing is claimed yet."));
  notes.replaceChildren(...assumed.map(note => make("p", {}, ...sentence(note))));
}

function clear() {
  lines.replaceChildren();
  notes.replaceChildren();
}

function point({place}, text) {
  if (yours.area.value !== text || !place) return;
  yours.area.focus();
  yours.area.setSelectionRange(place[0], place[1]);
}

const sources = EXAMPLES.filter(one => one.source);
const letters = select("derive-letters", "g", "Letters of",
  [["", "my own: all is defined in the text"], ...sources.map(one => [one.given, one.name])], () => yours.typed());
const yours = field({
  place: "derivation", name: "derive", area: "proofread", label: "Your lines, in LaTeX", slot: "derivation",
  answer: make("div", {}, lines, notes), choices: {given: letters},
  examples: [["From this chapter", EXAMPLES.filter(one => !one.source)], ["What a source prints", sources]],
  module: "judge", ask: "derivation", warm: ["", ""], args: ({text, given}) => [text, given],
  ready: async () => { temml = await load(SETTER, "temml"); }, show, clear,
  judged: "Judge every line by the definition of the derivative", says: "your lines",
  came: "This derivation came with the link.", instead: "Leave lines out, or judge it in a notebook.",
});
