// The keys of the desk. Everything works without this file.
//
//   j k            the next, the previous row that asks something ([data-row]); Enter is then the row's own link or button
//   1 ... 9        what the first nine rows ask; it is written on their plates. A page opens; a deed only gets the focus,
//                  so that no slip of a finger takes an alarm: Enter does it
//   n, /, ...      whatever element says data-key="n": a field gets the focus, anything else is pressed
//   ?              the list of keys
//   Alt + down/up  the next, the previous step of a form ([data-step])
//   Ctrl + Enter   presses the filled button of the form in which one types
//
// Single letters never act while a field has the focus, and can be switched off (WCAG 2.1.4); that is kept in this browser.
(() => {
  "use strict";
  const STORE = "digibel-keys";
  const page = document.documentElement;

  const stored = () => {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null; // a browser that keeps nothing: the keys are on
    }
  };
  const store = (value) => {
    try {
      localStorage.setItem(STORE, value);
    } catch {
      // It still holds for this page.
    }
  };
  const areOn = () => page.dataset.keys !== "off";

  const setKeys = (on) => {
    page.dataset.keys = on ? "on" : "off";
    for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = on;
  };

  const isField = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName));

  const seen = (element) => element.getClientRects().length > 0;

  // What a row asks: its last link or button, which stands in the column "do".
  const asked = () =>
    [...document.querySelectorAll("[data-row]")]
      .map((row) => [...row.querySelectorAll("a[href], button:not(:disabled)")].filter(seen).pop())
      .filter(Boolean);

  const move = (step) => {
    const pushes = asked();
    if (!pushes.length) return;
    const row = document.activeElement?.closest("[data-row]");
    const here = pushes.findIndex((push) => row?.contains(push));
    const next = here < 0 ? (step > 0 ? 0 : pushes.length - 1) : here + step;
    pushes[Math.min(Math.max(next, 0), pushes.length - 1)].focus();
  };

  // The figure by its place on the keyboard: on a Belgian one it needs Shift. Where Shift makes a sign of it, it is that sign.
  const figureOf = (event) => {
    const figure = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    return !event.shiftKey || event.key === figure ? figure : undefined;
  };

  const plates = () => asked().filter((push) => push.closest(".do")).slice(0, 9);

  const pressPlate = (figure) => {
    const push = plates()[figure - 1];
    if (!push) return false;
    if (push.form) push.focus();
    else push.click();
    return true;
  };

  const writeFigures = () => {
    plates().forEach((push, at) => {
      push.setAttribute("aria-keyshortcuts", String(at + 1));
      const key = document.createElement("kbd");
      key.ariaHidden = "true";
      key.textContent = at + 1;
      push.append(" ", key);
    });
  };

  const showKeys = () => {
    const keys = document.getElementById("keys");
    if (!keys) return;
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  };

  const press = (letter) => {
    const found = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === letter && seen(element) && !element.disabled,
    );
    if (!found) return false;
    if (isField(found)) {
      found.focus();
    } else {
      found.click();
    }
    return true;
  };

  const FOCUSABLE = "input:not([type=hidden]):not(:disabled), select, textarea, button:not(:disabled), a[href]";

  const goToStep = (by) => {
    const steps = [...document.querySelectorAll("[data-step]")];
    const here = steps.findIndex((step) => step.contains(document.activeElement));
    const step = steps[here < 0 ? 0 : here + by];
    const first = step && [...step.querySelectorAll(FOCUSABLE)].find(seen);
    if (!first) return false;
    first.focus();
    step.scrollIntoView({ block: "start" });
    return true;
  };

  const onLetter = (event) => {
    if (!areOn() || isField(event.target)) return false;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") showKeys();
    else {
      const figure = figureOf(event);
      return !event.repeat && (figure ? pressPlate(figure) : press(event.key));
    }
    return true;
  };

  // A select and a date have their own use for these arrows.
  const keepsArrows = (element) =>
    element?.tagName === "SELECT" || ["date", "time", "datetime-local"].includes(element?.type);

  const onChord = (event) => {
    if (event.altKey && !event.ctrlKey && !keepsArrows(event.target)) {
      if (event.key === "ArrowDown") return goToStep(1);
      if (event.key === "ArrowUp") return goToStep(-1);
    }
    const main = event.ctrlKey && event.key === "Enter" && event.target.form?.querySelector("button.main");
    if (main) {
      main.click();
      return true;
    }
    return false;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const chord = event.altKey || event.ctrlKey || event.metaKey;
    if (chord ? onChord(event) : onLetter(event)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    setKeys(event.target.checked);
    store(event.target.checked ? "on" : "off");
  });

  writeFigures();
  setKeys(stored() !== "off");
  const keys = document.getElementById("keys");
  if (keys) keys.hidden = false;
})();
