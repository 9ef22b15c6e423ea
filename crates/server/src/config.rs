//! The one configuration file: TOML, every key with a default but the paths; read once, here.
//!
//! Unknown keys are refused. Sizes and times carry their unit. Secrets are named by the path of
//! their file.

use catalogue::Zone;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use figment::Figment;
use figment::providers::{Format, Toml};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;
use tlog::NoteKey;

mod limits;
mod openid;

pub use self::limits::{OfficeHours, ReleaseLimits};
pub use self::openid::OpenIdConfig;

/// What the service is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real licences: example keys are refused.
    Production,
    /// The demonstration and tests: every page is marked as a sample.
    Example,
}

/// The effective configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What the service is run for.
    #[serde(default = "production")]
    pub mode: Mode,
    /// Where it listens.
    #[serde(default = "loopback")]
    pub listen: SocketAddr,
    /// Origin under which callers and readers reach it, such as `https://licences.example`.
    pub public_url: String,
    /// `sqlite:PATH` or `postgres://…`.
    pub database: String,
    /// Folder of the object store.
    pub objects: PathBuf,
    /// Folder of the evidence records; `records` beside the object store's where none is named.
    #[serde(default)]
    pub records: Option<PathBuf>,
    /// How long before its end the proof of a file is renewed; `0s`: not by the service.
    #[serde(default = "renew_before")]
    pub renew_before: Period,
    /// File of the key store, mode 0600.
    pub keys: PathBuf,
    /// File with the passphrase of the key store; without it the service starts sealed.
    #[serde(default)]
    pub passphrase_file: Option<PathBuf>,
    /// Files with shares of the passphrase, which are read at the start instead (T-K3).
    #[serde(default)]
    pub shares: Vec<PathBuf>,
    /// File with the field key, mode 0600: what is sealed from now on is sealed under it.
    pub field_key: PathBuf,
    /// Files with field keys under which something may stand, mode 0600 (T-P5).
    #[serde(default)]
    pub other_field_keys: Vec<PathBuf>,
    /// Policy of certificates, an object identifier of the operator's own.
    #[serde(default)]
    pub certificate_policy: Option<String>,
    /// Policy of time-stamps, likewise.
    #[serde(default)]
    pub stamp_policy: Option<String>,
    /// References of the clock, each the `host` or `host:port` of a server of the network time protocol (T-T1).
    #[serde(default)]
    pub time_references: Vec<String>,
    /// The zone of legal dates.
    #[serde(default = "shanghai")]
    pub zone: String,
    /// Largest document uploaded for verification or sealing (T-I2).
    #[serde(default = "upload")]
    pub upload: Size,
    /// Largest JSON content (T-I1).
    #[serde(default = "json")]
    pub json: Size,
    /// How long a document waits for a place to be judged or sealed in, before it is shed (T-A5).
    #[serde(default = "arrival")]
    pub arrival: Period,
    /// Jobs in flight, beyond which new ones are shed (T-A5).
    #[serde(default = "jobs")]
    pub jobs: u32,
    /// Documents judged at once; others wait for a place or are shed.
    #[serde(default = "judged")]
    pub judged: u32,
    /// Processor time that the judgement of one document gets, in whole seconds (T-I3).
    #[serde(default = "judge_time")]
    pub judge_time: Period,
    /// Memory that it gets (T-I3).
    #[serde(default = "judge_memory")]
    pub judge_memory: Size,
    /// The program that judges, in processes of its own; the service's own binary where none is named.
    #[serde(default)]
    pub judge: Option<PathBuf>,
    /// How long a release may wait (T-S2).
    #[serde(default = "release")]
    pub release: Period,
    /// How often seals are released, where a seal has no limits of its own (T-S7).
    #[serde(default)]
    pub release_limits: ReleaseLimits,
    /// When the office is at work; a release at another time is an alarm.
    #[serde(default)]
    pub office_hours: OfficeHours,
    /// How long a page waits for its release before its job ends.
    #[serde(default = "waiting")]
    pub waiting: Period,
    /// How long a status answer is good, and half of it its age at renewal (T-A2).
    #[serde(default = "status")]
    pub status: Period,
    /// Keys of the log's outside witnesses, as C2SP signed-note writes them (T-L3).
    #[serde(default)]
    pub witnesses: Witnesses,
    /// Receivers of events that may lie in a private network or be called without TLS: `host` or `host:port` (T-I8).
    #[serde(default)]
    pub private_receivers: Vec<String>,
    /// Where the operator is reached; its own trusted list says it (TS 119 612 5.3.5).
    #[serde(default)]
    pub operator: Option<OperatorConfig>,
    /// Certificate and key with which the service speaks TLS itself; without it a proxy does.
    #[serde(default)]
    pub tls: Option<tls::Files>,
    /// The token in which keys are made and stay; without it they are in the file.
    #[serde(default)]
    pub token: Option<TokenConfig>,
    /// The OpenID provider by which people sign in; without it they have local accounts alone.
    #[serde(default)]
    pub openid: Option<OpenIdConfig>,
    /// The authorisation server under which others sign from afar (CSC API 2.1); without it nobody does.
    #[serde(default)]
    pub remote_signing: Option<csc::Provider>,
}

