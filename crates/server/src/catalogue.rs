//! The catalogue: imported whole, and what callers may read of it.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use catalogue::key::MatterCode;
use issuance::Asker;
use issuance::import::Files;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::Date;
use time::macros::format_description;
use utoipa::ToSchema;

use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::of_import;
use crate::state::App;

pub(crate) mod matters;
pub(crate) mod reports;

/// The published files.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportBody {
    /// `departments.json`.
    #[schema(value_type = Object)]
    departments: Box<RawValue>,
    /// `licence-types.json`.
    #[schema(value_type = Object)]
    types: Box<RawValue>,
    /// `matters-catalogue.json`.
    #[schema(value_type = Object)]
    matters: Box<RawValue>,
    /// `powers.json`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    powers: Option<Box<RawValue>>,
}

/// What was imported.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Imported {
    /// The version that is in force now.
    version: u64,
}

/// Imports a catalogue, all or nothing.
#[utoipa::path(put, path = "/v1/catalogue", tag = "catalogue", request_body = ImportBody,
    responses((status = 200, description = "in force", body = Imported), (status = 422, description = "refused, with every defect")))]
pub(crate) async fn import(
    State(app): State<App>,
    Extension(asker): Extension<Asker>,
    Strict(body): Strict<ImportBody>,
) -> Result<Json<Imported>, Problem> {
    let files = Files {
        departments: body.departments.get().as_bytes(),
        types: body.types.get().as_bytes(),
        matters: body.matters.get().as_bytes(),
        powers: body.powers.as_ref().map(|powers| powers.get().as_bytes()),
    };
    let imported = issuance::import::import(&app.office, &asker, &files).await;
    let version = imported.map_err(|error| of_import(&error))?;
    Ok(Json(Imported { version }))
}

/// A licence type in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TypeTold {
    /// Its key.
    key: String,
    /// Its code, the first part of each identifier.
    code: String,
    /// Its Chinese name.
    name_zh: String,
    /// Its English name.
    name_en: String,
    /// Who may issue it.
    issuers: Vec<String>,
    /// Its fields: name, label, whether it is required.
    fields: Vec<(String, String, bool)>,
}

/// The licence types in force.
#[utoipa::path(get, path = "/v1/catalogue/types", tag = "catalogue",
    responses((status = 200, description = "the types", body = [TypeTold])))]
pub(crate) async fn types(State(app): State<App>) -> Json<Vec<TypeTold>> {
    let desk = app.office.desk();
    let types = desk.catalogue.licence_types().map(|kind| TypeTold {
        key: kind.key.to_string(),
        code: kind.code.to_string(),
        name_zh: kind.name_zh.clone(),
        name_en: kind.name_en.clone(),
        issuers: kind.issuers.iter().map(ToString::to_string).collect(),
        fields: kind
            .fields
            .iter()
            .map(|field| {
                (
                    field.name.to_string(),
                    field.label_zh.clone(),
                    field.required,
                )
            })
            .collect(),
    });
    Json(types.collect())
}

/// A matter, in the version that is in force on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatterTold {
    /// Its code.
    code: String,
    /// The version.
    version: u32,
    /// Every version there is.
    versions: Vec<u32>,
    /// What it is on that day: `draft`, `submitted`, `published`, `suspended`, `abolished`.
    status: String,
    /// Which of the eight kinds it is.
    kind_zh: String,
    /// Its Chinese name.
    name_zh: String,
    /// Its English name.
    name_en: String,
    /// The body that sets standards and supervises.
    industry_authority: String,
    /// The body that exercises the power on that day.
    exercised_by: String,
    /// The seal that stands on its results on that day.
    seal: String,
    /// How it is handled.
    handling: String,
    /// Working days by law.
    statutory_days: u16,
    /// Working days promised.
    promised_days: u16,
    /// Whether it is granted on a signed commitment.
    inform_and_commit: bool,
    /// Whether listed materials may follow.
    tolerate_missing: bool,
    /// The laws it rests on, where they are kept.
    legal_basis: Vec<String>,
    /// What may be asked for, and how the rest is had.
    materials: Vec<MaterialTold>,
    /// The licence type that results, if one does.
    result: Option<String>,
}

/// A material of a matter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MaterialTold {
    /// Its place in the list.
    number: u16,
    /// Its Chinese name.
    name_zh: String,
    /// How it is had: `applicant`, `commitment`, `e_licence`, `derived_from_field`,
    /// `data_sharing`, `internal_check`, `cancelled`.
    means: String,
    /// The licence type that it comes from, if it comes from one.
    licence_type: Option<String>,
    /// Whether it may be handed in later.
    may_follow: bool,
    /// The law that allows asking for it, where it is kept.
    legal_basis: Option<String>,
}

/// One matter.
#[utoipa::path(get, path = "/v1/catalogue/matters/{code}", tag = "catalogue",
    params(("on" = Option<String>, Query, description = "the civil day it is asked about; today when absent")),
    responses((status = 200, description = "the matter", body = MatterTold), (status = 404, description = "none")))]
pub(crate) async fn matter(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(asked): Query<OnDay>,
) -> Result<Json<MatterTold>, Problem> {
    let day = asked.day(&app)?;
    let desk = app.office.desk();
    let catalogue = &desk.catalogue;
    let code = MatterCode::parse(&code).map_err(|_| Problem::new(Code::NotFound))?;
    let matter = catalogue.matter_on(&code, day);
    let matter = matter.ok_or(Problem::new(Code::NotFound))?;
    let held = catalogue.holding(matter, day);
    let materials = matter.materials.iter().map(|material| MaterialTold {
        number: material.number,
        name_zh: material.name_zh.clone(),
        means: material.means.code().to_owned(),
        licence_type: material.means.licence_type().map(ToString::to_string),
        may_follow: material.may_follow,
        legal_basis: material.legal_basis.clone(),
    });
    Ok(Json(MatterTold {
        code: matter.code.to_string(),
        version: matter.version,
        versions: catalogue
            .matter_versions(&code)
            .map(|one| one.version)
            .collect(),
        status: matter.status_on(day).code().to_owned(),
        kind_zh: matter.kind.zh().to_owned(),
        name_zh: matter.name_zh.clone(),
        name_en: matter.name_en.clone(),
        industry_authority: matter.industry_authority.to_string(),
        exercised_by: held.body.to_string(),
        seal: held.seal.zh().to_owned(),
        handling: matter.handling.zh().to_owned(),
        statutory_days: matter.statutory_days,
        promised_days: matter.promised_days,
        inform_and_commit: matter.terms.inform_and_commit,
        tolerate_missing: matter.terms.tolerate_missing,
        legal_basis: matter.legal_basis.clone(),
        materials: materials.collect(),
        result: matter.result.as_ref().map(ToString::to_string),
    }))
}

/// The day that is asked about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnDay {
    on: Option<String>,
}

impl OnDay {
    fn day(&self, app: &App) -> Result<Date, Problem> {
        let zone = app.office.settings().zone;
        match &self.on {
            None => Ok(zone.date_at(app.office.now())),
            Some(text) => civil_day(text),
        }
    }
}

/// A civil day, `YYYY-MM-DD`.
fn civil_day(text: &str) -> Result<Date, Problem> {
    Date::parse(text, format_description!("[year]-[month]-[day]"))
        .map_err(|_| Problem::new(Code::RequestMalformed))
}
