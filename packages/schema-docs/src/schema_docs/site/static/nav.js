// In the frame of a page: names the present page to screen readers, and "/" searches as it does there.
"use strict";

const present = document.getElementById(location.hash.slice(1));
present?.querySelector("a").setAttribute("aria-current", "page");
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  parent.postMessage("search", "*");
});
