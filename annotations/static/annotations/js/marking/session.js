// Joins the desk to the server and to other tabs: outbox, sending, taking in, what is shown of it.

import { afterPaint, byId, h } from "./dom.js";
import { countOf } from "./labels.js";
import { Channel, Outbox, Shelf } from "./outbox.js";
import { marksFile, saveFile } from "./rescue.js";
import { newId, replay } from "./store.js";
import { settle, Sync, takeIn } from "./sync.js";

const TOLD = "sourcemark.codebook";
const AWAY = 10_000; // hidden for longer than this: ask for news on return

/** Why nothing can be changed, by the state that says so. */
export const CLOSED = {
  submitted: "This article has been submitted: it can be read, not changed",
  withdrawn: "This article is no longer assigned to you",
};

/** The token of the moment: it changes with every sign-in, so it is read for each request. */
export function csrfToken() {
  return (
    /(?:^|; )csrftoken=([^;]+)/u.exec(document.cookie)?.[1] ??
    document.querySelector("[name=csrfmiddlewaretoken]")?.value ??
    ""
  );
}

export class Session {
  constructor(desk, data, { notices, login }) {
    Object.assign(this, { desk, data, notices, login });
    this.tab = newId();
    const name = `${data.user} ${data.assignment}`;
    this.outbox = new Outbox(new Shelf(name));
    this.sync = new Sync({
      outbox: this.outbox,
      url: data.urls.ops,
      name,
      rev: data.rev,
      token: csrfToken,
      head: { tab: this.tab, assignment: data.assignment },
      hooks: {
        answered: (records, reply) => (
          this.answered(records, reply),
          this.channel.post("answered", { records, reply })
        ),
        changed: (reply) => this.changed(reply),
        refreshed: (news) => this.refreshed(news),
        status: () => this.status(),
        login: (url) => (this.status(), login(url || data.urls.login)),
        refused: (status, message) => this.refused(status, message),
      },
    });
    notices.remember(name);
    this.channel = new Channel(name, {
      made: ({ records, follows }) => this.madeElsewhere(records, follows),
      answered: ({ records, reply }) => this.answered(records, reply, true),
      in: () => this.sync.trouble === "login" && this.signedIn(),
    });
    desk.send = (records, follows) => this.send(records, follows);
    desk.on("status", () => this.status());
    this.listen();
    this.sync.kick();
    this.sync.catchUp();
  }

