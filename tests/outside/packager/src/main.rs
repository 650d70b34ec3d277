//! `packager PROGRAM WHEEL...` packs an application that is in no file, and wheels without their tests.

use pyox_build_cache::Cache;
use pyox_distribution::Installed;
use pyox_linker::{Compiled, LauncherSource as _, Silent};
use pyox_packaging::{ApplicationBuilder, Candidate, Decision, Entry, LayerBuilder, LayerKind, Policy};
use pyox_scanner::{MemorySource, ResourceSource as _, Wheel};

const MAIN: &str = "import pkgutil, greeting
print(greeting.text(pkgutil.get_data('app', 'name.txt').decode()), list(pkgutil.iter_modules(greeting.__path__)))
";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().ok_or("usage: packager PROGRAM WHEEL...")?;
    let (python, cache, policy) = (Installed::locate(None)?, Cache::of_user()?, Policy::default());
    let decide = |candidate: &Candidate<'_>, decision: &mut Decision| {
        decision.include &= !candidate.path.starts_with("pydoc_data/");
        decision.source = candidate.layer == LayerKind::Application;
        Ok(())
    };
    let builder = LayerBuilder::new(&python, policy.clone(), &cache).with_decisions(&decide);

    let standard_library = builder.standard_library(&mut Silent)?;
    let app = MemorySource::new().file("app/__init__.py", "").file("app/__main__.py", MAIN).file("app/name.txt", "Ada");
    let app = builder.layer(LayerKind::Application, &app, &[&standard_library], &mut Silent)?;
    let mut layers = vec![app, standard_library];
    for wheel in arguments {
        let wheel = Wheel::open(wheel)?.filter(|found| !found.resource.relative_path().contains("/tests/"));
        let below: Vec<_> = layers.iter().collect();
        layers.push(builder.layer(LayerKind::Wheel, &wheel, &below, &mut Silent)?);
    }

    let launcher = Compiled::new(&cache).launcher(&python, &mut Silent)?;
    let application = ApplicationBuilder::new(&python, policy, layers, Entry::Module("app".into()));
    let report = application.write(&launcher, program.as_ref(), &mut Silent)?;
    println!("{} modules", report.summary.modules);
    Ok(())
}
