//! Every page on the starter catalogue: what it says, and what it leads to.

mod common;

use axum::http::StatusCode;
use common::{ask, get, starter};
use std::collections::{BTreeMap, BTreeSet};

const RULE: &str = "/rules/elastic:208dda5b-fbf1-4ddd-a4d3-9f2ead1e2e8f";

#[tokio::test]
async fn home_says_what_is_there() {
    let page = get(&starter(), "/").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for fact in [
        "starter catalogue",
        "<dt>Techniques covered</dt>",
        "id=\"corpora\"",
        "href=\"/techniques/T1204.001\"",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
}

#[tokio::test]
async fn a_technique_has_its_tables() {
    let site = starter();
    let page = get(&site, "/techniques/t1059.001").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for fact in [
        "<h1>PowerShell</h1>",
        "</strong> tagged exactly",
        "id=\"events\"",
        "href=\"/events/Sysmon/1\"",
        "id=\"exclusions\"",
        "href=\"/indicators?field=process.executable&amp;value=%5Cpwsh.exe\"",
        "id=\"rules\"",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
    let answer = get(&site, "/api/v1/techniques/T1059.001").await.json();
    let counted = format!(
        "<strong>{}</strong> tagged exactly",
        answer["counts"]["tagged_exactly"]
    );
    assert!(text.contains(&counted), "{counted}");
    let ecs = get(&site, "/techniques/T1059.001?names=ecs").await;
    assert!(ecs.text().contains(">process.executable</a>"));
    assert!(ecs.text().contains("href=\"/events/Sysmon/1?names=ecs\""));
}

#[tokio::test]
async fn a_dossier_has_its_sections_and_evidence() {
    let site = starter();
    let page = get(&site, "/techniques/T1204.001/dossier").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    let sections = [
        "summary",
        "why",
        "description",
        "flow",
        "prerequisites",
        "tools",
        "commands",
        "network",
        "windows-events",
        "sysmon-events",
        "other-events",
        "opportunities",
        "sigma",
        "queries",
        "investigation",
        "containment",
        "mitigations",
        "collect",
        "false-positives",
        "related",
    ];
    let mut last = 0;
    for section in sections {
        let at = text.find(&format!("<section class=\"block\" id=\"{section}\""));
        let at = at.unwrap_or_else(|| panic!("no section {section}"));
        assert!(at > last, "{section} stands too early");
        last = at;
    }
    for (anchor, prefix) in [("#e", "id=\"e"), ("#r", "id=\"r")] {
        let opening = format!("<a href=\"{anchor}");
        let links = text.split(&opening).skip(1);
        for link in links {
            let number: String = link.chars().take_while(char::is_ascii_digit).collect();
            if !number.is_empty() {
                assert!(
                    text.contains(&format!("{prefix}{number}\"")),
                    "{anchor}{number}"
                );
            }
        }
    }
    assert!(text.contains("href=\"/events/Sysmon/1\""));
    assert!(text.contains("href=\"/techniques/T1566.002\""));
    let guide = get(&site, "/techniques/T1204.001").await;
    assert!(
        guide
            .text()
            .contains("href=\"/techniques/T1204.001/dossier\"")
    );
    let missing = get(&site, "/techniques/T9999/dossier").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_technique_rolls_up_its_sub_techniques() {
    let site = starter();
    let exact = get(&site, "/techniques/T1059").await;
    let with = get(&site, "/techniques/T1059?sub=1").await;
    assert!(exact.text().contains("href=\"/techniques/T1059?sub=1\""));
    assert!(with.text().contains("<strong>with sub-techniques</strong>"));
    let rules = |text: &str| text.matches("href=\"/rules/").count();
    assert!(rules(with.text()) > rules(exact.text()));
}

#[tokio::test]
async fn tables_sort_filter_and_come_along() {
    let site = starter();
    let sorted = get(&site, "/techniques/T1059.001?sort.indicators=-reach").await;
    assert!(sorted.text().contains("aria-sort=\"descending\""));
    let filtered = get(&site, "/techniques/T1059.001?filter.indicators=PWSH.exe").await;
    assert!(filtered.text().contains("that fit,"));
    let table = filtered
        .text()
        .split("id=\"indicators\"")
        .nth(1)
        .expect("the table");
    let table = table.split("</section>").next().unwrap_or("");
    assert!(table.contains("pwsh.exe") && !table.contains("powershell.exe"));
    let none = get(&site, "/techniques/T1059.001?filter.indicators=zzzz").await;
    assert!(none.text().contains("No row fits the filter."));

    let csv = get(
        &site,
        "/techniques/T1059.001?csv=indicators&filter.indicators=pwsh",
    )
    .await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"indicators.csv\""
    );
    let lines: Vec<&str> = csv.text().lines().collect();
    assert_eq!(
        lines[0],
        r#""Field","Operator","Value","Here","Reach","Family","Reach by vendor""#
    );
    let answer = get(&site, "/api/v1/techniques/T1059.001").await.json();
    let rows = answer["indicators"].as_array().expect("indicators");
    let row = rows
        .iter()
        .find(|row| row["value"] == "\\pwsh.exe")
        .expect("pwsh");
    let begin = format!(
        r#""Image","ends with","\pwsh.exe","{}","{}","#,
        row["count"], row["reach"]
    );
    assert!(lines[1].starts_with(&begin), "{}", lines[1]);
    let json = get(&site, "/techniques/T1059.001?json=events").await.json();
    assert_eq!(json[0]["provider"], answer["events"][0]["provider"]);
    assert_eq!(json[0]["rules"], answer["events"][0]["count"]);
}

#[tokio::test]
async fn a_rule_shows_its_body_with_its_tests() {
    let site = starter();
    let page = get(&site, RULE).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for fact in [
        "<h1>Dump File of LSASS Written</h1>",
        "class=\"mark wanted\"",
        "href=\"#indicator-0\"",
        "id=\"indicator-0\"",
        "href=\"/techniques/T1003.001\"",
        "<dt>Licence</dt>",
        ">T1003.001 LSASS Memory</a>",
        ">Open in the workbench</a>",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
    let by_title = get(&site, "/rules/Dump%20File%20of%20LSASS%20Written").await;
    assert_eq!(by_title.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(by_title.header("location"), RULE);
}

#[tokio::test]
async fn search_finds_and_explains_itself() {
    let site = starter();
    let found = get(&site, "/search?q=lsass+vendor:elastic").await;
    assert!(found.text().contains(">Dump File of LSASS Written</a>"));
    assert!(found.text().contains("value=\"lsass vendor:elastic\""));
    assert!(!found.text().contains("href=\"/rules/sigma:"));
    let technique = get(&site, "/search?q=powershell").await;
    assert!(
        technique
            .text()
            .contains("href=\"/techniques/T1059.001\">T1059.001 PowerShell")
    );
    assert!(
        get(&site, "/search")
            .await
            .text()
            .contains("<code>vendor:sigma</code>")
    );
    assert!(
        get(&site, "/search?q=zzzzqq")
            .await
            .text()
            .contains("No rule of the catalogue has all of this.")
    );
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let site = starter();
    for target in [
        "/techniques/T9999",
        "/rules/sigma:no",
        "/nothing",
        "/assets/none.css",
    ] {
        assert_eq!(
            get(&site, target).await.status,
            StatusCode::NOT_FOUND,
            "{target}"
        );
    }
    let page = get(&site, "/techniques/T9999").await;
    let text = page.text();
    assert!(text.contains("<code>T9999</code>") && !text.contains("tripline coverage"));
    let near = get(&site, "/techniques/T1059.099").await;
    assert!(near.text().contains("T1059.001"));
    assert_eq!(
        get(&site, "/?names=nonsense").await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        get(&site, "/search?q=a&limit=x").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn the_workbench_begins_with_a_rule_of_the_catalogue() {
    let site = starter();
    let page = get(&site, &RULE.replace("/rules/", "/workbench?rule=")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for fact in [
        "<h2 class=\"rule\">Dump File of LSASS Written",
        "<option value=\"eql\" selected>EQL</option>",
        ">tagged</span>",
        "id=\"indicators-1\"",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
    assert!(
        !text.contains("No flaw"),
        "its text was not looked at alone"
    );
    let missing = get(&site, "/workbench?rule=sigma:no").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_code_is_explained() {
    let page = get(&starter(), "/codes").await;
    let text = page.text();
    for code in ["E0203", "W0122", "N0121"] {
        assert!(
            text.contains(&format!("<section class=\"block\" id=\"{code}\"")),
            "{code}"
        );
        assert!(text.contains(&format!("href=\"/codes#{code}\"")), "{code}");
    }
}

#[tokio::test]
async fn a_choice_that_changes_nothing_is_not_offered() {
    let site = starter();
    for page in ["dossier", "detections", "tests"] {
        let one = get(&site, &format!("/techniques/T1059.001/{page}")).await;
        assert!(!one.text().contains("sub=1"), "{page}");
        let parent = get(&site, &format!("/techniques/T1059/{page}")).await;
        assert!(parent.text().contains("sub=1"), "{page}");
    }
}

#[tokio::test]
async fn the_matrix_names_its_sides() {
    let page = get(&starter(), "/matrix?compare=sigma..elastic").await;
    let chosen = |name: &str| format!("<option value=\"{name}\" selected>{name}</option>");
    for name in ["sigma", "elastic"] {
        assert!(page.text().contains(&chosen(name)), "{name}");
        assert!(
            page.text().contains(&format!("data-label=\"{name}\"")),
            "{name}"
        );
    }
}

#[tokio::test]
async fn responses_are_kept_compressed_and_compared() {
    let site = starter();
    let plain = get(&site, "/techniques/T1059.001").await;
    let brotli = ask(
        &site,
        "/techniques/T1059.001",
        &[("accept-encoding", "gzip, br")],
    )
    .await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert_eq!(brotli.header("vary"), "Accept-Encoding");
    assert!(brotli.body.len() * 4 < plain.body.len());
    let mut out = Vec::new();
    std::io::copy(
        &mut brotli::Decompressor::new(&brotli.body[..], 4096),
        &mut out,
    )
    .expect("brotli");
    assert_eq!(out, plain.body);
    let etag = brotli.header("etag").to_owned();
    assert_ne!(etag, plain.header("etag"));
    let headers = [("accept-encoding", "br"), ("if-none-match", etag.as_str())];
    let again = ask(&site, "/techniques/T1059.001", &headers).await;
    assert_eq!(
        (again.status, again.body.len()),
        (StatusCode::NOT_MODIFIED, 0)
    );
}

/// Every link of a page that leads to this server.
fn links(text: &str) -> BTreeSet<String> {
    let after = text.split(" href=\"").skip(1);
    let links = after.filter_map(|rest| rest.split('"').next());
    let own = links.filter(|link| link.starts_with('/'));
    own.map(|link| {
        link.replace("&amp;", "&")
            .replace("&#38;", "&")
            .split('#')
            .next()
            .unwrap_or("")
            .to_owned()
    })
    .collect()
}

/// What kind of page an address leads to: its path with the names left out, and the names of its query.
fn kind(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let kept =
        |(at, segment): (usize, &&str)| at == 0 || segment.chars().all(|c| c.is_ascii_lowercase());
    let path: Vec<&str> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| if kept((at, segment)) { segment } else { "*" })
        .collect();
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .collect();
    format!("{}?{}", path.join("/"), names.join("&"))
}

/// Several pages of every kind; `site.rs` follows every link of every page.
#[tokio::test]
async fn links_lead_somewhere() {
    const OF_A_KIND: usize = 3;
    let site = starter();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<String> = ["/".to_owned()].into();
    let mut next: Vec<String> = seen.iter().cloned().collect();
    while let Some(target) = next.pop() {
        let of_kind = kinds.entry(kind(&target)).or_default();
        *of_kind += 1;
        if *of_kind > OF_A_KIND {
            continue;
        }
        let page = get(&site, &target).await;
        assert!(page.status.is_success(), "{target}: {}", page.status);
        // Pages under another order or scheme have the same links.
        let whole =
            !target.contains("sort.") && !target.contains("names=") && !target.contains("csv=");
        if whole && page.header("content-type").starts_with("text/html") {
            for link in links(page.text()) {
                if seen.insert(link.clone()) {
                    next.push(link);
                }
            }
        }
    }
    for kind in [
        "indicators?field&value",
        "rules/*?",
        "techniques/*/detections/sigma?",
    ] {
        assert!(kinds.contains_key(kind), "{kind} among {kinds:?}");
    }
    assert!(seen.len() > 300, "{}", seen.len());
}

#[tokio::test]
async fn detections_say_which_rule_to_run_and_why() {
    let site = starter();
    let all = get(&site, "/techniques/T1059.001/detections").await;
    let to_one = "href=\"/techniques/T1059.001/detections/elastic\"";
    assert!(all.text().contains(to_one));
    let answer = get(&site, "/api/v1/techniques/T1059.001/detections/elastic")
        .await
        .json();
    let page = get(&site, "/techniques/t1059.001/detections/elastic").await;
    assert_eq!(page.status, StatusCode::OK);
    let best = answer["best"].as_array().expect("rules");
    assert!(!best.is_empty());
    for (at, rule) in best.iter().enumerate() {
        let title = format!(
            ">{}. {}</a>",
            at + 1,
            rule["title"].as_str().expect("a title")
        );
        assert!(page.text().contains(&title), "{title}");
    }
    for fact in [
        "<dt>Why chosen</dt>",
        "<dt>Confidence</dt>",
        "id=\"needs-1\"",
        "id=\"other-platforms\"",
    ] {
        assert!(page.text().contains(fact), "{fact}");
    }
    let none = get(&site, "/techniques/T1059.001/detections/nothing").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert!(none.text().contains("known platforms: "));
}

#[tokio::test]
async fn an_event_and_its_provider() {
    let site = starter();
    let event = get(&site, "/events/sysmon/1").await;
    for fact in [
        "<h1>Process creation",
        "Microsoft-Windows-Sysmon",
        "id=\"techniques\"",
    ] {
        assert!(event.text().contains(fact), "{fact}");
    }
    let provider = get(&site, "/providers/Sysmon").await;
    assert!(provider.text().contains("href=\"/events/Sysmon/11\""));
    let all = get(&site, "/events").await;
    assert!(all.text().contains("href=\"/providers/Security-Auditing\""));
    assert_eq!(
        get(&site, "/providers/Nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_field_and_the_list_of_fields() {
    let site = starter();
    let field = get(&site, "/fields/NewProcessName").await;
    for fact in ["process.executable", "id=\"spellings\"", "id=\"operators\""] {
        assert!(field.text().contains(fact), "{fact}");
    }
    let all = get(&site, "/fields?names=ecs").await;
    assert!(
        all.text()
            .contains("href=\"/fields/process.executable?names=ecs\"")
    );
}

#[tokio::test]
async fn an_indicator_is_its_whole_family() {
    let site = starter();
    let found = get(&site, "/indicators?field=Image&value=%5Cpwsh.exe").await;
    assert_eq!(found.status, StatusCode::OK);
    for fact in [
        "*pwsh.exe</span></h1>",
        "id=\"values\"",
        "id=\"beside\"",
        "id=\"rules\"",
    ] {
        assert!(found.text().contains(fact), "{fact}");
    }
    let none = get(&site, "/indicators?field=Image&value=zzz").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(
        get(&site, "/indicators").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn definitions_and_ledger_are_shown() {
    let site = starter();
    let about = get(&site, "/about").await;
    assert!(about.text().contains("id=\"the-technique-page\""));
    assert!(about.text().contains("<strong>Value family</strong>"));
    assert!(get(&site, "/ledger").await.text().contains("id=\"read\""));
}
