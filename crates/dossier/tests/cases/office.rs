//! The sample office, its people, and the events of the story as its approval system sends them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use catalogue::key::{DepartmentKey, FieldName, MatterCode, PersonKey, TypeKey};
use catalogue::{Calendar, Catalogue, Sources};
use dossier::commitment::Terms;
use dossier::decision::{Mode, Outcome, Ruled};
use dossier::event::{Application, CaseEvent, Deferral, Filing, Following, Happening, PartOf};
use dossier::mandate::{Mandate, Scope};
use dossier::material::{Ground, How};
use dossier::number::{
    AccountKey, CaseNumber, CommitmentNumber, EventId, MandateNumber, PaperDigest,
};
use dossier::person::{Actor, Party, Role};
use dossier::scene::SealRelease;
use dossier::signed::{Assurance, Signed};
use dossier::{CaseFile, Dossier, Fate, Scene, Words};
use licence::restriction::Restriction;
use licence::{Identifier, SerialText, Version};
use time::UtcDateTime;
use time::macros::{date, utc_datetime};

const DEPARTMENTS: &str = include_str!("../../../../tests/fixtures/sample/departments.json");
const TYPES: &str = include_str!("../../../../tests/fixtures/sample/licence-types.json");
const MATTERS: &str = include_str!("../../../../tests/fixtures/sample/matters-catalogue.json");
pub(crate) const POWERS: &str = include_str!("../../../../tests/fixtures/sample/powers.json");

/// A moment after everything in the story.
pub(crate) const LATER: UtcDateTime = utc_datetime!(2026-12-01 00:00);

pub(crate) struct Office {
    pub(crate) catalogue: Catalogue,
    pub(crate) calendar: Calendar,
    pub(crate) restrictions: Vec<Restriction>,
}

impl Office {
    pub(crate) fn sample() -> Self {
        Self::with(POWERS)
    }

    /// The sample, imported once for tests of many sequences.
    pub(crate) fn shared() -> &'static Self {
        static OFFICE: LazyLock<Office> = LazyLock::new(Office::sample);
        &OFFICE
    }

    /// The sample with another file of powers.
    pub(crate) fn with(powers: &str) -> Self {
        let catalogue = Catalogue::import(&Sources {
            departments: DEPARTMENTS.as_bytes(),
            types: TYPES.as_bytes(),
            matters: MATTERS.as_bytes(),
            powers: Some(powers.as_bytes()),
        })
        .expect("the sample imports");
        Self {
            catalogue,
            calendar: Calendar::new([date!(2026 - 06 - 19)], []),
            restrictions: Vec::new(),
        }
    }

    pub(crate) fn scene(&self, now: UtcDateTime) -> Scene<'_> {
        Scene {
            catalogue: &self.catalogue,
            calendar: &self.calendar,
            restrictions: &self.restrictions,
            releases: &[],
            licences: &[],
            now,
        }
    }

    /// The file after these events, each of which must be applied.
    pub(crate) fn file(&self, events: &[CaseEvent]) -> CaseFile {
        events.iter().fold(CaseFile::default(), |file, event| {
            let releases = released(event);
            let scene = Scene {
                releases: &releases,
                ..self.scene(LATER)
            };
            let took = file.take(event.clone(), &scene);
            assert!(
                matches!(took.fate, Fate::Applied(_)),
                "{} {:?}: {:?}",
                event.number,
                event.what.act(),
                took.fate
            );
            took.file
        })
    }

    pub(crate) fn dossier(&self, events: &[CaseEvent]) -> Dossier {
        self.file(events).dossier().expect("opened").clone()
    }
}

/// The register's releases where `event` tells of one.
pub(crate) fn released(event: &CaseEvent) -> Vec<SealRelease> {
    match &event.what {
        Happening::Released { decision } => vec![SealRelease {
            decision: decision.as_str().to_owned(),
            by: event.actor.person.as_str().to_owned(),
        }],
        _ => Vec::new(),
    }
}

pub(crate) fn words(text: &str) -> Words {
    Words::parse(text).expect("words")
}

