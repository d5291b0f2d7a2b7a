// The phone's own place as a dot, only while it is asked for and looked at; it is kept nowhere.
// @ts-check
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const button = /** @type {HTMLElement} */ (document.getElementById("where"));
  const line = /** @type {HTMLElement} */ (document.getElementById("where-said"));
  /** @type {number | undefined} */
  let watching;
  /** @type {any} */
  let drawn;

  const stop = (/** @type {string} */ sentence) => {
    if (watching !== undefined) navigator.geolocation.clearWatch(watching);
    watching = undefined;
    drawn?.remove();
    drawn = undefined;
    button.setAttribute("aria-pressed", "false");
    line.textContent = sentence;
  };

  /** @param {GeolocationPosition} found */
  const draw = ({ coords }) => {
    /** @type {[number, number]} */
    const at = [coords.latitude, coords.longitude];
    const first = !drawn;
    drawn?.remove();
    drawn = L.featureGroup([
      L.circle(at, { radius: coords.accuracy, className: "you-about", interactive: false }),
      L.circleMarker(at, { radius: 8, className: "you", interactive: false }),
    ]).addTo(map_outreach);
    line.textContent = said("position_on");
    if (first) map_outreach.panTo(at, { animate: false });
  };

  button.addEventListener("click", () => {
    if (watching !== undefined) {
      stop(said("position_off"));
      return;
    }
    if (!navigator.geolocation) {
      line.textContent = said("no_position");
      return;
    }
    button.setAttribute("aria-pressed", "true");
    line.textContent = said("position_asked");
    watching = navigator.geolocation.watchPosition(
      draw,
      (fault) => stop(fault.code === fault.PERMISSION_DENIED ? said("position_refused") : said("position_unknown")),
      { enableHighAccuracy: true, maximumAge: 10_000, timeout: 60_000 },
    );
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && watching !== undefined) stop(said("position_off"));
  }, { signal: outreachPage.over.signal });
  outreachPage.over.signal.addEventListener("abort", () => watching !== undefined && stop(""));
}, { once: true });
