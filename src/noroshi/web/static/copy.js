/* Noroshi: the buttons that copy what stands beside them, and a page that goes on by itself. */
"use strict";
(() => {
  const show = () => {
    for (const one of document.querySelectorAll("[data-copy][hidden]")) one.hidden = false;
    const done = document.querySelector("a[data-go]");
    if (done) location.assign(done.href);
  };

  // Where the clipboard may not be written the text is marked, so that the keyboard copies it.
  function mark(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.textContent);
      const was = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = was; }, 2000);
    } catch {
      mark(source);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  // A form may not lead elsewhere (form-action), so its answer goes on, in the answer's own place:
  // the way back leads to the page before it, not into the same once more.
  const away = document.querySelector("a[data-leave]");
  if (away && /^https?:$/.test(away.protocol)) location.replace(away.href);
  new MutationObserver(show).observe(document.body, { childList: true, subtree: true });
  show();
})();
