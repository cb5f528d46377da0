//! `tripline check PATH...`.

use super::input;
use crate::args::Format as Output;
use crate::exit::{Exit, Problem};
use crate::output::{print, unsupported};
use crate::pages;
use crate::settings::Settings;
use std::path::PathBuf;
use tripline_app::check::{CheckReport, CheckRequest, Format, Style, check, languages};

/// Checks rules: files, folders, or standard input as `-`. Ends with 1 when one has an error.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rule files (`FILE#2` is the third rule of a file) and folders, or `-`. Files with bare queries
    /// are told by their extension: .eql, .kuery, .lucene, .esql, .spl; .kql, .kusto and .csl are
    /// Kusto.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,
    /// The one input is a bare query in this language.
    #[arg(long, value_name = "LANGUAGE", value_parser = names())]
    language: Option<String>,
}

fn names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(languages())
}

pub(crate) fn run(args: Args, settings: &Settings) -> Result<Exit, Problem> {
    let report = check(&request(args)?)?;
    show(&report, settings)?;
    Ok(if report.has_errors() {
        Exit::Findings
    } else {
        Exit::Success
    })
}

fn request(args: Args) -> Result<CheckRequest, Problem> {
    let reads_stdin = args.paths.iter().any(|path| input::is_stdin(path));
    let single = match args.paths.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    match (args.language, single) {
        (Some(language), Some(path)) => Ok(CheckRequest::Query {
            name: input::shown(&path).to_owned(),
            text: input::text(&path)?,
            language,
        }),
        (None, Some(path)) if reads_stdin => Ok(CheckRequest::Text {
            name: input::shown(&path).to_owned(),
            text: input::text(&path)?,
        }),
        (None, _) if !reads_stdin => {
            let paths = args.paths.iter().map(PathBuf::from).collect();
            Ok(CheckRequest::Paths(paths))
        }
        (Some(_), None) => Err(Problem::new(Exit::Usage, "--language takes one input")),
        (None, _) => Err(Problem::new(Exit::Usage, "`-` must be the only input")),
    }
}

fn show(report: &CheckReport, settings: &Settings) -> Result<(), Problem> {
    let style = Style {
        colour: settings.colour,
        width: settings.width,
    };
    let page = || pages::check::page(report);
    let text = match settings.format {
        Output::Text => {
            let summary = crate::layout::text::write(&page(), settings.width, settings.colour);
            report.render(Format::Full, style) + &summary
        }
        Output::Markdown => {
            let summary = crate::layout::markdown::write(&page());
            let lines = report.render(Format::Concise, Style::default());
            if lines.is_empty() {
                summary
            } else {
                format!("```text\n{lines}```\n\n{summary}")
            }
        }
        Output::Concise => report.render(Format::Concise, style),
        Output::Json => report.render(Format::Json, style),
        Output::JsonLines => report.render(Format::JsonLines, style),
        Output::Sarif => report.render(Format::Sarif, style),
        Output::Html => return Err(unsupported(settings.format)),
    };
    print(&text)
}
