import assert from "node:assert/strict";
import test from "node:test";

import {
  demandPasskey,
  readOptions,
  writeCredential,
} from "../../annotations/static/annotations/js/accounts/passkey.js";

const bytes = (...values) => Uint8Array.from(values);

test("options are read into bytes, also from letters that only base64url has", () => {
  const told = { challenge: "-_8A", user: { id: "AQI", name: "eve" }, excludeCredentials: [{ id: "Aw" }] };
  const options = readOptions({ publicKey: told });
  assert.deepEqual(options.challenge, bytes(251, 255, 0));
  assert.deepEqual(options.user, { id: bytes(1, 2), name: "eve" });
  assert.deepEqual(options.excludeCredentials, [{ id: bytes(3) }]);
});

test("a credential is written as the server reads it, without what it has not", () => {
  const credential = {
    id: "-_8A",
    rawId: bytes(251, 255, 0).buffer,
    type: "public-key",
    authenticatorAttachment: "platform",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    response: { clientDataJSON: bytes(1).buffer, signature: bytes(2).buffer, userHandle: null },
  };
  const written = writeCredential(credential);
  assert.equal(written.rawId, "-_8A");
  assert.deepEqual(written.response, { clientDataJSON: "AQ", signature: "Ag" });
  assert.deepEqual(written.clientExtensionResults, { credProps: { rk: true } });
});

test("a key that replaces the password must be kept on the device and verify its person", () => {
  const options = demandPasskey({ authenticatorSelection: { residentKey: "discouraged" }, timeout: 1 });
  assert.deepEqual(options, {
    timeout: 1,
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
  });
});
