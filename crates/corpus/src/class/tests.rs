use super::*;
use crate::{CorpusSpec, FileEntry, IdRegistry, decode, session::read_loaded};

/// The one rule of a file of a vendor.
fn rule(vendor: Vendor, path: &str, text: &str) -> Detection {
    let mut spec = CorpusSpec::new("made-up", vendor, "made-up");
    spec.files.push(FileEntry {
        path: path.into(),
        full: path.into(),
    });
    let loaded = decode(text.as_bytes().to_vec(), path).expect("is text");
    let read = read_loaded(&spec, vec![loaded], &mut IdRegistry::new());
    let mut found = read.into_detections();
    assert_eq!(found.len(), 1, "{path}");
    found.remove(0)
}

fn sigma(path: &str, head: &str, logsource: &str, selection: &str) -> Class {
    let text = format!(
        "title: Made up\n{head}logsource: {{{logsource}}}\ndetection:\n  a:\n    {selection}\n  condition: a\n"
    );
    rule(Vendor::Sigma, path, &text).class
}

const WINDOWS: &str = "category: process_creation, product: windows";

#[test]
fn sigma_folder_status_and_tags() {
    let class = |path, head| sigma(path, head, WINDOWS, "Image: a");
    assert_eq!(class("rules/a.yml", "status: test\n"), Class::Alert);
    assert_eq!(class("rules-threat-hunting/a.yml", ""), Class::Hunting);
    assert_eq!(class("unsupported/a.yml", ""), Class::Deprecated);
    assert_eq!(class("rules/unsupported.yml", ""), Class::Alert);
    let hunt = "tags: [detection.threat-hunting]\n";
    assert_eq!(class("rules/a.yml", hunt), Class::Hunting);
    let both = format!("status: deprecated\n{hunt}");
    assert_eq!(class("rules/a.yml", &both), Class::Deprecated);
}

#[test]
fn sigma_findings_of_products() {
    let class = |logsource, selection| sigma("rules/a.yml", "", logsource, selection);
    let risk = "product: azure, service: riskdetection";
    assert_eq!(class(risk, "riskEventType: b"), Class::ForwardedAlert);
    assert_eq!(class(risk, "ipAddress: b"), Class::Alert);
    let antivirus = "category: antivirus";
    let found = class(antivirus, "Signature|contains: Mimikatz");
    assert_eq!(found, Class::ForwardedAlert);
    assert_eq!(class(antivirus, "Filename|endswith: .ps1"), Class::Alert);
    let defender = "product: windows, service: windefend";
    assert_eq!(class(defender, "EventID: 1116"), Class::ForwardedAlert);
    assert_eq!(class(defender, "EventID: 5001"), Class::Alert);
    assert_eq!(class(defender, "EventID: [1116, 5001]"), Class::Alert);
}

fn sentinel(query: &str) -> (Class, Text) {
    let text =
        format!("id: a\nname: Made up\nkind: Scheduled\nqueryFrequency: 1h\nquery: |\n  {query}\n");
    let found = rule(Vendor::Sentinel, "Detections/a.yaml", &text);
    (found.class, found.class_reason)
}

#[test]
fn sentinel_rules_on_alerts() {
    let class = |query| sentinel(query).0;
    let (found, why) = sentinel(
        "SecurityAlert | where ProductName == 'x' | extend S = AlertSeverity | where S in ('High')",
    );
    assert_eq!(found, Class::ForwardedAlert);
    assert_eq!(
        why,
        "it only passes on findings of Microsoft Defender and Sentinel: it tests nothing but how they are labelled"
    );
    let of_a_file = "AlertInfo | join kind=inner AlertEvidence on AlertId | where FileName has 'x'";
    assert_eq!(class(of_a_file), Class::Alert);
    let joined = "AlertInfo | where Title has 'x' | join kind=inner AlertEvidence on AlertId | project DeviceId";
    assert_eq!(class(joined), Class::ForwardedAlert);
    let with_others = "SecurityAlert | join kind=inner SigninLogs on $left.CompromisedEntity == $right.UserPrincipalName";
    assert_eq!(class(with_others), Class::Alert);
    let counted = "SecurityAlert | summarize n = count() by CompromisedEntity | where n > 5";
    assert_eq!(class(counted), Class::Alert);
    let grouped = "SecurityAlert | summarize arg_max(TimeGenerated, *) by SystemAlertId";
    assert_eq!(class(grouped), Class::ForwardedAlert);
    let statistic = "SecurityAlert | summarize count() by AlertName";
    assert_eq!(class(statistic), Class::Alert);
}

