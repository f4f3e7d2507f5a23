// One playground on a page: its parts, and what the reader's hands do to them. Returns what takes it away again.

let playgrounds = 0;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "bp";
  el.append(root);
  const picture = new Picture(root, `bp${++playgrounds}`), redraw = () => picture.schedule();
  const state = new State(model, redraw), fields = new Fields(state), typing = new Typing(root, fields);
  const show = (view) => {
    state.showView(view);
    picture.draw();
    root.querySelector(`[data-tab=${view}]`).focus({ preventScroll: true });
  };
  listenToClicks(root, state, fields, typing, show);
  listenToFields(root, state, fields, typing);
  listenToChoices(root, state);
  new Dragging(root, fields, typing, state);
  const stopKeys = listenToKeys(root, fields, typing, show);
  for (const name of TRAITS) model.on(`change:${name}`, redraw);
  picture.show(state, fields, typing);
  return () => {
    stopKeys();
    picture.remove();
    for (const name of TRAITS) model.off(`change:${name}`, redraw);
  };
}

function listenToClicks(root, state, fields, typing, show) {
  const actions = {
    step: () => state.descend(1),
    ten: () => state.descend(10),
    undo: () => state.undo(),
    reset: () => state.reset(),
    add() {
      const { n } = state.network(), { added } = state.choice;
      fields.put("added", added < n ? added + 1 : 0);
    },
  };
  root.addEventListener("click", ({ target }) => {
    const { tab, nudge, do: action, sizes } = target.closest("button")?.dataset ?? {};
    const choose = target.closest("[data-choose]")?.dataset.choose;
    if (choose) state.chooseKey(choose);
    if (tab) show(tab);
    if (action) {
      typing.accept();
      actions[action]();
    }
    if (sizes) state.resize(Object.fromEntries(sizes.split(" ").map((size, k) => ["mdtn"[k], Number(size)])));
    if (nudge) fields.nudge(nudge.split(" ")[0], Number(nudge.split(" ")[1]));
  });
}

function listenToFields(root, state, fields, typing) {
  const onField = (type, act) => root.addEventListener(type, ({ target }) => {
    if (target.matches(".bp-field")) act(target);
  });
  onField("input", (input) => typing.take(input, false));
  onField("change", (input) => typing.take(input, true));
  onField("focusin", (input) => {
    state.gesture = null;
    focusField(input, state, fields, typing);
  });
  onField("focusout", (input) => {
    if (input === typing.input) typing.take(input, true);
    typing.show(input, fields.get(input.dataset.key), false);
  });
  root.addEventListener("input", ({ target }) => {
    if (target.matches(".bp-slide")) fields.put(numberOf(state.choice), Number(target.value), "slide");
  });
  root.addEventListener("change", ({ target }) => {
    if (target.matches(".bp-slide")) state.gesture = null;
  });
}

function focusField(input, state, fields, typing) {
  if (!input.matches("[aria-invalid]")) typing.accept();
  typing.show(input, fields.get(input.dataset.key));
  input.select();
  const inputs = input.closest(".bp-edit")?.querySelectorAll("input") ?? [];
  for (const other of inputs) other.tabIndex = other === input ? 0 : -1; // the Tab key comes back to where one was
  state.lookAt(input.dataset.key);
}

function listenToChoices(root, state) {
  const choices = {
    mean: (value) => state.setMean(value === "true"),
    columns: (value) => state.choose({ columns: value === "true" }),
    side: (layer) => state.chooseKey(FIRST_CHOICE.key.replace("out", layer)),
  };
  root.addEventListener("change", ({ target }) => {
    if (target.matches(".bp-choose")) state.chooseKey(target.value);
    if (target.matches("[data-toggle]")) choices[target.dataset.toggle](target.value);
  });
  root.addEventListener("toggle", ({ target }) => (state.choice.open = target.open), true); // it does not bubble
  root.addEventListener("pointerover", ({ target }) => { // its weight is printed while the pointer is on an edge
    const hovered = target.closest("svg [data-key]")?.dataset.key;
    if (hovered !== state.choice.hovered) state.choose({ hovered });
  });
}
