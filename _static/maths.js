// An equation wider than its column scrolls in its own box: make that box reachable by keyboard while it does.
{
  const update = (box) => {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Equation, scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  };
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => update(entry.target.closest(".math-scroll"))));
  const start = () => document.querySelectorAll(".math-scroll, .math-scroll > *").forEach((box) => observer.observe(box));
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", start) : start();
}
