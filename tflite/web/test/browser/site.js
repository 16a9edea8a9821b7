/** Builds the page with a model and serves it on this machine. */

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, preview } from "vite";

/** The folder that tests/web/make_material.py wrote; scripts/test_web.sh runs it. */
export const material = process.env.DBDGAN_WEB_MATERIAL;

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds the page into a new folder and returns it; with the model of a golden folder or the bundled one. */
export async function buildSite(golden = "") {
  process.env.DBDGAN_WEB_MODEL = golden;
  const outDir = mkdtempSync(join(tmpdir(), "dbdgan-web-"));
  await build({ root, logLevel: "error", build: { outDir } });
  return outDir;
}

/** {address, close} of a built site; a plain host sends no cross-origin isolation headers. */
export async function serveSite(outDir, plain = false) {
  process.env.DBDGAN_WEB_PLAIN_HEADERS = plain ? "1" : "";
  const how = { port: 0, host: "127.0.0.1" };
  const server = await preview({ root, logLevel: "error", build: { outDir }, preview: how });
  const close = async () => {
    server.httpServer.closeAllConnections();
    await server.close();
  };
  return { address: `http://127.0.0.1:${server.httpServer.address().port}/`, close };
}
