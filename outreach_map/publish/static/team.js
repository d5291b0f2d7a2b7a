// The team's page: the next stop first, marks of stops, the map at a stop, and locking again.
// @ts-check
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const OUT_OF_SIGHT_MS = 3 * 60 * 1000;
  const TICK_MS = 20_000;
  // So long before its shift a team may set out, and so long after its end it may still be on its way.
  const EARLY_MS = 30 * 60 * 1000;
  const LATE_MS = 2 * 60 * 60 * 1000;
  // A way with room for more than one arrow.
  const LONG_M = 500;
  const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const one = (/** @type {ParentNode} */ where, /** @type {string} */ what) => /** @type {HTMLElement} */ (where.querySelector(what));
  const lock = /** @type {any} */ (window).outreachLock;
  const ending = { signal: outreachPage.over.signal };

  if (lock && new Date() >= new Date(`${document.body.dataset.ends}T00:00`)) {
    const over = document.createElement("p");
    over.textContent = said("round_over");
    document.body.replaceChildren(over);
    return;
  }
  outreachMarks.unpack(lock?.marks || "");

  const stops = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("li.stop-visit")]);
  const shifts = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("details.shift")]);
  const shiftOf = (/** @type {HTMLElement} */ stop) => /** @type {HTMLDetailsElement} */ (stop.closest("details.shift"));
  const time = (/** @type {string | undefined} */ text) => new Date(text || 0).getTime();
  /** The stop on the card. @type {HTMLElement | undefined} */
  let next;

  // --- the next stop ---

  const runs = (/** @type {HTMLElement} */ shift) =>
    time(shift.dataset.begin) - EARLY_MS <= Date.now() && Date.now() < time(shift.dataset.end) + LATE_MS;

  /** The stop of a shift at which its team is: after the last that is marked, or else the first that is not. @param {HTMLElement} shift */
  const openOf = (shift) => {
    const own = stops.filter((stop) => shiftOf(stop) === shift);
    const last = own.map((stop) => Boolean(outreachMarks.of(stop))).lastIndexOf(true);
    return own[last + 1] || own.find((stop) => !outreachMarks.of(stop));
  };

  /** Of the shift that runs what the team has not marked, whatever the clock says; else the first stop that is not over. */
  const upcoming = () => {
    // Of two that overlap the later one, once it has begun.
    const running = shifts.filter(runs).reverse();
    const begun = running.filter((shift) => time(shift.dataset.begin) <= Date.now());
    for (const shift of [...begun, ...running]) {
      const open = openOf(shift);
      if (open) return open;
    }
    return stops.find((stop) => !outreachMarks.of(stop) && time(stop.dataset.leave) > Date.now());
  };

  /** Whether a stop is of a day to come. @param {HTMLElement} stop */
  const early = (stop) => {
    const tomorrow = new Date();
    tomorrow.setHours(24, 0, 0, 0);
    return time(stop.dataset.begin) >= tomorrow.getTime() && !runs(shiftOf(stop));
  };

  /** "in 12 min", "now", or until when it was planned. @param {HTMLElement} stop */
  const when = (stop) => {
    const left = Math.ceil((time(stop.dataset.begin) - Date.now()) / 60_000);
    const day = one(shiftOf(stop), "h2").textContent || "";
    if (left > 12 * 60) return day;
    if (left > 60) return said("in_hours", { hours: Math.floor(left / 60), minutes: left % 60 });
    if (left > 0) return said("in_minutes", { minutes: left });
    if (time(stop.dataset.leave) > Date.now()) return said("now");
    return said("was_until", { time: (stop.dataset.leave || "").slice(11) });
  };

  /** Stops of other kinds right before or after one. @param {HTMLElement} stop @param {"previousElementSibling" | "nextElementSibling"} way */
  const beside = (stop, way) => {
    const found = [];
    let other = /** @type {HTMLElement | null} */ (stop[way]);
    for (; other && !other.matches(".stop-visit"); other = /** @type {HTMLElement | null} */ (other[way])) found.push(other);
    return { found, visit: other };
  };

  const headOf = (/** @type {HTMLElement} */ stop) => [".lead h3", ".lead .way > summary, .lead p.way"]
    .map((part) => stop.querySelector(part)?.textContent?.replace(/\s+/g, " ").trim())
    .filter(Boolean).join(" · ");

  /** Put the next stop on the card. */
  const draw = () => {
    const found = upcoming();
    if (found !== next) {
      next?.classList.remove("next");
      next = found;
      next?.classList.add("next");
      if (next) for (const shift of shifts) shift.open = shift === shiftOf(next);
      const flags = next?.querySelectorAll(".flag");
      const flag = flags?.[0]?.cloneNode(true);
      const more = (flags?.length || 1) - 1;
      byId("now-more").hidden = !more;
      byId("now-more").textContent = more ? said("more_risks", { count: more }) : "";
      const lead = next?.querySelector(".lead")?.cloneNode(true);
      const parts = lead ? [lead] : [];
      if (flag) {
        const list = document.createElement("ul");
        list.className = "flags";
        /** @type {Element} */ (flag).querySelector(".source")?.remove();
        list.append(flag);
        parts.push(list);
      }
      byId("now-stop").replaceChildren(...parts);
    }
    byId("now").hidden = !next;
    byId("over").hidden = Boolean(next) || !stops.length;
    if (!next) return;
    byId("now-in").textContent = when(next);
    const before = beside(next, "previousElementSibling").found.reverse().filter((stop) => time(stop.dataset.leave) > Date.now());
    byId("now-before").replaceChildren(...before.map((stop) => {
      const item = document.createElement("li");
      item.textContent = headOf(stop);
      return item;
    }));
    const after = beside(next, "nextElementSibling");
    const told = [...after.found, ...(after.visit ? [after.visit] : [])].map(headOf);
    byId("now-then").textContent = told.length ? said("then", { stop: told[0] }) : "";
  };

  // --- marks ---

  const words = (/** @type {Element} */ sheet, /** @type {string} */ name) => sheet.querySelector(`[name="${name}"]`)?.closest("label")?.textContent?.trim();

  /** Say on a stop what it is marked with. @param {HTMLElement} stop */
  const tell = (stop) => {
    const mark = outreachMarks.of(stop), line = one(stop, ".marked");
    stop.classList.toggle("is-done", mark?.outcome === "done");
    stop.classList.toggle("is-not", Boolean(mark) && mark?.outcome !== "done");
    line.hidden = !mark;
    if (!mark) return;
    const counted = Object.entries(mark).filter(([, value]) => typeof value === "number");
    const told = mark.outcome === "done"
      ? [`✓ ${said("done")}`, ...counted.map(([name, value]) => `${words(byId("sheet-done"), name)}: ${value}`)]
      : [`✗ ${said("could_not")}`, one(byId("sheet-not"), `button[value="${mark.outcome}"]`).textContent];
    const undo = document.createElement("button");
    undo.type = "button";
    undo.dataset.act = "undo";
    undo.textContent = said("undo");
    line.replaceChildren(told.join(" · "), " ", undo);
  };

  const risks = () => byId("risks").replaceChildren(...outreachMarks.risks.map((risk) => {
    const item = document.createElement("li");
    item.textContent = [risk.hotspot, risk.note].filter(Boolean).join(": ");
    return item;
  }));

  /** Say how many marks there are, and whether they are saved. @param {string} sentence */
  const count = (sentence = "") => {
    const { count: marks, unsaved } = outreachMarks;
    byId("marks").hidden = !marks;
    byId("save").hidden = !unsaved;
    const open = [said("not_saved", { count: marks }), said("only_here")].join(" ");
    byId("marks-said").textContent = sentence || (unsaved ? open : said("saved"));
  };

  /** After something was marked. @param {HTMLElement} [stop] */
  const marked = (stop) => {
    if (stop) tell(stop);
    count();
    draw();
  };

  /** Ask something on a sheet: the value of the button that was pressed, empty when it was left.
   * @param {string} id @param {string} [which] @param {() => boolean} [fits] @returns {Promise<string>} */
  const ask = (id, which, fits = () => true) => new Promise((answer) => {
    const sheet = /** @type {HTMLDialogElement} */ (byId(id)), form = one(sheet, "form");
    const over = new AbortController();
    const end = (/** @type {string} */ value) => {
      over.abort();
      answer(value);
    };
    if (which) one(sheet, ".which").textContent = which;
    form.addEventListener("submit", (event) => {
      const { value } = /** @type {HTMLButtonElement} */ (/** @type {SubmitEvent} */ (event).submitter);
      if (value === "leave") end("");
      else if (fits()) end(value);
      else event.preventDefault();
    }, { signal: over.signal });
    sheet.addEventListener("close", () => end(""), { signal: over.signal });
    sheet.showModal();
  });
  const whichOf = (/** @type {HTMLElement} */ stop) => one(stop, ".what").textContent?.trim() || "";
  /** Whether a stop may be marked: one of a later day only when the team says so. @param {HTMLElement} stop */
  const meant = async (stop) => !early(stop) || Boolean(await ask("sheet-early", `${whichOf(stop)}, ${one(shiftOf(stop), "h2").textContent}`));

  const acts = {
    done: async (/** @type {HTMLElement} */ stop) => {
      if (!(await meant(stop))) return;
      const fields = /** @type {HTMLInputElement[]} */ ([...byId("sheet-done").querySelectorAll("input")]);
      for (const field of fields) field.value = String(outreachMarks.of(stop)?.[field.name] ?? "");
      if (!(await ask("sheet-done", whichOf(stop)))) return;
      const counts = fields.filter((field) => field.value !== "").map((field) => [field.name, Number(field.value)]);
      outreachMarks.mark(stop, "done", Object.fromEntries(counts));
      marked(stop);
    },
    not: async (/** @type {HTMLElement} */ stop) => {
      if (!(await meant(stop))) return;
      const reason = await ask("sheet-not", whichOf(stop));
      if (!reason) return;
      outreachMarks.mark(stop, reason, {});
      marked(stop);
    },
    undo: (/** @type {HTMLElement} */ stop) => {
      outreachMarks.undo(stop);
      marked(stop);
    },
    way: (/** @type {HTMLElement} */ stop) => onMap(stop),
  };
  byId("list").addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-act]"));
    const stop = /** @type {HTMLElement | null} */ (button?.closest("li.stop")) || next;
    if (button && stop) acts[/** @type {keyof typeof acts} */ (button.dataset.act)](stop);
  });

  byId("risk").addEventListener("click", async () => {
    const form = /** @type {HTMLFormElement} */ (one(byId("sheet-risk"), "form"));
    form.reset();
    const today = stops.filter((stop) => next && shiftOf(stop) === shiftOf(next));
    const where = /** @type {HTMLSelectElement} */ (form.elements.namedItem("where"));
    where.replaceChildren(new Option(said("elsewhere"), ""), ...today.map((stop) => new Option(whichOf(stop), stop.dataset.code)));
    if (!(await ask("sheet-risk"))) return;
    const date = (next?.dataset.begin || document.body.dataset.round || "").slice(0, 10);
    const note = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("note"));
    outreachMarks.note({ hotspot: where.value, date, note: note.value.trim() });
    risks();
    marked();
  });

  byId("save").addEventListener("click", async () => {
    if (!window.crypto?.subtle || !("CompressionStream" in window)) {
      count(said("cannot_lock"));
      return;
    }
    if (lock) {
      await outreachMarks.save(lock.seal);
    } else {
      const sheet = byId("sheet-words"), field = /** @type {HTMLInputElement} */ (one(sheet, "input"));
      const line = one(sheet, ".said");
      line.textContent = "";
      const kept = await ask("sheet-words", "", () => {
        const enough = outreachMarks.enough(field.value);
        line.textContent = enough ? "" : said("too_few");
        return enough;
      });
      const phrase = outreachSeal.words(field.value);
      field.value = "";
      if (!kept) return;
      await outreachMarks.save(async (text) => outreachSeal.seal(text, await outreachSeal.fresh(phrase)));
    }
    count(said("saved_as", { file: outreachMarks.NAME }));
  });

  // Leaving loses marks that are not saved. A call does not leave, and hide has emptied the page.
  let calling = false;
  document.addEventListener("click", (event) => {
    calling = Boolean(/** @type {Element} */ (event.target).closest('a[href^="tel:"]'));
  }, { ...ending, capture: true });
  addEventListener("beforeunload", (event) => {
    if (outreachMarks.unsaved && !calling && document.getElementById("list")) event.preventDefault();
  }, ending);

  // --- list and map ---

  const layerOf = (/** @type {string} */ key) => /** @type {any} */ (window)[`layer_${key}`];
  const featuresOf = (/** @type {string} */ key) => JSON.parse(document.getElementById(`data-${key}`)?.textContent || "[]");
  const areas = featuresOf("hotspots");
  const codesOf = (/** @type {any} */ area) => area.title.split(" · ");

  /** Signs on the way that was chosen. @type {any} */
  let signs;
  /** The shift whose way is chosen from. @type {string | undefined} */
  let chosenShift;

  const unchoose = () => {
    signs?.remove();
    signs = chosenShift = undefined;
    map_outreach.getContainer().classList.remove("choosing");
    document.querySelectorAll("path.chosen").forEach((path) => path.classList.remove("chosen"));
  };

  /** A sign that nothing can be done with. @param {any} at @param {string} name @param {string} text @param {number} [turn] in degrees */
  const sign = (at, name, text, turn) => {
    const box = document.createElement("span");
    box.textContent = text;
    box.style.display = "inline-block";
    if (turn !== undefined) box.style.transform = `rotate(${turn}deg)`;
    if (name === "goal") return L.tooltip({ permanent: true, direction: "top", offset: [0, -6], className: name }).setLatLng(at).setContent(box);
    return L.marker(at, { icon: L.divIcon({ className: name, html: box, iconSize: [16, 16] }), interactive: false, keyboard: false });
  };

  /** A casing of its own for a line, arrows along it, and what it leads to at its end. @param {any} line @param {HTMLElement} stop */
  const along = (line, stop) => {
    const places = line.getLatLngs(), flat = places.map((/** @type {any} */ at) => L.CRS.EPSG3857.project(at));
    const upTo = [0];
    for (let i = 1; i < flat.length; i++) upTo.push(upTo[i - 1] + flat[i].distanceTo(flat[i - 1]));
    const whole = upTo[upTo.length - 1];
    const arrows = (whole > LONG_M ? [0.25, 0.5, 0.75] : whole ? [0.5] : []).map((share) => {
      const i = upTo.findIndex((length) => length >= share * whole), from = flat[i - 1], to = flat[i];
      const part = (share * whole - upTo[i - 1]) / (upTo[i] - upTo[i - 1]);
      const at = L.CRS.EPSG3857.unproject(from.add(to.subtract(from).multiplyBy(part)));
      return sign(at, "arrow", "▲", (Math.atan2(to.x - from.x, to.y - from.y) * 180) / Math.PI);
    });
    const casing = L.polyline(places, { ...line.options, className: `${line.options.className} casing chosen`, interactive: false });
    return L.layerGroup([casing, ...arrows, sign(places[places.length - 1], "goal", stop.dataset.code || "")]);
  };

  /** Show a stop's area and the way there. @param {HTMLElement} stop */
  const onMap = (stop) => {
    outreach.whole();
    outreachPage.show("map");
    unchoose();
    const [shift, leg] = (stop.dataset.way || "").split(":");
    const place = areas.findIndex((/** @type {any} */ area) => codesOf(area).includes(stop.dataset.code));
    const area = place < 0 ? undefined : layerOf("hotspots").getLayers()[place];
    const ways = shift ? layerOf(`routes_${shift}`) : undefined;
    if (ways) map_outreach.addLayer(ways);
    const bounds = L.latLngBounds([]), way = leg === undefined ? undefined : ways?.getLayers()[Number(leg)];
    for (const layer of [area, way]) if (layer) bounds.extend(layer.getBounds());
    area?.getElement()?.classList.add("chosen");
    if (way) {
      chosenShift = shift;
      map_outreach.getContainer().classList.add("choosing");
      signs = along(way, stop).addTo(map_outreach);
      // Above its own casing, and that above the other ways.
      way.bringToFront();
      way.getElement()?.classList.add("chosen");
    }
    if (bounds.isValid()) map_outreach.fitBounds(bounds, { paddingTopLeft: [50, 130], paddingBottomRight: [50, 40], maxZoom: 17, animate: false });
  };

  map_outreach.on("popupopen", (/** @type {any} */ event) => {
    const area = areas[layerOf("hotspots").getLayers().indexOf(event.popup._source)];
    const own = area ? stops.filter((stop) => codesOf(area).includes(stop.dataset.code)) : [];
    const stop = own.find((each) => each === next) || own.find((each) => !outreachMarks.of(each)) || own[0];
    if (!stop) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said("show_stop");
    button.addEventListener("click", () => {
      map_outreach.closePopup();
      outreachPage.show("list");
      shiftOf(stop).open = true;
      stop.tabIndex = -1;
      stop.scrollIntoView({ block: "center" });
      stop.focus({ preventScroll: true });
    });
    const told = event.popup.getElement().querySelector(".told");
    told.insertBefore(button, told.lastElementChild);
  });

  // The way of a shift is on the map while the shift is open in the list.
  shifts.forEach((shift, number) => {
    const way = layerOf(`routes_${number}`);
    const follow = () => {
      if (!shift.open && chosenShift === String(number)) unchoose();
      return shift.open ? map_outreach.addLayer(way) : map_outreach.removeLayer(way);
    };
    if (way) shift.addEventListener("toggle", follow);
  });

  // On paper the map shows the ways of all shifts.
  addEventListener("beforeprint", () => {
    outreach.whole();
    shifts.forEach((_, number) => map_outreach.addLayer(layerOf(`routes_${number}`)));
  }, ending);
  addEventListener("afterprint", () => shifts.forEach((shift, number) => {
    if (!shift.open) map_outreach.removeLayer(layerOf(`routes_${number}`));
  }), ending);

  stops.filter((stop) => outreachMarks.of(stop)).forEach(tell);
  risks();
  marked();
  const ticking = setInterval(draw, TICK_MS);
  outreachPage.over.signal.addEventListener("abort", () => clearInterval(ticking));

  // --- a page that was unlocked locks again out of sight ---

  if (!lock) return;
  const again = () => {
    const marks = outreachMarks.packed();
    outreachPage.over.abort();
    map_outreach.remove();
    for (const name of Object.keys(window).filter((key) => /^(layer|map|basemap)_/.test(key))) /** @type {any} */ (window)[name] = undefined;
    lock.marks = "";
    lock.again(marks);
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let left = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(waiting);
    if (document.hidden) {
      left = Date.now();
      waiting = setTimeout(again, OUT_OF_SIGHT_MS);
    } else if (left && Date.now() - left >= OUT_OF_SIGHT_MS) {
      // A phone that slept has not counted.
      again();
    }
  }, ending);
}, { once: true });
