//! A server on tokio that has its answers from Python: `server [ADDRESS]` says where it listens, and answers `GET
//! /PATH` with what `answers.py` makes of the path. Python runs in tokio's threads for blocking work; a slow answer
//! stops no other one.

use std::error::Error;

use hosts::default_python_config;
use pyembed::MainPythonInterpreter;
use pyo3::prelude::*;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// In bytes.
const LONGEST_LINE: u64 = 8192;

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".into());
    let python = MainPythonInterpreter::new(default_python_config())?;
    // What is imported now is not imported by the first request.
    python.attach(|py| py.import("answers").map(drop))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // The thread that has started Python lets the others have it.
    python.without_gil(|| {
        let served = runtime.block_on(serve(&address));
        drop(runtime);
        served
    })?;
    Ok(python.finalize()?)
}

async fn serve(address: &str) -> std::io::Result<()> {
    let listener = TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    let (stop, mut stopped) = mpsc::channel(1);
    loop {
        tokio::select! {
            accepted = listener.accept() => drop(tokio::spawn(answer(accepted?.0, stop.clone()))),
            _ = stopped.recv() => return Ok(()),
        }
    }
}

/// Answers one request. `GET /stop` ends the server.
async fn answer(stream: TcpStream, stop: mpsc::Sender<()>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    (&mut stream).take(LONGEST_LINE).read_line(&mut line).await?;
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let is_last = path == "/stop";
    let (status, body) = tokio::task::spawn_blocking(move || ask(&path)).await?;
    let head = format!("HTTP/1.0 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await?;
    if is_last {
        // Whoever listens has gone only if the server ends anyway.
        let _ = stop.send(()).await;
    }
    Ok(())
}

/// In a thread for blocking work.
fn ask(path: &str) -> (&'static str, String) {
    let answer = Python::attach(|py| py.import("answers")?.call_method1("answer", (path,))?.extract());
    match answer {
        Ok(text) => ("200 OK", text),
        Err(error) => ("500 Internal Server Error", error.to_string()),
    }
}
