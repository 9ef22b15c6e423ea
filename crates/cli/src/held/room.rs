//! A session: the root's key made or opened in this process alone, used, and locked away again.

use std::path::{Path, PathBuf};

use ceremony::{Admitted, Declaration, Drill, Files, RootKey, Session, TRANSCRIPT};
use crypto::device::{Order, Rehearsal};
use crypto::{
    Authorisation, Cost, Input, KeyId, KeyStore, KeyUse, NewKey, PublicKey, Random, SignError,
    Signature, SignatureAlgorithm, Signer as _, SystemRandom, sha256,
};
use shares::holders::{self, words};
use shares::{SECRET, Share, join, split};
use time::UtcDateTime;
use zeroize::Zeroizing;

use super::{Ceremony, folder, head, keep_memory_private, of_step};
use crate::arguments::Hold;

/// Holds the session and says what came of it.
pub(super) fn hold(asked: &Hold, drill: bool, now: UtcDateTime) -> Result<String, Ceremony> {
    let declaration = folder::declaration(&asked.declaration)?;
    of_step(&declaration, drill)?;
    let requests = folder::requests(&asked.declaration, &declaration)?;
    let before = folder::files(&asked.folder)?;
    let admitted = Session {
        declaration: &declaration,
        signed_off: asked.signed_off.0,
        present: &asked.present,
        folder: &before,
        requests: &requests,
        now,
    }
    .admit()?;
    let room = Room {
        declaration: &declaration,
        asked,
        media: media(asked, &declaration)?,
        random: random(&declaration),
    };
    keep_memory_private()?;
    let files = room.hold(admitted)?;
    Ok(said(&declaration, &files))
}

/// The system's randomness; a drill's follows from its seed.
fn random(declaration: &Declaration) -> Box<dyn Random> {
    match declaration.drill() {
        Some(drill) => Box::new(drill.of_session(declaration.session())),
        None => Box::new(SystemRandom::new()),
    }
}

/// The files for the shares of all keepers who are there.
fn media(asked: &Hold, declaration: &Declaration) -> Result<Vec<(KeyId, PathBuf)>, Ceremony> {
    let there = declaration.keepers();
    let there = there.filter(|name| asked.present.contains(name));
    let file = format!("{}.share", declaration.name());
    let medium = |keeper: &KeyId| {
        let (keeper, path) = (keeper.clone(), asked.media.join(keeper.as_str()));
        match path.is_dir() {
            true => Ok((keeper, path.join(&file))),
            false => Err(Ceremony::Medium { keeper, path }),
        }
    };
    there.map(medium).collect()
}

struct Room<'a> {
    declaration: &'a Declaration,
    asked: &'a Hold,
    media: Vec<(KeyId, PathBuf)>,
    random: Box<dyn Random>,
}

