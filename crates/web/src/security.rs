//! Which requests are let in, and what every response tells the browser.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Response, StatusCode, Uri};
use axum::middleware::{Next, from_fn};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Nothing but what this server serves itself: no inline script or style, no frame, no other site.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of every response.
static HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// The names under which the server answers.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    names: Vec<String>,
    any_address: bool,
}

impl Hosts {
    /// Loopback names alone.
    pub fn loopback() -> Self {
        Self::default()
    }

    /// Loopback names, the address listened on and `names`. A server on all addresses of the
    /// machine answers to every address: only names can be made to lead elsewhere.
    pub fn listening_on(address: SocketAddr, names: &[String]) -> Self {
        let lower = |name: &String| name.trim_matches(['[', ']']).to_ascii_lowercase();
        let mut names: Vec<String> = names.iter().map(lower).collect();
        names.push(address.ip().to_string());
        Self {
            names,
            any_address: address.ip().is_unspecified(),
        }
    }

    /// Whether the server answers to what stands in `Host`.
    fn known(&self, host: &str) -> bool {
        let Some(name) = name_of(host) else {
            return false;
        };
        let name = name.to_ascii_lowercase();
        let address: Option<IpAddr> = name.parse().ok();
        name == "localhost"
            || address.is_some_and(|address| address.is_loopback() || self.any_address)
            || self.names.contains(&name)
    }
}

/// The name in `name`, `name:port`, `[address]` or `[address]:port`.
fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']')?;
            (name, port)
        }
        None => match host.find(':') {
            Some(at) => host.split_at(at),
            None => (host, ""),
        },
    };
    let digits = port.strip_prefix(':').unwrap_or("0");
    let is_port = (port.is_empty() || port.starts_with(':'))
        && digits.len() <= 5
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_port && !name.is_empty()).then_some(name)
}

/// Lets in what may come in, and adds the headers.
pub(crate) fn guard(router: Router, hosts: Hosts) -> Router {
    let hosts = Arc::new(hosts);
    router.layer(from_fn(move |request: Request, next: Next| {
        let refused = refusal(&hosts, request.method(), request.uri(), request.headers());
        async move {
            let mut response = match refused {
                Some((status, message)) => refuse(status, message),
                None => next.run(request).await,
            };
            for (name, value) in &HEADERS {
                let headers = response.headers_mut();
                headers.insert(name.clone(), HeaderValue::from_static(value));
            }
            response
        }
    }))
}

fn refusal(
    hosts: &Hosts,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Option<(StatusCode, &'static str)> {
    let named = headers.get(header::HOST);
    let named = named.and_then(|host| host.to_str().ok());
    let host = uri.authority().map(axum::http::uri::Authority::as_str);
    if !host.or(named).is_some_and(|host| hosts.known(host)) {
        let message = "this server does not answer to that name; `--host NAME` lets it\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, message));
    }
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let own = matches!(site, None | Some(b"same-origin" | b"none"));
    if !own && !method.is_safe() {
        let message = "texts are taken from this server's own pages only\n";
        return Some((StatusCode::FORBIDDEN, message));
    }
    None
}

fn refuse(status: StatusCode, message: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    fn known(hosts: &Hosts, all: &[&str]) -> Vec<bool> {
        all.iter().map(|host| hosts.known(host)).collect()
    }

    #[test]
    fn loopback_answers_to_loopback_names_only() {
        let hosts = Hosts::loopback();
        let good = [
            "localhost",
            "LOCALHOST:7373",
            "127.0.0.1:1",
            "[::1]:7373",
            "127.9.9.9",
        ];
        assert_eq!(known(&hosts, &good), [true; 5]);
        let bad = [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:7373",
            "localhost:7373@evil.example",
            "localhost:",
            "192.0.2.1",
            "",
            "[::1",
        ];
        // A port may be empty in an authority.
        assert_eq!(
            known(&hosts, &bad),
            [false, false, false, false, true, false, false, false]
        );
    }

    #[test]
    fn given_names_are_answered_to() {
        let on = |address: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            Hosts::listening_on(address.parse().expect("an address"), &names)
        };
        let one = on("192.0.2.1:80", &["Rules.Example"]);
        assert_eq!(
            known(&one, &["192.0.2.1", "rules.example:80", "192.0.2.2"]),
            [true, true, false]
        );
        let all = on("0.0.0.0:80", &[]);
        assert_eq!(
            known(&all, &["192.0.2.2:80", "evil.example"]),
            [true, false]
        );
    }
}
