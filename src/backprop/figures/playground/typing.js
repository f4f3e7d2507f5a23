// Typing into a field: a number is taken at once, half a number when it is finished, anything else never.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const TWO_READINGS = /^[+-]?[1-9]\d{0,2},\d{3}$/; // a comma for the decimals, or for the thousands
const HALF_A_NUMBER = /^[+-]?\d*\.?\d*(e[+-]?)?$/i;

class Typing {
  // The field being typed into, its number before that, and the text that has become its number.
  constructor(root, fields) {
    Object.assign(this, { root, fields, input: null, start: 0, taken: "" });
  }

  take(input, finished) {
    const { key } = input.dataset, text = withHyphen(input.value.trim());
    if (this.input !== input) Object.assign(this, { start: this.fields.get(key), taken: "" });
    this.input = input;
    const sentence = this.read(key, text, finished);
    if (sentence) {
      this.restore(key); // “0” of “0x10” was a number, but not the one that was meant
      this.refuse(input, sentence);
    } else this.accept();
    if (finished) this.finish(input);
  }

  // Set the number the text stands for, or return the sentence that says why not. A decimal comma is read.
  read(key, text, finished) {
    if (TWO_READINGS.test(text)) {
      const readings = `${text.replace(",", ".")} or ${text.replace(",", "")}`;
      return `“${text}” has two readings: type ${readings}`;
    }
    const pointed = text.includes(".") ? text : text.replace(",", ".");
    if (NUMBER.test(pointed)) return this.takeNumber(key, text, Number(pointed));
    if (!finished && HALF_A_NUMBER.test(pointed)) return "";
    return `${text ? `“${text.slice(0, 20)}”` : "an empty field"} is not a number: type digits such as −0.35`;
  }

  // A text is taken once: what Python has written since stays when the field is left.
  takeNumber(key, text, value) {
    const sentence = text === this.taken || value === this.fields.get(key) ? "" : this.fields.put(key, value);
    this.taken = sentence ? "" : text;
    return sentence;
  }

  restore(key) {
    if (this.fields.get(key) !== this.start) this.fields.put(key, this.start);
  }

  finish(input) {
    this.input = null;
    this.show(input, this.fields.get(input.dataset.key));
  }

  // The full number while the field has the focus, four digits otherwise; never over what is being typed.
  show(input, value, focused = input === document.activeElement) {
    const text = focused ? full(value) : short(value);
    if (input !== this.input && input.value !== text) input.value = text;
  }

  cancel(input) {
    if (input === this.input) this.restore(input.dataset.key);
    this.accept();
    this.finish(input);
  }

  refuse(input, sentence) {
    const box = this.root.querySelector(".bp-error");
    const place = input.getBoundingClientRect(), frame = this.root.getBoundingClientRect();
    box.textContent = sentence + ".";
    box.hidden = false;
    box.style.top = `${place.bottom - frame.top + 4}px`;
    box.style.left = `${Math.max(0, Math.min(place.left - frame.left, frame.width - box.offsetWidth))}px`;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", box.id);
  }

  accept() {
    this.root.querySelector(".bp-error").hidden = true;
    for (const input of this.root.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    }
  }
}
