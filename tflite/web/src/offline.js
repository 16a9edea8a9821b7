/** Makes the page work without a network: true once it and LiteRT's files are stored, false if that fails. */
export async function keepForOffline(runtimeFiles) {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("service_worker.js");
  await navigator.serviceWorker.ready;
  const cache = await caches.open("dbdgan-runtime");
  const stored = (await cache.keys()).map((request) => request.url);
  await cache.addAll(runtimeFiles.filter((url) => !stored.includes(url)));
  // Those of older versions go.
  const folder = new URL(".", runtimeFiles[0]).href;
  await Promise.all(stored.filter((url) => !url.startsWith(folder)).map((url) => cache.delete(url)));
  return true;
}
