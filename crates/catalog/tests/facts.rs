//! Facts of single rules: polarity, clauses, scope, projection, events, branches.

use tripline_catalog::facts::{AtomFact, RuleFacts, Tree, facts};
use tripline_corpus::{Hint, Vendor, read_text};
use tripline_ir::{Language, Text};
use tripline_schema::Schema;

fn of(text: &str, hint: Hint) -> RuleFacts {
    let read = read_text("rule", text, hint);
    let errors: Vec<_> = read
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    facts(&read.detections[0], Schema::builtin(), &|id: &str| {
        Text::new(id)
    })
}

fn sigma(detection: &str) -> RuleFacts {
    let head = "title: Test\nid: 7d2ab28e-3dba-4ee0-a2a6-7b8f0ff6f2a9\nlogsource:\n    product: windows\n    category: process_creation\n";
    of(
        &format!("{head}detection:\n{detection}"),
        Hint::Rule(Vendor::Sigma),
    )
}

fn eql(query: &str) -> RuleFacts {
    of(query, Hint::Query(Language::Eql))
}

fn shown(atom: &AtomFact) -> String {
    format!("{} {} {}", atom.field, atom.operator, atom.value)
}

fn indicators(facts: &RuleFacts) -> Vec<String> {
    facts
        .atoms
        .iter()
        .filter(|atom| atom.is_indicator())
        .map(shown)
        .collect()
}

fn exclusions(facts: &RuleFacts) -> Vec<(Vec<String>, bool)> {
    let clause = |atoms: &[u32]| {
        atoms
            .iter()
            .map(|at| shown(&facts.atoms[*at as usize]))
            .collect()
    };
    facts
        .exclusions
        .iter()
        .map(|found| (clause(&found.atoms), found.whole))
        .collect()
}

#[test]
fn values_of_filters_are_exclusions_and_not_indicators() {
    let facts = sigma(
        r"
    selection:
        Image|endswith: '\tool.exe'
    filter_parent:
        ParentImage|endswith:
            - '\good.exe'
            - '\fine.exe'
    filter_absent:
        ParentImage: null
    filter_empty:
        ParentImage: ''
    condition: selection and not 1 of filter_*
",
    );
    assert_eq!(
        indicators(&facts),
        [r"process.executable ends_with \tool.exe"]
    );
    let mut excluded = exclusions(&facts);
    excluded.sort();
    let one = |text: &str| (vec![text.to_owned()], true);
    assert_eq!(
        excluded,
        [
            one("process.parent.executable ends_with \\fine.exe"),
            one("process.parent.executable ends_with \\good.exe"),
            one("process.parent.executable eq "),
            one("process.parent.executable missing "),
        ]
    );
}

#[test]
fn an_exclusion_of_two_tests_is_one_clause() {
    let facts = sigma(
        r"
    selection:
        Image|endswith: '\tool.exe'
    filter_main:
        User: 'svc'
        CommandLine|contains:
            - ' -a'
            - ' -b'
    condition: selection and not filter_main
",
    );
    let user = "process.user eq svc".to_owned();
    let line = |value: &str| format!("process.command_line contains  {value}");
    assert_eq!(
        exclusions(&facts),
        [
            (vec![user.clone(), line("-a")], true),
            (vec![user, line("-b")], true)
        ]
    );
}

#[test]
fn an_exclusion_inside_an_alternative_has_the_scope_of_its_branch() {
    let facts = sigma(
        r"
    a:
        Image|endswith: '\one.exe'
    b:
        Image|endswith: '\two.exe'
    filter:
        User: 'svc'
    condition: a or (b and not filter)
",
    );
    assert_eq!(
        exclusions(&facts),
        [(vec!["process.user eq svc".to_owned()], false)]
    );
}

#[test]
fn an_even_number_of_negations_is_positive() {
    let facts = sigma(
        r"
    a:
        Image|endswith: '\one.exe'
    b:
        User: 'svc'
    condition: a and not (a and not b)
",
    );
    let user: Vec<_> = facts
        .atoms
        .iter()
        .filter(|atom| atom.field == "process.user")
        .collect();
    assert_eq!(user.len(), 1);
    assert!(!user[0].negated);
}

