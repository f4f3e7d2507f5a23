// What the number or the tick of a checked equation shows besides its symbols: both sides, computed again in the page,
// as printed or with a sign changed. This is no part of a page's script: a pack brings it when it is asked for.
function receipt(label) {
  const {latex, given, broken} = EQUATIONS[label];
  const {kernel, make, button} = globalThis.live;
  const said = make("div", {class: "eq-sides", role: "status"});

  async function compute(which, text) {
    try {
      await kernel.start(sentence => said.replaceChildren(sentence));
      again.querySelector("span")?.remove();
      said.replaceChildren("Computing …");
      const {value} = await kernel.ask({does: "call", module: "computed", name: "sides", args: [latex, given, text]});
      said.replaceChildren(...sides(which, value));
    } catch (error) { said.replaceChildren(error.message || "Stopped."); }
  }

  function sides(which, {verdict, left, right}) {
    const agree = verdict.startsWith("right");
    const words = agree ? "✓ The sides agree" : "✗ The sides differ";
    const head = make("p", {class: agree ? "eq-agrees" : "eq-differs"}, `${words}, ${which}${left ? ", at random numbers:" : "."}`);
    return left ? [head, side("left", left), side("right", right)] : [head];
  }

  function side(name, rows) {
    const lines = rows.flatMap(row => [...row.map(([text, off]) => off ? make("b", {class: "eq-differs"}, text) : text), "\n"]);
    return make("div", {}, make("span", {}, name), make("pre", {tabindex: "0", "aria-label": `${name} side`}, ...lines.slice(0, -1)));
  }

  const again = button("eq-copy eq-compute", "Compute both sides", "Compute both sides of this equation again, here", () => compute("as printed", latex));
  if (!kernel.here) again.append(make("span", {}, ` (loads ${SIZE} MB of Python, once)`));
  const buttons = make("p", {}, again);
  if (broken) buttons.append(button("eq-copy eq-break", "Change a sign", "Compute it with one sign changed", () => compute("with a sign changed", broken)));
  return make("div", {class: "eq-receipt"}, buttons, said);
}
