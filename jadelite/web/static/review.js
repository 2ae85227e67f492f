// Judging without waiting: forms are sent beside the page, the next edits are fetched before they
// are needed, and what could not be sent is kept and sent again. Everything works without this
// file: it only swaps in what the same addresses would show as pages.

const PART = { "X-Requested-With": "jadelite" };
const PAUSES = [2, 4, 8, 15, 30, 60]; // seconds before it is sent again
const TOUCH_SECONDS = 240; // a hold lasts minutes: it is extended while somebody is at work

const ready = new Map(); // addresses of the next edits, each with its page
let next = null; // what follows the reveal: {url, title, content}
let unsent = null; // the form that could not be sent yet: {form, n, timer}
let isBusy = false;
let isAtWork = false;
let shownPath = location.pathname;

const main = () => document.querySelector("main");
const judging = () => document.querySelector("form[data-keys]");
const draftKey = (form) => `jadelite-draft:${new URL(form.action).pathname}`;
const unsentKey = (form) => `jadelite-unsent:${new URL(form.action).pathname}`;
const whenIdle = (work) =>
  globalThis.requestIdleCallback ? requestIdleCallback(work, { timeout: 1000 }) : setTimeout(work, 200);

function say(text) {
  document.querySelector("#live").textContent = text ?? "";
}

function show(name) {
  for (const item of document.querySelectorAll("[data-trouble]")) {
    item.hidden = item.dataset.trouble !== name;
  }
}

// ---- Asking and showing

async function ask(url, options = {}) {
  const response = await fetch(url, { ...options, headers: PART });
  if ([502, 503, 504].includes(response.status)) throw new TypeError("no answer");
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, page };
}

function swap(content, title, url) {
  main().replaceWith(document.adoptNode(content));
  document.title = title;
  if (url) {
    const { pathname } = new URL(url, location.href);
    if (pathname !== shownPath) history.pushState(null, "", pathname);
    shownPath = pathname;
  }
  scrollTo(0, 0);
  const target = content.querySelector("#problem, details[open] > [data-focus]");
  focusOn(target ?? toChange(content) ?? content.querySelector("h1"));
  say(content.querySelector("[data-say]")?.dataset.say);
  begin();
  document.dispatchEvent(new Event("jadelite:shown"));
}

// Who came to change an answer is led to the first one.
function toChange(content) {
  const question = content.querySelector("#change[open] fieldset.question");
  return question?.querySelector("input:checked") ?? question?.querySelector("input");
}

function focusOn(target) {
  if (target.matches("h1")) target.tabIndex = -1;
  target.focus({ preventScroll: target.matches("h1") });
}

function showPage(page, url) {
  const content = page.querySelector("main");
  if (!content) location.assign(url ?? location.href);
  else swap(content, page.title, url);
}

// ---- Sending

async function send(form, submitter) {
  if (isBusy) return;
  if (unsent && form !== unsent.form) return show("unsent"); // what was said goes first
  if (form.matches("[data-go-on]") && next) return goOn();
  const isElsewhere = submitter?.hasAttribute("formaction");
  const url = isElsewhere ? submitter.formAction : form.action;
  const isJudgment = form === judging() && !isElsewhere;
  const body = new URLSearchParams(new FormData(form, submitter));
  if (isJudgment) body.set("have", [...ready.keys()].join(" "));
  isBusy = true;
  form.setAttribute("aria-busy", "true");
  try {
    const { response, page } = await ask(url, { method: "POST", body });
    settle(form);
    answered(response, page, isJudgment);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    if (isJudgment) keepForLater(form);
    else show("offline");
  } finally {
    isBusy = false;
    form.removeAttribute("aria-busy");
  }
}

function answered(response, page, isJudgment) {
  const reveal = response.headers.get("Content-Location");
  const following = page.querySelector("template[data-next]");
  if (reveal) {
    // Going back must not lead to a form that was answered: the reveal takes its place.
    history.replaceState(null, "", reveal);
    shownPath = reveal;
  }
  if (isJudgment && response.ok) sessionStorage.removeItem(draftKey(judging()));
  showPage(page, response.redirected ? response.url : null);
  next = following && readNext(following);
}

function readNext(template) {
  const { url } = template.dataset;
  const whole = template.content.querySelector("main");
  if (whole) return { url, title: template.content.querySelector("title").textContent, content: whole };
  const kept = ready.get(url);
  if (!kept) return null;
  const content = kept.querySelector("main").cloneNode(true);
  // The copy was fetched some edits ago; how far the sitting is came with the answer.
  content.querySelector(".sitting").replaceWith(template.content.querySelector(".sitting"));
  return { url, title: kept.title, content };
}

