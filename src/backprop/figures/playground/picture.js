// What stands on the page: built when the sizes or the view change, drawn when a number does, spoken when all is quiet.

const VIEWS = { paths: ["Paths", pathsView], shapes: ["Shapes", shapesView], examples: ["Examples", examplesView] };
const QUIET = 500; // ms without a change before the result is spoken

class Picture {
  constructor(root, group) {
    Object.assign(this, { root, group, built: "", frame: 0, speech: 0, width: 700 });
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
    const width = this.root.querySelector(".bp-panel").clientWidth;
    if (!width || width === this.width) return;
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
    const shape = [s.m, s.d, s.t, s.n, Boolean(s.b_h), s.view].join();
    if (shape === this.built) return;
    this.built = shape;
    this.state.keepChoiceWithin(s);
    const { group } = this, stage = VIEWS[s.view][1].stage(s, group);
    update(this.root, `<div class="bp-tabs" role="tablist" aria-label="View of the network">${tabs(group, s.view)}</div>` +
      `<div id="${group}-panel" role="tabpanel" aria-labelledby="${group}-${s.view}" class="bp-panel">${stage}</div>` +
      `<p class="bp-error" id="${group}-error" role="alert" hidden></p><p class="bp-sr" role="status"></p>`);
    for (const grid of this.root.querySelectorAll(".bp-edit")) // one stop of the Tab key for each matrix
      grid.querySelectorAll("input").forEach((input, k) => (input.tabIndex = k ? -1 : 0));
  }

  draw() {
    const s = this.state.network();
    this.build(s);
    for (const input of this.root.querySelectorAll(".bp-field")) this.showField(input, s);
    for (const radio of this.root.querySelectorAll("[data-toggle]")) {
      const { toggle: name } = radio.dataset;
      radio.checked = String(name === "mean" ? s.mean : this.state.choice[name]) === radio.value;
    }
    const said = VIEWS[s.view][1].draw(s, this.state, this.root, this.width);
    const lossText = this.root.querySelector(".bp-loss");
    if (lossText) lossText.innerHTML = `<i>J</i>${s.mean ? "/<i>n</i>" : ""} = <b>${fixed(s.J)}</b>`;
    this.speak(said);
  }

  showField(input, s) {
    const { key } = input.dataset, value = this.fields.get(key, s), text = short(value);
    if (input !== this.typing.input && input.value !== text) input.value = text;
    const { min, max } = this.fields.range(key);
    const values = { valuenow: value, valuetext: withHyphen(text), valuemin: min, valuemax: max };
    for (const [name, now] of Object.entries(values))
      if (Math.abs(now) !== Infinity && input.getAttribute(`aria-${name}`) !== String(now))
        input.setAttribute(`aria-${name}`, now);
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

const tabs = (group, shown) => Object.entries(VIEWS).map(([view, [title]]) =>
  `<button role="tab" id="${group}-${view}" data-tab="${view}" aria-controls="${group}-panel" ` +
  `aria-selected="${view === shown}" tabindex="${view === shown ? 0 : -1}">${title}</button>`).join("");
