// Before the first paint: the theme chosen here earlier, if any; then the one that another page,
// as the page around the contents, chooses.
function useTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}
try { useTheme(localStorage.getItem("theme")); } catch { /* A page from a file may keep nothing. */ }
addEventListener("storage", ({ key, newValue }) => { if (key === "theme") useTheme(newValue); });
