// Run means: the page from its top to this cell, in order, with the reader's changes. What ran already and has not changed
// does not run again; where something above has changed, the names begin anew. So there is no hidden state.
let working = null;                               // the cell whose Run was pressed
let done = 0;                                     // so many cells, from the top, are what Python knows

kernel.ended.push(() => { done = 0; });

async function execute(cell) {
  if (working) return;
  working = cell;
  try {
    await kernel.start(what => busy(cell, what));
    loaded();
    busy(cell, "Stop");
    for (const next of [cell, ...verdicts(cell)]) await upTo(next);
  } catch (error) {
    cell.show([], {text: error instanceof Stopped ? "Stopped. The next Run starts Python anew." : error.message});
    announce(`${cell.name}: ${cell.printed}`);
  } finally {
    working = null;
    idle(cell);
  }
}

// The cells that judge an answer: those of its exercise below it, but not the solution.
function verdicts(cell) {
  if (!cell.box.classList.contains("exercise") || !cell.edited) return [];
  return cells.filter(other => other.exercise === cell.exercise && other.index > cell.index && !other.solution);
}

async function upTo(cell) {
  const stale = cells.slice(0, done).some(other => other.ran !== other.code);
  if (done > cell.index || stale) {
    await kernel.ask({does: "reset"});
    done = 0;
  }
  while (done <= cell.index) {
    const next = cells[done];
    if (!await runOne(next, cell)) return;
    done++;
  }
}

// Run one cell on the way to another; false if the way ends here.
async function runOne(next, target) {
  const {code} = next, made = madeFrom(next, "code");
  if (code.length > LONGEST) throw new Error(`${next.name} has ${code.length} characters; a cell may have ${LONGEST}.`);
  const {out, error} = await kernel.ask({does: "run", code, number: next.index + 1});
  next.ran = code;
  if (next === target || next.edited || error) {
    next.show(out, error);
    next.shown = made;
    mark(next);
    judge(next);
  }
  if (error?.line && cells[error.cell - 1]) cells[error.cell - 1].light(error.line);
  if (next === target) announce(error ? `${next.name} failed: ${error.text}` : `${next.name} ran. ${next.printed}`.slice(0, 500));
  if (!error || next.exercise && next !== target) return true;   // nothing depends on an exercise
  done = 0;
  if (next !== target) {
    next.box.scrollIntoView({block: "center"});
    announce(`${next.name}, above, failed: ${error.text}`);
  }
  return false;
}

function busy(cell, what) {
  cell.run.textContent = what;
  cell.run.classList.add("live-busy");
  announce(`${cell.name}: ${what === "Stop" ? "running" : what}`);
}

function idle(cell) {
  cell.run.textContent = "Run";
  cell.run.classList.remove("live-busy");
}

// Say what is changed, and which outputs were made from other code than what stands above them now.
function mark(cell) {
  cell.reset.hidden = !cell.edited && !cell.box.classList.contains("live-ran");
  cell.box.classList.toggle("live-edited", cell.edited);
  for (const later of cells.slice(cell.index)) {
    const old = later.output !== null && later.shown !== madeFrom(later, "code");
    later.box.classList.toggle("live-stale", old);
    later.state.textContent = old ? "output from before a change" : later.edited ? "changed" : "";
  }
}

function reset(cell) {
  cell.area?.remove();
  cell.area = null;
  cell.pre.parentElement.classList.remove("live-open");
  cell.pre.innerHTML = cell.html;
  cell.pre.tabIndex = 0;
  cell.clear();
  cell.shown = cell.stored;
  keep(cell);
  mark(cell);
  if (cell.box.classList.contains("exercise")) edit(cell);
  if (document.activeElement === document.body) cell.run.focus();
}
