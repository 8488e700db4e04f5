/* Noroshi: "/" leads to the search, and a filter leaves those branches of the tree that have its text. */
"use strict";
(() => {
  const isTyping = (element) => element?.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const field = document.querySelector("#search, [data-find]");
    if (!field || !field.offsetParent) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // Whoever goes on typing adds to the words.
  const search = document.getElementById("search");
  search?.setSelectionRange(search.value.length, search.value.length);

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
