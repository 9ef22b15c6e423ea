//! A log with a key and a witness, and leaves that a small office put into it.

use crypto::{
    Authorisation, Input, KeyAlgorithm, KeyId, KeyUse, SeededRandom, Signature, Signer,
    SoftwareSigner, generate_pkcs8, sha256,
};
use time::UtcDateTime;
use tlog::bundle::append_entries;
use tlog::{
    Checkpoint, Hash, Leaf, LeafIndex, LeafKind, Note, NoteKey, Opening, Receipt, Sealed,
    StatusEntry, TileSet, TileWrite, Tree, TreeHead, TrustedLog,
};

pub(crate) const ORIGIN: &str = "log.example/licences";

pub(crate) fn moment(seconds: i64) -> UtcDateTime {
    UtcDateTime::from_unix_timestamp(1_781_006_400 + seconds).expect("within the calendar")
}

pub(crate) fn signer(seed: u64) -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::Ed25519, &SeededRandom::new(seed))
        .expect("a seed always gives");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
}

/// A log's key of the national suite.
pub(crate) fn national() -> SoftwareSigner {
    let pkcs8 = generate_pkcs8(KeyAlgorithm::Sm2, &SeededRandom::new(7)).expect("a seed gives");
    SoftwareSigner::from_pkcs8(&pkcs8, None).expect("reads its own")
}

pub(crate) fn sign(signer: &SoftwareSigner, message: &[u8]) -> Signature {
    let key = KeyId::parse("log").expect("a plain name");
    let under = Authorisation::journalled(key, KeyUse::Checkpoints, message, moment(0));
    signer.sign(Input::Message(message), &under).expect("signs")
}

pub(crate) fn opening(number: u64) -> Opening {
    Opening {
        salt: [u8::try_from(number % 251).expect("small"); 16],
        identifier: format!("1.2.156.3005.2.1100.{number}"),
        version: "001".to_owned(),
        content: sha256(&number.to_be_bytes()),
        sealed: Some(Sealed {
            signed: sha256(b"byte ranges"),
            signature: sha256(b"signature value"),
        }),
    }
}

pub(crate) fn leaf(number: u64) -> Leaf {
    Leaf {
        kind: LeafKind::SealSignature,
        office: "11110000MB0000012X".to_owned(),
        subject: "990102-SPZYZ-01".to_owned(),
        moment: moment(i64::try_from(number).expect("small")),
        commitment: opening(number).commitment(),
        status: Some(StatusEntry {
            uri: "https://status.example/1".to_owned(),
            index: number,
        }),
    }
}

/// A log as it lies in a store.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) head: TreeHead,
    pub(crate) tiles: Vec<TileWrite>,
    pub(crate) bundles: Vec<TileWrite>,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl Stored {
    pub(crate) fn of(entries: Vec<Vec<u8>>) -> Stored {
        let hashes: Vec<Hash> = entries.iter().map(|entry| tlog::leaf_hash(entry)).collect();
        let grown = Tree::empty().append(&hashes).expect("not full");
        Stored {
            head: grown.head(),
            tiles: grown.tiles().to_vec(),
            bundles: append_entries(0, &[], &entries).expect("short entries"),
            entries,
        }
    }

    pub(crate) fn with(size: u64) -> Stored {
        Stored::of(
            (0..size)
                .map(|number| leaf(number).encode().expect("a leaf"))
                .collect(),
        )
    }

    pub(crate) fn set(&self) -> TileSet {
        let mut set = TileSet::new();
        for tile in &self.tiles {
            set.insert(&tile.path, &tile.bytes).expect("as written");
        }
        set
    }
}

/// Signs what the office's log and its witness say.
pub(crate) struct Office {
    pub(crate) log: SoftwareSigner,
    pub(crate) witness: SoftwareSigner,
    pub(crate) stored: Stored,
}

impl Office {
    pub(crate) fn open() -> Office {
        Office {
            log: signer(1),
            witness: signer(2),
            stored: Stored::with(300),
        }
    }

    pub(crate) fn key(&self) -> NoteKey {
        NoteKey::ed25519(ORIGIN, self.log.public_key()).expect("a good name")
    }

    pub(crate) fn witness_key(&self) -> NoteKey {
        NoteKey::witness("witness.example/w1", self.witness.public_key()).expect("a good name")
    }

    pub(crate) fn trust(&self) -> TrustedLog {
        TrustedLog::new(ORIGIN, vec![self.key()], vec![self.witness_key()], 1).expect("a log")
    }

    /// A note over any text, signed and cosigned.
    pub(crate) fn say(&self, text: &str) -> Note {
        let signature = sign(&self.log, text.as_bytes());
        let note = Note::signed(text, &self.key(), &signature).expect("signed");
        let input = note.cosignature_input(moment(60));
        let cosignature = sign(&self.witness, &input);
        note.cosigned(&self.witness_key(), moment(60), &cosignature)
            .expect("cosigned")
    }

    pub(crate) fn national_key(&self) -> NoteKey {
        NoteKey::sm2(ORIGIN, national().public_key()).expect("a good name")
    }

    pub(crate) fn note(&self, head: TreeHead) -> Note {
        let checkpoint = Checkpoint::new(ORIGIN, head).expect("an origin");
        let text = String::from_utf8(checkpoint.to_be_signed()).expect("text");
        self.say(&text)
    }

    pub(crate) fn receipt(&self, number: u64) -> Receipt {
        let head = self.stored.head;
        let index = LeafIndex(number);
        Receipt {
            salt: opening(number).salt,
            index,
            proof: self
                .stored
                .set()
                .inclusion(index, head.size)
                .expect("whole"),
            checkpoint: self.note(head).encode(),
        }
    }
}
