import assert from "node:assert/strict";
import { test } from "node:test";

import { settle, takeIn } from "../../annotations/static/annotations/js/marking/sync.js";
import { perform, replay, wireOf } from "../../annotations/static/annotations/js/marking/store.js";
import { Outbox } from "../../annotations/static/annotations/js/marking/outbox.js";
import { Store } from "../../annotations/static/annotations/js/marking/store.js";
import { Sync, backOff } from "../../annotations/static/annotations/js/marking/sync.js";
import { Undo } from "../../annotations/static/annotations/js/marking/store.js";
import { articleOf, find } from "./sample.js";

const article = articleOf("The mayor said it rained.\n\nIt did not rain at all.\n");

class MemoryShelf {
  constructor() {
    this.kept = new Map();
    this.full = false;
  }

  async put(records) {
    if (this.full) throw new Error("QuotaExceededError");
    for (const record of records) this.kept.set(record.op_id, structuredClone(record));
  }

  async remove(ids) {
    for (const id of ids) this.kept.delete(id);
  }

  async all() {
    return [...this.kept.values()];
  }
}

function span(id, words, more = {}) {
  const [start, end] = find(article, words);
  return {
    id,
    kind: "label",
    label: "A",
    fragments: [{ start, end, quote: words }],
    attributes: {},
    note: "",
    flag: "",
    state: "marked",
    origin: "hand",
    ...more,
  };
}

/** A server that keeps what it was sent, answers every operation once and replays its answer. */
class Server {
  constructor() {
    this.answers = new Map();
    this.marks = new Map();
    this.requests = [];
    this.rev = 0;
    this.faults = [];
  }

  apply({ op_id, kind, on, ver, [on]: state }) {
    if (!this.answers.has(op_id))
      this.answers.set(op_id, { op_id, id: state.id, ...this.judge(kind, on, ver, state) });
    return this.answers.get(op_id);
  }

  judge(kind, on, ver, state) {
    const held = this.marks.get(state.id);
    if (kind !== "add" && !held) return { status: "gone" };
    if (kind !== "add" && held.ver !== ver)
      return { status: "conflict", ver: held.ver, current: { [on]: held.gone ? null : held } };
    const next = { ...held, ...state, ver: (held?.ver ?? 0) + 1, gone: kind === "del" };
    this.marks.set(state.id, next);
    this.rev += 1;
    return { status: "applied", ver: next.ver };
  }

  fetch = async (url, { body }) => {
    const fault = this.faults.shift();
    this.requests.push(body && JSON.parse(body));
    if (fault === "lost request") throw new TypeError("network");
    if (typeof fault === "number") return reply(fault, fault === 401 ? { login: "/in" } : { message: "no", final: true });
    if (fault?.status) return reply(fault.status, fault.body);
    const results = JSON.parse(body).ops.map((op) => this.apply(op));
    if (fault === "lost reply") throw new TypeError("network");
    return reply(200, { rev: this.rev, results });
  };

  live() {
    return [...this.marks.values()].filter((mark) => !mark.gone).map(({ id }) => id);
  }
}

const reply = (status, body) => ({
  status,
  ok: status < 300,
  headers: new Headers(),
  json: async () => body,
});

function client(server, shelf = new MemoryShelf(), data = {}) {
  const store = new Store(article, data);
  const undo = new Undo();
  const outbox = new Outbox(shelf);
  const told = { notices: [], logins: [], refused: [] };
  const hooks = {
    answered: (records, { results }) =>
      told.notices.push(...settle({ store, outbox, undo }, records, results).notices),
    changed: (changes) => takeIn(store, changes),
    refreshed: ({ found }) => replay(store, found),
    status: () => {},
    login: (url) => told.logins.push(url),
    refused: (...args) => told.refused.push(args),
  };
  const sync = new Sync({
    outbox,
    url: "/ops",
    name: "t",
    head: { tab: "t" },
    rev: 0,
    hooks,
    token: () => "x",
    transport: server.fetch,
    locks: null,
  });
  const act = (changes) => {
    undo.push("act", changes);
    return outbox.add(perform(store, changes).records);
  };
  const add = (mark) => act([{ on: "span", id: mark.id, before: null, after: mark }]);
  const set = (id, more) =>
    act([{ on: "span", id, before: store.get("span", id), after: { ...store.get("span", id), ...more } }]);
  const drop = (id) => act([{ on: "span", id, before: store.get("span", id), after: null }]);
  const flush = async () => {
    await sync.kick();
    clearTimeout(sync.timer);
  };
  return { store, undo, outbox, sync, shelf, told, act, add, set, drop, flush };
}

