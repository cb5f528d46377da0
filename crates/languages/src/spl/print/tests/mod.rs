//! Trees of every shape that the parser makes are read back from their text.

mod trees;

use super::super::{laid_out, same, tree, unplaced};
use super::print;
use crate::Context;
use proptest::prelude::*;
use tripline_schema::Schema;
use tripline_text::Source;

proptest! {
    #[test]
    fn every_tree_is_read_back(wanted in trees::pipeline()) {
        let text = print(&wanted);
        let source = Source::new("printed", text.as_str());
        let context = Context::new(Schema::builtin());
        let Some(mut found) = tree(&source, &context) else {
            return Err(TestCaseError::fail(format!("an error in:\n{text}")));
        };
        unplaced::clear(&mut found);
        prop_assert!(wanted == found, "of:\n{}\nbecame:\n{}", text, print(&found));
        prop_assert_eq!(laid_out(&source, &context), Some(text));
    }
}

#[test]
fn a_search_with_an_error_has_no_layout() {
    let context = Context::new(Schema::builtin());
    for text in [
        "",
        "``` a comment ```",
        "a=1 | where (b=2",
        "a=1 | no_such_command",
        "a=1 `no_such_macro`",
        "OR a=1",
        "(a) =1",
        "(a) IN (1)",
        "a=1 | where searchmatch(\"b) c\")",
        "a=1 | transaction b startswith=(c",
    ] {
        let source = Source::new("rule", text);
        assert_eq!(laid_out(&source, &context), None, "{text}");
        assert!(!same(&source, &source, &context), "{text}");
    }
}

#[test]
fn text_that_would_be_a_macro_again_has_no_layout() {
    let mut library = super::super::Library::default();
    let tick = super::super::Macro {
        arguments: Vec::new(),
        definition: "`other".into(),
    };
    library.macros.insert("tick".into(), tick);
    let mut context = Context::new(Schema::builtin());
    context.spl = Some(&library);
    let source = Source::new("rule", "a=x`tick``");
    assert_eq!(laid_out(&source, &context), None);
    let quoted = Source::new("rule", "a=\"`tick``\"");
    assert_eq!(
        laid_out(&quoted, &context).as_deref(),
        Some("a=\"`tick``\"")
    );
    let lone = Source::new("rule", "a=\"`\"");
    assert_eq!(laid_out(&lone, &context).as_deref(), Some("a=\"`\""));
}

#[test]
fn searches_are_readable() {
    let context = Context::new(Schema::builtin());
    let searches = [
        "index=a (EventCode=1 OR EventCode=2) NOT (user IN (\"*$\",system) OR dest=\"build*\") image=*\\\\temp\\\\*.exe|bucket _time span=1h\
         |stats dc(user) as users, count(eval(op=\"read\")) AS reads, Values(dest) by src _time | where users>=5 AND (reads>2 OR isnull(src)) | sort 10 - users src",
        "| tstats `security_content_summariesonly` count min(_time) as firstTime FROM datamodel=Endpoint.Processes \
         where Processes.process_name=\"a b.exe\" (Processes.process=\"*\\\\x\\\\*\") BY Processes.dest, Processes.user _time span=5m \
         | `drop_dm_object_name(Processes)` | `security_content_ctime(firstTime)` | `our_filter`",
        "kind=a | join type=left max=0 id host [search kind=b | stats latest(state) as state by id | rename \"odd name\" as 'x y'] \
         | append [| inputlookup list.csv where a=1] | rex field=line mode=sed \"s/\\\"(\\d+)\\\"/\\1/g\" \
         | lookup known tool AS name OUTPUTNEW risk, \"my kin\" as kin",
        "kind=a [search kind=b | dedup 3 host sortby - _time | fields host] | eval x=(a+b)*-c . \"t\", 'odd {}'=if(NOT (a==1 OR 'b.c'!=2) AND x IN (1,2.50), null(), searchmatch(\"k=v w\")) \
         | foreach a_* b_* [eval <<FIELD>>='<<FIELD>>'+1 ] | appendpipe [stats count | where count=0]",
        "kind=a | transaction user, src maxspan=1h startswith=\"op=start\" endswith=eval(op==\"end\" AND size > 0) | convert timeformat=\"%H:%M\" ctime(a) AS b num(c) \
         | regex name!=\"^\\w+\\\\\\\\x$\" | replace \"a\" with \"b c\" in name | iplocation src prefix=ip_ | map search=\"search user=$user$ op=x\" maxsearches=5",
    ];
    let layouts = searches.map(|text| {
        let source = Source::new("rule", text);
        laid_out(&source, &context).unwrap_or_else(|| format!("none of {text}"))
    });
    insta::assert_snapshot!(layouts.join("\n\n"));
}
