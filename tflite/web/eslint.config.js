import js from "@eslint/js";
import globals from "globals";

const rules = {
  "max-len": ["error", { code: 110 }],
  "max-lines": ["error", 250],
  "complexity": ["error", 10],
  "eqeqeq": "error",
  "no-shadow": "error",
  "no-var": "error",
  "prefer-const": "error",
  "prefer-template": "error",
  "quotes": ["error", "double", { avoidEscape: true }],
  "semi": ["error", "always"],
  "comma-dangle": ["error", "always-multiline"],
  "indent": ["error", 2, { SwitchCase: 1 }],
};
const languageOptions = (...names) => ({ globals: Object.assign({}, ...names.map((name) => globals[name])) });

export default [
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  { rules },
  { files: ["src/**"], languageOptions: languageOptions("browser", "worker", "serviceworker") },
  {
    files: ["src/**"],
    languageOptions: { globals: { __LITERT_FOLDER__: "readonly" } },
    rules: { "max-lines-per-function": ["error", 60] },
  },
  { files: ["plugins/**", "*.config.js"], languageOptions: languageOptions("node") },
  { files: ["test/**"], languageOptions: languageOptions("node", "browser") },
];
