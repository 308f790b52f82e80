// The adjudication page: reads its data and wires the parts together.

import { Article } from "../marking/article.js";
import { betweenClicks, button, byId, clip, h, Live } from "../marking/dom.js";
import { chordOf } from "../marking/keys.js";
import { Labels } from "../marking/labels.js";
import { SignIn } from "../marking/returning.js";
import { Highlights, TextView } from "../marking/text_view.js";
import { run, settle } from "./acts.js";
import { Board, progressOf } from "./board.js";
import { Card } from "./card.js";
import { Dialogs } from "./dialogs.js";
import { draftsOf } from "./drafts.js";
import { find } from "./keys.js";
import { Undo } from "./rulings.js";
import { Session } from "./session.js";

const PATIENCE = 8_000; // milliseconds for decisions to be saved before the article is closed

function buildDesk(data) {
  const root = byId("text");
  const { language } = data.article;
  const texts = TextView.textsOf(root);
  const article = new Article({ texts, sentences: data.sentences, regions: data.regions, language });
  const labels = new Labels(data.codebook);
  const board = new Board(article, labels, data, draftsOf(tabStorage(), `${data.user} gold ${data.assignment}`));
  const view = new TextView(root, article, board, { of: ({ look }) => look });
  const dialogs = new Dialogs(data, labels);
  const rules = {
    reason: (value) => dialogs.titleOf(value),
    custody: (id) => data.urls.custody.replace(data.assignment, id),
    linkCustody: (id) => data.urls.link_custody.replace(data.assignment, id),
  };
  const card = new Card(board, { article, rules, talks: Boolean(data.urls.discuss), closed: data.state !== "open" });
  const highlights = new Highlights(view, byId("layer"));
  return { data, root, article, labels, board, view, dialogs, card, highlights, undo: new Undo(), live: new Live(byId("live")) };
}

/** Null where the browser forbids it. */
function tabStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

/** The text's part of the browser's selection as code points; null when it has none. */
function selected(view) {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(view.root)) return null;
  const start = view.pointOf(range.startContainer, range.startOffset);
  const end = view.pointOf(range.endContainer, range.endOffset);
  return start < end ? [start, end] : null;
}

function wireDesk(desk) {
  const { board, view, card, live, root } = desk;
  const drawCard = betweenClicks(byId("card"), () => card.draw());
  const drawCases = betweenClicks(byId("cases"), () => drawList(desk));
  desk.say = (text) => live.say(text);
  desk.refuse = (text) => (flash(text), live.say(text));
  desk.selected = () => selected(view);
  desk.reveal = (start, end) => view.reveal(start, end);
  desk.paint = (blocks) => {
    view.paint(blocks ?? board.article.blocks.keys());
    showCurrent(desk);
    drawCard();
    drawCases();
    drawProgress(desk);
  };
  desk.goTo = (id, said = "") => {
    const left = board.blocksOfCase(board.case());
    const kept = board.putAway() && "What you were editing is kept";
    board.current = id;
    desk.paint(new Set([...left, ...board.blocksOfCase(board.case())]));
    const one = board.case();
    view.reveal(one.start, one.end);
    live.say([said, kept, spoken(desk, one)].filter(Boolean).join(". "));
  };
  desk.done = () =>
    notice(desk, "Every case of this article is settled.", "good", [
      ["Close it…", () => byId("close-dialog").showModal()],
      ["Next article", () => window.location.assign(`${desk.data.urls.next}?after=${desk.data.article.id}`)],
    ]);
  desk.warnOf = (link) =>
    notice(desk, `A link cannot stand any more: ${board.linkProblem(link)}. The article cannot be closed until that is decided.`, "warn", [
      ["Look at it", () => desk.goTo(link.id)],
      ["Read", () => {}],
    ]);
  desk.focusText = () => root.focus({ preventScroll: true });
}

/** "Different label, 2 of 27: alleged strike. 1: Allegation, Bob. 2: Characterization, Carol" */
function spoken({ board, labels }, one) {
  const listed = board.listed;
  const at = listed.findIndex(({ id }) => id === one.id) + 1;
  const variants = one.variants.map(
    ({ span, who }, n) => `${n + 1}: ${span ? `${labels.of(span).name}, ` : ""}${who.join(" and ")}`,
  );
  const missing = one.missing.length ? [`nothing: ${one.missing.join(" and ")}`] : [];
  const state = one.state === "open" ? [] : [one.choice_title];
  const words = clip(board.article.slice(one.start, one.end), 60);
  return [`${one.title}, ${at} of ${listed.length}: ${words}`, ...state, ...variants, ...missing].join(". ");
}

