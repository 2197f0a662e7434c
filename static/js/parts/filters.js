// Applies filters as they are chosen, and gives the focus back to the one that was changed.

const FOCUS = "filters-focus";
const CHOSEN = "select, input[type=checkbox], input[type=radio], input[type=date], input[type=month]";

export default function filters(form) {
  const last = sessionStorage.getItem(FOCUS);
  sessionStorage.removeItem(FOCUS);
  if (last && form.elements[last]) form.elements[last].focus();

  let timer = 0;
  let byKeyboard = false;
  form.addEventListener("keydown", () => { byKeyboard = true; });
  form.addEventListener("pointerdown", () => { byKeyboard = false; });
  form.addEventListener("change", (event) => {
    if (!event.target.matches(CHOSEN)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      sessionStorage.setItem(FOCUS, event.target.id);
      form.requestSubmit();
    }, byKeyboard ? 900 : 100);
  });
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of form.elements) field.disabled = false;
  });
}
