/* Runs before the first paint, so that a page in the dark never flashes white. Not a module: those run too late. */
document.documentElement.dataset.theme =
  localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