test("a span is saved once and then no longer waiting", async () => {
  const server = new Server();
  const { add, flush, store, outbox, shelf } = client(server);
  add(span("a", "mayor"));
  assert.equal(store.pending.get("a"), 1);
  await flush();
  await outbox.writes;
  assert.deepEqual(server.live(), ["a"]);
  assert.deepEqual([outbox.size, shelf.kept.size, store.pending.size], [0, 0, 0]);
});

test("a lost request and a lost reply both end in one span and one operation", async () => {
  for (const fault of ["lost request", "lost reply"]) {
    const server = new Server();
    server.faults = [fault];
    const { add, flush, outbox, sync } = client(server);
    add(span("a", "mayor"));
    await flush();
    assert.deepEqual([sync.trouble, outbox.size], ["offline", 1]);
    await flush();
    assert.deepEqual([server.live(), server.rev, outbox.size, sync.trouble], [["a"], 1, 0, ""]);
    assert.deepEqual(server.requests[0].ops, server.requests[1].ops);
  }
});

test("five additions and one undo offline leave four spans", async () => {
  const server = new Server();
  const { add, undo, store, outbox, flush } = client(server);
  for (const words of ["The", "mayor", "said", "it", "rained"]) add(span(words, words));
  const { changes } = undo.back((on, id) => store.get(on, id));
  outbox.add(perform(store, changes).records);
  await flush();
  assert.deepEqual(server.live(), ["The", "mayor", "said", "it"]);
});

test("a queue of 120 goes out in batches of 50", async () => {
  const server = new Server();
  const { add, set, flush } = client(server);
  add(span("a", "mayor"));
  for (let i = 1; i < 120; i += 1) set("a", { note: String(i) });
  await flush();
  assert.deepEqual(
    server.requests.map(({ ops }) => ops.length),
    [50, 50, 20],
  );
  assert.equal(server.marks.get("a").note, "119");
});

test("a reload with a full queue shows the unsent marks and sends them", async () => {
  const server = new Server();
  const before = client(server);
  before.add(span("a", "mayor"));
  before.set("a", { note: "hm" });
  await before.outbox.writes;
  const after = client(server, before.shelf);
  await after.flush();
  assert.equal(after.store.get("span", "a").note, "hm");
  assert.equal(server.marks.get("a").note, "hm");
  assert.equal(after.store.get("span", "a").ver, 2);
});

test("a reload after a lost reply does not undo what the server has", async () => {
  const server = new Server();
  server.faults = ["lost reply"];
  const before = client(server);
  before.add(span("a", "mayor"));
  await before.flush();
  const page = { spans: [{ ...span("a", "mayor"), ver: 1, note: "from another device" }] };
  const after = client(server, before.shelf, page);
  await after.flush();
  assert.equal(after.store.get("span", "a").note, "from another device");
  assert.equal(server.rev, 1);
});

test("a stale change brings the server's mark and one notice with both", async () => {
  const server = new Server();
  const one = client(server);
  const two = client(server);
  one.add(span("a", "mayor"));
  await one.flush();
  two.store.write("span", "a", one.store.get("span", "a"));
  one.set("a", { label: "B" });
  two.set("a", { label: "C" });
  two.set("a", { note: "more" });
  await one.flush();
  await two.flush();
  assert.equal(two.store.get("span", "a").label, "B");
  assert.equal(two.told.notices.length, 1);
  const [{ kind, mine, theirs }] = two.told.notices;
  assert.deepEqual([kind, mine.label, mine.note, theirs.label], ["conflict", "C", "more", "B"]);
  assert.deepEqual([two.outbox.size, two.store.pending.size, two.undo.done.length], [0, 0, 0]);
});

