// The number of an equation opens what its symbols mean, copies its LaTeX, and copies a link to it. Its tick opens the
// same, with how it was checked; there both sides are computed again. Escape closes.
const formulas = text => { const inside = document.createElement("template"); inside.innerHTML = text; return inside.content; };
const inline = parts => parts.map((part, i) => i % 2 ? formulas(part) : part);
const REST = 500;                                // ms
let open = null;                                  // the button whose panel is open

function dressNumber(number) {
  const equation = number.closest("div.math"), label = equation.id.replace("equation-", "");
  const text = number.firstChild.textContent;
  const opens = make("button", {type: "button", class: "eq-number", "aria-expanded": "false", "aria-haspopup": "dialog"}, text);
  opens.setAttribute("aria-label", `Equation ${text}: symbols, copy, link`);
  opens.onclick = () => {
    if (open === opens && !opens.hovered) return close();
    opens.hovered = false;
    if (open !== opens) tell(opens, equation, label);
  };
  hover(opens, equation, () => tell(opens, equation, label));
  number.firstChild.replaceWith(opens);
  number.querySelector("a.headerlink")?.setAttribute("tabindex", "-1");      // the panel has the link
  for (const receipt of equation.querySelectorAll(":scope > details.tick > summary, :scope > aside.receipt"))
    receipt.onclick = event => { event.preventDefault(); event.stopPropagation(); opens.onclick(); };
}

// A mouse that rests on the number is told the same, as long as it stays on the equation or in the panel.
function hover(opens, equation, tells) {
  let waiting = 0;
  opens.onpointerenter = ({pointerType}) => {
    if (pointerType === "mouse") waiting = setTimeout(() => { if (!open) { opens.hovered = true; tells(); } }, REST);
  };
  opens.onpointerleave = () => clearTimeout(waiting);
  equation.addEventListener("pointerleave", () => { if (open === opens && opens.hovered) close(); });
}

function close() {
  open?.panel.remove();
  open?.setAttribute("aria-expanded", "false");
  open = null;
}

async function tell(opens, equation, label) {
  close();
  const said = make("span", {class: "eq-copied", role: "status"});
  const copies = (name, title, text) => button("eq-copy", name, title, async () => { said.textContent = await copy(text()) ? "Copied." : "This browser does not copy."; });
  let facts = {equations: {}, rows: {}};
  try { facts = await load(SYMBOLS, "symbols"); } catch { said.textContent = "What the symbols mean could not be loaded."; }
  const {latex = "", rows = []} = facts.equations[label] ?? {};
  const panel = make("div", {class: "eq-panel", role: "dialog", "aria-label": `Equation ${opens.textContent}`},
    make("p", {}, copies("Copy LaTeX", "Copy this equation as LaTeX", () => latex),
      copies("Copy link", "Copy a link to this equation", () => location.href.split("#")[0] + "#" + equation.id), said));
  if (rows.length) panel.append(legend(rows.map(name => facts.rows[name])));
  const how = equation.querySelector(":scope > details.tick > a");
  if (how) panel.prepend(make("p", {class: "eq-how"}, "✓ ", how.cloneNode(true)));
  equation.append(opens.panel = panel);
  opens.setAttribute("aria-expanded", "true");
  open = opens;
  if (how && RECEIPTS && globalThis.live) load(RECEIPTS, "receipts").then(receipt => panel.querySelector(".eq-how").after(receipt(label)));
}

function legend(rows) {
  const table = make("table", {}, make("caption", {class: "live-unseen"}, "What the symbols mean"));
  for (const {symbol, code, shape, meaning} of rows)
    table.append(make("tr", {}, make("th", {scope: "row"}, formulas(symbol)), make("td", {}, code && make("code", {}, code)),
      make("td", {}, ...inline(shape)), make("td", {}, ...inline(meaning))));
  return make("div", {class: "eq-legend"}, table, make("a", {href: NOTATION}, "All notation"));
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); return true; } catch { /* not on this page: the old way */ }
  const area = make("textarea", {class: "live-unseen"});
  area.value = text;
  open.panel.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

addEventListener("keydown", event => {
  if (event.key !== "Escape" || !open) return;
  const opened = open;
  close();
  opened.focus();
});
addEventListener("click", event => { if (open && !event.target.closest(".eq-panel, .eq-number")) close(); });
document.querySelectorAll("div.math > .eqno").forEach(dressNumber);
