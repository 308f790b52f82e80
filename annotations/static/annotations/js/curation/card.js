// The card of the case in focus: what was marked by whom, what can be decided, what was.

import { button, byId, clip, h } from "../marking/dom.js";
import { quoteOf } from "../marking/labels.js";
import { answersKeptOf, askedOf, foreseen, isOpen, sameBefore } from "./board.js";

const key = (name) => h("kbd", {}, name);
const words = (span, most = 160) => h("q", { class: "serif" }, clip(quoteOf(span), most));

export class Card {
  constructor(board, { article, rules, talks, closed }) {
    Object.assign(this, { board, article, rules, talks, closed });
    this.root = byId("card");
  }

  draw() {
    const one = this.board.case();
    const draft = this.board.draft;
    const drawn = draft && JSON.stringify([draft.label, draft.fragments]);
    if (drawn && drawn === this.drawn && this.answering) return; // what somebody types stays
    this.drawn = drawn;
    const parts = (draft ? this.editor(draft) : one ? this.case(one) : this.nothing()).filter(Boolean);
    const says = draft ? null : parts.map((part) => part.outerHTML).join("");
    if (says !== null && says === this.says) return; // nothing that has the focus goes
    this.says = says;
    this.root.replaceChildren(...parts);
  }

  /** Whether the focus is on a question of the draft. */
  get answering() {
    return Boolean(document.activeElement?.closest?.("#card .attribute"));
  }

  nothing() {
    const { all, settled } = this.board.counts;
    return [
      h("h2", { id: "card-title" }, settled === all ? "Every case is settled" : "No case chosen"),
      this.board.edits.has("new") ? h("p", { class: "small decision" }, key("A"), " goes on with the span you were adding.") : null,
      h("p", { class: "small muted" }, key("J"), " goes to the next open case, ", key("A"), " adds a span, ", key("?"), " lists all keys."),
    ];
  }

  case(one) {
    const listed = this.board.listed;
    const place = listed.findIndex(({ id }) => id === one.id) + 1;
    return [
      h(
        "div",
        { class: "chosen-head" },
        h("h2", { id: "card-title" }, one.title),
        h("span", { class: "muted small" }, place ? `${place} of ${listed.length}` : ""),
      ),
      one.changed && h("p", { class: "hints small" }, "Votes have changed since this was decided."),
      ...one.flags.map(({ who, flag, note }) =>
        h("p", { class: "small flag-line" }, `⚑ ${who}`, flag && ` (${flag.replace("_", " ")})`, note && `: ${note}`),
      ),
      one.on === "link" && this.ends(one),
      one.on === "link" && this.hint(one),
      ...(one.on === "link" ? [] : this.board.broken(one.id)).map((link) => this.brokenLink(link)),
      this.variants(one),
      one.missing.length ? h("p", { class: "small muted" }, `Nothing here: ${one.missing.join(", ")}`) : null,
      this.acts(one),
      this.decision(one),
      this.begun(one),
    ];
  }

  ends(one) {
    const named = (id) => {
      const end = this.board.case(id);
      const span = end?.gold ?? end?.variants[0]?.span;
      return span ? [this.chip(span), " ", words(span, 60)] : ["?"];
    };
    return h(
      "p",
      { class: "link-ends" },
      ...named(one.source),
      " → ",
      ...named(one.target),
    );
  }

  /** A link that waits, or whose ends admit none as they were decided. */
  hint(one) {
    const problem = this.board.linkProblem(one);
    if (!problem || (one.linked && one.waits)) return null;
    const stands = one.linked ? "This link stands in the gold, but cannot any more. " : "";
    const open = this.board.openEnd(one);
    const there = open && button("Go to this end", { data: { case: open.id } });
    return h("p", { class: "hints small" }, `${stands}${problem}. `, there);
  }

  brokenLink(link) {
    const look = button("Look at it", { data: { case: link.id } });
    return h("p", { class: "hints small" }, `A link of this span cannot stand any more: ${this.board.linkProblem(link)}. `, look);
  }

  chip(span) {
    const { slot, name } = this.board.labels.of(span);
    return h("span", { class: `chip slot-${slot}` }, name);
  }

