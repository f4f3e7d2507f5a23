/* On a page: shows the stored frames. One copy per output, so that each stands alone: in a page, from file://, beside
   others. Between the two comments stands what moves the picture; the controls come around it. */
(root => {
  const {label, texts, alts, parts, frames, start} = JSON.parse(root.querySelector("script").textContent);
  const image = root.querySelector("img"), first = image.src;
  /* show: */
    image.alt = alts[i];
    image.src = i == start ? first : "data:image/svg+xml," + encodeURIComponent(frames[i].map(k => parts[k]).join(""));
  /* :show */
})(document.currentScript.parentElement);