function showCurrent({ board, view, highlights }) {
  const one = board.case();
  view.showChosen(board.current && !board.draft?.adding ? board.current : null);
  const ends = one?.on === "link" ? [one.source, one.target].map((id) => board.case(id)).filter(Boolean) : [];
  highlights.show("target", ends.map((end) => [end.start, end.end]));
  const cues = one?.on === "link" ? [one.cue, ...one.variants.map(({ cue }) => cue)].filter(Boolean) : [];
  highlights.show("cue", cues);
  highlights.show("pending", board.draft ? board.draft.fragments.map(({ start, end }) => [start, end]) : []);
}

/** Rows that say the same as before are kept: a long article has hundreds. */
function drawList({ board, article }) {
  const list = byId("cases");
  byId("n-cases").textContent = board.listed.length;
  const known = drawList.rows ?? new Map();
  const broken = new Set(board.broken());
  drawList.rows = new Map(board.listed.map((one) => [one.id, keptRow(known.get(one.id), board, article, one, broken.has(one))]));
  const rows = [...drawList.rows.values()].map(({ row }) => row);
  if (rows.length !== list.children.length || rows.some((row, i) => row !== list.children[i])) list.replaceChildren(...rows);
  list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function keptRow(known, board, article, one, broken) {
  const says = [broken, isUnanswered(board, one), one.title, one.state, one.choice_title, one.changed, one.flags.length, one.start, one.end, one.id === board.current].join("|");
  return known?.says === says ? known : { says, row: rowOf(board, article, one, broken) };
}

const isUnanswered = ({ labels }, one) => Boolean(one.gold && labels.missing(one.gold).length);

function rowOf(board, article, one, broken) {
  const kind = h("span", { class: `case-kind ${one.state}` }, one.title);
  const flag = one.flags.length ? [" ", h("span", { class: "flagged", title: "Flagged" }, "⚑")] : [];
  const changed = one.changed ? [" ", h("span", { class: "changed" }, "votes changed")] : [];
  if (isUnanswered(board, one)) changed.push(" ", h("span", { class: "changed" }, "to answer"));
  if (broken) changed.push(" ", h("span", { class: "changed" }, "cannot stand"));
  const words = h("span", { class: "case-words" }, ` ${clip(article.slice(one.start, one.end), 70)}`);
  const made = one.state === "open" ? [] : [" ", h("span", { class: "muted small" }, one.choice_title)];
  const current = one.id === board.current ? "true" : null;
  const row = button([kind, ...flag, ...changed, words, ...made], { data: { case: one.id }, "aria-current": current });
  row.className = "row-button";
  return h("li", {}, row);
}

function drawProgress({ board }) {
  const { all, settled, changed } = board.counts;
  byId("progress").textContent = progressOf(board.counts);
  const left = all - settled;
  byId("close-open").hidden = !left;
  byId("close-left").textContent = left === 1 ? "1 case is still open." : `${left} cases are still open.`;
  byId("leave-words").textContent = left === 1 ? "Leave it undecided: nothing of it is in the gold" : "Leave them undecided: nothing of them is in the gold";
  byId("leave-open").required = left > 0;
  const unanswered = board.unanswered;
  byId("close-unanswered").hidden = !unanswered.length;
  byId("leave-unanswered").required = unanswered.length > 0;
  byId("close-asked").textContent = unanswered.length === 1 ? "1 gold span misses a required answer. " : `${unanswered.length} gold spans miss a required answer. `;
  byId("first-asked").dataset.case = unanswered[0]?.id ?? "";
  const broken = board.broken().length;
  byId("close-broken").hidden = !broken;
  byId("close-broken").textContent = `${broken === 1 ? "1 link" : `${broken} links`} cannot stand as the ends are decided now. Decide on ${broken === 1 ? "it" : "them"} first.`;
  byId("close-now").disabled = broken > 0;
  byId("close-changed").hidden = !changed;
  byId("close-changed").textContent = `${changed === 1 ? "In 1 settled case" : `In ${changed} settled cases`} votes have changed since; it stands as it was settled.`;
}

function wireKeys(desk) {
  const labelKeys = desk.labels.live.map(({ key }) => key.toLowerCase());
  desk.root.addEventListener("keydown", (event) => {
    const editing = Boolean(desk.board.draft);
    const found = !event.isComposing && find(chordOf(event), { editing, labelKeys });
    if (!found) return;
    event.preventDefault();
    run(desk, found);
  });
}

/** Buttons act as keys do, and leave focus and selection in the text. */
function wireButtons(desk) {
  const wanted = "[data-command]";
  document.addEventListener("mousedown", (event) => event.target.closest(wanted) && event.preventDefault());
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-case]");
    if (row) {
      event.preventDefault();
      row.closest("dialog")?.close();
      desk.goTo(row.dataset.case);
      return desk.focusText();
    }
    const place = event.target.closest(wanted);
    if (!place) return;
    run(desk, { ...place.dataset });
    if (!document.querySelector("dialog[open]") && place.dataset.command !== "ask") desk.focusText();
  });
  desk.root.addEventListener("click", (event) => clickMark(desk, event));
  byId("card").addEventListener("keydown", (event) => {
    if (!desk.board.draft || !event.target.closest(".attribute") || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    desk.focusText();
  });
}