  variants(one) {
    const idle = one.on === "link" && Boolean(this.board.linkProblem(one));
    const acts = one.variants.map((variant, n) => {
      const off = [variant.before, variant.after].some(Boolean)
        ? [moved(variant.before, "at the start"), moved(variant.after, "at the end")].filter(Boolean).join(", ")
        : "";
      const same = sameBefore(one, n);
      const beside = [off, same && `the same words as ${same}, other answers`].filter(Boolean).join(" · ");
      const answers = variant.span ? Object.entries(variant.span.attributes) : [];
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "row-button variant", disabled: idle || Boolean(this.closed), data: { command: "variant", variant: n + 1 } },
          key(n + 1),
          " ",
          variant.span ? this.chip(variant.span) : null,
          " ",
          variant.span ? words(variant.span) : this.cue(variant.cue),
          h("span", { class: "muted small who" }, ` ${variant.who.join(", ")}${beside ? ` · ${beside}` : ""}`),
          ...answers.map(([name, value]) => h("span", { class: "answer small muted" }, `${this.titleOf(variant.span, name)}: ${this.answerOf(variant.span, name, value)}`)),
        ),
      );
    });
    return h("ol", { class: "variants plain", "aria-label": "Variants" }, acts);
  }

  titleOf(span, name) {
    return this.board.labels.of(span).attributes.find((one) => one.name === name)?.title ?? name;
  }

  /** The title of a choice, where a value is stored. */
  answerOf(span, name, value) {
    const asked = this.board.labels.of(span).attributes.find((one) => one.name === name);
    if (asked?.kind === "yes_no") return { true: "Yes", false: "No", yes: "Yes", no: "No" }[value] ?? value;
    return asked?.choices?.find((choice) => choice.value === value)?.title ?? value;
  }

  cue(cue) {
    return cue ? h("q", { class: "serif" }, this.article.slice(...cue)) : h("em", {}, "no cue words");
  }

  acts(one) {
    const { majority, union, intersection } = one.offers;
    const act = (name, text, chord, wanted = true) =>
      wanted ? button([key(chord), ` ${text}`], { data: { command: name } }) : null;
    const discuss = act("discuss", "Discuss", "D", this.talks && one.variants.length);
    if (this.closed)
      return h("div", { class: "case-acts" }, h("p", { class: "small muted" }, "This article is closed. Reopen it to decide anything anew."), discuss);
    const standing = one.on === "link" && !this.board.linkProblem(one);
    const agreed = standing ? Boolean(foreseen(one, "majority")) : Boolean(majority);
    const passes = one.on === "span" || this.board.mayPass(one);
    const kept = answersKeptOf(one);
    const whose = kept && `${[union && "Union", intersection && "Intersection"].filter(Boolean).join(" and ")}: the answers of ${kept} (${one.variants[kept - 1].who.join(", ")}) are kept`;
    const acts = h(
      "p",
      { class: "case-acts" },
      act("majority", majority === "nothing" ? "Majority: nothing" : "Majority", "Enter", agreed),
      act("union", "Union", "U", Boolean(union)),
      act("intersection", "Intersection", "I", Boolean(intersection)),
      act("no_span", one.on === "link" ? "No link" : "No span here", "0", passes),
      act("edit", one.on === "link" ? "Edit the cue" : "Edit", "E", one.on === "span" || standing),
      act("reason", "Reason", "N"),
      discuss,
      act("skip", "Skip", "S", isOpen(one)),
      act("left", "Leave undecided", "X", isOpen(one) && passes),
      act("link", "Link to…", "L", one.gold && this.board.labels.mayBegin(one.gold)),
      act("reopen", "Take back", "Del", one.state !== "open"),
    );
    return whose ? h("div", {}, acts, h("p", { class: "small muted" }, whose)) : acts;
  }

  why({ reason, rule, note }) {
    return [this.rules.reason(reason), rule && `rule ${rule}`, note].filter(Boolean).join(" · ");
  }

  /** What was typed or edited here and is not sent yet. */
  begun(one) {
    const { reasons, typed, edits } = this.board;
    const given = reasons.get(one.id);
    const why = given ? this.why(given) : one.state === "open" ? this.why(one) : "";
    const draft = typed.get(one.id);
    const lines = [
      why && `To be kept with the decision: ${why}`,
      draft && [key("N"), ` goes on with what you typed: ${clip(this.why(draft) || "no reason", 120)}`],
      edits.has(one.id) && [key("E"), " goes on with what you were editing."],
    ];
    const shown = lines.filter(Boolean).map((line) => h("p", { class: "small decision" }, line));
    return shown.length ? h("div", {}, shown) : null;
  }

  decision(one) {
    if (one.state === "open") return null;
    const why = this.why(one);
    const made = one.gold
      ? [this.chip(one.gold), " ", words(one.gold)]
      : [one.linked ? this.linked(one) : one.state === "undecided" ? "Left undecided" : one.on === "link" ? "No link" : "No span here"];
    return h(
      "div",
      { class: "decision" },
      h("h3", {}, `${one.choice_title}${one.by ? ` · ${one.by}` : ""}`),
      h("p", {}, ...made),
      this.questions(one),
      why ? h("p", { class: "small" }, why) : null,
      one.linked && one.link ? h("p", { class: "small" }, h("a", { href: this.rules.linkCustody(one.link) }, "Chain of custody")) : null,
      one.gold?.id ? h("p", { class: "small" }, h("a", { href: this.rules.custody(one.gold.id) }, "Chain of custody")) : null,
    );
  }

  /** What the gold of a case leaves open of what its label must be told, and the way to it. */
  questions(one) {
    const missing = one.gold ? this.board.labels.missing(one.gold) : [];
    if (!missing.length) return null;
    const there = this.closed ? null : button([key("T"), " Answer"], { data: { command: "ask" } });
    return h("p", { class: "to-answer small" }, `${askedOf(missing)} `, there);
  }

  linked({ cue }) {
    return cue ? h("span", {}, "Linked by ", h("q", { class: "serif" }, this.article.slice(...cue))) : "Linked, without cue words";
  }

  // --- editing ------------------------------------------------------------------------------------

  editor(draft) {
    if (draft.cue) return this.cueEditor(draft);
    const label = this.board.labels.of(draft);
    const labels = [...this.board.labels.live, this.board.labels.extent];
    return [
      h("h2", { id: "card-title" }, draft.adding ? "Add a span" : "Edit"),
      h("p", { class: "chosen-quote" }, words(draft, 300)),
      h(
        "p",
        { class: "case-acts", "aria-label": "Label" },
        labels.map((each) =>
          button([key(each.key ? each.key : "X"), ` ${each.name}`], {
            data: { command: "label", key: each.key ?? "" },
            "aria-pressed": String(each.id === label.id && (draft.label !== undefined)),
          }),
        ),
      ),
      this.edges(),
      label.fragments && draft.label !== undefined ? this.parts(draft) : null,
      ...this.fields(draft),
      this.keeping(),
    ];
  }

  cueEditor(draft) {
    const said = draft.fragments.length ? words(draft, 300) : h("em", {}, "no cue words");
    return [
      h("h2", { id: "card-title" }, "Edit the cue words"),
      this.ends(this.board.case()),
      h("p", { class: "chosen-quote" }, said),
      this.edges(),
      h("p", { class: "case-acts" }, button([key("Del"), " No cue words"], { data: { command: "shorten" } })),
      this.keeping(),
    ];
  }

  edges() {
    const nudge = (text, name, side, direction) =>
      button(text, { data: { command: "nudge", side, direction }, "aria-label": name });
    return h(
      "p",
      { class: "case-acts" },
      "Start ",
      nudge("−", "Start one word in", "start", 1),
      nudge("+", "Start one word out", "start", -1),
      " End ",
      nudge("−", "End one word in", "end", -1),
      nudge("+", "End one word out", "end", 1),
    );
  }

  parts(draft) {
    return h(
      "p",
      { class: "case-acts" },
      button([key("F"), " One more part"], { data: { command: "fragment" } }),
      draft.fragments.length > 1 ? button([key("Del"), " Last part away"], { data: { command: "shorten" } }) : null,
    );
  }

  keeping() {
    return h(
      "p",
      { class: "case-acts" },
      button([key("Enter"), " Keep"], { data: { command: "keep" } }),
      button([key("Esc"), " Leave"], { quiet: true, data: { command: "leave" } }),
    );
  }

  firstField({ missing = false } = {}) {
    const fields = ".attribute :is(select, input)";
    return (missing && this.root.querySelector(`.missing${fields}`)) || this.root.querySelector(fields);
  }

  fields(draft) {
    if (draft.label === undefined) return [];
    return this.board.labels.attributesOf(draft).map((attribute) => {
      const { name, title, kind, required } = attribute;
      const id = `answer-${name}`;
      const value = draft.attributes[name] ?? "";
      const open = h("span", { class: "to-answer", hidden: Boolean(value) }, " to answer");
      const keep = ({ target }) => {
        draft.attributes = { ...draft.attributes, [name]: target.value };
        open.hidden = Boolean(target.value);
      };
      const choices = kind === "yes_no" ? [{ value: "yes", title: "Yes" }, { value: "no", title: "No" }] : attribute.choices;
      const control =
        kind === "choice" || kind === "yes_no"
          ? h(
              "select",
              { id, on: { change: keep } },
              [{ value: "", title: "–" }, ...choices.filter((choice) => !choice.archived)].map((choice) =>
                h("option", { value: choice.value, selected: choice.value === value }, choice.title),
              ),
            )
          : h("input", { id, value, on: { input: keep } });
      const missing = required && !value ? " missing" : "";
      return h("p", { class: `attribute${missing}` }, h("label", { for: id }, title, required && open), " ", control);
    });
  }
}

/** "8 characters more at the end": beside what most of them took. */
const moved = (n, where) => (n ? `${Math.abs(n)} character${Math.abs(n) === 1 ? "" : "s"} ${n > 0 ? "more" : "fewer"} ${where}` : "");
