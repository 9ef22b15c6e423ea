//! The octets of `TBSCertificate` by profile.

use super::issuer::{Issuer, key_identifier};
use super::request::{Addresses, Request};
use super::{Profile, Purpose, Role, Status};
use crate::algorithm::identifier;
use crate::extension::{
    AccessDescription, AuthorityKeyIdentifier, BasicConstraints, DistributionPoint, Extension,
    PolicyInformation, Purposes,
};
use crate::general_name::GeneralName;
use crate::identifiers as id;
use asn1::{Oid, write};

/// RFC 5280 4.1.2, field by field.
pub(super) fn to_be_signed(
    profile: &Profile,
    request: &Request<'_>,
    issuer: &Issuer,
    addresses: &Addresses<'_>,
) -> Vec<u8> {
    write::sequence([
        // RFC 5280 4.1.2.1: version 3.
        write::context(0, [write::unsigned(2)]),
        write::integer(request.serial.octets()),
        identifier(issuer.algorithm),
        // RFC 5280 4.1.2.4: the issuer's own octets, so that comparison octet for octet holds too.
        issuer.name.der().to_vec(),
        write::sequence([
            write::time(request.validity.from),
            write::time(request.validity.last),
        ]),
        request.subject.der().to_vec(),
        request.key.spki().to_vec(),
        write::context(
            3,
            [write::sequence(extensions(
                profile, request, issuer, addresses,
            ))],
        ),
    ])
}

/// In the order in which rcgen writes those that it knows, so that a second author can be compared.
fn extensions(
    profile: &Profile,
    request: &Request<'_>,
    issuer: &Issuer,
    addresses: &Addresses<'_>,
) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut add = |oid: Oid, critical: bool, value: Vec<u8>| {
        let extension = Extension {
            oid,
            critical,
            value: &value,
        };
        out.push(extension.encode());
    };
    // RFC 5280 4.2.1.1: left out where the certificate is signed with its own key.
    if profile.role != Role::Root {
        let value = AuthorityKeyIdentifier::encode_key(&issuer.key_identifier);
        add(id::AUTHORITY_KEY_IDENTIFIER, false, value);
    }
    if !request.alternative_names.is_empty() {
        let names = request.alternative_names.iter().map(GeneralName::encode);
        add(id::SUBJECT_ALT_NAME, false, write::sequence(names));
    }
    // RFC 5280 4.2.1.3, EN 319 412-2 4.3.2: critical.
    let usage = profile.usage_for(request.key.algorithm());
    add(id::KEY_USAGE, true, usage.encode());
    match profile.purpose {
        Purpose::Open => {}
        // EN 319 412-2 4.3.10: not critical.
        Purpose::Listed(oid) => add(id::EXTENDED_KEY_USAGE, false, Purposes(vec![oid]).encode()),
        // RFC 3161 2.3: critical.
        Purpose::Sole(oid) => add(id::EXTENDED_KEY_USAGE, true, Purposes(vec![oid]).encode()),
    }
    let published = profile.status == Status::Published;
    if let Some(uri) = addresses.crl.filter(|_| published) {
        let points = [DistributionPoint::at(uri)];
        let value = DistributionPoint::encode_list(&points);
        add(id::CRL_DISTRIBUTION_POINTS, false, value);
    }
    let own = write::octet_string(&key_identifier(request.key));
    add(id::SUBJECT_KEY_IDENTIFIER, false, own);
    if let Some(basic) = basic_constraints(profile.role) {
        // RFC 5280 4.2.1.9: critical on a CA; an end entity's has nothing to say.
        add(id::BASIC_CONSTRAINTS, true, basic.encode());
    }
    if !request.policies.is_empty() {
        let value = PolicyInformation::encode_policies(request.policies);
        add(id::CERTIFICATE_POLICIES, false, value);
    }
    let access = access(addresses);
    if published && !access.is_empty() {
        let value = AccessDescription::encode_list(&access);
        add(id::AUTHORITY_INFORMATION_ACCESS, false, value);
    }
    if profile.status == Status::NotAsked {
        // RFC 6960 4.2.2.2.1: NULL, not critical.
        add(id::OCSP_NO_CHECK, false, write::null());
    }
    out
}

fn basic_constraints(role: Role) -> Option<BasicConstraints> {
    match role {
        Role::EndEntity => None,
        Role::Root => Some(BasicConstraints {
            ca: true,
            path_length: None,
        }),
        Role::Authority(length) => Some(BasicConstraints {
            ca: true,
            path_length: Some(length),
        }),
    }
}

fn access<'a>(addresses: &Addresses<'a>) -> Vec<AccessDescription<'a>> {
    [
        (id::ACCESS_OCSP, addresses.ocsp),
        (id::ACCESS_CA_ISSUERS, addresses.issuer),
    ]
    .into_iter()
    .filter_map(|(method, uri)| {
        uri.map(|uri| AccessDescription {
            method,
            location: GeneralName::Uri(uri),
        })
    })
    .collect()
}
