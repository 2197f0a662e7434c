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

export function onKey(key, act) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (typing(event.target) || !singleKeysOn()) return;
    event.preventDefault();
    act();
  });
}
