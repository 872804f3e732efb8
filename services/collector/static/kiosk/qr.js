// A QR code as a drawing, made on the device.

import { svg } from "./dom.js";
import { correction, generate } from "./vendor/lean-qr.js";

const BORDER = 2;

/** `text` as a QR code with a quiet border; scales with its box. */
export function qr(text) {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const side = code.size + 2 * BORDER;
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) if (code.get(x, y)) path += `M${x + BORDER} ${y + BORDER}h1v1h-1z`;
  }
  const white = svg("path", { fill: "#fff", d: `M0 0h${side}v${side}h-${side}z` });
  return svg("svg", { class: "qr", viewBox: `0 0 ${side} ${side}`, "aria-hidden": "true" }, white, svg("path", { d: path }));
}