pub(crate) fn body(key: &str) -> DepartmentKey {
    DepartmentKey::parse(key).expect("key")
}

pub(crate) fn kind(key: &str) -> TypeKey {
    TypeKey::parse(key).expect("key")
}

pub(crate) fn person(key: &str) -> PersonKey {
    PersonKey::parse(key).expect("key")
}

pub(crate) fn paper(number: u8) -> PaperDigest {
    PaperDigest::new([number; 32])
}

pub(crate) fn promise(text: &str) -> CommitmentNumber {
    CommitmentNumber::parse(text).expect("number")
}

/// Somebody of a body in a capacity; the account is named for the person.
pub(crate) fn actor(who: &str, of: &str, role: Role) -> Actor {
    Actor {
        account: AccountKey::parse(&format!("{who}-1")).expect("key"),
        person: person(who),
        body: body(of),
        role,
    }
}

pub(crate) fn firm() -> Party {
    Party::parse(
        "org",
        "临溪青石区云上小馆餐饮有限公司",
        "91990102FAKE0A0109",
    )
    .expect("the sample's firm")
}

pub(crate) fn representative() -> Party {
    Party::parse("person", "林小满", "990102198805210245").expect("the sample's person")
}

pub(crate) fn signed(number: u8, intent: &str) -> Signed {
    Signed {
        by: representative(),
        level: Assurance::L2,
        paper: paper(number),
        intent: words(intent),
        at: utc_datetime!(2026-06-08 01:12),
    }
}

fn identifier(type_code: &str, issuer: &str, serial: &str) -> Identifier {
    Identifier::new(
        catalogue::key::TypeCode::parse(type_code).expect("code"),
        catalogue::OrganisationCode::parse(issuer).expect("code"),
        SerialText::parse(serial).expect("serial"),
        Version::new(1).expect("version"),
    )
}

pub(crate) fn business_licence() -> Identifier {
    identifier("11990000FAKE00013G001", "11990102FAKE00099D", "99020000001")
}

pub(crate) fn identity_card() -> Identifier {
    identifier(
        "11990000FAKE00013G019",
        "11990100FAKE00144H",
        "990000000002",
    )
}

pub(crate) fn consent(number: &str, subject: Party) -> Mandate {
    Mandate {
        number: MandateNumber::parse(number).expect("number"),
        subject,
        scope: Scope::Use {
            by: body("Q-APR"),
            matter: MatterCode::parse("990102-XK-0001").expect("code"),
            case: case(),
            types: BTreeSet::from([kind("BL"), kind("ID")]),
            fields: BTreeSet::new(),
        },
        purpose: words("餐饮店行业综合许可"),
        first: date!(2026 - 06 - 08),
        last: Some(date!(2026 - 07 - 08)),
        revoked_from: None,
        signed: None,
    }
}

pub(crate) fn by_consent(number: &str) -> Ground {
    Ground::Consent(MandateNumber::parse(number).expect("number"))
}

pub(crate) fn case() -> CaseNumber {
    CaseNumber::parse("BJ-990102-20260608-00017").expect("the story's case")
}

pub(crate) fn terms(number: u8, duty: &str) -> Terms {
    Terms {
        template: words("CN-1"),
        duty: words(duty),
        condition: words("以本承诺为准予许可的依据"),
        consequence: words("承诺不实的，撤销许可并记入信用记录"),
        paper: paper(number),
    }
}

pub(crate) fn granted(number: &str, mode: Mode) -> Ruled {
    Ruled {
        number: words(number),
        outcome: Outcome::Granted,
        mode,
        reasons: None,
        shown: Vec::new(),
    }
}

pub(crate) fn clerk() -> Actor {
    actor("zhou.qinghe", "Q-APR", Role::Clerk)
}

pub(crate) fn approver() -> Actor {
    actor("chen.zhiyuan", "Q-APR", Role::Approver)
}

pub(crate) fn custodian() -> Actor {
    actor("he.shouzheng", "Q-APR", Role::Custodian)
}

