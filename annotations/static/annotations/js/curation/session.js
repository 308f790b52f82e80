// Joins the board to the server and to other tabs, with the outbox and the sync of marking.

import { byId } from "../marking/dom.js";
import { countOf } from "../marking/labels.js";
import { Channel, Outbox, Shelf } from "../marking/outbox.js";
import { csrfToken } from "../marking/session.js";
import { newId } from "../marking/store.js";
import { Sync } from "../marking/sync.js";
import { settle, show } from "./rulings.js";

const AWAY = 10_000; // hidden for longer than this: ask for news on return

export class Session {
  /** hooks: painted(blocks), notice(notice), closed(), login(url), said(text). */
  constructor(board, undo, data, hooks) {
    Object.assign(this, { board, undo, data, hooks });
    this.readOnly = data.state !== "open";
    const name = `${data.user} gold ${data.assignment}`;
    this.outbox = new Outbox(new Shelf(name));
    this.sync = new Sync({
      outbox: this.outbox,
      url: data.urls.ops,
      name,
      rev: data.rev,
      token: csrfToken,
      head: { tab: newId(), assignment: data.assignment },
      hooks: {
        answered: (records, reply) => {
          this.answered(records, reply);
          this.channel.post("answered", { records, reply });
        },
        changed: (reply) => this.changed(reply),
        refreshed: (news) => this.refreshed(news),
        status: () => this.status(),
        login: (url) => (this.status(), hooks.login(url || data.urls.login)),
        refused: (_status, message) => this.refused(message),
      },
    });
    this.channel = new Channel(name, {
      made: ({ records }) => this.madeElsewhere(records),
      answered: ({ records, reply }) => this.answered(records, reply),
      in: () => this.sync.trouble === "login" && this.signedIn(),
    });
    this.listen();
    this.sync.kick();
    this.sync.catchUp();
  }

  listen() {
    window.addEventListener("online", () => (this.status(), this.sync.online()));
    window.addEventListener("offline", () => this.status());
    window.addEventListener("beforeunload", (event) => {
      if (this.outbox.size) event.preventDefault();
      this.sync.left();
    });
    window.addEventListener("pageshow", (event) => event.persisted && this.sync.pull());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leftAt = Date.now();
      else if (Date.now() - (this.leftAt ?? Date.now()) > AWAY) this.sync.pull();
    });
  }

  send(record) {
    const records = this.outbox.add([record]);
    this.outbox.writes.then(() => !this.outbox.broken && this.channel.post("made", { records }));
    this.status();
    if (this.sync.trouble !== "login") this.sync.kick();
  }

  /** What everybody marked alike becomes gold without a decision; how many, or null: not now. */
  async settleUnanimous() {
    if (this.readOnly) return null;
    const response = await this.sync.ask(this.data.urls.unanimous, { method: "POST" });
    const told = response?.ok ? await response.json().catch(() => null) : null;
    if (told?.settled) await this.sync.pull();
    return told?.settled ?? null;
  }

  madeElsewhere(records) {
    this.outbox.learn(records);
    for (const record of records) this.hooks.painted(show(this.board, record));
    this.status();
  }

  refreshed({ found, missing }) {
    for (const record of found) this.hooks.painted(show(this.board, record));
    for (const { id } of missing) this.board.expect(id, -1);
    if (missing.length) this.sync.pull(); // their answers went to another tab
  }

  answered(records, reply) {
    const out = settle(this, records, reply.results);
    this.sync.rev = Math.max(this.sync.rev, reply.rev);
    for (const told of reply.changes?.cases ?? []) {
      if (this.board.pending.has(told.id)) continue;
      if (this.board.case(told.id)) for (const block of this.board.put(told)) out.touched.add(block);
      else out.whole = true; // added by another curator
    }
    this.hooks.painted(out.touched);
    for (const notice of out.notices) this.hooks.notice(notice);
    if (out.whole) this.sync.pull();
    this.state(reply.state);
    this.status();
  }

  changed({ changes, state }) {
    this.board.replace(changes.cases);
    this.hooks.painted(null);
    this.state(state);
    this.status();
  }

  state(state) {
    if (state === "open" || this.readOnly) return;
    this.readOnly = true;
    this.hooks.closed();
  }

  refused(message) {
    const waiting = countOf(this.outbox.size, "decision");
    this.hooks.notice({ status: "refused", message: `${message} ${waiting} kept in this browser.` });
  }

  signedIn() {
    this.sync.trouble = "";
    this.channel.post("in");
    this.sync.kick();
  }

  async isSignedIn() {
    const response = await this.sync.ask(`${this.data.urls.ops}?assignment=${this.data.assignment}`);
    return response?.status === 404 ? "other" : Boolean(response?.ok);
  }

  words() {
    const n = this.outbox.size;
    const waiting = countOf(n, "decision");
    const { trouble } = this.sync;
    if (!n) return ["good", this.readOnly ? "Read only" : "Saved"];
    if (trouble === "login") return ["bad", `Signed out: ${waiting} not saved`];
    if (trouble === "refused") return ["bad", `Refused: ${waiting} not saved`];
    if (this.outbox.broken && this.outbox.unkept)
      return ["bad", `${waiting} not saved, not kept: leave this page open`];
    if (!navigator.onLine || trouble === "offline") return ["warn", `Offline: ${waiting} not saved yet`];
    if (trouble === "server") return ["bad", `The server does not answer: ${waiting} not saved yet`];
    return ["", `${waiting} not saved yet`];
  }

  /** Shows the state; speaks it only when it turns bad or good again. */
  status() {
    const [kind, text] = this.words();
    const place = byId("save-state");
    if (place.textContent !== text) place.textContent = text;
    place.className = `save-state ${kind}`;
    const trouble = kind === "bad" || kind === "warn";
    if (trouble !== Boolean(this.inTrouble)) this.hooks.said(text);
    this.inTrouble = trouble;
  }
}
