//! A server with templates and static files in a package.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use pyox_test_support::{Program, Run, for_two_pythons};

#[test]
fn flask() {
    for_two_pythons("flask", |python| {
        let write = |src: &Path| {
            for directory in ["shop/templates", "shop/static"] {
                std::fs::create_dir_all(src.join(directory))?;
            }
            std::fs::write(src.join("server.py"), include_str!("scripts/server.py"))?;
            std::fs::write(src.join("shop/__init__.py"), include_str!("shop/__init__.py"))?;
            std::fs::write(src.join("shop/templates/hello.html"), include_str!("shop/templates/hello.html"))?;
            std::fs::write(src.join("shop/static/style.css"), include_str!("shop/static/style.css"))
        };
        let program = Program::pack(python, "server", write, &["server.py", "--pip", "flask"])?;
        let original = program.place("src").join("server.py").display().to_string();
        let mut run = Run::new::<String>([]);
        run.talk = Some(|port| {
            let port = port.parse().with_context(|| format!("a port: {port:?}"))?;
            let paths = ["/hello/World?item=a&item=%3Cb%3E", "/static/style.css", "/file", "/nothing"];
            let answers: anyhow::Result<Vec<String>> = paths.iter().map(|path| get(port, path)).collect();
            Ok(answers?.join("\n"))
        });
        let ran = program.compare(&[&original], &run)?.expect_status(0)?;
        ran.expect_output("<h1>Hello World</h1>")?
            .expect_output("<li>&lt;b&gt;</li>")?
            .expect_output("color: teal")?
            .expect_output("404 NOT FOUND")?
            .expect_output("served")?;
        Ok(())
    });
}

/// What a server answers, without the headers that are never the same.
fn get(port: u16, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(600)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let varies =
        |line: &&str| ["Date:", "Last-Modified:", "ETag:", "Expires:"].iter().any(|name| line.starts_with(name));
    Ok(answer.lines().filter(|line| !varies(line)).collect::<Vec<_>>().join("\n"))
}
