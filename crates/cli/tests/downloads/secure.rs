//! What stands between a machine and the server: certificates of its own, and proxies.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};

use pyox_build_cache::file_digest;
use pyox_test_support::place::{Outcome, Place};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{CONTENT, NAME};

/// A server with TLS, whose certificate, made for a name, is in the file `ca.pem`.
fn server(place: &Place, host: &str, last_year: i32) -> String {
    let key = KeyPair::generate().expect("a key");
    let mut parameters = CertificateParams::new([host.to_owned()]).expect("a name");
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(last_year, 1, 1);
    let certificate = parameters.self_signed(&key).expect("a certificate");
    place.write("ca.pem", certificate.pem());
    place.write("certificates/ca.pem", certificate.pem());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions of TLS").with_no_client_auth();
    let secret = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = Arc::new(config.with_single_cert(vec![certificate.der().clone()], secret).expect("it fits"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { continue };
            // Some clients do not trust it, and go away.
            std::thread::spawn(move || answer(StreamOwned::new(connection, stream)).ok());
        }
    });
    format!("https://127.0.0.1:{port}")
}

fn answer(mut stream: StreamOwned<ServerConnection, TcpStream>) -> std::io::Result<()> {
    let _ = stream.read(&mut [0; 4096])?;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{CONTENT}", CONTENT.len())?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// A proxy, with all that was said to it.
struct Proxy {
    address: String,
    heard: Arc<Mutex<String>>,
}

impl Proxy {
    /// One that connects, or one that refuses with a status.
    fn new(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let heard = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let hears = Arc::clone(&hears);
                std::thread::spawn(move || tunnel(stream, refusal, &hears).ok());
            }
        });
        Self { address, heard }
    }

    fn heard(&self) -> String {
        std::mem::take(&mut self.heard.lock().expect("what was said"))
    }
}

fn tunnel(mut client: TcpStream, refusal: Option<&str>, heard: &Mutex<String>) -> std::io::Result<()> {
    let mut head = String::new();
    let mut reader = BufReader::new(client.try_clone()?);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    heard.lock().expect("what was said").push_str(&head);
    if let Some(status) = refusal {
        return write!(client, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    }
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from, mut to) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        to.shutdown(Shutdown::Write)
    });
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Write)
}

/// A place with a catalogue that leads to a server.
fn place(host: &str, last_year: i32) -> Place {
    let place = Place::with(&[("archive", CONTENT)]);
    let digest = file_digest(&place.path("archive")).expect("a digest");
    let url = server(&place, host, last_year);
    let catalogue =
        format!(r#"{{"format":1,"releases":[{{"base":"{url}/20300101","archives":{{"{NAME}":"{digest}"}}}}]}}"#);
    place.write("catalogue.json", catalogue);
    empty_cache(&place);
    place
}

fn empty_cache(place: &Place) {
    let _ = std::fs::remove_dir_all(place.path("cache"));
    std::fs::create_dir_all(place.path("cache/archives")).expect("a directory");
}

/// Downloads with these variables in the environment, and no others that say anything of the network.
fn download(place: &Place, variables: &[(&str, &str)]) -> Command {
    let arguments = ["distribution", "download", "3.99", "--target-triple", "x86_64-unknown-linux-gnu"];
    let mut command = super::command(place, &[&arguments[..], &["--catalogue", "catalogue.json"]].concat());
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR");
    command.envs(variables.iter().copied());
    command
}

fn arrives(place: &Place, variables: &[(&str, &str)]) {
    let outcome = Outcome::of(&mut download(place, variables)).succeeds();
    assert_eq!(std::fs::read_to_string(outcome.stdout.trim()).expect("a file"), CONTENT);
    empty_cache(place);
}

#[test]
fn a_server_is_trusted_whose_certificates_are_named() {
    let good = place("127.0.0.1", 2090);
    let ca = good.text("ca.pem");
    arrives(&good, &[("SSL_CERT_FILE", &ca)]);
    good.command_fails(&mut download(&good, &[]), &["invalid peer certificate", "SSL_CERT_FILE"]);
    good.command_fails(
        &mut download(&good, &[("SSL_CERT_FILE", "/none.pem")]),
        &["cannot read the certificates that SSL_CERT_FILE", "/none.pem"],
    );
    for (host, last_year, reason) in [("other.example", 2090, "127.0.0.1"), ("127.0.0.1", 2001, "expired")] {
        let bad = place(host, last_year);
        let ca = bad.text("ca.pem");
        bad.command_fails(&mut download(&bad, &[("SSL_CERT_FILE", &ca)]), &["invalid peer certificate", reason]);
    }
}

#[test]
fn proxies_are_those_that_the_environment_names() {
    let place = place("127.0.0.1", 2090);
    let ca = place.text("ca.pem");
    let proxy = Proxy::new(None);
    let (plain, with_password) = (format!("http://{}", proxy.address), format!("http://ada:secret@{}", proxy.address));
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        arrives(&place, &[("SSL_CERT_FILE", &ca), (name, &plain)]);
        let heard = proxy.heard();
        assert!(heard.starts_with("CONNECT 127.0.0.1:") && !heard.contains("uthorization"), "{name}: {heard}");
    }
    arrives(&place, &[("SSL_CERT_FILE", &ca), ("HTTPS_PROXY", &with_password)]);
    // "ada:secret"
    let heard = proxy.heard().to_lowercase();
    assert!(heard.contains("proxy-authorization: basic ywrhonnly3jlda=="), "{heard}");
    arrives(&place, &[("SSL_CERT_FILE", &ca), ("HTTPS_PROXY", &plain), ("NO_PROXY", "example.com,127.0.0.1")]);
    assert_eq!(proxy.heard(), "");

    let refuses = Proxy::new(Some("407 Proxy Authentication Required"));
    let refuses = format!("http://ada:secret@{}", refuses.address);
    let outcome = place.command_fails(
        &mut download(&place, &[("SSL_CERT_FILE", &ca), ("HTTPS_PROXY", &refuses)]),
        &["407", "HTTPS_PROXY"],
    );
    assert!(!outcome.stderr.contains("secret"), "{outcome:?}");
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let nobody = format!("http://{nobody}");
    place.command_fails(&mut download(&place, &[("HTTPS_PROXY", &nobody)]), &["refused", "HTTPS_PROXY"]);
}
