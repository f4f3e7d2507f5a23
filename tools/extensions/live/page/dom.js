// What every part of the page's own scripts uses.
function make(tag, attributes, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...inside);
  return element;
}

function button(name, label, title, press) {
  const element = make("button", {type: "button", class: `live-button ${name}`, title}, label);
  element.onclick = press;
  return element;
}

const announcer = make("div", {role: "status", class: "live-announcer"});
const announce = text => { announcer.textContent = text; };      // for those who listen to the page

function hash(text) {
  let value = 5381;
  for (let i = 0; i < text.length; i++) value = value * 33 + text.charCodeAt(i) | 0;
  return (value >>> 0).toString(36);
}

// HTML that Python gave, as nodes: only what shows text and tables, and no attribute that could act.
const TAGS = new Set("B BR CAPTION CODE DIV EM H2 H3 H4 I LI OL P PRE SPAN STRONG SUB SUP TABLE TBODY TD TH THEAD TR UL"
  .split(" "));
const ATTRIBUTES = /^(class|role|scope|colspan|rowspan|aria-[a-z]+|data-[a-z-]+)$/;
function harmless(html) {
  const inert = new DOMParser().parseFromString(html, "text/html").body;
  for (const element of inert.querySelectorAll("*")) {
    if (!TAGS.has(element.tagName)) { element.remove(); continue; }
    for (const {name} of [...element.attributes]) if (!ATTRIBUTES.test(name)) element.removeAttribute(name);
  }
  return [...inert.childNodes];
}
