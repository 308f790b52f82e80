// A passkey's or security key's part of a form: [data-passkey="create|get"] is the button,
// its form's input[name=credential] takes the answer. Options lie in the page as JSON
// (#passkey-options) or are fetched from the button's data-options.

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const withBytes = (list) => (list ?? []).map((each) => ({ ...each, id: fromText(each.id) }));

export function readOptions({ publicKey }) {
  const options = { ...publicKey, challenge: fromText(publicKey.challenge) };
  if (publicKey.user) options.user = { ...publicKey.user, id: fromText(publicKey.user.id) };
  if (publicKey.excludeCredentials) {
    options.excludeCredentials = withBytes(publicKey.excludeCredentials);
  }
  if (publicKey.allowCredentials) options.allowCredentials = withBytes(publicKey.allowCredentials);
  return options;
}

/** For keys that also replace the password: kept on the device, behind its PIN or finger. */
export function demandPasskey(options) {
  const wished = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
  return { ...options, authenticatorSelection: { ...options.authenticatorSelection, ...wished } };
}

const ANSWERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

export function writeCredential(credential) {
  const response = {};
  for (const name of ANSWERS) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response,
  };
}

async function findOptions(button) {
  if (!button.dataset.options) {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const headers = { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" };
  const answer = await fetch(button.dataset.options, { headers });
  if (!answer.ok) throw new Error(`The site answered ${answer.status}.`);
  return (await answer.json()).request_options;
}

async function ask(button) {
  const told = await findOptions(button);
  let publicKey = readOptions(told.creation_options ?? told.request_options ?? told);
  if (button.dataset.passkey === "get") return navigator.credentials.get({ publicKey });
  if (button.form.elements.passwordless?.checked) publicKey = demandPasskey(publicKey);
  return navigator.credentials.create({ publicKey });
}

function tell(button, sentence) {
  const place = button.form.querySelector("[data-passkey-problem]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

async function answer(event) {
  const button = event.currentTarget;
  event.preventDefault();
  tell(button, "");
  try {
    const credential = await ask(button);
    button.form.elements.credential.value = JSON.stringify(writeCredential(credential));
    button.form.requestSubmit();
  } catch {
    tell(button, "The key did not answer, or you stopped it. Nothing was changed; try again.");
  }
}

if (typeof document !== "undefined") {
  for (const button of document.querySelectorAll("[data-passkey]")) {
    if (window.PublicKeyCredential) button.addEventListener("click", answer);
    else tell(button, "This browser cannot use passkeys on this page: it needs https.");
  }
}
