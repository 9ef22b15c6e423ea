//! The loop: seeds, mutants, failures.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::mutate::mutate;
use super::seeds::{Seeds, own};
use super::target::Target;
use super::watch;

/// T-K7: an input that takes longer is a failure.
pub const SLOW: Duration = Duration::from_secs(1);
/// An input that has not come back by then is taken for a hang, and the run ends.
pub const HUNG: Duration = Duration::from_secs(30);
/// After how many inputs the memory is looked at.
const BATCH: usize = 64;
/// The most accepted mutants that are kept to go on from, and the most octets of them.
const KEPT: usize = 2000;
const KEPT_OCTETS: usize = 16 << 20;
/// After so many failures a target is left alone.
const ENOUGH: usize = 20;

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    static TRYING: Cell<bool> = const { Cell::new(false) };
}

/// What a run is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// From which all choices follow.
    pub seed: u64,
    /// How long each target is run.
    pub each: Duration,
    /// Where failures are written.
    pub failures: PathBuf,
    /// Whether each input is written before it is tried: for what ends the process.
    pub careful: bool,
}

/// What became of one target.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Inputs tried.
    pub inputs: u64,
    /// Inputs accepted.
    pub accepted: u64,
    /// The longest that one took.
    pub longest: Duration,
    /// The most memory resident, in octets.
    pub peak: u64,
    /// The files that failures were written to.
    pub failures: Vec<PathBuf>,
}

type Current = Arc<Mutex<Option<(Instant, &'static str, Vec<u8>)>>>;

/// Runs these targets one after the other; a line for each goes to `out`.
///
/// # Errors
/// `out` or the folder of failures cannot be written.
pub fn run(
    targets: &[&'static Target],
    asked: &Asked,
    out: &mut dyn Write,
) -> std::io::Result<Vec<Told>> {
    std::fs::create_dir_all(&asked.failures)?;
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|info| {
        if TRYING.get() {
            LAST_PANIC.with_borrow_mut(|text| *text = info.to_string());
        } else {
            eprintln!("the fuzzer itself: {info}");
        }
    }));
    let current = Current::default();
    let (_alive, watching) = watch_for_hangs(&current, &asked.failures);
    let seeds = Seeds::gather();
    let mut all = Vec::new();
    for target in targets {
        let told = Hunt::new(target, asked, &current).run(own(target), seeds.of(target));
        writeln!(
            out,
            "{:<18} {:>9} inputs {:>8} accepted, longest {:>5} ms, peak {:>4} MiB, {} failures",
            target.name,
            told.inputs,
            told.accepted,
            told.longest.as_millis(),
            told.peak >> 20,
            told.failures.len()
        )?;
        for path in &told.failures {
            writeln!(out, "  {}", path.display())?;
        }
        all.push(told);
    }
    drop(_alive);
    let _ = watching.join();
    std::panic::set_hook(before);
    Ok(all)
}

/// Ends the process where an input does not come back: nothing else can end it.
fn watch_for_hangs(current: &Current, folder: &Path) -> (Sender<()>, std::thread::JoinHandle<()>) {
    let (alive, ended) = channel::<()>();
    let (current, folder) = (Arc::clone(current), folder.to_owned());
    let thread = std::thread::spawn(move || {
        while ended.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
            let Ok(now) = current.lock() else {
                return;
            };
            if let Some((since, name, input)) = now.as_ref()
                && since.elapsed() > HUNG
            {
                let path = folder.join(format!("{name}-hang"));
                let _ = std::fs::write(&path, input);
                eprintln!("{name}: no answer within {HUNG:?}, see {}", path.display());
                std::process::exit(3);
            }
        }
    });
    (alive, thread)
}

/// What is kept of accepted mutants, behind the seeds.
struct Kept {
    first: usize,
    octets: usize,
}

impl Kept {
    fn take(&mut self, dice: &mut Dice, good: &mut Vec<Vec<u8>>, input: &[u8]) {
        if good.len() < self.first + KEPT && self.octets < KEPT_OCTETS {
            self.octets += input.len();
            good.push(input.to_vec());
            return;
        }
        let at = self.first + dice.below(good.len() - self.first);
        if let Some(old) = good.get_mut(at)
            && (input.len() <= old.len() || self.octets < KEPT_OCTETS)
        {
            self.octets = self.octets.saturating_sub(old.len()) + input.len();
            *old = input.to_vec();
        }
    }
}

/// One target being run.
struct Hunt<'a> {
    target: &'static Target,
    asked: &'a Asked,
    current: &'a Current,
    told: Told,
    seen: Vec<String>,
}

