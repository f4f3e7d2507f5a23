// One playground on a page: its parts, and what the reader's hands do to them. Returns what takes it away again.

let playgrounds = 0;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "bp";
  el.append(root);
  const picture = new Picture(root, `bp${++playgrounds}`), redraw = () => picture.schedule();
  const state = new State(model, redraw), fields = new Fields(state), typing = new Typing(root, fields);
  const show = (view) => {
    state.write({ view });
    picture.draw();
    root.querySelector(`[data-tab=${view}]`).focus({ preventScroll: true });
  };
  listenToButtons(root, state, fields, typing, show);
  listenToFields(root, state, typing);
  new Dragging(root, fields, typing, (key) => chooseByKey(state, key));
  const stopKeys = listenToKeys(root, fields, typing, show);
  for (const name of TRAITS) model.on(`change:${name}`, redraw);
  picture.show(state, fields, typing);
  return () => {
    stopKeys();
    picture.remove();
    for (const name of TRAITS) model.off(`change:${name}`, redraw);
  };
}

// Look at the number with this key: a weight or a bias with its paths, an input or a target with its example.
function chooseByKey(state, key) {
  const [name, i, j] = parseKey(key);
  if (name === "W_h" || name === "W_out") state.chooseWeight(name.slice(2), i, j);
  if (name === "b_h" || name === "b_out") state.chooseWeight(name.slice(2), BIAS, j);
  if (name === "X" || name === "Y") state.choose({ example: i });
}

function listenToButtons(root, state, fields, typing, show) {
  const actions = {
    step: () => state.step(),
    reset() {
      typing.accept();
      state.reset();
    },
    add() {
      const { n } = state.network(), { added } = state.choice;
      fields.put("added", added < n ? added + 1 : 0);
    },
  };
  root.addEventListener("click", ({ target }) => {
    const { tab, nudge, do: action, sizes } = target.closest("button")?.dataset ?? {};
    if (tab) show(tab);
    if (action) actions[action]();
    if (sizes) state.resize(Object.fromEntries(sizes.split(" ").map((size, k) => ["mdtn"[k], Number(size)])));
    if (nudge) fields.nudge(nudge.split(" ")[0], Number(nudge.split(" ")[1]));
  });
}

function listenToFields(root, state, typing) {
  root.addEventListener("change", ({ target }) => {
    const { toggle: name } = target.dataset, { value } = target;
    if (target.matches(".bp-field")) typing.take(target, true);
    else if (name === "mean") state.write({ mean: value === "true" });
    else if (name === "columns") state.choose({ columns: value === "true" });
    else if (name) state.choose({ [name]: value });
  });
  root.addEventListener("input", ({ target }) => {
    if (target.matches(".bp-field")) typing.take(target, false);
  });
  root.addEventListener("focusin", ({ target }) => {
    if (target.matches(".bp-field")) focusField(target, state, typing);
  });
  root.addEventListener("focusout", ({ target }) => {
    if (target === typing.input) typing.take(target, true);
  });
}

function focusField(input, state, typing) {
  if (!input.matches("[aria-invalid]")) typing.accept();
  input.select();
  const inputs = input.closest(".bp-edit")?.querySelectorAll("input") ?? [];
  for (const other of inputs) other.tabIndex = other === input ? 0 : -1; // the Tab key comes back to where one was
  chooseByKey(state, input.dataset.key);
}
