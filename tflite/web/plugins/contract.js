/** The contract of a .tflite: how to feed it and how to read its answer, read from the file itself. */

import { Table } from "./flatbuffer.js";

const METADATA_NAME = "dbdgan_tf";
const TYPES = { 0: "float32", 3: "uint8" };
// Field numbers of the TensorFlow Lite schema.
const MODEL = { subgraphs: 2, buffers: 4, metadata: 6 };
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2 };
const TENSOR = { shape: 0, type: 1, quantization: 4 };
const QUANTIZATION = { scale: 2, zeroPoint: 3 };
const METADATA = { name: 0, buffer: 1 };

/**
 * Reads the contract of a model that `python -m tflite.convert` wrote.
 *
 * @param {Buffer|Uint8Array} content The file.
 * @returns {object} JSON-ready contract; see README.md.
 * @throws {Error} If the file is no blur model of this library.
 */
export function readContract(content) {
  if (content.length < 16 || String.fromCharCode(...content.subarray(4, 8)) !== "TFL3") {
    throw new Error(`This is not a .tflite file. Received: ${content.length} bytes.`);
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const model = Table.root(view);
  const said = embeddedMetadata(model);
  const graph = model.tables(MODEL.subgraphs)[0];
  const input = onlyTensor(graph, SUBGRAPH.inputs, "input", 3);
  return {
    format: 1,
    name: said.name,
    variant: said.variant,
    licence: said.licence,
    placeholder: said.placeholder,
    polarity: said.polarity,
    input: { ...input, mean: said.input_mean, std: said.input_std },
    output: onlyTensor(graph, SUBGRAPH.outputs, "output", 1),
  };
}

function embeddedMetadata(model) {
  const entry = model.tables(MODEL.metadata).find((table) => table.text(METADATA.name) === METADATA_NAME);
  if (!entry) {
    throw new Error("The model does not say how to feed it. Write it with `python -m tflite.convert`.");
  }
  const buffer = model.tables(MODEL.buffers)[entry.uint32(METADATA.buffer, 0)];
  return JSON.parse(buffer.text(0));
}

function onlyTensor(graph, field, kind, channels) {
  const indices = graph.int32s(field);
  const tensor = graph.tables(SUBGRAPH.tensors)[indices[0]];
  const shape = tensor.int32s(TENSOR.shape);
  const type = TYPES[tensor.int8(TENSOR.type, 0)];
  const fits = shape.length === 4 && shape[0] === 1 && shape[3] === channels;
  if (indices.length !== 1 || !fits || !type) {
    throw new Error(
      `The model's ${kind} is not one that the page can use. Received: ${indices.length} tensors, ` +
      `[${shape}] ${type ?? "of another type"}. Allowed: one [1, height, width, ${channels}] of ` +
      `${Object.values(TYPES).join(" or ")}.`,
    );
  }
  return { height: shape[1], width: shape[2], type, ...quantizationOf(tensor) };
}

function quantizationOf(tensor) {
  const quantization = tensor.table(TENSOR.quantization);
  const [scale = 0] = quantization?.float32s(QUANTIZATION.scale) ?? [];
  const [zeroPoint = 0] = quantization?.int64s(QUANTIZATION.zeroPoint) ?? [];
  return { scale, zeroPoint };
}
