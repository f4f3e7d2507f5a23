// What a reader wrote: kept by the book's own code of the cell, so that a changed cell drops it.
const names = new Map();                          // key of a cell: the cell
for (const cell of cells) {
  let key = hash(cell.first);
  while (names.has(key)) key += "+";              // the same code stands twice
  names.set(cell.key = key, cell);
}

function keep(cell) {
  const kept = store.read("cells");
  if (cell.edited && cell.code.length <= LONGEST) kept[cell.key] = cell.code; else delete kept[cell.key];
  const could = store.write("cells", kept);
  refresh(could ? "" : "This browser keeps nothing here: your changes last until you leave the page.");
}

function recall() {
  for (const [key, code] of Object.entries(store.read("cells"))) {
    const cell = names.get(key);
    if (!cell || typeof code !== "string") continue;
    cell.pre.textContent = code;
    color(cell);
    mark(cell);
  }
  refresh("");
}

const said = make("p", {});
const bar = make("div", {class: "live-work", role: "region", "aria-label": "Your work on this page", hidden: ""}, said);
const forgets = button("live-forget", "Forget my work", "Erase what this book has kept in this browser, on all its pages", () => {
  if (forgets.textContent === "Forget my work") {
    forgets.textContent = "Erase it on all pages of the book";
    return announce("Press again to erase your work on all pages of the book.");
  }
  store.forget();
  cells.filter(cell => !cell.reset.hidden).forEach(reset);
  forgotten();
  forgetPredictions();
  refresh("");
  announce("Your work is erased.");
});
bar.append(button("live-download", "Download as a notebook", "This page's notebook, with your changes", download), forgets);

function refresh(sentence) {
  const changes = cells.filter(cell => cell.edited).length;
  forgets.textContent = "Forget my work";
  said.textContent = sentence || (changes ? `Your changes in ${changes} ${changes > 1 ? "cells" : "cell"} are kept in this browser.`
    : "Your work in this book is kept in this browser.");
  bar.hidden = !sentence && !changes && !store.any();
}

async function download() {
  const notebook = structuredClone(await load(NOTEBOOK, "notebook"));
  notebook.cells.filter(({cell_type, metadata}) => cell_type === "code" && !metadata.tags?.includes("not-live"))
    .forEach((cell, i) => { cell.source = cells[i].code; });
  const address = URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)], {type: "application/x-ipynb+json"}));
  make("a", {href: address, download: `${PAGE}.ipynb`}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

addEventListener("storage", event => {
  if (event.key?.startsWith(BOOK + "/")) refresh("This page is open twice; of each cell, what was typed last is kept.");
});
