//! Prints what each Sigma rule under the folders given was lowered to, one JSON object a line:
//! `{"path", "losses", "tree"}`. `tests/oracles/leaves_sigma.py` compares it with pySigma.
//! With `--time` it prints how long reading and lowering took instead.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use std::path::PathBuf;
use std::time::Instant;
use tripline_ir::{Case, Expr, Part, Plan, Predicate, Subject, Test};
use tripline_languages::Context;
use tripline_languages::sigma::{self, Document};
use tripline_schema::Schema;
use tripline_text::Source;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let time = arguments.iter().any(|argument| argument == "--time");
    arguments.retain(|argument| argument != "--time");
    let sources = sources(arguments.into_iter().map(PathBuf::from).collect());
    let context = Context::new(Schema::builtin());
    let start = Instant::now();
    let mut rules = 0;
    for source in &sources {
        let (documents, _) = sigma::read(source);
        for document in &documents {
            let Document::Rule(rule) = document else {
                continue;
            };
            let lowered = sigma::lower_rule(rule, source, &context);
            rules += 1;
            if !time {
                print(source, &lowered);
            }
        }
    }
    if time {
        println!(
            "{} files, {rules} rules: {:?}",
            sources.len(),
            start.elapsed()
        );
    }
}

fn sources(mut folders: Vec<PathBuf>) -> Vec<Source> {
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = path.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Source::new(path.display().to_string(), text))
    };
    paths.into_iter().filter_map(read).collect()
}

fn print(source: &Source, lowered: &tripline_languages::Lowered) {
    let tree = match &lowered.plan {
        Some(Plan::Match(found)) => tree(&found.predicate),
        Some(_) => serde_json::json!({"partial": true}),
        None => serde_json::Value::Null,
    };
    let losses: Vec<_> = lowered
        .losses
        .iter()
        .map(|loss| loss.reason.phrase())
        .collect();
    let line = serde_json::json!({"path": source.name().as_ref(), "losses": losses, "tree": tree});
    println!("{line}");
}

fn tree(predicate: &Predicate) -> serde_json::Value {
    let list = |parts: &[Predicate]| parts.iter().map(tree).collect::<Vec<_>>();
    match predicate {
        Predicate::True => serde_json::json!({"true": true}),
        Predicate::False => serde_json::json!({"false": true}),
        Predicate::And(parts) => serde_json::json!({"and": list(parts)}),
        Predicate::Or(parts) => serde_json::json!({"or": list(parts)}),
        Predicate::Not(inner) => serde_json::json!({"not": tree(inner)}),
        Predicate::Atom(atom) => {
            let field = match &atom.subject {
                Subject::Field(field) => field.name.to_string(),
                Subject::AnyField => String::new(),
                other => format!("{other:?}"),
            };
            serde_json::json!({"field": field, "test": test(&atom.test)})
        }
    }
}

fn test(test: &Test) -> serde_json::Value {
    match test {
        Test::Exists => serde_json::json!(["exists"]),
        Test::Pattern(pattern) => {
            let part = |part: &Part| match part {
                Part::Literal(text) => serde_json::json!(text.as_str()),
                Part::AnyRun => serde_json::json!(["*"]),
                Part::AnyOne => serde_json::json!(["?"]),
            };
            let parts: Vec<_> = pattern.parts.iter().map(part).collect();
            let kind = if pattern.case == Case::Sensitive {
                "cased"
            } else {
                "text"
            };
            serde_json::json!([kind, parts])
        }
        Test::Regex(regex) => {
            let flags = [
                (regex.case_insensitive, 'i'),
                (regex.multi_line, 'm'),
                (regex.dot_all, 's'),
            ];
            let flags = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| flag);
            serde_json::json!(["re", regex.text.as_str(), flags.collect::<String>()])
        }
        Test::Number(op, number) => {
            serde_json::json!(["number", op.name(), number.to_string()])
        }
        Test::Cidr(nets) => {
            let nets: Vec<_> = nets.iter().map(|net| net.0.to_string()).collect();
            serde_json::json!(["cidr", nets])
        }
        Test::Compare(compare) => {
            let other = match &compare.other {
                Expr::Field(field) => field.name.to_string(),
                other => format!("{other:?}"),
            };
            serde_json::json!(["fieldref", format!("{:?}", compare.relation), other])
        }
        Test::InList(list) => serde_json::json!(["list", list.name.as_str()]),
        other => serde_json::json!([format!("{other:?}")]),
    }
}
