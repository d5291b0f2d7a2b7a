// The page around the map: list and map on a small screen, the next stop, and quick hide.
// @ts-check
"use strict";

const OUT_OF_SIGHT_MS = 3 * 60 * 1000;

document.addEventListener("DOMContentLoaded", () => {
  const byId = (/** @type {string} */ id) => document.getElementById(id);

  /** Show the list or the map; on a wide screen both are there. @param {"list" | "map"} view */
  const show = (view) => {
    document.body.dataset.view = view;
    byId("show-list")?.setAttribute("aria-pressed", String(view === "list"));
    byId("show-map")?.setAttribute("aria-pressed", String(view === "map"));
    if (view === "map") map_outreach.invalidateSize();
  };
  byId("show-list")?.addEventListener("click", () => show("list"));
  byId("show-map")?.addEventListener("click", () => show("map"));

  // The next stop is the first that is not over by this device's clock; before the round, the first.
  const now = new Date();
  /** @type {NodeListOf<HTMLElement>} */
  const visits = document.querySelectorAll("li.stop-visit");
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const shifts = document.querySelectorAll("details.shift");
  /** @type {HTMLElement | null} */
  const first = document.querySelector(".stop");
  const next = [...visits].find((stop) => new Date(stop.dataset.leave || 0) > now);
  if (next) {
    next.classList.add("next");
    for (const shift of shifts) shift.open = shift.contains(next);
    if (new Date(first?.dataset.leave || 0) < now) next.scrollIntoView({ block: "center" });
  }

  // What scrolls can be scrolled by keyboard.
  /** @type {NodeListOf<HTMLElement>} */
  const wide = document.querySelectorAll(".scroll");
  for (const box of wide) box.tabIndex = 0;

  // On paper nothing can be unfolded.
  /** @type {NodeListOf<HTMLDetailsElement> | HTMLDetailsElement[]} */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = document.querySelectorAll("details:not([open])");
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });

  // The way of a shift is on the map while the shift is open in the list.
  shifts.forEach((shift, number) => {
    const way = window[`layer_routes_${number}`];
    if (!way) return;
    shift.addEventListener("toggle", () => (shift.open ? map_outreach.addLayer(way) : map_outreach.removeLayer(way)));
  });

  // A page that was unlocked locks again out of sight, and for good when its round is over.
  if (document.body.dataset.locked) {
    const lock = () => location.reload();
    /** @type {number | undefined} */
    let waiting;
    let left = 0;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(waiting);
      if (document.hidden) {
        left = Date.now();
        waiting = setTimeout(lock, OUT_OF_SIGHT_MS);
      } else if (left && Date.now() - left >= OUT_OF_SIGHT_MS) {
        // A phone that slept has not counted.
        lock();
      }
    });
    if (new Date() >= new Date(`${document.body.dataset.ends}T00:00`)) {
      const over = document.createElement("p");
      over.textContent = said("round_over");
      document.body.replaceChildren(over);
      return;
    }
  }

  byId("hide")?.addEventListener("click", () => {
    // Emptied, not covered: nothing of the page is left to look for until it is opened again.
    document.title = said("notes");
    document.head.querySelectorAll("style").forEach((style) => style.remove());
    document.body.replaceChildren();
    document.body.className = "";
    history.replaceState(null, "", location.pathname);
  });
});
