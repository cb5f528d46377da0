//! Reads queries from files named on standard input, one path a line. Prints for each how well it
//! was lowered, with its first error and its losses; with `--plan` the plan too.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() {
    let plans = std::env::args().any(|argument| argument == "--plan");
    let context = Context::new(Schema::builtin());
    for path in std::io::stdin().lines().map_while(Result::ok) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let source = Source::new(path.as_str(), text);
        let lowered = lower(Language::Kusto, &source, &context);
        let syntax =
            |found: &&tripline_text::Diagnostic| found.is_error() && found.code.id() < "E0709";
        let accepted = match lowered.diagnostics.iter().find(syntax) {
            Some(first) => {
                let start = first.primary.as_ref().map_or(0, |label| label.span.start);
                format!("{start}: {}", first.message)
            }
            None => "ok".to_owned(),
        };
        let losses: Vec<String> = lowered
            .losses
            .iter()
            .map(|loss| format!("{}: {}", loss.reason.phrase(), loss.detail))
            .collect();
        let status = match &lowered.plan {
            None => "failed",
            Some(plan) if plan.has_opaque() || !losses.is_empty() => "partial",
            Some(_) => "full",
        };
        println!("{path}\t{accepted}\t{status}\t{}", losses.join(" ; "));
        if plans && let Some(plan) = &lowered.plan {
            println!("{}", tripline_ir::indented(plan));
        }
    }
}
