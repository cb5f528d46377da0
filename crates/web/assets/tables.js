// Tables that no server sorts, filters or writes as a file: those of dossiers and of the workbench,
// and every one of a site on a disk. Their state is in the address as that of other tables.
(function () {
  "use strict";

  var LEAST_TO_SORT = 3;
  var LEAST_TO_FILTER = 9;
  // What was posted is not in the address: it cannot hold the state of its tables either.
  var posted = document.querySelector("form[method=post]") !== null;

  function remember(name, value) {
    if (posted) return;
    var address = new URL(location.href);
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
    try { history.replaceState(null, "", address); } catch (_) { /* a disk may refuse */ }
  }

  function remembered(name) { return posted ? null : new URLSearchParams(location.search).get(name); }

  function text(row, at) { return row.cells[at] ? row.cells[at].textContent.trim() : ""; }

  function button(label, work) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", work);
    return made;
  }

  function sortable(table, id) {
    var name = "sort." + id;
    var body = table.tBodies[0];
    var heads = Array.from(table.tHead.rows[0].cells);
    var first = Array.from(body.rows);

    function sort(wanted) {
      var down = wanted.charAt(0) === "-";
      var at = wanted === "" ? -1 : Number(down ? wanted.slice(1) : wanted);
      if (at >= heads.length || Number.isNaN(at)) return;
      var rows = first.slice();
      if (at >= 0) {
        var number = heads[at].classList.contains("number");
        rows.sort(function (one, other) {
          var a = text(one, at), b = text(other, at);
          var order = number ? (parseFloat(a) || 0) - (parseFloat(b) || 0) : a.localeCompare(b);
          return down ? -order : order;
        });
      }
      rows.forEach(function (row) { body.append(row); });
      heads.forEach(function (head, n) {
        if (n === at) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      remember(name, wanted);
    }

    heads.forEach(function (head, at) {
      var label = head.textContent;
      head.textContent = "";
      var made = button(label, function () {
        var now = head.getAttribute("aria-sort");
        sort(now === "descending" ? "" : now === "ascending" ? "-" + at : String(at));
      });
      made.className = "sort";
      head.append(made);
    });
    var wanted = remembered(name);
    if (wanted) sort(wanted);
  }

  function filtered(table, id, label) {
    var name = "filter." + id;
    var input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Filter";
    input.setAttribute("aria-label", "Filter " + label);
    function filter() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        var all = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return all.includes(word); });
      });
      remember(name, input.value.trim());
    }
    input.addEventListener("input", filter);
    var wanted = remembered(name);
    if (wanted) { input.value = wanted; filter(); }
    return input;
  }

  function written(table) {
    var rows = [table.tHead.rows[0]].concat(Array.from(table.tBodies[0].rows));
    return rows.filter(function (row) { return !row.hidden; }).map(function (row) {
      return Array.from(row.cells, function (cell) {
        return '"' + cell.textContent.trim().replace(/\s+/g, " ").replace(/"/g, '""') + '"';
      }).join(",");
    }).join("\r\n") + "\r\n";
  }

  function save(table, id) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([written(table)], { type: "text/csv" }));
    link.download = id + ".csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  document.querySelectorAll("main .scroll > table").forEach(function (table, n) {
    var section = table.closest("section");
    if (!table.tHead || !table.tBodies[0] || (section && section.querySelector(".take"))) return;
    var rows = table.tBodies[0].rows.length;
    if (rows < LEAST_TO_SORT) return;
    var id = (section && section.id ? section.id : "table") + "-" + (n + 1);
    var label = section && section.querySelector("h2") ? section.querySelector("h2").textContent.trim() : "the table";
    var tools = document.createElement("p");
    tools.className = "tools";
    sortable(table, id);
    if (rows >= LEAST_TO_FILTER) tools.append(filtered(table, id, label), " ");
    var csv = button("CSV", function () { save(table, id); });
    csv.setAttribute("aria-label", "CSV of " + label + ", table " + (n + 1));
    tools.append(csv);
    table.parentElement.before(tools);
  });
})();
