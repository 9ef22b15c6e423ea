//! The templates and layouts that travel inside the binary: one entry a file of `assets/`.

/// The keys of all embedded templates.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(key, _)| *key)
}

/// The JSON of a template.
pub(super) fn template(key: &str) -> Option<&'static str> {
    TEMPLATES
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, json)| *json)
}

/// The JSON of a layout.
pub(super) fn layout(name: &str) -> Option<&'static str> {
    LAYOUTS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, json)| *json)
}

/// The codes of all embedded forms of stage documents.
pub(super) fn forms() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(code, _)| *code)
}

/// The JSON of a form of a stage document.
pub(super) fn form(code: &str) -> Option<&'static str> {
    FORMS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, json)| *json)
}

const LAYOUTS: &[(&str, &str)] = &[
    ("card", include_str!("../../assets/layouts/card.json")),
    (
        "composite",
        include_str!("../../assets/layouts/composite.json"),
    ),
    ("stage", include_str!("../../assets/layouts/stage.json")),
    ("notice", include_str!("../../assets/layouts/notice.json")),
    (
        "personal",
        include_str!("../../assets/layouts/personal.json"),
    ),
    (
        "portrait",
        include_str!("../../assets/layouts/portrait.json"),
    ),
    ("table", include_str!("../../assets/layouts/table.json")),
    ("wall", include_str!("../../assets/layouts/wall.json")),
];

const TEMPLATES: &[(&str, &str)] = &[
    ("BIRTH", include_str!("../../assets/templates/BIRTH.json")),
    ("BL", include_str!("../../assets/templates/BL.json")),
    ("BOOK", include_str!("../../assets/templates/BOOK.json")),
    ("BUILD", include_str!("../../assets/templates/BUILD.json")),
    ("CLINIC", include_str!("../../assets/templates/CLINIC.json")),
    ("DEVICE", include_str!("../../assets/templates/DEVICE.json")),
    ("DISAB", include_str!("../../assets/templates/DISAB.json")),
    ("DISCH", include_str!("../../assets/templates/DISCH.json")),
    ("DRAIN", include_str!("../../assets/templates/DRAIN.json")),
    ("DRIVE", include_str!("../../assets/templates/DRIVE.json")),
    ("DRUG", include_str!("../../assets/templates/DRUG.json")),
    ("ELDER", include_str!("../../assets/templates/ELDER.json")),
    ("FIRE", include_str!("../../assets/templates/FIRE.json")),
    ("FOOD", include_str!("../../assets/templates/FOOD.json")),
    ("HOTEL", include_str!("../../assets/templates/HOTEL.json")),
    ("ID", include_str!("../../assets/templates/ID.json")),
    ("MARRY", include_str!("../../assets/templates/MARRY.json")),
    ("ONE", include_str!("../../assets/templates/ONE.json")),
    ("PLANC", include_str!("../../assets/templates/PLANC.json")),
    ("PLANL", include_str!("../../assets/templates/PLANL.json")),
    ("PUBH", include_str!("../../assets/templates/PUBH.json")),
    ("REAL", include_str!("../../assets/templates/REAL.json")),
    ("ROAD", include_str!("../../assets/templates/ROAD.json")),
    ("RQUAL", include_str!("../../assets/templates/RQUAL.json")),
    ("SCHOOL", include_str!("../../assets/templates/SCHOOL.json")),
    ("SIGN", include_str!("../../assets/templates/SIGN.json")),
    ("SSC", include_str!("../../assets/templates/SSC.json")),
    ("TOB", include_str!("../../assets/templates/TOB.json")),
];

const FORMS: &[(&str, &str)] = &[
    (
        "acceptance-notice",
        include_str!("../../assets/forms/acceptance-notice.json"),
    ),
    (
        "decision-discontinued",
        include_str!("../../assets/forms/decision-discontinued.json"),
    ),
    (
        "decision-granted",
        include_str!("../../assets/forms/decision-granted.json"),
    ),
    (
        "decision-refused",
        include_str!("../../assets/forms/decision-refused.json"),
    ),
    (
        "delivery-receipt",
        include_str!("../../assets/forms/delivery-receipt.json"),
    ),
    (
        "supplement-request",
        include_str!("../../assets/forms/supplement-request.json"),
    ),
];