  listen() {
    window.addEventListener("online", () => (this.status(), this.sync.online()));
    window.addEventListener("offline", () => this.status());
    window.addEventListener("beforeunload", (event) => {
      this.desk.drafts.flush();
      if (this.outbox.size || this.desk.drafts.size) event.preventDefault();
      this.sync.left();
    });
    window.addEventListener("pagehide", () => (this.desk.drafts.flush({ all: true }), this.sync.lastWord()));
    window.addEventListener("pageshow", (event) => event.persisted && this.comeBack());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.goAway();
      else if (Date.now() - (this.leftAt ?? Date.now()) > AWAY) this.comeBack();
    });
  }

  /** Out of sight a page may be ended without a word: what is typed is stored and sent. */
  goAway() {
    this.leftAt = Date.now();
    this.desk.drafts.flush();
    this.sync.lastWord();
  }

  /** After the back button or a long absence: news first, edits after. */
  async comeBack() {
    this.desk.busy = "One moment: fetching what changed meanwhile";
    await Promise.race([this.sync.pull(), new Promise((resolve) => setTimeout(resolve, 3000))]);
    this.desk.busy = "";
    this.sync.kick();
  }

  send(records, follows) {
    const stamped = this.outbox.add(records);
    this.outbox.writes.then(
      () => !this.outbox.broken && this.channel.post("made", { records: stamped, follows }),
    );
    this.status();
    if (this.sync.trouble !== "login") afterPaint(() => this.sync.kick());
  }

  /** Not while somebody drags a selection: painting would cut it short. */
  calmly(act) {
    if (this.desk.down) setTimeout(() => this.calmly(act), 60);
    else act();
  }

  madeElsewhere(records, follows) {
    this.outbox.learn(records);
    this.calmly(() => this.desk.painted(replay(this.desk.store, records, follows)));
    this.status();
  }

  refreshed({ found, missing }) {
    const { desk } = this;
    if (found.length) this.calmly(() => desk.painted(replay(desk.store, found)));
    for (const { id } of missing) desk.store.expect(id, -1);
    if (missing.length) this.sync.pull(0); // their answers went to another tab
  }

  answered(records, reply, elsewhere = false) {
    const { desk, outbox, sync } = this;
    const late = reply.state === "withdrawn" && reply.results.some(({ status }) => status === "held");
    const file = late ? marksFile(desk, this.data) : null; // before the page goes back to what is stored
    const out = settle({ store: desk.store, outbox, undo: desk.undo }, records, reply.results);
    const written = out.notices.length > 0 || reply.changes;
    if (reply.changes) for (const block of takeIn(desk.store, reply.changes)) out.touched.add(block);
    if (written) this.calmly(() => desk.painted(out.touched));
    else desk.view.refreshUnsaved(out.touched);
    if (elsewhere) sync.rev = Math.max(sync.rev, reply.rev);
    if (out.twins.has(desk.spanId)) desk.choose(out.twins.get(desk.spanId), { quiet: true });
    if (out.again.length && !elsewhere) desk.run(out.again); // one tab is enough
    for (const { id, hints } of out.hints) desk.hints.set(id, hints);
    if (out.hints.length) desk.emit("chosen");
    out.notices.forEach((notice) =>
      notice.kind === "held" ? this.held(notice, file) : this.notices.refused(notice),
    );
    if (out.pull) sync.pull();
    this.state(reply.state);
    this.codebook(reply.codebook);
    this.notices.clear("refused");
    this.status();
    document.body.dispatchEvent(new CustomEvent("sm:saved"));
  }

  changed({ changes = {}, state, codebook }) {
    this.calmly(() => this.desk.painted(takeIn(this.desk.store, changes)));
    this.state(state);
    this.codebook(codebook);
    this.status();
  }

  state(state) {
    const { desk } = this;
    const title = this.data.states?.[state];
    const badge = byId("state");
    if (title && badge) Object.assign(badge, { textContent: title, className: `badge ${state}` });
    if (!CLOSED[state] || desk.readOnly) return;
    desk.readOnly = CLOSED[state];
    this.notices.show(`${desk.readOnly}.`, { key: "state" });
    desk.emit("mode");
  }

  /** A newer codebook than the one on this page: told once for each version. */
  codebook(number) {
    if (!(number > (this.newest ?? this.desk.codebook)) || this.desk.readOnly) return;
    this.newest = number;
    this.notices.show(
      `The codebook has changed: it is version ${number} now. This page shows version ${this.desk.codebook}, and your marks are saved as made under it. Reload to see the new one: nothing is lost by that.`,
      {
        key: "codebook",
        acts: [["Reload", () => window.location.reload()]],
        details: [h("p", { class: "small" }, h("a", { href: this.data.urls.versions, target: "_blank" }, "What was changed, and why"))],
      },
    );
  }

  /** On opening: the manager's reason for a version under which nothing was marked here yet. */
  news(told) {
    const key = `${TOLD} ${this.data.user} ${this.data.urls.versions}`;
    if (!told || Number(localStorage.getItem(key)) >= told.number) return;
    localStorage.setItem(key, told.number);
    this.notices.show(
      `The codebook has changed since you last worked: version ${told.number}, “${told.reason}”.`,
      {
        key: "codebook",
        details: [h("p", { class: "small" }, h("a", { href: this.data.urls.versions, target: "_blank" }, "See what was changed"))],
      },
    );
  }

  held({ count, message }, file) {
    const acts = file ? [["Save all marks as a file", () => this.saveAsFile(file)]] : [];
    this.notices.held(count, message, acts);
  }

  refused(status, message) {
    const [text, way] =
      status === 403
        ? ["The server refuses to save.", "Reload the page. If that does not help, save your marks as a file"]
        : ["Nothing more can be saved here.", "Save your marks as a file before you leave this page"];
    this.notices.show(
      `${text} ${message} ${countOf(this.outbox.size, "change")} kept in this browser only. ${way}: a manager can read it in under “Import marks”.`,
      { key: "refused", kind: "bad", acts: [["Save as a file", () => this.saveAsFile()]] },
    );
  }

  /** Every mark of this page, those that were not saved too. */
  saveAsFile(text = marksFile(this.desk, this.data)) {
    saveFile(text, `marks-${this.data.article.id}.json`);
  }

  signedIn() {
    this.sync.trouble = "";
    this.channel.post("in");
    this.sync.kick();
  }

  /** Whether the server takes us for the same person again: true, false, or "other". */
  async isSignedIn() {
    const response = await this.sync.ask(
      `${this.data.urls.ops}?since=${this.sync.rev}&assignment=${this.data.assignment}`,
    );
    return response?.status === 404 ? "other" : Boolean(response?.ok);
  }

  async saved(patience) {
    this.desk.drafts.flush({ all: true });
    return this.sync.sent(patience);
  }

  words() {
    const n = this.outbox.size;
    const waiting = countOf(n, "change");
    const { trouble } = this.sync;
    if (!n && this.desk.drafts.size) return ["", "Not saved yet"];
    if (!n) return ["good", this.desk.readOnly ? "Read only" : "Saved"];
    if (trouble === "login") return ["bad", `Signed out: ${waiting} not saved`];
    if (trouble === "refused") return ["bad", `Refused: ${waiting} not saved`];
    if (this.outbox.broken && this.outbox.unkept)
      return ["bad", `${waiting} not saved, not kept: leave this page open`];
    if (!navigator.onLine || trouble === "offline") return ["warn", `Offline: ${waiting} not saved yet`];
    if (trouble === "server") return ["bad", `The server does not answer: ${waiting} not saved yet`];
    return ["", "Saving…"];
  }

  /** Shows the state; speaks it only when it turns bad or good again. */
  status() {
    const [kind, text] = this.words();
    const place = byId("save-state");
    if (place.textContent !== text) place.textContent = text;
    const { count } = this.notices;
    place.dataset.notices = count ? ` · ${countOf(count, "notice")}` : "";
    place.className = `save-state ${kind}`;
    const trouble = kind === "bad" || kind === "warn";
    if (trouble !== Boolean(this.inTrouble)) this.desk.say(text);
    this.desk.view.root.classList.toggle("trouble", trouble);
    this.inTrouble = trouble;
  }
}
