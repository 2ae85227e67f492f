// Keys on the review page, answers kept through a reload, the focus where it helps.
// Everything works without this file.

const SWITCH = "jadelite-keys";
const root = document.documentElement;
root.classList.add("js");

const isTyping = (target) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type));

const isOn = () => localStorage.getItem(SWITCH) !== "off";

// The digit of a key press, whatever script the keyboard writes (1, ١, ۱).
function digitOf(event) {
  const code = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return code && !event.shiftKey ? Number(code[1]) : 0;
}

const questionsOf = (form) => [...form.querySelectorAll("fieldset.question")];
const isOpen = (question) => !question.querySelector("input:checked");

// Where the hand goes next: the first open question, else the button that saves.
function goOn(form) {
  const next = questionsOf(form).find(isOpen);
  const target = next?.querySelector("input") ?? form.querySelector("button.primary");
  target.focus({ preventScroll: true });
  (next ?? target).scrollIntoView({ block: "nearest" });
}

// A digit answers the question that has the focus, else the first open one, else the last.
function answer(form, digit) {
  const questions = questionsOf(form);
  const question =
    questions.find((item) => item.contains(document.activeElement)) ??
    questions.find(isOpen) ??
    questions.at(-1);
  const chosen = question?.querySelectorAll("input[type=radio]")[digit - 1];
  if (!chosen) return false;
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  goOn(form);
  return true;
}

function toggle(details) {
  details.open = !details.open;
  details.querySelector("summary").focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !isOn()) return;
  // A key held down must not run through two edits.
  if (event.repeat && !isTyping(event.target) && (event.key === "Enter" || digitOf(event))) {
    event.preventDefault();
    return;
  }
  const form = document.querySelector("form[data-keys]");
  if (!form) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") goOn(form);
    return;
  }
  const digit = digitOf(event);
  let isUsed = true;
  if (digit) isUsed = answer(form, digit);
  else if (event.code === "KeyN") form.querySelector("textarea").focus();
  else if (event.code === "KeyS") toggle(document.querySelector("details.skip"));
  else if (event.key === "?" || event.key === "؟") toggle(document.querySelector("details.keys"));
  else isUsed = false;
  if (isUsed) event.preventDefault();
}

document.addEventListener("keydown", onKey);

const box = document.querySelector("[data-keys-switch]");
if (box) {
  box.checked = isOn();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}

// Answers that were chosen but not saved outlive a reload or another language.
function keepAnswers(form) {
  const key = `jadelite-draft:${form.getAttribute("action")}`;
  const fields = () =>
    [...new FormData(form)].filter(([name]) => name === "note" || name.startsWith("answer-"));
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  if (!fields().some(([, value]) => value)) {
    for (const [name, value] of kept) {
      if (name === "note") form.elements.note.value = value;
      else for (const radio of form.querySelectorAll(`[name="${name}"]`)) radio.checked ||= radio.value === value;
    }
  }
  const keep = () => sessionStorage.setItem(key, JSON.stringify(fields()));
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}

// The reveal shows that the answers are stored: the copy is not needed any more.
const revealed = /^(.*\/tasks\/\d+)\/reveal$/.exec(location.pathname);
if (revealed) sessionStorage.removeItem(`jadelite-draft:${revealed[1]}`);

const judging = document.querySelector("form[data-keys]");
if (judging) keepAnswers(judging);

// After the reveal, Enter goes on; after a refused form, the problem is read first.
const problem = document.querySelector("#problem");
if (problem) problem.focus();
else document.querySelector("[data-next]")?.focus({ preventScroll: true });

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
