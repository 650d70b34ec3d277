//! A server on the loopback interface that gives prepared answers, one after the other.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What to answer.
#[derive(Clone)]
pub enum Answer {
    /// The file, from the byte that was asked for.
    File(Vec<u8>),
    /// The file from its beginning, whatever was asked for.
    Whole(Vec<u8>),
    /// The same, broken off after so many bytes.
    BreakOff(Vec<u8>, usize),
    /// The same, and then nothing more, while the connection stays.
    Stall(Vec<u8>, usize),
    /// The file, with another length announced.
    Length(Vec<u8>, usize),
    /// The file without a length.
    NoLength(Vec<u8>),
    Status(u16),
    Redirect(String),
}

/// Answers until the process ends. The last answer is given again and again.
pub struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Clone, Debug)]
pub struct Request {
    /// Method and path.
    pub line: String,
    pub range: Option<String>,
}

impl Server {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&seen));
                // A client that goes away is what some tests are about.
                thread::spawn(move || drop(serve(stream, &answers, &seen)));
            }
        });
        Self { address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("requests").clone()
    }
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let line = lines.next().transpose()?.unwrap_or_default();
    let mut range = None;
    for header in lines {
        let header = header?;
        if header.is_empty() {
            break;
        }
        if let Some((_, value)) = header.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("range")) {
            range = Some(value.to_owned());
        }
    }
    Ok(Request { line, range })
}

fn serve(mut stream: TcpStream, answers: &Mutex<VecDeque<Answer>>, seen: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let request = read_request(&stream)?;
    seen.lock().expect("requests").push(request.clone());
    if let Some(target) = request.line.strip_prefix("CONNECT ") {
        return tunnel(stream, target.split(' ').next().unwrap_or_default());
    }
    let answer = {
        let mut answers = answers.lock().expect("answers");
        if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() }
    };
    let from = request.range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    match answer.expect("an answer") {
        Answer::File(file) => match from {
            Some(from) if from >= file.len() => head(&mut stream, 416, "Content-Length: 0\r\n")?,
            Some(from) => {
                let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
                let headers = format!("Content-Range: {range}\r\nContent-Length: {}\r\n", file.len() - from);
                head(&mut stream, 206, &headers)?;
                stream.write_all(&file[from..])?;
            }
            None => whole(&mut stream, &file, file.len())?,
        },
        Answer::Whole(file) => whole(&mut stream, &file, file.len())?,
        Answer::Length(file, length) => whole(&mut stream, &file, length)?,
        Answer::BreakOff(file, count) => {
            head(&mut stream, 200, &format!("Content-Length: {}\r\n", file.len()))?;
            stream.write_all(&file[..count])?;
        }
        Answer::Stall(file, count) => {
            head(&mut stream, 200, &format!("Content-Length: {}\r\n", file.len()))?;
            stream.write_all(&file[..count])?;
            thread::sleep(Duration::from_secs(20));
        }
        Answer::NoLength(file) => {
            head(&mut stream, 200, "")?;
            stream.write_all(&file)?;
        }
        Answer::Status(status) => head(&mut stream, status, "Content-Length: 0\r\n")?,
        Answer::Redirect(url) => head(&mut stream, 302, &format!("Location: {url}\r\nContent-Length: 0\r\n"))?,
    }
    stream.shutdown(Shutdown::Write)?;
    // Closing with something unread would take back what was sent.
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let _ = stream.read(&mut [0; 1024]);
    Ok(())
}

fn whole(stream: &mut TcpStream, file: &[u8], length: usize) -> std::io::Result<()> {
    head(stream, 200, &format!("Content-Length: {length}\r\n"))?;
    stream.write_all(file)
}

fn head(stream: &mut TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} Answer\r\n{headers}Connection: close\r\n\r\n")
}

/// What a proxy does.
fn tunnel(mut client: TcpStream, target: &str) -> std::io::Result<()> {
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}
