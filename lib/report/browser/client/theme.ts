/// <reference lib="dom" />

/** Where the browser keeps which of light and dark was chosen. */
const THEME = "flip-browser-theme";

/** Changes between light and dark, from what the system asks for on. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset.theme === undefined
    ? matchMedia("(prefers-color-scheme: dark)").matches
    : root.dataset.theme === "dark";
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem(THEME, root.dataset.theme);
  } catch {
    // a browser that keeps nothing for files shows it until the page is closed
  }
}

/** Takes the choice that was kept, if there is one. */
export function keptTheme(): void {
  try {
    const theme = localStorage.getItem(THEME);
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // as above
  }
}
