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

const LAYOUTS: &[(&str, &str)] = &[(
    "portrait",
    include_str!("../../assets/layouts/portrait.json"),
)];

const TEMPLATES: &[(&str, &str)] = &[("FOOD", include_str!("../../assets/templates/FOOD.json"))];
