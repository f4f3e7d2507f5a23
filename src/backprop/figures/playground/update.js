// Make the children of `place` those of the markup, changing what differs and nothing else.
function update(place, markup) {
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  updateChildren(place, fresh.content);
}

function updateChildren(old, now) {
  const before = [...old.childNodes], after = [...now.childNodes];
  after.forEach((node, k) => (before[k] ? updateNode(before[k], node) : old.append(node)));
  before.slice(after.length).forEach((node) => node.remove());
}

function updateNode(old, now) {
  if (old.isEqualNode(now)) return;
  if (old.nodeName !== now.nodeName) {
    old.replaceWith(now);
  } else if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== now.data) old.data = now.data;
  } else {
    updateAttributes(old, now);
    updateChildren(old, now);
  }
}

function updateAttributes(old, now) {
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
}
