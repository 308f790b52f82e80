// Submitting: first everything is saved, then what is open is named, then the person decides.

import { button, byId, h } from "./dom.js";
import { countOf } from "./labels.js";
import { walk } from "./moves.js";

const PATIENCE = 8_000;

function open(desk) {
  const spans = desk.store.inOrder();
  return [
    ["span has something to answer", "spans have something to answer", (span) => desk.labels.missing(span).length > 0],
    ["span is flagged as unsure", "spans are flagged as unsure", (span) => Boolean(span.flag)],
    ["suggestion is undecided and will not count", "suggestions are undecided and will not count", (span) => span.state === "suggested"],
  ].map(([one, many, test]) => ({ n: spans.filter(test).length, one, many, test })).filter(({ n }) => n);
}

export class Submit {
  /** saved(): resolves to true when nothing waits, after trying for a while. */
  constructor(desk, saved) {
    Object.assign(this, { desk, saved });
    this.dialog = byId("submit");
    byId("submit-no").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => desk.focusText());
    byId("submit-form").addEventListener("submit", (event) => this.leave(event));
    desk.on("submit", () => this.open());
  }

  async open() {
    const { desk } = this;
    if (desk.readOnly) return desk.refuse(desk.readOnly);
    if (!(await this.saved(PATIENCE))) return desk.refuse("Some changes are not saved yet. Submit when “Saved” shows.");
    const left = open(desk);
    byId("submit-text").replaceChildren(
      h("p", {}, `${countOf(desk.store.spans.size, "span")}, ${countOf(desk.store.links.size, "link")}.`),
      left.length ? h("p", {}, "Still open:") : h("p", {}, "Nothing is open."),
      h("ul", {}, left.map((item) => h("li", {}, `${countOf(item.n, item.one, item.many)} `, button("Go there", { on: { click: () => this.go(item) } })))),
      h("p", { class: "small muted" }, "After submitting you can read your marks but not change them, until a curator or manager sends the article back."),
    );
    this.dialog.showModal();
    return true;
  }

  go({ test }) {
    const { desk } = this;
    this.dialog.close();
    desk.choose(null, { quiet: true });
    desk.setCursor(desk.article.nextWord(0), { quiet: true });
    walk(desk, 1, test);
  }

  /** Something may have been marked in another tab while the dialog was open. */
  async leave(event) {
    if (this.sure) return;
    event.preventDefault();
    if (!(await this.saved(PATIENCE))) return this.dialog.close();
    this.sure = true;
    byId("submit-form").requestSubmit();
  }
}
