//! What is refused, each for its reason; digests and signatures are made right again where the fault is another.

use trustlist::{CheckList, ReadList, ReadXml, TrustedList};

use crate::lists::maker::{
    SIGNER, certificate, digested, draft, piece, put, read, resigned, scheme, signed, signed_by,
};

fn refused(text: &str) -> ReadList {
    read(text).expect_err("refused")
}

fn signature(text: &str) -> CheckList {
    match refused(text) {
        ReadList::Signature(cause) => cause,
        other => unreachable!("not for its signature: {other:?}"),
    }
}

fn xml(text: &str) -> ReadXml {
    match refused(text) {
        ReadList::Xml(cause) => cause,
        other => unreachable!("not for its xml: {other:?}"),
    }
}

#[test]
fn what_is_written_is_read() {
    let list = read(&signed(&draft())).expect("a good list");
    assert_eq!(list.sequence, 7);
    assert_eq!(list.signed.signer, certificate(SIGNER));
    assert_eq!(list.operator, scheme().operator);
}

#[test]
fn signing_again_is_what_the_first_signature_was() {
    // The tools of the other tests: a list that they leave as it is stays good.
    let again = resigned(&digested(&signed(&draft())), SIGNER);
    assert!(read(&again).is_ok());
}

#[test]
fn changed_content_is_found() {
    let good = signed(&draft());
    let changed = put(&good, "临溪市行政审批服务局", "临江市行政审批服务局");
    assert_eq!(signature(&changed), CheckList::Changed);
    let changed = put(&good, "recognisedatnationallevel", "granted");
    assert_eq!(signature(&changed), CheckList::Changed);
    // White space is content, and so is where a namespace is declared for its own sake not.
    let spaced = put(&good, "<SchemeInformation>", "<SchemeInformation> ");
    assert_eq!(signature(&spaced), CheckList::Changed);
    let declared = put(
        &good,
        "<SchemeInformation>",
        "<SchemeInformation xmlns:a=\"urn:a\">",
    );
    assert!(read(&declared).is_ok());
    let commented = put(
        &good,
        "<SchemeInformation>",
        "<SchemeInformation><!-- none -->",
    );
    assert!(read(&commented).is_ok());
}

#[test]
fn a_digest_that_fits_does_not_make_the_signature_fit() {
    let changed = put(&signed(&draft()), "recognised", "deprecated");
    assert_eq!(signature(&digested(&changed)), CheckList::Value);
}

#[test]
fn signed_properties_that_were_changed_are_found() {
    let good = signed(&draft());
    let time = put(&good, "<xades:SigningTime>2026", "<xades:SigningTime>2025");
    assert_eq!(signature(&time), CheckList::PropertiesChanged);
}

#[test]
fn there_are_the_two_references_and_no_third() {
    let good = signed(&draft());
    let whole = piece(&good, "<ds:Reference Id=\"list\"", "</ds:Reference>").to_owned();
    let twice = put(
        &good,
        &whole,
        &format!("{whole}{}", whole.replace(" Id=\"list\"", "")),
    );
    assert_eq!(signature(&resigned(&twice, SIGNER)), CheckList::References);
    let none = put(&good, &whole, "");
    assert_eq!(
        signature(&resigned(&none, SIGNER)),
        CheckList::Form("Reference")
    );
    let properties = piece(&good, "<ds:Reference Type", "</ds:Reference>").to_owned();
    let none = put(&good, &properties, "");
    assert_eq!(
        signature(&resigned(&none, SIGNER)),
        CheckList::Form("Reference")
    );
    // A reference to the list in the place of that to the properties.
    let two = put(&good, &properties, &whole.replace(" Id=\"list\"", ""));
    assert_eq!(signature(&resigned(&two, SIGNER)), CheckList::References);
}

#[test]
fn the_reference_means_the_root_and_nothing_else() {
    let good = signed(&draft());
    let reference = |uri: &str, text: &str| {
        let changed = put(
            text,
            "<ds:Reference Id=\"list\" URI=\"\">",
            &format!("<ds:Reference Id=\"list\" URI=\"{uri}\">"),
        );
        resigned(&changed, SIGNER)
    };
    for uri in ["#whole", "#list", "#", "other.xml", "#xpointer(/)"] {
        assert_eq!(
            signature(&reference(uri, &good)),
            CheckList::Covers(uri.to_owned())
        );
    }
    let named = put(
        &good,
        "<TrustServiceStatusList ",
        "<TrustServiceStatusList Id=\"whole\" ",
    );
    assert!(read(&reference("#whole", &digested(&named))).is_ok());
    // The identifier on another element than the root.
    let part = put(
        &good,
        "<SchemeInformation>",
        "<SchemeInformation Id=\"whole\">",
    );
    assert_eq!(
        signature(&reference("#whole", &digested(&part))),
        CheckList::Covers("#whole".to_owned())
    );
    let twice = put(
        &named,
        "<SchemeInformation>",
        "<SchemeInformation Id=\"whole\">",
    );
    assert_eq!(xml(&twice), ReadXml::Identifier("whole".to_owned()));
}

