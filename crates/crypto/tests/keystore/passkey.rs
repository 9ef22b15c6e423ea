//! A seal signs under a release that a passkey answered, and the key store sees to it that the answer was to exactly this
//! release (T-S2, T-S3).

use crypto::sign_in::passkey::{Authenticator, Passkey, RelyingParty, Shown, url64};
use crypto::{
    Authorisation, KeyAlgorithm, KeyId, KeyStoreError, KeyUse, Release, ReleaseStatement,
    SignError, Signer, SoftwareSigner, sha256,
};

use crate::keystore::office::{
    MESSAGE, Office, PASSPHRASE, fresh, id, listed, noon, random, seal_key, statement,
};

const ORIGIN: &str = "https://licences.example";

/// An authenticator in software.
pub(crate) struct Token {
    signer: SoftwareSigner,
    pub(crate) passkey: Passkey,
}

impl Token {
    pub(crate) fn of(kind: KeyAlgorithm, credential: u8) -> Token {
        let signer = SoftwareSigner::from_pkcs8(&fresh(kind), None).expect("reads its own");
        let party = RelyingParty::of(ORIGIN).expect("an origin");
        let public = signer.public_key().clone();
        let passkey = Passkey::new(vec![credential; 16], public, party).expect("a passkey");
        Token { signer, passkey }
    }

    /// The release of this statement, or of the list of it.
    fn releases(&self, open: Release) -> Release {
        let challenge = open.challenge().expect("something to release");
        self.answers(open, &challenge)
    }

    fn answers(&self, open: Release, challenge: &[u8; 32]) -> Release {
        let asked = url64(challenge);
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{asked}","origin":"{ORIGIN}","crossOrigin":false}}"#
        );
        let mut authenticator = sha256(b"licences.example").to_vec();
        authenticator.push(Authenticator::PRESENT | Authenticator::VERIFIED);
        authenticator.extend_from_slice(&[0, 0, 0, 1]);
        let octets = [authenticator.as_slice(), &sha256(client.as_bytes())].concat();
        let under = Authorisation::journalled(id("own"), KeyUse::Release, &octets, noon());
        let signed = self.signer.sign(crypto::Input::Message(&octets), &under);
        Release {
            algorithm: self.signer.algorithm(),
            signature: signed.expect("signs"),
            passkey: Some(Shown {
                credential: self.passkey.credential.clone(),
                authenticator,
                client: client.into_bytes(),
            }),
            ..open
        }
    }
}

/// A release that nobody signed with a passkey yet.
fn open(office: &Office, statement: ReleaseStatement) -> Release {
    office.released(statement)
}

fn sign(office: &Office, release: Release) -> Result<(), SignError> {
    let checked = office.store.check_release(&seal_key(), &release);
    let under = Authorisation::released(seal_key(), MESSAGE, noon(), release);
    let signed = office.store.sign(MESSAGE, &under).map(|_| ());
    if checked.is_err() {
        assert!(signed.is_err(), "the door and the store say the same");
    }
    signed
}

fn enrolled(kind: KeyAlgorithm) -> (Office, Token) {
    let (office, token) = (Office::open(), Token::of(kind, 1));
    let enrolled = office
        .store
        .enrol_passkey(&seal_key(), "wang", &token.passkey, &random());
    enrolled.expect("enrolled");
    (office, token)
}

#[test]
fn a_seal_signs_what_a_passkey_released_alone_or_in_a_list() {
    for kind in [KeyAlgorithm::EcP256, KeyAlgorithm::Ed25519] {
        let (office, token) = enrolled(kind);
        let one = token.releases(open(&office, statement()));
        assert_eq!(sign(&office, one), Ok(()));
        let of = |job: &str| ReleaseStatement {
            job: job.to_owned(),
            ..statement()
        };
        let statements = [of("first"), of("second")];
        let list = token.releases(listed(&statements, &office.releaser));
        for statement in statements {
            let of_it = Release {
                statement,
                ..list.clone()
            };
            assert_eq!(sign(&office, of_it), Ok(()));
        }
        // The person's own key still does what it did.
        assert_eq!(sign(&office, office.released(statement())), Ok(()));
    }
}

type Bend = fn(&mut ReleaseStatement);

#[test]
fn what_a_passkey_answered_for_one_release_is_good_for_no_other() {
    let (office, token) = enrolled(KeyAlgorithm::EcP256);
    let good = token.releases(open(&office, statement()));
    assert_eq!(sign(&office, good.clone()), Ok(()));
    let bends: [(&str, Bend); 9] = [
        ("another job", |s| s.job.push('2')),
        ("another document", |s| s.unsealed[0] ^= 1),
        ("another purpose", |s| s.purpose.push('2')),
        ("another matter", |s| s.matter.push('2')),
        ("another case", |s| s.case.push('2')),
        ("another decision", |s| s.decision.push('2')),
        ("more copies", |s| s.copies = 2),
        ("a later expiry", |s| s.expires += time::Duration::SECOND),
        ("another requester", |s| s.requester.push('2')),
    ];
    for (name, bend) in bends {
        let mut bent = good.clone();
        bend(&mut bent.statement);
        let refused = sign(&office, bent);
        assert_eq!(refused, Err(SignError::ReleaseUnsigned), "{name}");
    }
    // An answer to something else than a release, however it came about.
    for challenge in [[0; 32], sha256(&statement().bytes())] {
        let other = token.answers(open(&office, statement()), &challenge);
        assert_eq!(sign(&office, other), Err(SignError::ReleaseUnsigned));
    }
}

