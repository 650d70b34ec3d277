//! What functions of the dialect reach through their evaluation.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use pyox_linker::Progress;
use starlark::PrintHandler;
use starlark::any::ProvidesStaticType;
use starlark::eval::Evaluator;

use crate::options::{Event, Listener, Options};
use crate::session::Session;

/// What is asked of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Requested {
    /// The targets of the options.
    Targets,
    /// No targets.
    Nothing,
}

/// What one evaluation is about.
#[derive(ProvidesStaticType)]
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options<'a>,
    requested: Requested,
    listener: RefCell<&'a mut dyn Listener>,
    build_path: RefCell<Option<PathBuf>>,
    /// Resource files that programs of this evaluation share.
    shared: RefCell<BTreeSet<PathBuf>>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(options: &'a Options<'a>, requested: Requested, listener: &'a mut dyn Listener) -> Self {
        Self {
            options,
            requested,
            listener: RefCell::new(listener),
            build_path: RefCell::default(),
            shared: RefCell::default(),
        }
    }

    /// That of an evaluation.
    pub(crate) fn of<'c>(eval: &Evaluator<'_, 'c, 'a>) -> starlark::Result<&'c Self> {
        let extra = eval.extra.and_then(|extra| extra.downcast_ref::<Self>());
        extra.ok_or_else(|| anyhow::anyhow!("this is no evaluation of a configuration file").into())
    }

    /// The targets that are asked for.
    pub(crate) fn requested(&self, session: &Session<'_>) -> Vec<String> {
        match (self.requested, self.options.targets.as_slice()) {
            (Requested::Nothing, _) => Vec::new(),
            (Requested::Targets, []) => session.default_target(self.options.build_script).into_iter().collect(),
            (Requested::Targets, names) => names.to_vec(),
        }
    }

    /// A path, from the directory of the configuration file if it is relative.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let joined = self.options.directory().join(path);
        joined.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
    }

    pub(crate) fn set_build_path(&self, path: &str) {
        *self.build_path.borrow_mut() = Some(self.path(path));
    }

    /// The directory of all builds.
    pub(crate) fn build_root(&self) -> PathBuf {
        self.build_path.borrow().clone().unwrap_or_else(|| self.path("build"))
    }

    /// The directory of builds for this triple and profile (manual 4.5.1).
    pub(crate) fn build_path(&self) -> PathBuf {
        self.build_root().join(&self.options.target_triple).join(if self.options.release { "release" } else { "debug" })
    }

    /// Whether a resource file is written for the first time in this evaluation.
    pub(crate) fn is_first(&self, file: &Path) -> bool {
        self.shared.borrow_mut().insert(file.to_owned())
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        self.listener.borrow_mut().event(event);
    }

    /// Tells something that a person should know, with the place that is evaluated.
    pub(crate) fn note(&self, text: &str, eval: &Evaluator<'_, '_, '_>) {
        let position = eval.call_stack_top_location().map(|span| span.resolve().to_string());
        self.tell(&Event::Note { text, position });
    }

    /// Does something that tells its progress.
    pub(crate) fn with_progress<T>(&self, work: impl FnOnce(&mut dyn Progress) -> T) -> T {
        work(self.listener.borrow_mut().progress())
    }
}

impl PrintHandler for Context<'_> {
    fn println(&self, text: &str) -> starlark::Result<()> {
        self.tell(&Event::Printed { text });
        Ok(())
    }
}