#[test]
fn sentinel_schedules_and_titles() {
    let text = "id: a\nname: '[Deprecated] - Made up'\nquery: SigninLogs\n";
    let found = rule(Vendor::Sentinel, "a.yaml", text);
    assert_eq!(found.class, Class::Deprecated);
    let text = "id: a\nname: Deprecated TLS\nquery: SigninLogs\n";
    let found = rule(Vendor::Sentinel, "a.yaml", text);
    assert_eq!(
        (found.class, found.kind.as_str()),
        (Class::Hunting, "hunting")
    );
    let text = "id: a\nname: Made up\nqueryFrequency: 1h\nquery: SigninLogs\n";
    let found = rule(Vendor::Sentinel, "a.yaml", text);
    assert_eq!(
        (found.class, found.kind.as_str()),
        (Class::Alert, "scheduled")
    );
}

#[test]
fn chronicle_rules_on_findings() {
    let class = |meta: &str, events: &str, condition: &str| {
        let text = format!(
            "rule made_up {{\n  meta:\n    author = \"a\"\n{meta}  events:\n{events}  condition:\n    {condition}\n}}\n"
        );
        rule(Vendor::Chronicle, "a.yaral", &text).class
    };
    let finding = "    $e.metadata.product_name = \"AWS GuardDuty\"\n    $e.security_result.severity = \"HIGH\"\n";
    assert_eq!(class("", finding, "$e"), Class::ForwardedAlert);
    let hunt = "    type = \"hunt\"\n";
    assert_eq!(class(hunt, finding, "$e"), Class::Hunting);
    let own = format!("{finding}    $e.principal.ip = \"10.0.0.1\"\n");
    assert_eq!(class("", &own, "$e"), Class::Alert);
    let many = format!("{finding}    $e.principal.ip = $ip\n  match:\n    $ip over 1h\n");
    assert_eq!(class("", &many, "$e"), Class::ForwardedAlert);
    assert_eq!(class("", &many, "#e > 5"), Class::Alert);
    let block = "    type = \"building block\"\n";
    let plain = "    $e.metadata.product_name = \"Okta\"\n";
    assert_eq!(class(block, plain, "$e"), Class::BuildingBlock);
}

#[test]
fn splunk_types_and_findings() {
    let class = |kind: &str, search: &str| {
        let text = format!(
            "name: Made up\nid: 00000000-0000-4000-8000-000000000001\ntype: {kind}\nsearch: '{search}'\n"
        );
        rule(Vendor::Splunk, "detections/a.yml", &text).class
    };
    let passed = "sourcetype=aws:securityhub:finding Severity.Label=HIGH | stats count by dest";
    assert_eq!(class("TTP", passed), Class::ForwardedAlert);
    assert_eq!(class("Hunting", passed), Class::Hunting);
    assert_eq!(
        class("TTP", &format!("{passed} | where count > 10")),
        Class::Alert
    );
    assert_eq!(class("Baseline", "sourcetype=a"), Class::Hunting);
    assert_eq!(class("Anomaly", "sourcetype=a"), Class::Alert);
}

#[test]
fn documents_that_describe_detections_alert() {
    let query = "```KQL\nDeviceEvents\n| where ActionType == \"x\"\n| project DeviceName\n```\n";
    let class =
        |path: &str, head: &str| rule(Vendor::Kusto, path, &format!("# A\n{head}{query}")).class;
    assert_eq!(class("a.md", ""), Class::Hunting);
    let described = "## Detection description\ntext\n";
    assert_eq!(class("a.md", described), Class::Alert);
    assert_eq!(class("hunts/a.md", described), Class::Hunting);
}
