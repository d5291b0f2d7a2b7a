// The planner's page: days and teams for list, timeline and map together; search; list and map linked.
// @ts-check
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const MOST = 12, NEAR = 15;
  const byId = (/** @type {string} */ id) => document.getElementById(id);
  const day = /** @type {HTMLSelectElement} */ (byId("by-day")), team = /** @type {HTMLSelectElement} */ (byId("by-team"));
  const search = /** @type {HTMLInputElement} */ (byId("search")), found = /** @type {HTMLElement} */ (byId("found"));
  const none = /** @type {HTMLButtonElement} */ (byId("no-filter")), status = /** @type {HTMLElement} */ (byId("filtered"));
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const globals = /** @type {Record<string, any>} */ (/** @type {unknown} */ (window));

  /** Where a code is drawn. @type {Map<string, {group: any, layer: any}>} */
  const drawn = new Map();
  const places = () => {
    if (drawn.size) return drawn;
    outreach.whole();
    for (const key of ["hotspots", "points", "zones"]) {
      const group = globals[`layer_${key}`], layers = group.getLayers();
      /** @type {{codes: string[]}[]} */
      const features = JSON.parse(byId(`data-${key}`)?.textContent || "[]");
      features.forEach((feature, at) => feature.codes.forEach((code) => drawn.set(code, { group, layer: layers[at] })));
    }
    return drawn;
  };

  /** Show a code on the map. @param {string} code */
  const onMap = (code) => {
    const at = places().get(code);
    if (!at) return;
    map_outreach.addLayer(at.group);
    const bounds = at.layer.getBounds?.() || at.layer.getLatLng().toBounds(400);
    map_outreach.fitBounds(bounds, { maxZoom: NEAR, animate: !still.matches });
    at.layer.openPopup();
  };

  /** Show a place of the list. @param {Element | null} place */
  const inList = (place) => {
    if (!place) return;
    byId("show-list")?.click();
    const box = place.closest("details");
    if (box) box.open = true;
    for (const old of document.querySelectorAll(".here")) old.classList.remove("here");
    place.classList.add("here");
    for (const part of [place.closest(".later"), place.closest("section")]) part?.classList.add("shown");
    place.scrollIntoView({ block: "center", inline: "nearest", behavior: still.matches ? "auto" : "smooth" });
    /** @type {HTMLElement | null} */ (place.querySelector("summary, button") || place)?.focus({ preventScroll: true });
  };

  /** The first stop of the list at a place, or what is told of it. @param {string} code */
  const listed = (code) => {
    const stops = [...document.querySelectorAll(`#shifts [data-code="${code}"]`)];
    return stops.find((stop) => !stop.closest(".off")) || byId(`at-${code}`);
  };

  const apply = () => {
    const on = Boolean(day.value || team.value);
    const off = (/** @type {DOMStringMap} */ own) =>
      Boolean(day.value && own.day !== day.value) || Boolean(team.value && own.team !== undefined && own.team !== team.value);
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#shifts [data-day], .timeline g"))) {
      one.classList.toggle("off", off(one.dataset));
    }
    for (const name of Object.keys(globals)) {
      const way = /^layer_routes_(\d+)_(\d+)$/.exec(name);
      if (!way) continue;
      if (off({ day: way[1], team: way[2] })) map_outreach.removeLayer(globals[name]);
      else map_outreach.addLayer(globals[name]);
    }
    none.disabled = !on && !search.value;
    const names = [day, team].filter((one) => one.value).map((one) => one.selectedOptions[0].textContent || "");
    const choice = names.length > 1 ? said("both", { one: names[0], other: names[1] }) : names[0];
    const count = document.querySelectorAll("#shifts [data-day]:not(.off)").length;
    status.textContent = on ? said("shifts_shown", { count, choice }) : "";
    document.body.toggleAttribute("data-filtered", on);
  };

  /** Letters without case and signs, as people type them. @param {string} text */
  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  /** What can be found; it is read when somebody looks. @type {{code: string, name: string, words: string[], text: string}[]} */
  let entries = [];
  const all = () => {
    if (entries.length) return entries;
    /** @type {{code: string, name: string, words: string[]}[]} */
    const index = JSON.parse(byId("report-index")?.textContent || "[]");
    entries = index.map((entry) => ({ ...entry, text: folded(`${entry.code} ${entry.name} ${entry.words.join(" ")}`) }));
    return entries;
  };

  /** Show what was found, in the list and on the map. @param {string} code */
  const choose = (code) => {
    // What was found makes room for what was chosen, until somebody looks again.
    found.hidden = true;
    const own = [...team.options].find((option) => option.textContent === code);
    if (own) {
      team.value = own.value;
      apply();
      inList(document.querySelector("#shifts [data-day]:not(.off)"));
      return;
    }
    onMap(code);
    inList(listed(code));
  };

  const look = () => {
    const asked = folded(search.value).split(/\s+/).filter(Boolean);
    const hits = asked.length ? all().filter((entry) => asked.every((word) => entry.text.includes(word))) : [];
    found.replaceChildren(
      ...hits.slice(0, MOST).map((hit) => {
        const item = document.createElement("li"), button = document.createElement("button"), code = document.createElement("span");
        button.type = "button";
        code.className = "code";
        code.textContent = hit.code;
        // Of many words only those that were asked for.
        const words = hit.words.filter((word) => asked.some((one) => folded(word).includes(one)));
        button.append(code, ` ${[hit.name, ...words.slice(0, 3)].filter(Boolean).join(" · ")}`);
        button.addEventListener("click", () => choose(hit.code));
        item.append(button);
        return item;
      }),
    );
    found.hidden = !hits.length;
    if (asked.length) status.textContent = said("found", { count: hits.length });
    else apply();
    none.disabled = !search.value && !day.value && !team.value;
  };

  day.addEventListener("change", apply);
  team.addEventListener("change", apply);
  search.addEventListener("input", look);
  search.addEventListener("focus", look);
  search.form?.addEventListener("submit", (event) => {
    event.preventDefault();
    found.querySelector("button")?.click();
  });
  none.addEventListener("click", () => {
    day.value = team.value = search.value = "";
    look();
    day.focus();
  });

  document.addEventListener("click", (event) => {
    const from = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (from.closest(".to-map"));
    if (button?.dataset.code) {
      byId("show-map")?.click();
      onMap(button.dataset.code);
    }
    const shift = /** @type {SVGElement | null} */ (from.closest("[data-shift]"));
    if (!shift) return;
    event.preventDefault();
    const row = /** @type {HTMLElement | null} */ (byId(`shift-${shift.dataset.shift}`));
    inList(row);
    row?.focus({ preventScroll: true });
    outreach.whole();
    const way = globals[`layer_routes_${row?.dataset.day}_${row?.dataset.team}`];
    if (way) map_outreach.addLayer(way).fitBounds(L.featureGroup(way.getLayers()).getBounds(), { animate: !still.matches });
  });

  // From the map back to the list.
  map_outreach.on("popupopen", (/** @type {{popup: any}} */ { popup }) => {
    const box = popup.getElement().querySelector(".told");
    if (!box || box.querySelector(".to-list")) return;
    for (const [code, { layer }] of places()) {
      if (layer !== popup._source || !listed(code)) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "to-list";
      button.textContent = said("in_list", { code });
      button.addEventListener("click", () => inList(listed(code)));
      box.lastElementChild.before(button);
    }
  });

  // A browser keeps what was chosen when a page is loaded again.
  if (day.value || team.value) apply();
});
