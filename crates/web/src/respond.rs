//! From a request to its response: computed once off the async threads, kept with its
//! compression, answered with an ETag.

use crate::ask::Ask;
use crate::pages;
use crate::stop::Stop;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Response, StatusCode, Uri};
use quick_cache::{Weighter, sync::Cache};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tripline_app::workbench::MAX_TEXT;
use tripline_app::{AppError, Library};

/// Bytes that kept responses may take together.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// A response larger than this is made anew each time.
const MAX_KEPT: usize = 8 * 1024 * 1024;
/// Longest path and query that is answered.
const MAX_TARGET: usize = 4096;
/// Longest time that making a response may take, waiting for a turn included.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// The same for what runs rules over events.
pub(crate) const SLOW_LIMIT: Duration = Duration::from_secs(90);
/// Longest time for a text to arrive.
const BODY_TIME: Duration = Duration::from_secs(15);
/// Longest form: a text of the greatest length, every byte of which is encoded.
const MAX_FORM: usize = 3 * MAX_TEXT + 1024;
/// A text longer than this is read while no other such text is: trees take many times the memory.
const LARGE: usize = 64 * 1024;
/// A body smaller than this is not worth compressing.
const MIN_COMPRESSED: usize = 600;

/// HTML pages.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
/// JSON.
pub(crate) const JSON: &str = "application/json";

/// What a page function answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// Status.
    pub(crate) status: StatusCode,
    /// Media type.
    pub(crate) kind: &'static str,
    /// Body.
    pub(crate) body: Vec<u8>,
    /// Name under which a browser is to save it.
    pub(crate) file: Option<String>,
    /// Where the answer is, when it is elsewhere on this server.
    pub(crate) location: Option<String>,
    /// A browser need not ask for it again: its address changes with its content.
    pub(crate) lasting: bool,
}

impl Reply {
    /// A body of a media type.
    pub(crate) fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: StatusCode::OK,
            kind,
            body: body.into(),
            file: None,
            location: None,
            lasting: false,
        }
    }

    /// A page.
    ///
    /// # Errors
    /// The template cannot be written.
    pub(crate) fn page(template: &impl askama::Template) -> Result<Self, Stop> {
        Ok(Self::new(HTML, crate::html::visible(template.render()?)))
    }

    /// The same to be saved as a file.
    pub(crate) fn saved_as(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// The same to be kept by a browser for as long as it likes.
    pub(crate) fn for_ever(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// The same page lives at another address of this server, which begins with one `/`.
    pub(crate) fn moved(to: String) -> Self {
        let mut reply = Self::new(HTML, Vec::new());
        reply.status = StatusCode::PERMANENT_REDIRECT;
        reply.location = Some(to);
        reply
    }
}

/// What is asked, and how its errors look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Function {
    /// Makes the answer.
    pub(crate) make: fn(&Ask) -> Result<Reply, Stop>,
    /// Errors are JSON, as programs expect.
    pub(crate) json: bool,
    /// It may take seconds: it waits for others of its kind, and nothing else waits for it.
    pub(crate) slow: bool,
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The best that the client takes.
    fn wanted(headers: &HeaderMap) -> Self {
        let all = headers.get_all(header::ACCEPT_ENCODING).iter();
        let texts = all.filter_map(|value| value.to_str().ok());
        let offers: Vec<&str> = texts.flat_map(|text| text.split(',')).collect();
        let takes = |name: &str| offers.iter().any(|offer| accepts(offer, name));
        if takes("br") {
            Self::Brotli
        } else if takes("gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    fn encode(self, body: Vec<u8>) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(body),
            Self::Gzip => {
                let level = flate2::Compression::new(6);
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
                writer.write_all(&body)?;
                writer.finish()
            }
            Self::Brotli => {
                let mut out = Vec::new();
                let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
                writer.write_all(&body)?;
                writer.flush()?;
                drop(writer);
                Ok(out)
            }
        }
    }
}

/// Whether one offer of `Accept-Encoding` is this coding, with a weight above 0.
fn accepts(offer: &str, name: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let named = parts
        .next()
        .is_some_and(|coding| coding.eq_ignore_ascii_case(name));
    let refused = parts.any(|part| {
        let weight = part.strip_prefix("q=").map(str::parse::<f32>);
        matches!(weight, Some(Ok(weight)) if weight <= 0.0)
    });
    named && !refused
}

