//! The published schema describes what serde writes.

#[test]
fn the_schema_names_every_part_of_a_detection() {
    let schema = tripline_ir::json_schema();
    assert_eq!(schema["title"], "Detection");
    let definitions = schema["$defs"].as_object().expect("definitions");
    for name in [
        "Plan",
        "Predicate",
        "Atom",
        "Pattern",
        "Loss",
        "Sequence",
        "Aggregate",
    ] {
        assert!(definitions.contains_key(name), "{name} is missing");
    }
    assert!(schema["properties"]["plan"].is_object());
}
