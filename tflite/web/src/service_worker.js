/** Keeps the page, the model and the runtime on the device, so that it works without a network. */

const VERSION = "__VERSION__";
const PAGE_FILES = `dbdgan-page-${VERSION}`;
const RUNTIME_FILES = "dbdgan-runtime";
const FILES = ["__FILES__"];

// With these the next visit is cross-origin isolated even on a plain host, and WebAssembly gets its threads.
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

self.addEventListener("install", (event) => {
  event.waitUntil(precache().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldCaches().then(() => self.clients.claim()));
});

self.addEventListener("message", (event) => {
  event.waitUntil(keepRuntime(event.data.urls).then(
    () => event.ports[0].postMessage({ kept: true }),
    (error) => event.ports[0].postMessage({ kept: false, reason: String(error) }),
  ));
});

self.addEventListener("fetch", (event) => {
  const { method, url, mode } = event.request;
  if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event.request, mode === "navigate"));
});

async function precache() {
  const cache = await caches.open(PAGE_FILES);
  await cache.addAll(FILES.map((name) => new Request(name, { cache: "no-cache" })));
}

async function dropOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("dbdgan-page-") && name !== PAGE_FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Stores the runtime files in use and lets go of those of older versions. */
async function keepRuntime(urls) {
  const cache = await caches.open(RUNTIME_FILES);
  const stored = (await cache.keys()).map((request) => request.url);
  await cache.addAll(urls.filter((url) => !stored.includes(url)));
  const folder = new URL(".", urls[0]).href;
  const stale = stored.filter((url) => !url.startsWith(folder));
  await Promise.all(stale.map((url) => cache.delete(url)));
}

async function answer(request, isPage) {
  const key = isPage ? new URL("index.html", self.registration.scope).href : request;
  const stored = await caches.match(key, { ignoreSearch: true, ignoreVary: true });
  return isolate(stored ?? await fetch(request));
}

function isolate(response) {
  if (response.type === "opaque" || response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
