// Which line is true? One printed equation among three broken ones, in an order that a seed gives; what was missed comes
// back after three others. Seed, count and what was missed are kept in this browser.
const AGAIN = 3;
const kept = Object.assign({seed: Date.now() % 1e9, asked: 0, right: 0, chapter: PACKS[0].page, missed: []}, store.read("practice"));
let question = null, since = 0, lines = [];

// A number in [0, 1) that follows from the seed and how many were drawn.
function drawn(n) {
  let x = Math.imul(kept.seed + n | 0, 0x9e3779b1) ^ n;
  x = Math.imul(x ^ x >>> 15, 0x85ebca6b);
  x = Math.imul(x ^ x >>> 13, 0xc2b2ae35);
  return ((x ^ x >>> 16) >>> 0) / 2 ** 32;
}

const html = text => { const inside = document.createElement("template"); inside.innerHTML = text; return inside.content; };
const here = document.getElementById("practice");
const score = make("p", {class: "practice-score"});
const place = make("p", {class: "practice-place"});
const given = make("p", {class: "practice-here"});
const choices = make("ol", {class: "practice-lines", "aria-label": "Four lines: choose the true one"});
const said = make("div", {class: "practice-said", role: "status"});
const start = button("practice-start", "Start", "Ask the first question", () => ask());
const forget = button("practice-forget", "Forget my answers", "Erase what this page has kept in this browser", forgetAll);
const chapter = make("select", {id: "practice-chapter"}, ...PACKS.map(({page, title, count}) => make("option", {value: page}, `${title} (${count})`)),
  make("option", {value: "all"}, "All chapters"));
chapter.value = kept.chapter;
chapter.onchange = () => { kept.chapter = chapter.value; keep(); if (question) ask(); };

function keep() {
  store.write("practice", kept);
  score.textContent = kept.asked ? `${kept.right} of ${kept.asked} right${kept.missed.length ? `, ${kept.missed.length} to come back` : ""}.` : "";
  forget.hidden = !kept.asked;
}

function forgetAll() {
  store.write("practice", {});
  Object.assign(kept, {asked: 0, right: 0, missed: []});
  score.textContent = "Forgotten.";
  forget.hidden = true;
}

// All questions of what is chosen, each with the page it is from.
async function bank() {
  const wanted = PACKS.filter(({page}) => chapter.value === "all" || page === chapter.value);
  const loaded = await Promise.all(wanted.map(({file, page}) => load(file, page)));
  return loaded.flatMap((list, i) => list.map(one => ({...one, page: wanted[i].page, title: wanted[i].title})));
}

async function ask() {
  let all;
  try { all = await bank(); } catch { said.textContent = "The questions could not be loaded: is the connection lost? Start tries again."; return; }
  const back = kept.missed.map(name => all.find(one => one.name === name)).filter(one => one && one !== question);
  since++;
  const others = all.filter(one => one.name !== question?.name && !kept.missed.includes(one.name));
  const from = back.length && (since > AGAIN || !others.length) ? back : others.length ? others : all;
  if (from === back) since = 0;
  question = from[Math.floor(drawn(kept.asked * 5) * from.length)];
  show();
}

function show() {
  const order = [0, 1, 2, 3].map((line, i) => [drawn(kept.asked * 5 + 1 + i), line]).sort(([a], [b]) => a - b).map(([, line]) => line);
  place.replaceChildren("From ", make("a", {href: `${question.page}.html`}, question.title), ". Which line is true for all numbers?");
  given.replaceChildren(...question.here.length ? ["Here, ", ...question.here.flatMap((one, i) => [i ? ", " : "", make("span", {class: "practice-given"}, html(one))]), "."] : []);
  for (const wide of given.querySelectorAll(".practice-given")) if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
  lines = order.map((line, at) => {
    const choose = button("practice-line", "", "", () => take(line));
    choose.removeAttribute("title");
    choose.append(html(question.lines[line].line));
    choose.setAttribute("aria-label", `Line ${at + 1}: ${choose.querySelector("math").getAttribute("alttext")}`);
    return {line, choose, told: make("p", {class: "practice-why"})};
  });
  choices.replaceChildren(...lines.map(({choose, told}) => make("li", {}, choose, told)));
  said.replaceChildren();
  start.hidden = true;
}

const answered = () => lines[0].choose.hasAttribute("aria-disabled");

function take(chosen) {
  if (answered()) return;
  const right = chosen === 0, {name, page} = question;
  kept.asked++;
  kept.right += right;
  kept.missed = kept.missed.filter(one => one !== name).concat(right ? [] : [name]);
  for (const {line, choose, told} of lines) {
    choose.setAttribute("aria-disabled", "true");   // not disabled: a wide line is scrolled by the keys, too
    if (line === chosen) choose.setAttribute("aria-pressed", "true");
    choose.classList.add(line === 0 ? "practice-right" : "practice-wrong");
    told.textContent = line === 0 ? "True." : `${question.lines[line].why} ${question.lines[line].numbers}`;
  }
  const next = button("practice-next", "Next", "Ask the next question", () => ask().then(() => lines[0].choose.focus()));
  said.replaceChildren(make("strong", {}, right ? "✓ Right. " : "✗ Not this one; it comes back later. "),
    make("a", {href: `${page}.html#equation-${name}`}, "Where it is derived"), ". ", next);
  keep();
  next.focus();
}

addEventListener("keydown", event => {
  const at = "1234".indexOf(event.key);
  if (at < 0 || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  if (question && !answered()) lines[at].choose.click();
});

here.replaceChildren(make("p", {class: "practice-bar"}, make("label", {for: "practice-chapter"}, "Equations of "), chapter, start),
  place, given, choices, said, make("p", {class: "practice-foot"}, score, forget));
keep();
