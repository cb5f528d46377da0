//! Any text, as a search, with and without macros: no panic, spans inside the text, and what is read
//! without an error is the same search when it is laid out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_ir::Language;
use tripline_languages::{Context, lower, spl};
use tripline_schema::Schema;
use tripline_text::Source;

fuzz_target!(|texts: (&str, &str)| {
    let (text, definition) = texts;
    let mut library = spl::Library::default();
    library.macros.insert(
        "m".into(),
        spl::Macro {
            arguments: Vec::new(),
            definition: definition.into(),
        },
    );
    let source = Source::new("fuzz", text);
    for library in [None, Some(&library)] {
        let mut context = Context::new(Schema::builtin());
        context.spl = library;
        for found in lower(Language::Spl, &source, &context).diagnostics {
            if let Some(label) = found.primary {
                assert!(text.get(label.span.range()).is_some());
            }
        }
        if let Some(layout) = spl::laid_out(&source, &context) {
            let printed = Source::new("printed", layout.as_str());
            assert!(spl::same(&source, &printed, &context), "{layout}");
            assert_eq!(spl::laid_out(&printed, &context), Some(layout));
        }
    }
});