impl<'a> Hunt<'a> {
    fn new(target: &'static Target, asked: &'a Asked, current: &'a Current) -> Hunt<'a> {
        Hunt {
            target,
            asked,
            current,
            told: Told::default(),
            seen: Vec::new(),
        }
    }

    fn run(mut self, own: Vec<Vec<u8>>, mut others: Vec<Vec<u8>>) -> Told {
        let begun = Instant::now();
        let mut dice = Dice::named(self.asked.seed, self.target.name);
        watch::forget_peak();
        let floor = watch::peak();
        dice.shuffle(&mut others);
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for seed in own.into_iter().chain(others) {
            // A third of the time at most goes into trying what was there.
            if begun.elapsed() > self.asked.each / 3 {
                break;
            }
            if self.attempt(&seed) {
                good.push(seed);
            } else {
                bad.push(seed);
            }
        }
        let mut kept = Kept {
            first: good.len(),
            octets: 0,
        };
        let mut batch: Vec<Vec<u8>> = Vec::with_capacity(BATCH);
        while begun.elapsed() < self.asked.each && self.told.failures.len() < ENOUGH {
            let from = if bad.is_empty() || (!good.is_empty() && !dice.once_in(5)) {
                &good
            } else {
                &bad
            };
            let parent = dice.one(from).map(Vec::as_slice).unwrap_or_default();
            let input = mutate(&mut dice, self.target.shape, parent, from, self.target.most);
            if self.attempt(&input) {
                kept.take(&mut dice, &mut good, &input);
            }
            batch.push(input);
            if batch.len() == BATCH {
                self.weigh(floor, &batch);
                batch.clear();
            }
        }
        self.told.peak = self.told.peak.max(watch::peak());
        self.told
    }

    /// Tries one input; says whether it was accepted.
    fn attempt(&mut self, input: &[u8]) -> bool {
        self.told.inputs += 1;
        if self.asked.careful {
            let _ = std::fs::write(self.asked.failures.join("current"), input);
        }
        let (answer, took) = self.timed(input);
        self.told.longest = self.told.longest.max(took);
        match answer {
            Ok(accepted) => {
                if took > SLOW {
                    self.slow(input);
                }
                self.told.accepted += u64::from(accepted);
                accepted
            }
            Err(()) => {
                let text = LAST_PANIC.with_borrow(String::clone);
                self.fail("panic", &text, input);
                false
            }
        }
    }

    fn timed(&self, input: &[u8]) -> (Result<bool, ()>, Duration) {
        let begun = Instant::now();
        if let Ok(mut current) = self.current.lock() {
            *current = Some((begun, self.target.name, input.to_vec()));
        }
        TRYING.set(true);
        let answer = catch_unwind(AssertUnwindSafe(|| (self.target.read)(input)));
        TRYING.set(false);
        if let Ok(mut current) = self.current.lock() {
            *current = None;
        }
        (answer.map_err(drop), begun.elapsed())
    }

    /// Tried again by processor time: a busy machine is not the input's fault.
    fn slow(&mut self, input: &[u8]) {
        for _ in 0..2 {
            let before = watch::processor_time();
            let (_, took) = self.timed(input);
            let spent = match (before, watch::processor_time()) {
                (Some(before), Some(after)) => after.saturating_sub(before),
                _ => took,
            };
            if spent <= SLOW {
                return;
            }
        }
        self.fail("slow", "", input);
    }

    /// Where a batch took too much memory, each of its inputs is tried alone.
    fn weigh(&mut self, floor: u64, batch: &[Vec<u8>]) {
        let limit = floor + (self.target.memory << 20);
        let peak = watch::peak();
        self.told.peak = self.told.peak.max(peak);
        if peak <= limit {
            return;
        }
        for input in batch {
            watch::forget_peak();
            let before = watch::peak();
            let _ = self.timed(input);
            if watch::peak().saturating_sub(before) > self.target.memory << 20 {
                self.fail("memory", "", input);
            }
        }
        watch::forget_peak();
    }

    /// Writes a failure, one for each place.
    fn fail(&mut self, kind: &str, text: &str, input: &[u8]) {
        let place = format!("{kind} {}", text.lines().next().unwrap_or_default());
        if self.seen.iter().filter(|seen| **seen == place).count() >= 2 {
            return;
        }
        let digest: String = crypto::sha256(input)
            .iter()
            .take(6)
            .map(|octet| format!("{octet:02x}"))
            .collect();
        let name = format!("{}-{kind}-{digest}", self.target.name);
        let path = self.asked.failures.join(name);
        let _ = std::fs::write(&path, input);
        if !text.is_empty() {
            let _ = std::fs::write(path.with_extension("txt"), text);
        }
        self.seen.push(place);
        self.told.failures.push(path);
    }
}
