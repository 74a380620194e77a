// Filters the list of scenarios, and shows the details of a scenario when it is opened. The details of an area are a
// compressed JSON object in this page: from the id of a scenario to its HTML.
"use strict";
const areas = new Map();

async function unpack(area) {
  const packed = document.getElementById("data-" + area).textContent;
  const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

async function fill(scenario) {
  const section = scenario.closest("[data-area]");
  if (!section || scenario.dataset.filled) return;
  scenario.dataset.filled = "yes";
  const area = section.dataset.area;
  if (!areas.has(area)) areas.set(area, unpack(area));
  const body = document.createElement("div");
  try {
    body.innerHTML = (await areas.get(area))[scenario.id] ?? "";
  } catch (error) {
    body.textContent = "This browser cannot unpack the details (" + error + "); run.json has them.";
  }
  scenario.append(body);
}

for (const scenario of document.querySelectorAll("section details.scenario")) {
  scenario.addEventListener("toggle", () => scenario.open && fill(scenario));
}

function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details")) {
    target.open = true;
    target.scrollIntoView();
  }
}
addEventListener("hashchange", follow);
follow();

const filters = document.getElementById("filters");
const [search, state, area, shown] = ["search", "state", "area", "shown"].map((id) => document.getElementById(id));

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const section of document.querySelectorAll("section[data-area]")) {
    let some = false;
    for (const row of section.querySelectorAll(":scope > .scenario")) {
      const text = (row.matches("details") ? row.firstElementChild : row).textContent.toLowerCase();
      row.hidden = !(
        words.every((word) => text.includes(word)) &&
        (!state.value || row.dataset.state === state.value) &&
        (!area.value || section.dataset.area === area.value)
      );
      if (!row.hidden) { some = true; count += 1; }
    }
    section.hidden = !some;
  }
  shown.textContent = count + (count === 1 ? " scenario" : " scenarios");
}
filters.hidden = false;
filters.addEventListener("input", filter);
filters.addEventListener("submit", (event) => event.preventDefault());
filter();
