//! The API: the answers of pages as JSON, equal to what the command prints with `--format json`.

mod openapi;

use crate::ask::Ask;
use crate::respond::{JSON, Reply};
use crate::route::Make;
use crate::stop::Stop;
use schemars::Schema;
use serde::Serialize;
use tripline_app::answers;
use tripline_app::coverage::coverage;
use tripline_app::schema_of;

/// Most rules of a search.
const MAX_HITS: usize = 1_000;

/// One address of the API, with what its document says.
pub(crate) struct Endpoint {
    /// Path, where `{name}` is a part of it.
    pub(crate) path: &'static str,
    /// Makes the answer.
    pub(crate) make: Make,
    /// What it answers, in one line.
    summary: &'static str,
    /// Parts of the path and names of the query.
    parameters: &'static [Parameter],
    /// Name and schema of the answer.
    schema: fn() -> (&'static str, Schema),
}

/// A part of the path, or a name in the query.
struct Parameter {
    name: &'static str,
    about: &'static str,
    kind: Kind,
    example: &'static str,
}

/// What a parameter is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A part of the path.
    Part,
    /// A text that must be there.
    Needed,
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// `1` or `0`.
    Flag,
    /// A naming scheme.
    Names,
}

const NAMES: Parameter = Parameter {
    name: "names",
    about: "Naming scheme of fields.",
    kind: Kind::Names,
    example: "sigma",
};

/// A part of the path.
const fn part(name: &'static str, about: &'static str, example: &'static str) -> Parameter {
    Parameter {
        name,
        about,
        kind: Kind::Part,
        example,
    }
}

/// A name in the query.
const fn query(
    kind: Kind,
    name: &'static str,
    about: &'static str,
    example: &'static str,
) -> Parameter {
    Parameter {
        name,
        about,
        kind,
        example,
    }
}

/// What a page of a technique can be asked.
const GUIDE: &[Parameter] = &[
    part("id", "Technique id.", "T1059.001"),
    query(Kind::Flag, "sub", "Count rules of sub-techniques too.", "1"),
    NAMES,
];

