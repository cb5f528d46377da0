//! Windows command lines, as `CommandLineToArgvW` reads them.

use super::{list_or_null, string, text};
use crate::Value;

/// The arguments. The first ends at its closing quote or at white space and knows no escapes; in
/// the others `n` pairs of backslashes before a quote are `n` backslashes, one more makes the
/// quote literal, and a doubled quote inside quotes is one.
pub(super) fn arguments(a: &[Value]) -> Option<Value> {
    let line: Vec<char> = text(a, 0)?.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    if let Some(first) = line.first() {
        let end = if *first == '"' {
            line.iter().skip(1).position(|c| *c == '"').map(|n| n + 1)
        } else {
            line.iter().position(|c| blank(*c))
        };
        let end = end.unwrap_or(line.len());
        let from = usize::from(*first == '"');
        let program: String = line.get(from..end).unwrap_or(&[]).iter().collect();
        found.push(string(program));
        at = end + from;
    }
    loop {
        while line.get(at).is_some_and(|c| blank(*c)) {
            at += 1;
        }
        if at >= line.len() {
            return Some(list_or_null(found));
        }
        let (argument, next) = one(&line, at);
        found.push(string(argument));
        at = next;
    }
}

fn blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

fn one(line: &[char], mut at: usize) -> (String, usize) {
    let mut out = String::new();
    let mut quoted = false;
    while let Some(&c) = line.get(at) {
        if blank(c) && !quoted {
            break;
        }
        let slashes = line[at..].iter().take_while(|c| **c == '\\').count();
        if slashes > 0 {
            at += slashes;
            let before_quote = line.get(at) == Some(&'"');
            let kept = if before_quote { slashes / 2 } else { slashes };
            out.extend(std::iter::repeat_n('\\', kept));
            if before_quote && slashes % 2 == 1 {
                out.push('"');
                at += 1;
            }
            continue;
        }
        if c != '"' {
            out.push(c);
        } else if quoted && line.get(at + 1) == Some(&'"') {
            out.push('"');
            at += 1;
        } else {
            quoted = !quoted;
        }
        at += 1;
    }
    (out, at)
}
