// The field for the reader's own derivation: text on the left, each line set as maths with its verdict on the right.
// Nothing is loaded before the first press of Judge; from then on lines are judged whenever typing pauses.
const {kernel, make, button, announce, store, load} = globalThis.live;
const PAUSE = 350, PATIENCE = 6000, LONGEST = 20000;            // ms, ms, characters
const TOO_SLOW = "This text takes longer than 6 seconds here, so it was stopped. Leave lines out, or judge it in a notebook.";
const own = make("select", {id: "derive-example"});
const letters = make("select", {id: "derive-letters"});
const area = make("textarea", {class: "proofread", id: "derive-text", spellcheck: "false", autocapitalize: "off",
  autocomplete: "off", rows: "12"});
const judged = make("ol", {class: "derive-lines", "aria-label": "Your lines, judged"});
const said = make("p", {class: "derive-said"});
const notes = make("div", {class: "derive-notes"});
let slot = "derivation";                          // where the text is kept; "other": what came by a link or was chosen
let asked = null, judging = false, awaited = 0;   // the text to judge next, whether one is being judged, a timer
let why = "", temml = null;                       // why Python was stopped; what sets formulas

const current = () => ({text: area.value, given: letters.value});

// --- judging -------------------------------------------------------------------------------------------------------
async function judge() {
  asked = current();
  if (judging) return;
  judging = true;
  judgeButton.textContent = "Stop";
  while (asked) {
    const question = asked;
    asked = null;
    try {
      const report = await answer(question);
      if (!asked) show(report, question);
    } catch (error) {
      judged.replaceChildren();
      judged.classList.remove("derive-old");
      tell(error.message || why);
    }
  }
  judging = false;
  judgeButton.textContent = "Judge";
}

async function answer({text, given}) {
  await kernel.start(what => tell(what));
  temml = await load(SETTER, "temml");
  await kernel.ask({does: "call", module: "judge", name: "derivation", args: ["", ""]});   // its modules are loaded
  const slow = setTimeout(() => stop(TOO_SLOW), PATIENCE);
  try {
    return (await kernel.ask({does: "call", module: "judge", name: "derivation", args: [text, given]})).value;
  } finally {
    clearTimeout(slow);
  }
}

function stop(reason) {
  why = reason;
  kernel.stop();
}

function typed() {
  keep();
  clearTimeout(awaited);
  judged.classList.add("derive-old");
  if (kernel.here) awaited = setTimeout(judge, PAUSE);
}

// --- showing -------------------------------------------------------------------------------------------------------
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

function show({lines, notes: assumed}, {text}) {
  judged.replaceChildren(...lines.map(line => item(line, text)));
  judged.classList.remove("derive-old");
  const count = word => lines.filter(line => line.word && line.verdict.startsWith(word)).length;
  const wrong = lines.find(({verdict}) => verdict === "wrong" || verdict === "sizes");
  const right = count("right"), off = count("wrong") + count("sizes"), open = lines.filter(line => line.mark === "?").length;
  const sums = [[right, "right"], [off, "wrong"], [open, "not judged"]].filter(([n]) => n).map(([n, word]) => `${n} ${word}`);
  tell(sums.join(", ") + (wrong ? `: look at line ${wrong.number}.` : sums.length ? "." : "Nothing is claimed yet."));
  notes.replaceChildren(...assumed.map(note => make("p", {}, ...sentence(note))));
}

function point({place}, text) {
  if (area.value !== text || !place) return;
  area.focus();
  area.setSelectionRange(place[0], place[1]);
}

function tell(what) {
  said.textContent = what;
  announce(what);
}

// --- keeping and sending -------------------------------------------------------------------------------------------
function keep() {
  const {text, given} = current();
  if (text.length <= LONGEST) store.write(slot, text ? {text, given} : {});
  offer();
}

// What is put in the place of a text never replaces the reader's own.
function aside() {
  if (store.read("derivation").text) slot = "other";
}

// The button to the text that is not in sight.
function offer() {
  const other = slot === "other" ? "derivation" : "other";
  swap.hidden = !store.read(other).text;
  swap.textContent = other === "other" ? "The other text" : "Back to my own text";
}

function put({text = "", given = ""}) {
  area.value = String(text).slice(0, LONGEST);
  letters.value = [...letters.options].some(({value}) => value === given) ? given : "";
  judged.replaceChildren();
  notes.replaceChildren();
  said.textContent = "";
  offer();
  if (kernel.here) judge();
}

// A page with a million characters in a field stands still: what is too long does not come in.
function tooMuch(event) {
  const comes = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
  if (area.value.length + comes.length <= LONGEST || !comes) return;
  event.preventDefault();
  tell(`The field takes ${LONGEST} characters; this is more, and was left out.`);
}

function fromLink() {
  const found = new URLSearchParams(location.hash.slice(1));
  if (!found.has("d")) return false;
  aside();
  put(location.hash.length <= LONGEST ? {text: found.get("d"), given: found.get("g") ?? ""} : {});
  tell(location.hash.length <= LONGEST ? "This derivation came with the link." : `This link is longer than ${LONGEST} characters: it was not read.`);
  return true;
}

async function copyLink() {
  const {text, given} = current();
  const hash = "#" + new URLSearchParams(given ? {d: text, g: given} : {d: text});
  if (hash.length > LONGEST) return tell(`The link would be longer than ${LONGEST} characters: send the text instead.`);
  history.replaceState(null, "", hash);
  try {
    await navigator.clipboard.writeText(location.href);
    tell("The link is copied. It holds your lines.");
  } catch {
    tell("The link is in the address line. It holds your lines.");
  }
}

const judgeButton = button("derive-judge", `Judge (loads ${SIZE} MB of Python, once)`, "Judge every line by the definition of the derivative",
  () => judging ? stop("Stopped.") : judge());
const swap = button("derive-swap", "", "Two texts are kept: this one, and what came by a link or was chosen", () => {
  slot = slot === "other" ? "derivation" : "other";
  history.replaceState(null, "", location.pathname + location.search);
  put(store.read(slot));
});

function group(name, examples) {
  const options = examples.map(one => make("option", {value: String(EXAMPLES.indexOf(one))}, one.name));
  return make("optgroup", {label: name}, ...options);
}

function build(place) {
  const chapter = EXAMPLES.filter(one => !one.source), sources = EXAMPLES.filter(one => one.source);
  own.append(make("option", {value: ""}, "…"), group("From this chapter", chapter), group("What a source prints", sources));
  letters.append(make("option", {value: ""}, "my own: all is defined in the text"), ...sources.map(one => make("option", {value: one.given}, one.name)));
  own.onchange = () => {
    if (own.value === "") return;
    aside();
    put(EXAMPLES[Number(own.value)]);
    own.value = "";
  };
  letters.onchange = typed;
  area.oninput = typed;
  area.addEventListener("beforeinput", tooMuch);
  const label = (of, words) => make("label", {for: of.id}, words);
  place.append(make("div", {class: "derive-bar"}, make("span", {}, label(own, "Start from"), own), make("span", {}, label(letters, "Letters of"), letters)),
    make("div", {class: "derive-bar"}, judgeButton, button("derive-link", "Copy a link to this text", "A link that holds your lines", copyLink), swap, said),
    make("div", {class: "derive-sides"}, make("div", {}, label(area, "Your lines, in LaTeX"), area), make("div", {}, judged, notes)));
}

const place = document.getElementById("derivation");
build(place);
if (!fromLink()) put({...EXAMPLES[0], ...store.read(slot)});
addEventListener("hashchange", fromLink);
