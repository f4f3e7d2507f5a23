// Typing into a field: a number is taken at once, half a number when it is finished, anything else never.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HALF_A_NUMBER = /^[+-]?\d*\.?\d*(e[+-]?)?$/i;

class Typing {
  constructor(root, fields) {
    Object.assign(this, { root, fields, input: null, start: 0 }); // the field being typed into, its number before that
  }

  take(input, finished) {
    const { key } = input.dataset, text = withHyphen(input.value.trim());
    if (this.input !== input) this.start = this.fields.get(key);
    this.input = input;
    const sentence = this.read(key, text, finished);
    if (sentence) {
      this.restore(key); // “0” of “0x10” was a number, but not the one that was meant
      this.refuse(input, sentence);
    } else this.accept();
    if (finished) this.finish(input);
  }

  read(key, text, finished) {
    if (NUMBER.test(text))
      return text === withHyphen(short(this.fields.get(key))) ? "" : this.fields.put(key, Number(text));
    if (!finished && HALF_A_NUMBER.test(text)) return "";
    return `${text ? `“${text.slice(0, 20)}”` : "an empty field"} is not a number: type digits such as −0.35`;
  }

  restore(key) {
    if (this.fields.get(key) !== this.start) this.fields.put(key, this.start);
  }

  finish(input) {
    this.input = null;
    input.value = short(this.fields.get(input.dataset.key));
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
