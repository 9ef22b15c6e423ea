//! Every form of name against subtrees of every form, permitted and excluded, by each authority and of each certificate.

use super::chains::chain;
use super::judge_all;
use super::names::{Dn, Named, Sub};
use super::oracle::Case;

const NET: u128 = 0x2001_0db8 << 96;

fn subtrees() -> Vec<Sub> {
    vec![
        Sub::Dns("office.example"),
        Sub::Dns("a.Office.example"),
        Sub::Dns("xoffice.example"),
        Sub::Dns(""),
        Sub::Mailbox("clerk", "office.example"),
        Sub::MailHost("office.example"),
        Sub::MailBelow("office.example"),
        Sub::UriHost("office.example"),
        Sub::UriBelow("office.example"),
        Sub::Net4([192, 0, 2, 0], 24),
        Sub::Net4([192, 0, 2, 128], 25),
        Sub::Net4([0; 4], 0),
        Sub::Net6(NET, 32),
        Sub::Net6(NET + 1, 128),
        Sub::Directory(Dn::of(&["office"])),
        Sub::Directory(Dn::of(&["Office", "Seals"])),
        Sub::Other,
    ]
}

fn names() -> Vec<Named> {
    vec![
        Named::Dns("office.example"),
        Named::Dns("A.office.EXAMPLE"),
        Named::Dns("b.a.office.example"),
        Named::Dns("example"),
        Named::Dns("notoffice.example"),
        Named::Wildcard("office.example"),
        Named::Wildcard("example"),
        Named::Mail("clerk", "Office.example"),
        Named::Mail("Clerk", "office.example"),
        Named::Mail("clerk", "a.office.example"),
        Named::Mail("clerk", "elsewhere.example"),
        Named::Uri("office.example"),
        Named::Uri("a.office.example"),
        Named::Uri("notoffice.example"),
        Named::Ip4([192, 0, 2, 7]),
        Named::Ip4([192, 0, 2, 200]),
        Named::Ip4([192, 0, 3, 7]),
        Named::Ip6(NET + 1),
        Named::Ip6(NET + (1 << 90)),
        Named::Ip6(1),
        Named::Directory(Dn::of(&["Office", "Seals", "No. 7"])),
        Named::Directory(Dn::of(&["Office"])),
        Named::Directory(Dn::of(&["Offices", "Seals"])),
        Named::Other,
    ]
}

/// Which of the two lists of which authority has the subtree: the one above the leaf, the one above it, the anchor.
fn constrain(case: &mut Case, by: usize, excluded: bool, subtree: Sub) {
    let cert = match by {
        0 | 1 => &mut case.others[1 - by],
        _ => &mut case.trusted[0].cert,
    };
    let list = if excluded {
        &mut cert.excluded
    } else {
        &mut cert.permitted
    };
    list.push(subtree);
}

const FOUND: &[&str] = &[
    "path.name-excluded",
    "path.name-not-comparable",
    "path.name-not-permitted",
];

#[test]
fn each_name_against_each_subtree_is_what_the_oracle_says() {
    let mut cases = Vec::new();
    for (place, subtree) in subtrees().into_iter().enumerate() {
        for (number, name) in names().into_iter().enumerate() {
            for excluded in [false, true] {
                let mut case = chain(2);
                let by = (place + number) % 3;
                constrain(&mut case, by, excluded, subtree.clone());
                let told = format!("{subtree:?} of {by}, excluded {excluded}, {name:?}");
                case.leaf.names.push(name.clone());
                cases.push((told, case));
            }
        }
    }
    judge_all(cases, (800, 400), FOUND);
}

#[test]
fn constraints_of_two_authorities_and_names_of_two_certificates_are_what_the_oracle_says() {
    let (subtrees, names) = (subtrees(), names());
    let cases = (0..400).map(|seed| {
        let mut dice = super::Dice(50_000 + seed);
        let mut case = chain(2);
        for by in 0..3 {
            for _ in 0..dice.roll(3) {
                let excluded = dice.once_in(4);
                constrain(&mut case, by, excluded, dice.pick(&subtrees).clone());
            }
        }
        for _ in 0..dice.roll(3) {
            case.leaf.names.push(dice.pick(&names).clone());
        }
        if dice.once_in(3) {
            case.others[1].names.push(dice.pick(&names).clone());
        }
        if dice.once_in(4) {
            case.leaf.subject.mail =
                Some(*dice.pick(&[("clerk", "office.example"), ("clerk", "elsewhere.example")]));
        }
        if dice.once_in(4) {
            // Self-issued: spared, where it is not the last.
            case.others[1].subject = case.others[1].issuer.clone();
            case.leaf.issuer = case.others[1].subject.clone();
        }
        (format!("seed {seed}"), case)
    });
    judge_all(cases, (400, 100), FOUND);
}

/// Every place of a chain self-issued, the last included, under constraints that are of its own name or of another.
#[test]
fn a_self_issued_certificate_in_each_place_is_what_the_oracle_says() {
    let mut cases = Vec::new();
    for (of, by, excluded, subtree) in places() {
        let mut case = chain(2);
        let above = match of {
            0 => case.trusted[0].cert.subject.clone(),
            at => case.others[at - 1].subject.clone(),
        };
        match case.others.get_mut(of) {
            Some(own) => own.subject = above.clone(),
            None => case.leaf.subject = above.clone(),
        }
        match of {
            0 => case.others[1].issuer = above.clone(),
            1 => case.leaf.issuer = above.clone(),
            _ => {}
        }
        let subtree = subtree.map_or_else(|| above.clone(), Dn::of);
        let told = format!("{of} self-issued, by {by}, excluded {excluded}, {subtree:?}");
        constrain(&mut case, by, excluded, Sub::Directory(subtree));
        cases.push((told, case));
    }
    judge_all(
        cases,
        (36, 10),
        &["path.name-excluded", "path.name-not-permitted"],
    );
}

/// Who is self-issued, from the anchor down; whose constraint; excluded; which subtree, or that of its name.
fn places() -> Vec<(usize, usize, bool, Option<&'static [&'static str]>)> {
    let mut all = Vec::new();
    for (of, by) in (0..3).flat_map(|of| (0..3).map(move |by| (of, by))) {
        for excluded in [false, true] {
            all.push((of, by, excluded, None));
            all.push((of, by, excluded, Some(&["Office", "Seals"] as &[&str])));
        }
    }
    all
}

#[test]
fn an_address_of_mail_in_the_subject_is_a_name() {
    let mut cases = Vec::new();
    for subtree in subtrees()
        .into_iter()
        .filter(|one| one.form() == super::names::Form::Mail)
    {
        for (excluded, host) in [false, true].into_iter().flat_map(|one| {
            ["office.example", "a.office.example", "b.example"].map(|host| (one, host))
        }) {
            let mut case = chain(2);
            constrain(&mut case, 1, excluded, subtree.clone());
            case.leaf.subject.mail = Some(("clerk", host));
            cases.push((format!("{subtree:?}, {excluded}, {host}"), case));
        }
    }
    judge_all(
        cases,
        (18, 5),
        &["path.name-excluded", "path.name-not-permitted"],
    );
}
