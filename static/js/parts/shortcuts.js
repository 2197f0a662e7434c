// Shows the keyboard shortcuts on ?, walks through the rows of a list with j and k, and goes to a page on g and its key.

import { onKey, onKeyAfter, singleKeysOn, switchSingleKeys } from "../keys.js";

const ROW_LINKS = ".ap-inbox a, tbody th a, .ap-room input, .ap-next .btn, .ap-rows > li > a, .ap-rows > li > b > a";

export default function shortcuts(dialog) {
  const box = dialog.querySelector("input[type=checkbox]");
  box.checked = singleKeysOn();
  box.addEventListener("change", () => switchSingleKeys(box.checked));
  onKey("?", () => dialog.showModal());
  onKey("j", () => step(1));
  onKey("k", () => step(-1));
  for (const way of dialog.querySelectorAll("[data-go]")) onKeyAfter("g", way.dataset.go, () => way.click());
}

function step(by) {
  const rows = [...document.querySelectorAll(`main :is(${ROW_LINKS})`)].filter((row) => row.checkVisibility());
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  rows[next].focus();
}
