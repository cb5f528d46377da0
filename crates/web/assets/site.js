// The search of the static site: files of the index are loaded as scripts, so that it works from
// a disk too. See src/site/index.rs for what is in them.
(function () {
  "use strict";

  var SHOWN = 60;
  var here = document.currentScript.src.replace(/[?#].*$/, "");
  var root = here.replace(/assets\/[^/]*$/, "");
  var waiting = {};
  var index = null;
  var words = {};
  var entries = {};

  // Called by the files of the index.
  window.tripline = {
    index: function (head) { index = head; },
    words: function (begin, lists) { words[begin] = lists; },
    entries: function (number, rows) { entries[number] = rows; }
  };

  function load(name) {
    if (!waiting[name]) {
      waiting[name] = new Promise(function (done, failed) {
        var script = document.createElement("script");
        script.src = root + "search/" + name + ".js";
        script.onload = done;
        script.onerror = function () { failed(new Error(name)); };
        document.head.append(script);
      });
    }
    return waiting[name];
  }

  function split(text) {
    var found = text.toLowerCase().match(/[\p{L}\p{N}]{2,32}/gu) || [];
    return found.filter(function (word, at) { return found.indexOf(word) === at; });
  }

  function begin(word) {
    return Array.from(word).slice(0, 2).map(function (c) {
      return /[a-z0-9]/.test(c) ? c : "_";
    }).join("");
  }

  function numbers(text) {
    var last = 0;
    return text ? text.split(" ").map(function (step) { return last += parseInt(step, 36); }) : [];
  }

  // Entries with a word that begins so, and what each is worth.
  function withWord(word) {
    var worth = new Map();
    var lists = words[begin(word)] || {};
    Object.keys(lists).forEach(function (known) {
      if (known.slice(0, word.length) !== word) return;
      var whole = known === word ? 2 : 1;
      [3 * whole, whole].forEach(function (points, part) {
        numbers(lists[known][part]).forEach(function (entry) {
          worth.set(entry, Math.max(points, worth.get(entry) || 0));
        });
      });
    });
    return worth;
  }

  function ranked(wanted) {
    var found = null;
    wanted.map(withWord).forEach(function (worth) {
      if (!found) { found = worth; return; }
      found.forEach(function (points, entry) {
        if (worth.has(entry)) found.set(entry, points + worth.get(entry));
        else found.delete(entry);
      });
    });
    return Array.from(found || []).sort(function (a, b) { return b[1] - a[1] || a[0] - b[0]; });
  }

  function element(name, text, parent) {
    var made = document.createElement(name);
    made.textContent = text;
    parent.append(made);
    return made;
  }

  function show(place, text, found) {
    place.replaceChildren();
    element("h1", "Search " + text, place);
    var more = found.length > SHOWN ? ", the first " + SHOWN + " are shown" : "";
    element("p", found.length + (found.length === 1 ? " page" : " pages") + more, place).className = "count";
    var list = element("ol", "", place);
    list.className = "hits";
    found.slice(0, SHOWN).forEach(function (hit) {
      var row = entries[Math.floor(hit[0] / index.chunk)][hit[0] % index.chunk];
      var item = element("li", "", list);
      var link = element("a", row[0], element("h2", "", item));
      link.href = root + row[1];
      element("p", row[2] + (row[3] ? " \u00b7 " + row[3] : ""), item).className = "meta";
    });
  }

  var latest = 0;

  function search(place, text) {
    var wanted = split(text);
    var turn = ++latest;
    if (!wanted.length) return;
    load("index").then(function () {
      var known = wanted.map(begin).filter(function (it) { return index.begins.indexOf(it) >= 0; });
      return Promise.all(known.map(function (it) { return load("w-" + it); }));
    }).then(function () {
      var found = ranked(wanted);
      var chunks = found.slice(0, SHOWN).map(function (hit) { return Math.floor(hit[0] / index.chunk); });
      return Promise.all(chunks.map(function (it) { return load("e-" + it); })).then(function () {
        if (turn === latest) show(place, text, found);
      });
    }).catch(function (error) {
      place.replaceChildren();
      element("p", "A file of the search index could not be loaded: " + error.message, place).className = "none";
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    var place = document.getElementById("results");
    var box = document.getElementById("q");
    if (!place || !box) return;
    var text = new URLSearchParams(location.search).get("q") || "";
    box.value = text;
    search(place, text);
    box.addEventListener("input", function () { search(place, box.value); });
  });
})();
