//! Processes that run on, grow or go down, and others beside them. Without the harness: this program is itself what is started.

use std::hint::black_box;
use std::io::{stdin, stdout};

use cell::{Cell, Cells, Ended, Limits, Program, this_program, work};

/// The smallest there is of time, and of memory what a test can fill at once.
const LITTLE: Limits = Limits {
    seconds: 1,
    memory: 32 << 20,
};

fn main() {
    if std::env::args().nth(1).as_deref() == Some("work") {
        let ended = work(&mut stdin().lock(), &mut stdout().lock(), &mut answer);
        ended.expect("the other side is there");
        return;
    }
    for (name, test) in TESTS {
        test();
        println!("{name} ... ok");
    }
}

const TESTS: [(&str, fn()); 7] = [
    ("what_is_asked_is_answered", what_is_asked_is_answered),
    ("what_runs_on_ends_as_time", what_runs_on_ends_as_time),
    ("what_grows_ends_as_memory", what_grows_ends_as_memory),
    ("what_nests_ends_as_memory", what_nests_ends_as_memory),
    ("what_goes_down_is_lost", what_goes_down_is_lost),
    (
        "others_are_answered_meanwhile",
        others_are_answered_meanwhile,
    ),
    (
        "limits_begin_with_each_document",
        limits_begin_with_each_document,
    ),
];

/// What the process does with a question.
fn answer(parts: Vec<Vec<u8>>) -> Vec<u8> {
    match parts.first().map(Vec::as_slice) {
        Some(b"run on") => loop {
            black_box(&parts);
        },
        Some(b"grow") => {
            let mut held = Vec::new();
            loop {
                held.push(vec![1_u8; 1 << 20]);
                black_box(&held);
            }
        }
        Some(b"hold") => {
            let held = vec![1_u8; 24 << 20];
            black_box(&held).len().to_string().into_bytes()
        }
        Some(b"nest") => nested(0).to_string().into_bytes(),
        Some(b"work") => {
            // Not quite half a second of processor time, so that some of them are more than one document gets.
            let until = ticks() + 40;
            while ticks() < until {
                black_box(&parts);
            }
            b"worked".to_vec()
        }
        Some(b"go down") => std::process::exit(3),
        Some(b"environment") => std::env::vars().count().to_string().into_bytes(),
        _ => parts.concat(),
    }
}

#[expect(unconditional_recursion, reason = "that is what is looked at")]
fn nested(depth: u64) -> u64 {
    black_box(nested(black_box(depth) + 1)) + depth
}

/// Hundredths of a second of processor time that this process took.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("the system says");
    let (_, fields) = stat.rsplit_once(") ").expect("a name and fields");
    let times = fields.split(' ').skip(11).take(2);
    times
        .map(|time| time.parse::<u64>().expect("a number"))
        .sum()
}

fn program() -> Program {
    Program {
        path: this_program().expect("this program"),
        arguments: vec!["work".into()],
    }
}

fn asked(what: &[u8], limits: Limits) -> Result<Vec<u8>, Ended> {
    let mut cell = Cell::start(&program()).expect("it starts");
    cell.ask(limits, &[what])
}

fn what_is_asked_is_answered() {
    let mut cell = Cell::start(&program()).expect("it starts");
    let large = vec![7; 3 << 20];
    let answer = cell.ask(Limits::OF_A_DOCUMENT, &[b"a", b"", &large]);
    assert_eq!(answer, Ok([b"a".as_slice(), &large].concat()));
    assert_eq!(cell.ask_more(&[b"more"]), Ok(b"more".to_vec()));
    assert!(cell.peak() > 3 << 10, "{}", cell.peak());
    // Nothing of ours goes with it but the bound of the allocator.
    assert_eq!(cell.ask_more(&[b"environment"]), Ok(b"1".to_vec()));
}

fn what_runs_on_ends_as_time() {
    assert_eq!(asked(b"run on", LITTLE), Err(Ended::Time));
}

fn what_grows_ends_as_memory() {
    assert_eq!(asked(b"grow", LITTLE), Err(Ended::Memory));
    assert!(asked(b"hold", LITTLE).is_ok(), "that much it gets");
    // What is too much is refused where it is received already.
    let large = vec![7; 96 << 20];
    let mut cell = Cell::start(&program()).expect("it starts");
    assert!(cell.ask(LITTLE, &[b"a"]).is_ok());
    assert_eq!(cell.ask_more(&[&large]), Err(Ended::Memory));
}

fn what_nests_ends_as_memory() {
    assert_eq!(asked(b"nest", LITTLE), Err(Ended::Memory));
}

fn what_goes_down_is_lost() {
    let mut cell = Cell::start(&program()).expect("it starts");
    assert_eq!(cell.ask(LITTLE, &[b"go down"]), Err(Ended::Lost));
    assert_eq!(cell.ask_more(&[b"a"]), Err(Ended::Lost));
}

fn others_are_answered_meanwhile() {
    let cells = Cells::of(program());
    std::thread::scope(|scope| {
        let running = scope.spawn(|| cells.take().expect("it starts").ask(LITTLE, &[b"run on"]));
        for round in 0..50_u8 {
            let mut cell = cells.take().expect("it starts");
            assert_eq!(cell.ask(LITTLE, &[&[round]]), Ok(vec![round]));
            cells.give_back(cell);
        }
        assert_eq!(running.join().expect("it ends"), Err(Ended::Time));
    });
    let mut cell = cells.take().expect("one is left");
    assert_eq!(cell.ask(LITTLE, &[b"after"]), Ok(b"after".to_vec()));
}

fn limits_begin_with_each_document() {
    let two = Limits {
        seconds: 2,
        ..LITTLE
    };
    let mut cell = Cell::start(&program()).expect("it starts");
    for _ in 0..6 {
        assert_eq!(cell.ask(two, &[b"work"]), Ok(b"worked".to_vec()));
    }
    let spent = (0..20).find_map(|_| cell.ask_more(&[b"work"]).err());
    assert_eq!(
        spent,
        Some(Ended::Time),
        "more about one document is one document"
    );
}
