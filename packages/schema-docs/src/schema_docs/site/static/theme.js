// Before the first paint: the theme chosen here earlier, if any.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch { /* A page from a file may keep nothing. */ }
