// Elements in one call; no strings of HTML anywhere.

/** props: class, data {}, on {}, and attributes; true sets an empty one, false and null none. */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") element.className = value;
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key === "on") for (const [type, act] of Object.entries(value)) element.addEventListener(type, act);
    else if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Shortens for a list: the whole up to `most` characters, else its start and "…". */
export function clip(text, most = 80) {
  const plain = text.replace(/\s+/gu, " ").trim();
  return plain.length > most ? `${plain.slice(0, most - 1).trimEnd()}…` : plain;
}

/** A button of the page; `data.command` makes it run that command. */
export function button(text, { quiet = false, ...props } = {}) {
  return h("button", { type: "button", class: `button little${quiet ? " quiet" : ""}`, ...props }, text);
}