test("a refused addition goes away, with a notice that keeps it", async () => {
  const { store, outbox, undo } = client(new Server());
  const records = outbox.add(perform(store, [{ on: "span", id: "a", after: span("a", "mayor") }]).records);
  const [{ op_id }] = records;
  const { notices } = settle({ store, outbox, undo }, records, [
    { op_id, id: "a", status: "invalid", message: "Not here." },
  ]);
  assert.equal(store.spans.size, 0);
  assert.deepEqual([notices[0].kind, notices[0].mine.id, notices[0].message], ["invalid", "a", "Not here."]);
});

test("a refused change goes back to what was before", async () => {
  const { store, outbox, undo } = client(new Server(), undefined, {
    spans: [span("a", "mayor", { ver: 4 })],
  });
  const after = { ...store.get("span", "a"), note: "x" };
  const records = outbox.add(perform(store, [{ on: "span", id: "a", after }]).records);
  settle({ store, outbox, undo }, records, [
    { op_id: records[0].op_id, id: "a", status: "invalid", message: "No." },
  ]);
  assert.deepEqual([store.get("span", "a").note, store.get("span", "a").ver], ["", 4]);
});

test("the same span made elsewhere is kept once", async () => {
  const living = span("z", "mayor", { ver: 1 });
  const { store, outbox, undo } = client(new Server(), undefined, { spans: [living] });
  const records = outbox.add(perform(store, [{ on: "span", id: "a", after: span("a", "mayor") }]).records);
  const { notices, pull } = settle({ store, outbox, undo }, records, [
    { op_id: records[0].op_id, id: "z", status: "same", ver: 1 },
  ]);
  assert.deepEqual([...store.spans.keys()], ["z"]);
  assert.deepEqual([notices[0].kind, pull], ["same", false]);
});

test("what was meant of words marked elsewhere too is brought over to the mark that stays", () => {
  const stored = span("z", "mayor", { ver: 3, attributes: { kind: "named" }, note: "theirs" });
  const other = span("b", "rained", { ver: 1 });
  const { store, outbox, undo, add, set, act } = client(new Server(), undefined, { spans: [other] });
  const link = (id, source, target) => ({ on: "link", id, after: { id, source, target, cue: null } });
  const sent = [
    ...add(span("a", "mayor")),
    ...set("a", { attributes: { kind: "unnamed", entity: "e" }, note: "mine", flag: "label" }),
    ...act([link("l", "a", "b")]),
  ];
  const rest = act([link("m", "a", "gone")]);
  const [first, ...others] = sent.map(({ op_id, id }) => ({ op_id, id, status: "invalid", message: "No." }));
  Object.assign(first, { id: "z", status: "same", ver: 3, current: { span: stored } });
  const out = settle({ store, outbox, undo }, sent, [first, ...others]);
  assert.deepEqual([...store.spans.keys()].sort(), ["b", "z"]);
  assert.deepEqual([outbox.size, store.links.size, store.pending.size, rest.length], [0, 0, 0, 1]);
  assert.deepEqual([...out.twins], [["a", "z"]]);
  const [answers, { after: tied }] = out.again;
  assert.deepEqual(answers.after.attributes, { kind: "named", entity: "e" });
  assert.deepEqual([answers.id, answers.after.note, answers.after.flag], ["z", "theirs", "label"]);
  assert.deepEqual([out.again.length, tied.source, tied.target], [2, "z", "b"]);
  const { kind, id, mine, theirs } = out.notices.find((notice) => notice.kind === "conflict");
  assert.deepEqual([kind, id, mine.note, mine.attributes.kind, theirs.note], ["conflict", "z", "mine", "unnamed", "theirs"]);
  perform(store, out.again);
  assert.deepEqual([store.get("span", "z").flag, store.linksOf("z").length], ["label", 1]);
});