impl Room<'_> {
    fn hold(&self, admitted: Admitted<'_>) -> Result<Files, Ceremony> {
        if self.declaration.session() > 1 {
            let root = self.opened()?;
            return self.held(admitted, &root);
        }
        let mut written = Vec::new();
        let made = self.made(&mut written);
        let held = made.and_then(|root| self.held(admitted, &root));
        if held.is_err() {
            // A root that did not come to its end is none, and nobody keeps a share of it.
            for path in &written {
                let _away = std::fs::remove_file(path);
            }
        }
        held
    }

    fn held(&self, admitted: Admitted<'_>, root: &Root) -> Result<Files, Ceremony> {
        let sign = |octets: &[u8], at: UtcDateTime| root.sign(octets, at);
        let (public, algorithm) = (&root.public, root.algorithm);
        let key = RootKey {
            public,
            algorithm,
            sign: &sign,
        };
        let files = admitted.hold(&key, &*self.random);
        root.keys.lock();
        let files = files?;
        folder::write(&self.asked.folder, &files)?;
        Ok(files)
    }

    /// The root's key in a new store, whose passphrase nobody knows: its shares are on the media before the key is used.
    fn made(&self, written: &mut Vec<PathBuf>) -> Result<Root, Ceremony> {
        let mut secret = Zeroizing::new([0; SECRET]);
        self.random.fill(secret.as_mut())?;
        let path = folder::make(&self.asked.folder)?;
        let (passphrase, cost) = (words(&secret), self.cost());
        let random = &*self.random;
        let keys = KeyStore::create_at_cost(&path, passphrase.as_bytes(), cost, random)?;
        written.push(path);
        self.make_key(&keys)?;
        let shares = split(&secret, self.declaration.quorum(), random)?;
        for ((_, path), share) in self.media.iter().zip(&shares) {
            holders::write(path, share.text().as_bytes())?;
            written.push(path.clone());
        }
        self.root(keys)
    }

    fn make_key(&self, keys: &KeyStore) -> Result<(), Ceremony> {
        let (id, for_use) = (self.id()?, KeyUse::Certificates);
        let (algorithm, seal) = (None, None);
        if let Some(drill) = self.declaration.drill() {
            let rehearsal = self.rehearsal(drill)?;
            let key = NewKey {
                id,
                for_use,
                algorithm,
                pkcs8: rehearsal.pkcs8(),
                seal,
            };
            return Ok(keys.add(&[key], &*self.random)?);
        }
        let order = Order {
            id,
            for_use,
            kind: self.declaration.kind(),
            algorithm,
            seal,
        };
        Ok(keys.make(&[order], &*self.random)?)
    }

    /// The store opened by the shares of those who are there: each keeper's own.
    fn opened(&self) -> Result<Root, Ceremony> {
        let shares = self.media.iter().map(|(name, path)| self.share(name, path));
        let shares: Vec<Share> = shares.collect::<Result<_, _>>()?;
        let passphrase = words(&*join(&shares)?);
        let keys = KeyStore::open_at_cost(&self.asked.folder.join(folder::KEYS), self.cost())?;
        keys.unlock(passphrase.as_bytes())?;
        self.root(keys)
    }

    fn share(&self, keeper: &KeyId, path: &Path) -> Result<Share, Ceremony> {
        let share = holders::read(path)?;
        let given = self.declaration.share_of(keeper).unwrap_or_default();
        let brought = share.index();
        if brought != given {
            let keeper = keeper.clone();
            return Err(Ceremony::OthersShare {
                keeper,
                brought,
                given,
            });
        }
        Ok(share)
    }

    fn root(&self, keys: KeyStore) -> Result<Root, Ceremony> {
        let id = self.id()?;
        let known = keys.public_key(&id).ok_or(Ceremony::NoRoot)?;
        let (public, algorithm, _) = known;
        let drill = self.declaration.drill();
        let rehearsal = drill.map(|drill| self.rehearsal(drill)).transpose()?;
        if rehearsal
            .as_ref()
            .is_some_and(|key| *key.public_key() != public)
        {
            return Err(Ceremony::OtherSeed);
        }
        Ok(Root {
            id,
            keys,
            public,
            algorithm,
            rehearsal,
        })
    }

    fn rehearsal(&self, drill: Drill) -> Result<Rehearsal, Ceremony> {
        Ok(Rehearsal::generate(
            self.declaration.kind(),
            &drill.of_key(),
        )?)
    }

    /// A service takes no store with a key of this first name.
    fn id(&self) -> Result<KeyId, Ceremony> {
        let name = match self.declaration.drill() {
            Some(_) => "drill-root",
            None => "ceremony-root",
        };
        KeyId::parse(name).ok_or(Ceremony::NoRoot)
    }

    /// What a drill's passphrase costs is nobody's loss: everybody has its seed.
    fn cost(&self) -> Cost {
        self.declaration
            .drill()
            .map_or(Cost::DEFAULT, |_| Cost::FOR_TESTS)
    }
}

/// The root's key while the session lasts.
struct Root {
    id: KeyId,
    keys: KeyStore,
    public: PublicKey,
    algorithm: SignatureAlgorithm,
    rehearsal: Option<Rehearsal>,
}

impl Root {
    fn sign(&self, octets: &[u8], at: UtcDateTime) -> Result<Signature, SignError> {
        let under = Authorisation::journalled(self.id.clone(), KeyUse::Certificates, octets, at);
        match &self.rehearsal {
            Some(rehearsal) => rehearsal.sign(Input::Message(octets), &under),
            None => self.keys.sign(octets, &under),
        }
    }
}

fn said(declaration: &Declaration, files: &Files) -> String {
    let transcript = files.get(TRANSCRIPT).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let (name, session) = (declaration.name(), declaration.session());
    let held = if declaration.drill().is_some() {
        "drilled"
    } else {
        "held"
    };
    let digest = head(sha256(transcript));
    format!(
        "{held}: {name}, session {session}\nwritten: {}\n{digest}",
        names.join(" ")
    )
}
