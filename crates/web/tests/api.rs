//! The API: the same answers, and a document that tells the truth about them.

mod common;

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use common::{get, send, starter};
use serde_json::Value;

#[tokio::test]
async fn the_api_answers_what_the_command_prints() {
    let site = starter();
    let technique = get(&site, "/api/v1/techniques/T1059.001").await;
    assert_eq!(technique.header("content-type"), "application/json");
    let answer = technique.json();
    assert_eq!(answer["schema"], "tripline/technique/1");
    let rules = answer["rules"].as_array().map(Vec::len);
    assert_eq!(
        answer["rules_total"].as_u64(),
        rules.map(|rules| rules as u64)
    );
    assert!(rules > Some(5), "{rules:?}");
    let ecs = get(&site, "/api/v1/fields/Image?names=ecs").await.json();
    assert_eq!(ecs["fields"][0]["field"], "process.executable");
    let found = get(&site, "/api/v1/search?q=lsass&limit=1").await.json();
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(1));
    let event = get(&site, "/api/v1/events/Sysmon/1").await.json();
    assert_eq!(event["provider"], "Sysmon");
}

#[tokio::test]
async fn errors_are_json_too() {
    let site = starter();
    let cases = [
        ("/api/v1/techniques/T9999", StatusCode::NOT_FOUND),
        ("/api/v1/rules/none", StatusCode::NOT_FOUND),
        ("/api/v1/search", StatusCode::BAD_REQUEST),
        ("/api/v1/search?q=a&limit=1001", StatusCode::BAD_REQUEST),
        ("/api/v1/ledger?names=x", StatusCode::BAD_REQUEST),
    ];
    for (target, status) in cases {
        let got = get(&site, target).await;
        assert_eq!(got.status, status, "{target}");
        assert!(got.json()["error"].is_string(), "{target}");
    }
}

#[tokio::test]
async fn a_file_on_the_disk_is_no_rule_of_the_catalogue() {
    let site = starter();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let target = format!("/api/v1/rules/{}", path.replace('/', "%2F"));
    let got = get(&site, &target).await;
    assert_eq!(got.status, StatusCode::NOT_FOUND);
    assert!(!got.text().contains("holds"), "{}", got.text());
}

const RULE: &str = r"title: PowerShell with a download
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\pwsh.exe'
    CommandLine|contains: 'invoke-restmethod'
  condition: selection
";

#[tokio::test]
async fn the_workbench_compares_a_text_with_the_catalogue() {
    let site = starter();
    let post = |target: &str, text: &str| {
        let request = Request::post(target).header("host", "localhost");
        request
            .body(Body::from(text.to_owned()))
            .expect("a request")
    };
    let got = send(&site, post("/api/v1/workbench", RULE)).await;
    assert_eq!(got.status, StatusCode::OK);
    let review = &got.json()["rules"][0];
    assert_eq!(review["rule"]["title"], "PowerShell with a download");
    let guess = &review["techniques"][0];
    assert_eq!(
        (guess["id"].as_str(), guess["tagged"].as_bool()),
        (Some("T1059.001"), Some(false))
    );
    assert_eq!(guess["reasons"][0]["family"], "invoke-restmethod");
    let added = &review["additions"][0];
    assert_eq!(added["technique"], "T1059.001");
    let families: Vec<&str> = added["indicators"]
        .as_array()
        .expect("indicators")
        .iter()
        .filter_map(|row| row["family"].as_str())
        .collect();
    assert!(families.contains(&"*powershell.exe"), "{families:?}");
    assert!(!families.contains(&"*pwsh.exe"), "{families:?}");
    assert!(
        review["sharing"][0]["families"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    );

    let broken = send(
        &site,
        post("/api/v1/workbench?language=eql", "process where ("),
    )
    .await;
    let diagnostic = &broken.json()["diagnostics"][0];
    assert_eq!(
        (diagnostic["severity"].as_str(), diagnostic["line"].as_u64()),
        (Some("error"), Some(1))
    );
    let unknown = send(&site, post("/api/v1/workbench?language=cobol", "x")).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let empty = send(&site, post("/api/v1/workbench", " ")).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_document_is_whole() {
    let site = starter();
    let document = get(&site, "/api/v1/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let schemas = &document["components"]["schemas"];
    check_references(&document, schemas);
    for (path, item) in document["paths"].as_object().expect("paths") {
        let Some(operation) = item.get("get") else {
            continue;
        };
        let mut target = path.clone();
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().expect("parameters") {
            let name = parameter["name"].as_str().expect("a name");
            let example = parameter["example"].as_str().expect("an example");
            if parameter["in"] == "path" {
                target = target.replace(&format!("{{{name}}}"), example);
            } else {
                query.push(format!("{name}={}", example.replace('\\', "%5C")));
            }
        }
        assert!(!target.contains('{'), "{target}");
        if path.contains("/rules/") {
            target = "/api/v1/rules/elastic:208dda5b-fbf1-4ddd-a4d3-9f2ead1e2e8f".into();
        }
        let got = get(&site, &format!("{target}?{}", query.join("&"))).await;
        assert_eq!(got.status, StatusCode::OK, "{target}");
        let of = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
        let name = of
            .as_str()
            .expect("a schema")
            .rsplit('/')
            .next()
            .expect("a name");
        let required = schemas[name]["required"].as_array().expect("members");
        for member in required {
            let member = member.as_str().expect("a name");
            assert!(got.json().get(member).is_some(), "{target}: {member}");
        }
    }
}

/// Every reference leads to a schema of the document.
fn check_references(value: &Value, schemas: &Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::String(to)) = object.get("$ref") {
                let name = to
                    .strip_prefix("#/components/schemas/")
                    .expect("in the document");
                assert!(schemas.get(name).is_some(), "{to}");
            }
            object
                .values()
                .for_each(|value| check_references(value, schemas));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| check_references(value, schemas)),
        _ => {}
    }
}
