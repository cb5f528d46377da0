//! Writes the text of every Kusto rule of the corpora in a folder, one file each, for the oracle
//! `tests/oracles/kusto_accept.mjs`: `kusto_queries CORPORA INTO`.

#![expect(clippy::print_stderr, reason = "a tool of the command line")]

use std::path::PathBuf;
use std::process::ExitCode;
use tripline_corpus::{discover, read};
use tripline_ir::Language;

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [corpora, into] = arguments.as_slice() else {
        eprintln!("usage: kusto_queries CORPORA INTO");
        return ExitCode::from(2);
    };
    let specs = discover(std::slice::from_ref(corpora)).corpora;
    let rules = specs.iter().flat_map(|spec| read(spec).into_detections());
    let kusto = rules.filter(|rule| rule.language == Language::Kusto);
    for (number, rule) in kusto.enumerate() {
        let name: String = rule
            .id
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let start = name.len().saturating_sub(80);
        let file = into.join(format!("{number:05}-{}.kql", &name[start..]));
        if let Err(error) = std::fs::write(&file, rule.body.as_bytes()) {
            eprintln!("{}: {error}", file.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
