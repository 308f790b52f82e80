import assert from "node:assert/strict";
import { test } from "node:test";

import { Sync } from "../../annotations/static/annotations/js/marking/sync.js";

test("a page left while saves are under way asks for the news once when it is loaded anew", () => {
  globalThis.sessionStorage = {};
  const asked = [];
  const page = (size) => Object.assign(Object.create(Sync.prototype), { outbox: { size }, pull: () => asked.push(size) });
  page(0).left();
  page(0).catchUp();
  assert.deepEqual(asked, []);
  page(2).left();
  page(1).catchUp();
  page(1).catchUp();
  assert.deepEqual(asked, [1]);
  delete globalThis.sessionStorage;
});

const response = (reply) => ({ status: 200, ok: true, json: async () => reply });
const turns = async () => new Promise((resolve) => setTimeout(resolve));

test("news that a save has overtaken are asked for again, but not for ever", async () => {
  const taken = [];
  const asked = [];
  const page = Object.assign(Object.create(Sync.prototype), {
    rev: 1,
    head: {},
    ask: () => new Promise((resolve) => asked.push((rev) => resolve(response({ rev })))),
    hooks: { changed: ({ rev }) => taken.push(rev) },
  });
  const pulled = page.pull();
  page.rev = 2; // saved meanwhile
  asked[0](1);
  await turns();
  asked[1](2);
  assert.equal(await pulled, true);
  assert.deepEqual([taken, asked.length], [[2], 2]);
  const older = page.pull(); // of a server that was set back
  for (const n of [2, 3, 4]) (await turns(), asked[n](1));
  await older;
  assert.deepEqual([taken, page.rev], [[2, 1], 1]);
});

test("back online a try that began offline and fails is made anew at once", async () => {
  const sent = [];
  const page = Object.assign(Object.create(Sync.prototype), {
    outbox: { size: 1, refresh: async () => ({}), first: () => [] },
    hooks: { refreshed: () => {}, status: () => {} },
    send: () => new Promise((resolve) => sent.push(resolve)),
  });
  page.kick();
  await turns();
  page.online();
  page.trouble = "offline";
  sent[0](false);
  await turns();
  assert.equal(sent.length, 2);
  sent[1](false);
  await turns();
  assert.equal(sent.length, 2);
});
