//! What a declaration comes to, said before anything is done: what is read out, and signed off by its digest.

use std::fmt::Write;

use crate::declaration::Issued;
use crate::transcript::told;
use crate::{DRILL, Declaration, Duty, algorithm_of, hex};

impl Declaration {
    /// The plan, in lines; its last one is the digest that `hold` asks for.
    #[must_use]
    pub fn plan(&self) -> String {
        let mut lines = vec![self.title()];
        lines.extend(self.drill.map(|drill| {
            let at = told(drill.at);
            format!(
                "{DRILL}: every key follows from seed {} and is worth nothing; it is {at}",
                drill.seed
            )
        }));
        lines.extend(self.people());
        lines.push(self.opening());
        lines.extend(self.certificates.iter().map(told_issued));
        lines.extend(self.revoked.iter().map(|one| {
            let since = told(one.since);
            format!(
                "revoked: {} since {since}, reason {}",
                one.serial,
                one.reason.code()
            )
        }));
        let list = self.list;
        lines.push(format!(
            "list {}: the next one within {} days",
            list.number, list.days
        ));
        lines.push(format!("signed off: {}", hex(&self.digest())));
        lines.join("\n")
    }

    fn title(&self) -> String {
        format!("ceremony {}, session {}", self.name, self.session)
    }

    fn people(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for one in &self.participants {
            let mut line = format!("{}: {}", one.duty.word(), one.name);
            if let Some(share) = self
                .share_of(&one.name)
                .filter(|_| one.duty == Duty::Keeper)
            {
                let _ = write!(line, ", share {share}");
            }
            if one.key.is_some() {
                line.push_str(", signs the transcript");
            }
            lines.push(line);
        }
        lines
    }

    /// The first session makes the key; a later one opens it.
    fn opening(&self) -> String {
        let (any, of) = self.quorum();
        let days = self.root.days;
        let common = self.root.subject.common_name().unwrap_or_default();
        let witnesses = self.witnesses;
        match self.session {
            1 => format!(
                "made: the root {common:?} for {days} days ({}), and {of} shares of which any {any} open it; all keepers are there, and {witnesses} witnesses",
                kind(self)
            ),
            _ => format!(
                "opened: the root {common:?}, by shares of {any} of {of} keepers, before {witnesses} witnesses"
            ),
        }
    }
}

fn kind(declaration: &Declaration) -> String {
    let algorithm = algorithm_of(declaration.root.kind);
    let named = algorithm.map(|algorithm| format!("{algorithm:?}"));
    named.unwrap_or_default()
}

fn told_issued(issued: &Issued) -> String {
    let common = issued.subject.common_name().unwrap_or_default();
    let (profile, days) = (issued.profile.name, issued.days);
    let request = hex(&issued.request);
    format!(
        "certificate {}: {common:?}, {profile} for {days} days, {}.csr with SHA-256 {request}",
        issued.name, issued.name
    )
}
