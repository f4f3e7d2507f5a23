// What the fields for a reader's own work share: a text that the page's Python judges, when Judge is pressed and from then
// on whenever typing pauses; it is kept in this browser and can be sent as a link. `field(own)` makes one of
//
//   name, area, label         what ids begin with; class and label of the box for the text
//   slot                      under which the reader's own text is kept; what came otherwise is kept apart from it
//   start, examples           the label of the list of examples, and [[name of a group, [example, …]], …]; an example is
//                             a state: {text, and what is chosen for it}
//   choices                   {name: {key, label, element, get(), set(value)}}: what is chosen beside the text; "" is what
//                             stands there at first, key is its name in a link
//   module, ask, warm         the function of live_page that judges, and arguments to load its modules with
//   args(state), ready()      its arguments; what else is to be loaded before
//   show(report, state)       shows what it answered; clear() takes it away
//   judged, says, came, instead     titles and sentences
//
// and returns {area, judge, typed, tell}. `select` makes a choice from [[value, words], …].
const {kernel, make, button, announce, store, load} = globalThis.live;
const PAUSE = 350, PATIENCE = 6000, LONGEST = 20000;            // ms, ms, characters

function select(id, key, label, options, changed) {
  const element = make("select", {id}, ...options.map(([value, words]) => make("option", {value}, words)));
  element.onchange = changed;
  const set = value => { element.value = options.some(([one]) => one === value) ? value : options[0][0]; };
  return {key, label, element, get: () => element.value, set};
}

