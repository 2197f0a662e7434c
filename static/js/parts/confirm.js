// Asks before a form is sent by a button with data-confirm; data-yes and data-no are what the two answers say.

import { makeModal } from "../modal.js";

export default function confirmFirst(button) {
  let sure = false;
  button.addEventListener("click", (event) => {
    if (sure) {
      sure = false;
      return;
    }
    event.preventDefault();
    const modal = makeModal({ label: button.textContent.trim() });
    const sentence = document.createElement("p");
    sentence.textContent = button.dataset.confirm;
    const answers = document.createElement("div");
    answers.className = "ap-dialog__a";
    const yes = answer(button.className, button.dataset.yes || button.textContent.trim());
    const no = answer("btn", button.dataset.no || "×");
    answers.append(yes, no);
    modal.append(sentence, answers);
    button.after(modal);
    yes.addEventListener("click", () => {
      modal.close();
      sure = true;
      button.click();
    });
    no.addEventListener("click", () => modal.close());
    modal.addEventListener("close", () => modal.remove());
    modal.showModal();
    no.focus();
  });
}

function answer(style, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = style;
  button.textContent = words;
  return button;
}
