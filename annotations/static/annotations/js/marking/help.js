// The list of keys, where each can be changed, and how much is spoken.

import { byId, h } from "./dom.js";
import { COMMANDS, Keymap, chordOf } from "./keys.js";
import { LEVELS } from "./live.js";

const KEY = "sourcemark.keys";
const FIXED = new Set(["label", "label-exact", "label-second"]); // the codebook sets these

export function changedKeys() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", mod: "Ctrl", Escape: "Esc" };
const inSigns = (chord) => chord.split("+").map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)).join("+");

export class Help {
  /** used(keymap): called with the new keymap after a change. */
  constructor(desk, labelKeys, used) {
    Object.assign(this, { desk, labelKeys, used });
    this.dialog = byId("help");
    byId("help-reset").addEventListener("click", () => this.save({}));
    this.speech();
    desk.on("help", () => this.open());
  }

  speech() {
    const select = byId("speech");
    select.replaceChildren(...Object.entries(LEVELS).map(([value, text]) => h("option", { value, selected: value === this.desk.live.level }, text)));
    select.addEventListener("input", () => this.desk.live.setLevel(select.value));
  }

  open() {
    this.draw();
    this.dialog.showModal();
  }

  draw() {
    const changed = changedKeys();
    const rows = [];
    let last = "";
    for (const [command, chords, text, group] of COMMANDS) {
      if (group !== last) rows.push(h("tr", {}, h("th", { colspan: "2", scope: "rowgroup" }, group)));
      last = group;
      rows.push(this.row(command, changed[command] ?? chords, text));
    }
    byId("help-rows").replaceChildren(...rows);
  }

  row(command, chords, text) {
    const keys = chords.map((chord) => h("kbd", {}, inSigns(chord)));
    const shown = FIXED.has(command) ? h("span", {}, keys)
      : h("button", { type: "button", class: "button little", "aria-label": `Change the key ${chords.map(inSigns).join(" or ")} of: ${text}`, on: { click: (event) => this.change(command, event.currentTarget) } }, keys);
    return h("tr", {}, h("td", {}, text), h("td", {}, shown));
  }

  /** The next key pressed becomes the command's; Escape leaves it as it is. */
  change(command, place) {
    place.textContent = "Press a key";
    const take = (event) => {
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      place.removeEventListener("keydown", take);
      if (event.key !== "Escape" && event.key !== "Tab") this.set(command, chordOf(event));
      else this.draw();
    };
    place.addEventListener("keydown", take);
    place.addEventListener("blur", () => place.removeEventListener("keydown", take), { once: true });
  }

  set(command, chord) {
    const changed = changedKeys();
    const clash = chord ? new Keymap(this.labelKeys, changed).clash(chord, command) : null;
    const held = COMMANDS.find(([name]) => name === clash);
    byId("help-clash").textContent = held ? `${inSigns(chord)} is the key of: ${held[2]}` : "";
    if (chord && !clash) this.save({ ...changed, [command]: [chord] });
    else this.draw();
  }

  save(changed) {
    localStorage.setItem(KEY, JSON.stringify(changed));
    this.used(new Keymap(this.labelKeys, changed));
    this.draw();
  }
}
