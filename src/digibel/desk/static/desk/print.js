// The day on paper: the press has brought this page, so the printer's window opens by itself. Without script the menu does it.
(() => {
  "use strict";
  for (const line of document.querySelectorAll("[data-print-by-hand]")) line.hidden = true;
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // A page that was only looked up waits for its button.
  if (!document.querySelector('[data-print="asked"]')) {
    window.addEventListener("load", () => window.print(), { once: true });
  }
})();
