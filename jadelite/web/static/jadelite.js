// Keys on the review page, and the focus where it helps. Everything works without this file.

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

function currentQuestion(questions) {
  const focused = questions.find((item) => item.contains(document.activeElement));
  const open = questions.find((item) => !item.querySelector("input:checked"));
  return open ?? focused ?? questions[0];
}

function answer(form, digit) {
  const questions = [...form.querySelectorAll("fieldset.question")];
  const choices = currentQuestion(questions)?.querySelectorAll("input[type=radio]") ?? [];
  const chosen = choices[digit - 1];
  if (!chosen) return false;
  chosen.checked = true;
  chosen.focus({ preventScroll: true });
  const next = questions.find((item) => !item.querySelector("input:checked"));
  (next ?? form).scrollIntoView({ block: "nearest" });
  if (!next) form.querySelector("button.primary").focus({ preventScroll: true });
  return true;
}

function toggle(details) {
  details.open = !details.open;
  details.querySelector("summary").focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !isOn()) return;
  const form = document.querySelector("form[data-keys]");
  if (!form) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
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

// After the reveal, Enter goes on; after a refused form, the problem is read first.
(document.querySelector("#problem") ?? document.querySelector("[data-next]"))?.focus({ preventScroll: true });

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
