// Predictions: the reader chooses first; what answers the question waits below a cover, and keeps its place.
class Prediction {
  constructor(box, number) {
    this.box = box;
    this.right = [...box.classList].find(name => name.startsWith("predict-")).slice(-1);
    this.list = box.querySelector(":scope > ul");
    this.answer = box.querySelector(":scope > details");
    this.faults = [...this.answer.querySelectorAll("li")];
    this.key = hash(this.list.textContent + this.right);
    box.id ||= `predict-${number + 1}`;
    this.choices = [...this.list.children].map(item => this.choice(item));
    this.said = make("p", {class: "predict-said", role: "status"});
    this.list.after(make("div", {class: "predict-choices", role: "group", "aria-label": "Your prediction"}, ...this.choices), this.said);
    this.outputs = [...following(box)].map(cell => cell.querySelector(".cell_output")).filter(Boolean);
    for (const cell of following(box)) cell.addEventListener("click", event => event.target.closest(".live-run") && this.show());
    this.answer.addEventListener("toggle", () => this.answer.open && this.show());
    this.cover();
  }

  choice(item) {
    const one = button("predict-choice", "", "", () => this.take(one.dataset.letter));
    const inside = item.querySelector(":scope > p") ?? item;
    one.removeAttribute("title");
    one.append(...[...inside.childNodes].map(node => node.cloneNode(true)));
    one.dataset.letter = letterOf(item);
    return one;
  }

  cover() {
    for (const output of this.outputs) {
      const show = button("predict-show", "Show me", "See it without a prediction", () => this.show());
      output.querySelectorAll(":scope > *").forEach(child => { child.inert = true; });
      output.append(make("div", {class: "predict-cover"}, make("span", {}, "Predict first, above."), show));
      output.classList.add("predict-covered");
    }
    for (const one of this.choices) { one.disabled = false; one.classList.remove("predict-right", "predict-wrong"); one.removeAttribute("aria-pressed"); }
    this.said.replaceChildren();
    this.faults.forEach(fault => { fault.hidden = false; });
    this.answer.open = false;
    this.taken = "";
  }

  uncover() {
    for (const output of this.outputs) {
      output.querySelector(":scope > .predict-cover")?.remove();
      output.querySelectorAll(":scope > *").forEach(child => { child.inert = false; });
      output.classList.remove("predict-covered");
    }
  }

  take(letter) {
    this.reveal(letter);
    keepPredictions();
  }

  show() { if (!this.taken) this.take("-"); }

  reveal(letter) {
    this.taken = letter;
    this.uncover();
    for (const one of this.choices) {
      one.disabled = true;
      if (one.dataset.letter === this.right) one.classList.add("predict-right");
      if (one.dataset.letter !== letter) continue;
      one.setAttribute("aria-pressed", "true");
      if (this.missed) one.classList.add("predict-wrong");
    }
    this.said.replaceChildren(...this.verdict());
    this.answer.open = true;
  }

  get missed() { return this.taken && this.taken !== "-" && this.taken !== this.right; }

  // What is said of the choice: of a wrong one, what is wrong with it, as the answer tells.
  verdict() {
    if (this.taken === "-") return [];
    if (!this.missed) return [make("strong", {}, "✓ As you predicted.")];
    const fault = this.faults.find(item => letterOf(item) === this.taken);
    fault.hidden = true;                          // it is told above
    const inside = fault.querySelector(":scope > p") ?? fault;
    return [make("strong", {}, "✗ It comes out otherwise. "), ...[...inside.childNodes].map(node => node.cloneNode(true))];
  }
}

const letterOf = item => item.textContent.trim()[1];

function* following(box) {
  for (let next = box.nextElementSibling; next?.matches("div.cell"); next = next.nextElementSibling) yield next;
}

const predictions = [...document.querySelectorAll("div.prediction")].map((box, number) => new Prediction(box, number));
const missedList = make("div", {class: "predict-missed", role: "region", "aria-label": "What came out otherwise", hidden: ""});

function keepPredictions() {
  store.write("predictions", Object.fromEntries(predictions.filter(one => one.taken).map(one => [one.key, one.taken])));
  refresh("");
  listMissed();
}

function listMissed() {
  const missed = predictions.filter(one => one.missed);
  missedList.hidden = !missed.length;
  missedList.replaceChildren(make("p", {}, "You predicted otherwise at:"), make("ul", {}, ...missed.map(one => {
    const heading = one.box.closest("section").querySelector("h1, h2, h3").cloneNode(true);
    heading.querySelectorAll(".headerlink, .live-solved").forEach(part => part.remove());
    return make("li", {}, make("a", {href: `#${one.box.id}`}, ...heading.childNodes), ` (you chose ${one.taken}, it is ${one.right})`);
  })));
}

function recallPredictions() {
  const kept = store.read("predictions");
  for (const one of predictions) {
    const letter = kept[one.key];
    if (letter === "-" || one.choices.some(({dataset}) => dataset.letter === letter)) one.reveal(letter);
  }
  listMissed();
}

function forgetPredictions() {
  predictions.forEach(one => one.taken && one.cover());
  listMissed();
}
