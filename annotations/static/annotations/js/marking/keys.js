// Which key does what. Digits by place on the keyboard (AZERTY, numpad), letters by what they type.

/** [command, default chords, what it does, group]; {mod} is Ctrl, or Command on a Mac. */
export const COMMANDS = [
  ["label", ["1–9"], "Mark the selection, or the word or sentence under the cursor. With nothing chosen: keep the label ready for each selection or click", "Mark"],
  ["label-exact", ["Alt+1–9"], "The same with the exact characters", "Mark"],
  ["label-second", ["Shift+1–9"], "A second span on the same words as the chosen one", "Mark"],
  ["extent", ["x"], "Mark the selection as an extent (what a source answers for)", "Mark"],
  ["fragment", ["f"], "Add the selection to the chosen span as a further part", "Mark"],
  ["rest", ["r"], "Mark the rest of the paragraph as reporting, a span per sentence", "Mark"],
  ["replace", ["Enter"], "Give the chosen span the selected words; in link mode: link", "Change"],
  ["remove", ["Delete", "Backspace"], "Remove the chosen span, link or suggestion", "Change"],
  ["end-out", ["."], "End one word further", "Change"],
  ["end-in", [","], "End one word back", "Change"],
  ["start-out", ["Shift+."], "Start one word earlier", "Change"],
  ["start-in", ["Shift+,"], "Start one word later", "Change"],
  ["end-out-exact", ["Alt+."], "End one character further", "Change"],
  ["end-in-exact", ["Alt+,"], "End one character back", "Change"],
  ["start-out-exact", ["Alt+Shift+."], "Start one character earlier", "Change"],
  ["start-in-exact", ["Alt+Shift+,"], "Start one character later", "Change"],
  ["undo", ["mod+z"], "Undo", "Change"],
  ["redo", ["mod+Shift+z", "mod+y"], "Redo", "Change"],
  ["left", ["ArrowLeft"], "Cursor one word left", "Move"],
  ["right", ["ArrowRight"], "Cursor one word right", "Move"],
  ["extend-left", ["Shift+ArrowLeft"], "Extend the selection one word left", "Move"],
  ["extend-right", ["Shift+ArrowRight"], "Extend the selection one word right", "Move"],
  ["sentence-back", ["ArrowUp"], "Previous sentence", "Move"],
  ["sentence-on", ["ArrowDown"], "Next sentence", "Move"],
  ["take-sentence", ["e"], "Select the sentence around the cursor", "Move"],
  ["take-quotation", ["q"], "Select the quotation around the cursor", "Move"],
  ["next", ["j"], "Next span", "Move"],
  ["previous", ["k"], "Previous span", "Move"],
  ["outer", ["o"], "Next outer span at this place", "Move"],
  ["unmarked-on", ["u"], "Next sentence without a span", "Move"],
  ["unmarked-back", ["Shift+u"], "Previous sentence without a span", "Move"],
  ["suggestion", ["g"], "Next suggestion; Enter accepts it, Backspace rejects it", "Move"],
  ["link", ["l"], "Link the chosen attribution: then Enter, a number, a click, or select the claim", "Say more"],
  ["cue", ["c"], "The selection becomes the cue words of the link", "Say more"],
  ["attributes", ["t"], "To the attributes of the chosen span", "Say more"],
  ["who", ["w"], "Who it is: then a number or type a name", "Say more"],
  ["note", ["n"], "Note", "Say more"],
  ["flag", ["s"], "Flag as unsure: then 1 boundary, 2 label, 3 source, 4 codebook gap", "Say more"],
  ["same", ["a"], "Suggest the same label for the same words elsewhere", "Say more"],
  ["leave", ["Escape"], "Leave a mode, the selection, the chosen span", "Move"],
  ["submit", ["mod+Enter"], "Done: submit and go on", "Page"],
  ["help", ["?"], "This list", "Page"],
];

const LABEL_COMMANDS = { "": "label", Alt: "label-exact", Shift: "label-second", "Alt+Shift": "label-second" };

function baseOf({ key, code }) {
  const digit = /^(?:Digit|Numpad)([0-9])$/u.exec(code ?? "");
  if (digit && !(code.startsWith("Numpad") && !/^[0-9]$/u.test(key))) return digit[1];
  if (key === "?") return "?";
  if (/^[a-z]$/iu.test(key)) return key.toLowerCase();
  if (code === "Comma" || key === ",") return ",";
  if (code === "Period" || key === ".") return ".";
  const letter = /^Key([A-Z])$/u.exec(code ?? "");
  return letter && [...key].length === 1 ? letter[1].toLowerCase() : key;
}

/** "Shift+.", "mod+z", "3": the same on every keyboard layout; "" for keys that are not ours. */
export function chordOf(event) {
  const { isComposing, ctrlKey, metaKey, altKey, shiftKey, key } = event;
  if (isComposing || key === "Dead" || key === "Process" || event.getModifierState?.("AltGraph")) return "";
  const base = baseOf(event);
  const shift = shiftKey && base !== "?";
  const parts = [(ctrlKey || metaKey) && "mod", altKey && "Alt", shift && "Shift", base];
  return parts.filter(Boolean).join("+");
}

export class Keymap {
  /** changed: {command: [chords]} as the person set them. labelKeys: the keys of the codebook. */
  constructor(labelKeys, changed = {}) {
    this.labelKeys = new Set(labelKeys);
    this.chords = new Map();
    for (const [command, chords] of COMMANDS) {
      for (const chord of changed[command] ?? chords) this.chords.set(chord, command);
    }
  }

  /** {command, digit?} for a chord, or null. */
  find(chord) {
    const [, modifiers, base] = /^((?:(?:Alt|Shift)\+)*)(.)$/u.exec(chord) ?? [];
    if (base && (/^[0-9]$/u.test(base) || this.labelKeys.has(base))) {
      const command = LABEL_COMMANDS[modifiers.replace(/\+$/u, "")];
      if (command) return { command, key: base };
    }
    const command = this.chords.get(chord);
    return command ? { command } : null;
  }

  /** The command that already has this chord, other than `command` itself. */
  clash(chord, command) {
    const held = this.find(chord)?.command;
    return held && held !== command ? held : null;
  }
}