/// Every address of the API.
pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/api/v1/techniques",
        make: |ask| {
            let query = crate::pages::matrix::query(ask);
            json(&coverage(&ask.library, &query)?)
        },
        summary: "Rules per technique, or of two sides",
        parameters: &[
            query(
                Kind::Text,
                "platform",
                "Only techniques of this platform.",
                "Windows",
            ),
            query(Kind::Text, "vendor", "Only rules of this vendor.", "sigma"),
            query(
                Kind::Text,
                "class",
                "counted, any, or one class.",
                "counted",
            ),
            query(
                Kind::Text,
                "compare",
                "Two sides, as LEFT..RIGHT: vendors, corpora, all, rest.",
                "sigma..elastic",
            ),
        ],
        schema: || ("coverage", schema_of::<answers::Coverage>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::technique::technique(&ask.library, id, sub)?)
        },
        summary: "The authoring guide of a technique",
        parameters: GUIDE,
        schema: || ("technique", schema_of::<answers::TechniqueAnswer>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/dossier",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::dossier::dossier(&ask.library, id, sub)?)
        },
        summary: "Everything known of a technique, with the evidence of every line",
        parameters: &[
            part("id", "Technique id.", "T1059.001"),
            query(
                Kind::Flag,
                "sub",
                "Include rules and uses of sub-techniques.",
                "1",
            ),
            NAMES,
        ],
        schema: || ("dossier", schema_of::<answers::Dossier>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/detections",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::detection::detections(&ask.library, id, sub)?)
        },
        summary: "The platforms with rules of a technique, and the rule to run first on each",
        parameters: GUIDE,
        schema: || ("detections", schema_of::<answers::DetectionsAnswer>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/detections/{platform}",
        make: |ask| {
            let (id, platform) = (ask.part("id"), ask.part("platform"));
            let sub = ask.flag("sub");
            json(&tripline_app::detection::detection(
                &ask.library,
                id,
                platform,
                sub,
                answers::SHOWN,
            )?)
        },
        summary: "The rules of a technique on a platform: why chosen, what they take, how to tune them",
        parameters: &[
            part("id", "Technique id.", "T1059.001"),
            part("platform", "Platform.", "elastic"),
            query(Kind::Flag, "sub", "Rules of sub-techniques too.", "1"),
            NAMES,
        ],
        schema: || {
            (
                "platform_detection",
                schema_of::<answers::DetectionAnswer>(),
            )
        },
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/tests",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::signals::signals(&ask.library, id, sub)?)
        },
        summary: "Tests of a technique: expected events, rules that fire, rules that nearly do",
        parameters: &[
            part("id", "Technique id.", "T1059.001"),
            query(Kind::Flag, "sub", "Tests of sub-techniques too.", "1"),
            NAMES,
        ],
        schema: || ("tests", schema_of::<answers::SignalsAnswer>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/overlap",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::overlap::overlap(&ask.library, id, sub)?)
        },
        summary: "Which vendors look for the same things under a technique",
        parameters: GUIDE,
        schema: || ("overlap", schema_of::<answers::OverlapAnswer>()),
    },
    Endpoint {
        path: "/api/v1/techniques/{id}/sequences",
        make: |ask| {
            let (id, sub) = (ask.part("id"), ask.flag("sub"));
            json(&tripline_app::sequences::sequences(&ask.library, id, sub)?)
        },
        summary: "What the rules of a technique look for one after the other",
        parameters: GUIDE,
        schema: || ("sequences", schema_of::<answers::SequencesAnswer>()),
    },
    Endpoint {
        path: "/api/v1/rules/{*id}",
        make: |ask| {
            json(&tripline_app::rule::of_catalog(
                &ask.library,
                ask.part("id"),
            )?)
        },
        summary: "One rule, with its body and licence",
        parameters: &[part("id", "Rule id, title or path.", "sigma:1"), NAMES],
        schema: || ("rule", schema_of::<answers::RuleAnswer>()),
    },
    Endpoint {
        path: "/api/v1/search",
        make: |ask| {
            let limit = ask.number("limit", 20, MAX_HITS)?;
            let text = ask.query("q").unwrap_or("");
            json(&tripline_app::search::search(&ask.library, text, limit)?)
        },
        summary: "Rules by their text",
        parameters: &[
            query(Kind::Needed, "q", "Words, phrases and filters.", "lsass"),
            query(Kind::Number, "limit", "Most rules, up to 1000.", "20"),
        ],
        schema: || ("search", schema_of::<answers::SearchAnswer>()),
    },
    Endpoint {
        path: "/api/v1/events",
        make: |ask| json(&tripline_app::events::events(&ask.library, None)?),
        summary: "Every event with its rules",
        parameters: &[],
        schema: || ("events", schema_of::<answers::EventsAnswer>()),
    },
    Endpoint {
        path: "/api/v1/events/{provider}",
        make: |ask| {
            json(&tripline_app::events::events(
                &ask.library,
                Some(ask.part("provider")),
            )?)
        },
        summary: "The events of a provider with their rules",
        parameters: &[part("provider", "Provider.", "Sysmon")],
        schema: || ("events", schema_of::<answers::EventsAnswer>()),
    },
    Endpoint {
        path: "/api/v1/events/{provider}/{id}",
        make: |ask| {
            let key = format!("{}/{}", ask.part("provider"), ask.part("id"));
            json(&tripline_app::event::event(&ask.library, &key)?)
        },
        summary: "A catalogue event and the rules that can fire on it",
        parameters: &[
            part("provider", "Provider.", "Sysmon"),
            part("id", "Event id within the provider.", "1"),
            NAMES,
        ],
        schema: || ("event", schema_of::<answers::EventAnswer>()),
    },
    Endpoint {
        path: "/api/v1/fields",
        make: |ask| json(&tripline_app::fields::fields(&ask.library)),
        summary: "Every field that rules test",
        parameters: &[NAMES],
        schema: || ("fields", schema_of::<answers::FieldsAnswer>()),
    },
    Endpoint {
        path: "/api/v1/fields/{name}",
        make: |ask| json(&tripline_app::field::field(&ask.library, ask.part("name"))?),
        summary: "A field: spellings, operators, values, rules",
        parameters: &[part("name", "Any spelling of the field.", "Image"), NAMES],
        schema: || ("field", schema_of::<answers::FieldAnswer>()),
    },
    Endpoint {
        path: "/api/v1/indicators",
        make: |ask| {
            let (field, value) = (ask.query("field"), ask.query("value"));
            let (field, value) = (field.unwrap_or(""), value.unwrap_or(""));
            json(&tripline_app::indicator::indicator(
                &ask.library,
                field,
                value,
            )?)
        },
        summary: "A family of values of a field, and the rules that use it",
        parameters: &[
            query(Kind::Needed, "field", "Any spelling of the field.", "Image"),
            query(
                Kind::Needed,
                "value",
                "A value, or the name of a family.",
                "\\pwsh.exe",
            ),
            NAMES,
        ],
        schema: || ("indicator", schema_of::<answers::IndicatorAnswer>()),
    },
    Endpoint {
        path: "/api/v1/ledger",
        make: |ask| json(&tripline_app::ledger::ledger(&ask.library)),
        summary: "What was read, how well, and what was not",
        parameters: &[],
        schema: || ("ledger", schema_of::<answers::LedgerAnswer>()),
    },
];

/// Every route of the API, its own document among them.
pub(crate) fn routes() -> impl Iterator<Item = (&'static str, Make)> {
    let document: (&'static str, Make) = ("/api/v1/openapi.json", openapi::document);
    let endpoints = ENDPOINTS.iter();
    endpoints
        .map(|endpoint| (endpoint.path, endpoint.make))
        .chain([document])
}

/// What the workbench says of the text that was sent.
pub(crate) fn workbench(ask: &Ask) -> Result<Reply, Stop> {
    let request = crate::pages::workbench::request(ask);
    json(&tripline_app::workbench::workbench(&ask.library, &request)?)
}

fn json<T: Serialize>(answer: &T) -> Result<Reply, Stop> {
    Ok(Reply::new(JSON, serde_json::to_vec(answer)?))
}
