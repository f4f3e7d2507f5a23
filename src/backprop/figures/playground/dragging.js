// A number is dragged sideways, in its field or in the drawing. A press that moves less than 4 pixels is a click.

class Dragging {
  constructor(root, fields, typing, state) {
    Object.assign(this, { root, fields, typing, state, drag: null });
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.move(event));
    for (const type of ["pointerup", "pointercancel"]) root.addEventListener(type, (event) => this.release(event));
    // A press on a field may become a drag: the caret comes when it did not.
    root.addEventListener("mousedown", (event) => {
      if (this.drag && event.target.matches(".bp-field")) event.preventDefault();
    });
  }

  press(event) {
    const held = event.target.closest("[data-key]");
    if (!held || event.button > 0 || held === document.activeElement) return;
    const { key, choose } = held.dataset;
    if (choose) this.state.chooseKey(choose);
    else if (!held.matches("input")) this.state.lookAt(key);
    this.drag = { key, held, x: event.clientX, from: this.fields.get(key), moved: false, pointer: event.pointerId };
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    const distance = event.clientX - drag.x;
    if (!drag.moved && Math.abs(distance) < 4) return;
    if (!drag.moved) this.begin();
    const range = this.fields.range(drag.key), value = drag.from + distance * range.pixel;
    const rounded = range.step === 1 ? Math.round(value) : Math.round(value * 100) / 100;
    this.fields.put(drag.key, clamp(rounded, range));
  }

  begin() {
    this.drag.moved = true;
    this.state.gesture = null;
    this.state.lookAt(this.drag.key); // what is dragged explains itself
    this.typing.accept();
    this.typing.input = null;
    this.root.setPointerCapture(this.drag.pointer);
    this.root.classList.add("bp-dragging");
  }

  release(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    if (!drag.moved && event.type === "pointerup" && drag.held.matches("input")) drag.held.focus();
    this.drag = null;
    this.root.classList.remove("bp-dragging");
  }
}
