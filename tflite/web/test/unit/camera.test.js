import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Session } from "../../src/session.js";

let prompts, shown, states, session;
const settle = () => new Promise(setImmediate);

/** Answers the permission prompt of that number; returns the camera's track. */
async function allow(number) {
  const track = { stopped: false, stop() { this.stopped = true; } };
  prompts[number].resolve({ getTracks: () => [track] });
  await settle();
  return track;
}

function element(kind) {
  const context = { fillRect() {}, drawImage() {} };
  return { kind, videoWidth: 4, videoHeight: 2, play: async () => {}, getContext: () => context };
}

beforeEach(() => {
  [prompts, shown, states] = [[], [], []];
  const getUserMedia = () => new Promise((resolve, reject) => prompts.push({ resolve, reject }));
  const navigator = { value: { mediaDevices: { getUserMedia } }, configurable: true };
  Object.defineProperty(globalThis, "navigator", navigator);
  globalThis.document = { createElement: element };
  globalThis.createImageBitmap = async () => ({ width: 4, height: 2, close() {} });
  globalThis.requestAnimationFrame = setImmediate;
  session = new Session({
    detector: Promise.resolve({ detect: async () => ({ milliseconds: 1 }) }),
    stage: { show: (canvas) => shown.push(canvas), repaint: () => 0 },
    panel: { say() {}, complain: (text) => text && shown.push(text), showFigures() {} },
    onState: (state) => states.push(state),
  });
});

for (const allowed of [true, false]) {
  test(`a photo opened while the person is asked stays; the camera is allowed: ${allowed}`, async () => {
    const camera = session.toggleCamera();
    await session.openPhoto({ type: "image/png" }, "cat.png");
    if (allowed) assert.equal((await allow(0)).stopped, true);
    else prompts[0].reject(new Error("denied"));
    await camera;
    assert.equal(session.current.picture.name, "cat.png");
    assert.equal(shown.length, 1);
    assert.equal(states.at(-1), "photo");
  });
}

test("a second click takes the first back, a third starts anew, and no stream is leaked", async () => {
  const clicks = [session.toggleCamera(), session.toggleCamera()];
  assert.equal(session.live, false);
  assert.equal(states.at(-1), "empty");
  clicks.push(session.toggleCamera());
  assert.equal((await allow(0)).stopped, true);
  assert.equal(session.live, true);
  const track = await allow(1);
  while (states.at(-1) !== "live") await settle();
  assert.equal(track.stopped, false);
  session.toggleCamera();
  assert.equal(track.stopped, true);
  await Promise.all(clicks);
  assert.equal(states.at(-1), "photo");
});
