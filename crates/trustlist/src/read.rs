//! A list out of its tree (TS 119 612 5.2 to 5.6).

use pki::Certificate;
use time::Duration;
use xml::{Element, XML};

use crate::algorithms;
use crate::fault::ReadList;
use crate::limits::{MAX_CERTIFICATES, MAX_PERIODS, MAX_SERVICES};
use crate::list::{Pointer, Provider, TrustedList};
use crate::names::{SIE, TAG, TSL, TSLX, VERSIONS};
use crate::service::{Criteria, Narrowed, Period, Provided, Qualification};
use crate::signature::Signed;
use crate::value::{Texts, moment, number, truth};

/// The most that lies between an issue and the next update (TS 119 612 5.3.15: six months).
const LONGEST: Duration = Duration::days(185);

/// That it is a list at all, before anything is computed.
pub(crate) fn inspect_root(root: &Element) -> Result<(), ReadList> {
    if !root.is(TSL, "TrustServiceStatusList") {
        return Err(ReadList::Root(root.local().to_owned()));
    }
    match root.attribute("TSLTag") {
        Some(TAG) => Ok(()),
        _ => Err(ReadList::Value("TSLTag")),
    }
}

/// The list of a tree whose signature holds.
pub(crate) fn list(root: &Element, signed: Signed) -> Result<TrustedList, ReadList> {
    let scheme = root.child_in(TSL, "SchemeInformation")?;
    let whole = |name: &'static str| {
        let text = scheme.child_in(TSL, name)?.trimmed();
        number(&text).ok_or(ReadList::Value(name))
    };
    if !VERSIONS.contains(&whole("TSLVersionIdentifier")?) {
        return Err(ReadList::Version);
    }
    inspect_extensions(scheme)?;
    let issued_at = scheme.child_in(TSL, "ListIssueDateTime")?.trimmed();
    let issued_at = moment(&issued_at).ok_or(ReadList::Value("ListIssueDateTime"))?;
    let next = scheme
        .child_in(TSL, "NextUpdate")?
        .one_in(TSL, "dateTime")?;
    let next_update = next
        .map(|one| moment(&one.trimmed()).ok_or(ReadList::Value("NextUpdate")))
        .transpose()?;
    if next_update.is_some_and(|next| next <= issued_at || next - issued_at > LONGEST) {
        return Err(ReadList::Period);
    }
    // TS 119 612 5.7.1: a certificate that has ended signs no list.
    if !signed.signer.validity().contains(issued_at) {
        return Err(crate::fault::CheckList::SignerPeriod.into());
    }
    Ok(TrustedList {
        signed,
        sequence: whole("TSLSequenceNumber")?,
        kind: required(scheme, "TSLType")?,
        operator: texts(scheme.child_in(TSL, "SchemeOperatorName")?),
        scheme: texts(scheme.child_in(TSL, "SchemeName")?),
        information: addresses(scheme, "SchemeInformationURI")?,
        territory: optional(scheme, "SchemeTerritory")?,
        issued_at,
        next_update,
        pointers: pointers(scheme)?,
        providers: providers(root)?,
    })
}

/// TS 119 612 5.3.17: no extension of a scheme is understood here.
fn inspect_extensions(scheme: &Element) -> Result<(), ReadList> {
    let all = scheme.one_in(TSL, "SchemeExtensions")?.into_iter();
    for extension in all.flat_map(|one| one.all_in(TSL, "Extension")) {
        if is_critical(extension)? {
            return Err(ReadList::Critical(inside(extension)));
        }
    }
    Ok(())
}

fn is_critical(extension: &Element) -> Result<bool, ReadList> {
    let stated = extension.attribute("Critical").and_then(truth);
    stated.ok_or(ReadList::Value("Critical"))
}

/// What an extension calls itself.
fn inside(extension: &Element) -> String {
    let first = extension.children.first();
    first.map_or_else(String::new, |one| one.local().to_owned())
}

fn required(element: &Element, name: &'static str) -> Result<String, ReadList> {
    match element.child_in(TSL, name)?.trimmed().into_owned() {
        empty if empty.is_empty() => Err(ReadList::Value(name)),
        text => Ok(text),
    }
}

fn optional(element: &Element, name: &'static str) -> Result<Option<String>, ReadList> {
    let found = element.one_in(TSL, name)?;
    Ok(found.map(|one| one.trimmed().into_owned()))
}

/// TS 119 612 5.1.4: names in several languages.
fn texts(element: &Element) -> Texts {
    let named = element.all_in(TSL, "Name").map(|one| {
        let language = one.attribute_in(XML, "lang").unwrap_or_default();
        (language.to_owned(), one.trimmed().into_owned())
    });
    named.collect()
}

