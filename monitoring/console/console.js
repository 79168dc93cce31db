// Figures follow the server's events. Without this script a page is as it was when it was loaded.
"use strict";
const main = document.querySelector("main[data-live]");
const pause = document.querySelector("[data-pause]");

function show(said) {
  for (const [key, text] of Object.entries(said.texts))
    for (const one of document.querySelectorAll(`[data-text="${CSS.escape(key)}"]`)) one.textContent = text;
  for (const [key, state] of Object.entries(said.states))
    for (const one of document.querySelectorAll(`[data-state-of="${CSS.escape(key)}"]`)) one.dataset.state = state;
  for (const [name, html] of Object.entries(said.parts)) {
    const part = document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (part && part.dataset.was !== html) { part.innerHTML = html; part.dataset.was = html; }
  }
  for (const one of document.querySelectorAll("[data-at]")) one.textContent = said.at;
}

let source = null;
function follow() {
  source = new EventSource(`/live/${main.dataset.live}`);
  source.addEventListener("figures", (event) => show(JSON.parse(event.data)));
}
if (main && window.EventSource) {
  follow();
  pause.hidden = false;
  pause.addEventListener("click", () => {
    const on = pause.getAttribute("aria-pressed") === "true";
    if (on) follow(); else source.close();
    pause.setAttribute("aria-pressed", String(!on));
    pause.textContent = on ? pause.dataset.pause : pause.dataset.resume;
  });
}
