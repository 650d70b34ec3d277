//! Programs in a real terminal, that of tmux: what curses and readline make of `TERM`.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use pyox_distribution::Host as _;
use pyox_test_support::Place;
use pyox_test_support::pythons::newest;

/// Draws, waits for a key, and reads a line that is edited.
const SCRIPT: &str = r#"
import curses, readline

def draw(screen):
    screen.addstr(1, 2, "drawn by " + curses.termname().decode())
    screen.refresh()
    return screen.getkey()

try:
    print("key", curses.wrapper(draw))
except curses.error as error:
    print("no terminal:", error)
print("said", input("say: "))
"#;

/// A made-up terminal, which no machine knows; it moves the cursor and clears as ANSI terminals do.
const ODD: &str = "pyox-odd|a terminal of a test,\n\tam, cols#80, lines#24,\n\tbel=^G, clear=\\E[H\\E[J, cr=\\r, \
                   cub1=\\b, cud1=\\n, cuf1=\\E[C, cup=\\E[%i%p1%d;%p2%dH, cuu1=\\E[A, ed=\\E[J, el=\\E[K, home=\\E[H,\
                   \n\tind=\\n, kbs=\\b, kcub1=\\E[D, kcuf1=\\E[C,\n";

/// A session of tmux, with a server of its own.
struct Session {
    server: String,
}

impl Session {
    fn start(place: &Place, program: &str, term: &str) -> anyhow::Result<Self> {
        let session = Self { server: format!("pyox-{}-{program}-{term}", std::process::id()) };
        let command = format!("env -i TERM={term} {}; sleep 60", place.path(program).display());
        session.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", &command])?;
        Ok(session)
    }

    fn tmux(&self, words: &[&str]) -> anyhow::Result<String> {
        let output = Command::new("tmux").args(["-L", &self.server]).args(words).output().context("tmux starts")?;
        ensure!(output.status.success(), "tmux {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Waits until the screen has a text.
    fn shows(&self, text: &str) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"])?;
            if screen.contains(text) {
                return Ok(());
            }
            ensure!(start.elapsed() < Duration::from_secs(30), "no {text:?} on\n{screen}");
            sleep(Duration::from_millis(50));
        }
    }

    fn types(&self, keys: &[&str]) -> anyhow::Result<()> {
        self.tmux(&[&["send-keys"], keys].concat()).map(drop)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}

#[test]
fn curses_and_readline_work_whatever_the_terminal_is_called() -> anyhow::Result<()> {
    if std::env::var_os("PYOX_TEST_ALL").is_none() {
        return Ok(());
    }
    let place = Place::with(&[("app.py", SCRIPT), ("odd.ti", ODD)]);
    let python = newest().executable().display().to_string();
    for (name, terminfo) in
        [("dynamic", "dynamic"), ("own", "static:$ORIGIN/terminfo:/lib/terminfo:/usr/share/terminfo")]
    {
        place.run(["pack", "app.py", "--python", &python, "--terminfo", terminfo, "-o", name]).succeeds();
    }
    let status = Command::new("tic").args(["-o", "terminfo", "odd.ti"]).current_dir(place.path(".")).status()?;
    ensure!(status.success(), "tic takes the description");
    for (program, term) in [
        ("dynamic", "xterm-256color"),
        ("dynamic", "screen"),
        ("dynamic", "tmux-256color"),
        ("dynamic", "vt100"),
        ("dynamic", "linux"),
        ("dynamic", "dumb"),
        ("own", "pyox-odd"),
        ("own", "xterm"),
    ] {
        let session = Session::start(&place, program, term)?;
        session.shows(&format!("drawn by {term}"))?;
        session.types(&["x"])?;
        session.shows("key x")?;
        session.shows("say:")?;
        // The cursor goes back over a letter.
        session.types(&["helo", "Left", "l", "Enter"])?;
        session.shows("said hello")?;
    }
    for term in ["pyox-odd", "no-such-terminal"] {
        let session = Session::start(&place, "dynamic", term)?;
        session.shows("no terminal: setupterm: could not find terminal")?;
        session.types(&["still", "Enter"])?;
        session.shows("said still")?;
    }
    Ok(())
}