/// A response as it is kept.
#[derive(Debug)]
struct Stored {
    status: StatusCode,
    body: Bytes,
    headers: HeaderMap,
    etag: HeaderValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    encoding: Encoding,
    target: String,
}

#[derive(Debug, Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Stored>> for ByBytes {
    fn weight(&self, key: &Key, stored: &Arc<Stored>) -> u64 {
        (stored.body.len() + key.target.len() + 1024) as u64
    }
}

/// The library with what has been answered from it.
#[derive(Debug)]
pub(crate) struct Site {
    library: Library,
    cache: Cache<Key, Arc<Stored>, ByBytes>,
    /// Turns at the processor: one per core.
    turns: Arc<Semaphore>,
    /// Turns of what may take seconds: one, so that it holds up nothing else.
    slow_turns: Arc<Semaphore>,
}

impl Site {
    /// A site over a library, nothing answered yet.
    pub(crate) fn new(library: &Library) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            library: library.clone(),
            cache: Cache::with_weighter(1024, CACHE_BYTES, ByBytes),
            turns: Arc::new(Semaphore::new(cores)),
            slow_turns: Arc::new(Semaphore::new(1)),
        }
    }

    /// The library.
    pub(crate) fn library(&self) -> &Library {
        &self.library
    }
}

/// The response of `function` at an address; a good one is kept.
pub(crate) async fn get(
    site: Arc<Site>,
    function: Function,
    uri: Uri,
    parts: Vec<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let target = uri
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    let encoding = Encoding::wanted(&headers);
    if target.len() > MAX_TARGET {
        let reply = refusal(&site, function.json, "the address is too long");
        return finish(&reply, &headers);
    }
    let key = Key {
        encoding,
        target: target.to_owned(),
    };
    let make = {
        let site = Arc::clone(&site);
        let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or("").to_owned());
        async move {
            let make = move |library: &Library| {
                let ask = Ask::new(library, &path, parts, &query)?;
                if function.json {
                    ask.strict()?;
                }
                (function.make)(&ask)
            };
            match work(&site, function, encoding, make).await {
                good if good.status == StatusCode::OK && good.body.len() <= MAX_KEPT => Ok(good),
                other => Err(other),
            }
        }
    };
    let stored = site.cache.get_or_insert_async(&key, make).await;
    let (Ok(stored) | Err(stored)) = stored;
    finish(&stored, &headers)
}

/// The response of `function` to a text that was sent, as a form or as it is; it is not kept.
pub(crate) async fn post(
    site: Arc<Site>,
    function: Function,
    form: bool,
    request: Request,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let limit = if form { MAX_FORM } else { MAX_TEXT };
    let read = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, limit));
    let body = match read.await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return refuse(&site, function.json, "the text is too long or broken off"),
        Err(_) => return refuse(&site, function.json, "the text took too long to arrive"),
    };
    let encoding = Encoding::wanted(&head.headers);
    let function = Function {
        slow: function.slow || body.len() > LARGE,
        ..function
    };
    let make = move |library: &Library| {
        let (path, query) = (head.uri.path(), head.uri.query().unwrap_or(""));
        let ask = if form {
            Ask::of_form(library, path, &body)?
        } else {
            let text = String::from_utf8(body.to_vec());
            let text = text.map_err(|_| AppError::request("the text is not UTF-8"))?;
            Ask::new(library, path, Vec::new(), query)?.with_sent(text)
        };
        (function.make)(&ask)
    };
    let stored = work(&site, function, encoding, make).await;
    finish(&stored, &HeaderMap::new())
}

