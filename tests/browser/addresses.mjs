// The page types, with an address of each. What an address names is asked of the server, so that
// the list holds for any catalogue.

/** One address per page type: name and path. */
export async function addresses(root, technique) {
  const json = async (path) => {
    const answer = await fetch(root + path);
    return answer.ok ? answer.json() : undefined;
  };
  const guide = await json(`/api/v1/techniques/${technique}?sub=1`);
  const rule = guide.rules.find((row) => row.status === "full") ?? guide.rules[0];
  const event = guide.events[0];
  const field = guide.fields.find((row) => !row.routing) ?? guide.fields[0];
  const indicator = guide.indicators.find((row) => !row.routing) ?? guide.indicators[0];
  const of = (text) => encodeURIComponent(text);
  const pages = {
    home: "/",
    techniques: "/techniques",
    technique: `/techniques/${technique}`,
    "technique-all-rows": `/techniques/${technique}?sub=1&rows.indicators=all`,
    rule: `/rules/${of(rule.id)}`,
    event: event && `/events/${of(event.provider)}/${of(event.event)}`,
    provider: event && `/providers/${of(event.provider)}`,
    field: field && `/fields/${of(field.canonical)}`,
    indicator: indicator && `/indicators?field=${of(indicator.canonical)}&value=${of(indicator.value)}`,
    search: "/search?q=powershell",
    "search-empty": "/search",
    "search-nothing": "/search?q=qqqqqqqq",
    matrix: "/matrix",
    compare: "/matrix?compare=sigma..elastic",
    ledger: "/ledger",
    workbench: "/workbench",
    dossier: `/techniques/${technique}/dossier`,
    tests: `/techniques/${technique}/tests`,
    detection: `/techniques/${technique}/detections/sigma`,
    about: "/about",
  };
  const there = [];
  for (const [name, path] of Object.entries(pages)) {
    if (path === undefined) continue;
    const answer = await fetch(root + path, { redirect: "manual" });
    await answer.arrayBuffer();
    if (answer.status !== 404 || REQUIRED.has(name)) there.push([name, path]);
  }
  return there;
}

/** Page types that every catalogue with rules has. */
const REQUIRED = new Set([
  "home", "techniques", "technique", "rule", "event", "field", "search", "matrix", "compare", "ledger",
]);
