// A cell of the page: the book's code and outputs, and what the reader made of them.
const LONGEST = 20000;                            // characters of one cell

class Cell {
  constructor(box, index) {
    this.box = box;
    this.index = index;
    this.input = box.querySelector(".cell_input");
    this.pre = this.input.querySelector("pre");
    this.first = this.pre.textContent.replace(/\n*$/, "");
    this.html = this.pre.innerHTML;
    this.area = null;                             // the text field, once the cell is open
    this.ran = null;                              // the code it ran with, if what Python knows comes from it
    this.output = box.querySelector(".cell_output");
    const section = box.closest("section");
    this.exercise = section?.querySelector(":scope > .cell.exercise, :scope > .cell.tag_solution") ? section : null;
    this.solution = box.classList.contains("tag_solution");
  }

  get name() { return `cell ${this.index + 1}`; }
  get code() { return this.area ? this.area.value : this.pre.textContent.replace(/\n*$/, ""); }
  get edited() { return this.code !== this.first; }
  get picture() { return this.output?.querySelector("figure, .explore"); }

  // Put what a run gave below the cell. The stored outputs stay in the page, hidden; a stored picture stays in sight.
  show(out, error) {
    const printed = out.filter(([kind]) => kind !== "drawn").map(([kind, content]) => this.element(kind, content));
    if (error) printed.push(this.element("error", error.text));
    if (out.some(([kind]) => kind === "drawn") && this.picture && !error && this.above.some(cell => cell.edited))
      printed.push(this.element("note", "The picture is drawn with the book's numbers; open the notebook to draw yours."));
    this.clear();
    if (!this.output) this.box.append(this.output = make("div", {class: "cell_output docutils container live-new"}));
    this.output.append(make("div", {class: "live-output"}, ...printed));
    this.box.classList.add("live-ran");
    this.box.classList.toggle("live-failed", Boolean(error));
    this.box.classList.toggle("live-pictured", Boolean(!error && this.picture && out.some(([kind]) => kind === "drawn")));
    this.output.querySelectorAll(".live-output .bp-playground").forEach(root => globalThis.mountPlayground?.(root));
  }

  element(kind, content) {
    if (kind === "note") return make("p", {class: "live-note"}, content);
    if (kind === "data" && content["text/html"]) return make("div", {class: "output text_html"}, ...harmless(content["text/html"]));
    const image = kind === "data" && (content["image/png"] ? "data:image/png;base64," + content["image/png"]
      : content["image/svg+xml"] && "data:image/svg+xml," + encodeURIComponent(content["image/svg+xml"]));
    if (image) return make("img", {src: image, alt: `What ${this.name} gave`});
    const text = kind === "data" ? content["text/plain"] ?? "" : content;
    return make("div", {class: `output ${kind === "error" ? "live-error" : "stream"}`},
      make("div", {class: "highlight"}, make("pre", {}, text)));
  }

  get printed() { return this.output?.querySelector(".live-output")?.textContent ?? ""; }

  clear() {
    this.output?.querySelector(".live-output")?.remove();
    this.box.classList.remove("live-ran", "live-failed", "live-pictured");
    this.lit?.remove();
  }

  // Light a line of the code: the place of an error.
  light(line) {
    const style = getComputedStyle(this.pre), height = parseFloat(style.lineHeight);
    this.lit?.remove();
    this.lit = make("div", {class: "live-line", style: `top: ${this.pre.offsetTop + parseFloat(style.paddingTop) + (line - 1) * height}px; height: ${height}px`});
    this.pre.before(this.lit);
  }
}

const cells = [...document.querySelectorAll("div.cell:not(.tag_not-live)")]
  .filter(box => box.querySelector(".cell_input pre")).map((box, index) => new Cell(box, index));
for (const cell of cells) {
  const same = other => !other.exercise || other.exercise === cell.exercise;
  cell.above = cells.slice(0, cell.index + 1).filter(same);     // what this cell's output depends on: no other exercise
  cell.shown = cell.stored = madeFrom(cell, "first");           // the code that the output in sight was made from
}

function madeFrom(cell, code) {
  return hash(cell.above.map(other => other[code]).join("\0"));
}
