//! The queries of the real corpora as plain files, and how long Tripline takes to read them.
//!
//!     tripline-bench write CORPORA OUT       one file per query: OUT/<language>/<number>.txt
//!     tripline-bench time OUT LANGUAGE       parse and lower them once, on one thread
//!
//! `time` prints the number of queries, their bytes and the seconds taken; files are read before
//! the clock starts. `compare.py` runs it beside other tools on the same files.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, io};
use tripline_corpus::{discover, read};
use tripline_ir::Language;
use tripline_languages::{Context, lower};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["write", corpora, out] => write(Path::new(corpora), Path::new(out)),
        ["time", out, language] => time(Path::new(out), language),
        _ => {
            eprintln!("usage: tripline-bench write CORPORA OUT | time OUT LANGUAGE");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tripline-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Writes the body of every rule that has one.
fn write(corpora: &Path, out: &Path) -> io::Result<()> {
    let mut counts: BTreeMap<Language, usize> = BTreeMap::new();
    for spec in discover(&[corpora.to_path_buf()]).corpora {
        for rule in read(&spec).into_detections() {
            if rule.language == Language::None {
                continue;
            }
            let folder = out.join(rule.language.name());
            let count = counts.entry(rule.language).or_default();
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{count:05}.txt")), &rule.body)?;
            *count += 1;
        }
    }
    Ok(())
}

fn time(out: &Path, language: &str) -> io::Result<()> {
    let named = Language::ALL.into_iter().find(|own| own.name() == language);
    let language = named.ok_or_else(|| io::Error::other(format!("no language `{language}`")))?;
    let mut paths: Vec<PathBuf> = fs::read_dir(out.join(language.name()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    let mut sources = Vec::with_capacity(paths.len());
    for path in &paths {
        sources.push(Source::new(
            path.display().to_string(),
            fs::read_to_string(path)?,
        ));
    }
    let bytes: usize = sources.iter().map(|source| source.text().len()).sum();
    let context = Context::new(Schema::builtin());
    let start = Instant::now();
    for source in &sources {
        black_box(lower(language, source, &context));
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{} {bytes} {seconds}", sources.len());
    Ok(())
}
