// Opens what a details element would unfold as a dialog in front of the page.

import { makeModal } from "../modal.js";

export default function dialog(details) {
  const summary = details.querySelector("summary");
  const body = details.querySelector(".ap-dialog__b");
  const title = body.querySelector(".ap-dialog__t");
  const modal = makeModal({ close: details.dataset.close, label: title ? title.textContent : summary.textContent.trim() });
  details.after(modal);

  const show = () => {
    details.open = false;
    modal.append(body);
    modal.showModal();
    const wanted = [...body.querySelectorAll(".ap-errors, input:not([type=hidden]), select, textarea, button")];
    wanted.find((element) => element.checkVisibility())?.focus();
  };
  modal.addEventListener("close", () => {
    details.append(body);
    summary.focus();
  });
  summary.setAttribute("role", "button");
  summary.setAttribute("aria-haspopup", "dialog");
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    show();
  });
  if (details.open) show();
}
