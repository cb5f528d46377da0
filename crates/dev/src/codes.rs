//! `docs/reference/codes.md`: the page of every diagnostic code.

use std::fmt::Write as _;
use tripline_text::Code;

/// The reference of codes as Markdown.
pub(crate) fn reference() -> String {
    let mut out = String::from(
        "# Diagnostic codes\n\n<!-- Written by `cargo run -p tripline-dev -- generate`. -->\n\n\
         `tripline explain CODE` prints the same page. Codes are stable: a code is never used\n\
         again for another meaning.\n\n| code | severity | area | title |\n| --- | --- | --- | --- |\n",
    );
    // Writing to a `String` cannot fail.
    for code in Code::ALL {
        let (id, title) = (code.id(), code.title().replace('|', "\\|"));
        let severity = code.severity().name();
        let _ = writeln!(
            out,
            "| [{id}](#{}) | {severity} | {} | {title} |",
            id.to_lowercase(),
            code.area()
        );
    }
    for code in Code::ALL {
        let page = code.page().trim();
        let _ = write!(
            out,
            "\n## {}\n\n**{}**\n\n{page}\n",
            code.id(),
            code.title()
        );
    }
    out
}