function goOn() {
  const { url, title, content } = next;
  next = null;
  ready.delete(url);
  swap(content, title, url);
}

// ---- A lost connection

function keepForLater(form) {
  sessionStorage.setItem(unsentKey(form), "1");
  const n = unsent?.form === form ? unsent.n : 0;
  clearTimeout(unsent?.timer);
  const pause = PAUSES[Math.min(n, PAUSES.length - 1)] * 1000;
  unsent = { form, n: n + 1, timer: setTimeout(sendAgain, pause) };
  show("unsent");
  const button = form.querySelector("button.primary");
  button.textContent = button.dataset.again;
}

function sendAgain() {
  if (unsent) unsent.form.requestSubmit(unsent.form.querySelector("button.primary"));
}

function settle(form) {
  show(unsent && unsent.form !== form ? "unsent" : null);
  if (unsent?.form !== form) return;
  clearTimeout(unsent.timer);
  unsent = null;
  sessionStorage.removeItem(unsentKey(form));
}

addEventListener("online", sendAgain);
addEventListener("beforeunload", (event) => {
  if (unsent) event.preventDefault();
});

// ---- One edit on the screen

function begin() {
  next = null;
  if (unsent && !unsent.form.isConnected) {
    // Left by going back: the answers are kept, and sent when their page is shown again.
    clearTimeout(unsent.timer);
    unsent = null;
  }
  const form = judging();
  if (!form?.matches("form")) return;
  keepAnswers(form);
  countLetters(form);
  touch(form);
  if (sessionStorage.getItem(unsentKey(form))) keepForLater(form);
}

// Answers that were chosen but not saved outlive a reload or another language.
function keepAnswers(form) {
  const key = draftKey(form);
  const isAnswer = (name) => name === "note" || name === "tag" || name.startsWith("answer-");
  const fields = () => [...new FormData(form)].filter(([name]) => isAnswer(name));
  const kept = JSON.parse(sessionStorage.getItem(key) ?? "[]");
  if (!fields().some(([, value]) => value)) {
    for (const [name, value] of kept) {
      for (const item of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (item.matches("textarea")) item.value = value;
        else item.checked ||= item.value === value;
      }
    }
  }
  const keep = () => sessionStorage.setItem(key, JSON.stringify(fields()));
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}

// How many letters of the note are left, in the digits of the page.
function countLetters(form) {
  const note = form.querySelector("textarea");
  const counter = form.querySelector("[data-left]");
  if (!counter) return;
  const digits = new Intl.NumberFormat(document.documentElement.lang);
  const count = () => {
    const n = Number(note.getAttribute("maxlength")) - note.value.length;
    counter.textContent = counter.dataset.left.replace("#", digits.format(n));
  };
  note.addEventListener("input", count);
  count();
}

// Tell that the edit is on the screen, hold the next ones, and have those that are new fetched.
async function touch(form) {
  const { touch: url } = form.dataset;
  if (!url) return;
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  try {
    const response = await fetch(url, { method: "POST", body, headers: PART });
    if (response.status !== 200) return; // it is not held any more
    const { ahead } = await response.json();
    for (const known of ready.keys()) if (!ahead.includes(known)) ready.delete(known);
    whenIdle(() => fetchAhead(ahead.filter((item) => !ready.has(item)), form));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no connection: asked again with the next edit
  }
}

async function fetchAhead(urls, form) {
  try {
    for (const url of urls) {
      if (!form.isConnected) return;
      const { response, page } = await ask(url);
      if (response.ok && !response.redirected) ready.set(url, page);
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

setInterval(() => {
  const form = judging();
  if (isAtWork && form?.matches("form")) touch(form);
  isAtWork = false;
}, TOUCH_SECONDS * 1000);

document.addEventListener("input", () => { isAtWork = true; });
document.addEventListener("keydown", () => { isAtWork = true; });
document.addEventListener("pointerdown", () => { isAtWork = true; });

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-swap]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

// Back and forward: what the address shows now, which may have changed since.
addEventListener("popstate", async () => {
  if (location.pathname === shownPath) return; // only a place within the page
  try {
    const { response, page } = await ask(location.href);
    shownPath = new URL(response.url).pathname;
    if (response.redirected) history.replaceState(null, "", shownPath);
    showPage(page, null);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    location.reload();
  }
});

begin();
