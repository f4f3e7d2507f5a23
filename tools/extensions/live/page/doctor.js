// The field for the reader's own gradient: pasted arrays on the left, on the right what the doctor says of them.
const verdict = make("div", {class: "doctor-verdict"});
const typed = () => yours.typed();
const choose = (name, key, label) => select(`doctor-${name}`, key, label, OPTIONS[name], typed);

// One list for each hidden layer; while only one is needed, it stands for all of them.
const hidden = (() => {
  const element = make("span", {id: "doctor-hidden", role: "group"});
  const lists = () => [...element.children];
  const chosen = () => lists().map(({value}) => value);

  function layers(count, values = chosen()) {
    const all = Array.from({length: Math.max(1, count)}, (_, i) => {
      const name = count > 1 ? `Activation of hidden layer ${i + 1}` : "Activation of the hidden layers";
      const list = select(`doctor-hidden-${i + 1}`, "h", name, OPTIONS.hidden, typed);
      list.element.setAttribute("aria-label", name);
      list.set(values[Math.min(i, values.length - 1)] ?? "");
      return list.element;
    });
    if (lists().length !== all.length) element.replaceChildren(...all);
    else lists().forEach((list, i) => { list.value = all[i].value; });
  }

  function get() {
    const values = chosen();
    if (new Set(values).size === 1) return values[0];
    return values.map(value => value || OPTIONS.hidden[0][1]).join(",");
  }

  function set(value) {
    const values = value.split(",").slice(0, 20);
    layers(values.length, values.map(one => one === OPTIONS.hidden[0][1] ? "" : one));
  }

  layers(1, [""]);
  return {key: "h", label: "Hidden units", element, get, set, layers};
})();

const penalty = make("input", {id: "doctor-lam", type: "number", min: "0", step: "any", placeholder: "0"});
penalty.oninput = typed;
const lam = {key: "p", label: "λ of a penalty", element: penalty, get: () => penalty.value, set: value => { penalty.value = value; }};

const MARKS = {right: "✓", wrong: "✗", open: "?"};
const kind = words => words === "right" ? "right" : words.endsWith("numbers agree") ? "open" : "wrong";

function overall(names) {
  if (names[0] === "correct" || names.every(name => name.startsWith("convention:"))) return "right";
  return names[0] === "unknown" ? "open" : "wrong";
}

function row([name, words]) {
  const how = kind(words);
  return make("tr", {"data-verdict": how}, make("th", {scope: "row"}, make("code", {}, name)),
    make("td", {}, make("span", {class: "doctor-mark"}, MARKS[how]), " ", words));
}

const part = ([head, ...told]) => [make("dt", {}, head), ...told.map(words => make("dd", {}, words))];

function show(report) {
  hidden.layers(report.hidden);
  if (report.error) {
    clear();
    return yours.tell(report.error);
  }
  const {names, arrays, rows, section} = report;
  const name = names.join(" + "), how = overall(names);
  const head = make("p", {class: "doctor-name", "data-names": name, "data-verdict": how},
    make("span", {class: "doctor-mark"}, MARKS[how]), " ", name);
  const table = make("table", {class: "doctor-arrays"}, make("caption", {}, "Array by array"), make("tbody", {}, ...arrays.map(row)));
  const told = make("dl", {}, ...rows.filter(([, ...words]) => words.some(Boolean)).flatMap(part),
    make("dt", {}, "read"), make("dd", {}, make("a", {href: ROOT + section}, "the section that explains it")));
  verdict.replaceChildren(head, table, told);
  const count = of => arrays.filter(([, words]) => kind(words) === of).length;
  const sums = [["right", "right"], ["wrong", "with a mistake"], ["open", "not explained"]]
    .filter(([of]) => count(of)).map(([of, words]) => `${count(of)} ${words}`);
  const said = `Of ${arrays.length} ${arrays.length === 1 ? "array" : "arrays"}: ${sums.join(", ")}.`;
  yours.tell(said, `${name}. ${said}`);
}

function clear() {
  verdict.replaceChildren();
}

const yours = field({
  place: "gradient", name: "doctor", area: "doctor", label: "Your gradient: arrays with their names", slot: "gradient",
  answer: verdict, choices: {hidden, output: choose("output", "o", "Outputs"), loss: choose("loss", "l", "Loss"), lam,
    convention: choose("convention", "c", "Convention")},
  examples: [["Of this page's network", EXAMPLES.filter(one => !one.hidden)], ["Of another", EXAMPLES.filter(one => one.hidden)]],
  module: "diagnosed", ask: "gradient", warm: ["", JSON.stringify(NETWORK), "{}"],
  args: ({text, ...said}) => [text, JSON.stringify(NETWORK), JSON.stringify(said)], ready: () => {}, show, clear,
  judged: "Name the mistake that gives these digits", says: "your arrays and what you chose",
  came: "This gradient came with the link.", instead: "Leave examples out, or judge it in a notebook.",
});
