//! A portfolio: what ends when and by what, what is due, and its renewal under one time-stamp.

#[cfg(test)]
#[path = "../../records/tests/renewal/maker.rs"]
#[expect(dead_code, reason = "the tests of the records use more of it")]
mod maker;

#[cfg(test)]
mod tests {
    use crypto::{Digest, DigestAlgorithm};
    use evidence::cms::Material;
    use pki::Certificate;
    use records::{Grow, Plant, TreeBuilder};
    use renewal::{Ends, Item, Life, Plan, Relied, Renewed, Unprovable, due, prepare};
    use time::macros::utc_datetime;
    use time::{Duration, UtcDateTime};

    use crate::maker::{
        FIRST, SECOND, THIRD, archive, certificate, codes, digest, digests, sample, token,
    };

    const SHA256: DigestAlgorithm = DigestAlgorithm::Sha256;
    const SHA512: DigestAlgorithm = DigestAlgorithm::Sha512;
    /// The end of the unit's certificate.
    const UNIT: UtcDateTime = utc_datetime!(2028-06-01 0:00);

    /// The life of `octets` where digests and signatures are relied on until these moments.
    fn life(
        octets: &[u8],
        candidates: &[Certificate],
        (digest, signature): (Option<UtcDateTime>, Option<UtcDateTime>),
    ) -> Result<Life, Unprovable> {
        let relied = Relied {
            digest: &|_| digest,
            signature: &|_, _| signature,
        };
        Life::of(octets, candidates, &relied)
    }

    #[test]
    fn a_proof_ends_with_whatever_ends_first() {
        let (early, later) = (
            utc_datetime!(2027-01-01 0:00),
            utc_datetime!(2030-01-01 0:00),
        );
        for (dates, until, by) in [
            ((None, None), UNIT, Ends::Unit),
            ((Some(later), Some(later)), UNIT, Ends::Unit),
            ((Some(early), Some(later)), early, Ends::Digest),
            ((None, Some(early)), early, Ends::Signature),
        ] {
            let token = token(&digest(SHA256, 1), FIRST);
            let life = life(&token, &[certificate("ca")], dates).expect("a token");
            assert_eq!((life.until, life.by, life.since), (until, by, FIRST));
        }
    }

    #[test]
    fn a_token_of_which_nothing_is_known_proves_nothing() {
        let dates = (None, None);
        assert_eq!(life(b"token", &[], dates), Err(Unprovable::Token));
        // The token of the samples without its certificate.
        let bare = sample("tsp/certificate-missing.tsr");
        let response = evidence::tsp::Response::parse(&bare).expect("a response");
        let bare = response.token().expect("a token").der().to_vec();
        assert_eq!(life(&bare, &[], dates), Err(Unprovable::Unit));
        assert!(life(&bare, &[certificate("tsa")], dates).is_ok());
    }

    #[test]
    fn what_ends_first_is_due_first_and_the_rest_waits() {
        let kept = |days: i64| {
            let until = FIRST + Duration::days(days);
            let by = Ends::Unit;
            (
                Life {
                    until,
                    by,
                    since: FIRST,
                },
                days,
            )
        };
        let all = vec![kept(90), kept(10), kept(-1), kept(31), kept(30)];
        let found: Vec<i64> = due(all, FIRST, Duration::days(30))
            .into_iter()
            .map(|(_, days)| days)
            .collect();
        assert_eq!(found, [-1, 10, 30]);
    }

    fn material_of() -> ([Vec<u8>; 1], [Vec<u8>; 1]) {
        let certificates = [certificate("tsa").der().to_vec()];
        (certificates, [sample("crl/good.crl")])
    }

    #[test]
    fn new_kept_and_weak_records_go_on_under_one_time_stamp() {
        let (certificates, crls) = material_of();
        let material = Material {
            certificates: &certificates,
            crls: &crls,
            ocsp_responses: &[],
        };
        let old = archive(SHA256);
        let strong = archive(SHA512);
        let items = vec![
            Item {
                documents: vec![digest(SHA512, 30)],
                record: None,
            },
            Item {
                documents: digests(SHA512, &[2, 3, 4]),
                record: Some(old[2].clone()),
            },
            Item {
                documents: Vec::new(),
                record: Some(strong[0].clone()),
            },
        ];
        let prepared = prepare(SHA512, items, &material).expect("a plan");
        assert_eq!(prepared.size(), 3);
        let stamp = token(prepared.root(), SECOND);
        let renewed: Vec<_> = prepared.finish(&stamp).expect("over the root").collect();
        let expected = [Renewed::Begun, Renewed::Tree, Renewed::Stamp];
        for ((one, way), group) in
            renewed
                .into_iter()
                .zip(expected)
                .zip([&[30][..], &[2, 3, 4], &[0]])
        {
            let (record, found) = one.expect("a record");
            assert_eq!(found, way);
            assert_eq!(codes(&record, group), [""; 0], "{way:?}");
            assert_eq!(record.algorithm(), Ok(SHA512));
        }
        let other = token(&digest(SHA512, 1), SECOND);
        assert_eq!(
            prepared.finish(&other).err(),
            Some(Plan::Tree(Plant::Token))
        );
    }

    #[test]
    fn a_weak_record_needs_its_documents() {
        let items = vec![Item {
            documents: Vec::new(),
            record: Some(archive(SHA256).remove(0)),
        }];
        let refused = prepare(SHA512, items, &Material::default());
        let why = Grow::Algorithm;
        assert_eq!(refused.err(), Some(Plan::Record { place: 0, why }));
        let nothing = prepare(SHA512, Vec::new(), &Material::default());
        assert_eq!(nothing.err(), Some(Plan::Tree(Plant::Empty)));
    }

    #[test]
    fn ten_thousand_documents_are_renewed_by_one_token() {
        let mut builder = TreeBuilder::new(SHA256);
        for number in 0..10_000 {
            builder.push(&[digest(SHA256, number)]).expect("a leaf");
        }
        let tree = builder.finish().expect("a tree");
        let first = token(tree.root(), FIRST);
        let stamped = tree.stamped(&first).expect("over the root");
        let items = (0..10_000).map(|place| {
            let first = stamped.archive_time_stamp(place).expect("a leaf");
            Item {
                documents: Vec::new(),
                record: Some(records::EvidenceRecord::begin(first)),
            }
        });
        let prepared = prepare(SHA256, items.collect(), &Material::default()).expect("a plan");
        let stamp = token(prepared.root(), THIRD);
        let mut count = 0;
        for (place, one) in prepared.finish(&stamp).expect("over the root").enumerate() {
            let (record, way) = one.expect("a record");
            assert_eq!(way, Renewed::Stamp);
            if place % 2_500 == 7 {
                assert_eq!(codes(&record, &[place]), [""; 0]);
            }
            count += 1;
        }
        assert_eq!(count, 10_000);
        assert_ne!(Digest::of(SHA256, &stamp), *prepared.root());
    }
}
