// Ranks anew while a weight is turned: the same page is asked for, and what depends on the weights is put in place of the old.

const PAUSE = 250;

export default function weights(form) {
  const status = document.createElement("p");
  status.className = "ap-vh";
  status.setAttribute("role", "status");
  form.after(status);
  let timer = 0;
  let asked = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    if (form.checkValidity()) timer = setTimeout(() => rank(form, status, () => asked, ++asked), PAUSE);
  });
}

// An answer that a later question has overtaken is left alone; where none comes, the button still ranks.
async function rank(form, status, latest, number) {
  const address = new URL(form.action || location.href);
  address.search = new URLSearchParams(new FormData(form)).toString();
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok || latest() !== number) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (latest() !== number) return;
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${old.dataset.live}"]`);
      if (!fresh) continue;
      old.replaceChildren(...fresh.childNodes);
      document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: old } }));
    }
    history.replaceState(history.state, "", address);
    status.textContent = document.querySelector("[data-live] h3")?.textContent.trim() ?? "";
  } catch {
    status.textContent = "";
  }
}
