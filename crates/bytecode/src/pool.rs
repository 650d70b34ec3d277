//! Jobs spread over worker processes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::process::{Reply, Request, Worker};
use crate::{Ask, WorkerError};

/// The workers of one Python. Those that wait for work are kept.
#[derive(Debug)]
pub(crate) struct Pool {
    executable: PathBuf,
    limit: usize,
    idle: Mutex<Vec<Worker>>,
}

impl Pool {
    pub(crate) fn new(executable: PathBuf) -> Self {
        let limit = thread::available_parallelism().map_or(1, usize::from);
        Self { executable, limit, idle: Mutex::default() }
    }

    pub(crate) fn limit(&mut self, workers: usize) {
        self.limit = workers.max(1);
    }

    /// Does all `jobs` with `work`, which may ask a worker, and returns the results in their order.
    pub(crate) fn run<J: Sync, R: Send>(
        &self,
        jobs: &[J],
        progress: &mut dyn FnMut(usize, usize),
        work: impl Fn(&J, Ask<'_>) -> R + Sync,
    ) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        let mut results: Vec<(usize, R)> = Vec::with_capacity(jobs.len());
        thread::scope(|scope| {
            for _ in 0..self.limit.min(jobs.len()) {
                let (sender, next, work) = (sender.clone(), &next, &work);
                scope.spawn(move || {
                    let mut worker = None;
                    while let Some((index, job)) = Some(next.fetch_add(1, Ordering::Relaxed))
                        .and_then(|index| jobs.get(index).map(|job| (index, job)))
                    {
                        let result = work(job, &mut |request| self.ask(&mut worker, request));
                        if sender.send((index, result)).is_err() {
                            break;
                        }
                    }
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(worker);
                });
            }
            drop(sender);
            for result in receiver {
                results.push(result);
                progress(results.len(), jobs.len());
            }
        });
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Asks the worker of a thread, which is taken from the idle ones, or started, when it is first needed.
    fn ask(&self, slot: &mut Option<Worker>, request: &Request<'_>) -> Result<Reply, WorkerError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = match slot.take().or_else(idle) {
            Some(worker) => worker,
            None => Worker::start(&self.executable)?,
        };
        // A worker that died is not put back: the next request starts another.
        let reply = worker.ask(request)?;
        *slot = Some(worker);
        Ok(reply)
    }
}