function field(own) {
  const area = make("textarea", {class: `field-text ${own.area}`, id: `${own.name}-text`, spellcheck: "false",
    autocapitalize: "off", autocomplete: "off", rows: "12"});
  const said = make("p", {class: "field-said"});
  const choices = Object.entries(own.choices);
  let slot = own.slot;                              // where the text is kept; "other": what came by a link or was chosen
  let asked = null, judging = false, awaited = 0;   // the state to judge next, whether one is being judged, a timer
  let why = "";                                     // why Python was stopped

  const current = () => ({text: area.value, ...Object.fromEntries(choices.map(([name, choice]) => [name, choice.get()]))});

  // --- judging
  async function judge() {
    asked = current();
    if (judging) return;
    judging = true;
    judgeButton.textContent = "Stop";
    while (asked) {
      const state = asked;
      asked = null;
      let report = null;
      try {
        report = await answer(state);
      } catch (error) {
        own.clear();
        tell(error.message || why);
      }
      // What is shown may set the choices, as many as the text has layers: that makes no verdict old.
      if (JSON.stringify(current()) === JSON.stringify(state)) place.classList.remove("field-old");
      if (report && !asked) own.show(report, state);
    }
    judging = false;
    judgeButton.textContent = "Judge";
  }

  async function answer(state) {
    const call = args => kernel.ask({does: "call", module: own.module, name: own.ask, args});
    await kernel.start(what => tell(what));
    await own.ready();
    await call(own.warm);                           // its modules are loaded
    const slow = setTimeout(() => stop(`This text takes longer than 6 seconds here, so it was stopped. ${own.instead}`), PATIENCE);
    try {
      return (await call(own.args(state))).value;
    } finally {
      clearTimeout(slow);
    }
  }

  function stop(reason) {
    why = reason;
    kernel.stop();
  }

  function typed() {
    keep();
    clearTimeout(awaited);
    place.classList.add("field-old");
    if (kernel.here) awaited = setTimeout(judge, PAUSE);
  }

  function tell(what, aloud = what) {
    said.textContent = what;
    announce(aloud);
  }

  // --- keeping and sending
  function keep() {
    const state = current();
    if (state.text.length <= LONGEST) store.write(slot, state.text ? state : {});
    offer();
  }

  // What is put in the place of a text never replaces the reader's own.
  function aside() {
    if (store.read(own.slot).text) slot = "other";
  }

  // The button to the text that is not in sight.
  function offer() {
    const other = slot === "other" ? own.slot : "other";
    swap.hidden = !store.read(other).text;
    swap.textContent = other === "other" ? "The other text" : "Back to my own text";
  }

  function put(state) {
    area.value = String(state.text ?? "").slice(0, LONGEST);
    choices.forEach(([name, choice]) => choice.set(String(state[name] ?? "")));
    own.clear();
    place.classList.remove("field-old");
    said.textContent = "";
    offer();
    if (kernel.here) judge();
  }

  // A page with a million characters in a field stands still: what is too long does not come in.
  function tooMuch(event) {
    const comes = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    if (area.value.length + comes.length <= LONGEST || !comes) return;
    event.preventDefault();
    tell(`The field takes ${LONGEST} characters; this is more, and was left out.`);
  }

  function fromLink() {
    const found = new URLSearchParams(location.hash.slice(1));
    if (!found.has("d")) return false;
    const short = location.hash.length <= LONGEST;
    aside();
    put(short ? {text: found.get("d"), ...Object.fromEntries(choices.map(([name, {key}]) => [name, found.get(key) ?? ""]))} : {});
    tell(short ? own.came : `This link is longer than ${LONGEST} characters: it was not read.`);
    return true;
  }

  async function copyLink() {
    const chosen = choices.map(([, choice]) => [choice.key, choice.get()]).filter(([, value]) => value);
    const hash = "#" + new URLSearchParams([["d", area.value], ...chosen]);
    if (hash.length > LONGEST) return tell(`The link would be longer than ${LONGEST} characters: send the text instead.`);
    history.replaceState(null, "", hash);
    try {
      await navigator.clipboard.writeText(location.href);
      tell(`The link is copied. It holds ${own.says}.`);
    } catch {
      tell(`The link is in the address line. It holds ${own.says}.`);
    }
  }

  // --- the parts of the field
  const judgeButton = button("field-judge", `Judge (loads ${SIZE} MB of Python, once)`, own.judged,
    () => judging ? stop("Stopped.") : judge());
  const link = button("field-link", "Copy a link to this text", `A link that holds ${own.says}`, copyLink);
  const swap = button("field-swap", "", "Two texts are kept: this one, and what came by a link or was chosen", () => {
    slot = slot === "other" ? own.slot : "other";
    history.replaceState(null, "", location.pathname + location.search);
    put(store.read(slot));
  });

  function starts() {
    const all = own.examples.flatMap(([, examples]) => examples);
    const groups = own.examples.map(([name, examples]) => make("optgroup", {label: name},
      ...examples.map(one => make("option", {value: String(all.indexOf(one))}, one.name))));
    const element = make("select", {id: `${own.name}-example`}, make("option", {value: ""}, "…"), ...groups);
    element.onchange = () => {
      if (element.value === "") return;
      aside();
      put(all[Number(element.value)]);
      element.value = "";
    };
    return {label: "Start from", element};
  }

  // A label names one control; above a group of them stands its name, which the group takes as its own.
  function labeled({label, element}) {
    if (element.matches("select, input")) return make("span", {}, make("label", {for: element.id}, label), element);
    element.setAttribute("aria-labelledby", `${element.id}-name`);
    return make("span", {}, make("span", {class: "field-label", id: `${element.id}-name`}, label), element);
  }

  const place = document.getElementById(own.place);
  place.classList.add("field");
  place.append(make("div", {class: "field-bar"}, ...[starts(), ...Object.values(own.choices)].map(labeled)),
    make("div", {class: "field-bar"}, judgeButton, link, swap, said),
    make("div", {class: "field-sides"}, make("div", {}, make("label", {for: area.id}, own.label), area), own.answer));
  area.oninput = typed;
  area.addEventListener("beforeinput", tooMuch);
  addEventListener("hashchange", fromLink);
  if (!fromLink()) put(store.read(slot).text ? store.read(slot) : own.examples[0][1][0]);
  return {area, judge, typed, tell};
}
