//! Paths from generators: each case is a small graph of certificates with its faults, and RFC 5280 6.1, worked out by
//! an oracle that shares nothing with `pki::path`, says what has to come of it.

use std::collections::{BTreeMap, BTreeSet};

use pki::certificate::Certificate;
use pki::path::{Anchor, AnchorPurposes, AnchorRules, Budget, Purpose, Question, validate};
use time::Duration;

use super::forge::AT;
use model::{Cert, Keys};
use oracle::{Case, Trusted};

#[path = "generated/chains.rs"]
mod chains;
#[path = "generated/graphs.rs"]
mod graphs;
#[path = "generated/model.rs"]
mod model;
#[path = "generated/names.rs"]
mod names;
#[path = "generated/naming.rs"]
mod naming;
#[path = "generated/oracle.rs"]
mod oracle;
#[path = "generated/tree.rs"]
mod tree;

/// Numbers from a seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let sides = u64::try_from(sides).expect("small");
        usize::try_from((mixed ^ (mixed >> 31)) % sides).expect("small")
    }

    pub(crate) fn once_in(&mut self, many: usize) -> bool {
        self.roll(many) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

fn anchor(trusted: &Trusted, place: usize, keys: &Keys) -> Anchor {
    let serial = u8::try_from(200 + place).expect("few");
    let made = Anchor::of(trusted.cert.make(serial, keys)).expect("a key");
    let made = match trusted.as_certified {
        true => made,
        false => made.with_rules(AnchorRules::NameAndKey),
    };
    let made = match trusted.for_this {
        true => made,
        false => made.with_purposes(AnchorPurposes::These(vec![Purpose::Log])),
    };
    match trusted.at_this {
        true => made,
        false => made.within(None, Some(AT)),
    }
}

/// What is wrong with the answer to a case; `None` where it is as the oracle has it.
fn ask(case: &Case, keys: &Keys, met: &mut Met) -> Option<String> {
    let make = |(place, cert): (usize, &Cert)| cert.make(u8::try_from(place).expect("few"), keys);
    let others: Vec<Certificate> = case.others.iter().enumerate().map(make).collect();
    let leaf = case.leaf.make(199, keys);
    let trusted = case.trusted.iter().enumerate();
    let anchors: Vec<Anchor> = trusted
        .map(|(place, one)| anchor(one, place, keys))
        .collect();
    let question = Question::new(case.purpose, AT).with_policies(case.policies);
    let answer = validate(&leaf, &others, &anchors, &question, &mut Budget::new());
    let expected = oracle::expect(case);
    match answer {
        Ok(chain) => {
            met.good += 1;
            let through = chain.issued().iter().skip(1);
            let through: Vec<Option<usize>> = through
                .map(|one| others.iter().position(|other| other == one))
                .collect();
            let policies: BTreeSet<asn1::Oid> = chain.policies().iter().copied().collect();
            let fits = expected.held.iter().any(|held| {
                held.policies == policies
                    && held
                        .through
                        .iter()
                        .copied()
                        .map(Some)
                        .eq(through.iter().copied())
            });
            (!fits).then(|| format!("holds through {through:?} with {policies:?}: {expected:?}"))
        }
        Err(error) => {
            let fault = (error.fault.code(), error.fault.at());
            *met.faults.entry(fault.0).or_default() += 1;
            let fits = expected.held.is_empty() && expected.faults.contains(&fault);
            (!fits).then(|| format!("{fault:?}: {expected:?}"))
        }
    }
}

/// What came of the cases of a family.
#[derive(Default)]
struct Met {
    good: usize,
    faults: BTreeMap<&'static str, usize>,
}

/// Asks every case; `good` at least hold, and each of `codes` is met.
pub(crate) fn judge_all(
    cases: impl IntoIterator<Item = (String, Case)>,
    (least, good): (usize, usize),
    codes: &[&str],
) {
    let keys = Keys::new();
    let (mut met, mut wrong, mut count) = (Met::default(), Vec::new(), 0);
    for (name, case) in cases {
        count += 1;
        wrong.extend(ask(&case, &keys, &mut met).map(|what| format!("{name}: {what}")));
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(5)]
    );
    assert!(count >= least, "{count} cases");
    assert!(met.good >= good, "{} of {count} hold", met.good);
    let found: BTreeSet<&str> = met.faults.keys().copied().collect();
    assert_eq!(found, codes.iter().copied().collect(), "{:?}", met.faults);
}

/// The moment after which nothing of ours is valid: what `Time` is measured from lies well within.
#[test]
fn the_moment_that_is_judged_lies_within_what_is_made() {
    assert!(super::forge::FIRST < AT - Duration::DAY && AT + Duration::DAY < super::forge::LAST);
}