#[test]
fn a_whole_hash_in_a_packed_list_counts_as_the_hash() {
    let whole = "0123456789abcdef0123456789ABCDEF";
    let facts = sigma(&format!(
        "  a:\n    Hashes|contains:\n      - 'IMPHASH={whole}'\n      - 'SHA1={whole}'\n  condition: a"
    ));
    let found = indicators(&facts);
    let hash = whole.to_lowercase();
    assert!(
        found.contains(&format!("process.pe.imphash eq {hash}")),
        "{found:?}"
    );
    let part = format!("process.hashes contains sha1={hash}");
    assert!(found.contains(&part), "too short for a SHA-1: {found:?}");
}

#[test]
fn a_base_name_counts_as_the_end_of_its_path() {
    let facts = eql(r#"process where host.os.type == "windows" and process.name : "Tool.exe""#);
    assert!(indicators(&facts).contains(&r"process.executable ends_with \tool.exe".to_owned()));
    let facts = eql(r#"process where host.os.type == "linux" and process.name == "tool""#);
    assert!(indicators(&facts).contains(&"process.executable ends_with /tool".to_owned()));
    let facts = eql(r#"process where process.name == "tool""#);
    assert!(
        indicators(&facts).contains(&"process.name eq tool".to_owned()),
        "no platform: as is"
    );
}

#[test]
fn the_category_that_eql_implies_is_no_indicator() {
    let facts = eql(r#"process where process.args : "-x""#);
    assert_eq!(indicators(&facts), ["process.args eq -x"]);
}

#[test]
fn a_plain_regex_is_one_indicator_per_value() {
    let facts = sigma(
        r"
    selection:
        CommandLine|re: ' -(?:enc|ec) '
        Image|re: 'a+b'
    condition: selection
",
    );
    assert_eq!(
        indicators(&facts),
        [
            "process.command_line contains  -enc ",
            "process.command_line contains  -ec ",
            "process.executable regex a+b",
        ]
    );
}

#[test]
fn a_placeholder_is_never_a_value() {
    let facts =
        sigma("\n    selection:\n        User|expand: '%admins%'\n    condition: selection\n");
    assert_eq!(indicators(&facts), [] as [&str; 0]);
    assert!(facts.atoms.iter().any(|atom| atom.operator == "in_list"));
}

#[test]
fn event_ids_narrow_the_events_of_a_log_source() {
    let text = "title: Test\nid: 7d2ab28e-3dba-4ee0-a2a6-7b8f0ff6f2a9\nlogsource:\n    product: windows\n    service: security\ndetection:\n    selection:\n        EventID:\n            - 4624\n            - 4625\n    condition: selection\n";
    let facts = of(text, Hint::Rule(Vendor::Sigma));
    assert_eq!(
        facts.events,
        ["Security-Auditing/4624", "Security-Auditing/4625"]
    );
}

#[test]
fn a_step_of_a_sequence_lends_nothing_to_another() {
    let facts = eql(r#"sequence by host.id with maxspan=1m
  [process where host.os.type == "windows" and event.type == "start" and process.name : "a.exe"]
  [file where host.os.type == "windows" and event.type == "creation" and file.extension : "dll"]"#);
    assert_eq!(facts.branches.len(), 2);
    let of_branch = |branch: u32| -> Vec<String> {
        let mine = facts
            .atoms
            .iter()
            .filter(|atom| atom.branch == branch && !atom.implied);
        mine.map(|atom| atom.field.to_string()).collect()
    };
    assert!(of_branch(0).contains(&"process.executable".to_owned()));
    assert!(!of_branch(0).contains(&"file.path".to_owned()));
    assert!(of_branch(1).contains(&"file.path".to_owned()));
    assert!(
        facts.branches[0].events.contains(&"Sysmon/1".into()),
        "{:?}",
        facts.branches[0]
    );
    assert!(!facts.branches[0].events.contains(&"Sysmon/11".into()));
    assert!(
        facts.branches[1].events.contains(&"Sysmon/11".into()),
        "{:?}",
        facts.branches[1]
    );
    assert!(!facts.branches[1].events.contains(&"Sysmon/1".into()));
}

#[test]
fn a_pattern_on_the_action_narrows_the_events() {
    let facts = eql(
        r#"any where host.os.type == "windows" and (event.category == "library" or
  (event.category == "process" and event.action : "Image loaded*")) and file.name : "x.dll""#,
    );
    assert!(
        !facts.events.contains(&"Sysmon/10".into()),
        "{:?}",
        facts.events
    );
}

#[test]
fn events_that_lack_a_demanded_field_are_left_out() {
    let with = |tests: &str| {
        sigma(&format!(
            "    selection:\n{tests}    condition: selection\n"
        ))
    };
    let both = with("        Image|endswith: '\\a.exe'\n        CommandLine|contains: ' -x '\n");
    assert!(both.events.contains(&"Security-Auditing/4688".into()));
    // Only Sysmon records the name that a program was built with.
    let sysmon = with("        Image|endswith: '\\a.exe'\n        OriginalFileName: b.exe\n");
    assert_eq!(sysmon.events, ["Sysmon/1"]);
    // An alternative demands nothing.
    let either = "    one:\n        OriginalFileName: b.exe\n    other:\n        CommandLine|contains: ' -x '\n    condition: one or other\n";
    assert_eq!(sigma(either).events, both.events);
    // That a field is missing is no demand for it.
    let none = with("        Image|endswith: '\\a.exe'\n        ParentCommandLine: null\n");
    assert_eq!(none.events, both.events);
}

#[test]
fn a_data_model_is_fed_by_what_the_rule_names() {
    let with = |model: &str, sources: &str| {
        of(
            &format!(
                "name: Test\nid: 3a1d9d3f-1c8f-4b54-9f0a-0d6f0d0c2f11\ntype: TTP\ndata_source: [{sources}]\nsearch: '| tstats count from datamodel={model} where {model}.action=failure by {model}.user | where count > 5'\n"
            ),
            Hint::Rule(Vendor::Splunk),
        )
    };
    let usual = with("Authentication", "");
    assert!(usual.events.contains(&"Security-Auditing/4625".into()));
    let events = |sources| with("Authentication", sources).events;
    assert_eq!(events("Okta"), ["Okta/*"]);
    assert_eq!(
        events("Azure Active Directory Sign-in activity"),
        ["Entra-SignIn/*"]
    );
    assert_eq!(events("AWS CloudTrail ConsoleLogin"), ["AWS-CloudTrail/*"]);
    assert_eq!(events("Linux Secure"), ["Linux-Auth/*"]);
    // One of its usual sources, or one that is not known: the model holds what it usually does.
    assert_eq!(events("Windows Event Log Security 4625"), usual.events);
    assert_eq!(
        events("Okta, Windows Event Log Security 4625"),
        usual.events
    );
    assert_eq!(events("Okta, Some New Product"), usual.events);
}

#[test]
fn a_rule_names_which_of_a_products_logs_it_reads() {
    let with = |sources: &str| {
        let rule = of(
            &format!(
                "name: Test\nid: 3a1d9d3f-1c8f-4b54-9f0a-0d6f0d0c2f12\ntype: TTP\ndata_source: [{sources}]\nsearch: 'sourcetype=\"azure:monitor:aad\" category=SignInLogs | stats count by user'\n"
            ),
            Hint::Rule(Vendor::Splunk),
        );
        rule.events
    };
    assert_eq!(
        with("Azure Active Directory Sign-in activity"),
        ["Entra-SignIn/*"]
    );
    assert_eq!(with("Azure Active Directory"), with(""));
    assert_eq!(with("Okta"), with(""));
}

#[test]
fn a_data_set_of_the_sensor_is_none_of_the_network() {
    let facts = eql(r#"sequence by agent.id
  [network where data_stream.dataset == "network_traffic.http" and http.request.method == "POST"]
  [file where data_stream.dataset == "endpoint.events.file" and event.action == "creation"]"#);
    let of_file = &facts.branches[1].events;
    assert!(of_file.contains(&"Sysmon/11".into()), "{of_file:?}");
    let network = |key: &&Text| key.starts_with("Network");
    assert_eq!(of_file.iter().find(network), None);
}

/// Facts of one rule of each vendor that looks for the same.
fn everywhere(rules: &[(&str, Hint)], field: &str) -> Vec<(Vec<Text>, bool)> {
    let of_one = |(text, hint): &(&str, Hint)| {
        let facts = of(text, *hint);
        let names = |atom: &AtomFact| atom.field == field && atom.is_indicator();
        (facts.events.clone(), facts.atoms.iter().any(names))
    };
    rules.iter().map(of_one).collect()
}

#[test]
fn one_operation_is_one_event_and_one_field_for_every_vendor() {
    let sigma = "title: Test\nid: 7d2ab28e-3dba-4ee0-a2a6-7b8f0ff6f2a9\nlogsource:\n    product: aws\n    service: cloudtrail\ndetection:\n    selection:\n        eventName: ConsoleLogin\n    condition: selection\n";
    let yaral = "rule test {\n meta:\n  author = \"x\"\n events:\n  $e.metadata.product_name = \"AWS CloudTrail\"\n  $e.metadata.product_event_type = \"ConsoleLogin\"\n condition:\n  $e\n}\n";
    let rules = [
        (sigma, Hint::Rule(Vendor::Sigma)),
        (
            "AWSCloudTrail | where EventName == \"ConsoleLogin\"",
            Hint::Query(Language::Kusto),
        ),
        (
            "sourcetype=aws:cloudtrail eventName=ConsoleLogin",
            Hint::Query(Language::Spl),
        ),
        (
            "from logs-aws.cloudtrail-* | where event.action == \"ConsoleLogin\"",
            Hint::Query(Language::Esql),
        ),
        (yaral, Hint::Query(Language::Yaral)),
    ];
    for (at, (events, named)) in everywhere(&rules, "cloud.api.action")
        .into_iter()
        .enumerate()
    {
        assert_eq!(events, ["AWS-CloudTrail/ConsoleLogin"], "{}", rules[at].0);
        assert!(named, "{}", rules[at].0);
    }
}

#[test]
fn the_kind_of_event_decides_what_fields_of_a_table_mean() {
    let kusto = |query| indicators(&of(query, Hint::Query(Language::Kusto)));
    let found = kusto(
        "SecurityEvent | where EventID == 4688 | where CommandLine has \"-enc\" | where Process =~ \"a.exe\"",
    );
    assert!(
        found
            .iter()
            .any(|one| one.starts_with("process.command_line ")),
        "{found:?}"
    );
    let found = kusto(
        "DeviceEvents | where ActionType == \"OpenProcessApiCall\" | where FileName =~ \"lsass.exe\"",
    );
    assert!(
        found.iter().any(|one| one.starts_with("target.process.")),
        "{found:?}"
    );
}

/// Each clause as text, exceptions behind `unless`.
fn clauses(facts: &RuleFacts) -> Vec<(String, bool)> {
    let text = |atoms: &[u32]| {
        let of = |negated: bool| {
            let all = atoms.iter().map(|at| &facts.atoms[*at as usize]);
            let kept = all.filter(|atom| atom.negated == negated).map(shown);
            kept.collect::<Vec<_>>()
        };
        match of(false).as_slice() {
            [] => of(true).join(" & "),
            unless => format!("{} unless {}", of(true).join(" & "), unless.join(", ")),
        }
    };
    let all = facts.exclusions.iter();
    all.map(|found| (text(&found.atoms), found.whole)).collect()
}

#[test]
fn guards_of_a_language_are_no_part_of_a_clause() {
    let facts = of(
        r#"FROM logs-* | WHERE a == "x" AND NOT (TO_LOWER(b) LIKE "*y*" AND c IN ("p", "q")) AND NOT d == "z""#,
        Hint::Query(Language::Esql),
    );
    assert_eq!(
        clauses(&facts),
        [
            ("b contains y & c eq p".to_owned(), true),
            ("b contains y & c eq q".to_owned(), true),
            ("d eq z".to_owned(), true),
        ]
    );
}

#[test]
fn a_guard_of_the_author_is_no_part_of_a_clause() {
    let facts = of(
        r#"FROM logs-* | WHERE b IS NULL OR NOT (b LIKE "*y*" AND c == "p")"#,
        Hint::Query(Language::Esql),
    );
    assert_eq!(
        clauses(&facts),
        [("b contains y & c eq p".to_owned(), true)]
    );
}

#[test]
fn a_computed_partner_stays_in_its_clause() {
    let facts = of(
        "Events | extend A = strcat(X, 'a') | where not(A == B and Kind =~ 'k')",
        Hint::Query(Language::Kusto),
    );
    let [(clause, whole)] = &clauses(&facts)[..] else {
        panic!("{:?}", facts.exclusions)
    };
    assert!(
        clause.contains("A field_eq B") && clause.contains("Kind eq k"),
        "{clause}"
    );
    assert!(*whole);
    assert_eq!(indicators(&facts), Vec::<String>::new());
}

#[test]
fn exceptions_to_an_exclusion_are_no_indicators() {
    let facts = eql(
        r#"process where user.name == "u" and not (process.args : "a" and not process.title : ("b", "c"))"#,
    );
    assert_eq!(indicators(&facts), ["process.user.name eq u"]);
    let [(clause, true)] = &clauses(&facts)[..] else {
        panic!("{:?}", clauses(&facts))
    };
    assert_eq!(
        clause,
        "process.args eq a unless linux.proctitle eq b, linux.proctitle eq c"
    );
}

#[test]
fn a_denied_denial_is_a_test() {
    let facts = eql(r#"process where not (process.args != "a" or process.title != "b")"#);
    assert_eq!(
        indicators(&facts),
        ["process.args eq a", "linux.proctitle eq b"]
    );
}

#[test]
fn what_must_not_occur_is_no_indicator_and_has_no_events() {
    let facts = eql(r#"sequence by host.id with maxspan=1m
  [process where process.name == "a.exe"]
  ![file where file.extension == "txt"]"#);
    assert!(indicators(&facts).iter().all(|test| !test.contains("txt")));
    assert!(facts.branches[1].missing && facts.branches[1].events.is_empty());
    assert_eq!(exclusions(&facts), []);
}

#[test]
fn keys_of_steps_with_different_fields_have_all_of_them() {
    let facts = eql(r"sequence by host.id
  [process where true] by process.entity_id
  [process where true] by process.parent.entity_id");
    let keys = &facts.correlations[0].keys;
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!((keys[0].len(), keys[1].len()), (1, 2), "{keys:?}");
}

#[test]
fn a_threshold_may_stand_in_a_later_stage() {
    let of_spl = |search: &str| {
        let facts = of(search, Hint::Query(Language::Spl));
        facts.correlations[0].thresholds.clone()
    };
    assert_eq!(
        of_spl(
            "index=x a=1 | stats count dc(u) as users by h | rename users as n | where count > 5 AND n >= 3"
        ),
        ["count gt 5", "users gte 3"]
    );
    assert_eq!(
        of_spl("index=x a=1 | stats count by h | eval count=count+1 | where count > 5"),
        Vec::<Text>::new()
    );
}

#[test]
fn the_edge_of_a_word_test_counts() {
    let facts = of(
        "Events | where A has 'x' and B hasprefix 'y' and C hasprefix '/z'",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(
        indicators(&facts),
        ["A term x", "B term_prefix y", "C contains /z"]
    );
}

#[test]
fn when_a_rule_looks_is_no_indicator() {
    let facts = of(
        "Events | where TimeGenerated > ago(1d) and Kind == 'k'",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(indicators(&facts), ["Kind eq k"]);
}

#[test]
fn a_column_that_is_plainly_a_field_is_that_field() {
    let facts = of(
        r"Events | extend Small = tolower(A), Name = tostring(split(B, '\\')[-1]), Both = strcat(A, B)
| where Small contains 'x' and Name =~ 'y.exe' and Both == 'z'",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(indicators(&facts), ["A contains x", r"B ends_with \y.exe"]);
}

#[test]
fn an_alternative_without_a_positive_test_stays() {
    let facts = sigma(
        r"
    one:
        CommandLine|contains: a
    other:
        CommandLine|contains: b
    condition: one or not other
",
    );
    let Tree::Or(parts) = &facts.branches[0].tree else {
        panic!("{:?}", facts.branches[0].tree)
    };
    assert!(parts.contains(&Tree::Nothing), "{parts:?}");
}

#[test]
fn a_test_of_a_computed_column_is_no_indicator() {
    let facts = of(
        "Events | extend n = iff(a has 'x', 1, 0) | where Kind == 'k' or (n == 1 and Kind == 'l')",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(indicators(&facts), ["Kind eq k", "Kind eq l"]);
    let facts = of(
        r#"FROM logs-* | EVAL process.working = TO_LOWER(process.working) | WHERE process.working == "x""#,
        Hint::Query(Language::Esql),
    );
    assert_eq!(indicators(&facts), ["process.working eq x"]);
}

#[test]
fn a_column_that_takes_a_known_name_is_what_it_is_made_of() {
    let facts = of(
        r"SecurityEvent | extend FileName = tostring(split(NewProcessName, '\\')[-1]) | where FileName =~ 'y.exe'",
        Hint::Query(Language::Kusto),
    );
    assert_eq!(indicators(&facts), [r"process.executable ends_with \y.exe"]);
}
