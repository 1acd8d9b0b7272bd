declare module "@tabler/core/dist/js/tabler.esm.min.js";
declare module "maplibre-gl/dist/maplibre-gl-csp.js" {
  export * from "maplibre-gl";
  export { default } from "maplibre-gl";
}