pub(crate) fn supervisor() -> Actor {
    actor("wen.huaijin", "C-SUP", Role::Supervisor)
}

pub(crate) fn platform() -> Actor {
    actor("platform", "Q-APR", Role::System)
}

pub(crate) fn applicant() -> Actor {
    actor("lin.xiaoman", "Q-APR", Role::Applicant)
}

/// The events of a list, numbered from `first` on.
pub(crate) fn numbered(
    first: u32,
    events: impl IntoIterator<Item = (UtcDateTime, Actor, Happening)>,
) -> Vec<CaseEvent> {
    (first..)
        .zip(events)
        .map(|(number, (at, actor, what))| CaseEvent {
            id: EventId::parse(&format!("e-{number}")).expect("id"),
            case: case(),
            number,
            actor,
            at,
            what,
        })
        .collect()
}

pub(crate) fn application(matter: &str) -> Happening {
    Happening::Received(Application {
        package: None,
        matter: MatterCode::parse(matter).expect("code"),
        applicant: firm(),
        represented_by: Some(representative()),
        form: paper(1),
        signed: signed(1, "本人确认申请内容真实，同意提交"),
    })
}

fn filed(filing: Filing) -> Happening {
    Happening::Filed(filing)
}

pub(crate) fn had(material: u16, how: How) -> Happening {
    filed(Filing::Had { material, how })
}

pub(crate) fn handed_in(material: u16, number: u8) -> Happening {
    had(
        material,
        How::HandedIn {
            paper: paper(number),
        },
    )
}

pub(crate) fn fetched(material: u16, kind_of: &str, by: &str) -> Happening {
    let licence = match kind_of {
        "ID" => identity_card(),
        _ => business_licence(),
    };
    had(
        material,
        How::Fetched {
            licence,
            licence_type: kind(kind_of),
            ground: by_consent(by),
        },
    )
}

pub(crate) fn address(material: u16) -> Happening {
    had(
        material,
        How::Derived {
            licence: business_licence(),
            licence_type: kind("BL"),
            field: FieldName::parse("address").expect("name"),
            ground: by_consent("SQ-1"),
        },
    )
}

pub(crate) fn offered(number: &str, material: u16, part: &str, digest: u8) -> Happening {
    filed(Filing::Offered {
        commitment: promise(number),
        material,
        part: Some(kind(part)),
        terms: terms(digest, "消防设施符合要求并保持有效"),
    })
}

pub(crate) fn promised(number: &str, digest: u8) -> Happening {
    filed(Filing::Promised {
        commitment: promise(number),
        signed: signed(digest, "本人已知晓告知内容并作出承诺"),
    })
}

pub(crate) fn accepted() -> Happening {
    let part = |of: &str, by: &str| PartOf {
        licence_type: kind(of),
        by: body(by),
    };
    Happening::Accepted {
        parts: vec![
            part("FOOD", "Q-APR"),
            part("SIGN", "C-URBAN"),
            part("FIRE", "C-FIRE"),
        ],
        deferred: vec![Deferral {
            material: 6,
            working_days: 10,
        }],
    }
}

pub(crate) fn part_decided(part: &str, number: &str) -> Happening {
    Happening::PartDecided {
        part: kind(part),
        ruled: granted(number, Mode::Commitment),
    }
}

/// 8 June 09:12 to 09:13: form and two commitments signed, three materials had.
pub(crate) fn filing() -> Vec<CaseEvent> {
    let at = utc_datetime!(2026-06-08 01:12);
    let then = utc_datetime!(2026-06-08 01:13:20);
    numbered(
        1,
        [
            (at, applicant(), application("990102-XK-0001")),
            (
                at,
                applicant(),
                filed(Filing::Mandated(consent("SQ-1", firm()))),
            ),
            (
                at,
                applicant(),
                filed(Filing::Mandated(consent("SQ-2", representative()))),
            ),
            (at, platform(), offered("CN-5", 5, "FOOD", 5)),
            (at, platform(), offered("CN-8", 8, "FIRE", 8)),
            (at, applicant(), promised("CN-5", 5)),
            (at, applicant(), promised("CN-8", 8)),
            (then, platform(), fetched(2, "BL", "SQ-1")),
            (then, platform(), fetched(3, "ID", "SQ-2")),
            (then, platform(), address(4)),
            (then, applicant(), handed_in(1, 1)),
            (then, applicant(), handed_in(7, 7)),
        ],
    )
}

