// Operations that the server has not answered yet: in memory, and in IndexedDB so that they
// outlive a reload. All tabs of one annotator and article share one queue.

const DATABASE = "sourcemark";
const SHELF = "operations";

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The browser's own store; every method may fail (private mode, storage full). */
export class Shelf {
  constructor(queue) {
    this.queue = queue;
  }

  async open() {
    if (this.database) return this.database;
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(SHELF, { keyPath: "op_id" }).createIndex("queue", "queue");
    };
    this.database = await asked(request);
    this.database.onversionchange = () => this.database.close();
    return this.database;
  }

  async change(act) {
    const database = await this.open();
    return new Promise((resolve, reject) => {
      const turn = database.transaction(SHELF, "readwrite", { durability: "strict" });
      turn.oncomplete = resolve;
      turn.onerror = turn.onabort = () => reject(turn.error);
      act(turn.objectStore(SHELF));
      turn.commit?.(); // the page may end before the browser would
    });
  }

  put(records) {
    return this.change((shelf) => records.forEach((record) => shelf.put({ ...record, queue: this.queue })));
  }

  remove(ids) {
    return this.change((shelf) => ids.forEach((id) => shelf.delete(id)));
  }

  async all() {
    const database = await this.open();
    return asked(database.transaction(SHELF).objectStore(SHELF).index("queue").getAll(this.queue));
  }
}

const bySeq = (a, b) => a.seq - b.seq;

export class Outbox {
  constructor(shelf) {
    this.shelf = shelf;
    this.waiting = new Map();
    this.stored = new Set();
    this.writes = Promise.resolve();
    this.broken = false;
    this.lastSeq = 0;
  }

  get size() {
    return this.waiting.size;
  }

  /** Whether something would be lost with this page. */
  get unkept() {
    return [...this.waiting.keys()].some((id) => !this.stored.has(id));
  }

  stamp() {
    this.lastSeq = Math.max(Date.now(), this.lastSeq + 0.001);
    return this.lastSeq;
  }

  /** Queues new records; they are waiting at once and kept as soon as the browser can. */
  add(records) {
    const stamped = records.map((record) => ({ ...record, seq: this.stamp() }));
    for (const record of stamped) this.waiting.set(record.op_id, record);
    this.keep(stamped);
    return stamped;
  }

  keep(records) {
    this.write(
      () => this.shelf.put(records),
      () => records.forEach(({ op_id }) => this.waiting.has(op_id) && this.stored.add(op_id)),
    );
  }

  write(act, done = () => {}) {
    this.writes = this.writes.then(act).then(
      () => {
        this.broken = false;
        done();
      },
      () => (this.broken = true),
    );
    return this.writes;
  }

  /** Records of another tab, known to be kept. */
  learn(records) {
    for (const record of records) {
      this.waiting.set(record.op_id, record);
      this.stored.add(record.op_id);
    }
  }

  /**
   * Reads the shelf: {found: records new to this tab, missing: records another tab has sent}.
   */
  async refresh() {
    await this.writes;
    let kept;
    try {
      kept = (await this.shelf.all()).sort(bySeq);
    } catch {
      this.broken = true;
      return { found: [], missing: [] };
    }
    const ids = new Set(kept.map(({ op_id }) => op_id));
    const found = kept.filter(({ op_id }) => !this.waiting.has(op_id));
    const missing = this.inOrder().filter(({ op_id }) => this.stored.has(op_id) && !ids.has(op_id));
    this.learn(found);
    this.forget(missing);
    return { found, missing };
  }

  inOrder() {
    return [...this.waiting.values()].sort(bySeq);
  }

  first(count) {
    return this.inOrder().slice(0, count);
  }

  forget(records) {
    for (const { op_id } of records) {
      this.waiting.delete(op_id);
      this.stored.delete(op_id);
    }
  }

  /** Answered or given up: gone from memory and shelf. */
  remove(records) {
    this.forget(records);
    const ids = records.map(({ op_id }) => op_id);
    return ids.length ? this.write(() => this.shelf.remove(ids)) : this.writes;
  }

  /** Waiting records about a mark, oldest first. */
  about(id) {
    return this.inOrder().filter((record) => record.id === id);
  }

  /** Moves the versions of a mark's waiting records, when the server counted otherwise. */
  shift(id, by) {
    const moved = this.about(id).map((record) => ({
      ...record,
      ver: record.ver + by,
      next: record.next + by,
      after: record.after && { ...record.after, ver: record.next + by },
    }));
    for (const record of moved) this.waiting.set(record.op_id, record);
    if (moved.length) this.keep(moved);
  }
}

// Tabs of the same annotator and article tell each other what they did.

export class Channel {
  constructor(name, acts) {
    if (!globalThis.BroadcastChannel) return;
    this.channel = new BroadcastChannel(`sourcemark ${name}`);
    this.channel.addEventListener("message", ({ data }) => acts[data.type]?.(data));
  }

  post(type, detail) {
    this.channel?.postMessage({ type, ...detail });
  }
}
