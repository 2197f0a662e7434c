// Keeps what is being typed into a form in the browser, and puts it back after a lost session or a closed window.

import { forget, load, markSent, save } from "../drafts.js";

const LEFT_OUT = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !LEFT_OUT.has(field.type) && field.tagName !== "FIELDSET");
}

function valuesOf(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked ? [field.value] : [];
  if (field.type === "select-multiple") return [...field.selectedOptions].map((option) => option.value);
  return [field.value];
}

function read(form) {
  const values = {};
  for (const field of fieldsOf(form)) (values[field.name] ??= []).push(...valuesOf(field));
  return values;
}

function write(form, values) {
  const left = structuredClone(values);
  for (const field of fieldsOf(form)) {
    const mine = left[field.name];
    if (!mine) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = mine.includes(field.value);
    else if (field.type === "select-multiple") for (const option of field.options) option.selected = mine.includes(option.value);
    else if (mine.length) field.value = mine.shift();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export default function draft(form) {
  const name = form.dataset.draft;
  const notice = form.querySelector("[data-draft-notice]");
  const version = form.elements.version?.value ?? "";
  const shown = read(form);
  const kept = load(name);
  let timer = 0;

  const keep = () => {
    clearTimeout(timer);
    const typed = read(form);
    if (same(typed, shown) && !form.querySelector(".ap-errors")) forget(name);
    else save(name, { version, values: typed });
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 400);
  });
  window.addEventListener("pagehide", () => { if (timer) keep(); });
  form.addEventListener("submit", () => {
    keep();
    timer = 0;
    markSent(name, form.id);
  });

  if (form.querySelector(".ap-errors")) keep();
  else if (kept && same(kept.values, shown)) forget(name);
  else if (kept) offer(form, notice, kept, { stale: kept.version !== version, shown, drop: () => forget(name) });
}

function offer(form, notice, kept, { stale, shown, drop }) {
  const when = notice.querySelector("time");
  when.dateTime = kept.at;
  when.textContent = new Date(kept.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const [putBack, discard] = notice.querySelectorAll("button");
  const restore = () => {
    write(form, kept.values);
    putBack.hidden = true;
    notice.querySelector("[data-draft-put-back]").hidden = false;
    notice.querySelector("[data-draft-waits]").hidden = true;
  };
  notice.hidden = false;
  if (!stale) restore();
  putBack.addEventListener("click", restore);
  discard.addEventListener("click", () => {
    drop();
    write(form, shown);
    notice.hidden = true;
  });
}