#[test]
fn a_signed_list_wrapped_in_another_is_not_that_list() {
    let good = signed(&draft());
    let body = good.split_once("?>\n").expect("a declaration").1;
    let mut evil = draft();
    evil.sequence = 8;
    let bad = signed_by(&evil, "credential");
    let signature_of = |text: &str| piece(text, "<ds:Signature", "</ds:Signature>").to_owned();
    // The good list with its signature inside an extension of a list of the attacker's.
    let inside = format!(
        "<SchemeExtensions><Extension Critical=\"false\">{}</Extension></SchemeExtensions></SchemeInformation>",
        body.trim_end()
    );
    let wrapped = put(&bad, "</SchemeInformation>", &inside);
    assert_eq!(
        signature(&put(&wrapped, &signature_of(&bad), "")),
        CheckList::Place
    );
    // The attacker's list with the good signature, and the good list as an object in it.
    let moved = put(&bad, &signature_of(&bad), &signature_of(&good));
    assert_eq!(signature(&moved), CheckList::Changed);
    // The good list below a root of the attacker's.
    let below = format!("<List xmlns=\"http://uri.etsi.org/02231/v2#\">{body}</List>");
    assert_eq!(refused(&below), ReadList::Root("List".to_owned()));
    // Two signatures, the good one first.
    let two = put(
        &good,
        "</TrustServiceStatusList>",
        &format!(
            "{}</TrustServiceStatusList>",
            signature_of(&bad)
                .replace("\"signature\"", "\"s\"")
                .replace("\"list\"", "\"l\"")
                .replace("\"properties\"", "\"p\"")
        ),
    );
    assert_eq!(signature(&two), CheckList::Place);
}

#[test]
fn a_signature_that_is_not_the_last_child_of_the_root_is_refused() {
    let good = signed(&draft());
    let own = piece(&good, "<ds:Signature", "</ds:Signature>").to_owned();
    let without = put(&good, &own, "");
    assert_eq!(signature(&without), CheckList::Absent);
    let first = put(
        &without,
        "<SchemeInformation>",
        &format!("{own}<SchemeInformation>"),
    );
    assert_eq!(signature(&first), CheckList::Place);
    let deep = put(
        &without,
        "</SchemeInformation>",
        &format!("{own}</SchemeInformation>"),
    );
    assert_eq!(signature(&deep), CheckList::Place);
}

#[test]
fn other_transforms_and_canonicalisations_are_refused() {
    let good = signed(&draft());
    let exclusive =
        "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform>";
    let transform = |new: &str| {
        let changed = put(&good, exclusive, new);
        signature(&resigned(&changed, SIGNER))
    };
    for other in [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ] {
        let new = format!("<ds:Transform Algorithm=\"{other}\"></ds:Transform>");
        assert_eq!(transform(&new), CheckList::Transform);
        let method = format!("<ds:CanonicalizationMethod Algorithm=\"{other}\">");
        let old =
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\">";
        let changed = put(&good, old, &method);
        assert_eq!(
            signature(&resigned(&changed, SIGNER)),
            CheckList::Canonicalisation
        );
    }
    assert_eq!(transform(""), CheckList::Transform);
    assert_eq!(transform(&exclusive.repeat(2)), CheckList::Transform);
    let listed = put(
        exclusive,
        "></",
        "><InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"xs\"></InclusiveNamespaces></",
    );
    assert_eq!(transform(&listed), CheckList::Transform);
    let enveloped = "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>";
    let changed = put(&good, enveloped, "");
    assert_eq!(signature(&resigned(&changed, SIGNER)), CheckList::Transform);
}

#[test]
fn algorithms_that_are_not_accepted_are_named() {
    let good = signed(&draft());
    for (old, new) in [
        (
            "http://www.w3.org/2001/04/xmlenc#sha256",
            "http://www.w3.org/2000/09/xmldsig#sha1",
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        ),
        (
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        ),
    ] {
        let changed = resigned(&put(&good, old, new), SIGNER);
        assert_eq!(signature(&changed), CheckList::Algorithm(new.to_owned()));
    }
    let other = put(&good, "#ecdsa-sha256", "#rsa-sha256");
    assert_eq!(signature(&resigned(&other, SIGNER)), CheckList::Value);
}

#[test]
fn the_signer_is_one_of_those_that_may() {
    assert_eq!(
        signature(&signed_by(&draft(), "credential")),
        CheckList::Signer
    );
    let nobody = TrustedList::parse(signed(&draft()).as_bytes(), &[]);
    assert_eq!(nobody, Err(ReadList::Signature(CheckList::Signer)));
    // Named as the right one, signed by another.
    let forged = resigned(&signed(&draft()), "credential");
    assert_eq!(signature(&forged), CheckList::Value);
    // KeyInfo shows another certificate than the one that is named.
    let good = signed(&draft());
    let key = piece(&good, "<ds:X509Certificate>", "</ds:X509Certificate>");
    let other = signed_by(&draft(), "credential");
    let swapped = put(
        &good,
        key,
        piece(&other, "<ds:X509Certificate>", "</ds:X509Certificate>"),
    );
    assert_eq!(signature(&swapped), CheckList::Signer);
}

