/** Fetches the model and its contract. */

/**
 * @param {string} folder Address of the model's folder, with a closing slash.
 * @param {function(number)} onProgress Called with the loaded share, 0..1.
 * @returns {Promise<{contract: object, model: Uint8Array}>} What contract.json says of it.
 */
export async function downloadModel(folder, onProgress) {
  const { model: contract } = await (await fetchOrThrow(`${folder}contract.json`)).json();
  const response = await fetchOrThrow(folder + contract.file);
  const model = new Uint8Array(contract.bytes);
  const reader = response.body.getReader();
  let loaded = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (loaded + part.value.length > model.length) throw new Error(wrongSize(contract, "more"));
    model.set(part.value, loaded);
    loaded += part.value.length;
    onProgress(loaded / model.length);
  }
  if (loaded !== model.length) throw new Error(wrongSize(contract, loaded));
  return { contract, model };
}

async function fetchOrThrow(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} cannot be loaded: ${response.status} ${response.statusText}`);
  return response;
}

function wrongSize({ file, bytes }, received) {
  return `${file} arrived damaged. Received: ${received} bytes. Expected: ${bytes}.`;
}
