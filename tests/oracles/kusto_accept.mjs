// Accept or reject: Tripline's Kusto parser beside Microsoft's own.
//
//   npm ci --prefix tests/oracles
//   cargo build --release -p tripline-languages -p tripline-corpus --examples
//   node tests/oracles/kusto_accept.mjs [FOLDER]
//
// FOLDER holds .kql files; without it every Kusto rule of ../shared/corpora is compared. Besides,
// 1,000 texts are compared that are made from those by dropping, doubling or exchanging one token
// (the choice is fixed, so that runs compare). A difference that EXPLAINED does not name is printed
// with both messages, and the exit code is 1.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode } = globalThis.Kusto.Language;

const MUTATED = 1000;
const examples = path.join(process.env.CARGO_TARGET_DIR ?? 'target', 'release', 'examples');
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kusto-'));
const folder = process.argv[2] ?? written(scratch);

// The rules of the corpora, one file each.
function written(into) {
  const run = spawnSync(path.join(examples, 'kusto_queries'), ['../shared/corpora', into], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr || String(run.error));
  return into;
}

// Differences that are meant: why, and a test of the official parser's answer (a), ours (b), and the text up to
// the place of the complaint (before). What one parser leaves to a later stage the other may say at once.
const taken = (b) => b === 'ok';
const EXPLAINED = [
  ['what follows `render` and options in `with (...)` decide about no row that is read: they are skipped',
    (a, b, before) => taken(b) && (/\|\s*render\b[^|]*$/.test(before) || /\bwith\s*\([^)]*$/.test(before))],
  ['a comma at the end of a list is no mistake here',
    (a, b, before) => taken(b) && a.includes('Missing expression') && /,\s*$/.test(before)],
  ['an operator without its left side is the call of a function that is not known, which the lowering reports',
    (a, b) => taken(b) && /bracket|part of an expression/.test(a)],
  ['a list in parentheses, `*` or a text where a value or a table is expected is reported by the lowering',
    (a, b, before, after) => taken(b) && (a.includes('Expected: )') || (a.includes('Missing expression') && /^\s*[*"',]/.test(after)))],
  ['the official parser leaves `=` in a test to the analysis of types; here it is an error with a hint',
    (a, b) => a === 'ok' && /found `=`/.test(b)],
  ['the official parser takes any text for a date; here it is an error',
    (a, b) => a === 'ok' && /is no date/.test(b)],
  ['the official parser takes a lone `@` for an empty string; here it is an error',
    (a, b) => a === 'ok' && /`@` does not belong to Kusto/.test(b)],
];

// Where an answer points at.
const place = (a, b) => Number.parseInt(a === 'ok' ? b : a, 10) || 0;

function official(text) {
  const found = KustoCode.Parse(text).GetSyntaxDiagnostics();
  const list = globalThis.Bridge.toArray(found);
  if (list.length === 0) return 'ok';
  const first = list[0];
  return `${first.Start}: ${first.Message}`;
}

// A small generator with a fixed start: the same mutations in every run.
let state = 12345;
const next = (n) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % n;

function mutated(text) {
  const tokens = text.match(/\s+|\w+|"[^"\n]*"|'[^'\n]*'|./gs) ?? [];
  const solid = tokens.map((t, i) => [t, i]).filter(([t]) => t.trim()).map(([, i]) => i);
  if (solid.length < 4) return text;
  const at = solid[next(solid.length)];
  const other = solid[next(solid.length)];
  switch (next(3)) {
    case 0: tokens.splice(at, 1); break;
    case 1: tokens.splice(at, 0, tokens[at], ' '); break;
    default: [tokens[at], tokens[other]] = [tokens[other], tokens[at]];
  }
  return tokens.join('');
}

const files = fs.readdirSync(folder).filter((f) => f.endsWith('.kql')).sort().map((f) => path.join(folder, f));
const every = [...files];
for (let i = 0; i < MUTATED && files.length; i++) {
  const file = path.join(scratch, `mutated${String(i).padStart(4, '0')}`);
  fs.writeFileSync(file, mutated(fs.readFileSync(files[next(files.length)], 'utf8')));
  every.push(file);
}
const dump = path.join(examples, 'kusto_dump');
const run = spawnSync(dump, { input: every.join('\n'), encoding: 'utf8', maxBuffer: 1 << 28 });
const ours = new Map(run.stdout.split('\n').filter(Boolean).map((l) => l.split('\t')).map(([f, v]) => [f, v]));
const reasons = new Map();
const counts = { accepted: 0, queries: 0, mutated: 0, unexplained: 0 };
for (const file of every) {
  const text = fs.readFileSync(file, 'utf8');
  const [a, b] = [official(text), ours.get(file) ?? 'missing'];
  if (a === 'ok') counts.accepted++;
  if ((a === 'ok') === (b === 'ok')) continue;
  counts[files.includes(file) ? 'queries' : 'mutated']++;
  const at = place(a, b);
  const why = EXPLAINED.find(([, test]) => test(a, b, text.slice(0, at), text.slice(at)));
  if (why) {
    reasons.set(why[0], (reasons.get(why[0]) ?? 0) + 1);
    continue;
  }
  counts.unexplained++;
  console.log(`${file}\n  official: ${a}\n  tripline: ${b}`);
}
for (const [why, count] of [...reasons].sort()) console.log(`${count} explained: ${why}`);
if (counts.unexplained === 0) fs.rmSync(scratch, { recursive: true });
console.log(`${files.length} queries, ${every.length - files.length} mutated, ${counts.accepted} accepted by the official parser; `
  + `differences: ${counts.queries} on queries, ${counts.mutated} on mutated ones, ${counts.unexplained} unexplained`);
process.exitCode = counts.unexplained === 0 && files.length > 0 ? 0 : 1;
