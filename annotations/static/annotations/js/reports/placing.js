// Where a note stands beside what it explains. Pure: tested without a browser.

const GAP = 6;
const EDGE = 8;

/** Above the box if there is room, else below it; kept inside a room of {width, height}. */
export function besideBox(box, note, room) {
  const wanted = box.left + box.width / 2 - note.width / 2;
  const left = Math.max(EDGE, Math.min(wanted, room.width - note.width - EDGE));
  const above = box.top - note.height - GAP;
  return { left, top: above >= EDGE ? above : box.bottom + GAP };
}