/// Runs `make` on a thread for such work when it is its turn.
async fn work(
    site: &Arc<Site>,
    function: Function,
    encoding: Encoding,
    make: impl FnOnce(&Library) -> Result<Reply, Stop> + Send + 'static,
) -> Arc<Stored> {
    let json = function.json;
    let (turns, limit) = if function.slow {
        (&site.slow_turns, SLOW_LIMIT)
    } else {
        (&site.turns, TIME_LIMIT)
    };
    let made = async {
        let turn = Arc::clone(turns).acquire_owned().await;
        let site = Arc::clone(site);
        let job = tokio::task::spawn_blocking(move || {
            let reply = make(&site.library);
            let reply = reply.unwrap_or_else(|stop| pages::error::of_stop(&site, json, stop));
            drop(turn);
            store(reply, encoding)
        });
        job.await
    };
    match tokio::time::timeout(limit, made).await {
        Ok(Ok(stored)) => stored,
        Ok(Err(_)) => failed(site, json, "the answer could not be made"),
        Err(_) => failed(site, json, "the answer took too long"),
    }
}

fn failed(site: &Arc<Site>, json: bool, message: &str) -> Arc<Stored> {
    let stop = Stop::Error(AppError::failure(message));
    store(pages::error::of_stop(site, json, stop), Encoding::Identity)
}

/// A refusal of a request that no page function saw.
fn refusal(site: &Arc<Site>, json: bool, message: &str) -> Arc<Stored> {
    let stop = Stop::Error(AppError::request(message));
    store(pages::error::of_stop(site, json, stop), Encoding::Identity)
}

/// A refusal as a response.
pub(crate) fn refuse(site: &Arc<Site>, json: bool, message: &str) -> Response<Body> {
    finish(&refusal(site, json, message), &HeaderMap::new())
}

fn store(reply: Reply, encoding: Encoding) -> Arc<Stored> {
    let encoding = if reply.body.len() < MIN_COMPRESSED {
        Encoding::Identity
    } else {
        encoding
    };
    let hash = blake3::hash(&reply.body).to_hex();
    let mark = encoding.name().unwrap_or("id");
    let etag = ascii(&format!("\"{}-{mark}\"", &hash[..24]));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.kind));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    let keep = match (reply.status, reply.lasting) {
        (StatusCode::OK, true) => "public, max-age=31536000, immutable",
        (StatusCode::OK, false) => "no-cache",
        _ => "no-store",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Some(file) = &reply.file {
        let value = format!("attachment; filename=\"{}\"", file_name(file));
        headers.insert(header::CONTENT_DISPOSITION, ascii(&value));
    }
    if let Some(location) = &reply.location {
        headers.insert(header::LOCATION, ascii(location));
    }
    // Writing to memory does not fail.
    let body = encoding.encode(reply.body).unwrap_or_default();
    if let Some(name) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Arc::new(Stored {
        status: reply.status,
        body: Bytes::from(body),
        headers,
        etag,
    })
}

/// A header value of a text that is ASCII by construction.
fn ascii(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// A file name without anything that a path or a header could trip over.
fn file_name(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    name.trim_start_matches('.').to_owned()
}

fn finish(stored: &Stored, asked: &HeaderMap) -> Response<Body> {
    let known = stored.status == StatusCode::OK && knows(asked, &stored.etag);
    let body = if known {
        Body::empty()
    } else {
        Body::from(stored.body.clone())
    };
    let mut response = Response::new(body);
    *response.status_mut() = if known {
        StatusCode::NOT_MODIFIED
    } else {
        stored.status
    };
    let headers = response.headers_mut();
    headers.clone_from(&stored.headers);
    if stored.status == StatusCode::OK {
        headers.insert(header::ETAG, stored.etag.clone());
    }
    response
}

/// Whether the client has the response with this ETag.
fn knows(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    let all = asked.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"));
    tags.any(|tag| tag == etag || tag == "*")
}

#[cfg(test)]
mod tests {
    use super::{Encoding, accepts, file_name};
    use axum::http::HeaderMap;

    fn wanted(text: &'static str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert("accept-encoding", text.parse().expect("a value"));
        Encoding::wanted(&headers)
    }

    #[test]
    fn the_client_chooses_the_coding() {
        assert_eq!(wanted("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(wanted("gzip;q=0.5, br;q=0"), Encoding::Gzip);
        assert_eq!(wanted("deflate"), Encoding::Identity);
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn a_file_name_is_one_plain_word() {
        assert_eq!(file_name("../T1/x \"y\"\r\n.csv"), "-T1-x--y---.csv");
    }
}
