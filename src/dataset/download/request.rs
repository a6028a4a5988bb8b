//! One request over the network, made on a thread of its own: whoever waits for it can leave within a moment, wherever the
//! other side is stuck.

use crate::message::{Message, message};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::io::{self, Read};
use std::time::Duration;
use ureq::http::{HeaderMap, Uri, header};
use ureq::{Agent, Body};

/// Redirects that are followed, one after another.
const MOST_REDIRECTS: usize = 5;
/// Bytes that are handed over at a time.
const PIECE: usize = 64 << 10;
/// Pieces that wait until they are written.
const WAITING: usize = 8;
/// The longest head of an answer.
const MOST_HEAD: usize = 32 << 10;

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes.
    pub silence: Duration,
    /// Before it is tried again; twice and three times as long after the second and third failure.
    pub before_again: Duration,
    /// How often it is tried without a byte gained.
    pub tries: u32,
}

impl Default for Patience {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self { connect: s(20), silence: s(30), before_again: s(1), tries: 4 }
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct FileRequest {
    /// The whole address, of http or https.
    pub address: String,
    /// From which byte on.
    pub from: u64,
    /// What told the file from any other when its first bytes came: only then the rest is of use.
    pub tag: Option<String>,
}

/// What comes of it, in this order: one head, pieces, one end.
#[derive(Debug)]
pub enum Answer {
    /// What the server says of what follows.
    Head(Head),
    /// The next bytes.
    Piece(Vec<u8>),
    /// No more follows.
    End,
    /// It goes no further. Trying again may help.
    Cut(Message),
    /// It cannot be had, nor by trying again.
    Refused(Message),
}

/// What a server says of what follows.
#[derive(Debug)]
pub struct Head {
    /// 200 for all of a file, 206 for a part, 416 where there is no such part.
    pub status: u16,
    /// How many bytes follow, where that is said.
    pub length: Option<u64>,
    /// The first byte and the length of the whole, of a part.
    pub range: Option<(u64, Option<u64>)>,
    /// What tells this file from any other that may lie there at another time.
    pub tag: Option<String>,
}

impl FileRequest {
    /// Begins it. A receiver that is dropped ends it, after at most the `patience`.
    ///
    /// # Errors
    /// No thread could be made.
    pub fn send(self, patience: Patience) -> io::Result<Receiver<Answer>> {
        let (answers, receiver) = bounded(WAITING);
        std::thread::Builder::new().name("download".to_owned()).spawn(move || {
            let last = match self.run(patience, &answers) {
                Ok(()) => Answer::End,
                Err(last) => last,
            };
            // Where nobody listens any more there is nobody to be told.
            let _ = answers.send(last);
        })?;
        Ok(receiver)
    }

    fn run(&self, patience: Patience, answers: &Sender<Answer>) -> Result<(), Answer> {
        let mut address = check(&self.address)?;
        for _ in 0..=MOST_REDIRECTS {
            let mut response = self.ask(&address, patience)?;
            let status = response.status();
            if status.is_redirection() && status.as_u16() != 304 {
                address = redirected(&address, response.headers())?;
                continue;
            }
            if !status.is_success() && status.as_u16() != 416 {
                let found = message!("the answer {status}", status = status.to_string());
                return Err(if status.is_server_error() || status.as_u16() == 429 {
                    Answer::Cut(found)
                } else {
                    Answer::Refused(found)
                });
            }
            let head = head(status.as_u16(), response.headers());
            if answers.send(Answer::Head(head)).is_err() {
                return Ok(());
            }
            return pass_on(response.body_mut(), answers);
        }
        Err(Answer::Refused(message!("more than {most} redirects, one after another", most = MOST_REDIRECTS)))
    }

    fn ask(&self, address: &Uri, patience: Patience) -> Result<ureq::http::Response<Body>, Answer> {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(MOST_HEAD)
            .accept_encoding("identity")
            .user_agent(concat!("latentarium/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence));
        // This machine is reached without a proxy.
        let own = matches!(address.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let config = if own { config.proxy(None) } else { config };
        let agent: Agent = config.build().into();
        let mut request = agent.get(address);
        if self.from > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", self.from));
            if let Some(tag) = &self.tag {
                request = request.header(header::IF_RANGE, tag);
            }
        }
        request.call().map_err(|error| match error {
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) | ureq::Error::Http(_) => {
                Answer::Refused(message!("an answer that is none of HTTP ({error})", error = error.to_string()))
            }
            _ => Answer::Cut(message!("no connection ({error})", error = error.to_string())),
        })
    }
}

/// An address that may be asked.
fn check(address: &str) -> Result<Uri, Answer> {
    let wrong = || Answer::Refused(message!("the address {address}, which is none of http or https", address));
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(uri),
        _ => Err(wrong()),
    }
}

/// Where an answer leads to; nowhere but to http or https.
fn redirected(from: &Uri, headers: &HeaderMap) -> Result<Uri, Answer> {
    let Some(location) = headers.get(header::LOCATION).and_then(|location| location.to_str().ok()) else {
        return Err(Answer::Refused(message!("a redirect that says not where to")));
    };
    let (scheme, host) = (from.scheme_str().unwrap_or_default(), from.authority().map_or("", |host| host.as_str()));
    // Everything before a colon that stands in front of the first slash is a scheme.
    let has_scheme = location.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'));
    let whole = match location {
        location if has_scheme => location.to_owned(),
        location if location.starts_with("//") => format!("{scheme}:{location}"),
        location if location.starts_with('/') => format!("{scheme}://{host}{location}"),
        location => {
            let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{scheme}://{host}{folder}/{location}")
        }
    };
    check(&whole)
}

fn head(status: u16, headers: &HeaderMap) -> Head {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let range = text(header::CONTENT_RANGE).and_then(|range| {
        let (part, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
        Some((part.split_once('-')?.0.trim().parse().ok()?, whole.trim().parse().ok()))
    });
    // A weak tag may be of a file with other bytes.
    let tag = text(header::ETAG).filter(|tag| !tag.starts_with("W/")).map(str::to_owned);
    Head { status, length: text(header::CONTENT_LENGTH).and_then(|length| length.trim().parse().ok()), range, tag }
}

fn pass_on(body: &mut Body, answers: &Sender<Answer>) -> Result<(), Answer> {
    let mut reader = body.as_reader();
    loop {
        let mut piece = vec![0; PIECE];
        match reader.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                piece.truncate(count);
                if answers.send(Answer::Piece(piece)).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Answer::Cut(message!("a connection that broke off ({error})", error))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_redirect_leads_to_http_or_nowhere() {
        let from: Uri = "https://host:81/a/b.gz?x=1".parse().unwrap();
        let to = |location: &str| {
            let headers = HeaderMap::from_iter([(header::LOCATION, location.parse().unwrap())]);
            redirected(&from, &headers).ok().map(|uri| uri.to_string())
        };
        let leads = [
            ("http://other/c", "http://other/c"),
            ("//other/c", "https://other/c"),
            ("/c", "https://host:81/c"),
            ("c?y=http://z", "https://host:81/a/c?y=http://z"),
        ];
        for (location, expected) in leads {
            assert_eq!(to(location).as_deref(), Some(expected), "{location}");
        }
        for location in
            ["file:///etc/passwd", "FILE:///etc/passwd", "ftp://x/y", "javascript:1", "data:,x", "http:///x"]
        {
            assert_eq!(to(location), None, "{location}");
        }
    }
}
