// The list of keys, where each can be changed, and how much is spoken.

import { LEVELS, byId, h } from "./dom.js";
import { CHORDS, Keymap, changedKeys, chordOf, keepKeys } from "./keys.js";

/** [command, what it does, group], in the order of the list. */
export const COMMANDS = [
  [
    "label",
    "Mark the selection, or the word or sentence under the cursor. With nothing chosen: keep the label ready for each selection or click",
    "Mark",
  ],
  ["label-exact", "The same with the exact characters", "Mark"],
  ["label-second", "A second span on the same words as the chosen one", "Mark"],
  ["extent", "Mark the selection as an extent (what a source answers for)", "Mark"],
  ["fragment", "Add the selection to the chosen span as a further part", "Mark"],
  ["rest", "Mark the rest of the paragraph as reporting, a span per sentence", "Mark"],
  ["replace", "Give the chosen span the selected words; in link mode: link", "Change"],
  ["remove", "Remove the chosen span, link or suggestion", "Change"],
  ["end-out", "End one word further", "Change"],
  ["end-in", "End one word back", "Change"],
  ["start-out", "Start one word earlier", "Change"],
  ["start-in", "Start one word later", "Change"],
  ["end-out-exact", "End one character further", "Change"],
  ["end-in-exact", "End one character back", "Change"],
  ["start-out-exact", "Start one character earlier", "Change"],
  ["start-in-exact", "Start one character later", "Change"],
  ["undo", "Undo", "Change"],
  ["redo", "Redo", "Change"],
  ["left", "Cursor one word left", "Move"],
  ["right", "Cursor one word right", "Move"],
  ["extend-left", "Extend the selection one word left", "Move"],
  ["extend-right", "Extend the selection one word right", "Move"],
  ["extend-sentence-back", "Extend the selection to the start of the sentence", "Move"],
  ["extend-sentence-on", "Extend the selection to the end of the sentence", "Move"],
  ["sentence-back", "Previous sentence", "Move"],
  ["sentence-on", "Next sentence", "Move"],
  ["take-sentence", "Select the sentence around the cursor", "Move"],
  ["take-quotation", "Select the quotation around the cursor", "Move"],
  ["next", "Next span", "Move"],
  ["previous", "Previous span", "Move"],
  ["outer", "Next outer span at this place", "Move"],
  ["unmarked-on", "Next sentence without a span", "Move"],
  ["unmarked-back", "Previous sentence without a span", "Move"],
  ["suggestion", "Next suggestion; Enter accepts it, Backspace rejects it", "Move"],
  ["leave", "Leave a mode, the selection, the chosen span", "Move"],
  ["link", "Link the chosen attribution: then Enter, a number, a click, or select the claim", "Say more"],
  ["cue", "The selection becomes the cue words of the link", "Say more"],
  ["attributes", "To the attributes of the chosen span", "Say more"],
  ["who", "Who it is: then a number or type a name", "Say more"],
  ["note", "Note", "Say more"],
  ["flag", "Flag as unsure: then 1 boundary, 2 label, 3 source, 4 codebook gap", "Say more"],
  ["same", "Suggest the same label for the same words elsewhere", "Say more"],
  ["submit", "Done: submit and go on", "Page"],
  ["help", "This list", "Page"],
];

const FIXED = new Set(["label", "label-exact", "label-second"]); // the codebook sets these

const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", mod: "Ctrl", Escape: "Esc" };
const inSigns = (chord) =>
  chord
    .split("+")
    .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join("+");

export class Help {
  /** used(keymap): called with the new keymap after a change. */
  constructor(desk, labelKeys, used) {
    Object.assign(this, { desk, labelKeys, used });
    this.dialog = byId("help");
    byId("help-reset").addEventListener("click", () => this.save({}));
    this.speech();
  }

  speech() {
    const select = byId("speech");
    select.replaceChildren(
      ...Object.entries(LEVELS).map(([value, text]) =>
        h("option", { value, selected: value === this.desk.live.level }, text),
      ),
    );
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
    for (const [command, text, group] of COMMANDS) {
      if (group !== last) rows.push(h("tr", {}, h("th", { colspan: "2", scope: "rowgroup" }, group)));
      last = group;
      rows.push(this.row(command, changed[command] ?? CHORDS[command], text));
    }
    byId("help-rows").replaceChildren(...rows);
  }

  row(command, chords, text) {
    const keys = chords.map((chord) => h("kbd", {}, inSigns(chord)));
    const shown = FIXED.has(command)
      ? h("span", {}, keys)
      : h(
          "button",
          {
            type: "button",
            class: "button little",
            "aria-label": `Change the key ${chords.map(inSigns).join(" or ")} of: ${text}`,
            on: { click: (event) => this.change(command, event.currentTarget) },
          },
          keys,
        );
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
    byId("help-clash").textContent = held ? `${inSigns(chord)} is the key of: ${held[1]}` : "";
    if (chord && !clash) this.save({ ...changed, [command]: [chord] });
    else this.draw();
  }

  save(changed) {
    keepKeys(changed);
    this.used(new Keymap(this.labelKeys, changed));
    this.draw();
  }
}