fn addresses(element: &Element, name: &'static str) -> Result<Vec<String>, ReadList> {
    let found = element.one_in(TSL, name)?.into_iter();
    Ok(found
        .flat_map(|one| one.all_in(TSL, "URI"))
        .map(|one| one.trimmed().into_owned())
        .collect())
}

/// TS 119 612 5.3.13.
fn pointers(scheme: &Element) -> Result<Vec<Pointer>, ReadList> {
    let held = scheme.one_in(TSL, "PointersToOtherTSL")?;
    let all = held
        .into_iter()
        .flat_map(|one| one.all_in(TSL, "OtherTSLPointer"));
    let mut pointers = Vec::new();
    for pointer in all {
        if pointers.len() >= MAX_SERVICES {
            return Err(ReadList::TooMany("pointers"));
        }
        pointers.push(read_pointer(pointer)?);
    }
    Ok(pointers)
}

fn read_pointer(pointer: &Element) -> Result<Pointer, ReadList> {
    let mut signers = Vec::new();
    let held = pointer.one_in(TSL, "ServiceDigitalIdentities")?.into_iter();
    for identity in held.flat_map(|one| one.all_in(TSL, "ServiceDigitalIdentity")) {
        signers.append(&mut certificates(identity)?);
    }
    if signers.len() > MAX_CERTIFICATES {
        return Err(ReadList::TooMany("signers"));
    }
    let additional = pointer.one_in(TSL, "AdditionalInformation")?;
    let others: Vec<&Element> = additional
        .into_iter()
        .flat_map(|one| one.all_in(TSL, "OtherInformation"))
        .collect();
    let said = |namespace: &'static str, name: &'static str| {
        let mut found = others.iter().flat_map(|one| one.all_in(namespace, name));
        found.next().map(|one| one.trimmed().into_owned())
    };
    Ok(Pointer {
        location: required(pointer, "TSLLocation")?,
        signers,
        kind: said(TSL, "TSLType"),
        territory: said(TSL, "SchemeTerritory"),
        media_type: said(TSLX, "MimeType"),
    })
}

/// TS 119 612 5.3.18, 5.4.
fn providers(root: &Element) -> Result<Vec<Provider>, ReadList> {
    let held = root.one_in(TSL, "TrustServiceProviderList")?.into_iter();
    let mut count = 0_usize;
    let mut providers = Vec::new();
    for provider in held.flat_map(|one| one.all_in(TSL, "TrustServiceProvider")) {
        let information = provider.child_in(TSL, "TSPInformation")?;
        let refused = provider_refused(information)?;
        let mut services = Vec::new();
        let listed = provider.child_in(TSL, "TSPServices")?;
        for service in listed.all_in(TSL, "TSPService") {
            count += 1;
            if count > MAX_SERVICES {
                return Err(ReadList::TooMany("services"));
            }
            services.push(read_service(service, refused.as_deref())?);
        }
        let trade = information.one_in(TSL, "TSPTradeName")?;
        providers.push(Provider {
            name: texts(information.child_in(TSL, "TSPName")?),
            trade_names: trade.map(texts).unwrap_or_default(),
            services,
        });
    }
    Ok(providers)
}

/// TS 119 612 5.4.6: no extension of a provider is understood here; a critical one takes its services with it.
fn provider_refused(information: &Element) -> Result<Option<String>, ReadList> {
    let held = information.one_in(TSL, "TSPInformationExtensions")?;
    for extension in held
        .into_iter()
        .flat_map(|one| one.all_in(TSL, "Extension"))
    {
        if is_critical(extension)? {
            return Ok(Some(inside(extension)));
        }
    }
    Ok(None)
}

fn read_service(service: &Element, refused: Option<&str>) -> Result<Provided, ReadList> {
    let now = service.child_in(TSL, "ServiceInformation")?;
    let mut periods = vec![read_period(now, refused)?];
    let history = service.one_in(TSL, "ServiceHistory")?.into_iter();
    for instance in history.flat_map(|one| one.all_in(TSL, "ServiceHistoryInstance")) {
        if periods.len() >= MAX_PERIODS {
            return Err(ReadList::TooMany("periods"));
        }
        periods.push(read_period(instance, refused)?);
    }
    // TS 119 612 5.5.10: in descending order; what is not would give times that overlap.
    let falls = periods.windows(2).all(|two| match two {
        [newer, older] => older.from <= newer.from,
        _ => true,
    });
    if !falls {
        return Err(ReadList::Value("ServiceHistory"));
    }
    // TS 119 612 5.6.3: a history may hold the key identifier in the place of the certificate.
    let own = periods.first().map(|one| one.certificates.clone());
    for period in &mut periods {
        if period.certificates.is_empty() {
            period.certificates = own.clone().unwrap_or_default();
        }
    }
    Ok(Provided {
        name: texts(now.child_in(TSL, "ServiceName")?),
        periods,
    })
}

