// Faults that a type check does not see; names that are not declared are the type check's matter.
import js from "@eslint/js";

export default [
  js.configs.recommended,
  {
    languageOptions: { sourceType: "script", ecmaVersion: 2022 },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "off",
      // The scripts of a page share its names; what none uses, the type check tells.
      "no-unused-vars": ["error", { vars: "local" }],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
      eqeqeq: "error",
      strict: ["error", "global"],
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text from data is set as text." },
        { property: "outerHTML", message: "Text from data is set as text." },
        { property: "insertAdjacentHTML", message: "Text from data is set as text." },
        { object: "document", property: "write", message: "Text from data is set as text." },
      ],
      "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "localStorage", "sessionStorage", "indexedDB"],
    },
  },
];
