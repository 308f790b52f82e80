// Sends the outbox and takes in answers. One tab sends at a time (Web Lock); every batch may be
// sent again unchanged, since the server remembers each operation's answer.

import { wireOf } from "./operations.js";

const BATCH = 50;
const TIMEOUT = 20_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/** Milliseconds to wait before try number `tries` (from 1), with jitter: half to whole. */
export function backOff(tries, random = Math.random) {
  const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1));
  return Math.max(FIRST_WAIT, most * (0.5 + random() / 2));
}

export class Sync {
  /**
   * hooks: answered(records, reply), changed(changes), refreshed({found, missing}),
   * status(), login(url), refused(message).
   */
  constructor({ outbox, url, name, head, rev, hooks, token, transport = fetch, locks = navigator.locks }) {
    Object.assign(this, { outbox, url, name, head, rev, hooks, token, locks });
    this.transport = (...args) => transport(...args);
    this.limit = BATCH;
    this.tries = 0;
    this.trouble = ""; // "", offline, server, login, refused
  }

  /** Starts sending, now; safe to call at any time. */
  kick() {
    clearTimeout(this.timer);
    if (this.running) return (this.again = true), this.running;
    this.running = this.hold(() => this.drain())
      .catch(() => this.later("server"))
      .finally(() => {
        this.running = null;
        this.hooks.status();
        if (this.again) {
          this.again = false;
          if (!this.trouble) this.kick();
        }
      });
    return this.running;
  }

  hold(act) {
    return this.locks ? this.locks.request(`sourcemark ${this.name}`, act) : act();
  }

  async drain() {
    this.hooks.refreshed(await this.outbox.refresh());
    while (this.outbox.size) {
      const batch = this.outbox.first(this.limit);
      if (!(await this.send(batch))) return;
      this.hooks.status();
    }
  }

  async send(batch) {
    const body = JSON.stringify({ ...this.head, base_rev: this.rev, ops: batch.map(wireOf) });
    const response = await this.ask(this.url, { method: "POST", body });
    if (!response) return this.later("offline");
    const reply = await response.json().catch(() => null);
    if (reply?.results) return this.accept(batch, reply);
    return this.explain(batch, response, reply);
  }

  accept(batch, reply) {
    this.well();
    this.limit = Math.min(BATCH, this.limit * 2);
    this.rev = reply.rev;
    this.hooks.answered(batch, reply);
    return true;
  }

  well() {
    this.tries = 0;
    this.trouble = "";
  }

  explain(batch, response, reply) {
    const { status } = response;
    if (status === 401) return this.stop("login", () => this.hooks.login(reply?.login ?? ""));
    if (status === 413 || status === 400) return this.shrink(batch, reply, status);
    if (status === 403 || status === 404) {
      return this.later("refused", () => this.hooks.refused(status, reply?.message ?? ""));
    }
    return this.later("server", null, Number(response.headers.get("Retry-After")) * 1000);
  }

  /** Too large or unreadable: find the one operation that is, and refuse that one. */
  shrink(batch, reply, status) {
    if (batch.length > 1) {
      this.limit = Math.max(1, Math.floor(batch.length / 2));
      return true;
    }
    const message = reply?.message ?? (status === 413 ? "This change is too large to be saved." : "The server could not read this change.");
    const results = batch.map(({ op_id, id }) => ({ op_id, id, status: "invalid", message }));
    return this.accept(batch, { rev: this.rev, results });
  }

  stop(trouble, tell) {
    this.trouble = trouble;
    tell();
    return false;
  }

  later(trouble, tell, atLeast = 0) {
    const first = this.trouble !== trouble;
    this.trouble = trouble;
    this.tries += 1;
    this.timer = setTimeout(() => this.kick(), Math.max(backOff(this.tries), Math.min(atLeast || 0, LONGEST_WAIT)));
    if (first) tell?.();
    this.hooks.status();
    return false;
  }

  /** A response, or null when none came: then nobody knows, and the same is sent again. */
  async ask(url, options = {}) {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.token() };
    const signal = AbortSignal.timeout(TIMEOUT);
    try {
      return await this.transport(url, { credentials: "same-origin", redirect: "error", headers, signal, ...options });
    } catch {
      return null;
    }
  }

  /** Fetches what changed on the server since `rev`; false when it could not. */
  async pull() {
    const response = await this.ask(`${this.url}?since=${this.rev}&assignment=${this.head.assignment}`);
    if (response?.status === 401) {
      const { login = "" } = (await response.json().catch(() => null)) ?? {};
      return this.stop("login", () => this.hooks.login(login));
    }
    const reply = response?.ok ? await response.json().catch(() => null) : null;
    if (!reply) return false;
    this.rev = reply.rev;
    this.hooks.changed(reply);
    return true;
  }
}
