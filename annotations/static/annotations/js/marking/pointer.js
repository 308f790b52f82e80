// Mouse, pen and touch over the text: selecting, clicking words and marks, dragging links.

import * as links from "./links.js";
import { apply, outward } from "./moves.js";

const TAG_WIDTH = 11; // pixels a letter of the tag
const TAG_HEIGHT = 3; // pixels of tag inside the line box

/** Listens on the text and the document: no listener is ever bound to a mark. */
export function listen(desk) {
  const { root } = desk.view;
  document.addEventListener("selectionchange", () => noteSelection(desk));
  root.addEventListener("pointerdown", (event) => pointerDown(desk, event));
  document.addEventListener("pointerup", (event) => pointerUp(desk, event));
  document.addEventListener("pointercancel", () => (desk.down = null));
  document.addEventListener("mouseup", (event) => mouseUp(desk, event));
  root.addEventListener("click", (event) => click(desk, event));
  root.addEventListener("blur", () => desk.holdSelection());
}

/** The text's part of the browser's selection as code points; null when it has none. */
export function selected(desk) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const { root } = desk.view;
  if (!range.intersectsNode(root)) return null;
  const start = desk.view.pointOf(range.startContainer, range.startOffset);
  const end = desk.view.pointOf(range.endContainer, range.endOffset);
  return start < end ? [start, end] : null;
}

/** Keeps the latest selection in the text; losing it to a button or field does not drop it. */
function noteSelection(desk) {
  desk.isSelecting = !document.getSelection().isCollapsed;
  const stretch = selected(desk);
  if (!stretch) return;
  desk.setSelection(stretch, { shown: true });
}

/** Before a key acts: a selection made just now counts, though its event is still to come. */
export function catchUp(desk) {
  const stretch = selected(desk);
  const known = desk.selection;
  if (stretch && (!known || known[0] !== stretch[0] || known[1] !== stretch[1])) noteSelection(desk);
}

function pointerDown(desk, event) {
  desk.dragged = false;
  desk.down = { x: event.clientX, y: event.clientY, drag: null };
  const source = event.button === 0 && event.pointerType !== "touch" && tagAt(desk, event);
  if (!source || !desk.labels.mayBegin(source) || desk.readOnly) return;
  event.preventDefault();
  desk.down.drag = { source, line: newLine(desk, event) };
  desk.focusText();
}

/** The span whose tag letter is under the pointer: above the first line of a mark that has tags. */
function tagAt(desk, { target, clientX, clientY }) {
  const mark = target.closest?.("mark[data-t]");
  if (!mark) return null;
  const [box] = mark.getClientRects();
  const tags = mark.dataset.t.replace(/\+.*$/u, "");
  if (!box || clientY > box.top + TAG_HEIGHT) return null;
  const fromStart = desk.direction === "rtl" ? box.right - clientX : clientX - box.left;
  const nth = Math.floor(fromStart / TAG_WIDTH);
  if (nth < 0 || nth > tags.length) return null;
  const begins = desk.article.starts[desk.view.indexOf(mark.closest(".b"))];
  const point = desk.view.pointOf(mark, 0);
  const ids = mark.dataset.i.split(" ").map((id) => desk.store.get("span", id));
  const tagged = ids.filter((span) =>
    span?.fragments.some(({ start }) => start === point && start >= begins),
  );
  return tagged[Math.min(nth, tagged.length - 1)] ?? null;
}

function newLine(desk, { clientX, clientY }) {
  const canvas = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  canvas.setAttribute("class", "link-line");
  canvas.setAttribute("aria-hidden", "true");
  for (const name of ["x1", "x2"]) line.setAttribute(name, clientX);
  for (const name of ["y1", "y2"]) line.setAttribute(name, clientY);
  canvas.append(line);
  document.body.append(canvas);
  const follow = (event) => (line.setAttribute("x2", event.clientX), line.setAttribute("y2", event.clientY));
  document.addEventListener("pointermove", follow);
  return { remove: () => (canvas.remove(), document.removeEventListener("pointermove", follow)) };
}

