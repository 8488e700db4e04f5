/* Noroshi: the search opens over each page, and a filter leaves those branches of the tree that have its text. */
"use strict";
(() => {
  const isTyping = (element) => element?.closest?.("input, textarea, select, [contenteditable]");
  const dialog = document.getElementById("find"), words = document.getElementById("find-words");

  function open(text) {
    if (dialog.open) return;
    dialog.showModal();
    if (text !== undefined) {
      words.value = text;
      words.dispatchEvent(new Event("input", { bubbles: true }));
    } else words.select();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const field = document.getElementById("search");
    if (!field && !dialog) return;
    event.preventDefault();
    if (dialog) open();
    else field.select();
  });

  // Whoever goes on typing adds to the words.
  const search = document.getElementById("search");
  search?.setSelectionRange(search.value.length, search.value.length);

  const options = () => [...dialog.querySelectorAll("[role=option]")];
  const chosen = () => dialog.querySelector("[role=option][aria-selected=true]");

  function choose(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    words.setAttribute("aria-expanded", String(Boolean(option)));
    if (option) words.setAttribute("aria-activedescendant", option.id);
    else words.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  }

  /* Return whether there is another group that way: else Tab goes on to what comes next. */
  function stepGroup(by) {
    const firsts = [...dialog.querySelectorAll("[role=group] > [role=option]:first-of-type")];
    const group = chosen()?.closest("[role=group]");
    const next = firsts[firsts.findIndex((one) => one.closest("[role=group]") === group) + by];
    if (group && next) choose(next);
    return Boolean(group && next);
  }

  /* What is listed may still be that of the words before. */
  function follow(event) {
    const option = chosen();
    if (!option || document.getElementById("find-list").dataset.query !== words.value.trim()) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
    else option.click();
  }

  const keys = {
    ArrowDown: (event) => { event.preventDefault(); step(1); },
    ArrowUp: (event) => { event.preventDefault(); step(-1); },
    Tab: (event) => { if (stepGroup(event.shiftKey ? -1 : 1)) event.preventDefault(); },
    Enter: follow,
    Escape: (event) => { event.preventDefault(); dialog.close(); },
  };

  function carry(field) {
    open(field.value);
    field.value = "";
  }

  if (dialog) {
    words.addEventListener("keydown", (event) => { if (!event.isComposing) keys[event.key]?.(event); });
    dialog.addEventListener("htmx:after:swap", () => choose(options()[0]));
    // A link to this very page leaves it open.
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a, [data-close]")) dialog.close();
    });
    for (const opener of document.querySelectorAll("[data-find]")) {
      opener.addEventListener("click", (event) => {
        event.preventDefault();
        open();
      });
      opener.addEventListener("input", (event) => { if (!event.isComposing) carry(opener); });
      opener.addEventListener("compositionend", () => carry(opener));
    }
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  function filter(field) {
    const terms = plain(field.value).split(/\s+/).filter(Boolean);
    for (const branch of document.querySelectorAll(`#${field.dataset.filter} > li`)) {
      const text = plain(branch.firstElementChild?.textContent ?? "");
      branch.hidden = !terms.every((term) => text.includes(term));
    }
  }

  for (const field of document.querySelectorAll("[data-filter]")) {
    field.hidden = false;
    field.addEventListener("input", () => filter(field));
  }
})();
