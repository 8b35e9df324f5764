// A form that a passkey fills in: [data-passkey="get"] or "create", with what to ask in data-options, as the server wrote it
// (WebAuthn in JSON). Without this file, or in a browser without passkeys, the form stays hidden and there is another way.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

  const read = (told) => ({
    ...told,
    challenge: bytes(told.challenge),
    ...(told.user && { user: { ...told.user, id: bytes(told.user.id) } }),
    ...(told.allowCredentials && { allowCredentials: named(told.allowCredentials) }),
    ...(told.excludeCredentials && { excludeCredentials: named(told.excludeCredentials) }),
  });

  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = ({ rawId, type, response }) => {
    const parts = PARTS.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return JSON.stringify({ id: text(rawId), rawId: text(rawId), type, response: Object.fromEntries(parts), clientExtensionResults: {} });
  };

  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential) return;
  form.hidden = false;
  document.querySelector("[data-no-passkey]")?.setAttribute("hidden", "");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const publicKey = read(JSON.parse(form.dataset.options));
      form.elements.passkey.value = written(await navigator.credentials[form.dataset.passkey]({ publicKey }));
      form.submit();
    } catch {
      failed.hidden = false; // refused, or too late: there is a sentence, and another way
    }
  });
})();