test("two ends that both became others are linked once", () => {
  const { store, outbox, undo, add, act } = client(new Server());
  const sent = [
    ...add(span("a", "mayor")),
    ...add(span("b", "rained")),
    ...act([{ on: "link", id: "l", after: { id: "l", source: "a", target: "b", cue: null } }]),
  ];
  const same = (id, words) => ({ id, status: "same", ver: 1, current: { span: span(id, words, { ver: 1 }) } });
  const told = [same("y", "mayor"), same("z", "rained"), { id: "l", status: "invalid", message: "No." }];
  const out = settle({ store, outbox, undo }, sent, sent.map(({ op_id }, i) => ({ op_id, ...told[i] })));
  assert.deepEqual(out.again.map(({ after }) => [after.source, after.target]), [["y", "z"]]);
});

test("a refused change leaves the steps before it to be undone", async () => {
  const server = new Server();
  const { store, undo, outbox, add, set, flush } = client(server);
  add(span("a", "mayor"));
  set("a", { note: "hm" });
  set("a", { flag: "label" });
  await flush();
  const refused = set("a", { label: "B" });
  const later = set("a", { note: "more" });
  settle({ store, outbox, undo }, [...refused, ...later], [
    { op_id: refused[0].op_id, id: "a", status: "invalid", message: "No." },
    { op_id: later[0].op_id, id: "a", status: "conflict" },
  ]);
  const current = (on, id) => store.get(on, id);
  const back = () => perform(store, undo.back(current).changes);
  assert.equal(undo.done.length, 3);
  back();
  assert.deepEqual([store.get("span", "a").flag, store.get("span", "a").note], ["", "hm"]);
  const { records } = back();
  settle({ store, outbox, undo }, outbox.add(records), [
    { op_id: records[0].op_id, id: "a", status: "invalid", message: "No." },
  ]);
  assert.deepEqual([undo.done.length, store.get("span", "a").note], [2, "hm"]);
  back();
  assert.equal(store.get("span", "a").note, "");
});

test("operations held after submission are taken back from the page", async () => {
  const { store, outbox, undo } = client(new Server(), undefined, {
    spans: [span("a", "mayor", { ver: 1 })],
  });
  const changed = { ...store.get("span", "a"), note: "late" };
  const records = outbox.add(
    perform(store, [
      { on: "span", id: "a", after: changed },
      { on: "span", id: "b", after: span("b", "rained") },
    ]).records,
  );
  const results = records.map(({ op_id, id }) => ({ op_id, id, status: "held", message: "Too late." }));
  const { notices } = settle({ store, outbox, undo }, records, results);
  assert.deepEqual([store.get("span", "a").note, store.get("span", "b")], ["", null]);
  assert.deepEqual(notices, [{ kind: "held", count: 2, message: "Too late." }]);
});

test("when signed out the queue stays and the sign-in is asked for once", async () => {
  const server = new Server();
  server.faults = [401];
  const { add, flush, outbox, sync, told } = client(server);
  add(span("a", "mayor"));
  await flush();
  assert.deepEqual([told.logins, outbox.size, sync.trouble], [["/in"], 1, "login"]);
  await flush();
  assert.deepEqual([server.live(), sync.trouble], [["a"], ""]);
});

test("what a proxy on the way refuses stays in the queue and is sent again", async () => {
  for (const status of [400, 413]) {
    const server = new Server();
    server.faults = [{ status, body: { message: "Bad Request" } }];
    const { add, flush, outbox, store, told } = client(server);
    add(span("a", "mayor"));
    await flush();
    assert.deepEqual([outbox.size, store.spans.size, told.notices], [1, 1, []]);
    await flush();
    assert.deepEqual(server.live(), ["a"]);
  }
});

