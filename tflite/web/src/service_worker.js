/** Keeps the page and the model on the device, as main.js does the runtime: no network is needed then. */

const VERSION = "__VERSION__";
const PAGE_FILES = `dbdgan-page-${VERSION}`;
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
