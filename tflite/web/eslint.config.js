import js from "@eslint/js";
import globals from "globals";

const limits = {
  "max-len": ["error", { code: 110 }],
  "max-lines": ["error", 250],
  "max-lines-per-function": ["error", 60],
  "complexity": ["error", 10],
};

const habits = {
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

export default [
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  { rules: { ...limits, ...habits } },
  { files: ["src/**"], languageOptions: { globals: { ...globals.browser, __LITERT_FOLDER__: "readonly" } } },
  {
    files: ["src/service_worker.js", "src/detection/worker.js", "src/detection/runtime.js"],
    languageOptions: { globals: { ...globals.worker, ...globals.serviceworker } },
  },
  { files: ["plugins/**", "test/**", "*.config.js"], languageOptions: { globals: globals.node } },
  {
    files: ["test/**"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: { "max-lines-per-function": "off" },
  },
];
