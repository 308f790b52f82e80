// What the card of the chosen span shows, part by part.

import { button, clip, h } from "./dom.js";
import { entityField } from "./entities.js";
import { attributeFields } from "./fields.js";
import { nameOf, quoteOf } from "./labels.js";
import { chooseLink, linkTo, setCue } from "./links.js";
import { setFields } from "./marks.js";
import { FLAGS, run } from "./moves.js";

/** The parts of the card, top to bottom. */
export function card(desk, span) {
  const label = desk.labels.of(span);
  const open = !desk.readOnly;
  return [
    h(
      "header",
      { class: "chosen-head" },
      h("h2", { class: `chip slot-${label.slot}` }, label.name),
      h("abbr", { class: "small muted", title: `In the text, ${label.tag} above a word: ${label.name}` }, label.tag),
      span.state === "suggested" && h("span", { class: "badge" }, "suggestion"),
      open &&
        button(span.state === "suggested" ? "Reject" : "Remove", {
          quiet: true,
          data: { command: "remove", k: "remove" },
        }),
      open && span.state === "suggested" && button("Accept", { data: { command: "replace", k: "accept" } }),
    ),
    h(
      "blockquote",
      { class: "chosen-quote", dir: desk.direction, lang: desk.article.language },
      clip(quoteOf(span), 220),
    ),
    around(desk),
    hintList(desk, span),
    desk.mode.name === "link" ? linking(desk) : null,
    open && ends(desk),
    ...attributeFields(desk, span, entityField),
    linkList(desk, span),
    flag(desk, span),
    note(desk, span),
    button("History of this span", {
      quiet: true,
      data: { k: "history" },
      on: { click: () => desk.emit("history", { id: span.id }) },
    }),
  ].filter(Boolean);
}

/** Spans under the cursor, inner first. */
export function spansHere(desk) {
  const { span, cursor, store } = desk;
  return span ? store.at(cursor?.start ?? span.fragments[0].start) : [];
}

/** The spans at this place, when there are several. */
function around(desk) {
  const here = spansHere(desk);
  if (here.length < 2) return null;
  return h(
    "div",
    { class: "here", role: "group", "aria-label": "Spans at this place, inner first" },
    h("span", { class: "small muted" }, "Marks here:"),
    here.map((span) =>
      button(desk.labels.of(span).name, {
        class: `button little slot-${desk.labels.of(span).slot}`,
        "aria-pressed": String(span.id === desk.spanId),
        title: clip(quoteOf(span), 120),
        data: { k: `here ${span.id}` },
        on: { click: () => desk.choose(span.id, { reveal: false }) },
      }),
    ),
  );
}

/** A whole row to press: the span's label and words, and what more is to be said. */
export function rowButton(labels, span, props, ...more) {
  const { name, slot } = labels.of(span);
  const words = ` ${clip(quoteOf(span), 70)}`;
  const parts = [h("span", { class: "chip" }, name), words, ...more];
  return h("button", { type: "button", class: `row-button slot-${slot}`, ...props }, ...parts);
}

function hintList(desk, span) {
  const hints = desk.hints.get(span.id) ?? [];
  if (!hints.length) return null;
  return h(
    "ul",
    { class: "hints", "aria-label": "Hints" },
    hints.map(({ rule, message }) =>
      h(
        "li",
        {},
        button(rule, {
          class: "link",
          title: `Rule ${rule} in the codebook`,
          data: { k: `rule ${rule}` },
          on: { click: () => desk.emit("rule", { rule }) },
        }),
        ` ${message}`,
      ),
    ),
  );
}

/** The buttons that move the ends of a span, as [title, said, [[command, arrow, said]]]: an arrow points where the end goes. */
export function endsOf(direction) {
  const pair = (earlier, later) => {
    const sides = [
      [earlier, "earlier"],
      [later, "later"],
    ];
    if (direction === "rtl") sides.reverse();
    return sides.map(([command, said], i) => [command, "←→"[i], said]);
  };
  return [
    ["Start", "Start one word", pair("start-out", "start-in")],
    ["End", "End one word", pair("end-in", "end-out")],
  ];
}

function ends(desk) {
  const end = (title, word, commands) =>
    h(
      "span",
      { class: "end", role: "group", "aria-label": title },
      h("span", { class: "small muted" }, title),
      commands.map(([command, sign, text]) =>
        button(sign, {
          "aria-label": `${word} ${text}`,
          title: `${word} ${text}`,
          data: { command, k: command },
        }),
      ),
    );
  return h(
    "div",
    { class: "ends" },
    endsOf(desk.direction).map((each) => end(...each)),
  );
}

function linking(desk) {
  const { candidates = [] } = desk.mode;
  const source = desk.store.get("span", desk.mode.source);
  return h(
    "div",
    { class: "linking" },
    h(
      "p",
      {},
      ...linkingInWords(desk),
    ),
    h(
      "ol",
      { class: "candidates" },
      candidates.map((span) =>
        h(
          "li",
          {},
          rowButton(desk.labels, span, {
            data: { k: `candidate ${span.id}` },
            on: { click: () => linkTo(desk, source, span) },
          }),
        ),
      ),
    ),
    h(
      "p",
      { class: "buttons" },
      desk.mode.soft && button("Link another", { data: { command: "link", k: "again" } }),
      button("Choose cue words", { data: { command: "cue", k: "cue" } }),
      button("Done", { data: { command: "leave", k: "leave" } }),
    ),
  );
}

