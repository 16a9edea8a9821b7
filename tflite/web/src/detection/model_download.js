/** Fetches the model and its contract from a folder's address, with a closing slash. */

/** What contract.json says of the model, and the model's bytes; `onProgress` hears the share, 0..1. */
export async function downloadModel(folder, onProgress) {
  const { model: contract } = await (await fetchOrThrow(`${folder}contract.json`)).json();
  const response = await fetchOrThrow(folder + contract.file);
  const parts = [];
  let loaded = 0;
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onProgress(Math.min(1, loaded / contract.bytes));
  }
  const { file, bytes } = contract;
  if (loaded !== bytes) throw new Error(`${file} is damaged. Received: ${loaded} bytes. Expected: ${bytes}.`);
  return { contract, model: new Uint8Array(await new Blob(parts).arrayBuffer()) };
}

async function fetchOrThrow(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} cannot be loaded: ${response.status} ${response.statusText}`);
  return response;
}
