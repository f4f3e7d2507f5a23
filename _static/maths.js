// An equation wider than its column scrolls in its own box: make that box reachable by keyboard while it does. The same
// for a line of a report.
{
  const BOXES = ".math-scroll, .proofread-says";
  const update = (box) => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Equation, scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => update(entry.target.closest(BOXES))));
  const start = () => {
    document.querySelectorAll(`${BOXES}, :is(${BOXES}) > *`).forEach((box) => observer.observe(box));
    document.fonts.ready.then(() => document.querySelectorAll(BOXES).forEach(update));  // text has no size to observe
  };
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
}