/// Where the operator is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorConfig {
    /// Street and number.
    pub street: String,
    /// City.
    pub locality: String,
    /// Province.
    pub province: String,
    /// Electronic mail.
    pub mail: String,
    /// The page with rules and policy; the service's own where none is named.
    #[serde(default)]
    pub rules: Option<String>,
}

impl OperatorConfig {
    /// The first value that no list could carry.
    fn fault(&self) -> Option<String> {
        let lines = [&self.street, &self.locality, &self.province];
        let empty = lines.into_iter().find(|line| line.trim().is_empty());
        let mail = match self.mail.split_once('@') {
            Some((who, host)) if !who.is_empty() && !host.is_empty() => self
                .mail
                .contains(|one: char| !one.is_ascii_graphic() || "<>?#%\"".contains(one)),
            _ => true,
        };
        let rules = self.rules.as_ref();
        let rules = rules.filter(|page| !page.starts_with("https://"));
        let mail = mail.then_some(&self.mail);
        empty.or(mail).or(rules).map(|fault| format!("{fault:?}"))
    }
}

/// A PKCS#11 token (T-K2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The module of its maker, a shared library.
    pub module: PathBuf,
    /// Its label.
    pub label: String,
    /// File with the user's PIN, mode 0600, or a descriptor such as `/dev/fd/3`.
    pub pin_file: PathBuf,
    /// Sessions at once, each a process.
    #[serde(default = "sessions")]
    pub sessions: u8,
    /// How long it may take for one act, and a caller waits for a session.
    #[serde(default = "limit")]
    pub limit: Period,
    /// The vendor's number of the mechanism that signs `SM3(Z ‖ M)` with an SM2 key.
    #[serde(default)]
    pub sm2: Option<u32>,
    /// Whether keys of SM2 are kept in the file all the same.
    #[serde(default)]
    pub sm2_in_file: bool,
    /// The program that speaks to it; without it `yinxin-token` beside this one.
    #[serde(default)]
    pub program: Option<PathBuf>,
    /// Variables that its module is told by.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
}

fn sessions() -> u8 {
    4
}
fn limit() -> Period {
    Period(Duration::from_secs(10))
}
fn production() -> Mode {
    Mode::Production
}
fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8080))
}
fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}
fn upload() -> Size {
    Size(50 << 20)
}
fn json() -> Size {
    Size(1 << 20)
}
fn arrival() -> Period {
    Period(Duration::from_secs(30))
}
fn jobs() -> u32 {
    256
}
fn judged() -> u32 {
    2
}
fn judge_time() -> Period {
    Period(Duration::from_secs(20))
}
fn judge_memory() -> Size {
    Size(512 << 20)
}
fn release() -> Period {
    Period(Duration::from_secs(24 * 3600))
}
fn waiting() -> Period {
    Period(Duration::from_secs(30 * 24 * 3600))
}
fn renew_before() -> Period {
    Period(Duration::from_secs(180 * 24 * 3600))
}
fn status() -> Period {
    Period(Duration::from_secs(48 * 3600))
}

