// Every page type, wide and on a phone, light and dark: no error, nothing asked of others, nothing
// wider than the window, nothing that axe finds wrong.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { addresses } from "./addresses.mjs";
import { FULL, ROOT, accessibility, browser, headings, open, overflow, serve } from "./lib.mjs";

const catalogs = [["starter", undefined, "T1059"]];
if (FULL) catalogs.push(["full", FULL, "T1059.001"]);

/** Where all screenshots go, to be looked at; the few in the documents are made by shots.mjs. */
const SHOTS = process.env.TRIPLINE_SHOTS ?? path.join(ROOT, "target/screenshots");
mkdirSync(SHOTS, { recursive: true });

for (const [name, catalog, technique] of catalogs) {
  describe(`pages of the ${name} catalogue`, () => {
    let chrome;
    let server;
    let pages;
    before(async () => {
      [chrome, server] = await Promise.all([browser(), serve(catalog)]);
      pages = await addresses(server.root, technique);
    });
    after(async () => {
      await chrome?.close();
      await server?.stop();
    });

    for (const [size, dark] of [["wide", false], ["phone", true]]) {
      test(`${size}, ${dark ? "dark" : "light"}`, async (context) => {
        for (const [page, address] of pages) {
          await context.test(page, async () => {
            const tab = await open(chrome, { size, dark, root: server.root });
            try {
              await tab.page.goto(server.root + address, { waitUntil: "load" });
              assert.deepEqual(await overflow(tab.page), [], "nothing is wider than the window");
              assert.deepEqual(await headings(tab.page), []);
              await tab.page.screenshot({ path: path.join(SHOTS, `${name}-${page}-${size}.png`) });
              // Thousands of rows take axe minutes and are no other rows than the first.
              if (!(catalog && page === "technique-all-rows")) {
                assert.deepEqual(await accessibility(tab.page), [], "axe finds nothing");
              }
              assert.deepEqual(tab.wrong, []);
            } finally {
              await tab.close();
            }
          });
        }
      });
    }

    test("without a script", async () => {
      const tab = await open(chrome, { script: false, root: server.root });
      for (const [page, address] of pages) {
        await tab.page.goto(server.root + address, { waitUntil: "load" });
        const said = await tab.page.locator("main").innerText();
        assert.ok(said.length > 40, `${page} says something: ${said}`);
        assert.equal(await tab.page.locator("h1").count(), 1, page);
      }
      assert.deepEqual(tab.wrong, []);
      await tab.close();
    });

    test("a dossier on paper: its text alone, dark on white, nothing cut off", async () => {
      const tab = await open(chrome, { dark: true, root: server.root });
      await tab.page.goto(`${server.root}/techniques/${technique}/dossier`, { waitUntil: "load" });
      await tab.page.emulateMedia({ media: "print" });
      await tab.page.setViewportSize({ width: 700, height: 990 });
      const paper = await tab.page.evaluate(() => {
        const hidden = (one) => getComputedStyle(one).display === "none";
        const light = (color) => color.match(/\d+/g).slice(0, 3).every((part) => Number(part) > 240);
        const frame = [...document.querySelectorAll(".top, .contents, .foot, .toggle, .views")];
        return {
          frame: frame.filter((one) => !hidden(one)).map((one) => one.className),
          white: light(getComputedStyle(document.body).backgroundColor),
          pale: [...document.querySelectorAll("main *")].filter((one) => light(getComputedStyle(one).color)).length,
          wide: [...document.querySelectorAll("main table, main pre")]
            .filter((one) => one.scrollWidth > document.documentElement.clientWidth)
            .map((one) => one.textContent.trim().slice(0, 60)),
        };
      });
      assert.deepEqual(paper, { frame: [], white: true, pale: 0, wide: [] });
      await tab.close();
    });
  });
}
