// The list of keys, where each can be changed, and how much is spoken.

import { LEVELS, byId, h } from "./dom.js";
import { CHORDS, Keymap, changedKeys, chordOf, keepKeys } from "./keys.js";

/** [command, what it does, group], in the order of the list. */
export const COMMANDS = [
  [
    "label",
    "Give the selected words this label; with nothing selected, the word or sentence at the cursor. Without a cursor the label is held: every selection or click then gets it, until Esc",
    "Mark",
  ],
  ["label-exact", "The same, but exactly the letters selected", "Mark"],
  ["label-second", "Mark the words of the chosen span a second time", "Mark"],
  ["extent", "Mark the selection as an extent: what a source answers for", "Mark"],
  ["fragment", "Add the selection to the chosen span as a further part", "Mark"],
  ["rest", "Mark the rest of the paragraph, sentence by sentence, as SENTENCE", "Mark"],
  ["replace", "Use the selected words for the chosen span; while linking, make the link", "Change"],
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
  ["left", "One word left", "Move"],
  ["right", "One word right", "Move"],
  ["left-far", "Five words left", "Move"],
  ["right-far", "Five words right", "Move"],
  ["extend-left-far", "Select five words more to the left", "Move"],
  ["extend-right-far", "Select five words more to the right", "Move"],
  ["extend-left", "Select one word more to the left", "Move"],
  ["extend-right", "Select one word more to the right", "Move"],
  ["extend-sentence-back", "Select back to the start of the sentence", "Move"],
  ["extend-sentence-on", "Select on to the end of the sentence", "Move"],
  ["sentence-back", "Previous sentence", "Move"],
  ["sentence-on", "Next sentence", "Move"],
  ["take-sentence", "Select the sentence around the cursor", "Move"],
  ["take-quotation", "Select the quotation around the cursor", "Move"],
  ["next", "Next span", "Move"],
  ["previous", "Previous span", "Move"],
  ["outer", "Choose the next larger span around this place", "Move"],
  ["unmarked-on", "Next sentence without a span", "Move"],
  ["unmarked-back", "Previous sentence without a span", "Move"],
  ["suggestion", "Next suggestion; Enter accepts it, Backspace rejects it", "Move"],
  ["leave", "Take a step back: stop linking, drop the selection, let go of the span", "Move"],
  ["link", "Link the chosen source to what it answers for: then select those words, click their extent or press its number", "Say more"],
  ["cue", "Use the selection as the cue words of the link", "Say more"],
  ["attributes", "Answer the questions about the chosen span", "Say more"],
  ["who", "Say who it is: press a number or type a name", "Say more"],
  ["note", "Write a note", "Say more"],
  ["flag", "Say that you are unsure: then 1 boundary, 2 label, 3 source, 4 codebook gap", "Say more"],
  ["same", "Suggest the same label wherever the same words stand", "Say more"],
  ["submit", "Submit, and go on to the next article", "Page"],
  ["help", "Show this list", "Page"],
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
    const { sentence } = this.desk.labels;
    for (const [command, told, group] of COMMANDS) {
      if (command === "rest" && !sentence) continue;
      const text = told.replace("SENTENCE", sentence?.name ?? "");
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
    byId("help-clash").textContent = held ? `${inSigns(chord)} is the key of: ${held[1].replace("SENTENCE", this.desk.labels.sentence?.name ?? "…")}` : "";
    if (chord && !clash) this.save({ ...changed, [command]: [chord] });
    else this.draw();
  }

  save(changed) {
    keepKeys(changed);
    this.used(new Keymap(this.labelKeys, changed));
    this.draw();
  }
}
