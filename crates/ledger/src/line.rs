//! A line of the ledger, from its entry in the trace.

use backoffice::said::moment;
use registry::trace::Entry;
use serde::Serialize;

/// One use of a seal: what was signed, in one or two suites, under whose release (D23).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Line {
    /// When it was written, before the key signed, RFC 3339.
    pub(crate) moment: String,
    /// The seal.
    pub(crate) seal: String,
    /// In whose trace it is, and its number there.
    pub(crate) department: String,
    /// Its number there.
    pub(crate) entry: u64,
    /// What the seal was to stand on, or `seal-test`, which left nowhere.
    pub(crate) purpose: String,
    /// For which matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matter: Option<String>,
    /// In which case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) case: Option<String>,
    /// On which decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<String>,
    /// The licence, or the job of another document.
    pub(crate) object: String,
    /// The job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<String>,
    /// Whether what was sealed was not sent here, but its digest alone: nobody here has seen it (T-S5).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) content_not_sent: bool,
    /// From 1; more than one where a process was lost on the way.
    pub(crate) attempt: u64,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requester: Option<String>,
    /// Who decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decider: Option<String>,
    /// Who released.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) releaser: Option<String>,
    /// SHA-256 of what the key of the international suite was given to sign; two, with a space between, where both files are of this suite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) international: Option<String>,
    /// The same of the key of the national suite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sm: Option<String>,
}

/// How the keys of seals are named, by suite.
const INTERNATIONAL: &str = "seal-";
const NATIONAL: &str = "sm-seal-";

/// What the purpose of a test is called: it has no leaf (D3).
pub(crate) const TEST: &str = "seal-test";

impl Line {
    /// The line of an entry; without the people where they are not to be named.
    pub(crate) fn of(entry: &Entry, names: bool) -> Line {
        let detail = |name: &str| {
            let mut lines = entry.detail.lines().filter_map(|line| line.split_once('='));
            let found = lines.find(|(found, _)| *found == name);
            found.map(|(_, value)| value.to_owned())
        };
        let key = entry.key.as_deref().unwrap_or_default();
        let mut line = Line {
            moment: moment(entry.moment),
            department: entry.department.clone(),
            entry: entry.number,
            purpose: detail("document-purpose")
                .or(detail("purpose"))
                .unwrap_or_default(),
            matter: detail("matter"),
            case: detail("case").filter(|case| !case.is_empty()),
            decision: Some(entry.ground.clone()).filter(|ground| !ground.is_empty()),
            object: entry.object.clone(),
            job: detail("job"),
            content_not_sent: detail("content").is_some_and(|content| content == "not-sent"),
            attempt: detail("attempt")
                .and_then(|text| text.parse().ok())
                .unwrap_or(1),
            ..Line::default()
        };
        line.signs(key, detail("digest"));
        if let Some(beside) = detail("beside") {
            line.signs(&beside, detail("digest_beside"));
        }
        if names {
            line.requester = detail("requester");
            line.decider = detail("decider");
            // A test is released by who is the actor of its entry.
            let tester = (line.purpose == TEST).then(|| entry.actor.clone());
            line.releaser = detail("releaser").or(tester);
        }
        line
    }

    /// What a key was given to sign.
    fn signs(&mut self, key: &str, digest: Option<String>) {
        let (seal, digests) = match (key.strip_prefix(NATIONAL), key.strip_prefix(INTERNATIONAL)) {
            (Some(seal), _) => (seal, &mut self.sm),
            (None, Some(seal)) => (seal, &mut self.international),
            (None, None) => return,
        };
        seal.clone_into(&mut self.seal);
        let both: Vec<String> = digests.take().into_iter().chain(digest).collect();
        *digests = Some(both.join(" ")).filter(|both| !both.is_empty());
    }

    /// Whether somebody has part in it.
    pub(crate) fn names(&self, person: &str) -> bool {
        [&self.requester, &self.decider, &self.releaser]
            .into_iter()
            .any(|found| found.as_deref() == Some(person))
    }
}
