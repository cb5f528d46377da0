//! Hostile requests and hostile rules.

mod common;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use common::{ask, get, of_folder, send, starter};

#[tokio::test]
async fn every_response_tells_the_browser_what_not_to_do() {
    let site = starter();
    for target in [
        "/",
        "/nothing",
        "/assets/style.css",
        "/api/v1/ledger",
        "/search?q=x",
    ] {
        let got = get(&site, target).await;
        let policy = got.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none';"),
            "{target}: {policy}"
        );
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{target}");
        assert_eq!(got.header("referrer-policy"), "no-referrer", "{target}");
    }
}

#[tokio::test]
async fn other_names_are_refused() {
    let site = starter();
    for host in ["evil.example", "localhost.evil.example:7373", "192.0.2.1"] {
        let got = ask(&site, "/", &[("host", host)]).await;
        assert_eq!(got.status, StatusCode::MISDIRECTED_REQUEST, "{host}");
        assert!(!got.text().contains("<html"));
    }
    let nameless = Request::builder()
        .uri("/")
        .body(Body::empty())
        .expect("a request");
    assert_eq!(
        send(&site, nameless).await.status,
        StatusCode::MISDIRECTED_REQUEST
    );
    assert_eq!(
        ask(&site, "/", &[("host", "[::1]:7373")]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn paths_lead_to_nothing_but_pages() {
    let site = starter();
    for target in [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e/style.css",
        "/rules/..%2f..%2f..%2fetc%2fpasswd",
        "/rules//etc/passwd",
        "/rules/%00",
        "/techniques/%3Cscript%3E",
        "//evil.example/",
    ] {
        let got = get(&site, target).await;
        assert!(got.status.is_client_error(), "{target}: {}", got.status);
        assert!(!got.text().contains("root:"), "{target}");
        assert!(!got.text().contains("<script>"), "{target}");
        assert_eq!(got.header("location"), "", "{target}");
    }
    assert_eq!(
        get(&site, "/techniques/%ff").await.status,
        StatusCode::BAD_REQUEST
    );
    let long = format!("/search?q={}", "a".repeat(5_000));
    assert_eq!(get(&site, &long).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn only_reading_is_answered() {
    let site = starter();
    for method in ["POST", "PUT", "DELETE", "TRACE"] {
        let request = Request::builder()
            .method(method)
            .uri("/techniques")
            .header("host", "localhost")
            .body(Body::empty())
            .expect("a request");
        let got = send(&site, request).await;
        assert_eq!(got.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
}

/// A rule whose every field is markup, a script, a bad link or a character that turns text around.
const HOSTILE: &str = r#"title: '"><script>alert("title")</script>'
id: 7d9f3a52-5a1c-4d5e-8f8f-000000000001
status: '<svg onload=alert(1)>'
description: |
  <script>alert("description")</script> [click](javascript:alert(2)) ![i](https://e.example/x.png)

  <img src=x onerror=alert(3)>
references:
  - javascript:alert(4)
  - 'https://example.org/"onmouseover="alert(5)'
  - "data:text/html,<script>alert(6)</script>"
author: '<a href="javascript:alert(7)">me</a>'
date: '<b>2026-01-01</b>'
tags:
  - attack.t1059.001
  - '<i>tag</i>'
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    CommandLine|contains:
      - '</code></pre><script>alert(8)</script>'
      - "\" onfocus=alert(9) autofocus x=\""
      - "\u202Etxt.exe"
    '<u>Field</u>': '{{ 7 * 7 }}${7*7}'
  filter:
    Image|endswith: '\</td><script>alert(10)</script>.exe'
  condition: selection and not filter
fields:
  - '<script>alert(11)</script>'
falsepositives:
  - '<iframe src="https://e.example"></iframe>'
level: high
"#;

#[tokio::test]
async fn a_rule_of_scripts_stays_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = folder.path().join("sigma/rules/windows");
    std::fs::create_dir_all(&rules).expect("folders");
    std::fs::write(rules.join("hostile.yml"), HOSTILE).expect("a file");
    let site = of_folder(&folder.path().join("sigma"), folder.path());
    let rule = "/rules/sigma:7d9f3a52-5a1c-4d5e-8f8f-000000000001";
    for target in [
        "/",
        "/techniques",
        "/techniques/T1059.001",
        rule,
        "/search?q=alert",
        "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/techniques/T1059.001?filter.rules=%22%3E%3Cscript%3E&sort.rules=%22onclick%3D",
    ] {
        let got = get(&site, target).await;
        assert_eq!(got.status, StatusCode::OK, "{target}");
        let text = got.text();
        for never in [
            "<script>",
            "<svg onload",
            "<img",
            "<iframe",
            "<i>tag",
            "<u>",
            "<b>2026",
            "href=\"javascript",
            "href=\"data",
            "\" on",
            "\u{202e}",
        ] {
            assert!(!text.contains(never), "{target}: {never}");
        }
    }
    let text = get(&site, rule).await;
    assert!(
        text.text()
            .contains("&lt;script&gt;alert(8)&lt;/script&gt;")
    );
    assert!(
        text.text().contains("{{ 7 * 7 }}"),
        "templates do not run rules"
    );
    let csv = get(&site, &format!("{rule}?csv=indicators")).await;
    assert_eq!(csv.header("x-content-type-options"), "nosniff");
}

fn form(target: &str, text: &str) -> Request<Body> {
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("text", text)
        .append_pair("language", "")
        .finish();
    Request::post(target)
        .header("host", "localhost")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request")
}

#[tokio::test]
async fn a_hostile_text_in_the_workbench_stays_text() {
    let site = starter();
    let got = send(&site, form("/workbench", HOSTILE)).await;
    assert_eq!(got.status, StatusCode::OK);
    for never in [
        "<script>",
        "<img",
        "<iframe",
        "<u>",
        "</textarea><",
        "\" on",
    ] {
        assert!(!got.text().contains(never), "{never}");
    }
    let out = send(
        &site,
        form("/workbench", "</textarea><script>alert(1)</script>"),
    )
    .await;
    assert_eq!(out.status, StatusCode::OK);
    assert!(!out.text().contains("<script>"));
}

#[tokio::test]
async fn a_text_has_an_end() {
    let site = starter();
    let whole = format!("title: x\n# {}\n", "\u{e9}".repeat(500_000));
    let got = send(&site, form("/workbench", &whole)).await;
    assert_eq!(got.status, StatusCode::OK);
    let long = "a".repeat(1024 * 1024 + 1);
    let got = send(&site, form("/workbench", &long)).await;
    assert_eq!(got.status, StatusCode::BAD_REQUEST);
    let got = send(&site, form("/workbench", &"\n".repeat(4 * 1024 * 1024))).await;
    assert_eq!(got.status, StatusCode::BAD_REQUEST);
    let mut abroad = form("/workbench", HOSTILE);
    let site_header = "cross-site".parse().expect("a value");
    abroad.headers_mut().insert("sec-fetch-site", site_header);
    assert_eq!(send(&site, abroad).await.status, StatusCode::FORBIDDEN);
}
