// Has the browser ask for a passkey, and sends the form around it with the answer.

const bytes = (written) => Uint8Array.from(
  atob(written.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0),
);

const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function asked(options) {
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
  };
}

function answered(credential) {
  const { response } = credential;
  const told = { clientDataJSON: written(response.clientDataJSON) };
  if (response.attestationObject) {
    told.attestationObject = written(response.attestationObject);
    told.transports = response.getTransports?.() ?? [];
  } else {
    told.authenticatorData = written(response.authenticatorData);
    told.signature = written(response.signature);
    if (response.userHandle) told.userHandle = written(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: written(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: told,
  });
}

async function credentialFor(element, form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token?.value ?? "" });
  const response = await fetch(element.dataset.challenge, { method: "POST", body });
  if (!response.ok) throw new Error(`${response.status}`);
  const publicKey = asked(await response.json());
  return navigator.credentials[element.dataset.kind]({ publicKey });
}

export default function passkey(element) {
  const form = element.closest("form");
  const button = element.querySelector("button");
  const failed = element.querySelector("[data-failed]");
  const isNumber = /^[\d.]+$|:/.test(location.hostname.replace(/^\[|\]$/g, ""));
  if (!form || !window.PublicKeyCredential || isNumber) return;
  element.querySelector("[data-unknown]").hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      form.elements[element.dataset.answer].value = answered(await credentialFor(element, form));
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
