// What TypeScript cannot know of the page's scripts. Names in a model's file are hostile input, so only text is written;
// and nothing is asked of another host.
const text = "Names in a model's file are hostile input: write text (textContent, append).";
const host = "The page asks nothing of another host.";
const html = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "srcdoc", "createContextualFragment"];
const address = String.raw`/https?:[\u002F]{2}(?!www\.w3\.org\b)/`; // but the name of SVG, which nobody loads

export default [
  {
    files: ["static/js/**/*.js"],
    languageOptions: { globals: { setTimeout: "readonly", setInterval: "readonly" } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-restricted-properties": [
        "error",
        ...html.map((property) => ({ property, message: text })),
        ...["write", "writeln"].map((property) => ({ object: "document", property, message: text })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: `Literal[value=${address}]`, message: host },
        { selector: `TemplateElement[value.raw=${address}]`, message: host },
      ],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "array-callback-return": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-duplicate-imports": "error",
      "no-unused-expressions": "error",
      "no-useless-return": "error",
      "max-len": ["error", { comments: 100, code: 1000, ignoreUrls: true }], // code is as long as it must be
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
