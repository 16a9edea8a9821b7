/** Makes the page work without a network from now on. */

/**
 * @param {string[]} runtimeFiles Addresses of LiteRT's files that this browser uses.
 * @returns {Promise<boolean>} True once everything is stored; false where the browser cannot.
 */
export async function keepForOffline(runtimeFiles) {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("service_worker.js");
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.addEventListener("message", ({ data }) => resolve(data.kept));
  });
  port1.start();
  active.postMessage({ urls: runtimeFiles }, [port2]);
  return answer;
}
