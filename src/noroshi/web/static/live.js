/* Noroshi: what a page that is told live does by itself: it says whether it is, and how long ago. */
"use strict";
(() => {
  const note = document.getElementById("live");
  if (!note) return;
  const words = note.dataset;
  const filled = (text, n) => text.replace("#", n);

  function ago(since) {
    const minutes = Math.floor((Date.now() - Date.parse(since)) / 60000);
    if (minutes < 1) return words.moment;
    if (minutes < 60) return filled(words.minutes, minutes);
    const hours = Math.floor(minutes / 60);
    if (hours < 6) return `${filled(words.hours, hours)} ${filled(words.minutes, minutes % 60)}`;
    return hours < 48 ? filled(words.hours, hours) : filled(words.days, Math.floor(hours / 24));
  }

  function tell() {
    for (const one of document.querySelectorAll("[data-since]")) {
      const text = ago(one.dataset.since);
      if (one.textContent !== text) one.textContent = text;
    }
  }

  // What somebody is typing or choosing outlives a change of the definitions by others.
  function typing() {
    const fields = document.querySelectorAll("main textarea, main input:not([type=hidden])");
    return [...fields].some((one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked);
  }

  let late = false;
  function renew() {
    late = typing();
    if (!late) location.reload();
  }

  function connected(well) {
    const text = well ? words.on : words.off;
    if (note.textContent !== text) note.textContent = text;
    note.classList.toggle("is-off", !well);
  }

  note.addEventListener("htmx:sse:after:connection", () => connected(true));
  note.addEventListener("htmx:sse:after:message", tell);
  note.addEventListener("htmx:sse:error", (event) => {
    if (event.detail.status === 401) location.reload();
    connected(false);
  });
  note.addEventListener("htmx:sse:before:connection", (event) => {
    if (event.detail.connection.attempt > 0) connected(false);
  });
  note.addEventListener("definitions", renew);
  const side = document.getElementById("side");
  if (side && matchMedia("(max-width: 56rem)").matches) side.open = false;
  setInterval(() => {
    tell();
    if (late) renew();
  }, 20000);
  tell();
})();
