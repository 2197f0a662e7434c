// Single keys that do something wherever the focus is, unless somebody is typing or has switched them off.

const SWITCH = "single-keys";

export function singleKeysOn() {
  return localStorage.getItem(SWITCH) !== "off";
}

export function switchSingleKeys(on) {
  if (on) localStorage.removeItem(SWITCH);
  else localStorage.setItem(SWITCH, "off");
}

function typing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable], dialog") !== null;
}

function free(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  return !typing(event.target) && singleKeysOn();
}

export function onKey(key, act) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== key || !free(event)) return;
    event.preventDefault();
    act();
  });
}

const SOON = 1500;
let first = { key: "", at: 0 };

// Two keys one after the other: the second counts only soon after the first.
export function onKeyAfter(before, key, act) {
  heed(before);
  document.addEventListener("keydown", (event) => {
    if (event.key !== key || !free(event) || first.key !== before || Date.now() - first.at > SOON) return;
    event.preventDefault();
    first = { key: "", at: 0 };
    act();
  }, { capture: true });
}

const heeded = new Set();

function heed(key) {
  if (heeded.has(key)) return;
  heeded.add(key);
  document.addEventListener("keydown", (event) => {
    if (event.key === key && free(event)) first = { key, at: Date.now() };
    else first = { key: "", at: 0 };
  });
}
