//! Addresses of pages: the only place that writes one. All begin with `/`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands as it is in a path segment or a query value.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'@');

/// A text as one path segment or one query value.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// Writes addresses that keep the naming scheme of the page they stand on.
#[derive(Debug, Clone)]
pub(crate) struct Links {
    names: Option<String>,
}

impl Links {
    /// Addresses for a naming scheme; `None` is the default one.
    pub(crate) fn new(names: Option<String>) -> Self {
        Self { names }
    }

    /// A page without parts.
    pub(crate) fn page(&self, path: &str) -> String {
        self.with(path.to_owned(), &[])
    }

    /// A technique.
    pub(crate) fn technique(&self, id: &str) -> String {
        self.with(format!("/techniques/{}", encode(id)), &[])
    }

    /// A technique's dossier.
    pub(crate) fn dossier(&self, id: &str) -> String {
        self.with(format!("/techniques/{}/dossier", encode(id)), &[])
    }

    /// The tests of a technique.
    pub(crate) fn tests(&self, id: &str) -> String {
        self.with(format!("/techniques/{}/tests", encode(id)), &[])
    }

    /// The platforms that have rules of a technique.
    pub(crate) fn detections(&self, id: &str) -> String {
        self.with(format!("/techniques/{}/detections", encode(id)), &[])
    }

    /// The rules of a technique on a platform, those of sub-techniques too when `below`.
    pub(crate) fn detection(&self, id: &str, platform: &str, below: bool) -> String {
        let (id, platform) = (encode(id), encode(platform));
        let query: &[(&str, &str)] = if below { &[("sub", "1")] } else { &[] };
        self.with(format!("/techniques/{id}/detections/{platform}"), query)
    }

    /// A rule.
    pub(crate) fn rule(&self, id: &str) -> String {
        self.with(format!("/rules/{}", encode(id)), &[])
    }

    /// A catalogue event.
    pub(crate) fn event(&self, provider: &str, event: &str) -> String {
        let path = format!("/events/{}/{}", encode(provider), encode(event));
        self.with(path, &[])
    }

    /// A provider of events.
    pub(crate) fn provider(&self, provider: &str) -> String {
        self.with(format!("/providers/{}", encode(provider)), &[])
    }

    /// A field, by any of its names.
    pub(crate) fn field(&self, name: &str) -> String {
        self.with(format!("/fields/{}", encode(name)), &[])
    }

    /// A field's value.
    pub(crate) fn indicator(&self, field: &str, value: &str) -> String {
        self.with("/indicators".into(), &[("field", field), ("value", value)])
    }

    /// A search.
    pub(crate) fn search(&self, text: &str) -> String {
        self.with("/search".into(), &[("q", text)])
    }

    /// A page with a query.
    pub(crate) fn with(&self, path: String, query: &[(&str, &str)]) -> String {
        let names = self.names.as_deref().map(|names| ("names", names));
        let mut link = path;
        for (at, (name, value)) in query.iter().copied().chain(names).enumerate() {
            link.push(if at == 0 { '?' } else { '&' });
            link.push_str(name);
            link.push('=');
            link.push_str(&encode(value));
        }
        link
    }
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn every_part_is_encoded() {
        let plain = Links::new(None);
        assert_eq!(plain.rule("sigma:a/../b?c"), "/rules/sigma:a%2F..%2Fb%3Fc");
        let ecs = Links::new(Some("ecs".into()));
        assert_eq!(
            ecs.indicator("process.name", "a&b=\"c d\""),
            "/indicators?field=process.name&value=a%26b%3D%22c%20d%22&names=ecs"
        );
        assert_eq!(
            ecs.technique("T1059.001"),
            "/techniques/T1059.001?names=ecs"
        );
    }
}