/// Why the configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadConfig {
    /// The file is not there.
    #[error("there is no configuration at {0}")]
    Missing(PathBuf),
    /// The file is not TOML of this form; the message names the key.
    #[error("the configuration cannot be used")]
    Form(#[source] Box<figment::Error>),
    /// `public_url` is not an origin.
    #[error("public_url is not an origin such as https://licences.example: {0}")]
    Origin(String),
    /// What is reached over TLS says so in its address.
    #[error("public_url begins with https:// where the service speaks TLS itself")]
    Protected,
    /// The operator cannot be reached so.
    #[error("operator has an empty line, a mail that is none, or rules without https: {0}")]
    Operator(String),
    /// These are no limits.
    #[error("release_limits are 1 to 1,000,000 each, and no more a minute than a day")]
    Limits,
    /// These are no hours.
    #[error("office_hours are from HH:MM to a later HH:MM of the same day")]
    Hours,
    /// The provider cannot be one.
    #[error("openid cannot be used")]
    OpenId(#[from] ::openid::ReadTerms),
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// [`ReadConfig`] names the key or the file.
    pub fn read(path: &Path) -> Result<Self, ReadConfig> {
        if !path.is_file() {
            return Err(ReadConfig::Missing(path.to_owned()));
        }
        Figment::new()
            .merge(Toml::file_exact(path))
            .extract::<Self>()
            .map_err(|error| ReadConfig::Form(Box::new(error)))?
            .inspected()
    }

    /// The folder of the evidence records.
    #[must_use]
    pub fn records(&self) -> PathBuf {
        let beside = || self.objects.with_file_name("records");
        self.records.clone().unwrap_or_else(beside)
    }

    /// The same with this very program as the one that judges, where it names none.
    ///
    /// # Errors
    /// The system does not say which program this is.
    pub fn judged_apart(mut self) -> std::io::Result<Self> {
        if self.judge.is_none() {
            self.judge = Some(public::this_program()?);
        }
        Ok(self)
    }

    fn inspected(self) -> Result<Self, ReadConfig> {
        let rest = self
            .public_url
            .strip_prefix("https://")
            .or_else(|| self.public_url.strip_prefix("http://"));
        match rest {
            Some(authority)
                if !authority.is_empty() && !authority.contains(['/', '?', '#', '@']) => {}
            _ => return Err(ReadConfig::Origin(self.public_url)),
        }
        if self.tls.is_some() && !self.public_url.starts_with("https://") {
            return Err(ReadConfig::Protected);
        }
        if !self.release_limits.limits().are_lawful() {
            return Err(ReadConfig::Limits);
        }
        if self.office_hours.hours(Zone::default()).is_none() {
            return Err(ReadConfig::Hours);
        }
        if let Some(openid) = &self.openid {
            openid.terms(&self.public_url)?;
        }
        match self.operator.as_ref().and_then(OperatorConfig::fault) {
            Some(fault) => Err(ReadConfig::Operator(fault)),
            None => Ok(self),
        }
    }
}

/// Keys of witnesses, each written `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Witnesses(pub Vec<NoteKey>);

impl<'de> Deserialize<'de> for Witnesses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let keys = texts.iter().map(|text| NoteKey::parse(text));
        let keys: Result<_, _> = keys.collect();
        keys.map(Self).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Witnesses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(NoteKey::vkey))
    }
}

/// A number of octets, written such as `50 MiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub usize);

/// A span of time, written such as `48h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period(pub Duration);

