// The marking page: reads its data and wires the parts together.

import { Article } from "./article.js";
import { Desk } from "./desk.js";
import { ask, byId, Live } from "./dom.js";
import { changedKeys, chordOf, Keymap } from "./keys.js";
import { Labels } from "./labels.js";
import { isAsked } from "./links.js";
import { apply, run } from "./moves.js";
import { Notices } from "./notices.js";
import { CodebookCard, Panel, Part } from "./panel.js";
import { catchUp, listen } from "./pointer.js";
import { CLOSED, csrfToken, Session } from "./session.js";
import { Store, Undo } from "./store.js";
import { Highlights, TextView } from "./text_view.js";

function buildDesk(data) {
  const root = byId("text");
  const { language, direction } = data.article;
  const article = new Article({
    texts: TextView.textsOf(root),
    sentences: data.sentences,
    regions: data.regions,
    language,
  });
  const store = new Store(article, data);
  const labels = new Labels(data.codebook);
  const view = new TextView(root, article, store, labels);
  const highlights = new Highlights(view, byId("layer"));
  const desk = new Desk({
    article,
    store,
    labels,
    view,
    highlights,
    undo: new Undo(),
    live: new Live(byId("live")),
    ask,
    direction,
  });
  desk.codebook = data.codebook.number;
  desk.urls = data.urls;
  desk.readOnly = data.read_only ? (CLOSED[data.state] ?? "This article can be read, not changed") : "";
  return desk;
}

/** The text in the page must be the stored one, to the letter, and stay so; else nothing may be marked. */
async function checkText(desk, notices, { sha256, length }) {
  desk.view.watch(() => refuseText(desk, notices));
  let same = desk.article.length === length;
  if (same && globalThis.crypto?.subtle) {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(desk.article.text));
    const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    same = hex === sha256;
  }
  if (!same) refuseText(desk, notices);
}

/** Offsets would be those of other words: nothing can be marked from here on. */
function refuseText(desk, notices) {
  if (desk.view.isLost) return;
  desk.view.isLost = true;
  desk.readOnly = "The text on this page is not the stored one";
  notices.show(
    `${desk.readOnly}: an extension or a translation may have changed it. Nothing can be marked here. Switch that off and reload.`,
    { key: "text", kind: "bad" },
  );
  desk.emit("mode");
}

function wireKeys(desk, labelKeys) {
  const keys = { map: new Keymap(labelKeys, changedKeys()) };
  desk.view.root.addEventListener("keydown", (event) => {
    const found = !event.isComposing && keys.map.find(chordOf(event));
    if (!found) return;
    event.preventDefault();
    catchUp(desk);
    run(desk, found);
  });
  return keys;
}

/** Buttons anywhere on the page: data-command, data-label, data-panel. They keep the selection. */
function wireButtons(desk) {
  const wanted = "[data-command], [data-label]";
  for (const type of ["pointerdown", "mousedown"]) {
    document.addEventListener(type, (event) => event.target.closest(wanted) && event.preventDefault());
  }
  const more = document.querySelector("details.more-acts");
  document.addEventListener("pointerdown", ({ target }) => more?.contains(target) || more?.removeAttribute("open"));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more?.open) return;
    event.preventDefault();
    event.stopPropagation();
    more.open = false;
    more.querySelector("summary").focus();
  }, true);
  document.addEventListener("click", (event) => {
    const place = event.target.closest(`${wanted}, [data-panel]`);
    if (!place) return;
    const { command, label, panel } = place.dataset;
    catchUp(desk);
    desk.drafts.flush();
    if (panel !== undefined) document.body.classList.toggle("panel-open");
    else if (label) apply(desk, desk.labels.byId.get(label), { exact: event.altKey, second: event.shiftKey });
    else run(desk, { command });
    if (command === "remove" && event.detail && !desk.span) desk.setCursor(null); // the mouse has no place
    place.closest("details.more-acts")?.removeAttribute("open");
    if (place.closest("#bar") && event.detail && !document.querySelector("dialog[open]")) desk.focusText();
  });
}

function wireBar(desk) {
  const bar = byId("bar");
  if (!bar) return;
  const draw = () => {
    for (const each of bar.querySelectorAll("[data-label]"))
      each.setAttribute("aria-pressed", String(each.dataset.label === desk.armed?.id));
    for (const each of bar.querySelectorAll('[data-command="link"]'))
      each.setAttribute("aria-pressed", String(isAsked(desk)));
    for (const redo of [false, true]) {
      for (const each of bar.querySelectorAll(`[data-command="${redo ? "redo" : "undo"}"]`))
        each.disabled = !desk.undo.next(redo);
    }
    for (const each of [bar, byId("submit-open"), byId("legend")]) each.hidden = Boolean(desk.readOnly);
  };
  desk.on("mode marks", draw);
  draw();
  measure(bar);
}

