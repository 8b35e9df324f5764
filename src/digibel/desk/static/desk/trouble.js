// What becomes of an answer of htmx that is not a success. Pages without htmx tell it themselves.
// An answer that says where it belongs (HX-Retarget) is shown there, also a refusal; for the rest, the notice #trouble.
(() => {
  "use strict";
  const show = (yes) => {
    const told = document.getElementById("trouble");
    if (told) told.hidden = !yes;
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(name, () => show(true));
  }
  document.addEventListener("htmx:beforeRequest", () => show(false));
})();
