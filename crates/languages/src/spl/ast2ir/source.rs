//! Where events come from: indexes, source types, sources, data models.
//!
//! A source routes, it is no test: an event that does not say where it comes from fits. What an
//! event does say (by `sourcetype`, `source`, `index`, `eventtype` among its fields) must be what
//! the search asks for; that condition is kept, marked as implied. Conditions that all must hold
//! are looked at one by one: an event that says its source type alone is asked for that alone.

use super::super::ast::{Name, Relation, Search, Word};
use super::scope::Scope;
use super::search::is_routing;
use super::{Flow, Lowering};
use tripline_ir::{
    Atom, Case, FieldRef, LossReason, Match, Pattern, Plan, Predicate, Source, Subject, Test, Text,
    format_smolstr,
};
use tripline_schema::Activity;
use tripline_text::Span;

/// Catalogue events of source types, sources and event types that do not name a Windows log.
/// A name that ends in `*` stands for all that begin so.
// Table: Splunk sources.
const SOURCES: [(&str, &[&str]); 58] = [
    (
        "activedirectory",
        &["Security-Auditing/5136", "Security-Auditing/5137"],
    ),
    ("aws:asl", &["AWS-CloudTrail/*"]),
    ("aws:cloudtrail", &["AWS-CloudTrail/*"]),
    ("aws:cloudtrail:lake", &["AWS-CloudTrail/*"]),
    ("aws:cloudwatchlogs:eks", &["Kubernetes-Audit/*"]),
    ("aws:cloudwatchlogs:vpcflow", &["Network-Flow/*"]),
    ("aws:firehose:json", &["GitHub-Audit/*"]),
    ("aws:s3:accesslogs", &["AWS-CloudTrail/*"]),
    (
        "azure:monitor:aad",
        &["Entra-Audit/*", "Entra-Risk/*", "Entra-SignIn/*"],
    ),
    ("cisco:asa", &["Network-Firewall/*"]),
    ("cisco:ios", &["Cisco-Syslog/*"]),
    ("cisco:sfw:estreamer", &["Network-Firewall/*"]),
    ("cisco:umbrella:dns", &["DNS-Log/QUERY"]),
    ("cisco_ios", &["Cisco-Syslog/*"]),
    ("cloudtrail", &["AWS-CloudTrail/*"]),
    ("crowdstrike:events:sensor", &["Endpoint-Alert/*"]),
    ("crowdstrike:event:streams:json", &["Endpoint-Alert/*"]),
    ("github:cloud:audit", &["GitHub-Audit/*"]),
    ("github:enterprise:audit", &["GitHub-Audit/*"]),
    ("google:gcp:pubsub:message", &["GCP-Audit/*"]),
    ("gsuite:*", &["Google-Workspace/*"]),
    ("gws:*", &["Google-Workspace/*"]),
    ("http:github", &["GitHub-Audit/*"]),
    ("iis:configuration:operational", &["IIS-Configuration/*"]),
    ("kube:*", &["Kubernetes-Audit/*"]),
    ("kubernetes", &["Kubernetes-Audit/*"]),
    ("linux:audit", &["Auditd/*"]),
    ("linux_audit", &["Auditd/*"]),
    ("linux_secure", &["Linux-Auth/*"]),
    ("mscs:azure:audit", &["Azure-Activity/*"]),
    (
        "mscs:azure:eventhub",
        &["Azure-Activity/*", "Entra-Audit/*", "Entra-SignIn/*"],
    ),
    ("mscs:storage:blob:json", &["Kubernetes-Audit/*"]),
    ("msexchange:management", &["MSExchange-Management/*"]),
    ("mswindows:iis", &["Web-Server/*"]),
    ("ms:iis:auto", &["Web-Server/*"]),
    ("nginx:*", &["Web-Server/*"]),
    ("access_combined*", &["Web-Server/*"]),
    ("apache:*", &["Web-Server/*"]),
    ("o365:graph:api", &["Graph-Activity/*"]),
    ("o365:management:activity", &["M365-Audit/*"]),
    ("okta_log", &["Okta/*"]),
    ("oktaim2:log", &["Okta/*"]),
    ("ossec*", &["Endpoint-Alert/*"]),
    ("pan:traffic", &["Network-Firewall/*"]),
    ("pan:threat", &["Network-Firewall/*"]),
    ("stream:dns", &["DNS-Log/QUERY"]),
    ("stream:http", &["Proxy/*", "Web-Server/*"]),
    ("stream:tcp", &["Network-Flow/*"]),
    ("suricata", &["Suricata/*"]),
    ("syslog:linux-sysmon/operational", &["Sysmon-Linux/*"]),
    ("sysmon:linux", &["Sysmon-Linux/*"]),
    ("wineventlog_application", &["Application/*"]),
    ("wineventlog_security", &["Security-Auditing/*"]),
    ("wineventlog_system", &["System/*"]),
    ("wineventlog", &["Windows/*"]),
    ("xmlwineventlog", &["Windows/*"]),
    ("zeek:*", &["Zeek/*"]),
    ("zscalernss-web", &["Proxy/*"]),
];

