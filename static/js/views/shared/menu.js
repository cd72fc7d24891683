/**
 * The menu of a narrow screen: it holds what the header has no room for. The parts themselves move,
 * so that there is one of each, with its state, wherever it is. The pages come first, so that they
 * have one place in the menu of every page; what only one page has comes after them.
 */

import { getElement } from "../../lib/dom.js";

const NARROW = "(width < 64rem)"; // as in header.css

export function mountMenu() {
  const menu = getElement("#menu", HTMLDialogElement);
  const opener = getElement("#menu-open", HTMLButtonElement);
  const inside = getElement("#menu-parts", HTMLElement);
  const parts = [...document.querySelectorAll(".bar > [data-menu]")].map((part) => {
    const home = document.createComment("");
    part.before(home);
    return { part, home };
  });
  const pages = parts.find(({ part }) => part.matches(".links"));
  const narrow = matchMedia(NARROW);
  const arrange = () => {
    menu.close();
    for (const { part, home } of parts) {
      if (narrow.matches) inside.append(part);
      else home.after(part);
    }
    if (narrow.matches && pages) inside.prepend(pages.part);
  };
  narrow.addEventListener("change", arrange);
  arrange();

  opener.addEventListener("click", () => {
    menu.showModal();
    opener.setAttribute("aria-expanded", "true");
  });
  menu.addEventListener("close", () => opener.setAttribute("aria-expanded", "false"));
  menu.addEventListener("change", () => menu.close()); // another network or language: it is to be seen
  // Before the click arrives: what it opens gives the focus back to the menu's button, which stays.
  menu.addEventListener("click", ({ target }) => {
    const isBeside = target === menu;
    if (isBeside || (target instanceof Element && target.closest("a, [aria-haspopup]"))) menu.close();
  }, { capture: true });
}
