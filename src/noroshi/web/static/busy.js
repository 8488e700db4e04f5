/* Noroshi: a pressed button says that it is at work, and what was sent is not sent a second time. */
"use strict";
(() => {
  const LATER = 300, GIVEN_UP = 60000;
  const told = document.getElementById("busy");
  const busy = new Map();

  // Its name and value go along, and the focus stays: so it is not `disabled`, which would lose both.
  function begin(form, button) {
    button?.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-disabled", "true");
    const slow = setTimeout(() => {
      button?.classList.add("is-slow");
      told.textContent = told.dataset.words;
    }, LATER);
    busy.set(form, { button, slow, end: setTimeout(() => end(form), GIVEN_UP) });
  }

  function end(form) {
    const one = busy.get(form);
    if (!one) return;
    busy.delete(form);
    clearTimeout(one.slow);
    clearTimeout(one.end);
    one.button?.removeAttribute("aria-busy");
    one.button?.removeAttribute("aria-disabled");
    one.button?.classList.remove("is-slow");
    told.textContent = "";
  }

  const all = () => [...busy.keys()].forEach(end);

  // What opens another window leaves this page as it is; files are brought by links, not by forms.
  function waits(form, button) {
    const target = button?.getAttribute("formtarget") ?? form.getAttribute("target");
    return form.getAttribute("method") === "post" && !target;
  }

  document.addEventListener("submit", (event) => {
    if (!busy.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented && !form.hasAttribute("hx-post")) return;
    if (waits(form, button)) begin(form, button);
  });
  document.addEventListener("htmx:finally:request", (event) => end(event.detail.ctx.sourceElement));
  // The way back may lead to this very page as it was left; Escape stops what is under way.
  addEventListener("pageshow", all);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") all(); });
})();