const SIZES: [(&str, usize); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
const PERIODS: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = SIZES.iter().find_map(|(unit, octets)| {
            let number: usize = text.strip_suffix(unit)?.trim().parse().ok()?;
            number.checked_mul(*octets)
        });
        parsed.map(Self).ok_or_else(|| {
            serde::de::Error::custom("a size is a number and KiB, MiB or GiB, such as \"50 MiB\"")
        })
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (unit, octets) = SIZES
            .into_iter()
            .find(|(_, octets)| self.0.is_multiple_of(*octets))
            .unwrap_or(("KiB", 1 << 10));
        serializer.collect_str(&format_args!("{} {unit}", self.0 / octets))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let parsed = PERIODS.iter().find_map(|(unit, seconds)| {
            let number: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
            number.checked_mul(*seconds)
        });
        parsed
            .map(|seconds| Self(Duration::from_secs(seconds)))
            .ok_or_else(|| {
                serde::de::Error::custom("a span is a number and s, min, h or d, such as \"48h\"")
            })
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let seconds = self.0.as_secs();
        let (unit, each) = PERIODS
            .into_iter()
            .find(|(_, each)| seconds.is_multiple_of(*each))
            .unwrap_or(("s", 1));
        serializer.collect_str(&format_args!("{}{unit}", seconds / each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"
        public_url = "https://licences.example"
        database = "sqlite:/var/lib/yinxin/registry.db"
        objects = "/var/lib/yinxin/objects"
        keys = "/var/lib/yinxin/keys"
        field_key = "/var/lib/yinxin/field.key"
    "#;

    fn read(text: &str) -> Result<Config, ReadConfig> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("yinxin.toml");
        std::fs::write(&path, text).expect("written");
        Config::read(&path)
    }

    #[test]
    fn paths_are_enough() {
        let config = read(LEAST).expect("the rest has defaults");
        assert_eq!(config.upload, Size(50 << 20));
        assert_eq!(config.status.0, Duration::from_secs(48 * 3600));
        assert_eq!(config.mode, Mode::Production);
        assert_eq!(config.records(), Path::new("/var/lib/yinxin/records"));
        let elsewhere = read(&format!("{LEAST}\nrecords = \"/srv/ers\"")).expect("read");
        assert_eq!(elsewhere.records(), Path::new("/srv/ers"));
    }

    #[test]
    fn an_operator_that_cannot_be_reached_as_it_says_is_refused() {
        let operator = |mail: &str, street: &str, rest: &str| {
            let lines =
                format!("street = {street:?}\nlocality = \"云洲市\"\nprovince = \"云洲省\"");
            read(&format!(
                "{LEAST}\n[operator]\n{lines}\nmail = {mail:?}\n{rest}"
            ))
        };
        let config = operator("help@licences.example", "中山路 1 号", "").expect("read");
        assert_eq!(config.operator.expect("an operator").rules, None);
        for (mail, street, rest) in [
            ("help", "中山路 1 号", ""),
            ("@licences.example", "中山路 1 号", ""),
            ("help@", "中山路 1 号", ""),
            ("help@licences.example?cc=a@b.example", "中山路 1 号", ""),
            ("help me@licences.example", "中山路 1 号", ""),
            ("帮助@licences.example", "中山路 1 号", ""),
            ("help@licences.example", " ", ""),
            (
                "help@licences.example",
                "中山路 1 号",
                "rules = \"http://licences.example\"",
            ),
        ] {
            let refused = operator(mail, street, rest);
            assert!(
                matches!(refused, Err(ReadConfig::Operator(_))),
                "{mail} {street} {rest}"
            );
        }
    }

    #[test]
    fn what_is_shown_can_be_read_back() {
        let config =
            read(&format!("{LEAST}\nrelease = \"90min\"\nupload = \"3 KiB\"")).expect("read");
        let shown = toml_of(&config);
        assert!(shown.contains("release = \"90min\"") && shown.contains("upload = \"3 KiB\""));
        assert_eq!(read(&shown).expect("read back"), config);
    }

    fn toml_of(config: &Config) -> String {
        toml::to_string(config).expect("a configuration is TOML")
    }

    #[test]
    fn a_token_is_named_whole_and_shown_as_it_is_used() {
        let token = "[token]\nmodule = \"/usr/lib/module.so\"\nlabel = \"office\"\n";
        assert!(read(&format!("{LEAST}\n{token}")).is_err());
        let config = read(&format!("{LEAST}\n{token}pin_file = \"/run/pin\"")).expect("read");
        let shown = toml_of(&config);
        assert!(shown.contains("sessions = 4") && shown.contains("limit = \"10s\""));
        assert_eq!(read(&shown).expect("read back"), config);
        let pin = format!("{LEAST}\n{token}pin = \"1234\"\npin_file = \"/run/pin\"");
        assert!(matches!(read(&pin), Err(ReadConfig::Form(_))));
    }

    #[test]
    fn a_provider_is_named_by_https_and_shown_without_its_secret() {
        let named = |issuer: &str, rest: &str| {
            let text =
                format!("issuer = {issuer:?}\nclient = \"yinxin\"\nsecret_file = \"/run/secret\"");
            read(&format!("{LEAST}\n[openid]\n{text}\n{rest}"))
        };
        let config = named("https://id.example", "").expect("read");
        let shown = toml_of(&config);
        assert!(shown.contains("again = \"30s\"") && shown.contains("second_factor = []"));
        assert_eq!(read(&shown).expect("read back"), config);
        for (issuer, rest) in [
            ("http://id.example", ""),
            ("https://id.example", "algorithms = [\"HS256\"]"),
            ("https://id.example", "audience = \"\""),
        ] {
            let refused = named(issuer, rest);
            assert!(
                matches!(refused, Err(ReadConfig::OpenId(_))),
                "{issuer} {rest}"
            );
        }
        let secret = named("https://id.example", "secret = \"1234\"");
        assert!(matches!(secret, Err(ReadConfig::Form(_))));
    }

    #[test]
    fn unknown_keys_missing_units_and_addresses_are_refused() {
        assert!(matches!(
            read(&format!("{LEAST}\nfoo = 1")),
            Err(ReadConfig::Form(_))
        ));
        assert!(matches!(
            read(&format!("{LEAST}\nupload = \"3\"")),
            Err(ReadConfig::Form(_))
        ));
        assert!(matches!(
            read(&format!("{LEAST}\nrelease = \"24\"")),
            Err(ReadConfig::Form(_))
        ));
        let other = LEAST.replace("https://licences.example", "https://licences.example/x");
        assert!(matches!(read(&other), Err(ReadConfig::Origin(_))));
        assert!(matches!(
            Config::read(Path::new("/nowhere/x.toml")),
            Err(ReadConfig::Missing(_))
        ));
    }

    #[test]
    fn tls_is_named_by_its_files_and_by_the_address() {
        let files = "[tls]\ncertificate = \"/etc/tls/own.pem\"\nkey = \"/etc/tls/own.key\"\n";
        let config = read(&format!(
            "{LEAST}\n{files}clients = [\"/etc/tls/machines.pem\"]"
        ));
        let config = config.expect("read");
        assert_eq!(read(&toml_of(&config)).expect("read back"), config);
        let plain = LEAST.replace("https://", "http://");
        let refused = read(&format!("{plain}\n{files}"));
        assert!(matches!(refused, Err(ReadConfig::Protected)));
        let secret = read(&format!("{LEAST}\n{files}passphrase = \"1234\""));
        assert!(matches!(secret, Err(ReadConfig::Form(_))));
    }

    #[test]
    fn there_are_few_keys() {
        let written = toml_of(&read(LEAST).expect("read"));
        let keys = written.lines().filter(|line| line.contains(" = "));
        let keys = keys.count();
        assert!(keys <= 30, "{keys}");
    }
}
