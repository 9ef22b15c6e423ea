//! What a check answers about a licence (`domain` 4.6), and the verdict that follows from it.

use serde::{Deserialize, Serialize};

use crate::effect::Indication;

/// Overall verdicts (T-V1). Anything unexpected is *not processed* or *indeterminate*, never *valid*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that was asked holds.
    Valid,
    /// Something that would be needed to say is missing.
    Indeterminate,
    /// There is no signature.
    NotSigned,
    /// The artefact was not looked at to the end: its kind is not judged, or a limit was met.
    NotProcessed,
    /// It does not hold.
    Invalid,
}

/// What is told about a licence, in the order in which the first hit wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Not what was signed.
    Altered,
    /// Issuer or seal not in the trust list, or out of scope at the time of signing.
    Untrusted,
    /// No such licence.
    Unknown,
    /// Void: an issue error found before any use.
    Void,
    /// Ended, by a list that does not say how (D20).
    Ended,
    /// Ended: 撤销.
    Annulled,
    /// Ended: 撤回.
    Withdrawn,
    /// Ended: 吊销.
    Revoked,
    /// Ended: 注销.
    Deregistered,
    /// A later version holds.
    Superseded,
    /// Stopped for a time.
    Suspended,
    /// Issued, starts later.
    NotYetValid,
    /// Its period is over.
    Expired,
    /// The presentation is too old.
    PresentationExpired,
    /// Presented by somebody else.
    HolderMismatch,
    /// The presentation was used before.
    AlreadyUsed,
    /// Good signature, and no status young enough.
    StatusUnknown,
    /// Valid.
    Valid,
}

impl Answer {
    /// Every answer, in the order of `domain` 4.6.
    pub const ALL: [Answer; 18] = [
        Answer::Altered,
        Answer::Untrusted,
        Answer::Unknown,
        Answer::Void,
        Answer::Ended,
        Answer::Annulled,
        Answer::Withdrawn,
        Answer::Revoked,
        Answer::Deregistered,
        Answer::Superseded,
        Answer::Suspended,
        Answer::NotYetValid,
        Answer::Expired,
        Answer::PresentationExpired,
        Answer::HolderMismatch,
        Answer::AlreadyUsed,
        Answer::StatusUnknown,
        Answer::Valid,
    ];

    /// Its code, such as `not_yet_valid`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.told().0
    }

    /// The answer of this code.
    #[must_use]
    pub fn find(code: &str) -> Option<Answer> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    /// The verdict that follows where the signature is good.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        match self {
            Answer::Valid => Verdict::Valid,
            Answer::Untrusted | Answer::Unknown | Answer::StatusUnknown => Verdict::Indeterminate,
            _ => Verdict::Invalid,
        }
    }

    /// One sentence for a person, in Chinese.
    #[must_use]
    pub fn chinese(self) -> &'static str {
        self.told().1
    }

    /// One sentence for a person, in English.
    #[must_use]
    pub fn english(self) -> &'static str {
        self.told().2
    }

    fn told(self) -> (&'static str, &'static str, &'static str) {
        // Every answer has its row; `codes_lead_back_and_are_those_of_serialisation` holds that.
        SENTENCES
            .iter()
            .find(|row| row.0 == self)
            .map_or(("", "", ""), |row| (row.1, row.2, row.3))
    }
}

