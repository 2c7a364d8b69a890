// Knows the colours, sizes and type that the page and the report share; two colours carry meaning, dense and compact.

/** CSS custom properties, light and dark. */
export const tokens: string = `
:root {
  color-scheme: light dark;
  --ground: #ffffff;
  --panel: #f6f6f4;
  --line: #dcdcd8;
  --text: #1b1c1a;
  --quiet: #62645f;
  --dense: #8b8d88;
  --dense-soft: #dfe0dc;
  --dense-text: #5b5d58;
  --compact: #0b66c3;
  --compact-soft: #d3e5f8;
  --compact-text: #0a58a8;
  --alarm: #a33a12;
  --focus: #0b66c3;
  --step--1: 0.8125rem;
  --step-0: 1rem;
  --step-1: 1.25rem;
  --step-2: 1.75rem;
  --step-3: 2.25rem;
  --gap: 1rem;
  --radius: 6px;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161715;
    --panel: #1f201e;
    --line: #383a36;
    --text: #ecece8;
    --quiet: #a3a59f;
    --dense: #8f918b;
    --dense-soft: #3c3e3a;
    --dense-text: #b5b7b1;
    --compact: #5aa9f5;
    --compact-soft: #1d3d5e;
    --compact-text: #7fbcf8;
    --alarm: #f0936c;
    --focus: #7fbcf8;
  }
}
`;
