//! Every page on the starter catalogue: what it says, and what it leads to.

mod common;

use axum::http::StatusCode;
use common::{ask, get, starter};
use std::collections::BTreeSet;

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
        "<strong>7</strong> tagged exactly",
        "id=\"events\"",
        "href=\"/events/Sysmon/1\"",
        "id=\"exclusions\"",
        "href=\"/indicators?field=process.executable&amp;value=%5Cpwsh.exe\"",
        "id=\"rules\"",
    ] {
        assert!(text.contains(fact), "{fact}");
    }
    let ecs = get(&site, "/techniques/T1059.001?names=ecs").await;
    assert!(ecs.text().contains(">process.executable</a>"));
    assert!(ecs.text().contains("href=\"/events/Sysmon/1?names=ecs\""));
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
    assert!(
        lines[1].starts_with(r#""Image","ends with","\pwsh.exe","5","#),
        "{}",
        lines[1]
    );
    let json = get(&site, "/techniques/T1059.001?json=events").await.json();
    assert_eq!(json[0]["provider"], "Security-Auditing");
    let answer = get(&site, "/api/v1/techniques/T1059.001").await.json();
    let counted = answer["events"][0]["rules"].as_array().map(Vec::len);
    assert_eq!(json[0]["rules"], counted.expect("the rules behind the row"));
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
            .contains("No rule fits.")
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
            .split('#')
            .next()
            .unwrap_or("")
            .to_owned()
    })
    .collect()
}

/// Whether the page that an address is of is served yet.
fn served(link: &str) -> bool {
    let path = link.split('?').next().unwrap_or("");
    let parts = [
        "/techniques",
        "/rules/",
        "/search",
        "/events/",
        "/fields/",
        "/ledger",
        "/assets/",
        "/api/",
    ];
    path == "/" || parts.iter().any(|part| path.starts_with(part))
}

#[tokio::test]
async fn every_link_leads_somewhere() {
    let site = starter();
    let mut seen: BTreeSet<String> = ["/".to_owned()].into();
    let mut next: Vec<String> = seen.iter().cloned().collect();
    while let Some(target) = next.pop() {
        let page = get(&site, &target).await;
        assert!(page.status.is_success(), "{target}: {}", page.status);
        // Pages under another order or scheme have the same links.
        let whole =
            !target.contains("sort.") && !target.contains("names=") && !target.contains("csv=");
        if whole && page.header("content-type").starts_with("text/html") {
            for link in links(page.text()) {
                if served(&link) && seen.insert(link.clone()) {
                    next.push(link);
                }
            }
        }
    }
    assert!(seen.len() > 300, "{}", seen.len());
}
