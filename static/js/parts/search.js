// Takes / to the search field, or to the search page where the field has no room.

import { onKey } from "../keys.js";

export default function search(form) {
  const field = form.querySelector("input[type=search]");
  onKey("/", () => {
    if (field.checkVisibility()) field.select();
    else window.location.assign(form.action);
  });
}