#[test]
fn a_passkey_is_no_key_of_a_person_s_own_and_the_reverse() {
    let (office, token) = enrolled(KeyAlgorithm::Ed25519);
    let plain = crate::keystore::office::signed(statement(), &token.signer);
    assert_eq!(sign(&office, plain), Err(SignError::ReleaseUnsigned));
    let good = token.releases(open(&office, statement()));
    let own = office.released(statement());
    let mixed = Release {
        signature: own.signature.clone(),
        ..good.clone()
    };
    assert_eq!(sign(&office, mixed), Err(SignError::ReleaseUnsigned));
    let without = Release {
        passkey: None,
        ..good.clone()
    };
    assert_eq!(sign(&office, without), Err(SignError::ReleaseUnsigned));
    let named = Release {
        algorithm: crypto::SignatureAlgorithm::EcdsaP256Sha256,
        ..good
    };
    assert_eq!(sign(&office, named), Err(SignError::ReleaseUnsigned));
}

#[test]
fn a_passkey_of_another_person_another_seal_or_nobody_releases_nothing() {
    let (office, token) = enrolled(KeyAlgorithm::EcP256);
    let stranger = Token::of(KeyAlgorithm::EcP256, 2);
    let unsigned = Err(SignError::ReleaseUnsigned);
    let release = stranger.releases(open(&office, statement()));
    assert_eq!(sign(&office, release), unsigned);
    let zhao = ReleaseStatement {
        releaser: "zhao".to_owned(),
        ..statement()
    };
    let release = token.releases(open(&office, zhao));
    assert_eq!(sign(&office, release), unsigned);
    // The same credential, shown with another key behind it.
    let double = Token::of(KeyAlgorithm::EcP256, 1);
    let release = double.releases(open(&office, statement()));
    assert_eq!(sign(&office, release), unsigned);
    let good = token.releases(open(&office, statement()));
    assert_eq!(sign(&office, good.clone()), Ok(()));
    let dismissed = office
        .store
        .dismiss_releaser(&seal_key(), "wang", &random());
    assert_eq!(dismissed, Ok(()));
    assert_eq!(sign(&office, good), unsigned);
    assert!(office.again().releasers(&seal_key()).is_empty());
}

#[test]
fn passkeys_are_kept_in_the_file_and_one_credential_is_one_person_s() {
    let (office, token) = enrolled(KeyAlgorithm::EcP256);
    let enrol = |key: KeyId, person: &str, passkey: &Passkey| {
        office.store.enrol_passkey(&key, person, passkey, &random())
    };
    let another = KeyStoreError::KeyOfAnother;
    assert_eq!(enrol(seal_key(), "li", &token.passkey), Err(another));
    let same_name = Token::of(KeyAlgorithm::EcP256, 1);
    assert_eq!(
        enrol(seal_key(), "li", &same_name.passkey),
        Err(KeyStoreError::KeyOfAnother)
    );
    let own = office.releaser.public_key();
    let own = Passkey::new(vec![9; 16], own.clone(), token.passkey.party.clone());
    assert_eq!(
        enrol(seal_key(), "li", &own.expect("a passkey")),
        Err(KeyStoreError::KeyOfAnother)
    );
    let taken = office
        .store
        .enrol_releaser(&seal_key(), "li", &token.passkey.public, &random());
    assert_eq!(taken, Err(KeyStoreError::KeyOfAnother));
    assert_eq!(
        enrol(id("ocsp"), "wang", &token.passkey),
        Err(KeyStoreError::NotSeal(id("ocsp")))
    );
    for credential in 2..=8 {
        let further = Token::of(KeyAlgorithm::Ed25519, credential);
        assert_eq!(enrol(seal_key(), "wang", &further.passkey), Ok(()));
    }
    let ninth = Token::of(KeyAlgorithm::Ed25519, 9);
    assert_eq!(
        enrol(seal_key(), "wang", &ninth.passkey),
        Err(KeyStoreError::Full)
    );
    assert_eq!(enrol(seal_key(), "wang", &token.passkey), Ok(()), "again");
    let again = office.again();
    let kept = again.releasers(&seal_key());
    assert_eq!(kept.len(), 9, "an own key and eight passkeys");
    assert!(
        kept.iter()
            .any(|one| one.passkey.as_ref() == Some(&token.passkey))
    );
    again.unlock(PASSPHRASE).expect("the parts agree");
    let good = token.releases(open(&office, statement()));
    let under = Authorisation::released(seal_key(), MESSAGE, noon(), good);
    assert!(again.sign(MESSAGE, &under).is_ok());
}
