//! Sigma's quoting, wildcards and fixed words, once for reader and (later) printer.

/// Any run of characters, also none.
pub(super) const ANY_RUN: char = '*';
/// Exactly one character.
pub(super) const ANY_ONE: char = '?';
/// Before `*`, `?` or itself it makes them literal; anywhere else it is a backslash.
pub(super) const ESCAPE: char = '\\';
/// Encloses the name of a placeholder in a value under `expand`.
pub(super) const PLACEHOLDER: char = '%';
/// What `windash` exchanges: hyphen, slash, en dash, em dash, horizontal bar.
pub(super) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
/// Most variants of one value that modifiers may produce.
pub(super) const MAX_VARIANTS: usize = 4096;
/// Most tests that one rule may stand for.
pub(super) const MAX_ATOMS: usize = 100_000;
/// Deepest nesting of a condition.
pub(super) const MAX_DEPTH: usize = 128;

/// Keys of a rule that the specification knows; all others are custom.
pub(super) const RULE_KEYS: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "author",
    "references",
    "date",
    "modified",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "action",
];
/// Keys of a correlation.
pub(super) const CORRELATION_KEYS: &[&str] = &[
    "type",
    "rules",
    "group-by",
    "timespan",
    "aliases",
    "condition",
    "generate",
];
/// The values of `level`.
pub(super) const LEVELS: &[&str] = &["informational", "low", "medium", "high", "critical"];
/// The values of `status`.
pub(super) const STATUSES: &[&str] = &[
    "stable",
    "test",
    "experimental",
    "deprecated",
    "unsupported",
];