/// Code, Chinese and English of each answer.
const SENTENCES: [(Answer, &str, &str, &str); 18] = [
    (
        Answer::Altered,
        "altered",
        "该证照在签章之后被改动，不可采信。",
        "This licence was changed after it was sealed; do not rely on it.",
    ),
    (
        Answer::Untrusted,
        "untrusted",
        "签发机关或印章不在信任列表内，或签章时超出其权限。",
        "The issuer or its seal is not in the trust list, or acted outside its scope.",
    ),
    (
        Answer::Unknown,
        "unknown",
        "登记库中没有这份证照。",
        "The register does not know this licence.",
    ),
    (
        Answer::Void,
        "void",
        "该证照已作废。",
        "This licence is void.",
    ),
    (
        Answer::Ended,
        "ended",
        "该证照已终止；终止方式以登记库为准。",
        "This licence has ended; the register says how.",
    ),
    (
        Answer::Annulled,
        "annulled",
        "该证照已被撤销。",
        "This licence was annulled.",
    ),
    (
        Answer::Withdrawn,
        "withdrawn",
        "该证照已被撤回。",
        "This licence was withdrawn.",
    ),
    (
        Answer::Revoked,
        "revoked",
        "该证照已被吊销。",
        "This licence was revoked as a penalty.",
    ),
    (
        Answer::Deregistered,
        "deregistered",
        "该证照已注销。",
        "This licence was deregistered.",
    ),
    (
        Answer::Superseded,
        "superseded",
        "该版本已被后续版本取代。",
        "A later version of this licence holds.",
    ),
    (
        Answer::Suspended,
        "suspended",
        "该证照已暂停。",
        "This licence is suspended.",
    ),
    (
        Answer::NotYetValid,
        "not_yet_valid",
        "该证照尚未生效。",
        "This licence is not valid yet.",
    ),
    (
        Answer::Expired,
        "expired",
        "该证照已过有效期。",
        "This licence has expired.",
    ),
    (
        Answer::PresentationExpired,
        "presentation_expired",
        "出示的码已过期，请重新出示。",
        "The code shown has expired; ask for a fresh one.",
    ),
    (
        Answer::HolderMismatch,
        "holder_mismatch",
        "出示人与持证人不符。",
        "Who shows the licence is not its holder.",
    ),
    (
        Answer::AlreadyUsed,
        "already_used",
        "该码已被使用过。",
        "The code shown was used before.",
    ),
    (
        Answer::StatusUnknown,
        "status_unknown",
        "签章有效，但没有足够新的状态信息，无法判断证照现状。",
        "The seal is good, but no status is recent enough to say how the licence stands.",
    ),
    (
        Answer::Valid,
        "valid",
        "该证照有效。",
        "This licence is valid.",
    ),
];

impl Verdict {
    /// The verdict of a signature with this indication.
    #[must_use]
    pub fn of(indication: Indication) -> Verdict {
        match indication {
            Indication::Passed => Verdict::Valid,
            Indication::Indeterminate => Verdict::Indeterminate,
            Indication::Failed => Verdict::Invalid,
        }
    }

    const CODES: [(Verdict, &str); 5] = [
        (Verdict::Valid, "valid"),
        (Verdict::Indeterminate, "indeterminate"),
        (Verdict::NotSigned, "not_signed"),
        (Verdict::NotProcessed, "not_processed"),
        (Verdict::Invalid, "invalid"),
    ];

    /// Its code, such as `not_signed`.
    #[must_use]
    pub fn code(self) -> &'static str {
        let mut rows = Verdict::CODES.iter();
        let row = rows.find(|(verdict, _)| *verdict == self);
        row.map_or("not_processed", |(_, code)| code)
    }

    /// One sentence in Chinese and one in English, where no answer about a licence is to be given.
    #[must_use]
    pub fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Verdict::Valid => ("签名有效。", "The signatures are valid."),
            Verdict::Indeterminate => (
                "无法判断：缺少所需的信息。",
                "Cannot say: something that is needed is missing.",
            ),
            Verdict::NotSigned => ("文件没有签名。", "The file is not signed."),
            Verdict::NotProcessed => ("未作判断。", "The file was not judged."),
            Verdict::Invalid => ("签名无效。", "The signatures are not valid."),
        }
    }

    /// The lesser of two: what is worse for who wants to rely on it.
    #[must_use]
    pub fn lesser(self, other: Verdict) -> Verdict {
        self.max(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_and_are_those_of_serialisation() {
        for answer in Answer::ALL {
            assert_eq!(Answer::find(answer.code()), Some(answer));
            let written = serde_json::to_string(&answer).expect("a word");
            assert_eq!(written, format!("\"{}\"", answer.code()));
            assert!(answer.chinese().ends_with('。') && answer.english().ends_with('.'));
        }
    }

    #[test]
    fn a_verdict_has_the_code_of_its_serialisation() {
        for (verdict, code) in Verdict::CODES {
            assert_eq!(verdict.code(), code);
            let written = serde_json::to_string(&verdict).expect("a word");
            assert_eq!(written, format!("\"{code}\""));
        }
    }

    #[test]
    fn one_answer_alone_is_valid() {
        let valid: Vec<_> = Answer::ALL
            .into_iter()
            .filter(|answer| answer.verdict() == Verdict::Valid)
            .collect();
        assert_eq!(valid, [Answer::Valid]);
    }

    #[test]
    fn the_lesser_of_two_is_what_helps_less() {
        use Verdict::*;
        assert_eq!(Valid.lesser(Indeterminate), Indeterminate);
        assert_eq!(Invalid.lesser(Indeterminate), Invalid);
        assert_eq!(Valid.lesser(Valid), Valid);
    }
}
