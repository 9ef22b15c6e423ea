//! Graphs: cross-certificates, loops, two keys under one name, certificates that lead nowhere, several anchors.

use pki::extension::KeyUsage;
use pki::path::{PolicyDemand, Purpose};

use super::chains::root;
use super::model::{Cert, Time, Told};
use super::names::{Dn, Sub};
use super::oracle::{Case, Trusted, expect};
use super::{Dice, judge_all};

/// An entity: a name and the number of a key. Some share a name.
const ENTITIES: [(&[&str], usize); 6] = [
    (&["Office", "One"], 1),
    (&["Office", "Two"], 2),
    (&["Office", "Two"], 3),
    (&["Office", "Three"], 4),
    (&["Bridge"], 5),
    (&["Root"], 6),
];

fn fault(dice: &mut Dice, cert: &mut Cert) {
    match dice.roll(10) {
        0 => cert.time = Time::Past,
        1 => cert.time = Time::Future,
        2 => cert.authority = None,
        3 => cert.length = Some(0),
        4 => cert.usage = Some(KeyUsage::CRL_SIGN),
        5 => cert.unknown = true,
        6 => cert.signer = 11,
        7 => cert.excluded = vec![Sub::Directory(Dn::of(&["Office", "Seals"]))],
        8 => cert.told = Told::Wrong,
        _ => cert.length = cert.authority.map(|_| 1),
    }
}

fn draw(seed: u64) -> Case {
    let mut dice = Dice(200_000 + seed);
    let entity = |(units, key): (&[&'static str], usize)| (Dn::of(units), key);
    let mut trusted = vec![root()];
    if dice.once_in(3) {
        let (name, key) = entity(ENTITIES[4]);
        trusted.push(Trusted {
            cert: Cert::authority((&name, key), (&name, key)),
            ..root()
        });
    }
    let anchors: Vec<(Dn, usize)> = trusted
        .iter()
        .map(|one| (one.cert.subject.clone(), one.cert.key))
        .collect();
    let mut others = Vec::new();
    for _ in 0..4 + dice.roll(6) {
        let own = entity(*dice.pick(&ENTITIES));
        let by = match dice.once_in(3) {
            true => dice.pick(&anchors).clone(),
            false => entity(*dice.pick(&ENTITIES)),
        };
        let mut cert = Cert::authority((&own.0, own.1), (&by.0, by.1));
        if dice.once_in(3) {
            fault(&mut dice, &mut cert);
        }
        others.push(cert);
    }
    let by = entity(*dice.pick(&ENTITIES[..4]));
    Case {
        leaf: Cert::leaf((&Dn::of(&["Office", "Seals", "No. 1"]), 9), (&by.0, by.1)),
        others,
        trusted,
        purpose: Purpose::DocumentSigning,
        policies: PolicyDemand::default(),
    }
}

#[test]
fn a_way_through_a_graph_is_found_where_the_oracle_knows_one() {
    let mut several = 0;
    let cases: Vec<(String, Case)> = (0..800)
        .map(|seed| (format!("seed {seed}"), draw(seed)))
        .inspect(|(_, case)| several += usize::from(expect(case).held.len() > 1))
        .collect();
    assert!(several >= 40, "{several} have more than one way");
    judge_all(
        cases,
        (800, 200),
        &[
            "path.critical-extension",
            "path.expired",
            "path.key-usage",
            "path.length",
            "path.name-excluded",
            "path.no-issuer",
            "path.not-an-authority",
            "path.not-yet-valid",
            "path.signature-differs",
        ],
    );
}

/// The way that holds is the one that is looked at last: the order of the candidates decides nothing.
#[test]
fn the_order_of_candidates_changes_no_verdict() {
    let mut turned = Vec::new();
    for seed in 0..150 {
        let mut case = draw(seed);
        case.others.reverse();
        turned.push((format!("seed {seed} from its end"), case));
    }
    judge_all(
        turned,
        (150, 30),
        &[
            "path.critical-extension",
            "path.expired",
            "path.name-excluded",
            "path.no-issuer",
            "path.not-an-authority",
            "path.not-yet-valid",
            "path.signature-differs",
        ],
    );
}
