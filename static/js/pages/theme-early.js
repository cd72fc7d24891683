/*
 * Runs before the first paint, so that a page in the dark never flashes white. Not a module: those
 * run too late.
 */
document.documentElement.dataset.theme = (() => {
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen) return chosen;
  } catch {
    // Storage is blocked: what the device prefers.
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})();
