/* In Jupyter: tells Python the index, and shows the picture that Python gives for it. JupyterLab takes arrow keys on
   their way down the page; the listener stands above it. */
export default { render({model, el: root}) {
  const [label, texts, start, [width, height]] = ["label", "texts", "index", "size"].map(name => model.get(name));
  const frames = texts, image = Object.assign(new Image(width, height), {style: "max-width:100%;height:auto"});
  root.classList.add("explore");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", label);
  root.append(image);
  /* show: */
    model.set("index", i);
    model.save_changes();
  /* :show */
  const follow = () => +range.value == model.get("index") || show(model.get("index"));
  const draw = () => {
    image.alt = model.get("alt");
    image.src = "data:image/svg+xml," + encodeURIComponent(model.get("image"));
  };
  const keep = event => {
    const command = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && event.key == "Enter";
    if (root.contains(event.target) && !command) event.stopPropagation();
  };
  model.on("change:index", follow);
  model.on("change:alt change:image", draw);
  window.addEventListener("keydown", keep, true);
  draw();
  return () => {
    window.removeEventListener("keydown", keep, true);
    model.off("change:alt change:image", draw);
    model.off("change:index", follow);
  };
} };
