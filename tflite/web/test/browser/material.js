/** The folder that tests/web/make_material.py wrote. */

if (!process.env.DBDGAN_WEB_MATERIAL) {
  throw new Error("DBDGAN_WEB_MATERIAL is not set: run `bash scripts/test_web.sh`, which makes it.");
}

export const material = process.env.DBDGAN_WEB_MATERIAL;
