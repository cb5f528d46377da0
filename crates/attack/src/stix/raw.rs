//! The text of an object to a borrowed form with the fields of every kind.

use super::split::describe;
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use tripline_text::{Code, Diagnostic, SmolStr as Text, Span};

/// A text, borrowed where JSON did not escape it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Str<'a>(Cow<'a, str>);

impl Str<'_> {
    pub(super) fn get(&self) -> &str {
        &self.0
    }

    pub(super) fn text(&self) -> Text {
        Text::new(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Borrow;
        impl<'de> Visitor<'de> for Borrow {
            type Value = Str<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Str<'de>, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(Borrow)
    }
}

type Texts<'a> = Option<Vec<Str<'a>>>;

/// An object of any kind. Unknown fields are skipped.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Object<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Str<'a>,
    #[serde(borrow)]
    pub(super) id: Str<'a>,
    pub(super) name: Option<Str<'a>>,
    pub(super) description: Option<Str<'a>>,
    pub(super) created: Option<Str<'a>>,
    pub(super) modified: Option<Str<'a>>,
    pub(super) revoked: Option<bool>,
    pub(super) aliases: Texts<'a>,
    pub(super) first_seen: Option<Str<'a>>,
    pub(super) last_seen: Option<Str<'a>>,
    pub(super) external_references: Option<Vec<External<'a>>>,
    pub(super) kill_chain_phases: Option<Vec<Phase<'a>>>,
    pub(super) relationship_type: Option<Str<'a>>,
    pub(super) source_ref: Option<Str<'a>>,
    pub(super) target_ref: Option<Str<'a>>,
    pub(super) tactic_refs: Texts<'a>,
    pub(super) definition: Option<Definition<'a>>,
    #[serde(rename = "x_mitre_deprecated")]
    pub(super) deprecated: Option<bool>,
    #[serde(rename = "x_mitre_version")]
    pub(super) version: Option<Str<'a>>,
    #[serde(rename = "x_mitre_attack_spec_version")]
    pub(super) format: Option<Str<'a>>,
    #[serde(rename = "x_mitre_domains")]
    pub(super) domains: Texts<'a>,
    #[serde(rename = "x_mitre_contributors")]
    pub(super) contributors: Texts<'a>,
    #[serde(rename = "x_mitre_platforms")]
    pub(super) platforms: Texts<'a>,
    #[serde(rename = "x_mitre_is_subtechnique")]
    pub(super) sub: Option<bool>,
    #[serde(rename = "x_mitre_remote_support")]
    pub(super) remote_support: Option<bool>,
    #[serde(rename = "x_mitre_impact_type")]
    pub(super) impact_types: Texts<'a>,
    #[serde(rename = "x_mitre_permissions_required")]
    pub(super) permissions_required: Texts<'a>,
    #[serde(rename = "x_mitre_effective_permissions")]
    pub(super) effective_permissions: Texts<'a>,
    #[serde(rename = "x_mitre_defense_bypassed")]
    pub(super) defense_bypassed: Texts<'a>,
    #[serde(rename = "x_mitre_system_requirements")]
    pub(super) system_requirements: Texts<'a>,
    #[serde(rename = "x_mitre_data_sources")]
    pub(super) data_sources: Texts<'a>,
    #[serde(rename = "x_mitre_detection")]
    pub(super) detection: Option<Str<'a>>,
    #[serde(rename = "x_mitre_shortname")]
    pub(super) short_name: Option<Str<'a>>,
    #[serde(rename = "x_mitre_aliases")]
    pub(super) software_aliases: Texts<'a>,
    #[serde(rename = "x_mitre_collection_layers")]
    pub(super) collection_layers: Texts<'a>,
    #[serde(rename = "x_mitre_data_source_ref")]
    pub(super) data_source_ref: Option<Str<'a>>,
    #[serde(rename = "x_mitre_log_sources")]
    pub(super) log_sources: Option<Vec<Log<'a>>>,
    #[serde(rename = "x_mitre_log_source_references")]
    pub(super) log_source_references: Option<Vec<Log<'a>>>,
    #[serde(rename = "x_mitre_mutable_elements")]
    pub(super) mutable_elements: Option<Vec<Mutable<'a>>>,
    #[serde(rename = "x_mitre_analytic_refs")]
    pub(super) analytic_refs: Texts<'a>,
    /// Where it stands in the file.
    #[serde(skip)]
    pub(super) span: Span,
}

#[derive(Debug, Deserialize)]
pub(super) struct External<'a> {
    #[serde(borrow)]
    pub(super) source_name: Option<Str<'a>>,
    #[serde(rename = "external_id")]
    pub(super) id: Option<Str<'a>>,
    pub(super) url: Option<Str<'a>>,
    pub(super) description: Option<Str<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Phase<'a> {
    #[serde(borrow)]
    pub(super) phase_name: Str<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Definition<'a> {
    #[serde(borrow)]
    pub(super) statement: Option<Str<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "x_mitre_data_component_ref", borrow)]
    pub(super) component: Option<Str<'a>>,
    pub(super) name: Option<Str<'a>>,
    pub(super) channel: Option<Str<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mutable<'a> {
    #[serde(borrow)]
    pub(super) field: Option<Str<'a>>,
    pub(super) description: Option<Str<'a>>,
}

/// Reads every object; one that does not have the form of its kind is reported and left out.
pub(super) fn read<'a>(
    name: &str,
    text: &'a str,
    pieces: &[&'a RawValue],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Object<'a>> {
    let base = text.as_ptr().addr();
    let mut objects = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let json = piece.get();
        let start = json.as_ptr().addr().saturating_sub(base);
        let span = Span::from_usize(start..start + json.len());
        match serde_json::from_str::<Object<'a>>(json) {
            Ok(object) => objects.push(Object { span, ..object }),
            Err(error) => {
                let message = format!("an object cannot be read: {}", describe(&error));
                diagnostics
                    .push(Diagnostic::for_file(Code::ObjectMalformed, name, message).at(span, ""));
            }
        }
    }
    objects
}
