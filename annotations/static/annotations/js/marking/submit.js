// Submitting: first everything is saved, then what is open is named, then the person decides.

import { button, byId, h } from "./dom.js";
import { countOf } from "./labels.js";
import { walk } from "./moves.js";

const PATIENCE = 8_000;
const TOLD = 1_000; // milliseconds for the time spent to reach the server

const QUESTIONS = [
  [
    "span has an unanswered question",
    "spans have an unanswered question",
    (desk, span) => desk.labels.missing(span).length > 0,
  ],
  ["span is flagged as unsure", "spans are flagged as unsure", (desk, span) => Boolean(span.flag)],
  [
    "suggestion is undecided and will not count",
    "suggestions are undecided and will not count",
    (desk, span) => span.state === "suggested",
  ],
];

/** What a person may want to see to before submitting: {n, one, many, test}. */
function open(desk) {
  const spans = desk.store.inOrder();
  return QUESTIONS.map(([one, many, test]) => ({
    n: spans.filter((span) => test(desk, span)).length,
    one,
    many,
    test,
  })).filter(({ n }) => n);
}

export class Submit {
  constructor(desk, session) {
    Object.assign(this, { desk, session });
    this.dialog = byId("submit");
    byId("submit-no").addEventListener("click", () => this.close());
    this.dialog.addEventListener("close", () => document.activeElement === this.from && desk.focusText());
    byId("submit-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  async open() {
    const { desk } = this;
    if (desk.readOnly) return desk.refuse(desk.readOnly);
    if (!(await this.session.saved(PATIENCE)))
      return desk.refuse("Some changes are not saved yet. Submit when “Saved” shows.");
    const left = open(desk);
    const there = (item) => button("Go there", { on: { click: () => this.go(item) } });
    const rows = left.map((item) => h("li", {}, `${countOf(item.n, item.one, item.many)} `, there(item)));
    byId("submit-problem").textContent = "";
    byId("submit-text").replaceChildren(
      h("p", {}, `${countOf(desk.store.spans.size, "span")}, ${countOf(desk.store.links.size, "link")}.`),
      left.length ? h("p", {}, "Still open:") : h("p", {}, "Nothing is open."),
      ...(left.length ? [h("ul", { class: "open-questions" }, rows)] : []),
      h(
        "p",
        { class: "small muted" },
        "After submitting you can read your marks but not change them, until a curator or manager sends the article back.",
      ),
    );
    this.from = document.activeElement; // the browser gives it the focus back
    this.dialog.showModal();
    byId(left.length ? "submit-no" : "submit-yes").focus();
    return true;
  }

  /** The browser tells of it later, when the next key may have gone somewhere already. */
  close() {
    this.dialog.close();
    this.desk.focusText();
  }

  go({ test }) {
    const { desk } = this;
    this.close();
    desk.choose(null, { quiet: true });
    desk.setCursor(desk.article.nextWord(0), { quiet: true });
    walk(desk, 1, (span) => test(desk, span));
  }

  /** Submits exactly the revision that this page shows. */
  async send() {
    const { session, desk } = this;
    const saved = await session.saved(PATIENCE);
    const told = new Promise((resolve) => setTimeout(resolve, TOLD));
    await Promise.race([desk.tellTime?.(), told]);
    const { sync, data } = session;
    const body = JSON.stringify({ confirm: true, rev: sync.rev });
    const response = saved && (await sync.ask(data.urls.submit, { method: "POST", body }));
    const reply = response ? await response.json().catch(() => ({})) : {};
    if (response?.ok) return location.assign(reply.next ?? data.urls.next);
    byId("submit-problem").textContent =
      reply.message ?? "The server did not answer. Nothing was submitted; try again.";
    return sync.pull();
  }
}