test("too large a batch is halved until it fits, and one operation too large is refused", async () => {
  const server = new Server();
  server.faults = [413, 413];
  const { add, flush, told } = client(server);
  for (const words of ["The", "mayor", "said", "it"]) add(span(words, words));
  await flush();
  assert.deepEqual(
    server.requests.map(({ ops }) => ops.length),
    [4, 2, 1, 2, 1],
  );
  assert.deepEqual(server.live(), ["The", "mayor", "said", "it"]);
  server.faults = [413];
  add(span("big", "rained"));
  await flush();
  assert.deepEqual([told.notices.at(-1).kind, server.live().includes("big")], ["invalid", false]);
});

test("a server error keeps the queue and is tried again", async () => {
  const server = new Server();
  server.faults = [500, 503];
  const { add, flush, sync } = client(server);
  add(span("a", "mayor"));
  await flush();
  assert.equal(sync.trouble, "server");
  await flush();
  await flush();
  assert.deepEqual(server.live(), ["a"]);
});

test("with a full storage the mark is sent all the same, and known to be unkept", async () => {
  const server = new Server();
  const shelf = new MemoryShelf();
  shelf.full = true;
  server.faults = ["lost request"];
  const { add, flush, outbox } = client(server, shelf);
  add(span("a", "mayor"));
  await flush();
  assert.deepEqual([outbox.broken, outbox.unkept], [true, true]);
  await flush();
  assert.deepEqual([server.live(), outbox.unkept], [["a"], false]);
});

test("what another tab has sent is not sent again", async () => {
  const server = new Server();
  const shelf = new MemoryShelf();
  const one = client(server, shelf);
  const two = client(server, shelf);
  const records = one.add(span("a", "mayor"));
  await one.outbox.writes;
  two.outbox.learn(records);
  replay(two.store, records);
  await one.flush();
  await two.flush();
  assert.equal(server.requests.length, 1);
  assert.equal(two.outbox.size, 0);
});

test("versions that the server counted otherwise move the waiting ones along", async () => {
  const { store, outbox, undo } = client(new Server());
  const [first] = outbox.add(perform(store, [{ on: "span", id: "a", after: span("a", "mayor") }]).records);
  outbox.add(perform(store, [{ on: "span", id: "a", after: { ...span("a", "mayor"), note: "x" } }]).records);
  settle({ store, outbox, undo }, [first], [{ op_id: first.op_id, id: "a", status: "applied", ver: 3 }]);
  assert.equal(wireOf(outbox.first(1)[0]).ver, 3);
  assert.equal(store.get("span", "a").ver, 4);
});

test("others' changes leave own unsent edits alone", () => {
  const store = new Store(article, {
    spans: [span("a", "mayor", { ver: 1 }), span("b", "said", { ver: 1 })],
  });
  perform(store, [{ on: "span", id: "a", after: { ...store.get("span", "a"), note: "mine" } }]);
  takeIn(store, {
    spans: [span("a", "mayor", { note: "theirs", ver: 5 }), span("c", "it", { ver: 1 })],
    gone: ["b"],
  });
  assert.equal(store.get("span", "a").note, "mine");
  assert.deepEqual([...store.spans.keys()].sort(), ["a", "c"]);
});

test("waits grow from one second to thirty, with jitter", () => {
  assert.equal(
    backOff(1, () => 1),
    1000,
  );
  assert.equal(
    backOff(1, () => 0),
    1000,
  );
  assert.equal(
    backOff(4, () => 0),
    4000,
  );
  assert.equal(
    backOff(4, () => 1),
    8000,
  );
  assert.equal(
    backOff(20, () => 1),
    30_000,
  );
});

test("a save refused for want of cookies asks who is there, and then to sign in", async () => {
  const server = new Server();
  let signedIn = false;
  const { fetch } = server;
  server.fetch = async (url, options = {}) => {
    if (signedIn) return fetch(url, options);
    return options.method === "POST" ? reply(403, null) : reply(401, { login: "/in" });
  };
  const { add, flush, outbox, sync, told } = client(server);
  add(span("a", "mayor"));
  await flush();
  assert.deepEqual([sync.trouble, outbox.size, told.logins, told.refused], ["login", 1, ["/in"], []]);
  signedIn = true;
  sync.trouble = "";
  await flush();
  assert.deepEqual([server.live(), outbox.size], [["a"], 0]);
});
