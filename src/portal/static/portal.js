// @ts-check
// Copying, selecting all, and looking at host names again without loading the whole page. Everything else, and the
// last of these, works without it.

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
  let said = "Copied";
  try {
    await copy(value);
  } catch {
    said = "Select it";
  }
  const giveBack = sayOn(button, said);
  announce(said);
  setTimeout(giveBack, COPIED_MS);
}

/** What buttons say by themselves, while they say something else. @type {WeakMap<Node, string | null>} */
const ownWords = new WeakMap();
/** Which word is the last one: the others give nothing back. @type {WeakMap<Node, object>} */
const lastSaid = new WeakMap();

/** @param {Element} button @param {string} text @returns {() => void} gives it its own words back. */
function sayOn(button, text) {
  const words =
    [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE) ??
    button.appendChild(document.createTextNode(""));
  const said = {};
  if (!ownWords.has(words)) ownWords.set(words, words.textContent);
  lastSaid.set(words, said);
  words.textContent = text;
  return () => {
    if (lastSaid.get(words) === said) words.textContent = ownWords.get(words) ?? "";
  };
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
  // Not `disabled`: that takes the focus away from who has pressed it.
  button.setAttribute("aria-disabled", "true");
  const giveBack = sayOn(button, "Checking…");
  announce("Checking…");
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  if (button.name !== "") fields.append(button.name, button.value);
  const to = button.getAttribute("formaction") ?? form.action;
  try {
    const response = await fetch(to, { method: "POST", body: fields });
    const next = show(response, await pageOf(response));
    if (next === null) return;
    const isUnderWay = next.hasAttribute("data-refresh");
    const said = next.querySelector(response.ok ? ":scope > .note" : "h1")?.textContent;
    announce(said || (isUnderWay ? "Still checking" : "Checked"));
  } catch {
    main.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
    giveBack();
    fail(main, "The server could not be reached: try again");
  }
}

/** @param {Element} main @param {string} text */
function fail(main, text) {
  main.querySelector("[data-failed]")?.remove();
  const note = document.createElement("p");
  note.className = "note";
  note.dataset["tone"] = "fail";
  note.dataset["failed"] = "";
  note.textContent = text;
  main.prepend(note);
  announce(text);
}

/** @param {Response} response */
async function pageOf(response) {
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/**
 * Puts what has come in the place of what is shown.
 * @param {Response} response
 * @param {Document} page what it has.
 * @returns {HTMLElement | null} null: it is another page.
 */
function show(response, page) {
  const main = document.getElementById("main");
  const next = page.getElementById("main");
  // A proxy has answered, not the portal.
  if (main === null || next === null) throw new Error("it is no page");
  const isHere = new URL(response.url).pathname === location.pathname;
  // Another page than this one, such as that of signing in: the browser is to show it as it is. What a form was refused
  // with has no address of its own.
  if (!isHere && response.redirected) {
    location.assign(response.url);
    return null;
  }
  // What is shown once is there until the page is left.
  const once =
    next.querySelector("[data-once]") === null ? main.querySelectorAll("[data-once]") : [];
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  for (const each of [...once].reverse()) {
    const place = each.id === "" ? null : next.querySelector(`#${each.id}`);
    if (place === null) next.prepend(each);
    else place.replaceWith(each);
  }
  main.replaceWith(next);
  prepare(next);
  carryOver(main, next, focused);
  document.title = page.title;
  document.querySelector(".sprite")?.replaceWith(page.querySelector(".sprite") ?? "");
  if (isHere) refreshLater(next, response.url);
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
  const isOver = () => !main.isConnected || main.getAttribute("aria-busy") === "true";
  if (isOver()) return;
  try {
    const response = await fetch(from);
    // It has a fault just now: what is shown is better than that.
    if (response.status >= 500) throw new Error("it has a fault");
    const page = await pageOf(response);
    if (isOver()) return;
    const next = show(response, page);
    if (next !== null && !next.hasAttribute("data-refresh")) announce("Checked");
  } catch {
    refreshLater(main, from);
  }
}

/**
 * What somebody has opened, chosen and typed, and where they are, is so on the page that has come, too.
 * @param {Element} main
 * @param {HTMLElement} next
 * @param {Element | null} focused
 */
function carryOver(main, next, focused) {
  const found = byKey(next);
  /** @type {HTMLElement | undefined} */
  let place;
  for (const [key, old] of byKey(main)) {
    const same = found.get(key);
    if (same === undefined) continue;
    keepChanged(old, same);
    if (old === focused) place = same;
  }
  if (focused === null) return;
  if (place === undefined) next.tabIndex = -1;
  (place ?? next).focus({ preventScroll: place !== undefined });
  if (focused instanceof HTMLInputElement && place instanceof HTMLInputElement) {
    const { selectionStart, selectionEnd } = focused;
    // Not every field has a place that is written at.
    if (selectionStart !== null) place.setSelectionRange(selectionStart, selectionEnd);
  }
}

/** @param {Element} old @param {Element} same */
function keepChanged(old, same) {
  if (old instanceof HTMLDetailsElement && same instanceof HTMLDetailsElement) {
    if (old.open) same.open = true;
  } else if (old instanceof HTMLInputElement && same instanceof HTMLInputElement) {
    if (old.checked !== old.defaultChecked) same.checked = old.checked;
    if (old.value !== old.defaultValue) same.value = old.value;
  } else if (old instanceof HTMLSelectElement && same instanceof HTMLSelectElement) {
    if ([...old.options].some((each) => each.selected !== each.defaultSelected)) {
      same.value = old.value;
    }
  }
}

/** By what they are, so that they are found again among others; of the same ones, by their order. */
/** @param {Element} main @returns {Map<string, HTMLElement>} */
function byKey(main) {
  const found = new Map();
  for (const each of main.querySelectorAll("a, button, input, select, details, summary")) {
    let key = keyOf(each);
    while (found.has(key)) key += "+";
    found.set(key, each);
  }
  return found;
}

/** @param {Element} element @returns {string} */
function keyOf(element) {
  if (element.id !== "") return element.id;
  const details = element.closest("details");
  // What a step has found is not the same each time.
  const words = (details?.querySelector(".step-name") ?? details?.querySelector("summary"))
    ?.textContent;
  if (element === details || element.tagName === "SUMMARY") return `${element.tagName} ${words}`;
  const isValueFixed = element.matches("button, [type=radio], [type=checkbox]");
  const names = ["name", "formaction", "href", isValueFixed ? "value" : "type"];
  return [element.tagName, ...names.map((name) => element.getAttribute(name))].join(" ");
}

/** What works with a script alone is shown by it. @param {Element} main */
function prepare(main) {
  for (const each of main.querySelectorAll("[data-selects]")) each.removeAttribute("hidden");
}

/** All boxes of that name; none, if all were. @param {Element} button */
function onSelect(button) {
  const name = button.getAttribute("data-selects");
  const all = [...document.querySelectorAll("input")];
  const boxes = all.filter((each) => each.type === "checkbox" && each.name === name);
  const isTicked = !boxes.every(({ checked }) => checked);
  for (const each of boxes) each.checked = isTicked;
  announce(`${isTicked ? boxes.length : "None"} selected`);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button === null) return;
  if (button.classList.contains("copy-button")) {
    void onCopy(button);
  } else if (button.hasAttribute("data-live")) {
    event.preventDefault();
    void onRecheck(button);
  } else if (button.hasAttribute("data-selects")) {
    onSelect(button);
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

// What is said in a place that has just come, nobody hears.
announce("");
const first = document.getElementById("main");
if (first !== null) {
  prepare(first);
  refreshLater(first, location.href);
}
