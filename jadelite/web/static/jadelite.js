// What all pages share: the problem that is read first, a report that is awaited, a menu that
// closes. Keys are in keys.js, judging in review.js. Everything works without these files.

document.documentElement.classList.add("js");

// After a refused form the problem is read first.
document.querySelector("#problem")?.focus();

// A report that is being computed is looked for again, a few times.
const due = document.querySelector("[data-reload]");
if (due) {
  const tries = Number(sessionStorage.getItem("jadelite-reloads") ?? 0);
  sessionStorage.setItem("jadelite-reloads", String(tries + 1));
  if (tries < 5) setTimeout(() => location.reload(), 2000);
} else {
  sessionStorage.removeItem("jadelite-reloads");
}

// A menu closes with Escape, or when somebody looks elsewhere.
const menu = document.querySelector("details.menu");
document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});
menu?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
