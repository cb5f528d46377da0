// What a page gains with JavaScript: parts of it are replaced by what their address answers, and
// keys move about. Everything here also works without: links are links, forms are forms.
(function () {
  "use strict";

  var root = document.documentElement;
  // A static site has nobody to ask: site.js searches it.
  var onDisk = root.hasAttribute("data-on-disk");

  // --- parts of the page replaced by what their address answers -------------------------------

  var running = null;

  function swap(address, id, keepFocus) {
    if (onDisk) return Promise.resolve();
    if (running) running.abort();
    running = new AbortController();
    var focused = keepFocus && document.activeElement;
    return fetch(address, { signal: running.signal, headers: { Accept: "text/html" } })
      .then(function (response) {
        if (!response.ok) throw new Error(String(response.status));
        return response.text();
      })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var next = page.getElementById(id);
        var old = document.getElementById(id);
        if (!next || !old) throw new Error("no such part");
        history.replaceState(null, "", address);
        if (focused && old.contains(focused) && focused.id) {
          var value = focused.value;
          var at = focused.selectionStart;
          old.replaceWith(next);
          var again = document.getElementById(focused.id);
          if (again) {
            again.value = value;
            again.focus();
            if (at !== null && again.setSelectionRange) again.setSelectionRange(at, at);
          }
        } else {
          old.replaceWith(next);
          if (page.title && id === "results") document.title = page.title;
        }
      });
  }

  // The address of one table in its newest state, and of every other as it is now: links were written
  // before the other tables were sorted or filtered.
  function together(address, id) {
    var to = new URL(address, location.href);
    var now = new URL(location.href);
    var own = "." + id;
    var others = function (name) { return name.indexOf(".") > 0 && name.slice(-own.length) !== own; };
    if (to.pathname !== now.pathname) return address;
    Array.from(to.searchParams.keys()).filter(others).forEach(function (name) { to.searchParams.delete(name); });
    now.searchParams.forEach(function (value, name) {
      if (others(name)) to.searchParams.set(name, value);
    });
    return to.href;
  }

  function addressOf(form) {
    var address = new URL(form.action, location.href);
    var query = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (value !== "") query.append(name, value);
    });
    address.search = query.toString();
    return address.href;
  }

  function later(work, delay) {
    var timer = 0;
    return function (argument) {
      clearTimeout(timer);
      timer = setTimeout(function () { work(argument); }, delay);
    };
  }

  function quiet() { /* broken off, or the plain link does it */ }

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-into]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    swap(together(link.href, link.dataset.into), link.dataset.into, false).catch(function (error) {
      if (error.name !== "AbortError") location.href = link.href;
    });
  });

  document.addEventListener("submit", function (event) {
    var form = event.target.closest("form[data-into]");
    if (!form) return;
    event.preventDefault();
    swap(together(addressOf(form), form.dataset.into), form.dataset.into, true).catch(quiet);
  });

  var filter = later(function (form) {
    swap(together(addressOf(form), form.dataset.into), form.dataset.into, true).catch(quiet);
  }, 180);

  var search = later(function (form) {
    if (document.getElementById("results")) {
      swap(addressOf(form), "results", true).catch(quiet);
    }
  }, 120);

  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (!form || event.target.type !== "search") return;
    if (form.dataset.into) filter(form);
    else if (form.classList.contains("find")) search(form);
  });

  // --- contents: closed on a narrow screen ----------------------------------------------------

  var contents = document.querySelector(".contents details");
  if (contents && matchMedia("(max-width: 62rem)").matches) contents.open = false;

  // --- texts to take along ----------------------------------------------------------------------

  function copying(pre) {
    var frame = document.createElement("div");
    var button = document.createElement("button");
    frame.className = "copied";
    button.type = "button";
    button.textContent = "Copy";
    var label = pre.getAttribute("aria-label");
    if (label) button.setAttribute("aria-label", "Copy: " + label);
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(pre.textContent).then(function () {
        button.textContent = "Copied";
        setTimeout(function () { button.textContent = "Copy"; }, 1500);
      }).catch(quiet);
    });
    pre.replaceWith(frame);
    frame.append(pre, button);
  }

  if (navigator.clipboard) document.querySelectorAll("main pre").forEach(copying);

  // --- theme ----------------------------------------------------------------------------------

  function dark() {
    var chosen = root.dataset.theme;
    return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function toggleTheme() {
    var theme = dark() ? "light" : "dark";
    root.dataset.theme = theme;
    try { localStorage.setItem("theme", theme); } catch (_) { /* kept for this page only */ }
  }

  var bar = document.querySelector(".top .bar");
  if (bar) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "theme";
    button.textContent = "\u25d0";
    button.setAttribute("aria-label", "Light or dark");
    button.title = "Light or dark";
    button.addEventListener("click", toggleTheme);
    bar.append(button);
  }

  // --- keys -----------------------------------------------------------------------------------

  var KEYS = [
    ["/", "search"],
    ["j, k", "next, previous row"],
    ["J, K", "next, previous section"],
    ["Enter", "open the row"],
    ["f", "filter the section"],
    ["t", "light or dark"],
    ["?", "this help"]
  ];

  function visible(element) { return element.getClientRects().length > 0; }

  function step(selector, by) {
    var all = Array.prototype.filter.call(document.querySelectorAll(selector), visible);
    if (!all.length) return;
    var current = document.querySelector(".cursor");
    var at = current ? all.indexOf(current) : -1;
    if (at < 0) {
      var line = 80;
      at = all.findIndex(function (one) { return one.getBoundingClientRect().top >= line; });
      if (at < 0) at = all.length - 1;
      if (by < 0) at = Math.max(0, at - 1);
    } else {
      at = Math.min(all.length - 1, Math.max(0, at + by));
    }
    if (current) current.classList.remove("cursor");
    var next = all[at];
    next.classList.add("cursor");
    var target = next.querySelector("a[href], summary");
    if (target) target.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  }

  function section(by) {
    var all = Array.prototype.slice.call(document.querySelectorAll("section.block"));
    var line = 90;
    var at = -1;
    all.forEach(function (one, n) {
      if (one.getBoundingClientRect().top < line) at = n;
    });
    var next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    if (!next) return;
    next.scrollIntoView({ block: "start" });
    var link = next.querySelector("h2 a");
    if (link) link.focus({ preventScroll: true });
  }

  function help() {
    var old = document.getElementById("keys");
    if (old) { old.close(); old.remove(); return; }
    var dialog = document.createElement("dialog");
    dialog.id = "keys";
    dialog.setAttribute("aria-labelledby", "keys-heading");
    var heading = document.createElement("h2");
    heading.id = "keys-heading";
    heading.textContent = "Keys";
    var list = document.createElement("dl");
    KEYS.forEach(function (pair) {
      var term = document.createElement("dt");
      pair[0].split(", ").forEach(function (key) {
        var kbd = document.createElement("kbd");
        kbd.textContent = key;
        term.append(kbd, " ");
      });
      var what = document.createElement("dd");
      what.textContent = pair[1];
      list.append(term, what);
    });
    var form = document.createElement("form");
    form.method = "dialog";
    var close = document.createElement("button");
    close.textContent = "Close";
    form.append(close);
    dialog.append(heading, list, form);
    dialog.addEventListener("close", function () { dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var on = event.target;
    if (event.key === "Escape" && on.matches && on.matches("input[type=search]")) { on.blur(); return; }
    if (on.matches && on.matches("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    var keys = {
      "/": function () { var q = document.getElementById("q"); q.focus(); q.select(); },
      "j": function () { step("main tbody tr, .hits > li", 1); },
      "k": function () { step("main tbody tr, .hits > li", -1); },
      "J": function () { section(1); },
      "K": function () { section(-1); },
      "f": function () {
        var all = Array.prototype.slice.call(document.querySelectorAll("form.filter input[type=search]"));
        var found = all.find(function (one) { return one.getBoundingClientRect().top > 60; }) || all[0];
        if (found) found.focus();
      },
      "t": toggleTheme,
      "?": help
    };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
