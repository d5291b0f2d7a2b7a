// The manager's page: filters by service and group, for map, list and charts together.
// @ts-check
"use strict";

/**
 * @typedef {{people: string, reach: number[], steps: ([string, string, number, number, number] | null)[], worst: number | null}} View
 */

document.addEventListener("DOMContentLoaded", () => {
  const byId = (/** @type {string} */ id) => document.getElementById(id);
  const service = /** @type {HTMLSelectElement} */ (byId("by-service"));
  const group = /** @type {HTMLSelectElement} */ (byId("by-group"));
  const none = /** @type {HTMLButtonElement} */ (byId("no-filter"));
  /** By service, then by group. @type {(View | null)[][]} */
  const views = JSON.parse(byId("report-views")?.textContent || "[]");
  /** @type {{by: string[], needs: [number, number[]][], style: string}[]} */
  const places = JSON.parse(byId("data-gaps")?.textContent || "[]");
  const gaps = /** @type {HTMLTableElement} */ (byId("gaps"));

  /** @param {Element | null} where @param {string} text */
  const say = (where, text) => { if (where) where.textContent = text; };

  /** Fill a chart or a row of the table of steps. @param {Element} box @param {View | null} view */
  const steps = (box, view) => {
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (box.querySelectorAll("[data-k]"))) {
      const at = Number(one.dataset.k), cell = view?.steps[at];
      say(one.querySelector(".mid"), cell ? cell[0] : said("not_measured"));
      say(one.querySelector(".range"), cell && cell[1] !== cell[0] ? cell[1] : "");
      one.classList.toggle("worst", view?.worst === at);
      if (one.tagName === "TD") one.dataset.sort = cell ? String(cell[3]) : "";
      one.querySelector(".held")?.setAttribute("width", String(cell ? cell[3] : 0));
      one.querySelector(".ends")?.setAttribute("x1", String(cell ? cell[2] : 0));
      one.querySelector(".ends")?.setAttribute("x2", String(cell ? cell[4] : 0));
    }
  };

  /** Counts and bar of a service. @param {HTMLTableRowElement} row @param {View | null} view */
  const reach = (row, view) => {
    const counts = view?.reach || [0, 0, 0, 0], all = Math.max(counts.reduce((a, b) => a + b), 1);
    let x = 0;
    counts.forEach((count, at) => {
      say(row.querySelector(`td[data-p="${at}"]`), view ? String(count) : "–");
      const bar = row.querySelector(`rect[data-p="${at}"]`);
      bar?.setAttribute("x", String((100 * x) / all));
      bar?.setAttribute("width", String((100 * count) / all));
      x += count;
    });
  };

  /** Areas of the map in the class of the choice; those without such a need are taken off. */
  const areas = () => {
    outreach.whole();
    const layers = /** @type {L.Path[]} */ (layer_gaps.getLayers());
    places.forEach((place, at) => {
      const sign = place.by[Number(service.value)][Number(group.value)];
      const style = `f gap-${sign === "-" ? "none" : sign === "u" ? "unknown" : sign}`;
      const layer = layers[at], drawn = layer.getElement();
      layer.options.className = style;
      if (!drawn) return;
      for (const old of [...drawn.classList]) if (/^gap-/.test(old)) drawn.classList.remove(old);
      drawn.classList.add(style.slice(2));
      drawn.setAttribute("tabindex", sign === "-" ? "-1" : "0");
    });
    map_outreach.closePopup();
  };

  /** Only what was chosen is told of an area. @param {{popup: any}} event */
  const told = ({ popup }) => {
    const at = layer_gaps.getLayers().indexOf(popup._source);
    if (at < 0) return;
    const chosen = Number(service.value), own = Number(group.value);
    const rows = [...popup.getElement().querySelectorAll("dl.rows > dt")];
    // The title counts all services.
    popup.getElement().querySelector(".title").hidden = Boolean(chosen || own);
    places[at].needs.forEach(([need, groups], number) => {
      const off = (chosen && need !== chosen) || !groups.includes(own), row = rows[number];
      if (row) row.hidden = row.nextElementSibling.hidden = Boolean(off);
    });
  };

  const apply = () => {
    const chosen = Number(service.value), own = Number(group.value), on = Boolean(chosen || own);
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-service]"))) {
      const groups = one.dataset.groups?.split(" ").map(Number);
      one.classList.toggle("off", Boolean(chosen && Number(one.dataset.service) !== chosen) || Boolean(groups && !groups.includes(own)));
    }
    views.forEach((groups, at) => {
      const view = groups[own], number = at + 1;
      const card = document.querySelector(`figure[data-s="${number}"]`);
      const row = document.querySelector(`#cascade tr[data-s="${number}"]`);
      const counts = /** @type {HTMLTableRowElement | null} */ (document.querySelector(`#services tr[data-service="${number}"]`));
      if (card) {
        steps(card, view);
        say(card.querySelector(".people"), view ? view.people : "");
        const few = /** @type {HTMLElement} */ (card.querySelector(".few")), bars = /** @type {HTMLElement} */ (card.querySelector(".bars"));
        few.hidden = Boolean(view);
        bars.hidden = !view;
      }
      if (row) steps(row, view);
      if (counts) reach(counts, view);
    });
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".whole"))) one.hidden = !on;
    for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll(".scroll > table"))) tables.fold(table);
    none.disabled = !on;
    const names = [service, group].filter((one) => one.value !== "0").map((one) => one.selectedOptions[0].textContent || "");
    const choice = names.length > 1 ? said("both", { one: names[0], other: names[1] }) : names[0];
    say(byId("filtered"), on ? said("gaps_shown", { count: tables.kept(gaps).length, choice }) : "");
    // As the page was made nothing is narrowed.
    if (on || document.body.hasAttribute("data-filtered")) areas();
    document.body.toggleAttribute("data-filtered", on);
  };

  service.addEventListener("change", apply);
  group.addEventListener("change", apply);
  none.addEventListener("click", () => {
    service.value = group.value = "0";
    apply();
    service.focus();
  });
  map_outreach.on("popupopen", told);
  // A browser keeps what was chosen when a page is loaded again.
  if (service.value !== "0" || group.value !== "0") apply();
});
