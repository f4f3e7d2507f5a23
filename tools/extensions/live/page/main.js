// Puts the buttons on the page. Nothing of Python is loaded before the first Run.
function dress(cell) {
  cell.run = button("live-run", "Run", "Run the page from its top to this cell (Shift+Enter)",
    () => working ? kernel.stop() : execute(cell));
  cell.run.setAttribute("aria-label", `Run ${cell.name}`);
  cell.reset = button("live-reset", "Reset", "Put the book's code and output back", () => reset(cell));
  cell.reset.hidden = true;
  cell.state = make("span", {class: "live-state"});
  cell.input.append(make("div", {class: "live-bar"}, cell.run, cell.reset, cell.state));
  cell.pre.tabIndex = 0;
  cell.pre.setAttribute("aria-label", `Code of ${cell.name}: press Enter to edit`);
  cell.pre.setAttribute("role", "group");
  cell.pre.onclick = () => clicked(cell);
  cell.pre.onkeydown = event => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (event.shiftKey) execute(cell); else open(cell);
  };
}

// The first button in sight says what it costs, until it is paid.
const pays = cells.find(({input}) => !input.closest("details:not([open])"));
function loaded() {
  if (pays && pays !== working) pays.run.textContent = "Run";
}

cells.forEach(dress);
document.querySelector("article")?.append(missedList, bar, announcer);
recall();
recallPredictions();
for (const cell of cells) {
  if (cell.box.classList.contains("exercise")) {
    edit(cell);
    hints(cell);
  }
  if (solved[cell.key] && cell.exercise) markSolved(cell);
}
if (pays) pays.run.textContent = `Run (loads ${SIZE} MB of Python, once)`;
globalThis.live = {kernel, cells, predictions, store, make, button, announce, execute, load};
