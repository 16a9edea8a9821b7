import js from "@eslint/js";
import globals from "globals";

const { browser, node, serviceworker, worker } = globals;
const known = (...names) => ({ globals: Object.assign({}, ...names) });

export default [
  { ignores: ["dist/"] },
  js.configs.recommended,
  { rules: { "eqeqeq": "error", "max-len": ["error", 110], "no-shadow": "error", "prefer-const": "error" } },
  { files: ["src/**"], languageOptions: known(browser, worker, serviceworker, { __LITERT_FOLDER__: false }) },
  { files: ["plugins/**", "test/**", "*.config.js"], languageOptions: known(node, browser) },
];
