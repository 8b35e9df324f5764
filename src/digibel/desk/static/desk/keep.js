// A part of the page that is drawn anew while somebody is telephoning keeps what they did in it meanwhile: ticks,
// choices, and where they were. The server drew it from what the page said when it asked, and that is a moment ago.
(() => {
  "use strict";
  const CHOICES = "input[type=checkbox][name], input[type=radio][name]";
  const same = (one, other) => one.name === other.name && one.value === other.value;
  let kept = null;

  const remember = (part) => ({
    part,
    choices: [...part.querySelectorAll(CHOICES)].map(({ name, value, checked }) => ({ name, value, checked })),
    here: part.contains(document.activeElement) ? document.activeElement : null,
  });

  const restore = ({ part, choices, here }) => {
    const drawn = [...part.querySelectorAll(CHOICES)];
    for (const choice of choices) {
      const again = drawn.find((one) => same(one, choice));
      if (again) again.checked = choice.checked;
    }
    if (here?.matches(CHOICES)) drawn.find((one) => same(one, here))?.focus({ preventScroll: true });
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    kept = event.detail.shouldSwap ? remember(event.detail.target) : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (kept) restore(kept);
    kept = null;
  });
})();
