// Before the first paint: the theme that the reader chose, where one was chosen.
(function () {
  "use strict";
  try {
    var theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") {
      document.documentElement.dataset.theme = theme;
    }
  } catch (_) {
    // Storage is switched off: the system's choice holds.
  }
})();