/** The article is closed with every decision that was made here: those on their way go first. */
function wireClosing({ session, refuse }) {
  const dialog = byId("close-dialog");
  const form = dialog.querySelector("form");
  let waits = false;
  form.addEventListener("submit", async (event) => {
    if (!session.outbox.size) return;
    event.preventDefault();
    if (waits) return;
    waits = true;
    const sent = await session.sync.sent(PATIENCE);
    waits = false;
    if (sent) return form.requestSubmit();
    dialog.close();
    refuse("Some decisions are not saved yet. Close the article when “Saved” shows.");
  });
}

/** A click on a mark goes to its case, the innermost first; again, to the next one out. */
function clickMark(desk, event) {
  const mark = event.target.closest("mark");
  if (!mark || !document.getSelection().isCollapsed || desk.board.draft) return;
  const ids = [...new Set(mark.dataset.i.split(" ").reverse())].filter((id) => desk.board.case(id));
  if (!ids.length) return;
  desk.goTo(ids[(ids.indexOf(desk.board.current) + 1) % ids.length]);
}

function notice(desk, text, kind = "warn", acts = [["Read", () => {}]]) {
  const place = byId("notices");
  if ([...place.children].some((other) => other.dataset.says === text)) return;
  const shown = h("div", { class: `alert ${kind}`, role: "alert", data: { says: text } }, h("p", {}, text));
  const buttons = acts.map(([name, act]) =>
    button(name, { on: { click: () => (act(), shown.remove(), desk.focusText()) } }),
  );
  shown.append(h("p", { class: "row" }, buttons));
  place.replaceChildren(...[...place.children].slice(-4), shown);
}

/** A refused ruling: what was meant, what stands; it stays until it is read. */
function tellRefusal(desk, { status, message, id, theirs }) {
  const one = id && desk.board.case(id);
  const words = one ? `“${clip(desk.article.slice(one.start, one.end), 60)}”: ` : "";
  const stands = theirs && theirs.state !== "open" ? ` It stands: ${theirs.choice_title}, by ${theirs.by}.` : "";
  const acts = one ? [["Look at it", () => desk.goTo(id)], ["Read", () => {}]] : [["Read", () => {}]];
  notice(desk, `${words}${message ?? "Not saved."}${stands}`, status === "invalid" ? "bad" : "warn", acts);
  desk.say(message ?? "Not saved");
}

/** The text in the page must be the stored one, to the letter; else nothing may be decided. */
async function checkText(desk, { sha256, length }) {
  let same = desk.article.length === length;
  if (same && globalThis.crypto?.subtle) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(desk.article.text));
    same = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
  }
  if (same) return;
  desk.session.readOnly = true;
  notice(desk, "The text on this page is not the stored one: an extension or a translation may have changed it. Nothing can be decided here. Switch that off and reload.", "bad");
}

function flash(text) {
  const place = byId("hint");
  place.textContent = text;
  clearTimeout(flash.timer);
  flash.timer = setTimeout(() => (place.textContent = ""), 6000);
}

function start(data) {
  const desk = buildDesk(data);
  wireDesk(desk);
  const signIn = new SignIn({ isSignedIn: () => desk.session.isSignedIn(), done: () => desk.session.signedIn() });
  desk.session = new Session(desk.board, desk.undo, data, {
    painted: (blocks) => (blocks === null || blocks.size ? desk.paint(blocks) : desk.view.refreshUnsaved(desk.board.article.blocks.keys())),
    notice: (told) => tellRefusal(desk, told),
    closed: () => notice(desk, "The adjudication of this article was closed meanwhile."),
    login: (url) => signIn.open(url),
    said: (text) => desk.say(text),
  });
  wireKeys(desk);
  wireButtons(desk);
  wireClosing(desk);
  window.addEventListener("pagehide", () => desk.board.draft && desk.board.putAway());
  const first = desk.board.case() ?? desk.board.next();
  if (first) {
    desk.board.current = first.id;
    desk.paint(null);
    desk.view.reveal(first.start, first.end);
  } else desk.paint(null);
  if (document.activeElement === document.body) desk.focusText();
  checkText(desk, data.article);
  const alike = data.unanimous && data.all_in && data.state === "open";
  Promise.resolve(alike && settle(desk)).finally(() => (document.documentElement.dataset.ready = "curation"));
}

start(JSON.parse(byId("curation-data").textContent));
