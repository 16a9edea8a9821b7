import { defineConfig } from "vite";

import { liteRtFiles, modelFiles, offlineWorker } from "./plugins/page_files.js";

// Cross-origin isolation lets WebAssembly use several threads.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const { DBDGAN_WEB_MODEL, DBDGAN_WEB_CAMERA_MODEL, DBDGAN_WEB_PLAIN_HEADERS } = process.env;

export default defineConfig({
  base: "./",
  plugins: [modelFiles(DBDGAN_WEB_MODEL, DBDGAN_WEB_CAMERA_MODEL), liteRtFiles(), offlineWorker()],
  build: { target: "es2022", assetsInlineLimit: 0 },
  worker: { format: "iife" },
  preview: { headers: DBDGAN_WEB_PLAIN_HEADERS ? {} : headers },
});
