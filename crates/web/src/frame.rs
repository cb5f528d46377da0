//! What surrounds every page: title, path to it, sections, naming schemes, search.

use crate::ask::Ask;
use crate::assets;
use crate::table::TableView;
use tripline_app::Library;
use tripline_app::answers::CatalogHead;

/// The parts of the site that every page links to.
const PARTS: &[(&str, &str)] = &[
    ("Matrix", "/matrix"),
    ("Techniques", "/techniques"),
    ("Events", "/events"),
    ("Fields", "/fields"),
    ("Workbench", "/workbench"),
    ("Ledger", "/ledger"),
    ("About", "/about"),
];

/// A link with what it shows.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// What is shown.
    pub(crate) label: String,
    /// Address.
    pub(crate) href: String,
    /// It is where the reader is.
    pub(crate) here: bool,
}

/// A section of a page, for its contents.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Anchor.
    pub(crate) id: String,
    /// Heading.
    pub(crate) label: String,
    /// How many there are, where that says something.
    pub(crate) count: Option<usize>,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Title of the page.
    pub(crate) title: String,
    /// One sentence for search results and link previews.
    pub(crate) about: String,
    /// The way to the page, without the page itself.
    pub(crate) crumbs: Vec<Link>,
    /// The pages about the same thing, where there are several.
    pub(crate) views: Vec<Link>,
    /// Its sections.
    pub(crate) sections: Vec<Section>,
    /// Parts of the site.
    pub(crate) parts: Vec<Link>,
    /// This page under each naming scheme; empty where no field is shown.
    pub(crate) schemes: Vec<Link>,
    /// What the search box holds.
    pub(crate) query: String,
    /// The naming scheme, when it is not the default one.
    pub(crate) names: Option<String>,
    /// The starter catalogue answers.
    pub(crate) starter: bool,
    /// Names the catalogue.
    pub(crate) catalog: String,
    /// The corpora with their commits.
    pub(crate) corpora: String,
    /// Hash of the assets, so that browsers may keep them.
    pub(crate) assets: &'static str,
    /// The page stands in a static site.
    pub(crate) on_disk: bool,
    /// The same answer from the API.
    pub(crate) api: Option<String>,
    home: String,
}

impl Frame {
    /// The frame of a page under this title.
    pub(crate) fn new(ask: &Ask, title: &str) -> Self {
        let head = CatalogHead::of(ask.library.catalog());
        let part = |(label, path): &(&str, &str)| Link {
            label: (*label).to_owned(),
            href: ask.links.page(path),
            here: ask.path() == *path,
        };
        let names = (ask.library.names() != "sigma").then(|| ask.library.names().to_owned());
        Self {
            title: title.to_owned(),
            about: String::new(),
            crumbs: Vec::new(),
            views: Vec::new(),
            sections: Vec::new(),
            parts: PARTS.iter().map(part).collect(),
            schemes: Vec::new(),
            query: String::new(),
            names,
            starter: ask.library.is_starter(),
            catalog: short(&head.hash).to_owned(),
            corpora: corpora(&head),
            assets: assets::version(),
            on_disk: ask.on_disk,
            api: None,
            home: ask.links.page("/"),
        }
    }

    /// Address of the first page.
    pub(crate) fn home(&self) -> &str {
        &self.home
    }

    /// Adds a step on the way to the page.
    pub(crate) fn crumb(mut self, label: &str, href: String) -> Self {
        let (label, here) = (label.to_owned(), false);
        self.crumbs.push(Link { label, href, here });
        self
    }

    /// Adds a section to the contents.
    pub(crate) fn section(&mut self, id: &str, label: &str, count: Option<usize>) {
        self.sections.push(Section {
            id: id.to_owned(),
            label: label.to_owned(),
            count,
        });
    }

    /// Adds the tables to the contents.
    pub(crate) fn with_tables(mut self, tables: &[TableView]) -> Self {
        for table in tables {
            self.section(table.id(), table.caption(), Some(table.total));
        }
        self
    }

    /// Offers the page under each naming scheme.
    pub(crate) fn with_schemes(mut self, ask: &Ask) -> Self {
        if ask.on_disk {
            return self;
        }
        let link = |name: &&str| Link {
            label: (*name).to_owned(),
            href: ask.again(&[("names", if *name == "sigma" { "" } else { name })]),
            here: *name == ask.library.names(),
        };
        self.schemes = Library::schemes().iter().map(link).collect();
        self
    }
}

fn corpora(head: &CatalogHead) -> String {
    // A word in the place of a commit says that there is not one of all its files.
    let one = |corpus: &tripline_app::answers::CorpusHead| match &corpus.commit {
        Some(commit) if short(commit) != commit.as_str() => {
            format!("{} at {}", corpus.name, short(commit))
        }
        _ => corpus.name.to_string(),
    };
    let all: Vec<String> = head.corpora.iter().map(one).collect();
    all.join(", ")
}

/// The first characters of a hash; a tag or a word is shown whole.
pub(crate) fn short(hash: &str) -> &str {
    let is_hash = hash.len() >= 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    hash.get(..10).filter(|_| is_hash).unwrap_or(hash)
}
