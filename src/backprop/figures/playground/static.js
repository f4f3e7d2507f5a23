
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

// Called right behind each element, before it is painted: nothing on the page moves when the picture takes its place.
globalThis.mountPlayground = (el) => {
  el.playground = standIn(JSON.parse(el.dataset.state));
  el.replaceChildren();
  renderPlayground({ model: el.playground, el });
};
