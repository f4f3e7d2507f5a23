// Editing in place: a text field lies over the colored code, its own letters unseen. Undo is the browser's own.
const TOKENS = new RegExp([
  /(#.*)/, /((?:\b[rbfRBF]{1,2})?(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))/,
  /\b(and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|not|or|pass|raise|return|try|while|with|yield|True|False|None)\b/,
  /\b(\d[\d_.]*(?:e[+-]?\d+)?)/,
].map(token => token.source).join("|"), "g");
const CLASSES = ["c1", "s2", "k", "mf"];          // the page's own highlighting

function color(cell) {
  const {code} = cell, parts = [];
  let from = 0;
  for (const found of code.length > LONGEST ? [] : code.matchAll(TOKENS)) {
    parts.push(code.slice(from, found.index));
    parts.push(make("span", {class: CLASSES[found.slice(1).findIndex(group => group !== undefined)]}, found[0]));
    from = found.index + found[0].length;
  }
  cell.pre.replaceChildren(...parts, code.slice(from) + "\n");
}

// Put the text field over the code of a cell, if it is not there.
function edit(cell) {
  if (cell.area) return;
  const area = make("textarea", {class: "live-code", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
    wrap: "off", "aria-label": `Code of ${cell.name}`});
  area.value = cell.code;
  area.oninput = () => changed(cell);
  area.onscroll = () => { cell.pre.scrollLeft = area.scrollLeft; };
  area.onkeydown = event => pressed(cell, event);
  cell.area = area;
  cell.pre.removeAttribute("tabindex");
  cell.pre.parentElement.classList.add("live-open");
  cell.pre.after(area);
}

function open(cell, at = 0) {
  edit(cell);
  cell.area.focus();
  cell.area.setSelectionRange(at, at);
}

function pressed(cell, event) {
  if (event.key === "Escape") return cell.run.focus();
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  if (event.shiftKey || event.ctrlKey || event.metaKey) return execute(cell);
  const {area} = cell, line = area.value.slice(0, area.selectionStart).split("\n").pop();
  insert(area, "\n" + line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : ""));
}

function insert(area, text) {                     // insertText keeps the browser's undo
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

function changed(cell) {
  cell.lit?.remove();
  color(cell);
  keep(cell);
  mark(cell);
}

// Where in the code the reader has clicked.
function clicked(cell) {
  const {isCollapsed, anchorNode, anchorOffset} = getSelection();
  if (!isCollapsed) return;                       // a selection, to copy
  const range = document.createRange();
  range.selectNodeContents(cell.pre);
  if (cell.pre.contains(anchorNode)) range.setEnd(anchorNode, anchorOffset); else range.collapse(true);
  open(cell, range.toString().length);
}
