//! The catalogue: imported whole, and what callers may read of it.

use axum::extract::{Path, State};
use axum::{Extension, Json};
use issuance::Asker;
use issuance::import::Files;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::json::Strict;
use crate::problem::{Code, Problem};
use crate::problems::of_import;
use crate::state::App;

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

/// A matter in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MatterTold {
    /// Its code.
    code: String,
    /// The published version.
    version: u32,
    /// Its Chinese name.
    name_zh: String,
    /// The body that exercises the power.
    exercised_by: String,
    /// The licence type that results, if one does.
    result: Option<String>,
}

/// One matter.
#[utoipa::path(get, path = "/v1/catalogue/matters/{code}", tag = "catalogue",
    responses((status = 200, description = "the matter", body = MatterTold), (status = 404, description = "none")))]
pub(crate) async fn matter(
    State(app): State<App>,
    Path(code): Path<String>,
) -> Result<Json<MatterTold>, Problem> {
    let desk = app.office.desk();
    let code = ::catalogue::key::MatterCode::parse(&code);
    let matter = code.ok().and_then(|code| desk.catalogue.matter(&code));
    let matter = matter.ok_or(Problem::new(Code::NotFound))?;
    Ok(Json(MatterTold {
        code: matter.code.to_string(),
        version: matter.version,
        name_zh: matter.name_zh.clone(),
        exercised_by: matter.exercised_by.to_string(),
        result: matter.result.as_ref().map(ToString::to_string),
    }))
}
