//! The schema, step by step.

use store::Migration;

/// Every step. Once released a step is never changed.
pub(crate) const ALL: &[Migration] = &[
    Migration {
        number: 1,
        name: "licences",
        text: include_str!("../migrations/0001_licences.sql"),
    },
    Migration {
        number: 2,
        name: "trace",
        text: include_str!("../migrations/0002_trace.sql"),
    },
    Migration {
        number: 3,
        name: "callers",
        text: include_str!("../migrations/0003_callers.sql"),
    },
    Migration {
        number: 4,
        name: "outbox",
        text: include_str!("../migrations/0004_outbox.sql"),
    },
    Migration {
        number: 5,
        name: "subscription",
        text: include_str!("../migrations/0005_subscription.sql"),
    },
    Migration {
        number: 6,
        name: "seal",
        text: include_str!("../migrations/0006_seal.sql"),
    },
    Migration {
        number: 7,
        name: "case",
        text: include_str!("../migrations/0007_case.sql"),
    },
    Migration {
        number: 9,
        name: "versions",
        text: include_str!("../migrations/0009_versions.sql"),
    },
    Migration {
        number: 10,
        name: "lives",
        text: include_str!("../migrations/0010_lives.sql"),
    },
    Migration {
        number: 11,
        name: "signer",
        text: include_str!("../migrations/0011_signer.sql"),
    },
    Migration {
        number: 12,
        name: "notice",
        text: include_str!("../migrations/0012_notice.sql"),
    },
    Migration {
        number: 13,
        name: "anchor",
        text: include_str!("../migrations/0013_anchor.sql"),
    },
    Migration {
        number: 14,
        name: "account",
        text: include_str!("../migrations/0014_account.sql"),
    },
    Migration {
        number: 15,
        name: "session",
        text: include_str!("../migrations/0015_session.sql"),
    },
    Migration {
        number: 16,
        name: "batch",
        text: include_str!("../migrations/0016_batch.sql"),
    },
    Migration {
        number: 17,
        name: "package",
        text: include_str!("../migrations/0017_package.sql"),
    },
    Migration {
        number: 18,
        name: "links",
        text: include_str!("../migrations/0018_links.sql"),
    },
    Migration {
        number: 19,
        name: "uses",
        text: include_str!("../migrations/0019_uses.sql"),
    },
    Migration {
        number: 20,
        name: "account_roles",
        text: include_str!("../migrations/0020_account_roles.sql"),
    },
    Migration {
        number: 21,
        name: "national",
        text: include_str!("../migrations/0021_national.sql"),
    },
    Migration {
        number: 22,
        name: "earlier_seals",
        text: include_str!("../migrations/0022_earlier_seals.sql"),
    },
    Migration {
        number: 23,
        name: "log_suites",
        text: include_str!("../migrations/0023_log_suites.sql"),
    },
    Migration {
        number: 24,
        name: "regions",
        text: include_str!("../migrations/0024_regions.sql"),
    },
    Migration {
        number: 26,
        name: "drill",
        text: include_str!("../migrations/0026_drill.sql"),
    },
    Migration {
        number: 27,
        name: "trust",
        text: include_str!("../migrations/0027_trust.sql"),
    },
    Migration {
        number: 28,
        name: "one_word_for_trust",
        text: include_str!("../migrations/0028_one_word_for_trust.sql"),
    },
    Migration {
        number: 29,
        name: "envelope",
        text: include_str!("../migrations/0029_envelope.sql"),
    },
    Migration {
        number: 31,
        name: "portfolio",
        text: include_str!("../migrations/0031_portfolio.sql"),
    },
    Migration {
        number: 35,
        name: "passkey",
        text: include_str!("../migrations/0035_passkey.sql"),
    },
    Migration {
        number: 36,
        name: "release_by_passkey",
        text: include_str!("../migrations/0036_release_by_passkey.sql"),
    },
    Migration {
        number: 1001,
        name: "log",
        text: include_str!("../migrations/1001_log.sql"),
    },
    Migration {
        number: 1002,
        name: "certificates",
        text: include_str!("../migrations/1002_certificates.sql"),
    },
    Migration {
        number: 1003,
        name: "status",
        text: include_str!("../migrations/1003_status.sql"),
    },
    Migration {
        number: 1004,
        name: "catalogue",
        text: include_str!("../migrations/1004_catalogue.sql"),
    },
    Migration {
        number: 1005,
        name: "matter_act",
        text: include_str!("../migrations/1005_matter_act.sql"),
    },
];
