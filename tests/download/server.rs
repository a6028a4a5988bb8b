//! A server on loopback that behaves as a test says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a path is answered.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// As it should be, with parts.
    Whole,
    /// The whole file whatever part is asked for.
    NoRange,
    /// So many bytes of an answer, then the connection is closed; each time.
    CutsAfter(usize),
    /// A piece of so many bytes, then a pause, and so on.
    Slow(usize, Duration),
    /// Says that the file is so many bytes longer, or shorter, than it is.
    Lies(i64),
    /// Without a length: all of it, and so many bytes more.
    Unannounced(usize),
    /// A status and nothing else.
    Status(&'static str),
    /// Leads elsewhere.
    Redirect(String),
    /// Takes the request and never answers.
    Silent,
    /// Says nothing more from this byte of the file on.
    Stalls(usize),
    /// No words of HTTP.
    Nonsense,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub from: Option<u64>,
    pub if_range: Option<String>,
}

struct Files {
    /// By path: contents, and how they are given.
    files: BTreeMap<String, (Vec<u8>, Behaviour)>,
    asked: Vec<Asked>,
}

pub struct Server {
    pub base: String,
    files: Arc<Mutex<Files>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let files = Arc::new(Mutex::new(Files { files: BTreeMap::new(), asked: Vec::new() }));
        let shared = files.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = shared.clone();
                std::thread::spawn(move || answer(stream, &files));
            }
        });
        Self { base, files }
    }

    pub fn put(&self, path: &str, bytes: &[u8], behaviour: Behaviour) {
        self.files.lock().unwrap().files.insert(path.to_owned(), (bytes.to_owned(), behaviour));
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.files.lock().unwrap().asked.clone()
    }
}

/// What tells contents from others.
pub fn tag(bytes: &[u8]) -> String {
    format!("\"{}-{}\"", bytes.len(), bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>())
}

fn answer(mut stream: TcpStream, files: &Mutex<Files>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let (mut from, mut if_range) = (None, None);
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ")?;
        match name.to_lowercase().as_str() {
            "range" => from = value.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok(),
            "if-range" => if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    let asked = Asked { path: path.clone(), from, if_range: if_range.clone() };
    let (bytes, behaviour) = {
        let mut files = files.lock().ok()?;
        files.asked.push(asked);
        files.files.get(&path).cloned().unwrap_or((Vec::new(), Behaviour::Status("404 Not Found")))
    };
    let is_same = if_range.is_none_or(|known| known == tag(&bytes));
    let from =
        from.filter(|from| is_same && (*from as usize) < bytes.len() && !matches!(behaviour, Behaviour::NoRange));
    let rest = &bytes[from.unwrap_or(0) as usize..];
    let head = |length: i64| {
        let status = match from {
            Some(from) => {
                format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{}", bytes.len() - 1, bytes.len())
            }
            None => "200 OK".to_owned(),
        };
        format!("HTTP/1.1 {status}\r\nETag: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n", tag(&bytes))
    };
    let length = rest.len() as i64;
    let mut say = |bytes: &[u8]| stream.write_all(bytes).and_then(|()| stream.flush()).ok();
    match behaviour {
        Behaviour::Whole | Behaviour::NoRange => say(&[head(length).as_bytes(), rest].concat()),
        Behaviour::CutsAfter(count) => say(&[head(length).as_bytes(), &rest[..count.min(rest.len())]].concat()),
        Behaviour::Slow(count, pause) => {
            say(head(length).as_bytes())?;
            for piece in rest.chunks(count) {
                say(piece)?;
                std::thread::sleep(pause);
            }
            Some(())
        }
        Behaviour::Lies(more) => say(&[head(length + more).as_bytes(), rest].concat()),
        Behaviour::Unannounced(more) => {
            let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
            say(&[head.as_slice(), &bytes, &vec![7; more]].concat())
        }
        Behaviour::Status(status) => {
            say(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes())
        }
        Behaviour::Redirect(to) => {
            say(format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .as_bytes())
        }
        Behaviour::Silent => {
            std::thread::sleep(Duration::from_secs(20));
            Some(())
        }
        Behaviour::Stalls(count) => {
            let given = count.saturating_sub(from.unwrap_or(0) as usize).min(rest.len());
            say(&[head(length).as_bytes(), &rest[..given]].concat())?;
            std::thread::sleep(Duration::from_secs(20));
            Some(())
        }
        Behaviour::Nonsense => say(b"good day\r\nto you\r\n\r\n"),
    }
}
