//! The roles of domain.md 3, and the administrator of a department's accounts (threat-model 2).

use dossier::person::Role as Capacity;

/// What somebody is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// 申请人
    Applicant,
    /// 委托代办
    Agent,
    /// 窗口人员
    Clerk,
    /// 承办、审核
    Officer,
    /// 审批、核准
    Approver,
    /// 印章管理员
    Custodian,
    /// Approves applications for seals, orders making.
    SealAdministrator,
    /// 政务服务管理部门
    CatalogueAdministrator,
    /// 行业主管部门
    Industry,
    /// 执法人员
    Inspector,
    /// 效能监察
    Supervisor,
    /// 档案人员
    Archivist,
    /// Converts stock.
    Converter,
    /// Confirms what was converted.
    Checker,
    /// 外省
    OtherRegion,
    /// 接入系统
    CallingSystem,
    /// 评估
    Auditor,
    /// Keeps the accounts of one department.
    Administrator,
}

/// How a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// By a person with an account of a department.
    Account,
    /// By who has the link to a case or a licence: there is no public account system (D1).
    Link,
    /// By a machine, which signs its requests and has scopes (T-P1).
    Machine,
    /// By an entry of the exchanged trust list (R32).
    TrustList,
}

/// Role, code, Chinese name, how it is held, in which capacity it acts in a case.
type Line = (Role, &'static str, &'static str, Held, Option<Capacity>);

const LINES: [Line; 18] = [
    (
        Role::Applicant,
        "applicant",
        "申请人",
        Held::Link,
        Some(Capacity::Applicant),
    ),
    (
        Role::Agent,
        "agent",
        "委托代办",
        Held::Link,
        Some(Capacity::Agent),
    ),
    (
        Role::Clerk,
        "clerk",
        "窗口人员",
        Held::Account,
        Some(Capacity::Clerk),
    ),
    (
        Role::Officer,
        "officer",
        "承办、审核",
        Held::Account,
        Some(Capacity::Officer),
    ),
    (
        Role::Approver,
        "approver",
        "审批、核准",
        Held::Account,
        Some(Capacity::Approver),
    ),
    (
        Role::Custodian,
        "custodian",
        "印章管理员",
        Held::Account,
        Some(Capacity::Custodian),
    ),
    (
        Role::SealAdministrator,
        "seal-administrator",
        "印章管理机构",
        Held::Account,
        Some(Capacity::SealAdministrator),
    ),
    (
        Role::CatalogueAdministrator,
        "catalogue-administrator",
        "政务服务管理部门",
        Held::Account,
        None,
    ),
    (
        Role::Industry,
        "industry",
        "行业主管部门",
        Held::Account,
        Some(Capacity::Industry),
    ),
    (
        Role::Inspector,
        "inspector",
        "执法人员",
        Held::Account,
        Some(Capacity::Inspector),
    ),
    (
        Role::Supervisor,
        "supervisor",
        "效能监察",
        Held::Account,
        Some(Capacity::Supervisor),
    ),
    (
        Role::Archivist,
        "archivist",
        "档案人员",
        Held::Account,
        Some(Capacity::Archivist),
    ),
    (
        Role::Converter,
        "converter",
        "转换人员",
        Held::Account,
        None,
    ),
    (Role::Checker, "checker", "复核人员", Held::Account, None),
    (
        Role::OtherRegion,
        "other-region",
        "外省",
        Held::TrustList,
        None,
    ),
    (
        Role::CallingSystem,
        "calling-system",
        "接入系统",
        Held::Machine,
        Some(Capacity::System),
    ),
    (Role::Auditor, "auditor", "评估", Held::Account, None),
    (
        Role::Administrator,
        "administrator",
        "账户管理员",
        Held::Account,
        None,
    ),
];

impl Role {
    /// Every role, in the order of domain.md 3.
    pub const ALL: [Self; 18] = [
        Self::Applicant,
        Self::Agent,
        Self::Clerk,
        Self::Officer,
        Self::Approver,
        Self::Custodian,
        Self::SealAdministrator,
        Self::CatalogueAdministrator,
        Self::Industry,
        Self::Inspector,
        Self::Supervisor,
        Self::Archivist,
        Self::Converter,
        Self::Checker,
        Self::OtherRegion,
        Self::CallingSystem,
        Self::Auditor,
        Self::Administrator,
    ];

    fn line(self) -> &'static Line {
        LINES
            .iter()
            .find(|(role, ..)| *role == self)
            .expect("every role has its line, as a test shows")
    }

    /// The name that stands in an account.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.line().1
    }

    /// The Chinese name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.line().2
    }

    /// How it is held.
    #[must_use]
    pub fn held(self) -> Held {
        self.line().3
    }

    /// In which capacity it acts in a case; none for who has no part in one.
    #[must_use]
    pub fn capacity(self) -> Option<Capacity> {
        self.line().4
    }

    /// The role of a name.
    #[must_use]
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The role of a person who comes by a signed account with a scope, as far as one says so (R3).
    #[must_use]
    pub fn of_scope(scope: &str) -> Option<Self> {
        match scope {
            "release" => Some(Self::Custodian),
            "seals" => Some(Self::SealAdministrator),
            _ => None,
        }
    }

    /// T-P1: whether who holds it signs in with a second factor.
    #[must_use]
    pub fn needs_second_factor(self) -> bool {
        matches!(
            self,
            Self::Approver
                | Self::Custodian
                | Self::SealAdministrator
                | Self::CatalogueAdministrator
                | Self::Administrator
        )
    }

    /// T-S4: whether an account with it begins a day after it was opened, unless a second administrator confirms it.
    #[must_use]
    pub fn is_confirmed(self) -> bool {
        self.needs_second_factor()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_line_and_is_found_by_its_name() {
        for (role, line) in Role::ALL.into_iter().zip(&LINES) {
            assert_eq!(line.0, role);
            assert_eq!(Role::find(role.code()), Some(role));
        }
        assert_eq!(Role::find("root"), None);
    }

    #[test]
    fn every_capacity_of_a_case_is_some_role_s() {
        for capacity in Capacity::ALL {
            assert!(
                Role::ALL
                    .iter()
                    .any(|role| role.capacity() == Some(capacity)),
                "{capacity:?}"
            );
        }
    }

    #[test]
    fn custodians_approvers_and_administrators_bring_a_second_factor() {
        let bring: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|role| role.needs_second_factor())
            .map(Role::code)
            .collect();
        let named = [
            "approver",
            "custodian",
            "seal-administrator",
            "catalogue-administrator",
            "administrator",
        ];
        assert_eq!(bring, named);
    }
}
