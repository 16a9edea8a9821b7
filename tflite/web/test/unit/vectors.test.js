/** What surrounds the model: Python's golden vectors, numbers worked out by hand, and what is not built. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { modelFiles } from "../../plugins/page_files.js";
import { blend, isPanorama, lookAlong, spansOf, stripOf } from "../../src/detection/panorama.js";
import { resampleBytes } from "../../src/detection/resampling.js";
import { scorePhoto } from "../../src/detection/sharpness.js";
import { inputMaker, readMap } from "../../src/detection/tensors.js";
import { inFocusShare, mapAt, paint } from "../../src/view/painting.js";

globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};

const vectors = JSON.parse(readFileSync(new URL("../../../golden/vectors.json", import.meta.url), "utf8"));
const planeAt = (size) => mapAt({ ...vectors.map, map: Float32Array.from(vectors.map.values) }, size);
const material = process.env.DBDGAN_WEB_MATERIAL;
const skip = material ? false : "needs DBDGAN_WEB_MATERIAL, see scripts/test_web.sh";

function near(own, expected, tolerance) {
  assert.equal(own.length, expected.length);
  expected.forEach((value, at) => {
    const error = Math.abs(own[at] - value) / Math.max(1, Math.abs(value));
    assert.ok(error <= tolerance, `${at}: ${own[at]}, expected ${value}`);
  });
}

for (const size of vectors.sizes) {
  test(`a map at ${size.width}x${size.height}`, () => near(planeAt(size), size.values, 1e-4));
}

for (const { width, height, opacity, threshold, values } of vectors.overlays) {
  test(`the overlay at ${width}x${height}, opacity ${opacity}`, () => {
    const picture = new ImageData(width, height);
    const levels = vectors.photo;
    picture.data.forEach((_, at, data) => { data[at] = levels[(3 * (at >> 2) + (at & 3)) % levels.length]; });
    const own = paint("overlay", picture, planeAt({ width, height }), threshold, opacity).data;
    assert.deepEqual([...own].filter((_, at) => at % 4 < 3), values);
  });
}

for (const { width, height, strip, windows, every, blend: expected } of vectors.panoramas) {
  test(`a panorama of ${width}x${height} is cut and blended`, () => {
    assert.deepEqual(stripOf({ width, height }, { width: 320, height: 384 }), strip);
    assert.deepEqual(spansOf(strip), windows);
    const wide = width > height;
    const pieces = windows.map(([start, stop], number) => {
      const window = { ...strip, [wide ? "width" : "height"]: stop - start };
      return { ...window, start, map: new Float32Array(window.width * window.height).fill(number) };
    });
    const own = blend(strip, pieces).filter((_, at) => (wide ? at < strip.width : at % strip.width === 0));
    near(own.filter((_, at) => at % every === 0), expected, 1e-4);
  });
}

vectors.sharpness.forEach(({ expected, map, width, height, ...scene }, number) => {
  test(`sharpness of ${width}x${height}, ${JSON.stringify(scene)}`, { skip }, () => {
    const photo = { data: readFileSync(join(material, `scenes/${number}.rgba`)), width, height };
    const values = Float32Array.from(map?.values ?? [0]);
    const blur = map ? { ...map, map: values } : { width: 1, height: 1, map: values };
    const own = scorePhoto(photo, blur);
    near([own.sharpness, own.edgePx ?? 0], [expected.sharpness, expected.edge_px ?? 0], 1e-4);
    const { verdict, blur: kind, sharp_up_to: sharpUpTo } = expected;
    assert.deepEqual([own.verdict, own.blur, own.sharpUpTo], [verdict, kind, sharpUpTo]);
  });
});

test("resized bytes", { skip }, () => {
  const [source, ...cases] = JSON.parse(readFileSync(join(material, "resized.json"), "utf8"));
  assert.ok(cases.length >= 6);
  for (const { width, height, pixels } of cases) {
    const own = resampleBytes(source.pixels, { ...source, stride: 3 }, { width, height }, 3);
    assert.deepEqual([...own], pixels, `${width}x${height}`);
  }
});

const size = { width: 1, height: 1 };
const scaled = { ...size, kind: "float32", polarity: "blur", mean: [0, 127, 255], std: [255, 128, 1] };
const bytes = { ...scaled, kind: "uint8", output_scale: 1 / 256, output_zero_point: 0 };

test("pixels become the input: alpha dropped, scaled or resized and rounded half to even", () => {
  const pixel = { ...size, data: [255, 255, 0, 9] };
  assert.deepEqual([...inputMaker(scaled)(pixel)], [1, 1, -255]);
  const pair = { data: [10, 20, 30, 0, 11, 21, 32, 0], width: 2, height: 1 };
  assert.deepEqual([...inputMaker(bytes)(pair)], [10, 20, 31]);
});

test("the output becomes probabilities of blur inside 0..1; NaN is refused", () => {
  assert.deepEqual([...readMap(Uint8Array.of(0, 64, 255), bytes)], [0, 0.25, 255 / 256]);
  const focus = readMap(Float32Array.of(-0.5, 0.25, 2), { ...scaled, polarity: "focus" });
  assert.deepEqual([...focus], [1, 0.75, 0]);
  assert.throws(() => readMap(Float32Array.of(NaN), scaled), /NaN/);
});

test("the map is grey, the mask white from the threshold on, the share what lies below", () => {
  const [photo, plane] = [new ImageData(3, 1), Float32Array.of(0, 0.5, 1)];
  const painted = (kind) => [...paint(kind, photo, plane, 0.5).data];
  assert.deepEqual(painted("map"), [0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255]);
  assert.deepEqual(painted("mask"), [0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
  assert.deepEqual([inFocusShare(plane, 0.5), inFocusShare(plane, 0.6)], [1 / 3, 2 / 3]);
});

// Windows of 10, each 7 further.
test("a model that gives what it sees gives an upright panorama", async () => {
  const data = Uint8ClampedArray.from({ length: 576 }, (_, at) => (at >> 2) * 7 % 256);
  const photo = { width: 6, height: 24, data };
  const look = async (window) => ({ map: Float32Array.from(window.data).filter((_, at) => at % 4 === 0) });
  const found = await lookAlong(photo, { width: 6, height: 10 }, look);
  assert.equal(found.width, 6);
  assert.deepEqual([...found.map].map(Math.round), Array.from({ length: 144 }, (_, at) => at * 7 % 256));
  assert.ok(isPanorama(photo) && !isPanorama({ width: 3, height: 1 }));
});

test("a folder without a contract, of another version or with another model is refused", () => {
  const build = (folder) => modelFiles(folder).generateBundle.call({ emitFile() {} });
  assert.throws(() => build("no_such"), /no_such.*tflite\.golden\.make/);
  const own = mkdtempSync(join(tmpdir(), "dbdgan-contract-"));
  const write = (contract) => writeFileSync(join(own, "contract.json"), JSON.stringify(contract));
  write({ contract_version: 1 });
  assert.throws(() => build(own), /version 1/);
  write({ contract_version: 2, model: { file: "m.tflite", sha256: "0" } });
  writeFileSync(join(own, "m.tflite"), "other");
  assert.throws(() => build(own), /missing or another/);
});

test("a model for photos serves the camera unless it has one of its own; bundled ones are two", () => {
  const build = (...folders) => {
    const files = {};
    const emitFile = ({ fileName, source }) => { files[fileName] = source; };
    modelFiles(...folders).generateBundle.call({ emitFile });
    return ["photo", "camera"].map((name) => JSON.parse(files[`model/${name}.json`]).model.file);
  };
  const [photo, camera] = build();
  assert.ok(photo !== camera);
  const golden = fileURLToPath(new URL("../../../golden/", import.meta.url));
  assert.deepEqual(build(`${golden}lite_int8`), [photo, photo]);
  assert.deepEqual(build("", `${golden}lite_int8`), [photo, photo]);
});