/// What a search says about its source.
#[derive(Debug, Default)]
struct Routing {
    names: Vec<Text>,
    events: Vec<Text>,
    conditions: Vec<Predicate>,
}

impl Lowering<'_> {
    /// The first search: events of its sources that fit.
    pub(super) fn base(&mut self, search: &Search) -> Flow {
        let mut routing = Routing::default();
        let mut rest = Vec::new();
        let parts = match search {
            Search::And(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        for part in parts {
            if routes(part) {
                self.route(part, &mut routing);
            } else {
                rest.push(part.clone());
            }
        }
        let mut scope = self.source_scope(&routing, &rest);
        scope.unsorted = true;
        let source = Source {
            names: tidy(routing.names.clone()),
            events: tidy(routing.events.clone()),
        };
        let condition = Predicate::and(routing.conditions);
        self.filtered(source, condition, &rest, scope)
    }

    /// A match, with the subsearches that its conjuncts hold as joins.
    pub(super) fn filtered(
        &mut self,
        source: Source,
        condition: Predicate,
        rest: &[Search],
        scope: Scope,
    ) -> Flow {
        let (subsearches, plain): (Vec<&Search>, Vec<&Search>) =
            rest.iter().partition(|part| Self::joins(part));
        let before = self.pending.len();
        let mut parts = Vec::new();
        // Conditions on what subsearches find, which the rows get first.
        let mut joined = Vec::new();
        for part in plain {
            let pending = self.pending.len();
            let condition = self.search(part, &scope);
            if self.pending.len() > pending {
                joined.push(condition);
            } else {
                parts.push(condition);
            }
        }
        parts.push(condition);
        let flow = Flow {
            plan: Plan::Match(Match {
                source,
                predicate: Predicate::and(parts),
            }),
            scope,
        };
        let mut flow = super::stage::filtered(self.settled(flow, before), Predicate::and(joined));
        for part in subsearches {
            flow = self.subsearch_join(part, flow);
        }
        flow
    }

    /// `from datamodel:X` and `datamodel X`.
    pub(super) fn from(&mut self, kind: &str, name: &Name, span: Span) -> Flow {
        match kind {
            "datamodel" => {
                let (source, activity) = self.model(&name.text);
                let scope = Scope {
                    activity,
                    unsorted: true,
                    ..Scope::default()
                };
                Flow {
                    plan: Plan::Match(Match {
                        source,
                        predicate: Predicate::True,
                    }),
                    scope,
                }
            }
            "inputlookup" | "lookup" => self.inputlookup(name, None),
            _ => {
                self.lose(
                    LossReason::UnknownCommand,
                    format_smolstr!("from {kind}"),
                    span,
                );
                self.opaque(span, LossReason::UnknownCommand)
            }
        }
    }

    /// A data model's events.
    pub(super) fn model(&self, name: &Text) -> (Source, Activity) {
        let (events, activity) = self.context.schema.cim_events(name).unwrap_or_default();
        let source = Source {
            names: vec![name.clone()],
            events,
        };
        (source, activity)
    }

    /// Takes a condition on the source apart.
    fn route(&mut self, part: &Search, routing: &mut Routing) {
        if let Search::And(parts) = part {
            for part in parts {
                self.route(part, routing);
            }
            return;
        }
        let mut pairs = Vec::new();
        comparisons(part, &mut pairs);
        let mut fields = Vec::new();
        for (field, value) in &pairs {
            fields.push(field.text.clone());
            if !field.text.eq_ignore_ascii_case("channel") {
                routing.names.push(value.text.clone());
            }
            routing.events.extend(self.events_of(&value.text));
        }
        let condition = self.routing_predicate(part);
        routing.conditions.push(or_silent(fields, condition));
    }

    /// The condition itself, over the event's own fields.
    pub(super) fn routing_predicate(&mut self, part: &Search) -> Predicate {
        let mut atom = |field: &Name, value: &Word| {
            let parts = super::search::pattern_parts(&value.text);
            let test = Test::Pattern(Pattern::new(parts, Case::Insensitive));
            let subject = Subject::Field(FieldRef::unmapped(field.text.clone()));
            let mut atom = Atom::new(subject, test, self.place(field.span.cover(value.span)));
            atom.implied = true;
            Predicate::atom(atom)
        };
        build(part, &mut atom)
    }

    /// Catalogue events of a source's name.
    fn events_of(&self, name: &str) -> Vec<Text> {
        let lower = name.to_lowercase();
        let known = SOURCES.iter().find(|(own, _)| match own.strip_suffix('*') {
            Some(start) => lower.starts_with(start),
            None => *own == lower,
        });
        if let Some((_, events)) = known {
            return events.iter().map(|event| Text::from(*event)).collect();
        }
        let windows = lower
            .strip_prefix("xmlwineventlog:")
            .or_else(|| lower.strip_prefix("wineventlog:"));
        let log = windows
            .unwrap_or(&lower)
            .trim_end_matches('*')
            .trim_end_matches('/');
        if log.is_empty() {
            return Vec::new();
        }
        match log {
            "security" => return vec!["Security-Auditing/*".into()],
            "system" => return vec!["System/*".into()],
            "application" => return vec!["Application/*".into()],
            _ => {}
        }
        let providers = self.context.schema.events().map(|event| &event.provider);
        let mut names: Vec<&Text> = providers.collect();
        names.sort();
        names.dedup();
        // The name of an index is the user's own: a few letters of a log's name are not the log.
        let open = lower.ends_with('*') && (windows.is_some() || log.ends_with('-'));
        let meant = |channel: &Text| {
            let channel = channel.to_lowercase();
            let rest = channel.strip_prefix(log);
            rest.is_some_and(|rest| open || rest.is_empty() || rest.starts_with('/'))
        };
        let writes = |name: &&&Text| {
            let provider = self.context.schema.provider(name);
            provider.is_some_and(|provider| provider.channels.iter().any(meant))
        };
        let found = names.iter().filter(writes);
        found.map(|name| format_smolstr!("{name}/*")).collect()
    }

    /// What names mean in events of this source: decided by the event ids that are asked for.
    fn source_scope(&self, routing: &Routing, rest: &[Search]) -> Scope {
        let schema = self.context.schema;
        let mut events = tidy(routing.events.clone());
        for part in rest {
            let Some((field, values)) = asked(part) else {
                continue;
            };
            if matches!(field, "EventCode" | "EventID" | "signature_id") {
                let values: Vec<&str> = values.iter().map(Text::as_str).collect();
                events = schema.narrow(&events, field, &values);
            }
        }
        let mut activities = events.iter().map(|key| schema.key_activity(key));
        let first = activities.next().unwrap_or_default();
        let activity = if activities.all(|other| other == first) {
            first
        } else {
            Activity::Other
        };
        Scope {
            activity: self.context.activity.unwrap_or(activity),
            event: match events.as_slice() {
                [one] => Some(one.clone()),
                _ => None,
            },
            ..Scope::default()
        }
    }
}

/// The event does not say where it comes from, or says what is asked for.
fn or_silent(fields: Vec<Text>, condition: Predicate) -> Predicate {
    if condition == Predicate::True {
        return condition;
    }
    let silent = tidy(fields).into_iter().map(|field| {
        let subject = Subject::Field(FieldRef::unmapped(field));
        let mut atom = Atom::new(subject, Test::Exists, Span::default());
        atom.implied = true;
        Predicate::not(Predicate::atom(atom))
    });
    let silent = Predicate::and(silent.collect::<Vec<_>>());
    Predicate::or([silent, condition])
}

/// A condition of equalities, `AND` and `OR` alone, with its own atoms.
fn build(part: &Search, atom: &mut impl FnMut(&Name, &Word) -> Predicate) -> Predicate {
    match part {
        Search::And(parts) => {
            Predicate::and(parts.iter().map(|one| build(one, atom)).collect::<Vec<_>>())
        }
        Search::Or(parts) => {
            Predicate::or(parts.iter().map(|one| build(one, atom)).collect::<Vec<_>>())
        }
        Search::Compare { field, value, .. } => atom(field, value),
        Search::In { field, values, .. } => Predicate::or(
            values
                .iter()
                .map(|value| atom(field, value))
                .collect::<Vec<_>>(),
        ),
        _ => Predicate::True,
    }
}

/// Whether a condition only says where events come from.
pub(super) fn routes(part: &Search) -> bool {
    let mut pairs = Vec::new();
    comparisons(part, &mut pairs)
        && pairs.iter().any(|(field, _)| is_routing(&field.text))
        && pairs
            .iter()
            .all(|(field, _)| is_routing(&field.text) || field.text.eq_ignore_ascii_case("channel"))
}

/// The fields and values of a condition made of equalities, `AND` and `OR` alone.
fn comparisons<'s>(part: &'s Search, found: &mut Vec<(&'s Name, &'s Word)>) -> bool {
    match part {
        Search::And(parts) | Search::Or(parts) => parts.iter().all(|part| comparisons(part, found)),
        Search::Compare {
            field,
            op: Relation::Eq,
            value,
            ..
        } => {
            found.push((field, value));
            true
        }
        Search::In { field, values, .. } => {
            found.extend(values.iter().map(|value| (field, value)));
            true
        }
        _ => false,
    }
}

/// The field and the values that a condition asks for, when it asks for one field alone.
fn asked(part: &Search) -> Option<(&str, Vec<Text>)> {
    let mut pairs = Vec::new();
    if !comparisons(part, &mut pairs) {
        return None;
    }
    let (first, _) = pairs.first()?;
    let same = pairs.iter().all(|(field, _)| field.text == first.text);
    let values = pairs.iter().map(|(_, value)| value.text.clone()).collect();
    same.then(|| (first.text.as_str(), values))
}

/// Sorted, each once.
pub(super) fn tidy(mut texts: Vec<Text>) -> Vec<Text> {
    texts.sort();
    texts.dedup();
    texts
}