/** How high the bar is, here and at the bottom of a phone, the parts around it know by two properties. */
function measure(bar) {
  const tell = (name, { offsetHeight }) => byId("main").style.setProperty(name, `${offsetHeight}px`);
  const watcher = new ResizeObserver(() => (tell("--bar", bar), tell("--top", bar.parentElement)));
  watcher.observe(bar);
  watcher.observe(bar.parentElement);
}

function wireHistory(desk, session) {
  const fold = byId("history-part");
  const part = new Part(byId("history"), desk, session);
  const whole = session.data.urls.history;
  let url = whole; // or that of one mark, until a person closes or opens the history
  const show = () => fold.open && part.fetch(url);
  fold.querySelector(":scope > summary").addEventListener("click", () => (url = whole));
  fold.addEventListener("toggle", show); // told late, and once for closing and opening in a row
  desk.on("history", ({ id }) => {
    url = `${whole}?mark=${id}`;
    if (fold.open) show();
    else fold.open = true;
  });
  document.body.addEventListener("sm:saved", () => {
    clearTimeout(wireHistory.timer);
    wireHistory.timer = setTimeout(show, 300);
  });
}

const FIRST_THINGS = 1500; // milliseconds that belong to the text, the list and the first keys

/**
 * Parts that nobody needs at once are fetched a little later, so that they are there
 * without a connection too. `load` imports the module, `make` gives what is kept of it when it
 * is first asked for; the result is null when it could not be fetched.
 */
function later(desk, load, make) {
  let made = null;
  setTimeout(() => load().catch(() => {}), FIRST_THINGS);
  return async () => {
    try {
      made ??= make(await load());
    } catch {
      desk.refuse("This part could not be fetched. Check the connection, or reload the page.");
    }
    return made;
  };
}

/** The line of keys below the text shows those that this person has chosen. */
function drawLegend() {
  for (const [command, [chord]] of Object.entries(changedKeys())) {
    const place = document.querySelector(`#legend [data-key="${command}"] kbd`);
    if (place) place.textContent = chord.toUpperCase();
  }
}

function wireParts(desk, session, keys, labelKeys) {
  const use = (map) => {
    keys.map = map;
    drawLegend();
  };
  drawLegend();
  const help = later(
    desk,
    () => import("./help.js"),
    ({ Help }) => new Help(desk, labelKeys, use),
  );
  const submit = later(
    desk,
    () => import("./submit.js"),
    ({ Submit }) => new Submit(desk, session),
  );
  desk.on("help", async () => (await help())?.open());
  desk.on("submit", async () => (await submit())?.open());
}

function start(data) {
  const desk = buildDesk(data);
  const labelKeys = desk.labels.live.map(({ key }) => key.toLowerCase());
  const notices = new Notices(desk);
  const signIn = later(
    desk,
    () => import("./returning.js"),
    ({ SignIn }) => new SignIn({ isSignedIn: () => session.isSignedIn(), done: () => session.signedIn() }),
  );
  const session = new Session(desk, data, { notices, login: async (url) => (await signIn())?.open(url) });
  const keys = wireKeys(desk, labelKeys);
  wireButtons(desk);
  wireBar(desk);
  wireHistory(desk, session);
  wireParts(desk, session, keys, labelKeys);
  listen(desk);
  new Panel(desk);
  new CodebookCard(desk, session);
  const parts = [import("./overview.js").then(({ List, Ribbon }) => [new List(desk), new Ribbon(desk)])];
  desk.on("refusal", ({ text }) => flash(text));
  const told = byId("messages").textContent.trim();
  if (told) setTimeout(() => desk.say(told), FIRST_THINGS); // a page is read from its title on: then what led here
  if (data.held?.length) parts.push(import("./returning.js").then(({ offer }) => offer(desk, data.held, notices)));
  session.news(data.codebook_news);
  const time = { url: data.urls.time, tab: session.tab, token: csrfToken };
  if (!desk.readOnly) parts.push(import("./clock.js").then(({ keepTime }) => (desk.tellTime = keepTime(time))));
  checkText(desk, notices, data.article);
  if (!desk.readOnly && document.activeElement === document.body) desk.focusText();
  document.documentElement.dataset.ready = "marking";
  Promise.all(parts)
    .catch(() => desk.refuse("A part of this page could not be fetched. Reload it when there is a connection."))
    .finally(() => (document.documentElement.dataset.parts = "there"));
}

/** A refusal in view for a while, for those who do not hear the live region. */
function flash(text) {
  const place = byId("hint");
  place.textContent = text;
  clearTimeout(flash.timer);
  flash.timer = setTimeout(() => (place.textContent = ""), 6000);
}

start(JSON.parse(byId("marking-data").textContent));
