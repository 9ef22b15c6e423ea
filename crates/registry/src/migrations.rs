//! The schema, step by step.

use store::Migration;

/// Steps by number and name; the text of each lies under both.
macro_rules! steps {
    ($($number:literal $name:literal $file:literal,)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../migrations/", $file, "_", $name, ".sql")),
        },)*]
    };
}

/// Every step. Once released a step is never changed.
#[rustfmt::skip]
pub(crate) const ALL: &[Migration] = steps![
    1 "licences" "0001",
    2 "trace" "0002",
    3 "callers" "0003",
    4 "outbox" "0004",
    5 "subscription" "0005",
    6 "seal" "0006",
    7 "case" "0007",
    9 "versions" "0009",
    10 "lives" "0010",
    11 "signer" "0011",
    12 "notice" "0012",
    13 "anchor" "0013",
    14 "account" "0014",
    15 "session" "0015",
    16 "batch" "0016",
    17 "package" "0017",
    18 "links" "0018",
    19 "uses" "0019",
    20 "account_roles" "0020",
    21 "national" "0021",
    22 "earlier_seals" "0022",
    23 "log_suites" "0023",
    24 "regions" "0024",
    26 "drill" "0026",
    27 "trust" "0027",
    28 "one_word_for_trust" "0028",
    29 "envelope" "0029",
    31 "portfolio" "0031",
    35 "passkey" "0035",
    36 "release_by_passkey" "0036",
    38 "signing" "0038",
    39 "one_time_key" "0039",
    40 "seal_application" "0040",
    42 "activation" "0042",
    43 "seal_destruction" "0043",
    44 "ledger" "0044",
    45 "openid_name" "0045",
    47 "release_limit" "0047",
    48 "approvers" "0048",
    49 "lists" "0049",
    51 "seal_list" "0051",
    52 "own_key" "0052",
    53 "prepared_signature" "0053",
    54 "unseen" "0054",
    55 "caller_key" "0055",
    56 "pad" "0056",
    58 "mandate" "0058",
    60 "key_total" "0060",
    61 "pad_document" "0061",
    65 "signing_ends" "0065",
    1001 "log" "1001",
    1002 "certificates" "1002",
    1003 "status" "1003",
    1004 "catalogue" "1004",
    1005 "matter_act" "1005",
    1006 "certificate_key" "1006",
];
