// Sends a form once, however often its button is pressed.

const AGAIN_AFTER = 15000;

export default function once(form) {
  let sent = false;
  const buttons = () => [...form.elements].filter((element) => element.type === "submit");
  const release = () => {
    sent = false;
    form.removeAttribute("aria-busy");
    for (const button of buttons()) button.disabled = false;
  };
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    // After this turn the browser has read which button was pressed; until then it must not be disabled.
    setTimeout(() => {
      if (event.defaultPrevented) {
        sent = false;
        return;
      }
      form.setAttribute("aria-busy", "true");
      for (const button of buttons()) button.disabled = true;
      setTimeout(release, AGAIN_AFTER);
    });
    sent = true;
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) release(); });
}
