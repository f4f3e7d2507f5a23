// Keys are heard before JupyterLab hears them, which would take the arrows, Enter and letters for commands of its own.

function listenToKeys(root, fields, typing, show) {
  function onKey(event) {
    const { target, key } = event;
    const elsewhere = !root.contains(target) || event.ctrlKey || event.metaKey || event.altKey;
    if (elsewhere || (key === "Enter" && event.shiftKey)) return;
    event.stopPropagation();
    let used = false;
    if (target.matches(".bp-field")) used = fieldKey(target, key, fields, typing);
    else if (target.matches(".bp-slide")) used = slideKey(fields, key);
    else if (target.matches("[role=tab]")) used = tabKey(target, key, show);
    if (used) event.preventDefault();
  }
  window.addEventListener("keydown", onKey, true);
  return () => window.removeEventListener("keydown", onKey, true);
}

const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

function fieldKey(input, key, fields, typing) {
  if (key === "Enter") {
    typing.take(input, true);
    input.select();
    return true;
  }
  if (key === "Escape") {
    typing.cancel(input);
    input.select();
    return true;
  }
  return valueKey(input, key, fields, typing) || neighborKey(input, key);
}

// An arrow or page key moves the number, Home and End set a bound. True if the key was one of them.
function valueKey(input, key, fields, typing) {
  const name = input.dataset.key, { min, max, step } = fields.range(name), bound = { Home: min, End: max }[key];
  const toBound = Number.isFinite(bound) && input !== typing.input;
  if (!(key in STEPS) && !toBound) return false;
  typing.input = null;
  typing.accept();
  const sentence = toBound ? fields.put(name, bound) : fields.nudge(name, STEPS[key] * step);
  if (sentence) typing.refuse(input, sentence);
  return true;
}

function slideKey(fields, key) {
  const step = { ...STEPS, ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) fields.nudge(numberOf(fields.state.choice), step * 0.1);
  return Boolean(step);
}

// ← and → leave a number at its ends, for the next one of its matrix.
function neighborKey(input, key) {
  const side = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const allSelected = input.selectionEnd - input.selectionStart === input.value.length;
  const atEnd = input.selectionStart === (side < 0 ? 0 : input.value.length);
  if (!side || !(allSelected || atEnd)) return false;
  const inputs = [...(input.closest(".bp-edit")?.querySelectorAll("input") ?? [])];
  const next = inputs[inputs.indexOf(input) + side];
  next?.focus();
  return Boolean(next);
}

function tabKey(tab, key, show) {
  const views = Object.keys(VIEWS), now = views.indexOf(tab.dataset.tab);
  const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: views.length - 1 }[key];
  if (next === undefined) return false;
  show(views.at(next % views.length));
  return true;
}
