// The page around the map: list and map on a small screen, what scrolls, and paper.
// @ts-check
"use strict";

const outreachPage = (() => {
  /** Ends what listens beyond the page's own elements, when a locked page is locked again. */
  const over = new AbortController();

  /** Show one view; on a wide screen the map stands beside the others. @param {"list" | "map" | "help"} view */
  const show = (view) => {
    document.body.dataset.view = view;
    for (const name of ["list", "map", "help"]) {
      document.getElementById(`show-${name}`)?.setAttribute("aria-pressed", String(view === name));
    }
    if (view === "map") map_outreach.invalidateSize();
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const name of /** @type {("list" | "map" | "help")[]} */ (["list", "map", "help"])) {
      document.getElementById(`show-${name}`)?.addEventListener("click", () => show(name));
    }
    // What scrolls can be scrolled by keyboard.
    for (const box of document.querySelectorAll(".scroll")) /** @type {HTMLElement} */ (box).tabIndex = 0;
  }, { once: true });

  // On paper nothing can be unfolded.
  /** @type {HTMLDetailsElement[]} */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")].map((one) => /** @type {HTMLDetailsElement} */ (one));
    for (const one of folded) one.open = true;
  }, { signal: over.signal });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  }, { signal: over.signal });

  return { show, over };
})();
