// Exercises: their cells are open from the start, hints come one by one, and what is solved is marked.
const solved = store.read("solved");              // key of a cell: 1

// The cell that an answer stands in: the last one above a verdict, of the same exercise, that was open for an answer.
function answerCell(cell) {
  const open = cells.filter(other => other.exercise === cell.exercise && other.index <= cell.index
    && other.box.classList.contains("exercise"));
  return open.pop() ?? cell;
}

function judge(cell) {
  if (!cell.exercise || cell.solution || !cell.printed.includes("✓ right") || cell.printed.includes("✗")) return;
  const mine = cells.filter(other => other.exercise === cell.exercise && !other.solution);
  if (!mine.some(other => other.edited)) return;
  const answer = answerCell(cell);
  solved[answer.key] = 1;
  store.write("solved", solved);
  markSolved(answer);
  refresh("");
}

const links = cell => document.querySelectorAll(`.bd-sidebar-secondary a[href="#${CSS.escape(cell.exercise.id)}"]`);
const tick = () => make("span", {class: "live-solved"}, "✓", make("span", {class: "live-unseen"}, " solved"));

function markSolved(cell) {
  if (cell.box.dataset.exercise) return;
  cell.box.dataset.exercise = "solved";
  const heading = cell.exercise.querySelector(":scope > :is(h2, h3, h4)");
  for (const place of [heading, ...links(cell)]) if (place && !place.querySelector(".live-solved")) place.append(" ", tick());
}

function forgotten() {
  for (const key in solved) delete solved[key];
  document.querySelectorAll("[data-exercise]").forEach(box => { delete box.dataset.exercise; });
  document.querySelectorAll(".live-solved").forEach(mark => mark.remove());
}

// One button opens the hints of an exercise one by one; a hint is a <details> whose summary says so.
function hints(cell) {
  const all = [...cell.exercise.querySelectorAll("details")].filter(({firstElementChild: summary}) =>
    summary?.tagName === "SUMMARY" && summary.textContent.trim().startsWith("Hint"));
  if (!all.length) return;
  const closed = () => all.filter(hint => !hint.open);
  const inOrder = () => {
    all.forEach((other, i) => { other.hidden = i > 0 && !all[i - 1].open && !other.open; });
    hint.textContent = closed().length ? `Hint ${all.length - closed().length + 1} of ${all.length}` : "Hints";
  };
  const hint = button("live-hint", "", "Open the next hint", () => {
    const [next] = closed().length ? closed() : all;
    next.open = true;
    inOrder();
    next.firstElementChild.focus();
  });
  all.forEach(details => details.addEventListener("toggle", inOrder));
  inOrder();
  cell.state.before(hint);
}
