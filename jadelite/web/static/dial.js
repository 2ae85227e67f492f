// The threshold dial: a slider beside the number, and the figures as it moves, taken from the table
// of thresholds. Without this file the form asks the server.

for (const form of document.querySelectorAll("form[data-dial]")) {
  const rows = [...document.querySelectorAll(`#${form.dataset.dial} tr[data-t]`)];
  const number = form.querySelector("input[name=t]");
  const out = form.parentElement.querySelector(".dial-out");
  const near = form.parentElement.querySelector("[data-near]");
  if (!rows.length || !out) continue;
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = 0;
  slider.max = rows.length - 1;
  slider.step = 1;
  slider.dir = "ltr"; // as the chart beside it, in every language
  slider.setAttribute("aria-label", form.querySelector("label").firstChild.textContent.trim());
  form.querySelector("label").after(slider);
  form.querySelector("button").hidden = true;

  const nearest = (value) =>
    rows.reduce((best, row) =>
      Math.abs(row.dataset.t - value) < Math.abs(best.dataset.t - value) ? row : best);

  const show = (row) => {
    for (const old of rows) old.classList.toggle("chosen", old === row);
    for (const cell of row.querySelectorAll("[data-in]")) {
      const place = out.querySelector(`[data-out="${cell.dataset.in}"]`);
      place?.replaceChildren(...[...cell.childNodes].map((node) => node.cloneNode(true)));
    }
    const isNear = Math.abs(row.dataset.t - number.value) < 0.001;
    near.textContent = row.querySelector("th").firstChild.textContent.trim();
    near.closest("p").hidden = isNear;
    slider.value = rows.indexOf(row);
    slider.setAttribute("aria-valuetext", row.querySelector("th").textContent.trim());
  };

  show(nearest(Number(number.value)));
  slider.addEventListener("input", () => {
    const row = rows[Number(slider.value)];
    number.value = Math.round(row.dataset.t * 1000) / 1000;
    show(row);
  });
  number.addEventListener("input", () => show(nearest(Number(number.value))));
  form.addEventListener("submit", (event) => event.preventDefault());
}