/// 8 June 09:15: accepted with the health certificate to follow.
pub(crate) fn acceptance() -> Vec<CaseEvent> {
    numbered(13, [(utc_datetime!(2026-06-08 01:15), clerk(), accepted())])
}

/// 9 June 17:05: the fire and urban departments decide their parts.
pub(crate) fn parts() -> Vec<CaseEvent> {
    let at = utc_datetime!(2026-06-09 09:05);
    numbered(
        14,
        [
            (
                at,
                actor("fire.one", "C-FIRE", Role::Industry),
                part_decided("FIRE", "XF-2026-77"),
            ),
            (
                at,
                actor("urban.one", "C-URBAN", Role::Industry),
                part_decided("SIGN", "CG-2026-31"),
            ),
        ],
    )
}

/// 10 June 16:40: granted.
pub(crate) fn decision() -> Vec<CaseEvent> {
    numbered(
        16,
        [(
            utc_datetime!(2026-06-10 08:40),
            approver(),
            Happening::Decided(granted("SP-2026-17", Mode::Commitment)),
        )],
    )
}

/// 10 June 16:42: released.
pub(crate) fn release() -> Vec<CaseEvent> {
    numbered(
        17,
        [(
            utc_datetime!(2026-06-10 08:42),
            custodian(),
            Happening::Released {
                decision: words("SP-2026-17"),
            },
        )],
    )
}

/// Delivered, and on 18 June 10:00 the health certificate.
pub(crate) fn certificate() -> Vec<CaseEvent> {
    numbered(
        18,
        [
            (
                utc_datetime!(2026-06-10 08:45),
                platform(),
                Happening::Delivered { receipt: paper(18) },
            ),
            (
                utc_datetime!(2026-06-18 02:00),
                applicant(),
                handed_in(6, 6),
            ),
        ],
    )
}

/// 15 July: the fire promise is found untrue; 17 July 11:00: what rests on it is annulled.
pub(crate) fn broken() -> Vec<CaseEvent> {
    numbered(
        20,
        [
            (
                utc_datetime!(2026-07-15 06:30),
                actor("enforcer.one", "Q-ENF", Role::Inspector),
                Happening::Followed(Following::Broken {
                    commitment: promise("CN-8"),
                    finding: words("现场检查发现疏散通道被占用"),
                }),
            ),
            (
                utc_datetime!(2026-07-17 03:00),
                actor("fire.one", "C-FIRE", Role::Industry),
                Happening::Followed(Following::Annulled {
                    commitment: promise("CN-8"),
                }),
            ),
            (
                utc_datetime!(2026-07-17 03:05),
                platform(),
                Happening::Archived,
            ),
        ],
    )
}

/// The whole story.
pub(crate) fn story() -> Vec<CaseEvent> {
    [
        filing(),
        acceptance(),
        parts(),
        decision(),
        release(),
        certificate(),
        broken(),
    ]
    .concat()
}

/// The story up to and with its acceptance.
pub(crate) fn until_accepted() -> Vec<CaseEvent> {
    [filing(), acceptance()].concat()
}

/// The story up to and with its decision.
pub(crate) fn until_decided() -> Vec<CaseEvent> {
    [filing(), acceptance(), parts(), decision()].concat()
}

/// One more event after the last of `events`.
pub(crate) fn after(
    events: &[CaseEvent],
    (at, who): (UtcDateTime, Actor),
    what: Happening,
) -> CaseEvent {
    let number = events.last().map_or(1, |last| last.number + 1);
    numbered(number, [(at, who, what)]).remove(0)
}
