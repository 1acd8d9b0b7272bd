import { defineConfig } from "vite";

// Fixed names: the page shell asks for app.js and app.css; map and charts are loaded when a page has them.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "../chengguan/people/static/chengguan/build",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 1600,
    assetsInlineLimit: 0,
    rollupOptions: {
      onwarn: (warning, report) => {
        if (warning.code !== "EVAL") report(warning); // htmx evaluates trigger filters; our pages write none
      },
      input: { app: "src/app.ts" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
