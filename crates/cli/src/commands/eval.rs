//! `tripline eval RULE --events FILE|-`.

use super::{input, shared};
use crate::exit::{Exit, Problem};
use crate::output::{notice, show};
use crate::pages;
use crate::settings::Settings;
use tripline_app::check::languages;
use tripline_app::eval::{EvalOptions, RulesToRun, eval, instant, read_events};

/// Runs a rule over events and shows its alerts.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A rule: an id, title or path of the catalogue, a rule file (`FILE#2` is its third rule), or
    /// `-` for standard input.
    #[arg(value_name = "RULE")]
    rule: String,
    /// Events as JSON (an object or an array) or one JSON object per line; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    events: String,
    /// Say for each event which tests held and which decided.
    #[arg(long)]
    explain: bool,
    /// The instant of the run for relative windows: RFC 3339 or seconds since 1970. Without it,
    /// the time of the latest event.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// RULE is a bare query in this language: a file or `-`.
    #[arg(long, value_name = "LANGUAGE", value_parser = names())]
    language: Option<String>,
}

fn names() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(languages())
}

pub(crate) fn run(args: &Args, settings: &Settings) -> Result<Exit, Problem> {
    if input::is_stdin(&args.rule) && input::is_stdin(&args.events) {
        let message = "rule and events cannot both be standard input";
        return Err(Problem::new(Exit::Usage, message));
    }
    let options = EvalOptions {
        explain: args.explain,
        now: args.now.as_deref().map(instant).transpose()?,
        ..EvalOptions::default()
    };
    let rules = rules(args, settings)?;
    for remark in &rules.remarks {
        notice(settings, remark);
    }
    let events = read_events(input::shown(&args.events), input::bytes(&args.events)?)?;
    for remark in &events.remarks {
        notice(settings, remark);
    }
    let answer = eval(&rules, &events, &options)?;
    let shown = show(settings, &answer, pages::eval::page)?;
    Ok(if rules.flawed { Exit::Findings } else { shown })
}

fn rules(args: &Args, settings: &Settings) -> Result<RulesToRun, Problem> {
    let name = input::shown(&args.rule);
    if input::is_stdin(&args.rule) || args.language.is_some() {
        let text = input::text(&args.rule)?;
        return Ok(RulesToRun::of_text(name, &text, args.language.as_deref())?);
    }
    if let Some((path, number)) = tripline_app::rule::file(&args.rule) {
        return Ok(RulesToRun::of_file(path, number)?);
    }
    let library = shared::open(settings)?;
    let detection = tripline_app::rule::find(library, &args.rule)?;
    Ok(RulesToRun::of_detection(detection))
}
