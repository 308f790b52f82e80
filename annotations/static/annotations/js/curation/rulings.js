// Rulings as records of operations: made here, kept in the outbox of the marking page, sent in its
// envelope. A record is {op_id, kind, on, id, ver, next, before, after, shown}: `after` is what is
// sent, `shown` what the board shows until the server has answered, `before` what it goes back to.

import { newId } from "../marking/store.js";
import { decisionOf } from "./board.js";

/** Shows the ruling on the board and gives its record with the blocks to paint. */
export function perform(board, id, kind, payload, shown) {
  const one = board.case(id);
  const ver = one?.ver ?? 0;
  const record = {
    op_id: newId(),
    kind,
    on: "case",
    id,
    ver,
    next: ver + 1,
    before: one ? decisionOf(one) : null,
    after: { id, ...payload },
    shown,
  };
  return { record, touched: show(board, record) };
}

/** Shows a record, as made here or in another tab, as not saved yet. */
export function show(board, { id, next, shown }) {
  board.expect(id);
  return board.put({ ...shown, id, ver: next });
}

/** Settles answered records: {touched, notices, whole}; `whole`: ask for all cases anew. */
export function settle({ board, outbox, undo }, records, results) {
  const answers = new Map(results.map((result) => [result.op_id, result]));
  const out = { touched: new Set(), notices: [], whole: false };
  for (const record of records) {
    const result = answers.get(record.op_id);
    if (!result) continue;
    const known = outbox.waiting.has(record.op_id);
    outbox.remove([record]);
    if (!known) continue;
    board.expect(record.id, -1);
    if (result.status === "applied" || result.status === "same") accept(board, record, result, out);
    else refuse({ board, outbox, undo }, record, result, out);
  }
  return out;
}

function take(board, told, out) {
  for (const block of board.put(told)) out.touched.add(block);
}

function accept(board, record, { current }, out) {
  if (!current?.case) return;
  if (!board.pending.has(record.id)) take(board, current.case, out);
  for (const link of current.links ?? []) {
    if (!board.pending.has(link.id) && board.case(link.id)) take(board, link, out);
  }
}

/** Later rulings on the case rest on one that was refused: they go too. */
function refuse({ board, outbox, undo }, record, { status, message, current }, out) {
  const later = outbox.about(record.id);
  outbox.remove(later);
  board.expect(record.id, -later.length);
  const truth = current?.case ?? record.before;
  if (truth) take(board, { ...truth, id: record.id }, out);
  else board.cases.delete(record.id);
  undo.forget(record.id);
  giveBack(board, record);
  out.notices.push({ status, message, id: record.id, theirs: current?.case ?? null, mine: record });
  if (status === "conflict" || status === "gone") out.whole = true;
}

/** The reason that was typed is not lost with the ruling: it goes with the next one on the case. */
function giveBack(board, { id, after }) {
  const { reason = "", rule = "", note = "" } = after ?? {};
  if ((reason || rule || note) && board.case(id)) board.reasons.set(id, { reason, rule, note });
}

// Undo as a stack of rulings, each put back by a new ruling; it survives saves.

export class Undo {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  push(record) {
    this.done.push(record);
    this.undone.length = 0;
  }

  /** The record to put back (or, with redo, to make again); null when there is none. */
  back(redo = false) {
    const [from, to] = redo ? [this.undone, this.done] : [this.done, this.undone];
    const record = from.pop();
    if (record) to.push(record);
    return record ?? null;
  }

  forget(id) {
    this.done = this.done.filter((record) => record.id !== id);
    this.undone = this.undone.filter((record) => record.id !== id);
  }
}
