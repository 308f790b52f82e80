// Which key does what on the adjudication page. Digits by place on the keyboard, letters by what
// they type, as on the marking page.

export const KEYS = [
  ["1–9", "Take that variant"],
  ["Enter", "Take the strict majority, if there is one"],
  ["U", "Union of the extents"],
  ["I", "Intersection of the extents"],
  ["0", "No span here (or no link)"],
  ["Y", "Take all that everybody marked alike (done at once where all have submitted)"],
  ["E", "Edit the span, or the cue words of a link: , . move the end, Shift with them the start, Alt by character, digits the label, Enter keeps, Esc leaves"],
  ["Shift+1–9", "Edit, beginning from that variant"],
  ["T", "The questions of a gold span, and of what you edit; Enter there goes back to the text, Enter again keeps"],
  ["F", "While editing: one more part, from the selected words; Delete takes the last part away"],
  ["A", "Add a span: select words (← → ↑ ↓ and , . without a mouse), then the label’s digit"],
  ["L", "Link this gold attribution to another gold span"],
  ["N", "Reason, codebook rule and note"],
  ["D", "Discuss"],
  ["J K", "Next and previous open case"],
  ["← →", "Previous and next case in the text, settled ones too"],
  ["S", "Skip: put it to the end of the list"],
  ["X", "Leave it undecided on purpose"],
  ["Delete", "Take the decision away"],
  ["Ctrl+Z, Ctrl+Shift+Z", "Undo, redo"],
  ["?", "This list"],
];

const COMMANDS = {
  Enter: "majority",
  u: "union",
  i: "intersection",
  0: "no_span",
  y: "unanimous",
  e: "edit",
  t: "ask",
  a: "add",
  l: "link",
  n: "reason",
  d: "discuss",
  j: "next",
  k: "previous",
  ArrowRight: "after",
  ArrowLeft: "before",
  s: "skip",
  x: "left",
  Delete: "reopen",
  Backspace: "reopen",
  "mod+z": "undo",
  "mod+Shift+z": "redo",
  "mod+y": "redo",
  "?": "help",
};

const EDITING = {
  ".": ["end", 1],
  ",": ["end", -1],
  "Shift+.": ["start", -1],
  "Shift+,": ["start", 1],
  "Alt+.": ["end", 1, true],
  "Alt+,": ["end", -1, true],
  "Alt+Shift+.": ["start", -1, true],
  "Alt+Shift+,": ["start", 1, true],
};

const MOVES = {
  ArrowLeft: { direction: -1 },
  ArrowRight: { direction: 1 },
  ArrowUp: { direction: -1, far: true },
  ArrowDown: { direction: 1, far: true },
};

const WHILE_EDITING = {
  Escape: "leave",
  Delete: "shorten",
  Backspace: "shorten",
  t: "answers",
  f: "fragment",
  "?": "help",
};

/** {command, …} for a chord of marking/keys.js, or null. */
export function find(chord, { editing = false, labelKeys = [] } = {}) {
  if (editing) {
    if (EDITING[chord]) {
      const [side, direction, exact = false] = EDITING[chord];
      return { command: "nudge", side, direction, exact };
    }
    if (labelKeys.includes(chord)) return { command: "label", key: chord };
    if (chord === "x") return { command: "label", key: "" };
    if (chord === "Enter") return { command: "keep" };
    if (MOVES[chord]) return { command: "move", ...MOVES[chord] };
    return WHILE_EDITING[chord] ? { command: WHILE_EDITING[chord] } : null;
  }
  if (/^[1-9]$/u.test(chord)) return { command: "variant", variant: Number(chord) };
  if (/^Shift\+[1-9]$/u.test(chord)) return { command: "edit", base: Number(chord.at(-1)) };
  return COMMANDS[chord] ? { command: COMMANDS[chord] } : null;
}
