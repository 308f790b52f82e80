// Elements in one call; no strings of HTML anywhere.

const MOST_WAIT = 200; // milliseconds without a frame

/** props: class, data {}, on {}, and attributes; true sets an empty one, false and null none. */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") element.className = value;
    else if (key === "data") Object.assign(element.dataset, value);
    else if (key === "on")
      for (const [type, act] of Object.entries(value)) element.addEventListener(type, act);
    else if (key === "value" || key === "checked") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Shortens for a list: the whole up to `most` characters, else its start and "…". */
export function clip(text, most = 80) {
  const plain = text.replace(/\s+/gu, " ").trim();
  return plain.length > most ? `${plain.slice(0, most - 1).trimEnd()}…` : plain;
}

/** Acts when the coming frame is painted, so as not to delay it; without frames (hidden tab) soon. */
export function afterPaint(act) {
  let once = () => {
    once = () => {};
    act();
  };
  requestAnimationFrame(() => setTimeout(() => once()));
  setTimeout(() => once(), MOST_WAIT);
}

/** Scrolls a frame just so far that `item` shows in it; never the page. */
export function showWithin(frame, item) {
  const [box, edge] = [item.getBoundingClientRect(), frame.getBoundingClientRect()];
  if (box.top < edge.top) frame.scrollTop -= edge.top - box.top;
  else if (box.bottom > edge.bottom) frame.scrollTop += box.bottom - edge.bottom;
}

/** A button of the page; `data.command` makes it run that command. */
export function button(text, { quiet = false, ...props } = {}) {
  return h("button", { type: "button", class: `button little${quiet ? " quiet" : ""}`, ...props }, text);
}

/**
 * `draw`, put off while a button of the mouse is down in `root`: a click is lost when what it aims
 * at is drawn anew between its two halves.
 */
export function betweenClicks(root, draw) {
  let [pressed, owed] = [false, false];
  root.addEventListener("pointerdown", () => (pressed = true));
  root.addEventListener("click", () => (pressed = false), true); // what it does may look at what it draws
  const release = () => {
    pressed = false;
    if (owed) ask();
  };
  const ask = () => {
    owed = pressed;
    if (!pressed) draw();
  };
  for (const type of ["pointerup", "pointercancel"]) document.addEventListener(type, () => pressed && setTimeout(release)); // of no click
  return ask;
}

const waiting = new WeakMap(); // who is to be told of a dialog's answer

/** An open dialog's answer: its button's value, "" for Esc. Told in the click: "close" comes after it. */
export function answered(dialog) {
  waiting.get(dialog)?.(""); // closed by Esc, and opened again before the browser has told of that
  const ended = new AbortController();
  return new Promise((resolve) => {
    const tell = (value) => (ended.abort(), resolve(value));
    waiting.set(dialog, tell);
    const pressed = (event) => {
      event.preventDefault();
      const value = event.submitter?.value ?? "";
      dialog.close(value);
      tell(value);
    };
    const closed = () => dialog.open || tell("");
    dialog.addEventListener("submit", pressed, { signal: ended.signal });
    dialog.addEventListener("close", closed, { signal: ended.signal });
  });
}

/** Asks; resolves to true for yes. The focus returns to where it was. */
export async function ask(question, yes = "Yes") {
  const dialog = byId("ask");
  byId("ask-text").textContent = question;
  byId("ask-yes").textContent = yes;
  dialog.showModal();
  return (await answered(dialog)) === "yes";
}

// The one polite live region; how much it says is the person's choice.

const KEY = "sourcemark.speech";
export const LEVELS = { full: "Everything", brief: "Results only", off: "Nothing" };

export class Live {
  constructor(region) {
    this.region = region;
    this.level = localStorage.getItem(KEY) ?? "full";
  }

  setLevel(level) {
    this.level = level;
    localStorage.setItem(KEY, level);
  }

  /** What an action did. */
  say(text) {
    if (this.level !== "off") this.put(text);
  }

  /** Where the cursor is: left out when only results are wanted. */
  place(text) {
    if (this.level === "full") this.put(text);
  }

  /** The same sentence twice must be heard twice: the region is emptied first. */
  put(text) {
    this.region.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.region.textContent = text), 30);
  }
}
