// What the scripts of a page find there: Leaflet (declared by its types) and what folium makes.

/** The map that folium's script makes. */
declare const map_outreach: L.Map;

interface Window {
  /** The layers that folium's script makes, by the name of their data. */
  [layer: `layer_${string}`]: L.LayerGroup | undefined;
}

/** The layer of gaps, on the manager's page. */
declare const layer_gaps: L.LayerGroup;
