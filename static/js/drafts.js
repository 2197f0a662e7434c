// The browser's own copies of forms that were not sent yet, one for each account and form.

const KEPT_DAYS = 14;
const SENT = "draft-sent";

function prefix() {
  return `draft:${document.body.dataset.account || "visitor"}:`;
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith("draft:"));
}

export function load(name) {
  try {
    return JSON.parse(localStorage.getItem(prefix() + name));
  } catch {
    return null;
  }
}

export function save(name, draft) {
  try {
    localStorage.setItem(prefix() + name, JSON.stringify({ ...draft, at: new Date().toISOString() }));
  } catch {
    // A full or forbidden storage costs the copy, not the form.
  }
}

export function forget(name) {
  localStorage.removeItem(prefix() + name);
}

export function markSent(name, formId) {
  sessionStorage.setItem(SENT, JSON.stringify({ key: prefix() + name, formId }));
}

function arrivedAnew() {
  const [navigation] = performance.getEntriesByType("navigation");
  return !navigation || navigation.type === "navigate";
}

function refused(formId) {
  const form = formId && document.getElementById(formId);
  return Boolean(form && form.querySelector(".ap-errors"));
}

// A copy goes once the server has taken the form: not if it came back with errors, ended on an error page, or lost its session.
export function settle() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) || "null");
  sessionStorage.removeItem(SENT);
  const saidDone = document.querySelector(".ap-toast[data-done]") !== null;
  const signedIn = Boolean(document.body.dataset.account);
  const failed = "error" in document.body.dataset;
  if (sent && arrivedAnew() && !failed && !refused(sent.formId) && (signedIn || saidDone)) localStorage.removeItem(sent.key);

  const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
  for (const key of keys()) {
    let at = 0;
    try {
      at = Date.parse(JSON.parse(localStorage.getItem(key)).at);
    } catch {
      at = 0;
    }
    if (!(at > oldest)) localStorage.removeItem(key);
  }
}

// Whoever signs out on purpose leaves nothing behind on this computer.
export function forgetOnLeaving() {
  document.addEventListener("submit", (event) => {
    if (!("leave" in event.target.dataset)) return;
    for (const key of keys().filter((key) => key.startsWith(prefix()))) localStorage.removeItem(key);
  });
}