/** What to do next, by what has been done. */
function linkingInWords({ mode, store, labels }) {
  const { candidates = [], made = [], cueFor } = mode;
  if (cueFor) return [h("strong", {}, "Cue words. "), "Select the words that tie the source to what it answers for."];
  const link = store.get("link", made.at(-1) ?? "");
  const claim = link && store.get("span", link.target);
  const head = claim ? `Linked to ${nameOf(labels, claim, 30)}. ` : "Link to a claim. ";
  const more = claim && mode.soft ? "Is there another? Press L, then select it" : "Select it";
  const listed = candidates.length ? ", click its mark, or take one by number:" : " or click its mark.";
  return [h("strong", {}, head), more, listed];
}

function linkList(desk, span) {
  const links = desk.store
    .linksOf(span.id)
    .filter(({ source, target }) => desk.store.get("span", source) && desk.store.get("span", target));
  const source = desk.labels.mayBegin(span);
  const linking = desk.mode.name === "link";
  if (!links.length && (!source || linking)) return null;
  const begin =
    source &&
    !desk.readOnly &&
    !linking &&
    button("Link to a claim", { data: { command: "link", k: "link" } });
  return h(
    "div",
    { class: "links" },
    h("h3", {}, source ? "Answers for" : "Source"),
    h(
      "ul",
      {},
      links.map((link) => linkRow(desk, span, link)),
    ),
    begin,
  );
}

function linkRow(desk, span, link) {
  const other = desk.store.get("span", link.source === span.id ? link.target : link.source);
  const on = link.id === desk.linkId;
  const act = (text, k, click) =>
    button(text, { quiet: true, data: { k: `${k} ${link.id}` }, on: { click } });
  return h(
    "li",
    {},
    rowButton(
      desk.labels,
      other,
      {
        "aria-pressed": String(on),
        data: { k: `link ${link.id}` },
        on: { click: () => chooseLink(desk, on ? null : link.id) },
      },
      h("span", { class: "cue muted" }, link.cue ? ` cue: ${clip(link.cue.quote, 40)}` : " no cue"),
    ),
    on &&
      h(
        "p",
        { class: "link-acts" },
        act("Go there", "goto", () => desk.choose(other.id)),
        !desk.readOnly &&
          act("New cue words", "newcue", () => (run(desk, { command: "cue" }), desk.focusText())),
        !desk.readOnly && link.cue && act("No cue", "nocue", () => setCue(desk, link, null)),
        !desk.readOnly && act("Remove link", "unlink", () => run(desk, { command: "remove" })),
      ),
  );
}

function flag(desk, span) {
  if (desk.readOnly && !span.flag) return null;
  const asking = desk.mode.name === "flag";
  const set = (value, title) => () => {
    if (asking) desk.setMode({ name: "" });
    const off = span.flag === value;
    setFields(
      desk,
      span,
      { flag: off ? "" : value },
      off ? "Flag removed" : `Flagged: ${title.toLowerCase()}`,
    );
  };
  return h(
    "div",
    { class: `flag${asking ? " asking" : ""}`, role: "group", "aria-label": "Unsure about" },
    h("h3", {}, "Unsure about"),
    FLAGS.map(([value, title], i) =>
      button(asking ? `${i + 1} ${title}` : title, {
        "aria-pressed": String(span.flag === value),
        disabled: Boolean(desk.readOnly),
        data: { k: `flag ${value}` },
        on: { click: set(value, title) },
      }),
    ),
  );
}

function note(desk, span) {
  if (desk.readOnly)
    return span.note
      ? h("div", { class: "note" }, h("h3", {}, "Note"), h("p", { class: "pre" }, span.note))
      : null;
  const area = h("textarea", {
    id: "note",
    rows: "2",
    maxlength: "5000",
    data: { k: "note" },
    value: span.note,
  });
  const stored = () => desk.store.get("span", span.id)?.note;
  const differs = () => !desk.readOnly && stored() !== undefined && stored() !== area.value;
  const keep = (how) => {
    const joins = draft.visit();
    setFields(desk, span, { note: area.value }, area.value ? "Note saved" : "Note removed", [], { ...how, joins });
    area.dataset.was = area.value;
  };
  const draft = desk.drafts.watch(area, { key: `${span.id} note`, differs, keep: () => keep({ quiet: true }) });
  const save = () => {
    if (differs()) keep();
    draft.done();
  };
  area.addEventListener("change", save);
  area.addEventListener("blur", () => setTimeout(() => area.isConnected && save()));
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    save();
    desk.focusText();
  });
  return h("div", { class: "note" }, h("label", { for: "note" }, "Note"), area);
}