#[test]
fn the_properties_are_those_of_this_signature() {
    let good = signed(&draft());
    let other = put(&good, "Target=\"#signature\"", "Target=\"#other\"");
    assert_eq!(signature(&other), CheckList::Properties);
    let named = put(&good, "URI=\"#properties\"", "URI=\"#other\"");
    assert_eq!(signature(&resigned(&named, SIGNER)), CheckList::Properties);
    // A second SignedProperties beside the one that was signed.
    let own = piece(
        &good,
        "<xades:SignedProperties",
        "</xades:SignedProperties>",
    )
    .to_owned();
    let second = own.replace("Id=\"properties\"", "Id=\"second\"");
    let two = put(&good, &own, &format!("{second}{own}"));
    assert_eq!(signature(&two), CheckList::Form("SignedProperties"));
    let declared = "<xades:SignedProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\"";
    let second = put(&second, "<xades:SignedProperties", declared);
    let object = format!("</ds:Object><ds:Object>{second}</ds:Object>");
    let two = put(&good, "</ds:Object>", &object);
    assert_eq!(signature(&two), CheckList::Form("Signature"));
}

#[test]
fn a_list_has_no_document_type_no_entities_and_no_instructions() {
    let good = signed(&draft());
    let typed = put(
        &good,
        "?>\n",
        "?>\n<!DOCTYPE TrustServiceStatusList [<!ENTITY a \"b\">]>\n",
    );
    assert_eq!(xml(&typed), ReadXml::Doctype);
    let entity = put(&good, "<SchemeTerritory>CN", "<SchemeTerritory>&cn;");
    assert_eq!(xml(&entity), ReadXml::Entity);
    let told = put(&good, "<SchemeInformation>", "<?a b?><SchemeInformation>");
    assert_eq!(xml(&told), ReadXml::Instruction);
    let commented = put(&good, "<SchemeTerritory>CN", "<SchemeTerritory>C<!-- -->N");
    assert_eq!(
        xml(&commented),
        ReadXml::Comment("SchemeTerritory".to_owned())
    );
    let cut = good
        .trim_end()
        .trim_end_matches("</TrustServiceStatusList>");
    assert!(matches!(xml(cut), ReadXml::Malformed { .. }));
}

#[test]
fn a_list_whose_canonical_form_is_a_hundred_times_as_long_is_not_computed() {
    let good = signed(&draft());
    let long = format!(" xmlns:w=\"urn:{}\" TSLTag=", "a".repeat(1 << 20));
    let wide = put(&good, " TSLTag=", &long);
    let uses = format!("{}</SchemeInformation>", "<w:x/>".repeat(100));
    let wide = put(&wide, "</SchemeInformation>", &uses);
    let form = ReadList::Signature(CheckList::Form("xmlns"));
    assert_eq!(read(&wide), Err(form));
}

#[test]
fn what_the_schema_wants_is_there() {
    // Content of the signer's own making: digest and signature are right.
    let good = signed(&draft());
    let resealed = |old: &str, new: &str| {
        let changed = put(&good, old, new);
        refused(&resigned(&digested(&changed), SIGNER))
    };
    assert_eq!(
        resealed(">6</TSLVersionIdentifier>", ">4</TSLVersionIdentifier>"),
        ReadList::Version
    );
    assert_eq!(
        resealed("http://uri.etsi.org/19612/TSLTag", "urn:other"),
        ReadList::Value("TSLTag")
    );
    assert_eq!(
        resealed(
            "<SchemeTerritory>CN</SchemeTerritory>",
            "<SchemeTerritory>CN</SchemeTerritory><SchemeTerritory>XX</SchemeTerritory>"
        ),
        ReadList::Repeated("SchemeTerritory")
    );
    assert_eq!(
        resealed("<TSLSequenceNumber>7</TSLSequenceNumber>", ""),
        ReadList::Missing("TSLSequenceNumber")
    );
    assert_eq!(
        resealed(
            "<ListIssueDateTime>2026-06-01T00:00:00Z",
            "<ListIssueDateTime>2026-06-01"
        ),
        ReadList::Value("ListIssueDateTime")
    );
    assert_eq!(
        resealed("<dateTime>2026-11-01", "<dateTime>2027-01-01"),
        ReadList::Period
    );
    assert_eq!(
        resealed("<dateTime>2026-11-01", "<dateTime>2026-05-01"),
        ReadList::Period
    );
    assert_eq!(
        resealed(
            "</SchemeInformation>",
            "<SchemeExtensions><Extension Critical=\"true\"><New xmlns=\"urn:new\"/></Extension></SchemeExtensions></SchemeInformation>"
        ),
        ReadList::Critical("New".to_owned())
    );
}

#[test]
fn a_signer_whose_certificate_has_ended_signs_no_list() {
    let mut late = draft();
    late.issued_at = certificate(SIGNER).validity().last + time::Duration::days(1);
    late.next_update = late.issued_at + time::Duration::days(30);
    assert_eq!(signature(&signed(&late)), CheckList::SignerPeriod);
}