function pointerUp(desk, event) {
  const { down } = desk;
  desk.down = null;
  desk.last = down;
  if (down?.drag) drop(desk, down, event);
}

/** By now a dragged or doubly clicked selection is settled; a plain click comes later. */
function mouseUp(desk, event) {
  const { last } = desk;
  desk.last = null;
  if (!last || last.drag || event.button !== 0) return;
  const moved = Math.hypot(event.clientX - last.x, event.clientY - last.y) > 3;
  if (!moved && !event.shiftKey && event.detail < 2) return;
  desk.dragged = true; // the click that follows is none
  afterSelecting(desk, event.altKey);
}

function drop(desk, { drag, x, y }, event) {
  drag.line.remove();
  if (Math.hypot(event.clientX - x, event.clientY - y) < 4)
    return desk.choose(drag.source.id, { reveal: false });
  const point = desk.view.pointFrom(event.clientX, event.clientY);
  const target =
    point !== null &&
    desk.store.at(point).find((span) => span.id !== drag.source.id && !desk.labels.misfit(drag.source, span));
  if (!target) return desk.refuse("No claim there to link to");
  desk.choose(drag.source.id, { quiet: true, reveal: false });
  links.linkTo(desk, drag.source, target);
  desk.dragged = true;
  return true;
}

/** A finished mouse selection acts at once in link mode, for a cue, and with a label in hand. */
function afterSelecting(desk, exact) {
  const stretch = selected(desk);
  if (!stretch) return;
  desk.anchor = null;
  desk.setSelection(stretch, { shown: true });
  const word = desk.article.wordFrom(stretch[0]);
  if (desk.mode.name !== "link") desk.setCursor(word, { quiet: true });
  if (links.takeCue(desk)) return;
  if (links.isAsked(desk)) links.claim(desk, exact);
  else if (desk.armed) apply(desk, desk.armed, { exact });
}

function click(desk, event) {
  if (!document.getSelection().isCollapsed && selected(desk)) return;
  if (desk.dragged) return;
  const point = desk.view.pointFrom(event.clientX, event.clientY);
  if (point === null) return;
  desk.setSelection(null, { shown: true });
  desk.anchor = null;
  const spans = event.target.closest("mark") ? desk.store.at(point) : [];
  if (links.isAsked(desk)) return clickInLinkMode(desk, point, spans);
  if (desk.mode.name === "link") links.end(desk);
  if (spans.length && !desk.armed) return clickMark(desk, point, spans);
  clickWord(desk, point);
}

function clickInLinkMode(desk, point, spans) {
  const source = desk.store.get("span", desk.mode.source);
  const target = source && spans.find((span) => span.id !== source.id && !desk.labels.misfit(source, span));
  if (target) return links.linkTo(desk, source, target);
  desk.setCursor(desk.article.wordAt(point));
  return false;
}

/** The innermost span first; clicking the same place again goes outward, then to the bare word. */
function clickMark(desk, point, spans) {
  const again = desk.lastClick !== undefined && desk.article.wordAt(point).start === desk.lastClick;
  desk.lastClick = desk.article.wordAt(point).start;
  if (again && (desk.spanId ? spans.some(({ id }) => id === desk.spanId) : false))
    return outward(desk, point);
  desk.choose(spans[0].id, { reveal: false });
  desk.setCursor(desk.article.wordAt(point), { quiet: true });
  return true;
}

function clickWord(desk, point) {
  desk.lastClick = undefined;
  const word = desk.article.wordAt(point);
  if (desk.spanId) desk.choose(null, { quiet: true });
  desk.setCursor(word);
  if (desk.armed) {
    desk.setSelection(
      desk.armed.extent === "sentence" ? desk.article.sentenceAt(word.start) : [word.start, word.end],
      { shown: true },
    );
    apply(desk, desk.armed);
  }
}
