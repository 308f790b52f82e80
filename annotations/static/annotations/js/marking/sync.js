// Sends the outbox and takes in answers. One tab sends at a time (Web Lock); every batch may be
// sent again unchanged, since the server remembers each operation's answer.

import { contentOf, newId, wireOf } from "./store.js";

const BATCH = 50;
const TIMEOUT = 20_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const KEPT_ALIVE = 20_000; // characters: browsers carry 64 kB past the end of a page
const PULLS = 3; // times that news are asked for which saves overtake

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
    if (this.running) return ((this.again = true), this.running);
    this.running = this.hold(() => this.drain())
      .catch(() => this.later("server"))
      .finally(() => {
        this.running = null;
        this.hooks.status();
        const { again, eager } = this;
        this.again = this.eager = false;
        if (again && (!this.trouble || eager)) this.kick();
      });
    return this.running;
  }

  /** There is a network again: a try that began without one and fails is made anew at once. */
  online() {
    if (!this.outbox.size) this.pull(); // else the answer to what is sent brings the news
    this.eager = Boolean(this.running);
    return this.kick();
  }

  /** Waits for all that is queued to be answered, so many milliseconds; whether it was. */
  async sent(patience) {
    const until = Date.now() + patience;
    while (this.outbox.size && Date.now() < until) {
      if (!this.trouble) await this.kick();
      if (this.outbox.size) await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return !this.outbox.size;
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

  /** As the page goes: what waits is sent without waiting for the answer; it is sent again later. */
  lastWord() {
    const ops = this.outbox.first(this.limit).map(wireOf);
    if (!ops.length || this.trouble === "login") return;
    const body = JSON.stringify({ ...this.head, base_rev: this.rev, ops });
    if (body.length < KEPT_ALIVE) this.ask(this.url, { method: "POST", body, keepalive: true, signal: null });
  }

  /** Of a page that is left while it saves the next one may know nothing: it asks for the news. */
  left() {
    if (this.outbox.size) sessionStorage.unsent = 1;
  }

  catchUp() {
    if (sessionStorage.unsent) this.pull();
    delete sessionStorage.unsent;
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

  /** Without cookies a save is refused before anybody is asked who they are: so ask that. */
  async hasLeft() {
    const response = await this.ask(`${this.url}?since=${this.rev}&assignment=${this.head.assignment}`);
    if (response?.status !== 401) return false;
    await this.signedOut(response);
    return true;
  }

  async explain(batch, response, reply) {
    const { status } = response;
    if (status === 401) return this.stop("login", () => this.hooks.login(reply?.login ?? ""));
    if (status === 413 || status === 400) return this.shrink(batch, reply, status);
    if (status === 403 && (await this.hasLeft())) return false;
    if (status === 403 || status === 404) {
      return this.later("refused", () => this.hooks.refused(status, reply?.message ?? ""));
    }
    return this.later("server", null, Number(response.headers.get("Retry-After")) * 1000);
  }

  /**
   * Too large or unreadable: find the one operation that is, and refuse that one. Only our server
   * has the last word on it (`final`): what a proxy on the way does not let through stays queued.
   */
  shrink(batch, reply, status) {
    if (batch.length > 1 && (reply?.final || status === 413)) {
      this.limit = Math.max(1, Math.floor(batch.length / 2));
      return true;
    }
    if (!reply?.final) return this.later("server");
    const results = batch.map(({ op_id, id }) => ({ op_id, id, status: "invalid", message: reply.message }));
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
    this.timer = setTimeout(
      () => this.kick(),
      Math.max(backOff(this.tries), Math.min(atLeast || 0, LONGEST_WAIT)),
    );
    if (first) tell?.();
    this.hooks.status();
    return false;
  }

  /** A response, or null when none came: then nobody knows, and the same is sent again. */
  async ask(url, options = {}) {
    const headers = {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": this.token(),
    };
    const signal = AbortSignal.timeout(TIMEOUT);
    try {
      return await this.transport(url, {
        credentials: "same-origin",
        redirect: "error",
        headers,
        signal,
        ...options,
      });
    } catch {
      return null;
    }
  }

  async signedOut(response) {
    const { login = "" } = (await response.json().catch(() => null)) ?? {};
    return this.stop("login", () => this.hooks.login(login));
  }

  /**
   * Fetches what changed on the server since a revision; false when it could not. News from before
   * a save that was answered meanwhile are asked for again: they would undo it on the page.
   */
  async pull(since = this.rev, pulls = PULLS) {
    const response = await this.ask(`${this.url}?since=${since}&assignment=${this.head.assignment}`);
    if (response?.status === 401) return this.signedOut(response);
    const reply = response?.ok ? await response.json().catch(() => null) : null;
    if (!reply) return false;
    if (reply.rev < this.rev && pulls > 1) return this.pull(since, pulls - 1);
    this.rev = reply.rev;
    this.hooks.changed(reply);
    return true;
  }
}

// What the server's answers do to the store and the queue. Pure but for the objects it is given.

/**
 * Settles answered records. Gives {touched, notices, hints, pull, twins, again}:
 * notices are {kind: same|gone|conflict|invalid|held, op, on, id, mine, theirs, message};
 * twins are [id of a mark made here, id of the one on the same words that stays];
 * again are changes that bring over what the former had and the latter has not.
 */
export function settle({ store, outbox, undo }, records, results) {
  const answer = new Map(results.map((result) => [result.op_id, result]));
  const out = { touched: new Set(), notices: [], hints: [], pull: false, twins: new Map(), again: [] };
  const context = { store, outbox, undo, out, links: [] };
  const held = [];
  for (const record of records) {
    const result = answer.get(record.op_id);
    if (!result) continue;
    const wasWaiting = outbox.waiting.has(record.op_id);
    outbox.remove([record]);
    if (!wasWaiting) continue;
    store.expect(record.id, -1);
    touch(context, record.on, record.id);
    if (result.status === "held") held.push(record);
    else ACTS[result.status]?.(context, record, result);
  }
  for (const record of held.reverse()) write(context, record.on, record.id, record.before);
  const message = held.length && answer.get(held[0].op_id).message;
  if (held.length) out.notices.push({ kind: "held", count: held.length, message });
  out.again.push(...linkedAnew(store, out.twins, context.links));
  return out;
}

function write({ store, out }, on, id, mark) {
  for (const block of store.write(on, id, mark)) out.touched.add(block);
}

function touch({ store, out }, on, id) {
  for (const block of store.blocksOf(on, store.get(on, id))) out.touched.add(block);
}

/** Later operations on a mark whose earlier one was refused rest on nothing: they go too. */
function dropLater({ store, outbox }, id) {
  const later = outbox.about(id);
  outbox.remove(later);
  store.expect(id, -later.length);
  return later.length;
}

function notice({ out }, kind, record, more) {
  out.notices.push({ kind, op: record.op_id, on: record.on, id: record.id, ...more });
}

/** A restored span brings its links back; the server says which and in what version. */
function takeLinks({ store, out }, { current }) {
  for (const link of current?.links ?? []) {
    if (!store.pending.has(link.id)) write({ store, out }, "link", link.id, link);
  }
}

/** The name was in the ledger already: marks here point to that entry from now on. */
function rename(context, { id }, result) {
  const { store, undo } = context;
  write(context, "entity", id, null);
  undo.rename(id, result.id);
  const living = result.current?.entity;
  if (living) write(context, "entity", living.id, { ...store.get("entity", living.id), ...living });
  for (const span of [...store.spans.values()]) {
    const names = Object.entries(span.attributes).filter(([, value]) => value === id);
    if (!names.length) continue;
    const attributes = {
      ...span.attributes,
      ...Object.fromEntries(names.map(([name]) => [name, result.id])),
    };
    write(context, "span", span.id, { ...span, attributes });
  }
}

/**
 * The server knows another mark on exactly these words, or another link between these marks: it
 * stays. What was meant of this one, also by operations that wait or went in the same batch, is
 * brought over; where both have an answer the one that is stored stays, and it is said.
 */
function becomeTwin(context, record, result) {
  const { store, undo, out, links } = context;
  const { on, id } = record;
  const mine = store.get(on, id);
  if (on === "span") {
    for (const link of store.linksOf(id)) {
      links.push(link);
      write(context, "link", link.id, null);
      undo.forget(link.id);
      dropLater(context, link.id);
    }
    out.twins.set(id, result.id);
  }
  write(context, on, id, null);
  undo.forget(id);
  dropLater(context, id);
  const stored = result.current?.[on];
  if (stored && !store.pending.has(result.id)) write(context, on, result.id, stored);
  const living = store.get(on, result.id);
  if (!living) out.pull = true;
  notice(context, "same", record, { living: result.id });
  if (on !== "span" || !mine || !living) return;
  const { after, meant } = joined(living, mine);
  if (contentOf(on, after) !== contentOf(on, living)) out.again.push({ on, id: living.id, after });
  if (contentOf(on, after) !== contentOf(on, meant))
    notice(context, "conflict", record, { id: living.id, mine: meant, theirs: after, message: BOTH });
}

const BOTH = "These words were marked in another tab or on another device too, with other answers.";

/** One mark out of two: the answers of the stored one first (`after`), and those of the other first. */
function joined(living, mine) {
  const of = (first, second) => ({
    ...living,
    attributes: { ...second.attributes, ...first.attributes },
    note: first.note || second.note,
    flag: first.flag || second.flag,
  });
  return { after: of(living, mine), meant: of(mine, living) };
}

/** Links of marks that have become others, made anew between what is there now. */
function linkedAnew(store, twins, links) {
  const there = new Set([...store.links.values()].map(({ source, target }) => `${source} ${target}`));
  const changes = [];
  for (const link of links) {
    const [source, target] = [link.source, link.target].map((id) => twins.get(id) ?? id);
    const ends = `${source} ${target}`;
    if (source === target || there.has(ends) || !store.get("span", source) || !store.get("span", target)) continue;
    there.add(ends);
    const id = newId();
    changes.push({ on: "link", id, after: { ...link, id, source, target } });
  }
  return changes;
}

const ACTS = {
  applied({ store, outbox, out }, record, result) {
    const by = result.ver - record.next;
    if (by) {
      const mark = store.get(record.on, record.id);
      if (mark) store.write(record.on, record.id, { ...mark, ver: mark.ver + by });
      else if (store.graves.has(record.id)) store.graves.get(record.id).ver += by;
      outbox.shift(record.id, by);
    }
    takeLinks({ store, out }, result);
    if (result.hints?.length) out.hints.push({ id: record.id, hints: result.hints });
  },

  same(context, record, result) {
    if (result.id === record.id) return ACTS.applied(context, record, result);
    if (record.on === "entity") return rename(context, record, result);
    return becomeTwin(context, record, result);
  },

  gone(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id);
    write(context, record.on, record.id, null);
    dropLater(context, record.id);
    if (record.kind === "del") return;
    undo.forget(record.id);
    notice(context, "gone", record, { mine, message: result.message });
  },

  conflict(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id);
    const theirs = result.current?.[record.on] ?? null;
    write(context, record.on, record.id, theirs);
    dropLater(context, record.id);
    undo.settle(record.on, record.id, theirs);
    notice(context, "conflict", record, { mine, theirs, message: result.message });
  },

  invalid(context, record, result) {
    const { store, undo } = context;
    const mine = store.get(record.on, record.id) ?? record.after;
    const before = result.current?.[record.on] ?? record.before;
    write(context, record.on, record.id, before && { ...before, ver: result.ver ?? record.ver });
    dropLater(context, record.id);
    undo.settle(record.on, record.id, before ?? null);
    notice(context, "invalid", record, { mine, theirs: before, message: result.message });
  },
};

/** Takes in what others (a tab, a device, a restore) changed; own unsent edits stay. */
export function takeIn(store, { spans = [], links = [], entities = [], gone = [] }) {
  const touched = new Set();
  const set = (on, id, mark) => {
    if (store.pending.has(id)) return;
    for (const block of store.write(on, id, mark)) touched.add(block);
  };
  for (const span of spans) set("span", span.id, span);
  for (const link of links) set("link", link.id, link);
  for (const entity of entities) set("entity", entity.id, entity);
  for (const id of gone) {
    for (const on of ["span", "link", "entity"]) if (store.get(on, id)) set(on, id, null);
  }
  return touched;
}
