// Before the first paint: the theme that was chosen earlier, if any. Later: the one that is chosen on
// another page, such as the page around the contents.
function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}
try { useTheme(localStorage.getItem("theme")); } catch { /* a browser may forbid it to files */ }
addEventListener("storage", ({ key, newValue }) => { if (key === "theme") useTheme(newValue); });
