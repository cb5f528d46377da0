// Writes the static site of a catalogue and follows every link of every page: each leads to a file
// of the site and to an anchor in it, or to a web page elsewhere. The catalogue is the one named by
// TRIPLINE_FULL, or the starter.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FULL, TRIPLINE } from "./lib.mjs";

const MOST_SHOWN = 20;

/** The addresses of a page, as a browser reads them. */
function* links(html) {
  for (const [, address] of html.matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
    yield address.replace(/&#38;|&amp;/g, "&").replace(/&#39;/g, "'");
  }
}

function anchors(html) {
  return new Set(Array.from(html.matchAll(/ id="([^"]*)"/g), ([, id]) => id));
}

/** What is wrong with the links of a site, and how many there are. */
function check(site) {
  const files = readdirSync(site, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(site, path.join(entry.parentPath, entry.name)));
  const known = new Set(files);
  const pages = files.filter((file) => file.endsWith(".html"));
  // Anchors that are linked from other pages, to be looked up when all pages were read.
  const wanted = new Map();
  const wrong = [];
  let count = 0;
  for (const page of pages) {
    const html = readFileSync(path.join(site, page), "utf8");
    const own = anchors(html);
    for (const address of links(html)) {
      count += 1;
      if (/^https?:\/\//i.test(address)) continue;
      if (/^[a-z][a-z0-9+.-]*:|^\//i.test(address)) {
        wrong.push(`${page}: ${address} is no address of the site`);
        continue;
      }
      const [, file, anchor] = address.match(/^([^?#]*)(?:\?[^#]*)?(?:#(.*))?$/);
      const target = file === "" ? page : path.join(path.dirname(page), decodeURIComponent(file));
      if (!known.has(target)) wrong.push(`${page}: no file ${file}`);
      else if (anchor && target === page && !own.has(anchor)) wrong.push(`${page}: no anchor ${anchor}`);
      else if (anchor && target !== page) wanted.set(`${target}#${anchor}`, page);
    }
  }
  for (const [place, page] of wanted) {
    const [file, anchor] = place.split("#");
    if (!anchors(readFileSync(path.join(site, file), "utf8")).has(anchor)) wrong.push(`${page}: no anchor ${place}`);
  }
  return { pages: pages.length, count, wrong };
}

const folder = mkdtempSync(path.join(tmpdir(), "tripline-links-"));
try {
  const site = path.join(folder, "site");
  const place = FULL ? ["--catalog", FULL] : [];
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder };
  delete env.TRIPLINE_CATALOG;
  execFileSync(TRIPLINE, ["site", site, ...place], { env, stdio: "pipe" });
  const { pages, count, wrong } = check(site);
  console.log(`${count} links of ${pages} pages, ${wrong.length} broken`);
  wrong.slice(0, MOST_SHOWN).forEach((line) => console.log(line));
  process.exitCode = wrong.length > 0 || count === 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true });
}
