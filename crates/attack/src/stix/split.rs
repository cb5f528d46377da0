//! The text of a bundle to the texts of its objects.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use tripline_text::{Code, Diagnostic, Span};

/// The objects of a bundle, those before a syntax error if there is one.
pub(super) fn split<'a>(
    name: &str,
    text: &'a str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<&'a RawValue> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut found = Found::default();
    let mut reader = serde_json::Deserializer::from_str(body);
    let outcome = Bundle(&mut found)
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    if let Err(error) = outcome {
        let at = offset(body, &error) + (text.len() - body.len());
        let message = format!(
            "the JSON stops making sense after {} objects: {}",
            found.objects.len(),
            describe(&error)
        );
        let span = Span::from_usize(at..at);
        diagnostics.push(
            Diagnostic::for_file(Code::BundleBroken, name, message).at(span, "read up to here"),
        );
    } else if !found.has_objects {
        let message = "the file is JSON, but has no `objects` list";
        let hint = "a STIX bundle is a map with `\"type\": \"bundle\"` and `\"objects\": [...]`";
        diagnostics.push(Diagnostic::for_file(Code::BundleBroken, name, message).hint(hint));
    }
    found.objects
}

#[derive(Default)]
struct Found<'a> {
    objects: Vec<&'a RawValue>,
    has_objects: bool,
}

/// `serde_json` counts lines and columns; diagnostics count bytes.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let start = text
        .match_indices('\n')
        .nth(lines_before.wrapping_sub(1))
        .map_or(0, |(at, _)| at + 1);
    let mut at = (start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The message of an error without its place.
pub(super) fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// A whole bundle.
struct Bundle<'f, 'a>(&'f mut Found<'a>);

impl<'a> DeserializeSeed<'a> for Bundle<'_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Bundle<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a STIX bundle")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<super::raw::Str<'a>>()? {
            if key.get() == "objects" {
                self.0.has_objects = true;
                map.next_value_seed(Objects(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The list of objects.
struct Objects<'f, 'a>(&'f mut Found<'a>);

impl<'a> DeserializeSeed<'a> for Objects<'_, 'a> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for Objects<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of STIX objects")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(object) = list.next_element::<&'a RawValue>()? {
            self.0.objects.push(object);
        }
        Ok(())
    }
}
