// What stands on the page: built when the sizes, the view or the width change, drawn when a number does, and spoken
// when all is quiet.

const VIEWS = {
  paths: { question: "What does one weight do?", word: "Weight", ...pathsView },
  shapes: { question: "Which formula fits?", word: "Shapes", ...shapesView },
  examples: { question: "How do examples add?", word: "Examples", ...examplesView },
};
const QUIET = 500; // ms without a change before the result is spoken

class Picture {
  constructor(root, group) {
    Object.assign(this, { root, group, built: "", frame: 0, speech: 0, width: root.clientWidth || 700, drawn: 0 });
  }

  show(state, fields, typing) {
    Object.assign(this, { state, fields, typing });
    this.draw();
    this.measure();
    this.resized = new ResizeObserver(() => this.measure());
    this.resized.observe(this.root);
  }

  remove() {
    this.resized.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.speech);
  }

  measure() {
    const net = this.root.querySelector(".bp-net")?.clientWidth, width = this.root.clientWidth;
    if (!width || (width === this.width && (!net || net === this.drawn))) return;
    this.width = width;
    this.draw();
  }

  schedule() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  build(s) {
    const shape = [s.m, s.d, s.t, s.n, Boolean(s.b_h), s.view, this.width < NARROW].join();
    if (shape === this.built) return;
    this.built = shape;
    const { group } = this, open = this.state.choice.open ?? this.width >= NARROW;
    const stage = VIEWS[s.view].stage(s, group, open);
    update(this.root,
      `<div class="bp-tabs" role="tablist" aria-label="View of the network">${tabs(group, s.view)}</div>` +
      `<div id="${group}-panel" role="tabpanel" aria-labelledby="${group}-${s.view}" class="bp-panel">${stage}</div>` +
      `<p class="bp-error" id="${group}-error" role="alert" hidden></p><p class="bp-sr" role="status"></p>`);
    for (const grid of this.root.querySelectorAll(".bp-edit")) // one stop of the Tab key for each matrix
      grid.querySelectorAll("input").forEach((input, k) => (input.tabIndex = k ? -1 : 0));
  }

  draw() {
    const { state, root } = this, s = state.network();
    state.notice();
    state.keepChoiceWithin(s);
    this.build(s);
    for (const input of root.querySelectorAll(".bp-field")) this.showField(input, s);
    this.showChoice(s);
    this.showLoss(s);
    this.drawn = root.querySelector(".bp-net")?.clientWidth;
    this.speak(VIEWS[s.view].draw(s, state, root, this.drawn || this.width));
  }

  showField(input, s) {
    const { key } = input.dataset, value = this.fields.get(key, s), { min, max } = this.fields.range(key);
    this.typing.show(input, value);
    const values = { valuenow: value, valuetext: withHyphen(short(value)), valuemin: min, valuemax: max };
    for (const [name, now] of Object.entries(values))
      if (Math.abs(now) !== Infinity && input.getAttribute(`aria-${name}`) !== String(now))
        input.setAttribute(`aria-${name}`, now);
  }

  // The radio buttons, the list of what can be looked at, and the slider of what is.
  showChoice(s) {
    const { choice } = this.state, chosen = { ...choice, mean: s.mean, side: sideOf(choice.key) };
    for (const radio of this.root.querySelectorAll("[data-toggle]"))
      radio.checked = String(chosen[radio.dataset.toggle]) === radio.value;
    for (const list of this.root.querySelectorAll(".bp-choose")) list.value = choice.key;
    for (const slide of this.root.querySelectorAll(".bp-slide")) this.showSlide(slide, numberOf(choice), s);
  }

  showSlide(slide, key, s) {
    slide.hidden = !key;
    slide.nextElementSibling.textContent = key ? short(this.fields.get(key, s)) : "";
    if (!key) return;
    const [min, max] = parseKey(key)[0] === "Y" ? [0, 1] : [-3, 3], value = this.fields.get(key, s);
    Object.assign(slide, { min, max, value });
    slide.setAttribute("aria-label", wordsOf(key));
    slide.setAttribute("aria-valuetext", withHyphen(short(value)));
  }

  showLoss(s) {
    const { state, root } = this, was = state.before(s)?.J ?? s.J, place = root.querySelector(".bp-loss");
    if (!place) return;
    const old = fixed(was) === fixed(s.J) ? "" : `<small>was ${fixed(was)}</small>`;
    update(place, `<span><i>J</i>${s.mean ? "/<i>n</i>" : ""} = <b>${fixed(s.J)}</b></span>${old}`);
    update(root.querySelector(".bp-curve"), curveOfLoss(state.curve));
    root.querySelector("[data-do=undo]").setAttribute("aria-disabled", !state.past.length);
  }

  speak(said) {
    clearTimeout(this.speech);
    this.speech = setTimeout(() => {
      const status = this.root.querySelector("[role=status]"), text = this.state.message + said;
      if (status.textContent !== text) status.textContent = text;
      this.state.message = "";
    }, QUIET);
  }
}

const tabs = (group, shown) => Object.entries(VIEWS).map(([view, { question, word }]) =>
  `<button role="tab" id="${group}-${view}" data-tab="${view}" aria-controls="${group}-panel" ` +
  `aria-label="${question}" aria-selected="${view === shown}" tabindex="${view === shown ? 0 : -1}"><span class="bp-long">${question}</span>` +
  `<span class="bp-brief">${word}</span></button>`).join("");
