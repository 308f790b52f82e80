// Which key does what (in words: help.js). Digits by place on the keyboard (AZERTY, numpad), letters by what they type.

/** The keys of each command as shipped; mod is Ctrl, or Command on a Mac. */
export const CHORDS = {
  label: ["1–9"],
  "label-exact": ["Alt+1–9"],
  "label-second": ["Shift+1–9"],
  extent: ["x"],
  fragment: ["f"],
  rest: ["r"],
  replace: ["Enter"],
  remove: ["Delete", "Backspace"],
  "end-out": ["."],
  "end-in": [","],
  "start-out": ["Shift+."],
  "start-in": ["Shift+,"],
  "end-out-exact": ["Alt+."],
  "end-in-exact": ["Alt+,"],
  "start-out-exact": ["Alt+Shift+."],
  "start-in-exact": ["Alt+Shift+,"],
  undo: ["mod+z"],
  redo: ["mod+Shift+z", "mod+y"],
  left: ["ArrowLeft"],
  right: ["ArrowRight"],
  "left-far": ["mod+ArrowLeft"],
  "right-far": ["mod+ArrowRight"],
  "extend-left-far": ["mod+Shift+ArrowLeft"],
  "extend-right-far": ["mod+Shift+ArrowRight"],
  "extend-left": ["Shift+ArrowLeft"],
  "extend-right": ["Shift+ArrowRight"],
  "extend-sentence-back": ["Shift+ArrowUp"],
  "extend-sentence-on": ["Shift+ArrowDown"],
  "sentence-back": ["ArrowUp"],
  "sentence-on": ["ArrowDown"],
  "take-sentence": ["e"],
  "take-quotation": ["q"],
  next: ["j"],
  previous: ["k"],
  outer: ["o"],
  "unmarked-on": ["u"],
  "unmarked-back": ["Shift+u"],
  suggestion: ["g"],
  link: ["l"],
  cue: ["c"],
  attributes: ["t"],
  who: ["w"],
  note: ["n"],
  flag: ["s"],
  same: ["a"],
  leave: ["Escape"],
  submit: ["mod+Enter"],
  help: ["?"],
};

const KEPT = "sourcemark.keys";

/** The keys that this person has changed: {command: [chords]}. */
export function changedKeys() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export function keepKeys(changed) {
  localStorage.setItem(KEPT, JSON.stringify(changed));
}

const LABEL_COMMANDS = {
  "": "label",
  Alt: "label-exact",
  Shift: "label-second",
  "Alt+Shift": "label-second",
};

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
    for (const [command, chords] of Object.entries(CHORDS)) {
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
