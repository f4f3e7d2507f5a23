
// On a page of the book: what Jupyter's widget model does here, without Jupyter.
function standIn(state) {
  const listeners = {};
  return {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      (listeners[`change:${name}`] ?? []).forEach((listener) => listener());
    },
    save_changes() {},
    on: (event, listener) => (listeners[event] ??= []).push(listener),
    off() {},
  };
}

for (const el of document.querySelectorAll(".bp-playground[data-state]")) {
  const model = standIn(JSON.parse(el.dataset.state));
  el.replaceChildren();
  el.playground = model;
  render({ model, el });
}
