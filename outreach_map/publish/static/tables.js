// Tables that sort and copy into a spreadsheet, and what planner and manager pages share.
// @ts-check
"use strict";

const tables = (() => {
  const SHOWN = 12;
  // What makes a spreadsheet compute a cell, as in outreach_map/spreadsheets.py.
  const FORMULA = /(?:^|(?<=[;,]))(?=[\t\r\n]|[^\S\t\r\n]*[=+\-@＝＋－＠])|(?<=[\t\r\n])(?=[^\S\t\r\n]*[=+\-@＝＋－＠])/g;

  /** The text of a cell in one line, which no spreadsheet takes for a formula. @param {Element} cell */
  const plain = (cell) => {
    const copy = /** @type {Element} */ (cell.cloneNode(true));
    for (const line of copy.querySelectorAll("br")) line.replaceWith(" ");
    for (const left of copy.querySelectorAll("svg, .hidden")) left.remove();
    return (copy.textContent || "").replace(/\s+/g, " ").trim().replace(FORMULA, "'");
  };

  /** Rows that no filter hides; what is only folded counts. @param {HTMLTableElement} table */
  const kept = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains("off"));

  /** A table as tab-separated text. @param {HTMLTableElement} table */
  const asText = (table) =>
    [...(table.tHead?.rows || []), ...kept(table)]
      .map((row) => [...row.cells].filter((cell) => cell.dataset.nocopy === undefined).map(plain).join("\t"))
      .join("\n") + "\n";

  /** Fold a long table to its first rows, unless it was unfolded. @param {HTMLTableElement} table */
  const fold = (table) => {
    const rows = kept(table), all = table.dataset.all !== undefined || !table.classList.contains("long");
    rows.forEach((row, at) => row.classList.toggle("folded", !all && at >= SHOWN));
    const button = /** @type {HTMLButtonElement | null} */ (table.parentElement?.nextElementSibling?.querySelector(".more-rows") || null);
    if (!button) return;
    button.hidden = rows.length <= SHOWN;
    button.setAttribute("aria-expanded", String(all));
    button.textContent = all ? said("fewer_rows") : said("more_rows", { count: rows.length });
  };

  /** @param {HTMLTableCellElement} cell */
  const key = (cell) => cell.dataset.sort ?? plain(cell);

  /** Sort by a column; what nobody knows stands last both ways. @param {HTMLTableElement} table @param {number} column @param {boolean} down */
  const sort = (table, column, down) => {
    const rows = [...table.tBodies[0].rows];
    const keys = new Map(rows.map((row) => [row, key(row.cells[column])]));
    const numbers = [...keys.values()].every((one) => one === "" || !Number.isNaN(Number(one)));
    rows.sort((one, other) => {
      const a = keys.get(one) ?? "", b = keys.get(other) ?? "";
      if (!a || !b) return Number(!a) - Number(!b);
      const order = numbers ? Number(a) - Number(b) : a.localeCompare(b);
      return down ? -order : order;
    });
    table.tBodies[0].append(...rows);
    [...(table.tHead?.rows[0].cells || [])].forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    fold(table);
  };

  /** Let the names of columns sort. @param {HTMLTableElement} table */
  const sortable = (table) => {
    [...(table.tHead?.rows[0].cells || [])].forEach((head, column) => {
      const name = (head.textContent || "").trim();
      if (!name) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.textContent = name;
      button.title = said("sort_by", { column: name });
      head.replaceChildren(button);
      button.addEventListener("click", () => sort(table, column, head.getAttribute("aria-sort") === "ascending"));
    });
  };

  /** Copy, or where that is not allowed mark the table. @param {HTMLTableElement} table @param {HTMLElement} status */
  const copy = async (table, status) => {
    try {
      await navigator.clipboard.writeText(asText(table));
      status.textContent = said("copied", { count: kept(table).length });
    } catch {
      getSelection()?.selectAllChildren(table);
      status.textContent = said("marked");
    }
  };

  /** Buttons under a table. @param {HTMLTableElement} table */
  const tools = (table) => {
    const bar = document.createElement("p"), button = document.createElement("button"), status = document.createElement("span");
    bar.className = "tools";
    button.type = "button";
    button.textContent = said("copy");
    button.className = "copy";
    const caption = table.getAttribute("aria-label");
    if (caption) button.setAttribute("aria-label", said("copy_of", { name: caption }));
    status.setAttribute("role", "status");
    button.addEventListener("click", () => copy(table, status));
    if (table.classList.contains("long")) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "more-rows";
      more.addEventListener("click", () => {
        if (table.dataset.all !== undefined) delete table.dataset.all;
        else table.dataset.all = "";
        fold(table);
      });
      bar.append(more);
    }
    bar.append(button, status);
    table.parentElement?.after(bar);
  };

  document.addEventListener("DOMContentLoaded", () => {
    for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll(".scroll > table"))) {
      // A table is named by the heading above it.
      let above = /** @type {Element | null} */ (table.parentElement);
      while (above && !/^(H[23]|SUMMARY)$/.test(above.tagName)) above = above.previousElementSibling || above.parentElement;
      if (above?.textContent) table.setAttribute("aria-label", above.textContent.trim());
      if (table.classList.contains("sortable")) sortable(table);
      tools(table);
      fold(table);
    }
  });

  // On paper the map stays as it is drawn: nothing can be drawn anew before the sheet is laid out.
  const SHEET_PX = { x: 700, y: 700 };
  addEventListener("beforeprint", () => {
    const size = map_outreach.getSize(), style = map_outreach.getContainer().style;
    Object.assign(style, { width: `${size.x}px`, height: `${size.y}px`, zoom: String(Math.min(1, SHEET_PX.x / size.x, SHEET_PX.y / size.y)) });
  });
  addEventListener("afterprint", () => {
    Object.assign(map_outreach.getContainer().style, { width: "", height: "", zoom: "" });
    map_outreach.invalidateSize({ animate: false });
  });

  return { asText, fold, kept };
})();