fn read_period(element: &Element, refused: Option<&str>) -> Result<Period, ReadList> {
    let from = element.child_in(TSL, "StatusStartingTime")?.trimmed();
    let mut period = Period {
        kind: required(element, "ServiceTypeIdentifier")?,
        state: required(element, "ServiceStatus")?,
        from: moment(&from).ok_or(ReadList::Value("StatusStartingTime"))?,
        certificates: certificates(element.child_in(TSL, "ServiceDigitalIdentity")?)?,
        narrowed: Vec::new(),
        qualifications: Vec::new(),
        expired_kept_since: None,
        refused: refused.map(str::to_owned),
    };
    let held = element.one_in(TSL, "ServiceInformationExtensions")?;
    for extension in held
        .into_iter()
        .flat_map(|one| one.all_in(TSL, "Extension"))
    {
        let critical = is_critical(extension)?;
        let understood = take_extension(extension, &mut period)?;
        // TS 119 612 5.5.9: who does not understand a critical extension does not rely on the service.
        if critical && !understood {
            period.refused = Some(inside(extension));
        }
    }
    Ok(period)
}

/// Whether the extension is one that is understood.
fn take_extension(extension: &Element, period: &mut Period) -> Result<bool, ReadList> {
    let mut understood = false;
    for content in extension.children.iter() {
        understood = true;
        if content.is(TSL, "AdditionalServiceInformation") {
            period.narrowed.push(Narrowed {
                uri: required(content, "URI")?,
                value: optional(content, "InformationValue")?,
            });
        } else if content.is(SIE, "Qualifications") {
            let all = content.all_in(SIE, "QualificationElement");
            for one in all {
                period.qualifications.push(qualification(one)?);
            }
        } else if content.is(TSL, "ExpiredCertsRevocationInfo") {
            let since = moment(&content.trimmed());
            period.expired_kept_since =
                Some(since.ok_or(ReadList::Value("ExpiredCertsRevocationInfo"))?);
        } else if !content.is(TSLX, "TakenOverBy") {
            return Ok(false);
        }
    }
    Ok(understood)
}

fn qualification(element: &Element) -> Result<Qualification, ReadList> {
    let qualifiers = element.child_in(SIE, "Qualifiers")?;
    let named = qualifiers.all_in(SIE, "Qualifier");
    Ok(Qualification {
        qualifiers: named
            .filter_map(|one| Some(one.attribute("uri")?.to_owned()))
            .collect(),
        criteria: criteria(element.child_in(SIE, "CriteriaList")?)?,
    })
}

/// Depth is that of the tree.
fn criteria(element: &Element) -> Result<Criteria, ReadList> {
    let mut found = Criteria {
        assert: element.attribute("assert").unwrap_or("all").to_owned(),
        ..Criteria::default()
    };
    for usage in element.all_in(SIE, "KeyUsage") {
        let bits = usage.all_in(SIE, "KeyUsageBit").map(|bit| {
            let name = bit.attribute("name")?;
            Some((name.to_owned(), truth(&bit.trimmed())?))
        });
        let bits: Option<Vec<_>> = bits.collect();
        found
            .key_usage
            .push(bits.ok_or(ReadList::Value("KeyUsage"))?);
    }
    for set in element.all_in(SIE, "PolicySet") {
        let policies = set.all_in(SIE, "PolicyIdentifier");
        let dotted = policies.flat_map(|one| {
            let all = one.children.iter();
            let identifiers = all.filter(|one| one.local() == "Identifier");
            identifiers.map(|one| one.trimmed().into_owned())
        });
        found.policies.push(dotted.collect());
    }
    for inner in element.all_in(SIE, "CriteriaList") {
        found.inner.push(criteria(inner)?);
    }
    found.others = element.one_in(SIE, "otherCriteriaList")?.is_some();
    Ok(found)
}

/// The certificates of an identity (TS 119 612 5.5.3). One that cannot be read gives no trust and takes none away.
fn certificates(identity: &Element) -> Result<Vec<Certificate>, ReadList> {
    let mut found = Vec::new();
    let all = identity.all_in(TSL, "DigitalId");
    for one in all.flat_map(|one| one.all_in(TSL, "X509Certificate")) {
        if found.len() >= MAX_CERTIFICATES {
            return Err(ReadList::TooMany("certificates"));
        }
        let der = algorithms::octets(&one.trimmed()).ok_or(ReadList::Value("X509Certificate"))?;
        if let Ok(certificate) = Certificate::parse(&der)
            && !found.contains(&certificate)
        {
            found.push(certificate);
        }
    }
    Ok(found)
}
