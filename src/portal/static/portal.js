// @ts-check
// Copying, and looking at host names again without loading the whole page. Everything else, and these too but for
// copying, works without it.

const COPIED_MS = 2000;

/**
 * @param {Element} button
 * @returns {Element | null | undefined}
 */
function valueBeside(button) {
  const id = button.getAttribute("data-copies");
  if (id !== null) return document.getElementById(id);
  return button.parentElement?.querySelector("code");
}

/** Pages that were reached over plain HTTP from elsewhere have no clipboard: there it is the old way. */
/** @param {Element} value */
async function copy(value) {
  const text = value.textContent ?? "";
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const selection = getSelection();
  const range = document.createRange();
  range.selectNodeContents(value);
  selection?.removeAllRanges();
  selection?.addRange(range);
  if (!document.execCommand("copy")) throw new Error("it is selected, and not copied");
}

/** @param {Element} button */
async function onCopy(button) {
  const value = valueBeside(button);
  if (value === null || value === undefined) return;
  const words = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE);
  const before = words?.textContent ?? "";
  let said = "Copied";
  try {
    await copy(value);
  } catch {
    said = "Select it";
  }
  if (words !== undefined) words.textContent = said;
  announce(said);
  setTimeout(() => {
    if (words !== undefined) words.textContent = before;
  }, COPIED_MS);
}

/** For who hears the page. */
/** @param {string} text */
function announce(text) {
  let place = document.getElementById("announcement");
  if (place === null) {
    place = document.createElement("p");
    place.id = "announcement";
    place.className = "sr-only";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  place.textContent = text;
}

/** @param {HTMLButtonElement} button */
async function onRecheck(button) {
  const { form } = button;
  const main = document.getElementById("main");
  if (form === null || main === null || main.getAttribute("aria-busy") === "true") return;
  main.setAttribute("aria-busy", "true");
  button.disabled = true;
  announce("Checking");
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  if (button.name !== "") fields.append(button.name, button.value);
  const to = button.getAttribute("formaction") ?? form.action;
  try {
    const next = await show(await fetch(to, { method: "POST", body: fields }));
    if (next === null) return;
    refocus(next, button);
    announce(next.hasAttribute("data-refresh") ? "Still checking" : "Checked");
  } catch {
    main.removeAttribute("aria-busy");
    button.disabled = false;
    announce("The server could not be reached: try again");
  }
}

/**
 * Puts what has come in the place of what is shown.
 * @param {Response} response
 * @returns {Promise<HTMLElement | null>} null: it is another page.
 */
async function show(response) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = document.getElementById("main");
  const next = page.getElementById("main");
  // Another page than this one, such as that of signing in: the browser is to show it as it is.
  if (main === null || next === null || new URL(response.url).pathname !== location.pathname) {
    location.assign(response.url);
    return null;
  }
  const open = openDetails(main);
  // What is shown once is there until the page is left.
  const once = main.querySelector("[data-once]");
  main.replaceWith(next);
  if (once !== null && next.querySelector("[data-once]") === null) next.prepend(once);
  reopen(next, open);
  document.querySelector(".sprite")?.replaceWith(page.querySelector(".sprite") ?? "");
  refreshLater(next, response.url);
  return next;
}

/** What is under way is loaded again, until it is done. @param {Element} main @param {string} from */
function refreshLater(main, from) {
  const seconds = Number(main.getAttribute("data-refresh"));
  if (seconds > 0) setTimeout(() => void refresh(main, from), seconds * 1000);
}

/** @param {Element} main @param {string} from */
async function refresh(main, from) {
  // Somebody has done something meanwhile, and sees that.
  if (!main.isConnected || main.getAttribute("aria-busy") === "true") return;
  try {
    const next = await show(await fetch(from));
    if (next !== null && !next.hasAttribute("data-refresh")) announce("Checked");
  } catch {
    refreshLater(main, from);
  }
}

/** @param {Element} main */
function openDetails(main) {
  return [...main.querySelectorAll("details")].map((each) => each.open);
}

/** @param {Element} main @param {readonly boolean[]} open */
function reopen(main, open) {
  for (const [i, each] of [...main.querySelectorAll("details")].entries()) {
    if (open[i] === true) each.open = true;
  }
}

/** Where somebody was stays where they are. @param {Element} main @param {HTMLButtonElement} button */
function refocus(main, button) {
  const same = [...main.querySelectorAll("button")].find(
    (each) =>
      each.getAttribute("formaction") === button.getAttribute("formaction") &&
      each.value === button.value,
  );
  same?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button === null) return;
  if (button.classList.contains("copy-button")) {
    void onCopy(button);
  } else if (button.hasAttribute("data-live")) {
    event.preventDefault();
    void onRecheck(button);
  }
});

// One menu at a time, and none when somebody goes on.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  }
});

const first = document.getElementById("main");
if (first !== null) refreshLater(first, location.href);
