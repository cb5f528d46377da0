//! What a page function may look at: the library, the parts of the path, the query.

use crate::frame::Frame;
use crate::links::Links;
use crate::stop::Stop;
use crate::table::{Table, TableView};
use tripline_app::{AppError, Library};

/// The naming scheme of pages that name none.
const DEFAULT_NAMES: &str = "sigma";

/// A question: the library under the naming scheme asked for, and the parts of the address.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The library, with field names in the scheme asked for.
    pub(crate) library: Library,
    /// Addresses in the same scheme.
    pub(crate) links: Links,
    /// The page will stand in a static site, where nothing can be asked for.
    pub(crate) on_disk: bool,
    path: String,
    parts: Vec<(String, String)>,
    query: Vec<(String, String)>,
    sent: String,
}

impl Ask {
    /// The question of a path with its named parts and a raw query.
    ///
    /// # Errors
    /// The query names a naming scheme that there is not.
    pub(crate) fn new(
        library: &Library,
        path: &str,
        parts: Vec<(String, String)>,
        query: &str,
    ) -> Result<Self, AppError> {
        let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let mut ask = Self {
            library: library.clone(),
            links: Links::new(None),
            on_disk: false,
            path: path.to_owned(),
            parts,
            query,
            sent: String::new(),
        };
        if let Some(names) = ask.query("names").filter(|names| *names != DEFAULT_NAMES) {
            let names = names.to_owned();
            ask.library = ask.library.with_names(&names)?;
            ask.links = Links::new(Some(names));
        }
        Ok(ask)
    }

    /// The question of a form that was sent: its `text` is what was sent, the rest is the query.
    ///
    /// # Errors
    /// The form names a naming scheme that there is not.
    pub(crate) fn of_form(library: &Library, path: &str, form: &[u8]) -> Result<Self, AppError> {
        let mut sent = String::new();
        let mut rest = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(form) {
            if name == "text" {
                sent = value.replace("\r\n", "\n");
            } else {
                rest.append_pair(&name, &value);
            }
        }
        Ok(Self {
            sent,
            ..Self::new(library, path, Vec::new(), &rest.finish())?
        })
    }

    /// The question with a text that was sent.
    pub(crate) fn with_sent(mut self, text: String) -> Self {
        self.sent = text;
        self
    }

    /// The text that was sent.
    pub(crate) fn sent(&self) -> &str {
        &self.sent
    }

    /// The same for a page of a static site.
    pub(crate) fn for_disk(mut self) -> Self {
        self.on_disk = true;
        self
    }

    /// A part of the path by its name in the route; empty when the route has none such.
    pub(crate) fn part(&self, name: &str) -> &str {
        let mut parts = self.parts.iter();
        let found = parts.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The last value of a name in the query; `None` when it is not there or empty.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter().rev();
        let found = query.find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Whether the query gives every name that programs send a value that it can have: pages are asked by
    /// forms, which send empty names, and by hand.
    ///
    /// # Errors
    /// It does not.
    pub(crate) fn strict(&self) -> Result<(), AppError> {
        for (name, value) in &self.query {
            let fits = match name.as_str() {
                "sub" => matches!(value.as_str(), "0" | "1"),
                "names" => !value.is_empty(),
                _ => true,
            };
            if !fits {
                let message = format!("`{name}` cannot be `{value}`");
                return Err(AppError::request(message));
            }
        }
        Ok(())
    }

    /// Whether the query says yes.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.query(name), Some("1" | "true" | "yes" | "on"))
    }

    /// A whole number in the query.
    ///
    /// # Errors
    /// It is there and is none.
    pub(crate) fn number(
        &self,
        name: &str,
        default: usize,
        most: usize,
    ) -> Result<usize, AppError> {
        let Some(text) = self.query(name) else {
            return Ok(default);
        };
        let number: Result<usize, _> = text.parse();
        number.ok().filter(|number| *number <= most).ok_or_else(|| {
            AppError::request(format!("`{name}` must be a whole number up to {most}"))
        })
    }

    /// The path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Everything in the query but the names that `drop` chooses.
    pub(crate) fn kept(&self, drop: impl Fn(&str) -> bool) -> Vec<(&str, &str)> {
        let all = self.query.iter().filter(|(name, _)| !drop(name));
        all.map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// This page with some names of its query set anew; an empty value leaves the name out.
    pub(crate) fn again(&self, set: &[(&str, &str)]) -> String {
        let mut query = self.kept(|name| set.iter().any(|(known, _)| *known == name));
        query.extend(set.iter().filter(|(_, value)| !value.is_empty()));
        Links::new(None).with(self.encoded_path(), &query)
    }

    /// The same answer in the API: how tables are shown stays here.
    pub(crate) fn api(&self, path: &str) -> String {
        let of_page = |name: &str| {
            name.contains('.') || matches!(name, "csv" | "json" | "as" | "routing" | "layer")
        };
        let path = format!("/api/v1/{path}");
        Links::new(None).with(path, &self.kept(of_page))
    }

    fn encoded_path(&self) -> String {
        let segments: Vec<String> = self.path.split('/').map(encoded_again).collect();
        segments.join("/")
    }

    /// The frame of a page under this title.
    pub(crate) fn frame(&self, title: &str) -> Frame {
        Frame::new(self, title)
    }

    /// A table as this question wants it: filtered, sorted, cut. When the table itself was asked
    /// for as a file, the page ends here.
    ///
    /// # Errors
    /// [`Stop::Instead`] with the file.
    pub(crate) fn table(&self, table: Table) -> Result<TableView, Stop> {
        table.view(self)
    }
}

/// A raw path segment, made to hold nothing that is not safe in an attribute or would lead
/// elsewhere: what is encoded stays so.
fn encoded_again(segment: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
    crate::links::encode(&decoded)
}
