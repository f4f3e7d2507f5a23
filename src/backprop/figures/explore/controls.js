/* The controls: previous, slider, next. Known here: root, label, texts, start, as many frames. What moves the picture
   is put in place of the comment "show". */
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    element.append(...children);
    return element;
  };
  const value = make("span", {});
  const room = make("b", {"aria-hidden": "true", "data-longest": texts.reduce((a, b) => b.length > a.length ? b : a)}, value);
  const range = make("input", {type: "range", min: 0, max: frames.length - 1, step: 1});
  const button = (name, sign, by) => {
    const element = make("button", {type: "button", "aria-label": name + ": " + label}, sign);
    element.onclick = () => show(+range.value + by);
    return element;
  };
  const show = i => {
    range.value = i;
    i = +range.value;
    range.setAttribute("aria-valuetext", value.textContent = texts[i]);
    /* show */
  };
  range.oninput = () => show(range.value);
  root.append(make("div", {class: "explore-controls"}, button("Previous", "\u2039", -1),
    make("label", {}, make("span", {}, label), " ", room, range), button("Next", "\u203a", 1)));
  show(start);
