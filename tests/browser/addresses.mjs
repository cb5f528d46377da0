// The page types, with an address of each. What an address names is asked of the server, so that
// the list holds for any catalogue.

/** A technique with few tests: running every rule over those of T1059.001 takes long. */
const TESTED = "T1204.001";

/** Addresses of every page type, of each vendor's rules and each platform's detections: name and path. */
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
  const { platforms } = await json(`/api/v1/techniques/${technique}/detections?sub=1`);
  // One rule of each vendor.
  const vendors = [...new Map(guide.rules.map((row) => [row.vendor, row])).values()];
  const of = (text) => encodeURIComponent(text);
  const pages = {
    home: "/",
    techniques: "/techniques",
    technique: `/techniques/${technique}`,
    "technique-all-rows": `/techniques/${technique}?sub=1&rows.indicators=all`,
    rule: `/rules/${of(rule.id)}`,
    event: `/events/${of(event.provider)}/${of(event.event)}`,
    provider: `/providers/${of(event.provider)}`,
    field: `/fields/${of(field.canonical)}`,
    indicator: `/indicators?field=${of(indicator.canonical)}&value=${of(indicator.value)}`,
    search: "/search?q=powershell",
    "search-empty": "/search",
    "search-nothing": "/search?q=qqqqqqqq",
    matrix: "/matrix",
    compare: "/matrix?compare=sigma..elastic",
    ledger: "/ledger",
    workbench: "/workbench",
    events: "/events",
    fields: "/fields",
    dossier: `/techniques/${technique}/dossier`,
    tests: `/techniques/${TESTED}/tests`,
    detections: `/techniques/${technique}/detections`,
    ...Object.fromEntries(
      platforms.map((row) => [`detection-${row.platform}`, `/techniques/${technique}/detections/${row.platform}`]),
    ),
    ...Object.fromEntries(vendors.map((row) => [`rule-${row.vendor}`, `/rules/${of(row.id)}`])),
    codes: "/codes",
    about: "/about",
  };
  return Object.entries(pages);
}
