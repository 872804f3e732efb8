// Elements from plain descriptions. Text is only ever set as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter((child) => child != null && child !== false));
  return element;
}

/** An HTML element: functions among `attributes` listen to the event they are named after, `true` is an empty attribute. */
export const el = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/** The same for SVG. */
export const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

/** A drawn face with the mouth given as a path in a square of 24. */
export const face = (mouth) =>
  svg(
    "svg",
    { class: "face", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 12, cy: 12, r: 10.5 }),
    svg("path", { d: "M8.4 9v1.2M15.6 9v1.2" }),
    svg("path", { d: mouth }),
  );
