// The static site, from a disk: pages, search, nothing asked of others.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { TRIPLINE, accessibility, browser, open, overflow } from "./lib.mjs";

describe("static site", () => {
  let chrome;
  let folder;
  let root;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "tripline-site-"));
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder };
    delete env.TRIPLINE_CATALOG;
    const out = path.join(folder, "site");
    execFileSync(TRIPLINE, ["site", "--tests", out], { env, stdio: "pipe" });
    root = pathToFileURL(out).href;
    chrome = await browser();
  });
  after(async () => {
    await chrome?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const [size, dark] of [["wide", false], ["phone", true]]) {
    test(`pages, ${size}`, async () => {
      for (const page of ["index", "techniques", "techniques/T1059", "matrix", "ledger", "search"]) {
        const tab = await open(chrome, { size, dark, root });
        await tab.page.goto(`${root}/${page}.html`, { waitUntil: "load" });
        assert.deepEqual(await overflow(tab.page), [], page);
        assert.deepEqual(await accessibility(tab.page), [], page);
        assert.deepEqual(tab.wrong, [], page);
        await tab.close();
      }
    });
  }

  test("links lead from page to page", async () => {
    const tab = await open(chrome, { root });
    await tab.page.goto(`${root}/index.html`);
    await tab.page.click("nav.parts a:text('Techniques')");
    await tab.page.click("main tbody a:text('T1059')");
    assert.match(tab.page.url(), /techniques\/T1059\.html$/);
    await tab.page.click("#rules tbody a");
    assert.match(tab.page.url(), /rules\/\w+\//);
    assert.deepEqual(tab.wrong, []);
    await tab.close();
  });

  test("search finds rules and techniques, also while one types", async () => {
    const tab = await open(chrome, { root });
    await tab.page.goto(`${root}/index.html`);
    await tab.page.fill("#q", "powershell");
    await tab.page.press("#q", "Enter");
    await tab.page.waitForSelector(".hits li");
    assert.ok((await tab.page.locator(".hits li").count()) > 1);
    await tab.page.fill("#q", "T1059.001");
    await tab.page.waitForFunction(() => document.querySelector(".hits a")?.textContent.startsWith("T1059.001"));
    await tab.page.click(".hits a");
    assert.match(tab.page.url(), /techniques\/T1059\.001\.html$/);
    assert.deepEqual(tab.wrong, []);
    await tab.close();
  });
});
