// Keys of the review page. Each does what a click on the element it is written on does, so that
// nothing here needs to know what the page does. Everything works without this file.

let isOn = null; // null: as the page says; else as switched here

const shown = () => document.querySelector("[data-keys]");
const areOn = () => isOn ?? shown()?.dataset.keysOn !== undefined;
const byJob = (job) => document.querySelector(`[data-key="${job}"]`);

const isTyping = (target) =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type));

const isControl = (target) => target.closest?.("a, button, summary, input[type=checkbox]");

// The digit of a key press, whatever script the keyboard writes (1, ١, ۱).
function digitOf(event) {
  const code = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
  return code && !event.shiftKey ? Number(code[1]) : 0;
}

// The name of the pressed key as it is kept: letters by their place, so in every script.
function nameOf(event) {
  if (event.key === "?" || event.key === "؟") return "?";
  if (event.key === "Enter") return "Enter";
  return /^Key([A-Z])$/.exec(event.code)?.[1] ?? "";
}

const questionsOf = (form) => [...form.querySelectorAll("fieldset.question")];
const isOpen = (question) => !question.querySelector("input:checked");
const saverOf = (form) => form.querySelector(":scope > button");

// On the reveal: the form that changes an answer, while its box is open. All is answered in it, so
// one goes through its questions in their order.
const changing = () => document.querySelector("#change[open] form");

// To a question, or to the button that saves where none is left.
function goTo(question, form) {
  const answers = question && [...question.querySelectorAll("input")];
  const target = answers ? answers.find((item) => item.checked) ?? answers[0] : saverOf(form);
  target.focus({ preventScroll: true });
  (question ?? target).scrollIntoView({ block: "nearest" });
}

// The question a digit answers: the one that has the focus, else the first open one, else the last.
function asked(form) {
  const questions = questionsOf(form);
  const focused = questions.find((item) => item.contains(document.activeElement));
  if (form !== changing()) return focused ?? questions.find(isOpen) ?? questions.at(-1);
  return focused ?? questions.at(form.contains(document.activeElement) ? -1 : 0);
}

function answer(form, digit) {
  const questions = questionsOf(form);
  const question = asked(form);
  const chosen = question?.querySelectorAll("input[type=radio]")[digit - 1];
  if (!chosen) return false;
  chosen.checked = true;
  chosen.dispatchEvent(new Event("change", { bubbles: true }));
  const after = questions[questions.indexOf(question) + 1];
  goTo(form === changing() ? after : questions.find(isOpen), form);
  return true;
}

// Opened, a box with questions is there to answer them; closed, Enter must not open it again.
function toggle(box) {
  box.open = !box.open;
  const question = box.querySelector("fieldset.question");
  if (question && box.open) goTo(question);
  else ((question && byJob("save")) ?? box.querySelector("summary")).focus();
}

function press(element) {
  if (!element) return false;
  if (element instanceof HTMLDetailsElement) toggle(element);
  else if (isTyping(element)) element.focus();
  else element.click();
  return true;
}

function onEscape(event, form) {
  if (!form || event.target.closest?.(".menu")) return; // the menu closes itself
  if (isTyping(event.target)) goTo(questionsOf(form).find(isOpen), form);
  else if (form === changing()) toggle(form.closest("details"));
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const place = shown();
  if (!place || event.isComposing || !areOn()) return;
  const form = place.matches("form") ? place : changing();
  if (event.key === "Escape") onEscape(event, form);
  if (isTyping(event.target)) return;
  const digit = digitOf(event);
  const key = nameOf(event);
  // A key held down must not run through two edits.
  if (event.repeat) {
    if (digit || key) event.preventDefault();
    return;
  }
  // Enter on a button or a link is that button's or that link's.
  if (event.key === "Enter" && isControl(event.target)) return;
  const keys = JSON.parse(place.dataset.keys);
  const job = key && Object.keys(keys).find((name) => keys[name] === key);
  const toPress = job === "save" && form ? saverOf(form) : job && byJob(job);
  if (digit ? form && answer(form, digit) : press(toPress)) event.preventDefault();
  // Enter in an answer must send the form by its own button, never by another that stands in it.
  else if (event.key === "Enter" && form?.contains(event.target)) {
    event.preventDefault();
    saverOf(form).click();
  }
}

document.addEventListener("keydown", onKey);

// The switch is kept with the account; pages that are ready already follow it too.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-switch]")) return;
  isOn = event.target.checked;
  const body = new FormData(event.target.form);
  fetch(event.target.form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});
document.addEventListener("jadelite:shown", () => {
  const box = document.querySelector("[data-keys-switch]");
  if (box && isOn !== null) box.checked = isOn;
});
