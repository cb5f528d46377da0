//! The sample events of the starter corpus make exactly the rules fire that `expected.toml`
//! names, through the events reader and the starter catalogue.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use tripline_catalog::Catalog;
use tripline_ir::law::{self, Options};
use tripline_text::Source;

#[derive(Deserialize)]
struct Expected {
    file: Vec<ExpectedFile>,
}

#[derive(Deserialize)]
struct ExpectedFile {
    name: String,
    vendor: String,
    fires: BTreeMap<String, usize>,
}

fn folder() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../data/starter/events"
    ))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).expect("the sample is there")
}

#[test]
fn samples_fire_the_rules_they_are_made_for() {
    let expected: Expected = toml::from_str(&read("expected.toml")).expect("valid TOML");
    let catalog = Catalog::starter().expect("the starter catalogue opens");
    let detections = catalog.detections().expect("its rules are readable");
    for file in expected.file {
        let events = tripline_events::read(&Source::new(file.name.as_str(), read(&file.name)));
        assert!(
            events.diagnostics.is_empty(),
            "{}: {:?}",
            file.name,
            events.diagnostics
        );
        let mut fires = BTreeMap::new();
        for detection in detections.iter().filter(|rule| rule.vendor == file.vendor) {
            let plan = detection.plan.as_ref().expect("starter rules have plans");
            let alerts = law::run(plan, &events.events, &Options::default()).expect("runnable");
            if !alerts.is_empty() {
                fires.insert(detection.title.to_string(), alerts.len());
            }
        }
        assert_eq!(fires, file.fires, "{}", file.name);
    }
}
